"""What was written against what people wrote: chrF and BLEU over a corpus, 0 to 1, the statistics of sacreBLEU.

Each row's counts of n-grams are kept, so that an interval costs a product and no new counting. Chinese is cut into
characters for BLEU (sacreBLEU's tokenizer `zh`) where most letters of the right texts are Chinese, else as `13a` does.
Source: Post 2018, "A Call for Clarity in Reporting BLEU Scores".
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import sacrebleu
from numpy.typing import NDArray
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

METRICS = ("chrf", "bleu")
Array = NDArray[np.float64]
Gold = Sequence[frozenset[str]]
"""The texts that are right, one or more for each row."""
CHINESE = re.compile("[\u3400-\u9fff]")
LETTER = re.compile(r"\w")
LOOKED_AT = 500
ORDER, CHAR_ORDER, BETA = 4, 6, 2


def chrf(gold: Gold, predicted: Sequence[str]) -> float:
    """F-score, recall counting double, of the sequences of one to six characters of all texts, 0 to 1.

    Source: Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation".

    >>> chrf([frozenset({"the cat sat"})], ["the cat sat"])
    1.0
    """
    return from_counts("chrf", np.ones((1, len(gold))), *table(gold, predicted))[0]


def bleu(gold: Gold, predicted: Sequence[str]) -> float:
    """Geometric mean of the precisions of one to four words in a row, less for brevity, over all texts, 0 to 1.

    Source: Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation".

    >>> round(bleu([frozenset({"the cat sat on the mat"})], ["the cat sat on a mat"]), 4)
    0.5373
    """
    return from_counts("bleu", np.ones((1, len(gold))), *table(gold, predicted))[0]


def signatures(gold: Gold) -> dict[str, str]:
    """Return, for each metric, how sacreBLEU would describe what is computed.

    >>> signatures([frozenset({"你好"})])["bleu"].partition("|version")[0]
    'nrefs:1|case:mixed|eff:no|tok:zh|smooth:exp'
    """
    most = {len(one) for one in gold}
    n = str(max(most, default=1)) if len(most) < 2 else "var"
    version = f"version:{sacrebleu.__version__}"
    return {
        "chrf": f"nrefs:{n}|case:mixed|eff:yes|nc:{CHAR_ORDER}|nw:0|space:no|{version}",
        "bleu": f"nrefs:{n}|case:mixed|eff:no|tok:{_tokenizer(gold)}|smooth:exp|{version}",
    }


def table(gold: Gold, predicted: Sequence[str]) -> tuple[Array, Array]:
    """Return the counts of every row: for BLEU, shape (n, 10), and for chrF, shape (n, 18)."""
    if not len(gold):
        return np.zeros((0, 2 + 2 * ORDER)), np.zeros((0, 3 * CHAR_ORDER))
    most = max(len(one) for one in gold)
    ordered = [sorted(one) for one in gold]
    streams = [[one[n] if n < len(one) else None for one in ordered] for n in range(most)]
    return _counts(BLEU(tokenize=_tokenizer(gold)), predicted, streams), _counts(CHRF(), predicted, streams)


def from_counts(name: str, weights: Array, words: Array, characters: Array) -> list[float]:
    """Return a metric for each row of `weights`, shape (n_resamples, n): how often each example was drawn."""
    made = _bleu(weights @ words) if name == "bleu" else _chrf(weights @ characters)
    return [float(one) for one in made]


def _counts(metric: Any, predicted: Sequence[str], streams: Sequence[Any]) -> Array:
    # sacreBLEU sums these and scores the sum; it has no public name for them
    return np.array(metric._extract_corpus_statistics(list(predicted), streams), dtype=np.float64)


def _bleu(sums: Array) -> Array:
    """Return BLEU of summed counts, (n, 10) in: lengths, matches of one to four words, and how many there were."""
    ours, theirs = sums[:, 0], sums[:, 1]
    right, total = sums[:, 2 : 2 + ORDER], sums[:, 2 + ORDER :]
    missed = (right == 0) & (total > 0)
    # a precision of nothing counts as a half, a quarter, … of one match: Chen and Cherry 2014, technique 3
    smooth = np.where(missed, 0.5 ** np.cumsum(missed, axis=1), right)
    log_p = np.log(np.where(total > 0, smooth, 1) / np.maximum(total, 1)).mean(axis=1)
    brevity = np.where(ours < theirs, 1 - theirs / np.maximum(ours, 1e-9), 0.0)
    whole = (total > 0).all(axis=1) & (right.sum(axis=1) > 0)
    return np.where(whole, np.exp(log_p + brevity), 0.0)


def _chrf(sums: Array) -> Array:
    """Return chrF of summed counts, (n, 18) in: ours, theirs and matches, of one to six characters."""
    ours, theirs, same = (sums[:, n::3] for n in range(3))
    known = (ours > 0) & (theirs > 0)
    n = np.maximum(known.sum(axis=1), 1)
    precision = np.where(known, same / np.maximum(ours, 1), 0).sum(axis=1) / n
    recall = np.where(known, same / np.maximum(theirs, 1), 0).sum(axis=1) / n
    below = BETA**2 * precision + recall
    return np.where(below > 0, (1 + BETA**2) * precision * recall / np.where(below > 0, below, 1), 0.0)


def _tokenizer(gold: Gold) -> str:
    shown = "".join(text for one in gold[:LOOKED_AT] for text in sorted(one))
    return "zh" if 2 * len(CHINESE.findall(shown)) > len(LETTER.findall(shown)) else "13a"
