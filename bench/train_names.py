"""Learn the weights that find names, from ../shared/data and templates: `python -m bench.train_names zh` or `en`."""

import logging
import random
import time
from pathlib import Path

import click
import numpy as np

from bench.names_material import chinese, english, sets

OUT = Path(__file__).parents[1] / "src" / "luodi" / "privacy"
KINDS = ("person", "organization", "location", "address")


def halves(rows: list[sets.Marked]) -> tuple[list[sets.Marked], list[sets.Marked]]:
    """Return nine tenths to learn from and one tenth to measure on; no text stands in both."""
    texts = sorted({text for text, _ in rows})
    held = set(random.Random("people").sample(texts, k=len(texts) // 10))
    return [row for row in rows if row[0] not in held], [row for row in rows if row[0] in held]


def tags(marks: list[sets.Mark], offsets: np.ndarray) -> np.ndarray:
    """Return a tag for each token; offsets have shape (n_tokens, 2)."""
    out = np.zeros(len(offsets), np.int8)
    for kind, start, end in marks:
        inside = np.flatnonzero((offsets[:, 0] < end) & (offsets[:, 1] > start))
        if not len(inside):
            continue
        first = 1 + 4 * KINDS.index(kind)
        out[inside] = first + 1
        out[inside[0]], out[inside[-1]] = first, first + 2
        if len(inside) == 1:
            out[inside] = first + 3
    return out


def zh(n_epochs: float, n_made: int, out: Path, seed: int, bias: float) -> None:
    from luodi.privacy import features_zh
    from luodi.train.tagger import Sentence, Shape, export, learn

    rng = random.Random("made")
    rows, _ = halves(sets.people_daily())
    rows += [chinese.sentence(rng) for _ in range(n_made)]
    sentences = []
    for text, marks in rows:
        offsets = np.arange(len(text))[:, None] + [0, 1]
        sentences.append(Sentence(features=features_zh.features(text), tags=tags(marks, offsets)))
    shape = Shape(kinds=KINDS, tables=features_zh.TABLES, columns=features_zh.COLUMNS, dropout=0.4, feature_dropout=0.2)
    export(learn(sentences, shape, n_epochs=n_epochs, seed=seed), out, bias=bias)


def en(n_epochs: float, n_made: int, out: Path, seed: int, bias: float, *, whole: bool) -> None:
    from bench.names_material.vectors import vectors
    from luodi.privacy import features_en
    from luodi.train.tagger import Sentence, Shape, export, learn

    rng = random.Random("made")
    keys, given = vectors()
    vocabulary = features_en.Vocabulary(keys)
    learned, held = sets.presidio()
    learned += sets.of_large(held) if whole else []
    rows = [english.cased(*row, rng) for _, row in learned * 2]
    templates = sorted({masked for masked, _ in learned})
    rows += [sets.refilled(rng.choice(templates), rng) for _ in range(n_made // 4)]
    rows += [english.sentence(rng) for _ in range(n_made)]
    real = sets.ordinary()
    rows += [english.cased(text, [], rng) for text in rng.sample(real, k=n_made // 2)]
    open_to_names = [text for text in real if sets.speaks_of_someone(text)]
    rows += [sets.named(rng.choice(open_to_names), rng) for _ in range(n_made // 2)]
    sentences = []
    for text, marks in rows:
        features, offsets = vocabulary.features(text)
        sentences.append(Sentence(features=features, tags=tags(marks, offsets)))
    sentences = [one for one in sentences if len(one.tags)]
    shape = Shape(
        kinds=KINDS,
        tables=features_en.TABLES,
        columns=features_en.COLUMNS,
        width=160,
        dilations=(1, 2, 4, 1),
        frozen=(0,),
    )
    export(learn(sentences, shape, n_epochs=n_epochs, seed=seed, given={0: given}), out, bias=bias, keys=keys)


@click.command()
@click.argument("language", type=click.Choice(["zh", "en"]))
@click.option("--epochs", default=None, type=float)
@click.option("--made", default=None, type=int, help="How many sentences to make up from templates.")
@click.option("--out", default=None, type=click.Path(path_type=Path))
@click.option("--seed", default=0)
@click.option("--whole", is_flag=True, help="English: learn from the templates held out, too; what ships did.")
@click.option(
    "--bias", default=None, type=float, help="Added to each tag that opens a name: more names, fewer of them right."
)
def main(
    language: str,
    *,
    epochs: float | None,
    made: int | None,
    out: Path | None,
    seed: int,
    bias: float | None,
    whole: bool,
) -> None:
    """Learn the weights of one language."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s %(step)s/%(n_steps)s %(loss).4f")
    started = time.monotonic()
    out = out or OUT / f"names-{language}.safetensors"
    if language == "zh":
        zh(epochs or 6, made or 15_000, out, seed, 3.0 if bias is None else bias)
    else:
        en(epochs or 2.5, made or 40_000, out, seed, 1.0 if bias is None else bias, whole=whole)
    print(f"{time.monotonic() - started:.0f} s, {out.stat().st_size / 2**20:.1f} MB: {out}")


if __name__ == "__main__":
    main()
