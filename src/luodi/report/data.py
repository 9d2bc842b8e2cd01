"""The sections about data as it came: for the data card, and for the report of a run."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from luodi.quality.advice import say as say_advice
from luodi.quality.texts import named
from luodi.report import bars, charts
from luodi.report import data_closely as closely
from luodi.report.blocks import Block, Column, Figure, Pairs, Section, Table, View, mapping, name_of, sequence
from luodi.report.numbers import DASH, bytes_, count, number, percent, short
from luodi.report.words import LANGUAGES
from luodi.report.words_data import KINDS
from luodi.text import shorten

MAX_LABELS = 25
DELIMITERS = {"\t": "⇥", "": DASH}
FORMS = {"empty", "null"}
NUM, MINI, USER = "num", "mini", "user"


def inspection(view: View) -> Mapping[str, Any]:
    """Return what was found in the data; empty where nobody looked."""
    return mapping(view.about.get("inspection"))


def advice(view: View) -> Section | None:
    """Return what to do, what must be mended first."""
    given, say = sequence(inspection(view).get("advice")), view.say
    if not given:
        return None
    columns = [Column(name="", kind="status"), Column(name=say("finding"), kind=USER)]
    cells = []
    for one in given:
        what, fix = say_advice(one, view.language)
        kind = {"fix": "tag warn", "look": "tag", "fine": "tag calm"}[one["severity"]]
        tag = Markup('<span class="{}">{}</span>').format(kind, say(one["severity"]))
        cells.append([tag, Markup("{}<small>{}</small>").format(_sentence(what, view.language), fix)])
    return Section(
        name="advice", title=say("advice"), note=say("advice_note"), blocks=[Table(columns=columns, rows=cells)]
    )


def _sentence(text: str, language: str) -> str:
    return text[:1].upper() + text[1:] + ("。" if language == "zh" else ".")


def columns(view: View) -> Section | None:
    """Return a row for each column: its type, what is missing, what is in it."""
    found, say = inspection(view), view.say
    described, roles = [mapping(one) for one in sequence(found.get("columns"))], mapping(found.get("roles"))
    if not described:
        return None
    roles_of = {roles.get(role): role for role in ("time", "label", "text") if roles.get(role)}
    head = [
        Column(name=say("column"), kind=USER),
        Column(name=say("type"), kind="type"),
        Column(name=say("missing_cells"), kind=NUM),
    ]
    head += [Column(name=say("different"), kind=NUM), Column(name=say("content"), kind=USER)]
    cells = []
    for one in described:
        role = roles_of.get(one["name"])
        mark = Markup(' <span class="tag">{}</span>').format(say(f"role_{role}")) if role else ""
        missing = number(one["n_missing"])
        share = percent(missing / one["n"], 1) if missing and one["n"] else DASH
        exact = "" if one["distinct_is_exact"] else "≈ "
        cells.append([Markup("{}{}").format(name_of(one["name"]), mark), say(f"type_{one['type']}"), share,
                      exact + count(one["distinct"]), _content(one, view)])  # fmt: skip
    blocks: list[Block] = [Table(columns=head, rows=cells, first=40)]
    forms = [(one["name"], form, n) for one in described for form, n in mapping(one["missing"]).items()]
    if forms:
        head = [Column(name=say("column"), kind=USER), Column(name=say("missing_as"), kind=USER)]
        head.append(Column(name=say("n_rows"), kind=NUM))
        rows = [
            [name_of(name), say(f"form_{form}") if form in FORMS else form, count(n)]
            for name, form, n in sorted(forms, key=lambda one: -one[2])
        ]
        blocks.append(Table(columns=head, rows=rows, heading=say("missing_how"), first=8))
    return Section(name="columns", title=say("columns"), blocks=blocks)


def _content(one: Mapping[str, Any], view: View) -> str:
    if one["type"] == "date" and one.get("dates"):
        return f"{one['dates']['first']} … {one['dates']['last']}"
    if one["type"] == "number" and one.get("numbers"):
        low, middle, high = (short(one["numbers"][name]) for name in ("min", "p50", "max"))
        return view.say("half_below", low=low, middle=middle, high=high)
    if one["type"] == "text" and one["characters"]:
        middle, high = (count(one["characters"][name]) for name in ("p50", "p95"))
        return view.say("n_characters", middle=middle, high=high)
    filled = max(1, one["n"] - one["n_missing"])
    shown = [shorten(value, 60) if n is None else f"{shorten(value, 40)} {percent(n / filled)}"
             for value, n in one["examples"]]  # fmt: skip
    between = "、" if view.language == "zh" else ", "
    return between.join(shown) + (" …" if one["distinct"] > len(shown) else "")


def labels(view: View) -> Section | None:
    """Return the labels as they came, and those that may be meant as one."""
    found, say = mapping(inspection(view).get("labels")), view.say
    given = [(str(label), number(n) or 0.0) for label, n in sequence(found.get("labels"))]
    if not given:
        return None
    most, total = given[0][1] or 1.0, number(found.get("n")) or 1.0
    cells = [[name_of(visible(label)), count(n), charts.bar(n / most), percent(n / total, 1)] for label, n in given]
    head = [Column(name=say("label"), kind=USER), Column(name=say("n_rows"), kind=NUM)]
    head += [Column(name="", kind=MINI), Column(name="", kind=NUM)]
    total_labels = int(number(found.get("n_labels")) or 0)
    cut = total_labels if total_labels > len(cells) else 0
    blocks: list[Block] = [Table(columns=head, rows=cells, first=MAX_LABELS, total=cut)]
    groups = [[(str(label), n) for label, n in group] for group in sequence(found.get("spellings"))]
    if groups:
        rows = [[" = ".join(visible(label) for label, _ in group), " + ".join(count(n) for _, n in group)]
                for group in groups]  # fmt: skip
        head = [Column(name=say("spelling"), kind=USER), Column(name=say("n_rows"), kind=NUM)]
        blocks.append(Table(columns=head, rows=rows, heading=say("spellings"), first=10))
    typos = sequence(found.get("typos"))
    if typos:
        rows = [[f"{rare} ({count(n)})", f"{common} ({count(m)})"] for rare, n, common, m in typos]
        head = [Column(name=say("label"), kind=USER), Column(name=say("instead"), kind=USER)]
        blocks.append(Table(columns=head, rows=rows, heading=say("typos"), first=10))
    lead = say("given_labels_said", n=count(found.get("n_labels")), effective=short(found.get("effective")))
    return Section(name="given_labels", title=say("given_labels"), lead=lead, blocks=blocks)


def texts(view: View) -> Section | None:
    """Return how long the texts are for a model, and which languages they are in."""
    found, say = mapping(inspection(view).get("text")), view.say
    tokens = mapping(found.get("tokens"))
    if not tokens:
        return None
    unit, limit = say(tokens["unit"]), tokens["limit"]
    said = {"limit": count(limit), "unit": unit}
    lead = say("texts_fit", **said)
    if tokens["texts_cut"] > 0.005:
        lead = say("texts_said", share=percent(tokens["texts_cut"], 1), lost=percent(tokens["share_cut"], 1), **said)
    blocks: list[Block] = []
    bins = [(int(a), int(b), int(n)) for a, b, n in sequence(tokens.get("histogram"))]
    if bins:
        title = say("token_lengths", unit=unit)
        picture = bars.histogram(bins, limit=limit, x_name=title, y_name=say("n_texts"), title=title,
                                 limit_name=say("read_to_here"))  # fmt: skip
        blocks.append(Figure(picture=picture))
    shares = named(mapping(found.get("languages")), zh=view.language == "zh")
    if shares:
        head = [Column(name=say("language_name")), Column(name="", kind=MINI), Column(name=say("share"), kind=NUM)]
        rows = [[name, charts.bar(share), percent(share, 1)] for name, share in shares]
        blocks.append(Table(columns=head, rows=rows, heading=say("languages")))
    return Section(name="texts", title=say("texts"), lead=lead, blocks=blocks)


def time(view: View) -> Section | None:
    """Return how many rows came when."""
    found, say = inspection(view), view.say
    name = mapping(found.get("roles")).get("time")
    one = next((mapping(one) for one in sequence(found.get("columns")) if mapping(one).get("name") == name), {})
    dates = mapping(one.get("dates"))
    counts = [(str(at), int(n)) for at, n in sequence(dates.get("periods"))]
    if len(counts) < 2:
        return None
    lead = say("time_said", first=dates["first"], last=dates["last"], unit=say(f"unit_{dates['unit']}"))
    picture = bars.periods(counts, y_name=say("n_rows"), title=say("time"))
    return Section(name="time", title=say("time"), lead=lead, blocks=[Figure(picture=picture, heading=name_of(name))])


def duplicates(view: View) -> Section | None:
    """Return how many texts repeat another one, with examples of those that nearly do."""
    found, say = inspection(view), view.say
    repeated, near = mapping(mapping(found.get("text")).get("duplicates")), mapping(found.get("near"))
    if not (repeated.get("repeated") or near.get("near") or repeated.get("contradictory")):
        return None
    counts = {
        "repeated": repeated.get("repeated"),
        "near": near.get("near"),
        "contradictory": repeated.get("contradictory"),
    }
    parts = [say(f"dup_{name}", n=count(n)) for name, n in counts.items() if n]
    between, stop = ("；", "。") if view.language == "zh" else ("; ", ".")
    lead = between.join(parts)[:1].upper() + between.join(parts)[1:] + stop
    examples = [mapping(one) for one in sequence(near.get("examples"))]
    head = [
        Column(name=say("in_lines"), kind="type"),
        Column(name=say("one_text"), kind=USER),
        Column(name="", kind=USER),
    ]
    head.append(Column(name=say("similarity"), kind=NUM))
    rows = [[" / ".join(count(line) for line in one["lines"]), *one["texts"], percent(one["similarity"])]
            for one in examples]  # fmt: skip
    blocks = [Table(columns=head, rows=rows)] if rows else []
    return Section(name="duplicates", title=say("duplicates"), lead=lead, note=say("duplicates_note"), blocks=blocks)


def cleaning(view: View) -> Section | None:
    """Return what cleaning changes, with examples before and after."""
    found, say = mapping(view.facts("prepare").get("cleaning") or inspection(view).get("cleaning")), view.say
    n = number(found.get("n_texts"))
    if not n:
        return None
    steps = mapping(found.get("steps"))
    head = [Column(name=say("change_made")), Column(name=say("n_texts"), kind=NUM), Column(name="", kind=NUM)]
    rows = [[say(f"step_{name}"), count(one["n"]), percent(one["n"] / n, 1)] for name, one in steps.items()]
    blocks: list[Block] = [Table(columns=head, rows=rows)] if rows else []
    pairs = [[say(f"step_{name}"), visible(one["before"]), visible(one["after"])]
             for name, step in steps.items() for one in sequence(step["examples"])[:2]]  # fmt: skip
    if pairs:
        head = [Column(name=say("change_made")), Column(name=say("before"), kind=USER)]
        blocks.append(Table(columns=[*head, Column(name=say("after"), kind=USER)], rows=pairs, first=8))
    lead = (
        say("cleaning_said", changed=count(found.get("n_changed")), n=count(n))
        if rows
        else say("cleaning_none", n=count(n))
    )
    return Section(name="cleaning", title=say("cleaning"), lead=lead, blocks=blocks)


def visible(text: str) -> str:
    """Show what cannot be seen.

    >>> visible("a\\u200bb\\n c")
    'a⟨200B⟩b↵ c'
    """
    return "".join(
        "↵" if one == "\n" else f"⟨{ord(one):04X}⟩" if unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp"} else one
        for one in text
    )


def personal(view: View) -> Section | None:
    """Return how many texts hold personal data of each kind; never the data."""
    found, say = mapping(inspection(view).get("personal")), view.say
    if not found.get("n"):
        return None
    at = LANGUAGES.index(view.language)
    head = [Column(name=say("kind")), Column(name=say("n_texts"), kind=NUM), Column(name="", kind=MINI)]
    head.append(Column(name=say("in_lines"), kind=NUM))
    rows = []
    for one in map(mapping, sequence(found.get("kinds"))):
        kind = KINDS.get(one["kind"], (one["kind"], one["kind"]))[at]
        lines = ", ".join(count(line) for line in one["lines"])
        rows.append([kind, count(one["texts"]), charts.bar(one["texts"] / found["n"]), f"{lines} …"])
    said = "personal_said" if rows else "personal_none"
    lead = say(said, n=count(found["texts"]), all=count(found["n"]))
    blocks = [Table(columns=head, rows=rows)] if rows else []
    return Section(name="personal", title=say("personal"), lead=lead, blocks=blocks)


def file(view: View) -> Section | None:
    """Return how the file was read, and the rows that are none."""
    found, say = inspection(view), view.say
    about, rows = mapping(found.get("about")), mapping(found.get("rows"))
    if not about:
        return None
    delimiter = str(about.get("delimiter") or "")
    known = (
        ("file", about.get("name")),
        ("size", bytes_(about.get("bytes")) if about.get("bytes") else None),
        ("format", about.get("format")),
        ("encoding", about.get("encoding") or None),
        ("delimiter", DELIMITERS.get(delimiter, delimiter) if delimiter else None),
        ("header", {True: say("yes"), False: say("no")}.get(about.get("header", ""))),
    )
    pairs = [(say(name), str(value)) for name, value in known if value is not None]
    pairs += [(say("note"), str(one)) for one in sequence(about.get("notes"))[:10]]
    blocks: list[Block] = [Pairs(pairs=pairs)]
    bad = [[str(one["reason"]), count(one["n"]), ", ".join(count(line) for line in one["lines"])]
           for one in map(mapping, sequence(rows.get("reasons")))]  # fmt: skip
    if bad:
        head = [Column(name=say("reason"), kind=USER), Column(name=say("n_rows"), kind=NUM)]
        head.append(Column(name=say("in_lines"), kind=NUM))
        blocks.append(Table(columns=head, rows=bad, heading=say("malformed"), first=10))
    return Section(name="the_file", title=say("the_file"), blocks=blocks)


SECTIONS: Sequence[Any] = (
    advice,
    columns,
    labels,
    closely.suspects,
    closely.leakage,
    closely.forecast,
    texts,
    time,
    closely.drift,
    duplicates,
    closely.templates,
    cleaning,
    personal,
    file,
)
"""All that a data card shows, in its order."""
BEFORE: Sequence[Any] = (
    columns,
    closely.suspects,
    closely.leakage,
    closely.forecast,
    texts,
    time,
    closely.drift,
    duplicates,
    closely.templates,
    cleaning,
    personal,
)
"""What the report of a run shows of the data as it came, after what was made of it."""
