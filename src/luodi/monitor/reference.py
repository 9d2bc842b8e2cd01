"""What traffic looks like when nothing has changed: written when a bundle is made, numbers only.

All of it comes from dev and exam, since a model is surer of what it has learned from; the training rows say only which
words are known. How far each number strays by chance is simulated: the reference and the rows that traffic comes from
are both drawn anew from the same rows, and weeks of traffic with a daily rhythm run past, so that the bound covers a
small reference, callers who ask the same again and again, a short window, many looks and many numbers.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import record
from luodi.monitor import features, moving, rhythm
from luodi.monitor.moving import Part

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

FILE = "watch.json"
N_BINS = 10
N_RANKS = 100
MOST_ROWS, MOST_KNOWN = 5_000, 100_000
N_DRAWS, N_WEEKS = 24, 3
LEAST_TEXTS = 2_000  # different texts of traffic; a large exam stands for as many as it has rows
WARM_REQUESTS = 1_000
OTHER = "(other)"
LEAST = {"scripts": 0.025, "unknown": 0.02, "handed_over": 0.03, "truncated": 0.05, "length": 0.02}
"""Distance from the expected value that is never called drift: 0.025 is a script of 5 % of the letters."""
NUMBERS = (
    "length", "scripts", "words", "unknown", "confidence", "labels", "doubt", "novelty", "handed_over", "truncated",
    "meaning",
)  # fmt: skip
HOW = {
    "length": "shares", "scripts": "shares", "labels": "shares", "words": "surge", "doubt": "surge",
    "confidence": "either", "meaning": "place",
}  # fmt: skip
"""How a number is made from the mean of its columns, where it is not that mean itself."""
TOPIC = "topic"
"""The signs of a new topic, taken together: it gets half of the false alarms that are allowed."""


@record
class Seen:
    """A held-out row as it was answered."""

    x: str
    label: str
    confidence: float
    handed_over: bool
    meaning: Sequence[float] = ()
    """Where it lies along the directions of the reference; nothing where the model is no network."""


class Reference:
    """The numbers of a bundle's `watch.json`, ready to be held against traffic."""

    def __init__(self, about: Mapping[str, Any]) -> None:
        self.about = about
        self.known = features.Known.from_text(about["known"])
        self.length_edges = np.asarray(about["length_edges"])
        self.labels = {name: n for n, name in enumerate(about["labels"])}
        self.parts = tuple(
            Part(
                name=one["name"],
                how=one["how"],
                reference=tuple(_mean(one["mean"])),
                grain=tuple(_mean(one["grain"])),
                n=int(about["n_rows"]),
                window=int(about["window"]),
            )
            for one in about["parts"]
        )
        self.fits: dict[str, dict[str, float]] = about["fits"]
        self.names = (*(one.name for one in self.parts), *([TOPIC] if TOPIC in self.fits else []))

    @classmethod
    def nothing(cls, window: int) -> "Reference":
        """Return one that holds no number: of recommendations, and of bundles without a reference."""
        blank = {"known": features.Known.learn([]).as_text(), "length_edges": [], "labels": [], "n_rows": 0}
        return cls(blank | {"window": window, "parts": [], "fits": {}})

    def rows(self, seen: Sequence[Seen], truncated: Sequence[bool] = (), lengths: Sequence[int] = ()) -> F32:
        """Return one row for each answered request, shape (n, n_columns), in the order of `parts`.

        `lengths` are those of the texts where `seen` holds only their beginnings.
        """
        if not self.parts:
            return np.zeros((len(seen), 0), np.float32)
        hashes = [features.words(one.x) for one in seen]
        sure = np.array([[one.confidence] for one in seen], np.float32)
        unknown = np.array([[self.known.unknown(one)] for one in hashes], np.float32)
        n_labels = self._bins("labels")
        labels = one_hot([self.labels.get(one.label, n_labels - 1) for one in seen], n_labels)
        made = {
            "length": one_hot(
                np.searchsorted(self.length_edges, lengths or [len(one.x) for one in seen]),
                self._bins("length"),
            ),
            "scripts": np.array([features.scripts(one.x) for one in seen], np.float32),
            "words": features.present(hashes),
            "unknown": unknown,
            "confidence": sure,
            "labels": labels,
            "doubt": labels * tilted(-sure, self.about["ranks"]["doubt"]),
            "novelty": tilted(strangeness(unknown, sure, self.about), self.about["ranks"]["novelty"]),
            "handed_over": np.array([[one.handed_over] for one in seen], np.float32),
            "truncated": np.array([[one] for one in truncated or [False] * len(seen)], np.float32),
            "meaning": self._places(seen),
        }
        return np.concatenate([made[one.name] for one in self.parts], axis=1)

    def _places(self, seen: Sequence[Seen]) -> F32:
        """Return where texts lie; one of which that is not known lies where the mean is."""
        usual = next((part.reference for part in self.parts if part.name == "meaning"), ())
        rows = [one.meaning if len(one.meaning) == len(usual) else usual for one in seen]
        return np.array(rows, np.float32).reshape(len(seen), len(usual))

    def values(self, states: F64) -> dict[str, F64]:
        """Return each number for some moving means, shape (n, n_columns): arrays of shape (n,)."""
        return self.completed(moving.values(self.parts, states))

    def completed(self, found: Mapping[str, F64]) -> dict[str, F64]:
        """Return the numbers with the one that takes some of them together."""
        if TOPIC not in self.fits:
            return dict(found)
        return {**found, TOPIC: moving.together(moving.signs(self.parts, found), self._scales)}

    def strongest(self, found: Mapping[str, F64]) -> str:
        """Return the sign of a new topic that has risen furthest at the last look."""
        told = moving.signs(self.parts, {name: one[-1:] for name, one in found.items()})
        return max(told, key=lambda name: float(moving.together({name: told[name]}, self._scales)[0]))

    def bound(self, name: str, *, per_week: float, false_alarms: float) -> float:
        """Return what a number exceeds by chance so rarely that all together raise so many false alarms a week."""
        share = 0.5 if TOPIC in self.fits else 1.0
        n = 1 if name == TOPIC else len(self.parts)
        return moving.bound(self.fits[name], per_week=per_week, false_alarms=share * false_alarms, n_numbers=n)

    @cached_property
    def _scales(self) -> dict[str, tuple[float, float]]:
        return {name: (fit["center"], fit["spread"]) for name, fit in self.fits.items() if "spread" in fit}

    def expected(self, name: str) -> float:
        """Return what a number is on the whole when nothing has changed."""
        return float(self.fits[name]["expected"])

    def _bins(self, name: str) -> int:
        return next((len(part.reference) for part in self.parts if part.name == name), 1)


def strangeness(unknown: F32, sure: F32, about: Mapping[str, Any]) -> F32:
    """Return unknown words and lack of confidence together, both in standard deviations of the exam."""
    mean, spread = about["scales"]["unknown"]
    doubt = normal(-sure, about["ranks"]["doubt"])
    made: F32 = (np.clip((unknown - mean) / spread, -4, 4) + doubt).astype(np.float32)
    return made


def normal(column: F32, ranks: Sequence[float]) -> F32:
    """Return numbers as what a standard normal variable has at the same rank among those of the exam."""
    below, upto = np.searchsorted(ranks, column, side="left"), np.searchsorted(ranks, column, side="right")
    made: F32 = _normal_scores(len(ranks))[below + upto]
    return made


@cache
def _normal_scores(n: int) -> F32:
    return np.array([NormalDist().inv_cdf((k + 1) / (2 * n + 2)) for k in range(2 * n + 1)], np.float32)


def tilted(column: F32, ranks: Sequence[float]) -> F32:
    """Return how much likelier numbers are in a topic where they lie one standard deviation higher than on the exam.

    Of all that may be summed, the sum of this likelihood ratio is what finds a small share of such a topic soonest.
    """
    made: F32 = np.exp(normal(column, ranks) - 0.5).astype(np.float32)
    return made


def one_hot(which: Any, n: int) -> F32:
    """Return a row for each number, with a one in its place, shape (len(which), n)."""
    made = np.zeros((len(which), n), np.float32)
    made[np.arange(len(which)), np.minimum(which, n - 1)] = 1
    return made


def build(
    train: Iterable[str], held_out: Sequence[Seen], *, window: int, seed: int = 7, n_draws: int = N_DRAWS, **more: Any
) -> dict[str, Any]:
    """Return the reference of some training texts and some answered rows; `more` is written along."""
    rng = np.random.default_rng(seed)
    held_out = some(held_out, MOST_ROWS, seed)
    lengths = np.array([len(one.x) for one in held_out])
    known = features.Known.learn(features.words(x) for x in itertools.islice(train, MOST_KNOWN))
    about: dict[str, Any] = {
        "window": window,
        "n_rows": len(held_out),
        "known": known.as_text(),
        "length_edges": _edges(lengths),
        "labels": sorted({one.label for one in held_out}),
    }
    unknown = np.array([known.unknown(features.words(one.x)) for one in held_out], np.float32)
    sure = np.array([one.confidence for one in held_out], np.float32)
    about["scales"] = {"unknown": _scale(unknown)}
    about["ranks"] = {"doubt": _ranks(-sure)}
    about["ranks"]["novelty"] = _ranks(strangeness(unknown, sure, about))
    n_directions = len(held_out[0].meaning) if held_out else 0
    names = [name for name in NUMBERS if name != "meaning" or n_directions]
    about |= {"parts": [_blank(name, about, n_directions) for name in names], "fits": {}}
    rows = Reference(about).rows(held_out)
    parts, fits = _fitted(
        {one["name"]: len(one["mean"]) for one in about["parts"]},
        rows,
        lengths,
        window=window,
        n_draws=n_draws,
        rng=rng,
    )
    return about | {"parts": parts, "fits": fits} | more


def how(name: str) -> str:
    """Return how a number is made from the mean of its columns."""
    return HOW.get(name, "mean")


def _fitted(
    shapes: Mapping[str, int], rows: F32, lengths: I64, *, window: int, n_draws: int, rng: np.random.Generator
) -> tuple[list[Any], dict[str, Any]]:
    given, seen = _parts(shapes, rows, window), list[dict[str, F64]]()
    for _ in range(n_draws):  # of what the reference and of what the traffic might have been as well
        parts = _parts(shapes, rows[rng.integers(len(rows), size=len(rows))], window)
        # A mean is not held against the reference, and yet strays with it: its ranks and scales come from there.
        astray = {
            one.name: one.reference[0] - drawn.reference[0] if one.how == "mean" else 0.0
            for one, drawn in zip(given, parts, strict=True)
        }
        here = rng.integers(len(rows), size=max(len(rows), LEAST_TEXTS))
        for found in weeks(parts, rows[here], lengths[here], window=window, n_weeks=N_WEEKS, rng=rng):
            seen.append({name: value + astray[name] for name, value in found.items()})
    fits = {name: _fit(name, [one[name] for one in seen], n_draws) for name in shapes}
    told = [moving.signs(given, one) for one in seen]
    scales = {name: _scale(np.concatenate([one[name] for one in told])) for name in told[0]}
    for name, (center, spread) in scales.items():
        fits[name] |= {"center": center, "spread": spread}
    fits[TOPIC] = _fit(TOPIC, [moving.together(one, scales) for one in told], n_draws)
    made = [
        {"name": one.name, "how": one.how, "mean": _written(one.reference), "grain": _written(one.grain)}
        for one in given
    ]
    return made, fits


def _fit(name: str, seen: Sequence[F64], n_draws: int) -> dict[str, float]:
    """Return how far a number strays in quiet weeks, given as draws of some weeks each."""
    expected = float(np.mean([value.mean() for value in seen]))
    largest = np.array([value.max() for value in seen]).reshape(n_draws, -1)
    return {"expected": expected, **moving.largest(largest), "least": expected + LEAST.get(name, 0.0)}


def weeks(
    parts: Sequence[Part],
    rows: F32,
    lengths: I64,
    *,
    window: int,
    n_weeks: int,
    rng: np.random.Generator,
    tilt: float = rhythm.TILT,
) -> Iterator[dict[str, F64]]:
    """Yield for each simulated week the numbers at each look: name to array of shape (n_looks,)."""
    weight = moving.fading(window)
    state = moving.start(parts)
    warm = rows[rng.integers(len(rows), size=(WARM_REQUESTS // moving.BLOCK, moving.BLOCK))].mean(axis=1)
    for block in warm:
        state = moving.moved(state, block, moving.BLOCK, weight)
    for _ in range(n_weeks):
        states = []
        for asked in rhythm.week(lengths, rng, tilt=tilt):
            for at in range(0, len(asked), moving.BLOCK):
                block = asked[at : at + moving.BLOCK]
                state = moving.moved(state, rows[block].sum(axis=0) / len(block), len(block), weight)
                states.append(state)
        yield moving.values(parts, np.array(states))


def _parts(shapes: Mapping[str, int], rows: F32, window: int) -> list[Part]:
    made, at = [], 0
    for name, n in shapes.items():
        inside = rows[:, at : at + n]
        mean, grain = inside.mean(axis=0, dtype=np.float64), (1.0,)
        at += n
        if how(name) == "shares":  # half a row in each bin: what was not seen is not impossible
            mean = (mean * len(rows) + 0.5) / (len(rows) + 0.5 * n)
        if name == "doubt":
            grain = tuple(_grain(inside, mean).tolist())
        if name == "meaning":
            grain = tuple(np.maximum(inside.var(axis=0, dtype=np.float64), 1e-9).tolist())
        part = Part(name=name, how=how(name), reference=tuple(mean), grain=grain, n=len(rows), window=window)  # type: ignore[arg-type]
        made.append(part)
    return made


def _grain(rows: F32, mean: F64) -> F64:
    """Return mean square by mean of each column; where there are few rows, nearer to that of all columns."""
    square = np.square(rows, dtype=np.float64).mean(axis=0)
    few = 20 / len(rows)
    made: F64 = (square + few * square.sum() / max(float(mean.sum()), 1e-9)) / (mean + few)
    return made


def _blank(name: str, about: Mapping[str, Any], n_directions: int) -> dict[str, Any]:
    sizes = {
        "meaning": n_directions,
        "length": len(about["length_edges"]) + 1,
        "scripts": len(features.SCRIPTS),
        "words": features.N_WORDS,
        "labels": len(about["labels"]) + 1,
        "doubt": len(about["labels"]) + 1,
    }
    return {"name": name, "how": how(name), "mean": [0.0] * sizes.get(name, 1), "grain": [1.0]}


def _written(numbers: Sequence[float]) -> Any:
    values = np.asarray(numbers)
    return features.packed(values.astype(np.float32)) if len(values) > 256 else [round(float(v), 6) for v in values]


def _mean(value: Any) -> F64:
    return features.unpacked(value, np.float32) if isinstance(value, str) else np.asarray(value, np.float64)


def _edges(values: Any) -> list[float]:
    if not len(values):
        return []
    return [float(one) for one in np.unique(np.quantile(values, np.linspace(0, 1, N_BINS + 1)[1:-1]))]


def _ranks(values: Any) -> list[float]:
    if not len(values):
        return []
    return [round(float(one), 6) for one in np.quantile(values, (np.arange(N_RANKS) + 0.5) / N_RANKS)]


def _scale(values: Any) -> tuple[float, float]:
    return round(float(np.mean(values)), 6), round(max(float(np.std(values)), 1e-3), 6)


def some(values: Sequence[Any], n: int, seed: int) -> Sequence[Any]:
    """Return n of the values, drawn by chance, in their order; all where they are no more."""
    if len(values) <= n:
        return values
    chosen = np.random.default_rng(seed).choice(len(values), size=n, replace=False)
    return [values[k] for k in sorted(chosen)]
