"""Words of a summary that stand in the reference: ROUGE-1, ROUGE-2, ROUGE-L and ROUGE-Lsum, each as F1.

English words are runs of letters and digits in lower case, as in Google's `rouge_score`, with which every value agrees
on English; each Chinese character is a word. Where a text has several references, the best one counts.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from luodi import sentences
from luodi.stem import stem

METRICS = ("rouge_1", "rouge_2", "rouge_l", "rouge_lsum")
Gold = Sequence[Sequence[str]]
"""The reference summaries of each text: one or more."""
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+")
MOST_WORDS = 4_000  # of a summary; more are not compared, since the time grows with the square


def rouge_1(gold: Gold, predicted: Sequence[str]) -> float:
    """Mean F1 of the words that stand in both, each as often as in the one that has it less often.

    Source: Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries", section 2; all four.

    >>> round(rouge_1([["the cat sat"]], ["the cat ran away"]), 3)
    0.571
    """
    return from_counts("rouge_1", np.ones((1, len(gold))), *table(gold, predicted))[0]


def rouge_2(gold: Gold, predicted: Sequence[str]) -> float:
    """Mean F1 of the pairs of neighboring words that stand in both.

    >>> rouge_2([["the cat sat"]], ["the cat ran away"])
    0.4
    """
    return from_counts("rouge_2", np.ones((1, len(gold))), *table(gold, predicted))[0]


def rouge_l(gold: Gold, predicted: Sequence[str]) -> float:
    """Mean F1 of the longest sequence of words that stands in both in the same order, with gaps.

    >>> round(rouge_l([["the cat sat down"]], ["down the cat sat"]), 3)
    0.75
    """
    return from_counts("rouge_l", np.ones((1, len(gold))), *table(gold, predicted))[0]


def rouge_lsum(gold: Gold, predicted: Sequence[str]) -> float:
    """Mean F1 of the words of each reference sentence that some sentence of the summary has in the same order.

    >>> rouge_lsum([["It rose. He left."]], ["He left. It rose."])
    1.0
    """
    return from_counts("rouge_lsum", np.ones((1, len(gold))), *table(gold, predicted))[0]


def table(gold: Gold, predicted: Sequence[str]) -> tuple[NDArray[np.float64]]:
    """Return all four of every text, shape (n, 4), in the order of `METRICS`."""
    rows = [scores(references, one) for references, one in zip(gold, predicted, strict=True)]
    return (np.array(rows, dtype=np.float64).reshape(-1, len(METRICS)),)


def from_counts(name: str, weights: NDArray[np.float64], values: NDArray[np.float64]) -> list[float]:
    """Return a metric for each row of `weights`, shape (n_resamples, n): how often each text was drawn."""
    column = values[:, METRICS.index(name)]
    return [float(one) for one in weights @ column / weights.sum(axis=1)]


def scores(references: Iterable[str], summary: str, *, stemmed: bool = False) -> tuple[float, ...]:
    """Return all four of one text, in the order of `METRICS`; of several references, the best for each.

    `stemmed` compares the stems of English words of four letters or more (Porter 1980). `rouge_score` has NLTK's
    variant of the stemmer, which differs for one word in thirty; values differ in the third decimal.
    """
    got = _Cut(summary, stemmed=stemmed)
    each = [_compared(_Cut(one, stemmed=stemmed), got) for one in references]
    return tuple(max(column) for column in zip(*each, strict=True)) if each else (0.0,) * len(METRICS)


def words(text: str, *, stemmed: bool = False) -> list[str]:
    """Return what is compared.

    >>> words("The U.S. won't pay £3,000"), words("2026年退款")
    (['the', 'u', 's', 'won', 't', 'pay', '3', '000'], ['2026', '年', '退', '款'])
    """
    found = _WORD.findall(unicodedata.normalize("NFKC", text).lower())
    return [stem(one) if len(one) > 3 else one for one in found] if stemmed else found


def coverage(text: str, summary: str) -> float:
    """Return the share of a summary's words that stand in stretches taken from the text, 0 to 1.

    Source: Grusky, Naaman and Artzi 2018, "Newsroom", section 4.1: extractive fragment coverage.

    >>> coverage("Profits rose by a fifth in May.", "Profits rose in spring")
    0.75
    """
    source, got = words(text), words(summary)
    known: dict[str, list[int]] = {}
    for n, one in enumerate(source):
        known.setdefault(one, []).append(n)
    i = covered = 0
    while i < len(got):
        longest = max((_run(source, got, at, i) for at in known.get(got[i], ())), default=0)
        covered += longest
        i += max(1, longest)
    return covered / len(got) if got else 0.0


def compression(text: str, summary: str) -> float:
    """Return how many times as many words a text has as its summary; 0 where the summary has none.

    >>> compression("one two three four", "two four")
    2.0
    """
    n = len(words(summary))
    return len(words(text)) / n if n else 0.0


class _Cut:
    """A summary as words, and as sentences of words."""

    def __init__(self, text: str, *, stemmed: bool) -> None:
        self.words = words(text, stemmed=stemmed)[:MOST_WORDS]
        cut = (words(one, stemmed=stemmed) for one in sentences.split(text))
        self.sentences = [one for one in cut if one]


def _compared(gold: _Cut, got: _Cut) -> tuple[float, ...]:
    n, m = len(gold.words), len(got.words)
    one = _f1((Counter(gold.words) & Counter(got.words)).total(), n, m)
    pairs = Counter(zip(gold.words, gold.words[1:], strict=False)), Counter(zip(got.words, got.words[1:], strict=False))
    two = _f1((pairs[0] & pairs[1]).total(), n - 1, m - 1)
    return one, two, _f1(_lcs(gold.words, got.words), n, m), _lsum(gold.sentences, got.sentences)


def _f1(n_both: int, n_gold: int, n_got: int) -> float:
    return 2 * n_both / (n_gold + n_got) if n_both else 0.0


def _steps(a: Sequence[str], b: Sequence[str]) -> list[int]:
    """Return for each prefix of `a` one number: a bit per word of `b`, 0 where the longest sequence grows.

    Source: Hyyrö 2004, "Bit-Parallel LCS-length Computation Revisited", figure 3.
    """
    at: dict[str, int] = {}
    for n, one in enumerate(b):
        at[one] = at.get(one, 0) | 1 << n
    full = (1 << len(b)) - 1
    row, made = full, [full]
    for one in a:
        both = row & at.get(one, 0)
        row = ((row + both) | (row - both)) & full
        made.append(row)
    return made


def _lcs(a: Sequence[str], b: Sequence[str]) -> int:
    return len(b) - _steps(a, b)[-1].bit_count()


def _lsum(gold: Sequence[Sequence[str]], got: Sequence[Sequence[str]]) -> float:
    """Return ROUGE-Lsum. A word counts as often as the rarer side has it, as in `rouge_score`."""
    n, m = sum(map(len, gold)), sum(map(len, got))
    left = Counter(one for each in gold for one in each), Counter(one for each in got for one in each)
    hits = 0
    for sentence in gold:
        union = sorted({n for other in got for n in _common(sentence, other)})
        for word in (sentence[n] for n in union):
            if left[0][word] > 0 and left[1][word] > 0:
                hits += 1
                left[0][word] -= 1
                left[1][word] -= 1
    return _f1(hits, n, m)


def _common(a: Sequence[str], b: Sequence[str]) -> list[int]:
    """Return the places in `a` of a longest sequence that `b` has too; of several, the one nearest to the end."""
    if not set(a) & set(b):
        return []
    rows = _steps(a, b)

    def length(i: int, j: int) -> int:
        return j - (rows[i] & ((1 << j) - 1)).bit_count()

    i, j, made = len(a), len(b), []
    while i > 0 and j > 0:
        if a[i - 1] == b[j - 1]:
            made.append(i - 1)
            i, j = i - 1, j - 1
        elif length(i, j - 1) > length(i - 1, j):
            j -= 1
        else:
            i -= 1
    return made[::-1]


def _run(source: Sequence[str], got: Sequence[str], at: int, i: int) -> int:
    """Return how many words from two places on are the same."""
    n = 0
    while at + n < len(source) and i + n < len(got) and source[at + n] == got[i + n]:
        n += 1
    return n
