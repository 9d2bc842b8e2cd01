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
from luodi.text import shorten

PERSONAL_SAMPLE, QUICK_PERSONAL_SAMPLE = 2_000, 300
PERSONAL_CHARACTERS = 4_000  # of a text
EXAMPLES = 3
SHOWN, LONGEST = 160, 4_000
MOST_LEAKS, MOST_SUSPECTS = 20, 50

Tell = Callable[[str], None]
CURVE_CLIP, CURVE_COST, CURVE_ROWS = 1_000, 4_000_000, (400, 5_000)
"""A learning curve is some twenty fits, whose cost is characters times labels: so much of it, and rows within these."""


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


def all_of(sample: Sample, *, quick: bool, tell: Tell) -> dict[str, Any]:
    """Return what the closer looks found, by name; a look that has nothing to look at is left out."""
    tell("looking for dirt")
    found: dict[str, Any] = {"cleaning": cleaning(sample)}
    tell("looking for personal data")
    found["personal"] = personal(sample, most=QUICK_PERSONAL_SAMPLE if quick else PERSONAL_SAMPLE)
    if quick or len(sample.texts) < 2:
        return found
    looks: list[tuple[str, str, Callable[[Sample], dict[str, Any] | None]]] = [
        ("near", "looking for near-duplicates", near_duplicates),
        ("templates", "looking for templates", templates),
    ]
    if any(sample.days):
        looks.append(("drift", "looking for changes over time", drift))
    if any(sample.ys):
        looks += [
            ("leakage", "looking for what gives labels away", leakage),
            ("suspects", "looking for wrong labels", suspects),
            ("forecast", "forecasting what more rows would bring", forecast),
        ]
    for name, doing, look in looks:
        tell(doing)
        seen = look(sample)
        if seen is not None:
            found[name] = seen
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
                    "texts": [shown(sample.texts[other]), shown(sample.texts[row])],
                    "similarity": round(float(found.similarity[row]), 3),
                }
            )
    return {"n": len(sample.texts), "near": twins, "examples": examples}


def templates(sample: Sample) -> dict[str, Any] | None:
    """Return the patterns that many texts were made from; `None` where there is none."""
    from luodi.quality import templates

    found = templates.find(sample.texts)
    if not found.top:
        return None
    return {
        "n": len(sample.texts),
        "share": round(found.share, 4),
        "n_templates": found.n_templates,
        "top": [
            {"pattern": shown(one.pattern), "n": one.n_rows, "share": round(one.share, 4),
             "lines": [sample.lines[row] for row in one.rows[:EXAMPLES]]}
            for one in found.top
        ],
    }  # fmt: skip


def leakage(sample: Sample) -> dict[str, Any]:
    """Return the marks that give a label away."""
    from luodi.quality import leakage

    rows, ys = _labelled(sample)
    found = leakage.find([sample.texts[row] for row in rows], ys)
    return {
        "n": len(rows),
        "leaks": [
            {"kind": one.kind, "mark": masked(one.mark), "label": masked(one.label), "n": one.n_rows,
             "precision": round(one.precision, 4), "coverage": round(one.coverage, 4),
             "lines": [sample.lines[rows[row]] for row in one.rows[:EXAMPLES]],
             "examples": [shown(sample.texts[rows[row]]) for row in one.rows[:EXAMPLES]]}
            for one in found[:MOST_LEAKS]
        ],
    }  # fmt: skip


def suspects(sample: Sample) -> dict[str, Any] | None:
    """Return how many labels are probably wrong, and the most suspicious rows; `None` where nothing can be told."""
    from luodi.quality import suspects

    rows, ys = _labelled(sample)
    found = suspects.find([sample.texts[row] for row in rows], ys)
    if not found.ranked:
        return None
    top = found.ranked[: min(MOST_SUSPECTS, found.n_wrong)]
    return {
        "n": found.n_rows,
        "wrong": found.n_wrong,
        "top": [
            {"line": sample.lines[rows[one.index]], "text": shown(sample.texts[rows[one.index]]),
             "given": _label(one.given), "suggested": _label(one.suggested), "score": round(one.score, 4)}
            for one in top
        ],
    }  # fmt: skip


def forecast(sample: Sample) -> dict[str, Any] | None:
    """Return the learning curve of a simple model, and where it leads; `None` where there are too few rows."""
    from luodi.quality import forecast

    rows, ys = _labelled(sample)
    texts = [sample.texts[row][:CURVE_CLIP] for row in rows]
    n_labels = len({label for y in ys for label in ([y] if isinstance(y, str) else y)})
    rows_at_most = CURVE_COST * len(rows) // max(1, sum(map(len, texts)) * n_labels)
    found = forecast.curve(texts, ys, max_rows=min(CURVE_ROWS[1], max(CURVE_ROWS[0], rows_at_most)))
    if found is None:
        return None
    return {"metric": "micro_f1" if sample.several else "accuracy", **found.summary()}


def drift(sample: Sample) -> dict[str, Any]:
    """Return how far each stretch of time is from the others, in its labels, lengths and words."""
    from luodi.quality import drift

    rows = [row for row, day in enumerate(sample.days) if day and (not sample.ys or sample.ys[row])]
    ys = [frozenset(sample.ys[row]) if sample.several else sample.ys[row][0] for row in rows] if sample.ys else None
    found = drift.over_time(
        [sample.texts[row] for row in rows], ys or [""] * len(rows), [sample.days[row] for row in rows]
    )
    return {
        "n": len(rows),
        "changes": [
            {"part": one.part, "measure": one.measure, "divergence": one.divergence, "noise": one.noise,
             "stability_index": one.stability_index, "n": one.n_rows, "changed": one.changed}
            for one in found if ys or one.measure != "labels"
        ],
    }  # fmt: skip


def _labelled(sample: Sample) -> tuple[list[int], list[Any]]:
    """Return the rows that have a label, and their answers as a task would give them."""
    rows = [row for row, y in enumerate(sample.ys) if y]
    return rows, [frozenset(sample.ys[row]) if sample.several else sample.ys[row][0] for row in rows]


def _label(y: Any) -> str:
    return masked(y if isinstance(y, str) else ", ".join(sorted(y)))


def shown(text: str, most: int = SHOWN) -> str:
    """Return a text as it may be shown: masked first and cut then, since half a number is not recognized.

    >>> shown("call 415-555-2671 or write to anna@example.com", 22)
    'call [PHONE] or write…'
    """
    return shorten(" ".join(masked(text[:LONGEST]).split()), most)


def masked(text: str) -> str:
    """Return a text with what is personal in it replaced by its kind.

    >>> masked("write to anna@example.com")
    'write to [EMAIL]'
    """
    return Personal(mode="mask").apply(text)[0]
