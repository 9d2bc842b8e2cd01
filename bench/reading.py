"""How well do readers read? `python -m bench.reading english|paragraphs|unanswerable|chinese [minutes] [reader …]`.

They may train for so many minutes at most, 40 where nothing is said.

Articles of `squad_dev` that are held out; five paragraphs of each, as XQuAD was taken from it; the same questions
with and without an answer; CMRC and DRCD, held out too.
The sets lie beside the checkout, in `../shared/data`, or where `LUODI_SHARED_DATA` says.
"""

import json
import os
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from luodi import registry
from luodi.contracts import Example, Recipe
from luodi.data.readers import open_table
from luodi.metrics import extraction
from luodi.runtime import quantize, spans
from luodi.runtime.session import open_session
from luodi.tasks import question_answering as task

DATA = Path(os.environ.get("LUODI_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
ENGLISH = ("squad_dev/dev-v1.1.minus_xquad.json.gz",)
CHINESE = ("cmrc2018/cmrc2018_trial.json", "drcd/DRCD_dev.json.gz")
HELD_OUT, DEV, MOST_DEV = 0.15, 0.06, 600
PARAGRAPHS = 5  # XQuAD has 240 paragraphs of the 48 articles
Pair = tuple[dict[str, str], Any]


def pairs(file: str, unanswerable: float) -> dict[str, list[Pair]]:
    """Return the questions of each article of a file."""
    options = task.Options(unanswerable=unanswerable)
    fields = ("question", "context", "answers", "starts", "title")
    made: dict[str, list[Pair]] = {}
    table = open_table(DATA / file)
    rows = (
        task.Row(**{name: tuple(map(str, row[name])) if isinstance(row[name], list) else row[name] for name in fields})
        for _, row in table.rows()
        if isinstance(row, dict)
    )
    for one in task.to_examples(rows, options):
        if isinstance(one, Example):
            made.setdefault(f"{file} {one.group}", []).append((task.to_x(one.request, options), one.y))
    return made


def split(files: Sequence[str], unanswerable: float) -> tuple[list[Pair], list[Pair], dict[str, list[Pair]]]:
    """Return what to learn from, to choose by, and by file what is held out; no article stands on two sides."""
    train, dev, held = list[Pair](), list[Pair](), dict[str, list[Pair]]()
    for file in files:
        articles = sorted(pairs(file, unanswerable).items())
        random.Random(3).shuffle(articles)
        n, m = round(HELD_OUT * len(articles)), round((HELD_OUT + DEV) * len(articles))
        held[file] = [one for _, article in articles[:n] for one in article]
        dev += [one for _, article in articles[n:m] for one in article]
        train += [one for _, article in articles[m:] for one in article]
    return train, random.Random(4).sample(dev, k=min(MOST_DEV, len(dev))), held


def within(file: str) -> tuple[list[Pair], list[Pair], dict[str, list[Pair]]]:
    """Return the same, with paragraphs of every article held out; what is chosen by is articles of its own."""
    chance, articles = random.Random(3), list(pairs(file, 0.0).values())
    held: list[Pair] = []
    rest: list[list[Pair]] = []
    for article in articles:
        contexts = sorted({x["passage"] for x, _ in article})
        out = set(chance.sample(contexts, k=min(PARAGRAPHS, len(contexts) - 1)))
        held += [one for one in article if one[0]["passage"] in out]
        rest.append([one for one in article if one[0]["passage"] not in out])
    chance.shuffle(rest)
    n = round(DEV * len(rest))
    dev = [one for article in rest[:n] for one in article]
    train = [one for article in rest[n:] for one in article]
    return train, chance.sample(dev, k=min(MOST_DEV, len(dev))), {file: held}


def judged(model: Any, rows: Sequence[Pair]) -> dict[str, float]:
    """Return F1, exact match, and F1 where an answer is always given."""
    made = model.predict([x for x, _ in rows])
    gold = [spans.texts(x, y) for x, y in rows]
    given = [spans.answer(x, one) for (x, _), one in zip(rows, made, strict=True)]
    always = [
        next((text for one in each if (text := spans.read(x, one))), "")
        for (x, _), each in zip(rows, made, strict=True)
    ]
    return {
        "f1": round(extraction.f1(gold, given), 4),
        "exact_match": round(extraction.exact_match(gold, given), 4),
        "always_f1": round(extraction.f1(gold, always), 4),
        "without": sum(not one for one in gold),
        "n": len(rows),
    }


def measure(name: str, train: list[Pair], dev: list[Pair], held: dict[str, list[Pair]], minutes: float) -> None:
    """Fit a reader and print what it reaches, as it was trained and as it is served."""
    with TemporaryDirectory() as folder:
        work, plain, small = (Path(folder) / one for one in ("work", "plain", "small"))
        for one in (work, plain, small):
            one.mkdir()
        started = time.monotonic()
        model = registry.model(name)()
        facts = model.fit(train, dev, recipe=Recipe(max_minutes=minutes), work=work)
        about = {"model": name, "minutes": round((time.monotonic() - started) / 60, 1), "dev": facts.get("dev")}
        print(json.dumps(about | {"trained": {file: judged(model, rows) for file, rows in held.items()}}), flush=True)
        model.export(plain)
        for form in quantize.forms(plain, "int8")[:1]:
            quantize.make(plain, form, [x for x, _ in train], small)
            session: Any = open_session(small)
            print(json.dumps({"model": name, form: {file: judged(session, rows) for file, rows in held.items()}}))


def main(what: str, minutes: float = 40.0, *only: str) -> None:
    """Measure the readers of a language."""
    files = CHINESE if what == "chinese" else ENGLISH
    known = what == "paragraphs"
    train, dev, held = within(*files) if known else split(files, 0.5 if what == "unanswerable" else 0.0)
    counts = {file: len(rows) for file, rows in held.items()}
    print(json.dumps({"what": what, "train": len(train), "dev": len(dev), "held_out": counts}), flush=True)
    names = (
        ("reader-overlap", "reader-light")
        if what == "chinese"
        else ("reader-overlap", "reader-light", "reader-encoder")
    )
    for name in only or names:
        measure(name, train, dev, held, minutes)


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:3]), *sys.argv[3:])
