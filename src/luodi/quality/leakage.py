"""What gives the label away: its own name in the text, or a mark that only rows with that label carry.

A model that learns such a mark looks perfect in the exam and is lost where the mark is missing (Kaufman, Rosset and
Perlich 2012, "Leakage in Data Mining: Formulation, Detection, and Avoidance"). An ordinary word may be typical of a
label too; what sets a mark apart is that it stands in a large part of the label's rows and next to nowhere else.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from luodi.contracts import record
from luodi.quality.near import normalize
from luodi.text import shorten

MAX_ROWS = 50_000
MIN_ROWS_WITH = 10
MOST_COMMON = 0.9
LEAST_PRECISION, LEAST_COVERAGE = 0.98, 0.5  # a word
LEAST_CODE_COVERAGE = 0.1  # something that looks like a code or a heading
LEAST_NAME_COVERAGE, LEAST_NAME_LIFT = 0.2, 5.0
N_EXAMPLES, EXAMPLE_CHARACTERS = 3, 80
WORD = re.compile(r"[^\W_](?:[\w\-./#:@]*\w)?")
BRACKETS = re.compile(r"[\[【〔<{「《(（][^\]】〕>}」》)）]{1,24}[\]】〕>}」》)）]")
CODE = re.compile(r"(?=.*[^\W\d_])(?=.*[0\-_/#:@])|^[^\w\s]")


@record
class Leak:
    """A mark, and the label that it gives away."""

    kind: str
    """`label in text`, `code`, `heading` or `word`."""
    mark: str
    """What stands in the texts; a digit is written as 0."""
    label: str
    precision: float
    """The share of rows with the mark that have the label."""
    coverage: float
    """The share of rows with the label that have the mark."""
    n_rows: int
    """Rows with the mark among those looked at."""
    rows: tuple[int, ...]
    """Some of them."""
    examples: tuple[str, ...]
    """The texts of those, cut to 80 characters."""


def find(texts: Sequence[str], ys: Sequence[Any], *, seed: int = 7, max_rows: int = MAX_ROWS) -> list[Leak]:
    """Return what gives labels away, the widest leak first. A y is a label or a set of labels.

    Of more than `max_rows` rows a sample is looked at. A mark needs ten rows.
    """
    chosen = sorted(random.Random(f"{seed}/leakage").sample(range(len(texts)), min(max_rows, len(texts))))
    labels_of_row = [((y,) if isinstance(y, str) else tuple(sorted(y))) for y in (ys[row] for row in chosen)]
    n_label = Counter(label for labels in labels_of_row for label in labels)
    if len(n_label) < 2:
        return []
    n_mark: Counter[tuple[str, str]] = Counter()
    n_both: Counter[tuple[tuple[str, str], str]] = Counter()
    for row, labels in zip(chosen, labels_of_row, strict=True):
        marks = set(_marks(texts[row]))
        n_mark.update(marks)
        n_both.update((mark, label) for mark in marks for label in labels)
    found = []
    for ((kind, mark), label), n in n_both.items():
        precision, coverage = n / n_mark[kind, mark], n / n_label[label]
        if n_label[label] > MOST_COMMON * len(chosen):
            continue  # nearly every row has it, so everything points to it
        least = LEAST_COVERAGE if kind == "word" else LEAST_CODE_COVERAGE
        if n >= MIN_ROWS_WITH and precision >= LEAST_PRECISION and coverage >= least:
            found.append((kind, mark, label, precision, coverage, n_mark[kind, mark]))
    found += _names(texts, chosen, labels_of_row, n_label)
    found.sort(key=lambda one: (-one[4] * one[3], one[0] != "label in text", one[1], one[2]))
    return _with_examples(found, texts, chosen, labels_of_row)


Found = tuple[str, str, str, float, float, int]


def _marks(text: str) -> Iterator[tuple[str, str]]:
    r"""Yield (kind, mark) for all that may give a label away.

    >>> sorted(set(_marks("[Billing] BIL-2041 late")))
    [('code', 'bil-0000'), ('heading', '[billing]'), ('word', 'billing'), ('word', 'late')]
    """
    folded = re.sub(r"\d", "0", text.lower())
    for one in BRACKETS.findall(folded):
        yield "heading", one
    head, colon, _ = re.sub("：", ":", folded[:24]).partition(":")
    if colon and head.strip():
        yield "heading", head.strip() + ":"
    for one in WORD.findall(folded):
        if len(one) <= 40:
            yield ("code" if CODE.search(one) else "word"), one


def _names(
    texts: Sequence[str], chosen: Sequence[int], labels_of_row: Sequence[tuple[str, ...]], n_label: Counter[str]
) -> list[Found]:
    """Find labels whose names stand in their own rows much more often than in others."""
    names = {label: normalize(label).strip() for label in n_label}
    names = {label: name for label, name in names.items() if len(name) > 1 and not name.isdigit()}
    n_with: Counter[str] = Counter()
    n_own: Counter[str] = Counter()
    for row, labels in zip(chosen, labels_of_row, strict=True):
        text = " " + normalize(texts[row])
        for label, name in names.items():
            if name in text and _stands(name, text):
                n_with[label] += 1
                n_own[label] += label in labels
    found: list[Found] = []
    for label, n in n_own.items():
        coverage = n / n_label[label]
        elsewhere = (n_with[label] - n) / max(1, len(chosen) - n_label[label])
        if n >= MIN_ROWS_WITH and coverage >= LEAST_NAME_COVERAGE and coverage >= LEAST_NAME_LIFT * elsewhere:
            found.append(("label in text", names[label], label, n / n_with[label], coverage, n_with[label]))
    return found


def _stands(name: str, text: str) -> bool:
    """Say whether a name stands in a text as words of its own; Chinese has no spaces around them."""
    return not name.isascii() or f" {name} " in text


def _with_examples(
    found: Sequence[Found], texts: Sequence[str], chosen: Sequence[int], labels_of_row: Sequence[tuple[str, ...]]
) -> list[Leak]:
    rows: dict[Found, list[int]] = {one: [] for one in found}
    waiting = set(found)
    for row, labels in zip(chosen, labels_of_row, strict=True):
        if not waiting:
            break
        marks, text = set(_marks(texts[row])), " " + normalize(texts[row])
        for one in [one for one in waiting if one[2] in labels]:
            if (one[1] in text and _stands(one[1], text)) if one[0] == "label in text" else one[:2] in marks:
                rows[one].append(row)
                if len(rows[one]) == N_EXAMPLES:
                    waiting.discard(one)
    return [
        Leak(
            kind=kind,
            mark=mark,
            label=label,
            precision=round(precision, 4),
            coverage=round(coverage, 4),
            n_rows=n,
            rows=tuple(rows[kind, mark, label, precision, coverage, n]),
            examples=tuple(
                shorten(texts[row], EXAMPLE_CHARACTERS) for row in rows[kind, mark, label, precision, coverage, n]
            ),
        )
        for kind, mark, label, precision, coverage, n in found
    ]
