"""Probabilities that mean what they say: temperature, reliability, expected calibration error."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Kind, Scores

METRICS = ("expected_calibration_error",)
EPSILON = 1e-9
N_BINS = 10


def confidence(kind: Kind, scores: Any) -> float:
    """Return the probability that the whole answer is right: of the best label or span, or of the set of labels.

    >>> confidence("classify", {"a": 0.7, "b": 0.3})
    0.7
    >>> confidence("tag", {"a": 0.9, "b": 0.2})
    0.72
    """
    if kind == "extract":
        return max((float(one["score"]) for one in scores), default=0.0)
    if kind == "generate":  # a text that failed a check is never sure
        return 0.0 if scores.get("flags") else float(scores["score"])
    if kind == "classify":
        return float(max(scores.values()))
    return float(round(math.prod(max(p, 1 - p) for p in scores.values()), 12))


def sharpen(kind: Kind, scores: Any, temperature: float) -> Any:
    """Return the probabilities after dividing their logits by a temperature; the order of labels or spans stays.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2.

    >>> sharpen("classify", {"a": 0.8, "b": 0.2}, 1.0)
    {'a': 0.8, 'b': 0.2}
    """
    if temperature == 1.0:
        return scores
    if kind == "extract":
        made = _tempered(np.array([one["score"] for one in scores]), temperature)
        return [{**one, "score": float(p)} for one, p in zip(scores, made, strict=True)]
    if kind == "generate":
        sure = min(max(float(scores["score"]), EPSILON), 1 - EPSILON)
        return {**scores, "score": 1 / (1 + math.exp(-math.log(sure / (1 - sure)) / temperature))}
    p = np.clip(np.fromiter(scores.values(), dtype=np.float64), EPSILON, 1 - EPSILON)
    if kind == "classify":
        z = np.log(p) / temperature
        e = np.exp(z - z.max())
        made = e / e.sum()
    else:
        made = 1 / (1 + np.exp(-np.log(p / (1 - p)) / temperature))
    return dict(zip(scores, (float(one) for one in made), strict=True))


def fit_temperature(kind: Kind, gold: Sequence[Any], predictions: Sequence[Any]) -> float:
    """Return the temperature that makes held-out answers most probable, 0.05 to 20, by golden-section search.

    To `extract`, `gold` says of each span whether it is right; to `generate`, of each text whether it is good.
    """
    if kind == "generate":
        gold = [{"good"} if good else set() for good in gold]
        return fit_temperature("tag", gold, [{"good": float(one["score"])} for one in predictions])
    if kind == "extract":
        return _fit_spans(gold, predictions)
    labels = list(predictions[0])
    p = np.clip(np.array([[one[label] for label in labels] for one in predictions]), EPSILON, 1 - EPSILON)
    if kind == "classify":
        logits = np.log(p)
        target = np.array([labels.index(y) for y in gold])

        def loss(log_t: float) -> float:
            z = logits / math.exp(log_t)
            z = z - z.max(axis=1, keepdims=True)
            return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), target]))
    else:
        logits = np.log(p / (1 - p))
        signs = np.array([[1.0 if label in y else -1.0 for label in labels] for y in gold])

        def loss(log_t: float) -> float:
            return float(np.mean(np.logaddexp(0, -signs * logits / math.exp(log_t))))

    return round(math.exp(_minimum(loss, math.log(0.05), math.log(20.0))), 4)


def _tempered(p: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Temper probabilities that sum to 1 or less; what the rest had goes on to be theirs."""
    z = np.log(np.clip(np.append(p, 1 - p.sum()), EPSILON, 1)) / temperature
    e = np.exp(z - z.max())
    return np.asarray((e / e.sum())[:-1])


def _fit_spans(right: Sequence[Sequence[bool]], predictions: Sequence[Any]) -> float:
    """Return the temperature that makes right spans most probable; where none is right, all that is not listed."""
    listed = [(np.array([one["score"] for one in spans]), np.array(marks)) for spans, marks in
              zip(predictions, right, strict=True) if len(spans)]  # fmt: skip

    def loss(log_t: float) -> float:
        made = [(_tempered(p, math.exp(log_t)), marks) for p, marks in listed]
        mass = [p[marks].sum() if marks.any() else 1 - p.sum() for p, marks in made]
        return float(-np.mean(np.log(np.clip(mass, EPSILON, 1))))

    return round(math.exp(_minimum(loss, math.log(0.05), math.log(20.0))), 4) if listed else 1.0


def _minimum(function: Callable[[float], float], low: float, high: float, *, steps: int = 60) -> float:
    """Golden-section search for the minimum of a function with one valley."""
    ratio = (math.sqrt(5) - 1) / 2
    a, b = high - ratio * (high - low), low + ratio * (high - low)
    fa, fb = function(a), function(b)
    for _ in range(steps):
        if fa < fb:
            high, b, fb = b, a, fa
            a = high - ratio * (high - low)
            fa = function(a)
        else:
            low, a, fa = a, b, fb
            b = low + ratio * (high - low)
            fb = function(b)
    return (low + high) / 2


def log_loss(kind: Kind, gold: Sequence[Any], predictions: Sequence[Scores]) -> float:
    """Mean negative log probability of the right answer, or of each right yes and no.

    >>> round(log_loss("classify", ["a"], [{"a": 0.5, "b": 0.5}]), 4)
    0.6931
    """
    if kind == "classify":
        return float(-np.mean([math.log(max(one[y], EPSILON)) for one, y in zip(predictions, gold, strict=True)]))
    decisions = [
        math.log(max(p if label in y else 1 - p, EPSILON))
        for one, y in zip(predictions, gold, strict=True)
        for label, p in one.items()
    ]
    return float(-np.mean(decisions))


def expected_calibration_error(confidence: Sequence[float], correct: Sequence[bool], n_bins: int = 15) -> float:
    """Mean gap between confidence and accuracy, 0 (calibrated) to 1.

    Both have shape (n,); bins have equal width, empty ones weigh nothing. Raises `ValueError` when n is 0.
    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2.

    >>> round(expected_calibration_error([0.9, 0.9], [True, False]), 6)
    0.4
    """
    if not len(confidence):
        raise ValueError("there is nothing to measure")
    bins = reliability(confidence, correct, n_bins=n_bins)
    return float(sum(one["n"] * abs(one["confidence"] - one["accuracy"]) for one in bins) / len(confidence))


def reliability(confidence: Sequence[float], correct: Sequence[bool], *, n_bins: int = N_BINS) -> list[dict[str, Any]]:
    """Return mean confidence, accuracy and count of each bin of equal width that holds anything."""
    p: NDArray[np.float64] = np.asarray(confidence, dtype=np.float64)
    right = np.asarray(correct, dtype=np.float64)
    which = np.minimum((p * n_bins).astype(np.int64), n_bins - 1)
    return [
        {
            "confidence": float(p[which == n].mean()),
            "accuracy": float(right[which == n].mean()),
            "n": int((which == n).sum()),
        }
        for n in range(n_bins)
        if (which == n).any()
    ]
