"""What more labels would bring: a few cheap fits on growing parts of the rows, and the power law through them.

error(n) = a * n ** -b + c (Hestness et al. 2017, "Deep Learning Scaling is Predictable, Empirically"; Viering and Loog
2022, "The Shape of Learning Curves: a Review", section 4). A curve through five points can be drawn in many ways, so
the law is fitted to 400 resamplings of the points, and every forecast is the middle and the spread of those.
"""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Recipe, record
from luodi.metrics import classification, tagging
from luodi.train.answers import decide, labels_of

SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
N_REPEATS, N_DRAWS = 3, 400
HELD_OUT, MAX_HELD_OUT = 0.25, 2_000
MAX_ROWS = 10_000  # the largest part that is learned from; more would take longer than a user waits
MIN_ROWS = 200
EXPONENTS = np.linspace(0.05, 1.0, 20)
LOW, HIGH = 0.05, 0.95
NOT_REFUTED = 3.84  # chi-squared, one degree of freedom, 5 %
FARTHEST = 30  # a law is not believed beyond so many times the rows it was fitted to

F64 = NDArray[np.float64]
Pairs = Sequence[tuple[str, Any]]
Learn = Callable[[Pairs, Sequence[str]], Sequence[Any]]
"""Learns from pairs and answers texts."""


@record
class Estimate:
    """A value with a 90 % interval."""

    value: float
    low: float
    high: float


@record
class Need:
    """How many labelled rows a target takes in all; None where that cannot be told, with the reason."""

    rows: int | None
    low: int | None
    high: int | None
    """None where the target may be out of reach."""
    reason: str = ""


@record
class Curve:
    """A learning curve: where it was measured, and the laws through it."""

    points: tuple[tuple[int, float], ...]
    """(rows learned from, metric), the mean of the repeats."""
    n_rows: int
    """The rows there are to learn from; more than the last point where that was a sample."""
    laws: F64
    """a, b and c of error = a * n ** -b + c, shape (n_draws, 3)."""

    def at(self, n: int) -> Estimate:
        """Forecast the metric after learning from n rows."""
        a, b, c = self.laws.T
        low, value, high = np.quantile(1 - (a * float(n) ** -b + c), [LOW, 0.5, HIGH])
        return Estimate(value=float(value), low=float(low), high=float(high))

    def needed(self, target: float) -> Need:
        """Forecast the rows that a metric of `target` takes."""
        a, b, c = self.laws.T
        room = 1 - target - c
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            rows = np.where(room > 0, np.maximum(a, 1e-12) / np.maximum(room, 1e-12), np.inf) ** (1 / b)
        low, value, high = np.quantile(rows, [LOW, 0.5, HIGH], method="nearest")
        farthest = FARTHEST * self.points[-1][0]
        if value > farthest:
            reason = (
                "the curve seems to end below the target"
                if np.mean(room <= 0) > 0.5
                else f"more than {farthest:,} rows, farther than these can tell"
            )
            return Need(rows=None, low=None if low > farthest else int(low), high=None, reason=reason)
        return Need(rows=int(np.ceil(value)), low=int(low), high=None if high > farthest else int(np.ceil(high)))

    def summary(self) -> dict[str, Any]:
        """Return the points and the forecasts at once, twice and four times the rows, as plain JSON."""
        made = {f"{times}x": self.at(times * self.n_rows) for times in (1, 2, 4)}
        return {
            "points": [{"rows": n, "value": round(value, 4)} for n, value in self.points],
            "rows": self.n_rows,
            "forecast": {
                name: {"value": round(one.value, 4), "low": round(one.low, 4), "high": round(one.high, 4)}
                for name, one in made.items()
            },
        }


def curve(
    texts: Sequence[str],
    ys: Sequence[Any],
    *,
    seed: int = 7,
    max_rows: int = MAX_ROWS,
    learn: Learn | None = None,
    metric: Callable[[Sequence[Any], Sequence[Any]], float] | None = None,
) -> Curve | None:
    """Measure and fit the learning curve; None where there are fewer than 200 rows, or one label.

    `learn` is tfidf-logreg, `metric` accuracy, or micro F1 where rows have sets of labels, unless given. A quarter of
    the rows, 2,000 at most, is set aside to be asked. A stronger model's curve lies higher and has a similar slope.
    """
    kind, labels = labels_of(ys)
    if len(ys) < MIN_ROWS or len(labels) < 2:
        return None
    metric = metric or (classification.accuracy if kind == "classify" else tagging.micro_f1)
    learn = learn or tfidf_logreg
    n_test = min(MAX_HELD_OUT, round(HELD_OUT * len(ys)))
    largest = min(max_rows, len(ys) - n_test)
    sizes = sorted({max(20, round(share * largest)) for share in SHARES})
    scores = np.empty((N_REPEATS, len(sizes)))
    for repeat in range(N_REPEATS):
        order = random.Random(f"{seed}/curve/{repeat}").sample(range(len(ys)), len(ys))
        test, rest = order[:n_test], order[n_test:]
        for column, size in enumerate(sizes):
            answers = learn([(texts[row], ys[row]) for row in rest[:size]], [texts[row] for row in test])
            scores[repeat, column] = metric([ys[row] for row in test], answers)
    laws = fit(np.array(sizes, np.float64), 1 - scores, n_test=n_test, seed=seed)
    points = tuple((size, float(value)) for size, value in zip(sizes, scores.mean(axis=0), strict=True))
    return Curve(points=points, n_rows=len(ys) - n_test, laws=laws)


def fit(n: F64, errors: F64, *, n_test: int, seed: int = 7) -> F64:
    """Return a, b and c of error = a * n ** -b + c for 400 resamplings of the points, shape (400, 3).

    `n` has shape (n_sizes,), `errors` (n_repeats, n_sizes). Points are drawn around their means with the spread of the
    repeats and of `n_test` answers, half of which all sizes share; a and c are not negative, and b is from 0.05 to 1.
    Five points seldom tell a low end from a slow fall: where c = 0 is not refuted, every other law has it.
    """
    n_repeats = len(errors)
    mean = np.clip(errors.mean(axis=0), 1e-4, 1 - 1e-4)
    chance = mean * (1 - mean) / n_test
    spread = np.sqrt((errors.var(axis=0) + chance) / n_repeats)
    rng = np.random.default_rng(seed)
    shared = np.sqrt(chance / 2) * rng.standard_normal((N_DRAWS, 1))  # the repeats ask partly the same rows
    drawn = np.clip(mean + shared + spread * rng.standard_normal((N_DRAWS, len(n))), 1e-5, 1)  # (n_draws, n_sizes)
    weight = 1 / spread**2
    loss, laws = _best(n, drawn, weight, through_zero=False)
    plain_loss, plain = _best(n, drawn, weight, through_zero=True)
    every_other = (np.arange(N_DRAWS) % 2 == 1) & (plain_loss - loss < NOT_REFUTED)
    return np.where(every_other[:, None], plain, laws)


def _best(n: F64, errors: F64, weight: F64, *, through_zero: bool) -> tuple[F64, F64]:
    """Return loss (n_draws,) and law (n_draws, 3) of the exponent that fits each row of errors best."""
    best, laws = np.full(len(errors), np.inf), np.zeros((len(errors), 3))
    for b in EXPONENTS:
        a, c = _line(n**-b, errors, weight, through_zero=through_zero)
        loss = ((a[:, None] * n**-b + c[:, None] - errors) ** 2 * weight).sum(axis=1)
        better = loss < best
        best[better] = loss[better]
        laws[better] = np.stack([a, np.full(len(a), b), c], axis=1)[better]
    return best, laws


def _line(x: F64, y: F64, weight: F64, *, through_zero: bool) -> tuple[F64, F64]:
    """Return the slope and intercept, neither negative, of weighted least squares for each row of y."""
    share = weight / weight.sum()
    mean_x, mean_y = (share * x).sum(), (share * y).sum(axis=1)
    slope = np.maximum(
        0, (share * (x - mean_x) * (y - mean_y[:, None])).sum(axis=1) / (share * (x - mean_x) ** 2).sum()
    )
    intercept = mean_y - slope * mean_x
    steep = (share * x * y).sum(axis=1) / (share * x**2).sum()
    at_zero = (intercept < 0) | through_zero
    return np.where(at_zero, steep, slope), np.where(at_zero, 0.0, intercept)


def tfidf_logreg(train: Pairs, texts: Sequence[str]) -> list[Any]:
    """Learn and answer with the model of that name."""
    from luodi.models.tfidf_logreg import TfidfLogreg

    kind, labels = labels_of([y for _, y in train])
    if len(labels) < 2:
        return [train[0][1]] * len(texts)
    model = TfidfLogreg()
    model.fit(train, [], recipe=Recipe(), work=Path())
    return [decide(kind, scores) for scores in model.predict(texts)]
