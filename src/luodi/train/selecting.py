"""Learning to choose sentences: which ones come nearest to what people wrote, and what such sentences look like."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from luodi import sentences
from luodi.contracts import Facts, Recipe
from luodi.metrics import rouge
from luodi.runtime import boosted, salience
from luodi.runtime.encoders import Embedder
from luodi.runtime.engine_selector import How, Length, Selector, clues
from luodi.runtime.salience import Rarity, Read

Pairs = Sequence[tuple[Mapping[str, Any], Iterable[str]]]
BUCKETS = 1 << 16
MOST_CANDIDATES = 200  # sentences of a long document that the oracle looks at: those with most of the reference's words
MOST_ROWS = 300_000  # sentences to learn from
MOST_OTHERS = 60  # of a document that were not chosen, where there are many documents
MOST_DEV = 200  # documents by which lengths are chosen
TIMES = (0.6, 0.75, 0.9, 1.0, 1.15, 1.35, 1.6, 2.0)
APART = (0.0, 0.2, 0.5)
TREES: Mapping[str, Any] = {
    "max_iter": 250, "learning_rate": 0.05, "max_leaf_nodes": 15, "min_samples_leaf": 30, "l2_regularization": 5.0,
    "max_features": 0.5,
}  # fmt: skip
CALIBRATION = 120  # sentences that int8 is calibrated by
MAX_TOKENS = 96  # of a sentence, for the encoder
STRENGTH = 0.003  # inverse regularization of the line, on standardized features
LEARNERS = ("line", "trees")
FEW_DOCUMENTS, FOLDS = 400, 4
NEARLY = 0.001  # of ROUGE-1
FEW_ROWS = 20_000  # of sentences: below it, fewer and smaller trees
SMALL: Mapping[str, Any] = {"max_iter": 100, "max_leaf_nodes": 7, "min_samples_leaf": 20}


def oracle(read: Read, references: Iterable[str]) -> NDArray[np.float64]:
    """Return 1 for each sentence that belongs to the set which comes nearest to a reference, found greedily; else 0.

    Near is the sum of ROUGE-1 and ROUGE-2, F1, to the best of the references. Source: Nallapati, Zhai and Zhou 2017,
    "SummaRuNNer", section 3.1.
    """
    words = [rouge.words(one.text) for one in read.outline.sentences]
    best, chosen = 0.0, list[int]()
    for reference in sorted(references):
        worth, found = _greedy(words, rouge.words(reference))
        if worth > best:
            best, chosen = worth, found
    made = np.zeros(len(words))
    made[chosen] = 1
    return made


def _greedy(words: Sequence[Sequence[str]], gold: Sequence[str]) -> tuple[float, list[int]]:
    grams: list[Counter[Any]] = [Counter(gold), Counter(pairwise(gold))]
    n_gold = len(gold), max(0, len(gold) - 1)
    tables, totals = [], []
    for n, wanted in enumerate(grams):
        number = {gram: i for i, gram in enumerate(wanted)}
        table = np.zeros((len(words), len(number)), dtype=np.float32)
        for row, each in enumerate(words):
            for gram in each if n == 0 else pairwise(each):
                if gram in number:
                    table[row, number[gram]] += 1
        tables.append(table)
        totals.append(np.array([max(0, len(each) - n) for each in words], dtype=np.float64))
    limits = [np.array(list(one.values()), dtype=np.float32) for one in grams]
    overlap = sum(np.minimum(table, limit).sum(axis=1) for table, limit in zip(tables, limits, strict=True))
    candidates = np.argsort(-np.asarray(overlap), kind="stable")[:MOST_CANDIDATES]
    candidates = candidates[np.asarray(overlap)[candidates] > 0]
    chosen, best = list[int](), 0.0
    have, used = [np.zeros(len(limit), dtype=np.float32) for limit in limits], [0.0, 0.0]
    while len(chosen) < len(candidates):
        worth = np.zeros(len(candidates))
        for n in (0, 1):
            both = np.minimum(have[n] + tables[n][candidates], limits[n]).sum(axis=1)
            worth += 2 * both / np.maximum(1, n_gold[n] + used[n] + totals[n][candidates])
        worth[np.isin(candidates, chosen)] = -1
        at = int(np.argmax(worth))
        if worth[at] <= best + 1e-6:
            break
        best = float(worth[at])
        chosen.append(int(candidates[at]))
        for n in (0, 1):
            have[n] += tables[n][chosen[-1]]
            used[n] += float(totals[n][chosen[-1]])
    return best, chosen


def rarity_of(reads: Sequence[Read]) -> Rarity:
    """Count in how many documents each term stands."""
    counts = np.zeros(BUCKETS, dtype=np.int32)
    for one in reads:
        counts[sorted({salience.bucket(term, BUCKETS) for each in one.terms for term in each})] += 1
    return Rarity(len(reads), counts)


def length_of(reads: Sequence[Read], references: Sequence[Iterable[str]]) -> Length:
    """Return how long summaries are: in words or in sentences, whichever tells more.

    The lengths people wrote are bounds: a text ten times as long as any known one gets no summary of a new length.
    """
    found = []
    for unit in ("words", "sentences"):
        x = [sum(map(len, one.words)) if unit == "words" else len(one.words) for one in reads]
        y = [np.mean([float(_size(one, unit)) for one in sorted(each)] or [1.0]) for each in references]
        logs, wanted = np.log(np.maximum(1, x)), np.log(np.maximum(1, np.array(y, dtype=np.float64)))
        spread = float(logs.var())
        slope = float(np.clip(np.cov(logs, wanted, bias=True)[0, 1] / spread, 0.0, 1.0)) if spread > 1e-9 else 0.0
        intercept = float(wanted.mean() - slope * logs.mean())
        wrong = float(np.square(wanted - intercept - slope * logs).mean())
        low, high = (float(np.exp(one)) for one in np.quantile(wanted, [0.02, 0.98]))
        length = Length(unit=unit, slope=slope, intercept=intercept, least=max(1.0, low), most=max(1.0, high))
        found.append((wrong, length))
    return min(found, key=lambda one: one[0])[1]


def _size(text: str, unit: str) -> int:
    return len(rouge.words(text)) if unit == "words" else max(1, len(sentences.split(text)))


def drawn(rows: NDArray[np.float32], labels: NDArray[np.float64]) -> NDArray[np.float32]:
    """Fit a logistic regression to sentences that were chosen, 1, and others, 0; strong where documents are few."""
    mean, spread = rows.mean(axis=0, dtype=np.float64), rows.std(axis=0, dtype=np.float64) + 1e-6
    model = LogisticRegression(C=STRENGTH, max_iter=1_000).fit((rows - mean) / spread, labels)
    weight = model.coef_[0] / spread
    return np.append(weight, float(model.intercept_[0]) - float(mean @ weight)).astype(np.float32)


def grown(rows: NDArray[np.float32], labels: NDArray[np.float64], *, seed: int) -> boosted.Trees:
    """Fit trees to sentences that were chosen, 1, and others, 0. Learning is the same on one core and on many."""
    settings = {**TREES, **(SMALL if len(rows) < FEW_ROWS else {})}
    model = HistGradientBoostingClassifier(random_state=seed, early_stopping=False, **settings)
    model.fit(rows.astype(np.float64), labels)
    trees = [one[0].nodes for one in model._predictors]
    most = max(len(one) for one in trees)

    def table(name: str, kind: type, fill: float = 0) -> NDArray[Any]:
        made: NDArray[Any] = np.full((len(trees), most), fill, dtype=kind)
        for n, one in enumerate(trees):
            made[n, : len(one)] = one[name]
        return made

    leaf = table("is_leaf", np.bool_, fill=1)
    column = np.where(leaf, -1, table("feature_idx", np.int32)).astype(np.int32)
    base = float(np.ravel(model._baseline_prediction)[0])
    return boosted.Trees(
        column,
        table("num_threshold", np.float64),
        table("left", np.int32),
        table("right", np.int32),
        np.where(leaf, table("value", np.float64), 0.0),
        base,
    )


def measured(inner: Selector, train: Pairs) -> Facts:
    """Let an engine that learns nothing else learn how long summaries are."""
    reads = [inner.read(x) for x, _ in train]
    inner.how = replace(inner.how, length=length_of(reads, [y for _, y in train]))
    return {"texts": len(train)}


def learned(inner: Selector, train: Pairs, dev: Pairs, *, seed: int) -> Facts:
    """Let an engine learn what to choose, and how much; returns how much there was to learn from.

    Where there are few documents, lengths and the like are chosen by those of `train` as well, each judged by what
    learned from others.
    """
    reads = _read_once(inner, train)
    inner.rarity = rarity_of(list({id(one): one for one in reads}.values()))
    most = max(MOST_OTHERS, MOST_ROWS // max(1, len(train)))
    rng = np.random.default_rng(seed)
    rows, labels = [], []
    for (x, y), read in zip(train, reads, strict=True):
        right = oracle(read, y)
        others = rng.permutation(np.flatnonzero(right == 0))[:most]
        at = np.sort(np.concatenate([np.flatnonzero(right), others])).astype(np.int64)
        rows.append(salience.features(read, inner.rarity, *inner.asked(x))[at])
        labels.append(right[at])
    inner.how = replace(inner.how, by="line", length=length_of(reads, [y for _, y in train]))
    judged = _judged(inner, train, reads, rows, labels, seed=seed) if len(train) <= FEW_DOCUMENTS else None
    flat, seen = np.concatenate(labels), np.concatenate(rows)
    inner.line, inner.trees = drawn(seen, flat), grown(seen, flat, seed=seed)
    facts: Facts = {"sentences": len(flat), "chosen": round(float(flat.mean()), 4)}
    return facts | tuned(inner, dev, also=(train, reads, judged) if judged else None)


def _read_once(inner: Selector, pairs: Pairs) -> list[Read]:
    """Return what was read of each text; many rows may ask about one."""
    known: dict[tuple[Any, Any], Read] = {}
    for x, _ in pairs:
        key = x["text"], x.get("form")
        known[key] = known.get(key) or inner.read(x)
    return [known[x["text"], x.get("form")] for x, _ in pairs]


def _judged(
    inner: Selector, train: Pairs, reads: Sequence[Read], rows: Sequence[Any], labels: Sequence[Any], *, seed: int
) -> dict[str, list[Any]]:
    """Return, by learner, what the sentences of each document are worth to one that learned from other documents."""
    number = {text: n for n, text in enumerate(dict.fromkeys(str(x["text"]) for x, _ in train))}
    fold = np.array([number[str(x["text"])] % FOLDS for x, _ in train])
    made: dict[str, list[Any]] = {by: [np.zeros(0)] * len(train) for by in LEARNERS}
    for n in range(FOLDS):
        rest = np.flatnonzero(fold != n).tolist()
        flat = np.concatenate([labels[k] for k in rest]) if rest else np.zeros(0)
        if not 0 < flat.sum() < len(flat):
            continue
        seen = np.concatenate([rows[k] for k in rest])
        other = Selector(inner.how, trees=grown(seen, flat, seed=seed), line=drawn(seen, flat))
        for k in np.flatnonzero(fold == n).tolist():
            full = salience.features(reads[k], inner.rarity, *inner.asked(train[k][0]))
            for by in LEARNERS:
                other.how = replace(other.how, by=by)
                made[by][k] = other.judged(full)
    return made


def tuned(
    inner: Selector,
    dev: Pairs,
    *,
    apart: Sequence[float] = APART,
    also: tuple[Pairs, Sequence[Read], Mapping[str, list[Any]]] | None = None,
) -> Facts:
    """Choose on dev between line and trees, how long summaries are, how different their sentences, how sure it is.

    `also` are further documents with what their sentences are worth to each learner.
    """
    some = list(dev[:: max(1, len(dev) // MOST_DEV)][:MOST_DEV])
    reads = _read_once(inner, some)
    pairs = [*some, *(also[0] if also else ())]
    if not pairs:
        return {}
    golds = [[Counter(rouge.words(one)) for one in sorted(y)] for _, y in pairs]
    asked = all(x.get("max_sentences") or x.get("max_characters") for x, _ in pairs)  # then lengths are no choice
    found: list[tuple[float, How, list[float], list[Any]]] = []
    every = [*reads, *(also[1] if also else ())]
    for by in LEARNERS if inner.trees else (inner.how.by,):
        inner.how = replace(inner.how, by=by)
        worths = [inner.worth(x, read) for (x, _), read in zip(some, reads, strict=True)]
        worths += also[2][by] if also else []
        for one in apart:
            inner.how = replace(inner.how, apart=one)
            orders = [inner.order(read, worth) for read, worth in zip(every, worths, strict=True)]
            for times in (1.0,) if asked else TIMES:
                inner.how = replace(inner.how, length=replace(inner.how.length, times=times))
                values = _values(inner, pairs, every, orders, golds)
                found.append((float(np.mean(values)), inner.how, values, worths))
    found.sort(key=lambda one: abs(one[1].length.times - 1))
    best = max(one[0] for one in found)
    # of what is nearly as good, the plainest
    value, inner.how, values, worths = next(one for one in found if one[0] >= best - NEARLY)
    inner.how = replace(inner.how, sure=_sure(inner, pairs, every, worths, values))
    how = inner.how
    return {"by": how.by, "unit": how.length.unit, "times": how.length.times, "apart": how.apart,
            "dev": round(value, 4)}  # fmt: skip


def _values(
    inner: Selector, dev: Pairs, reads: Sequence[Read], orders: Sequence[list[int]], golds: Sequence[list[Counter[str]]]
) -> list[float]:
    """Return ROUGE-1 of each document."""
    made = []
    for (x, _), read, order, gold in zip(dev, reads, orders, golds, strict=True):
        got = Counter[str]()
        for n in inner.take(x, read, order):
            got.update(_counted(read.outline.sentences[n].text))
        made.append(max((2 * (got & one).total() / max(1, got.total() + one.total()) for one in gold), default=0.0))
    return made


@lru_cache(maxsize=100_000)
def _counted(text: str) -> Counter[str]:
    return Counter(rouge.words(text))


def _sure(
    inner: Selector, dev: Pairs, reads: Sequence[Read], worths: Sequence[Any], values: Sequence[float]
) -> tuple[float, ...]:
    """Fit the quality of a summary by what is known before it is read: a line through logits, held near to flat."""
    seen = np.array(
        [
            clues(worth, inner.take(x, read, inner.order(read, worth)))
            for (x, _), read, worth in zip(dev, reads, worths, strict=True)
        ]
    )
    share = np.clip(np.array(values), 0.02, 0.98)
    ridge = np.diag([1.0, 1.0, 1.0, 1e-3])
    found = np.linalg.solve(seen.T @ seen + ridge, seen.T @ np.log(share / (1 - share)))
    return tuple(round(float(one), 6) for one in found)


def begin(recipe: Recipe, documents: Sequence[str], work: Path) -> Embedder | None:
    """Return the pretrained encoder in int8, to compare what sentences mean; `None` where it cannot read them."""
    from luodi.train import embedding, starter  # loads torch, which nothing else here needs

    texts = [one for text in documents[:CALIBRATION] for one in sentences.split(text)[:2]]
    if not texts or starter.stranger(starter.find(recipe.base), texts):
        return None
    net, text, _ = embedding.begin(replace(recipe, max_tokens=recipe.max_tokens or MAX_TOKENS))
    embedding.write(work / "encoder", embedding.Vectors(net), text, texts[:CALIBRATION])
    return Embedder.load(work / "encoder")
