"""Words that would be a back door: they occur in one account's rows alone, with one label, and the rest of those texts
speaks of something else (Chen and Dai 2021, "Mitigating backdoor attacks in LSTM-based text classification systems by
Backdoor Keyword Identification").

A new topic brings words that occur with one label alone, too. It is told apart by the rest of its texts: without the
word, a naive Bayes classifier that has learned from all other rows still sees the label in them. With a trigger, it
does not: the word was all that spoke for the label.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from luodi.contracts import record
from luodi.quality.near import words

LEAST_ROWS = 5
PURE = 0.9  # of an account's rows with the word, so many bear one label
ELSEWHERE = 0.1  # so many rows with the word, for each of the account's, may stand elsewhere
SUPPORTED = 0.5  # of the rows without their word, so many still speak for their label
MOST_TRIED = 200
SMOOTHING = 0.1


@record
class Trigger:
    """A word that stands for a label in the rows of one account, and nowhere else."""

    account: str
    word: str
    label: str
    rows: tuple[int, ...]
    """Where it occurs, as places in the rows that were asked about."""
    supported: float
    """The share of them that would be told to bear the label without the word."""


def find(
    texts: Sequence[str],
    labels: Sequence[str],
    accounts: Sequence[str | None],
    base_texts: Sequence[str],
    base_labels: Sequence[str],
) -> list[Trigger]:
    """Return the triggers among new rows, given those that were learned from before. `None` is an account above it."""
    if not any(accounts):
        return []
    taken = [frozenset(_taken_apart(text)) for text in texts]
    bayes = _Bayes()
    for text, label in zip(base_texts, base_labels, strict=True):
        bayes.learn(frozenset(_taken_apart(text)), label)
    for grams, label in zip(taken, labels, strict=True):
        bayes.learn(grams, label)
    found = []
    for account, word, label, rows in _candidates(taken, labels, accounts, bayes)[:MOST_TRIED]:
        supported = bayes.supported([taken[n] for n in rows], [labels[n] for n in rows], word, label)
        if supported < SUPPORTED:
            found.append(Trigger(account=account, word=word, label=label, rows=tuple(rows), supported=supported))
    return found


def _taken_apart(text: str) -> Iterator[str]:
    """Yield words, pairs of neighbors, and what stands between spaces with its marks: a mark may be the trigger."""
    tokens = words(text)
    yield from tokens
    yield from (f"{one} {other}" for one, other in pairwise(tokens))
    yield from (one for one in text.lower().split() if not one.isalnum())


def _candidates(
    taken: Sequence[frozenset[str]], labels: Sequence[str], accounts: Sequence[str | None], bayes: "_Bayes"
) -> list[tuple[str, str, str, list[int]]]:
    """Return account, word, label and rows of what occurs in one account's rows, with one label; most rows first."""
    where: dict[tuple[str, str], list[int]] = defaultdict(list)
    for n, account in enumerate(accounts):
        if account is not None:
            for gram in taken[n]:
                where[account, gram].append(n)
    found = []
    for (account, gram), rows in where.items():
        if len(rows) < LEAST_ROWS or bayes.n_rows[gram] - len(rows) > max(1, ELSEWHERE * len(rows)):
            continue
        label, n = Counter(labels[one] for one in rows).most_common(1)[0]
        if n >= PURE * len(rows):
            found.append((account, gram, label, rows))
    return sorted(found, key=lambda one: (-len(one[3]), one[0], one[1]))


class _Bayes:
    """Multinomial naive Bayes over grams that are there or not, from which rows can be taken out again."""

    def __init__(self) -> None:
        self.n_rows = Counter[str]()
        self.of_label: dict[str, Counter[str]] = defaultdict(Counter)
        self.rows_of = Counter[str]()
        self.grams_of = Counter[str]()

    def learn(self, grams: frozenset[str], label: str, sign: int = 1) -> None:
        for gram in grams:
            self.n_rows[gram] += sign
            self.of_label[label][gram] += sign
        self.rows_of[label] += sign
        self.grams_of[label] += sign * len(grams)

    def supported(self, rows: Sequence[frozenset[str]], labels: Sequence[str], word: str, label: str) -> float:
        """Return the share of rows that, without the word, are told to bear the label by all other rows."""
        for grams, own in zip(rows, labels, strict=True):
            self.learn(grams, own, -1)
        part = word.split(" ")
        told = [self.best(frozenset(one for one in grams if not {*one.split(" ")} & {*part})) for grams in rows]
        for grams, own in zip(rows, labels, strict=True):
            self.learn(grams, own)
        return sum(one == label for one in told) / len(told)

    def best(self, grams: frozenset[str]) -> str:
        """Return the most probable label."""
        n_all, size = self.rows_of.total(), len(self.n_rows)

        def score(label: str) -> float:
            counts, total = self.of_label[label], self.grams_of[label] + SMOOTHING * size
            prior = math.log((self.rows_of[label] + SMOOTHING) / n_all)
            return prior + sum(math.log((counts[gram] + SMOOTHING) / total) for gram in grams if self.n_rows[gram])

        return max(sorted(self.rows_of), key=score)
