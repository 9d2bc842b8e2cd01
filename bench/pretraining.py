"""What reading buys: accuracy after so many minutes of unlabelled text, with few labels and with many.

`python -m bench.pretraining thucnews nothing 0 10` lets `encoder-scratch` read Chinese titles, books and reviews, then
learns from 200, 1,000 and all labels of THUCNews; `thucnews-own` reads the headlines alone, for few labels; `imdb`
lets the starter encoder read film reviews on, then learns from 500. In 0 minutes, `encoder-scratch` counts what occurs
with what, and guesses nothing. What is found is kept in `docs/images/pretraining.json`, from which the picture is
drawn again each time.
"""

import csv
import gzip
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from luodi import registry
from luodi.contracts import Recipe
from luodi.metrics.classification import accuracy

DATA = Path(__file__).parents[2] / "shared" / "data"
IMAGES = Path(__file__).parents[1] / "docs" / "images"
FOUND, PICTURE = IMAGES / "pretraining.json", IMAGES / "pretraining.svg"
N_DEV = 1_000
NOTHING = "nothing"
COLORS = ("#0b6e4f", "#c8553d", "#3d5a80", "#8d6a9f", "#b08900", "#5b7065")
Pairs = list[tuple[str, str]]


def thucnews() -> tuple[Pairs, Pairs, Pairs]:
    """Return rows to learn from, to choose by and to be examined on, without what the exam repeats."""
    rows, exam = (_tabbed(DATA / "thucnews" / name) for name in ("train_first45k.txt", "dev.txt"))
    asked = {x for x, _ in exam}
    rows = [(x, y) for x, y in dict(rows).items() if x not in asked]
    return rows[N_DEV:], rows[:N_DEV], exam


def imdb() -> tuple[Pairs, Pairs, Pairs]:
    """Return rows as `thucnews` does; there is no dev half, so some rows are the exam."""
    with gzip.open(DATA / "imdb" / "train.jsonl.gz", "rt", encoding="utf-8") as file:
        read = [json.loads(line) for line in file]
    rows = random.Random(7).sample(sorted({one["text"]: str(one["label"]) for one in read}.items()), k=len(read) // 2)
    return rows[2_500:], rows[2_000:2_500], rows[:2_000]


def around_thucnews() -> Iterator[str]:
    """Yield Chinese news, books and reviews: what somebody may have lying about."""
    yield from (x for x, _ in _tabbed(DATA / "niutrans_books_200k" / "train.txt.gz"))
    sentence = ""
    with gzip.open(DATA / "zh_ner_peopledaily" / "train.txt.gz", "rt", encoding="utf-8") as file:
        for line in file:
            character = line.split()[:1]
            if not character and sentence:
                yield sentence
            sentence = sentence + character[0] if character else ""
    with gzip.open(DATA / "chinese_nlp_corpus" / "online_shopping_10_cats.csv.gz", "rt", encoding="utf-8") as file:
        yield from (row["review"][:300] for row in csv.DictReader(file) if row["review"].strip())


def _tabbed(path: Path) -> Pairs:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        rows = [line.rstrip("\n").rsplit("\t", 1) for line in file]
    return [(row[0].strip(), row[1]) for row in rows if len(row) == 2 and row[0].strip()]


SETS: dict[str, Any] = {
    "thucnews": ("encoder-scratch", thucnews, around_thucnews, (200, 1_000, None)),
    "thucnews-own": ("encoder-scratch", thucnews, lambda: iter(()), (200, 1_000)),
    "imdb": ("encoder", imdb, lambda: iter(()), (500,)),
}


def measure(name: str, minutes: float | None) -> Iterator[dict[str, Any]]:
    """Yield what was found after reading for so long, or nothing, one row for each number of labels."""
    model_name, read, around, numbers = SETS[name]
    train, dev, exam = read()
    kind = registry.model(model_name)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        facts: dict[str, Any] = {}
        if minutes is not None:
            texts = [x for x, _ in train] + random.Random(7).sample(rest := list(around()), k=len(rest))
            model = kind()
            (work / "read").mkdir()
            facts = model.pretrain(texts, recipe=Recipe(max_minutes=minutes), work=work / "read")
            (work / "model").mkdir()
            model.save(work / "model")
        for n in numbers:
            model = kind() if minutes is None else kind.load(work / "model")
            (work / str(n)).mkdir()
            started = time.process_time()  # of a shared machine, the processor's seconds count
            model.fit(train[:n], dev, recipe=Recipe(max_minutes=30), work=work / str(n))
            seconds = time.process_time() - started
            xs, gold = [x for x, _ in exam], [y for _, y in exam]
            scores = {"alone": accuracy(gold, _best(model.inner.deep.predict(xs, exact=False)))}
            scores["blended"] = accuracy(gold, _best(model.predict(xs)))
            kept = {key: facts.get(key) for key in ("tokens", "steps", "perplexity_before", "perplexity_after")}
            about = {"set": name, "minutes": minutes, "labels": n or len(train), "fit_cpu_s": round(seconds)}
            yield about | scores | kept


def _order(minutes: float | None) -> float:
    return -1.0 if minutes is None else minutes


def _best(scores: list[dict[str, float]]) -> list[str]:
    return [max(one, key=one.__getitem__) for one in scores]


def draw(found: list[dict[str, Any]]) -> str:
    """Return the picture: more reading to the right, accuracy upwards, a line for each number of labels."""
    width, height, left, top, right, below = 720, 400, 70, 76, 190, 56
    lines: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in sorted(found, key=lambda one: _order(one["minutes"])):
        lines.setdefault((row["set"], row["labels"]), []).append(row)
    lines = {key: rows for key, rows in sorted(lines.items()) if len(rows) > 1}
    shown = [row for rows in lines.values() for row in rows]
    ticks = sorted({row["minutes"] for row in shown}, key=_order)
    values = [row[key] for row in shown for key in ("alone", "blended")]
    low, high = min(values) - 0.01, max(values) + 0.01
    body = [
        '<text x="16" y="26" font-size="16" font-weight="600">Accuracy after reading unlabelled text</text>',
        '<text x="16" y="48" fill="#5b6770">with n-grams at its side; dashed: the network alone</text>',
        f'<text x="{(left + width - right) / 2}" y="{height - 12}" text-anchor="middle">minutes of guessing</text>',
    ]

    def at(minutes: float | None, value: float) -> tuple[float, float]:
        x = left + (width - left - right) * ticks.index(minutes) / max(1, len(ticks) - 1)
        return round(x, 1), round(top + (height - top - below) * (high - value) / (high - low), 1)

    for minutes in ticks:
        said = {None: NOTHING, 0.0: "counted"}.get(minutes) or f"{minutes:g}"
        body.append(f'<text x="{at(minutes, low)[0]}" y="{height - below + 20}" text-anchor="middle">{said}</text>')
    for tick in range(int(low * 20) + 1, int(high * 20) + 1):
        _, y = at(ticks[0], tick / 20)
        body.append(f'<line x1="{left}" x2="{width - right}" y1="{y}" y2="{y}" stroke="#dde3e8"/>')
        body.append(f'<text x="{left - 36}" y="{y + 5}" text-anchor="end">{tick / 20:.2f}</text>')
    for color, ((name, n), rows) in zip(COLORS, lines.items(), strict=False):
        for key, dash in (("alone", "5 4"), ("blended", "none")):
            points = [at(row["minutes"], row[key]) for row in rows]
            drawn = " ".join(f"{x},{y}" for x, y in points)
            body.append(
                f'<polyline points="{drawn}" fill="none" stroke="{color}" stroke-width="2" stroke-dasharray="{dash}"/>'
            )
            body += [f'<circle cx="{x}" cy="{y}" r="3.5" fill="{color}"/>' for x, y in points]
        x, y = points[-1]
        body.append(f'<text x="{x + 10}" y="{y + 5}" font-size="13" fill="{color}">{name}, {n:,} labels</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="14"><title>Accuracy by minutes of reading</title>'
        f'<rect width="{width}" height="{height}" fill="#fff"/>{"".join(body)}</svg>\n'
    )


def main() -> None:
    """Measure what is asked for, keep it, draw all that is known."""
    name, *minutes = sys.argv[1:] or ["thucnews"]
    found = json.loads(FOUND.read_text(encoding="utf-8")) if FOUND.is_file() else []
    for one in (None if one == NOTHING else float(one) for one in minutes):
        for row in measure(name, one):
            print(json.dumps(row), flush=True)
            where = [row[key] for key in ("set", "minutes", "labels")]
            found = [old for old in found if [old[key] for key in ("set", "minutes", "labels")] != where] + [row]
            FOUND.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    PICTURE.write_text(draw(found), encoding="utf-8")


if __name__ == "__main__":
    assert DATA.is_dir(), "this needs the data sets beside the project"
    main()
