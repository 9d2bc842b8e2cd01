"""The sections about the exam: quality, automation, calibration, mix-ups, groups, baselines, mistakes."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from luodi.report import charts
from luodi.report.blocks import (
    MAX_ROWS,
    Block,
    Column,
    Figure,
    Matrix,
    Mistake,
    Mistakes,
    Section,
    Table,
    View,
    mapping,
    name_of,
    sequence,
    thin,
)
from luodi.report.numbers import DASH, count, gain, interval, number, percent, points, quality, short
from luodi.report.outcome import status
from luodi.report.svg import around
from luodi.report.words_ranking import tag
from luodi.text import shorten

MAX_MATRIX = 30  # labels; above that the cells are too small to read
MAX_MIXUPS = 25
MAX_MISTAKES = 40
MAX_TEXT = 600


def exam(view: View) -> Section | None:
    """Return every metric of the exam, and whether all forms of the model agree."""
    facts, say = view.facts("evaluate"), view.say
    metrics, trained = mapping(facts.get("metrics")), mapping(facts.get("trained"))
    blocks: list[Block] = []
    if metrics:
        columns = [Column(name=say("metric")), Column(name=say("value"), kind="num")]
        columns += [Column(name=say("interval"), kind="num")]
        columns += [Column(name=say("as_trained"), kind="num")] if trained else []
        rows = []
        for name, found in sorted(metrics.items(), key=lambda item: item[0] != view.decides()):
            one = mapping(found)
            row = [view.metric(name), quality(one.get("value")), interval(one.get("low"), one.get("high")) or DASH]
            rows.append(row + ([quality(trained.get(name))] if trained else []))
        blocks.append(Table(columns=columns, rows=rows))
    parity = _parity(view)
    blocks += [parity] if parity else []
    note = say("quality_note", n=count(facts.get("n_exam")))
    return Section(name="quality", title=say("quality"), note=note, blocks=blocks) if blocks else None


def _parity(view: View) -> Table | None:
    say = view.say
    rows = []
    for one in map(mapping, sequence(view.facts("evaluate").get("parity"))):
        change = one.get("change")
        moved = say("points", value=points(change)) if number(change) is not None else DASH
        ok = status(view, met=bool(one["ok"]), words=("yes", "no")) if "ok" in one else ""
        rows.append([str(one.get("form")), percent(one.get("agree"), 1), moved, ok])
    served = number(view.facts("deploy").get("served_agree"))
    if served is not None:
        rows.append([say("served"), percent(served, 1), "", ""])
    if not rows:
        return None
    columns = (
        Column(name=say("form")),
        Column(name=say("agree"), kind="num"),
        Column(name=say("change"), kind="num"),
        Column(name=say("within"), kind="status"),
    )
    return Table(columns=columns, rows=rows, heading=say("parity"), note=say("parity_note"))


def automation(view: View) -> Section | None:
    """Return when it may answer alone, and what that trades."""
    facts, say = view.facts("evaluate"), view.say
    promise = mapping(facts.get("promise"))
    curve = _curve(facts)
    if not promise and not curve:
        return None
    alone = number(promise.get("threshold")) is not None
    promised = number(promise.get("precision"))
    lead = note = ""
    if promise:
        words = {"precision": percent(promised), "share": percent(promise.get("share"))}
        lead = say("promise_said" if alone else "promise_none", **words)
    if alone:
        note = say(
            "promise_note",
            threshold=quality(promise.get("threshold")),
            n=count(promise.get("n_answered")),
            all=count(promise.get("n_exam")),
            measured=percent(promise.get("measured"), 1),
        )
        sure = say("promise_sure", sure=percent(promise.get("confidence")))
        note = f"{note} {sure}" if view.language == "en" else note + sure
    return Section(
        name="automation",
        title=say("automation"),
        lead=lead,
        note=note,
        blocks=[_trade(view, curve, promise, promised)] if curve else [],
    )


def _curve(facts: Mapping[str, Any]) -> list[tuple[float, ...]]:
    curve = []
    for one in map(mapping, sequence(facts.get("automation_curve"))):
        found = [number(one.get(name)) for name in ("share", "precision", "threshold")]
        share, precision, threshold = found
        if share is not None and precision is not None:
            curve.append((share, precision, threshold if threshold is not None else float("nan")))
    return thin(sorted(curve), 100)


def _trade(
    view: View, curve: Sequence[tuple[float, ...]], promise: Mapping[str, Any], promised: float | None
) -> Figure:
    say = view.say
    share, measured = number(promise.get("share")), number(promise.get("measured"))
    alone = number(promise.get("threshold")) is not None and share is not None
    chosen = (share, measured if measured is not None else promised or 1.0) if alone and share is not None else None
    words = {
        "title": say("automation_alt"),
        "promised": say("promised" if alone else "wanted", value=percent(promised)),
        "chosen": f"{say('answers_alone')} {percent(share)}",
    }
    picture = charts.automation(
        [(point[0], point[1]) for point in curve],
        promised=promised,
        chosen=chosen,
        x_name=say("x_share"),
        y_name=say("y_precision"),
        words=words,
    )
    columns = [Column(name=say(name), kind="num") for name in ("x_share", "y_precision", "threshold")]
    rows = [[percent(share, 1), percent(precision, 1), quality(threshold)] for share, precision, threshold in curve]
    return Figure(picture=picture, numbers=Table(columns=columns, rows=rows))


def reliability(view: View) -> Section | None:
    """Return whether a confidence means what it says."""
    facts, say = view.facts("evaluate"), view.say
    bins: list[tuple[float, float, int]] = []
    for one in map(mapping, sequence(facts.get("reliability"))):
        sure, right, n = number(one.get("confidence")), number(one.get("accuracy")), number(one.get("n"))
        if sure is not None and right is not None and n:
            bins.append((sure, right, int(n)))
    if not bins:
        return None
    ece = mapping(facts.get("ece"))
    lead = ""
    if number(ece.get("after")) is not None:
        temperature = short(facts.get("temperature"))
        lead = say("ece_said", after=quality(ece["after"]), before=quality(ece.get("before")), t=temperature)
    names = {"x_name": say("x_confidence"), "y_name": say("y_accuracy"), "rows": say("rows")}
    picture = charts.reliability(bins, title=say("reliability"), **names)
    columns = [Column(name=say(name), kind="num") for name in ("x_confidence", "y_accuracy", "rows")]
    rows = [[percent(sure, 1), percent(right, 1), count(n)] for sure, right, n in bins]
    figure = Figure(picture=picture, numbers=Table(columns=columns, rows=rows))
    return Section(
        name="reliability", title=say("reliability"), lead=lead, note=say("reliability_note"), blocks=[figure]
    )


def confusion(view: View) -> Section | None:
    """Return the confusion matrix, or its heaviest cells where it would be too large to read."""
    found, say = mapping(view.facts("evaluate").get("confusion")), view.say
    labels = [str(label) for label in sequence(found.get("labels"))]
    counts = [[number(cell) or 0.0 for cell in sequence(row)] for row in sequence(found.get("counts"))]
    if not labels or len(counts) != len(labels) or any(len(row) != len(labels) for row in counts):
        return None
    if len(labels) > MAX_MATRIX:
        table, n = _mixups(view, labels, counts)
        lead = say("confusion_list", n=count(n), labels=count(len(labels)))
        return Section(name="confusion", title=say("confusion"), lead=lead, blocks=[table])
    rows = [
        (shorten(label, 40), [(count(cell) if cell else "", _shade(cell, sum(row))) for cell in row])
        for label, row in zip(labels, counts, strict=True)
    ]
    matrix = Matrix(corner=say("truth_answer"), labels=[shorten(label, 40) for label in labels], rows=rows)
    return Section(name="confusion", title=say("confusion"), note=say("confusion_note"), blocks=[matrix])


def _shade(cell: float, total: float) -> int:
    return min(9, max(1, round(9 * (cell / total) ** 0.7))) if cell > 0 else 0


def _mixups(view: View, labels: Sequence[str], counts: Sequence[Sequence[float]]) -> tuple[Table, int]:
    say = view.say
    pairs = [
        (cell, gold, answer, cell / sum(row))
        for gold, row in zip(labels, counts, strict=True)
        for answer, cell in zip(labels, row, strict=True)
        if cell and gold != answer
    ]
    worst = sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2]))[:MAX_MIXUPS]
    columns = [Column(name=say("truth"), kind="user"), Column(name=say("answer"), kind="user")]
    columns += [Column(name=say("rows"), kind="num"), Column(name=say("share_of_truth"), kind="num")]
    rows = [[name_of(gold), name_of(answer), count(n), percent(share)] for n, gold, answer, share in worst]
    return Table(columns=columns, rows=rows, first=12), len(worst)


def classes(view: View) -> Section | None:
    """Return precision, recall and F1 of every label, the weakest first."""
    found, say = mapping(view.facts("evaluate").get("per_class")), view.say
    if not found:
        return None
    ordered = sorted(found.items(), key=lambda item: (number(mapping(item[1]).get("f1")) or 0.0, item[0]))
    columns = [Column(name=say("label"), kind="user"), Column(name="F1", kind="num"), Column(name="", kind="mini")]
    columns += [Column(name=say(name), kind="num") for name in ("precision", "recall", "rows")]
    rows = []
    for label, values in ordered[:MAX_ROWS]:
        one = mapping(values)
        row = [name_of(label), quality(one.get("f1")), charts.bar(number(one.get("f1")) or 0.0)]
        rows.append([*row, quality(one.get("precision")), quality(one.get("recall")), count(one.get("n"))])
    table = Table(columns=columns, rows=rows, first=12, total=len(ordered) if len(ordered) > MAX_ROWS else 0)
    return Section(name="classes", title=say("classes"), note=say("classes_note"), blocks=[table])


def slices(view: View) -> Section | None:
    """Return the metric that decides, group by group, against the whole exam."""
    facts, say = view.facts("evaluate"), view.say
    columns = {str(name): mapping(groups) for name, groups in mapping(facts.get("slices")).items() if groups}
    if not columns:
        return None
    whole = number(mapping(mapping(facts.get("metrics")).get(view.decides())).get("value"))
    blocks = [_slice(view, name, groups, whole) for name, groups in columns.items()]
    return Section(name="slices", title=say("slices"), note=say("slices_note"), blocks=blocks)


def _slice(view: View, column: str, groups: Mapping[str, Any], whole: float | None) -> Table:
    say = view.say
    found = {str(name): mapping(one) for name, one in groups.items()}
    ends = around(_ends(found.values(), whole), least=0.1, within=(0, 1))
    ordered = sorted(found.items(), key=lambda item: (number(item[1].get("value")) or 0.0, item[0]))
    rows = []
    for name, one in ordered[:MAX_ROWS]:
        value, low, high = (number(one.get(key)) for key in ("value", "low", "high"))
        weak = whole is not None and high is not None and high < whole
        picture: str = ""
        if value is not None:
            picture = charts.whisker(value, low, high, ends=ends, mark=whole, kind="is-missed" if weak else "")
        shown = name_of(tag(name, view.language))
        label = Markup('<bdi>{}</bdi> <span class="tag warn">{}</span>').format(shown, say("weak"))
        cells = [label if weak else shown, quality(value), picture, interval(low, high) or DASH]
        rows.append([*cells, count(one.get("n"))])
    headers = [Column(name=say("group"), kind="user"), Column(name=view.metric(view.decides()), kind="num")]
    headers += [Column(name="", kind="mini"), Column(name=say("interval"), kind="num")]
    headers += [Column(name=say("rows"), kind="num")]
    return Table(columns=headers, rows=rows, heading=shorten(tag(column, view.language), 60), first=12)


def _ends(found: Any, whole: float | None) -> list[float]:
    values = [number(one.get(key)) for one in found for key in ("value", "low", "high")]
    return [one for one in [*values, whole] if one is not None] or [0.0, 1.0]


def baselines(view: View) -> Section | None:
    """Return the gain over every simple model, with its interval."""
    found, say = mapping(view.facts("evaluate").get("baselines")), view.say
    if not found:
        return None
    gains = [number(mapping(one).get(key)) for one in found.values() for key in ("gain", "gain_low", "gain_high")]
    ends = around([0.0, *[one for one in gains if one is not None]], least=0.05, within=(-1, 1))
    rows = []
    for name, values in sorted(found.items(), key=lambda item: number(mapping(item[1]).get("gain")) or 0.0):
        one = mapping(values)
        value, low, high = (number(one.get(key)) for key in ("gain", "gain_low", "gain_high"))
        picture: str = charts.whisker(value, low, high, ends=ends, mark=0.0) if value is not None else ""
        clear = "same"
        if low is not None and high is not None:
            clear = "better" if low > 0 else "worse" if high < 0 else "same"
        cells = [name, quality(one.get("value")), gain(value), picture, interval(low, high, gain) or DASH]
        rows.append([*cells, say(clear) if value is not None else ""])
    columns = [Column(name=say("baseline")), Column(name=say("its_value"), kind="num")]
    columns += [Column(name=say("gain"), kind="num"), Column(name="", kind="mini")]
    columns += [Column(name=say("interval"), kind="num"), Column(name=say("result"))]
    table = Table(columns=columns, rows=rows)
    return Section(name="baselines", title=say("baselines"), note=say("baselines_note"), blocks=[table])


def mistakes(view: View) -> Section | None:
    """Return texts that were answered wrongly, in the order that the exam lists them."""
    found = [mapping(one) for one in sequence(view.facts("evaluate").get("mistakes"))][:MAX_MISTAKES]
    if not found:
        return None
    shown = [
        Mistake(
            text=shorten(str(one.get("text", "")), MAX_TEXT),
            gold=name_of(one.get("gold", "")),
            predicted=name_of(one.get("predicted", "")),
            score=percent(one.get("score")),
            where=str(one.get("where") or ""),
        )
        for one in found
    ]
    say = view.say
    block = Mistakes(mistakes=shown)
    return Section(name="mistakes", title=say("mistakes"), note=say("mistakes_note"), blocks=[block])
