"""Planted wrong labels, and what finding them is worth: `python -m bench.wrong_labels [--vectors] [SET]`.

A fifth of the labels is made wrong in four ways: at random; each label always for the same other one; on the rows that
a weak model finds hardest; and, of English news, on those between two labels in the eyes of a strong model that learned
the right labels of other rows, as people do (an encoder: some minutes). Or none is, to see what cleaning costs. Average
precision stands against chance, which is the share of wrong labels. Then a model learns from the labels as they are,
from those left when the suspects are dropped, from those with the suspects' labels replaced, from those that
`suspects.corrected` returns, and from the right ones, and is examined on rows that were set aside. Gain is the share of
what the right labels would bring. With `--vectors` the suspects are found with sentence vectors as a second view, whose
making is no part of the seconds.
"""

import csv
import gzip
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from luodi.contracts import Recipe
from luodi.metrics.classification import accuracy
from luodi.models.encoder_frozen import EncoderFrozen
from luodi.models.tfidf_logreg import TfidfLogreg
from luodi.quality import suspects
from luodi.train import glance
from luodi.train.answers import decide
from luodi.train.matrix import Matrix

SHARED = Path(__file__).parents[2] / "shared" / "data"
RATE, N_TRAIN, N_TEST = 0.2, 8_000, 2_000
Rows = list[tuple[str, str]]


def read(name: str) -> Rows:
    if name == "AG News":
        with gzip.open(SHARED / "ag_news" / "train.tsv.gz", "rt", encoding="utf-8") as file:
            return [(line.split("\t")[1], line.split("\t")[0]) for line in file][1:]
    if name == "banking77":
        with (SHARED / "banking77" / "train.csv").open(encoding="utf-8", newline="") as file:
            return [(row["text"], row["category"]) for row in csv.DictReader(file)]
    lines = (SHARED / "thucnews" / "train_first45k.txt").read_text(encoding="utf-8").splitlines()
    return [(line.rsplit("\t", 1)[0], line.rsplit("\t", 1)[1]) for line in lines]


def spoil(how: str, xs: list[str], ys: list[str], *, seed: int, others: Sequence[tuple[str, str]] = ()) -> list[str]:
    """Return the labels with a fifth of them wrong; `others` are rows for the strong model to learn from."""
    rng = np.random.default_rng(seed)
    labels = sorted(set(ys))
    y = np.array([labels.index(one) for one in ys])
    if how == "not at all":
        return ys
    if how == "as people":
        wrong, other = torn(xs, y, labels, others, rng)
    elif how == "by row":
        wrong, other = hardest(xs, y, len(labels), rng)
    else:
        wrong = rng.permutation(len(y))[: round(RATE * len(y))]
        shift = rng.integers(1, len(labels), len(y)) if how == "at random" else np.ones(len(y), np.int64)
        other = (y + shift) % len(labels)
    bad = y.copy()
    bad[wrong] = other[wrong]
    return [labels[n] for n in bad]


def hardest(xs: list[str], y: NDArray, n_labels: int, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Return the rows on which a model of few rows leans to another label, with some luck, and those labels."""
    x = Matrix(xs, ("words:1", "chars:1-2"), n_labels=n_labels).x
    learned = rng.permutation(len(y))[: len(y) // 4]
    p = np.full((len(y), n_labels), 1e-6)
    model = LogisticRegression(C=3, max_iter=50).fit(x[learned], y[learned])
    p[:, model.classes_] += model.predict_proba(x)
    own = p[np.arange(len(y)), y]
    p[np.arange(len(y)), y] = 0
    return np.argsort(-p.max(axis=1) / own * rng.gamma(1.0, size=len(y)))[: round(RATE * len(y))], p.argmax(axis=1)


def torn(
    xs: list[str], y: NDArray, labels: list[str], others: Sequence[tuple[str, str]], rng: np.random.Generator
) -> tuple[NDArray, NDArray]:
    """Return the rows for which a strong model sees another label too, with some luck, and those labels."""
    model = EncoderFrozen()
    model.fit(others, others[: len(others) // 5], recipe=Recipe(), work=Path())
    p = np.array([[scores.get(label, 0.0) for label in labels] for scores in model.predict(xs)])
    own = p[np.arange(len(y)), y].copy()
    p[np.arange(len(y)), y] = 0
    torn = p.max(axis=1) / (own + p.max(axis=1)) * rng.gamma(1.0, size=len(y))
    return np.argsort(-torn)[: round(RATE * len(y))], p.argmax(axis=1)


def examined(train: Rows, test: Rows) -> float:
    model = TfidfLogreg()
    model.fit(train, [], recipe=Recipe(), work=Path())
    return accuracy([y for _, y in test], [decide("classify", one) for one in model.predict([x for x, _ in test])])


def parts(name: str) -> tuple[Rows, Rows, Rows]:
    """Return rows to spoil, rows to examine a model on, and rows for the strong model."""
    rows = random.Random(7).sample(everything := read(name), len(everything))
    return rows[:N_TRAIN], rows[N_TRAIN : N_TRAIN + N_TEST], rows[N_TRAIN + N_TEST :][:N_TEST]


def compare(name: str, how: str, vectors: NDArray[np.float32] | None) -> None:
    train, test, others = parts(name)
    xs, ys = [x for x, _ in train], [y for _, y in train]
    bad = spoil(how, xs, ys, seed=7, others=others)
    started = time.perf_counter()
    found = suspects.find(xs, bad, seed=7, vectors=vectors)
    seconds = time.perf_counter() - started
    wrong = np.array(ys) != np.array(bad)
    score = np.zeros(len(xs))
    for one in found.ranked:
        score[one.index] = one.score
    ap = average_precision_score(wrong, score) if wrong.any() else 0.0
    named = {one.index: one.suggested for one in found.ranked[: found.n_wrong]}
    kept, labels = suspects.corrected(bad, found)
    marks = {
        "as they are": examined(list(zip(xs, bad, strict=True)), test),
        "dropped": examined([(x, y) for n, (x, y) in enumerate(zip(xs, bad, strict=True)) if n not in named], test),
        "replaced": examined([(x, named.get(n, y)) for n, (x, y) in enumerate(zip(xs, bad, strict=True))], test),
        "corrected": examined([(xs[n], y) for n, y in zip(kept, labels, strict=True)], test),
        "right": examined(train, test),
    }
    least, most = marks["as they are"], marks["right"]
    policies = ("dropped", "replaced", "corrected")
    gains = {policy: round((marks[policy] - least) / (most - least), 2) for policy in policies if most > least}
    print(
        f"{name}, {how}: average precision {ap:.3f}, chance {wrong.mean():.3f}; "
        f"{found.n_wrong:,} estimated of {wrong.sum():,} wrong, {len(xs) - len(kept):,} dropped; {seconds:.1f} s; "
        f"accuracy { ({key: round(value, 4) for key, value in marks.items()}) }; gain {gains}",
        flush=True,
    )


def main() -> None:
    wanted = [word for word in sys.argv[1:] if word != "--vectors"]
    for name in wanted or ["AG News", "THUCNews", "banking77"]:
        vectors = glance.vectors([x for x, _ in parts(name)[0]]) if "--vectors" in sys.argv else None
        people = ["as people"] if name == "AG News" else []
        for how in ("at random", "by label", "by row", *people, "not at all"):
            compare(name, how, vectors)


if __name__ == "__main__":
    sys.exit(main())
