"""Eight labels a class: luodi's `encoder-few` against SetFit and frozen vectors, the same draws in one run.

`python -m bench.few_labels [--draws 10] [--setfit 3] [--labels 8] [--iterations 20] [--tests 1000] [SET …]`

Draws of so many rows a class are learned from; the exam are rows of the same file that no draw may take. Logistic
regression on frozen vectors stands there twice: scikit-learn's defaults (C = 1) on unit vectors, and C = 10. `setfit`
learns with its defaults (each pair once, batches of 16 pairs) from the same encoder, of up to 128 tokens; where that
would be more pairs than `--iterations` a text makes, with `num_iterations` so that it ends. Seconds are those of the
learning alone, the loading of the encoder included.
"""

import argparse
import csv
import gzip
import os
import random
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.linear_model import LogisticRegression

from luodi.contracts import Recipe
from luodi.models.encoder_few import EncoderFew
from luodi.train import network, starter

SHARED = Path(__file__).parents[2] / "shared" / "data"
SETS = ("SST-2", "AG News", "Banking77")
MAX_TOKENS = 128
Rows = list[tuple[str, str]]


def read(name: str) -> Rows:
    if name == "Banking77":
        with (SHARED / "banking77" / "train.csv").open(encoding="utf-8", newline="") as file:
            return [(row["text"], row["category"]) for row in csv.DictReader(file)]
    folder, text, label = ("sst2_glue", 0, 1) if name == "SST-2" else ("ag_news", 1, 0)
    with gzip.open(SHARED / folder / "train.tsv.gz", "rt", encoding="utf-8") as file:
        cells = [line.rstrip("\n").split("\t") for line in file][1:]
    names = {"0": "negative", "1": "positive"} if name == "SST-2" else {}  # as the task `sentiment` calls them
    return [(row[text], names.get(row[label], row[label])) for row in cells]


def parts(name: str, n_test: int) -> tuple[Rows, Rows]:
    rows = list(dict.fromkeys(read(name)))
    rows = random.Random(f"few/{name}").sample(rows, len(rows))
    return rows[n_test:], rows[:n_test]


def draw(pool: Rows, n_labels: int, seed: int) -> Rows:
    rng = random.Random(f"few/draw/{seed}")
    by_label = defaultdict(list)
    for row in rng.sample(pool, len(pool)):
        by_label[row[1]].append(row)
    drawn = [row for label in sorted(by_label) for row in by_label[label][:n_labels]]
    return rng.sample(drawn, len(drawn))


def right(answers, test: Rows) -> float:
    return 100 * statistics.mean(str(a) == y for a, (_, y) in zip(answers, test, strict=True))


class Frozen:
    """The starter as it is; vectors of the exam are made once."""

    def __init__(self, test: Rows) -> None:
        found = starter.find("starter")
        self.network = network.pretrained(found, 1, seed=0)
        self.text = network.Text(found.path / network.TOKENIZER, max_tokens=MAX_TOKENS)
        self.test, self.exam = test, self.vectors([x for x, _ in test])

    def vectors(self, xs: list[str]) -> np.ndarray:
        made = network.compute(self.network, self.text, xs, pooled=True, exact=False)
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    def run(self, rows: Rows) -> dict[str, tuple[float, float]]:
        started = time.perf_counter()
        made, ys = self.vectors([x for x, _ in rows]), [y for _, y in rows]
        seconds = time.perf_counter() - started
        found = {}
        for strength in (1, 10):
            started = time.perf_counter()
            head = LogisticRegression(C=strength, max_iter=1_000).fit(made, ys)
            took = seconds + time.perf_counter() - started
            found[f"frozen, C = {strength}"] = right(head.predict(self.exam), self.test), took
        return found


def ours(rows: Rows, test: Rows, seed: int) -> tuple[float, float]:
    with TemporaryDirectory() as work:
        started = time.perf_counter()
        model = EncoderFew()
        model.fit(rows, [], recipe=Recipe(seed=seed), work=Path(work))
        seconds = time.perf_counter() - started
    made = model.inner.network, model.inner.text, [x for x, _ in test]
    logits = network.compute(*made, exact=False)
    return right([model.inner.labels[n] for n in logits.argmax(axis=1)], test), seconds


def setfit(rows: Rows, test: Rows, seed: int, iterations: int) -> tuple[float, float]:
    os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    import datasets
    from sentence_transformers import SentenceTransformer, models
    from setfit import SetFitModel, Trainer, TrainingArguments

    datasets.disable_progress_bars()
    sizes = [sum(y == label for _, y in rows) for label in {y for _, y in rows}]
    same = sum(n * (n + 1) // 2 for n in sizes)
    other = (len(rows) ** 2 - sum(n * n for n in sizes)) // 2
    many = 2 * max(same, other) > 2 * iterations * len(rows)
    with TemporaryDirectory() as work:
        started = time.perf_counter()
        transformer = models.Transformer(str(starter.find("starter").path), max_seq_length=MAX_TOKENS)
        body = SentenceTransformer(modules=[transformer, models.Pooling(transformer.get_embedding_dimension())])
        model = SetFitModel(model_body=body, model_head=LogisticRegression())
        how = TrainingArguments(
            output_dir=work,
            report_to="none",
            show_progress_bar=False,
            save_strategy="no",
            seed=seed,
            **({"num_iterations": iterations} if many else {}),
        )
        data = datasets.Dataset.from_dict({"text": [x for x, _ in rows], "label": [y for _, y in rows]})
        Trainer(model=model, args=how, train_dataset=data).train()
        seconds = time.perf_counter() - started
    return right(model.predict([x for x, _ in test]), test), seconds


def compare(name: str, asked: argparse.Namespace) -> None:
    pool, test = parts(name, asked.tests)
    frozen, found = Frozen(test), defaultdict(dict)
    for seed in range(asked.draws):
        rows = draw(pool, asked.labels, seed)
        for side, one in frozen.run(rows).items():
            found[side][seed] = one
        found["luodi"][seed] = ours(rows, test, seed)
        if seed < asked.setfit:
            found["setfit"][seed] = setfit(rows, test, seed, asked.iterations)
        print(name, seed, {side: one[seed] for side, one in found.items() if seed in one}, flush=True)
    print(
        f"| {name}, {asked.labels} a class, {len(test):,} of exam | draws | accuracy | luodi on these | seconds | × |"
    )
    for side, made in found.items():
        accuracy = statistics.mean(one for one, _ in made.values())
        same = statistics.mean(found["luodi"][seed][0] for seed in made)
        seconds = statistics.mean(one for _, one in made.values())
        ratio = seconds / statistics.mean(found["luodi"][seed][1] for seed in made)
        spread = statistics.stdev(one for one, _ in made.values()) if len(made) > 1 else 0.0
        print(f"| {side} | {len(made)} | {accuracy:.1f} ± {spread:.1f} | {same:.1f} | {seconds:.1f} | {ratio:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for option, default in {"draws": 10, "setfit": 3, "labels": 8, "iterations": 20, "tests": 1_000}.items():
        parser.add_argument(f"--{option}", type=int, default=default)
    parser.add_argument("sets", nargs="*", default=SETS)
    asked = parser.parse_args()
    for name in asked.sets:
        compare(name, asked)


if __name__ == "__main__":
    assert SHARED.is_dir(), "this needs the data sets beside the project"
    sys.exit(main())
