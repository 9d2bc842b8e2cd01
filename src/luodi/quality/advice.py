"""What to do about it: ranked findings, each with where it is and how to put it right, in English and Chinese."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from luodi.quality.sentences import MEASURES, SENTENCES
from luodi.quality.texts import named
from luodi.text import shorten

SEVERITIES = ("fix", "look", "fine")
"""`fix`: a run would fail or mislead. `look`: somebody should decide. `fine`: good to know."""
FEW_ROWS, TOO_FEW_ROWS = 500, 40
MOST_LABELS = 300
IMBALANCED = 20.0
LANGUAGE_SHARE = 0.05
GIVEN_AWAY = 0.3  # of a label's rows: the exam would measure the mark and not the text
TEMPLATED = 0.2  # of all rows made from templates
CUT = 0.02  # of all tokens lost is worth a look

Advice = dict[str, Any]
Found = Mapping[str, Any]


def of(found: Found) -> list[Advice]:
    """Return the advice on an inspection, what must be mended first; within a severity, what touches most rows."""
    given = [one for check in CHECKS for one in check(found)]
    if all(one["severity"] == "fine" for one in given):
        given.append(_advice("fine", "nothing", weight=1.0))
    given.sort(key=lambda one: (SEVERITIES.index(one["severity"]), -one["weight"], one["code"]))
    return given


def say(one: Found, language: str = "en") -> tuple[str, str]:
    """Return what is wrong, and how to fix it, in "en" or "zh".

    >>> say(_advice("look", "few_rows", weight=1, n=90))[0]
    'there are only 90 rows'
    """
    at = ("en", "zh").index(language)
    values = {name: f"{value:,}" if isinstance(value, int) else str(value) for name, value in one["values"].items()}
    if at and "measure" in values:
        values["measure"] = MEASURES[values["measure"]]
    what, fix = SENTENCES[one["code"]][2 * at : 2 * at + 2]
    return what.format(**values), fix.format(**values)


def _advice(severity: str, code: str, *, weight: float, column: str | None = None, **values: Any) -> Advice:
    made: Advice = {"severity": severity, "code": code, "column": column, "weight": round(weight, 4), "values": values}
    what, fix = say(made)
    return made | {"what": what, "fix": fix}


def _rows(found: Found) -> Iterator[Advice]:
    rows, n = found["rows"], found["rows"]["n"]
    if rows["malformed"]:
        share = rows["malformed"] / (n + rows["malformed"])
        first = rows["reasons"][0]
        yield _advice(
            "fix" if share > 0.01 else "look", "malformed", weight=share, n=rows["malformed"], share=_percent(share),
            reason=first["reason"], lines=_list(first["lines"]),
        )  # fmt: skip
    if 0 < n < TOO_FEW_ROWS:
        yield _advice("fix", "too_few_rows", weight=1, n=n)
    elif n < FEW_ROWS:
        yield _advice("look", "few_rows", weight=0.5, n=n)
    notes = found["about"].get("notes") or []
    if notes:
        yield _advice("look", "notes", weight=0.05, notes="; ".join(map(str, notes[:3])))


def _columns(found: Found) -> Iterator[Advice]:
    roles, n = found["roles"], max(1, found["rows"]["n"])
    for one in found["columns"]:
        if one["name"] == roles["text"] and one["n_missing"]:
            share = one["n_missing"] / n
            severity = "fix" if share > 0.2 else "look"
            yield _advice(severity, "text_missing", weight=share, column=one["name"], n=one["n_missing"],
                          share=_percent(share), name=one["name"])  # fmt: skip
        if one["name"] == roles["label"] and one["missing"]:
            share = one["n_missing"] / n
            forms = _list([f"{form} {count:,}" for form, count in one["missing"].items()])
            yield _advice("fix" if share > 0.2 else "look", "label_missing", weight=share, column=one["name"],
                          n=one["n_missing"], share=_percent(share), name=one["name"], forms=forms)  # fmt: skip
        if one["type"] == "date" and one["dates"].get("ambiguous"):
            yield _advice("look", "ambiguous_dates", weight=0.2, column=one["name"], name=one["name"])
    for code, kind in (("constant", {"constant", "empty"}), ("identifiers", {"id"})):
        names = [one["name"] for one in found["columns"] if one["type"] in kind]
        if names:
            yield _advice("fine", code, weight=0.1, names=_list(names))


def _labels(found: Found) -> Iterator[Advice]:
    if found["roles"]["label"] is None:
        yield _advice("look", "no_label", weight=0.9)
        return
    one = found["labels"]
    n, column = max(1, one["n"]), one["column"]
    if one["n_labels"] < 2:
        only = one["labels"][0][0] if one["labels"] else ""
        yield _advice("fix", "one_label", weight=1, column=column, name=column, label=only)
        return
    if one["n_labels"] > min(MOST_LABELS, max(2, n / 2)):
        yield _advice("fix", "too_many_labels", weight=1, column=column, name=column, n=one["n_labels"], rows=n)
        return
    if one["spellings"]:
        touched = sum(count for group in one["spellings"] for _, count in group[1:])
        shown = _list([" = ".join(repr(label) for label, _ in group) for group in one["spellings"][:3]], "; ")
        yield _advice("fix", "spellings", weight=touched / n, column=column, n=len(one["spellings"]), shown=shown,
                      rows=touched)  # fmt: skip
    if one["typos"]:
        shown = _list([f"{rare!r} ({count}) → {common!r}" for rare, count, common, _ in one["typos"][:3]])
        yield _advice("look", "typos", weight=len(one["typos"]) / n, column=column, n=len(one["typos"]), shown=shown)
    yield from _rare_labels(one, column)
    if one["numeric"]:
        yield _advice("look", "numeric", weight=0.1, column=column, shown=_list([x for x, _ in one["labels"][:6]]))
    if one["imbalance"] >= IMBALANCED:
        yield _advice("look", "imbalance", weight=one["majority"] / 2, column=column, label=one["labels"][0][0],
                      share=_percent(one["majority"]), least=one["labels"][-1][0],
                      ratio=f"{one['imbalance']:,.0f}")  # fmt: skip


def _rare_labels(one: Found, column: str) -> Iterator[Advice]:
    lost = [(label, n) for label, n in one["unlearnable"] if n < 3]
    rare = [(label, n) for label, n in (*one["unlearnable"], *one["unexaminable"]) if n >= 3]
    total = max(1, one["n"])
    for severity, code, found in (("fix", "lost_labels", lost), ("look", "rare_labels", rare)):
        if found:
            shown = _list([f"{label!r} ({n})" for label, n in found[:4]]) + (" …" if len(found) > 4 else "")
            weight = sum(n for _, n in found) / total
            yield _advice(severity, code, weight=weight, column=column, n=len(found), shown=shown)


def _text(found: Found) -> Iterator[Advice]:
    text = found.get("text")
    if not text:
        return
    repeated, n = text["duplicates"], max(1, text["duplicates"]["n"])
    if repeated["repeated"]:
        share = repeated["repeated"] / n
        severity = "look" if share > 0.01 else "fine"
        yield _advice(severity, "repeated", weight=share, n=repeated["repeated"], share=_percent(share))
    if repeated["contradictory"] and found["roles"]["label"]:
        share = repeated["contradictory"] / n
        yield _advice("fix" if share > 0.01 else "look", "contradictory", weight=share, n=repeated["contradictory"])
    if text["tokens"]["share_cut"] > CUT:
        cut = text["tokens"]
        yield _advice("look", "cut", weight=cut["share_cut"], share=_percent(cut["texts_cut"]), limit=cut["limit"],
                      unit=cut["unit"], lost=_percent(cut["share_cut"]))  # fmt: skip
    several = [one for one in text["languages"].items() if one[1] >= LANGUAGE_SHARE and one[0] != "short"]
    if len(several) > 1:
        shown = _list([f"{name} {_percent(share)}" for name, share in named(dict(several))])
        yield _advice("look", "languages", weight=1 - several[0][1], shown=shown)


def _dirt(found: Found) -> Iterator[Advice]:
    cleaning, n = found.get("cleaning") or {}, max(1, (found.get("cleaning") or {}).get("n_texts", 1))
    for name, code in (("mojibake", "mojibake"), ("markup", "markup"), ("direction", "direction"),
                       ("boilerplate", "boilerplate")):  # fmt: skip
        step = (cleaning.get("steps") or {}).get(name)
        if step:
            share = step["n"] / n
            severity = "look" if share > 0.05 or name in {"mojibake", "direction"} else "fine"
            yield _advice(severity, code, weight=share, n=step["n"], share=_percent(share))
    personal = found.get("personal")
    if personal and personal["texts"]:
        share = personal["texts"] / max(1, personal["n"])
        kinds = _list([f"{one['kind'].replace('_', ' ')} {one['texts']:,}" for one in personal["kinds"][:5]])
        yield _advice("look", "personal", weight=share, share=_percent(share), kinds=kinds, n=personal["texts"])


def _closer(found: Found) -> Iterator[Advice]:
    near = found.get("near")
    if near and near["near"]:
        share = near["near"] / max(1, near["n"])
        example = near["examples"][0] if near["examples"] else None
        lines = " / ".join(f"{line:,}" for line in example["lines"]) if example else ""
        yield _advice("look" if share > 0.02 else "fine", "near", weight=share, n=near["near"], share=_percent(share),
                      lines=lines)  # fmt: skip


def _labels_closely(found: Found) -> Iterator[Advice]:
    column = found["roles"]["label"]
    leaks = (found.get("leakage") or {}).get("leaks") or []
    if leaks:
        worst = max(leaks, key=lambda one: one["coverage"])
        severity = "fix" if worst["coverage"] >= GIVEN_AWAY else "look"
        yield _advice(severity, "leakage", weight=worst["coverage"], column=column, n=len(leaks), mark=worst["mark"],
                      label=worst["label"], share=_percent(worst["coverage"]))  # fmt: skip
    suspects = found.get("suspects")
    if suspects and suspects["wrong"]:
        share = suspects["wrong"] / max(1, suspects["n"])
        lines = _list([one["line"] for one in suspects["top"][:4]])
        severity = "look" if share > 0.01 else "fine"
        yield _advice(severity, "suspects", weight=share, column=column, n=suspects["wrong"], share=_percent(share),
                      lines=lines)  # fmt: skip
    templates = found.get("templates")
    if templates and templates["share"] > TEMPLATED:
        top = templates["top"][0]
        yield _advice("look", "templates", weight=templates["share"], share=_percent(templates["share"]), n=top["n"],
                      pattern=shorten(top["pattern"], 60))  # fmt: skip
    changes = [one for one in (found.get("drift") or {}).get("changes") or [] if one["changed"]]
    if changes:
        worst = max(changes, key=lambda one: one["divergence"] / max(one["noise"], 1e-6))
        yield _advice("look", "drift", weight=0.3, column=found["roles"]["time"], measure=worst["measure"],
                      part=worst["part"], times=f"{worst['divergence'] / max(worst['noise'], 1e-6):.1f}")  # fmt: skip
    curve = found.get("forecast")
    if curve:
        now, twice = (curve["forecast"][name] for name in ("1x", "2x"))
        yield _advice("fine", "forecast", weight=0.01, column=column, metric=curve["metric"].replace("_", " "),
                      now=f"{now['value']:.2f}", twice=f"{twice['value']:.2f}", low=f"{twice['low']:.2f}",
                      high=f"{twice['high']:.2f}")  # fmt: skip


CHECKS: tuple[Callable[[Found], Iterator[Advice]], ...] = (
    _rows,
    _columns,
    _labels,
    _text,
    _dirt,
    _closer,
    _labels_closely,
)


def _percent(share: float) -> str:
    shown = 100 * share
    return f"{shown:.1f}%" if shown >= 0.1 or shown == 0 else "<0.1%"


def _list(values: Sequence[Any], between: str = ", ") -> str:
    return shorten(between.join(map(str, values)), 160)
