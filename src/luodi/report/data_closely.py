"""The sections about what only a closer look at the data tells: wrong labels, leaks, templates, changes, a forecast."""

from collections.abc import Mapping
from typing import Any

from luodi.report import bars, charts
from luodi.report.blocks import (
    Block,
    Column,
    Figure,
    Mistake,
    Mistakes,
    Section,
    Table,
    View,
    mapping,
    name_of,
    sequence,
)
from luodi.report.numbers import count, number, of_metric, percent, quality
from luodi.text import duration

NUM, MINI, USER = "num", "mini", "user"


def _found(view: View, name: str) -> Mapping[str, Any]:
    return mapping(mapping(view.about.get("inspection")).get(name))


def suspects(view: View) -> Section | None:
    """Return the labels that are probably wrong, most suspicious first."""
    found, say = _found(view, "suspects"), view.say
    if not found.get("n"):
        return None
    shown = [
        Mistake(
            text=str(one["text"]), gold=name_of(one["given"]), predicted=name_of(one["suggested"]), score="",
            where=f"{say('line')} {count(one['line'])}",
        )
        for one in map(mapping, sequence(found.get("top")))
    ]  # fmt: skip
    blocks = [Mistakes(mistakes=shown, names=(say("given_label"), say("suggested")), first=6)] if shown else []
    said = "suspects_said" if shown else "suspects_none"
    lead = say(said, wrong=count(found["wrong"]), n=count(found["n"]))
    return Section(name="suspects", title=say("suspects"), lead=lead, note=say("suspects_note"), blocks=blocks)


def leakage(view: View) -> Section | None:
    """Return the marks that give a label away, the widest first."""
    leaks, say = [mapping(one) for one in sequence(_found(view, "leakage").get("leaks"))], view.say
    if not leaks:
        return None
    rows = [
        [name_of(one["mark"]), name_of(one["label"]), percent(one["precision"], 1), percent(one["coverage"], 1),
         ", ".join(count(line) for line in one["lines"])]
        for one in leaks
    ]  # fmt: skip
    head = [Column(name=say("mark"), kind=USER), Column(name=say("given_label"), kind=USER)]
    head += [Column(name=say(name), kind=NUM) for name in ("mark_precision", "mark_coverage", "in_lines")]
    table = Table(columns=head, rows=rows, first=10)
    return Section(name="leakage", title=say("leakage"), note=say("leakage_note"), blocks=[table])


def templates(view: View) -> Section | None:
    """Return the patterns that many texts were made from."""
    found, say = _found(view, "templates"), view.say
    top = [mapping(one) for one in sequence(found.get("top"))]
    if not top:
        return None
    rows = [[str(one["pattern"]), count(one["n"]), charts.bar(one["share"]), percent(one["share"], 1)] for one in top]
    head = [Column(name=say("pattern"), kind=USER), Column(name=say("n_rows"), kind=NUM)]
    head += [Column(name="", kind=MINI), Column(name="", kind=NUM)]
    lead = say("templates_said", share=percent(found["share"], 1), n=count(found["n_templates"]))
    return Section(
        name="templates", title=say("templates"), lead=lead, blocks=[Table(columns=head, rows=rows, first=5)]
    )


def drift(view: View) -> Section | None:
    """Return how far each stretch of time is from the others."""
    changes, say = [mapping(one) for one in sequence(_found(view, "drift").get("changes"))], view.say
    if not changes:
        return None
    changes = sorted(changes, key=lambda one: (not one["changed"], str(one["part"]), str(one["measure"])))
    rows = [
        [str(one["part"]), say(f"measure_{one['measure']}"), quality(one["divergence"]), quality(one["noise"]),
         count(one["n"])]
        for one in changes
    ]  # fmt: skip
    head = [Column(name=say("stretch")), Column(name=say("measure"))]
    head += [Column(name=say(name), kind=NUM) for name in ("divergence", "noise", "n_rows")]
    changed = any(one["changed"] for one in changes)
    lead = say("drift_some" if changed else "drift_none")
    first = max(3, sum(bool(one["changed"]) for one in changes))
    table = Table(columns=head, rows=rows, first=first)
    return Section(name="drift", title=say("drift"), lead=lead, note=say("drift_note"), blocks=[table])


def forecast(view: View) -> Section | None:
    """Return the learning curve of a simple model, and where it leads."""
    found, say = _found(view, "forecast"), view.say
    points = [(number(one["rows"]) or 1.0, number(one["value"]) or 0.0) for one in sequence(found.get("points"))]
    ahead = mapping(found.get("forecast"))
    if len(points) < 2 or not ahead:
        return None
    n = int(found["rows"])
    rings = [
        (float(times * n), float(one["value"]), float(one["low"]), float(one["high"]))
        for times, one in ((times, mapping(ahead[f"{times}x"])) for times in (2, 4))
    ]
    metric = view.metric(str(found["metric"]))
    title = say("forecast_more")
    picture = bars.forecast(points, rings, x_name=say("x_rows"), y_name=metric, title=title)
    values = {name: quality(ahead[f"{times}x"]["value"]) for name, times in (("now", 1), ("twice", 2), ("four", 4))}
    blocks: list[Block] = [Figure(picture=picture)]
    models = mapping(_found(view, "cost").get("models"))
    if models:
        head = [Column(name=say("candidate")), Column(name=say("learning_s"), kind=NUM)]
        head.append(Column(name=say("train_memory_mb"), kind=NUM))
        rows = [
            [name, duration(one["seconds"]), of_metric("memory_mb", one["memory_mb"])] for name, one in models.items()
        ]
        table_note = say("cost_note", n=count(_found(view, "cost")["rows"]))
        blocks.append(Table(columns=head, rows=rows, heading=say("forecast"), note=table_note))
    lead = say("forecast_said", n=count(n), **values)
    return Section(name="forecast_more", title=title, lead=lead, note=say("forecast_note"), blocks=blocks)
