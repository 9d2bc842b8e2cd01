"""Are these labels fit to learn from? Spellings of one label, labels too rare to examine, numbers, imbalance."""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

SHOWN = 60
TEST_SHARE = 0.2
MIN_EXAMINED = 5  # rows of a label in the exam, below which its quality is anybody's guess
MIN_ROWS = 10  # of a label, below which it can hardly be learnt
RARE_TWIN = 0.1  # a label that is one letter off another and so much rarer is likely a typing mistake
MOST_COMPARED = 300
TELLING = frozenset("#%&@*")  # punctuation to Unicode, but C# is not C
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def describe(counts: Mapping[str, int], *, test_share: float = TEST_SHARE) -> dict[str, Any]:
    """Return what there is to know about labels, given how often each came."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    total = sum(counts.values())
    few = [(label, n) for label, n in ordered if n * test_share < MIN_EXAMINED]
    return {
        "n_labels": len(ordered),
        "n": total,
        "labels": [[label, n] for label, n in ordered[:SHOWN]],
        "majority": round(ordered[0][1] / total, 4) if total else 0.0,
        "imbalance": round(ordered[0][1] / ordered[-1][1], 1) if ordered else 0.0,
        "effective": round(_effective(counts), 1),
        "unlearnable": [[label, n] for label, n in few if n < MIN_ROWS][:SHOWN],
        "unexaminable": [[label, n] for label, n in few if n >= MIN_ROWS][:SHOWN],
        "spellings": spellings(counts),
        "typos": typos(counts),
        "numeric": bool(ordered) and all(NUMBER.fullmatch(label) for label, _ in ordered),
    }


def spellings(counts: Mapping[str, int]) -> list[list[list[Any]]]:
    """Return groups of labels that differ only by case, width, space or punctuation, each with how often it came.

    >>> spellings({"Refund": 90, "refund ": 9, "ＲＥＦＵＮＤ": 1, "login": 40})
    [[['Refund', 90], ['refund ', 9], ['ＲＥＦＵＮＤ', 1]]]
    """
    groups = defaultdict[str, list[tuple[str, int]]](list)
    for label, n in counts.items():
        groups[plain(label)].append((label, n))
    found = [sorted(group, key=lambda one: (-one[1], one[0])) for group in groups.values() if len(group) > 1]
    found.sort(key=lambda group: (-sum(n for _, n in group), group[0][0]))
    return [[[label, n] for label, n in group] for group in found[:SHOWN]]


def plain(label: str) -> str:
    """Return a label without its case, width, space and punctuation, but for what makes another number of it.

    >>> plain("Log-In  "), plain("登录 ／注册"), plain("level-2") == plain("Level 2")
    ('login', '登录注册', True)
    >>> len({plain(one) for one in ("C", "C++", "C#", "1", "-1", "10", "1.0", "A", "A+", "?", "!")})
    11
    """
    folded = unicodedata.normalize("NFKC", label).casefold().strip()
    kept = "".join(one for n, one in enumerate(folded) if _counts(folded, n))
    return kept or folded


def _counts(text: str, n: int) -> bool:
    """Say whether a character tells labels apart: a letter, digit or symbol, a sign before a number, a mark in one."""
    if text[n].isalnum() or text[n] in TELLING or unicodedata.category(text[n])[0] in "SM":
        return True
    after = text[n + 1 : n + 2].isdigit()
    return after and (n == 0 or text[n - 1].isdigit()) and not text[n].isspace()


def typos(counts: Mapping[str, int]) -> list[list[Any]]:
    """Return [rare label, its rows, the label it is one letter off, its rows].

    >>> typos({"refund": 90, "refnud": 1, "reftund": 2, "login": 40, "level 1": 50, "level 2": 2})
    [['reftund', 2, 'refund', 90], ['refnud', 1, 'refund', 90]]
    """
    labels = sorted(counts, key=lambda one: (-counts[one], one))
    if len(labels) > MOST_COMPARED:
        return []
    found = []
    for at, rare in enumerate(labels):
        for common in labels[:at]:
            if counts[rare] <= RARE_TWIN * counts[common] and _one_letter_off(rare, common):
                found.append([rare, counts[rare], common, counts[common]])
                break
    return found[:SHOWN]


def _one_letter_off(a: str, b: str) -> bool:
    """Say whether one letter was added, left out, changed or swapped with its neighbour; digits tell labels apart."""
    if abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < 5 or plain(a) == plain(b):
        return False
    if re.sub(r"\D", "", a) != re.sub(r"\D", "", b):
        return False
    start = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if len(a) == len(b):
        swapped = rest_a[:2] == rest_b[:2][::-1] and rest_a[2:] == rest_b[2:]
        return rest_a[1:] == rest_b[1:] or swapped
    longer, shorter = (rest_a, rest_b) if len(a) > len(b) else (rest_b, rest_a)
    return longer[1:] == shorter


def _effective(counts: Mapping[str, int]) -> float:
    """Return how many equally frequent labels would be as varied: the exponential of the entropy."""
    total = sum(counts.values())
    return math.exp(-sum(n / total * math.log(n / total) for n in counts.values() if n)) if total else 0.0
