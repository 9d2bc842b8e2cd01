"""The closer looks at a sample of the texts: dirt, personal data, near-duplicates, and more where time allows."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from luodi.contracts import record
from luodi.data.boilerplate import Boilerplate
from luodi.data.clean import Cleaner, Receipts
from luodi.privacy.find import find
from luodi.privacy.mask import Personal

PERSONAL_SAMPLE, QUICK_PERSONAL_SAMPLE = 2_000, 300
PERSONAL_CHARACTERS = 4_000  # of a text
EXAMPLES = 3
SHOWN = 160

Tell = Callable[[str], None]


@record
class Sample:
    """Some rows, and what is known of each: all sequences have the same length, or none where nothing is known."""

    lines: Sequence[int]
    texts: Sequence[str]
    ys: Sequence[list[str]]
    """The labels of each row: one, several, or none."""
    days: Sequence[date | None]
    several: bool
    """Whether a row may have several labels."""


def all_of(sample: Sample, *, n_rows: int, quick: bool, tell: Tell) -> dict[str, Any]:
    """Return what the closer looks found, by name; a look that has nothing to look at is left out."""
    tell("looking for dirt")
    found: dict[str, Any] = {"cleaning": cleaning(sample)}
    tell("looking for personal data")
    found["personal"] = personal(sample, most=QUICK_PERSONAL_SAMPLE if quick else PERSONAL_SAMPLE)
    if quick or len(sample.texts) < 2:
        return found
    tell("looking for near-duplicates")
    found["near"] = near_duplicates(sample)
    return found


def cleaning(sample: Sample) -> dict[str, Any]:
    """Return the receipts of cleaning the sample as `prepare` would, and how many boilerplate lines were learnt."""
    boilerplate = Boilerplate()
    for text, y in zip(sample.texts, sample.ys or [[]] * len(sample.texts), strict=True):
        boilerplate.add(text, y[0] if y else "")
    lines = boilerplate.lines()
    cleaner, receipts = Cleaner(lines=lines), Receipts()
    for text in sample.texts:
        receipts.note(text, *cleaner.clean(text))
    return receipts.as_json(hide=masked) | {"boilerplate_lines": len(lines)}


def personal(sample: Sample, *, most: int) -> dict[str, Any]:
    """Return how many of the texts hold personal data, by kind, and in which lines; never the data itself."""
    texts, kinds, rows, lines = sample.texts[:most], Counter[str](), 0, dict[str, list[int]]()
    for line, text in zip(sample.lines, texts, strict=False):
        found = {one.kind for one in find(text[:PERSONAL_CHARACTERS])}
        rows += bool(found)
        for kind in found:
            kinds[kind] += 1
            lines.setdefault(kind, []).append(line)
    by_kind = [{"kind": kind, "texts": n, "lines": lines[kind][:EXAMPLES]} for kind, n in kinds.most_common()]
    return {"n": len(texts), "texts": rows, "kinds": by_kind}


def near_duplicates(sample: Sample) -> dict[str, Any]:
    """Return how many texts of the sample nearly repeat an earlier one, those that repeat it exactly left out."""
    from luodi.quality import near

    found = near.clusters(near.signatures(sample.texts), lambda rows: [sample.texts[row] for row in rows])
    exact = dict[str, int]()
    twins, examples = 0, list[dict[str, Any]]()
    for row, other in enumerate(found.representative.tolist()):
        text = " ".join(sample.texts[row].lower().split())
        if other == row or exact.setdefault(text, row) != row:
            exact.setdefault(text, row)
            continue
        twins += 1
        if len(examples) < EXAMPLES:
            examples.append(
                {
                    "lines": [sample.lines[other], sample.lines[row]],
                    "texts": [masked(sample.texts[other][:SHOWN]), masked(sample.texts[row][:SHOWN])],
                    "similarity": round(float(found.similarity[row]), 3),
                }
            )
    return {"n": len(sample.texts), "near": twins, "examples": examples}


def masked(text: str) -> str:
    """Return a text with what is personal in it replaced by its kind.

    >>> masked("write to anna@example.com")
    'write to [EMAIL]'
    """
    return Personal(mode="mask").apply(text)[0]
