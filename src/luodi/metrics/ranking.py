"""An ordered list of items against the ones that were right: recall, NDCG, MRR at a depth, over the whole catalogue.

What is right is a set of ids, or ids with grades above 0, of which only NDCG takes notice.

Nothing is sampled: an item counts as found where it stands among all items that could have been shown. Why that
matters: Krichene and Rendle 2020, "On Sampled Metrics for Item Recommendation".
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

METRICS = ("ndcg_at_10", "recall_at_10", "hit_at_10", "recall_at_50", "mrr")
Gold = Sequence[frozenset[str] | Mapping[str, float]]
Ranked = Sequence[Sequence[str]]
DEPTH = 50


def ndcg_at_10(gold: Gold, predicted: Ranked) -> float:
    """Mean normalized discounted cumulative gain of the first 10: a right item is worth its grade, without one 1.

    Source: Järvelin and Kekäläinen 2002, "Cumulated Gain-Based Evaluation of IR Techniques", section 2.

    >>> ndcg_at_10([frozenset("a")], ["ba"])
    0.6309297535714575
    """
    return _mean("ndcg_at_10", gold, predicted)


def recall_at_10(gold: Gold, predicted: Ranked) -> float:
    """Mean share of the right items that stand among the first 10; at most 10 can, so that 1 is always in reach.

    >>> recall_at_10([frozenset("ab")], ["ac"])
    0.5
    """
    return _mean("recall_at_10", gold, predicted)


def hit_at_10(gold: Gold, predicted: Ranked) -> float:
    """Share of lists with a right item among the first 10.

    >>> hit_at_10([frozenset("ab"), frozenset("a")], ["ac", "c"])
    0.5
    """
    return _mean("hit_at_10", gold, predicted)


def recall_at_50(gold: Gold, predicted: Ranked) -> float:
    """Mean share of the right items that stand among the first 50; at most 50 can.

    >>> recall_at_50([frozenset("a")], ["ba"])
    1.0
    """
    return _mean("recall_at_50", gold, predicted)


def mrr(gold: Gold, predicted: Ranked) -> float:
    """Mean of 1 over the place of the first right item, 0 where none stands among the first 50.

    Source: Voorhees 1999, "The TREC-8 Question Answering Track Report", section 3.

    >>> mrr([frozenset("a"), frozenset("a")], ["ba", "b"])
    0.25
    """
    return _mean("mrr", gold, predicted)


def table(gold: Gold, predicted: Ranked) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the grade at each place, shape (n, 50), how many are right, shape (n,), and the best order's grades."""
    found, best = np.zeros((2, len(gold), DEPTH))
    for row, ideal, wanted, items in zip(found, best, gold, predicted, strict=True):
        grades = wanted if isinstance(wanted, Mapping) else dict.fromkeys(wanted, 1.0)
        row[: len(items)] = [grades.get(item, 0.0) for item in items[:DEPTH]]
        highest = sorted(grades.values(), reverse=True)[:DEPTH]
        ideal[: len(highest)] = highest
    return found, np.array([len(one) for one in gold], dtype=np.int64), best


def from_counts(
    name: str,
    weights: NDArray[np.float64],
    found: NDArray[Any],
    n_gold: NDArray[np.int64],
    best: NDArray[np.float64] | None = None,
) -> list[float]:
    """Return a metric for each row of `weights`, shape (n_resamples, n): how often each example was drawn."""
    values = each(name, found, n_gold, best)
    return [float(one) for one in weights @ values / weights.sum(axis=1)]


def each(
    name: str, found: NDArray[Any], n_gold: NDArray[np.int64], best: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the metric of every example by itself, shape (n,). One without a right item counts as 0.

    `found` and `best` are as `table` has them; without `best` every right item is worth the same.
    """
    assert name in METRICS
    right = found > 0
    if name == "mrr":
        places = np.where(right.any(axis=1), right.argmax(axis=1) + 1.0, np.inf)
        return np.asarray(1.0 / places)
    depth = 50 if name.endswith("50") else 10
    right = right[:, :depth]
    if name.startswith("hit"):
        return np.asarray(right.any(axis=1), dtype=np.float64)
    most = np.minimum(np.maximum(n_gold, 1), depth)
    if name.startswith("recall"):
        return np.asarray(right.sum(axis=1) / most)
    gains = 1 / np.log2(np.arange(depth) + 2)
    ideal = np.cumsum(gains)[most - 1] if best is None else best[:, :depth] @ gains
    return np.asarray(found[:, :depth] @ gains / np.maximum(ideal, 1e-12))


def _mean(name: str, gold: Gold, predicted: Ranked) -> float:
    return from_counts(name, np.ones((1, len(gold))), *table(gold, predicted))[0]


def beyond(predicted: Ranked, n_shown: dict[str, int], groups: dict[str, str], n_items: int) -> dict[str, Any]:
    """Return what a list is like apart from being right, for the first 10: `coverage`, `novelty`, `diversity`, `gini`.

    coverage: the share of the catalogue that is shown to anybody. novelty: mean self-information of an item in bits,
    by `n_shown`, how often each was asked for in training. diversity: mean share of pairs in a list whose `groups`
    differ. gini: how unevenly exposure is spread over the catalogue, 0 (evenly) to 1.
    Sources: Vargas and Castells 2011, "Rank and Relevance in Novelty and Diversity", section 4 (novelty); Fleder and
    Hosanagar 2009, "Blockbuster Culture's Next Rise or Fall", section 3 (Gini).
    """
    lists = [list(items[:10]) for items in predicted]
    shown: dict[str, int] = {}
    for item in (one for items in lists for one in items):
        shown[item] = shown.get(item, 0) + 1
    total = sum(n_shown.values()) + n_items
    bits = {item: -float(np.log2((n_shown.get(item, 0) + 1) / total)) for item in shown}
    n_all = max(1, sum(shown.values()))
    counts = np.sort(np.concatenate([np.zeros(max(0, n_items - len(shown))), np.array(sorted(shown.values()))]))
    places = np.arange(1, len(counts) + 1)
    gini = float((2 * places - len(counts) - 1) @ counts / (len(counts) * max(1.0, counts.sum()))) if len(counts) else 0
    return {
        "coverage": len(shown) / max(1, n_items),
        "novelty": sum(bits[item] * n for item, n in shown.items()) / n_all,
        "diversity": _differing(lists, groups) if groups else None,
        "gini": gini,
        "popularity": sum(n_shown.get(item, 0) * n for item, n in shown.items()) / n_all,
    }


def _differing(lists: Sequence[Sequence[str]], groups: dict[str, str]) -> float:
    shares = []
    for items in lists:
        n_pairs = len(items) * (len(items) - 1) / 2
        if n_pairs:
            counts: dict[str, int] = {}
            for item in items:
                group = groups.get(item) or item
                counts[group] = counts.get(group, 0) + 1
            shares.append(1 - sum(n * (n - 1) / 2 for n in counts.values()) / n_pairs)
    return float(np.mean(shares)) if shares else 0.0
