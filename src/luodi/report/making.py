"""The sections about how it was made: the data, the learning, how to do it again."""

import shlex
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from luodi.report import charts
from luodi.report.blocks import (
    Block,
    Column,
    Commands,
    Figure,
    Pairs,
    Section,
    Table,
    View,
    mapping,
    name_of,
    numbers_of,
    sequence,
    thin,
)
from luodi.report.numbers import DASH, bytes_, count, number, percent, points, quality, short
from luodi.report.words import reason

SEARCHED = ("learning_rate", "epochs", "frozen_layers", "max_tokens")
PARTS = ("train", "dev", "test")
MAX_LABELS = 15
BY_HAND = ("accepted", "rejected", "excluded", "unused")
DELIMITERS = {",": ",", ";": ";", "|": "|", "\t": "⇥", "": DASH}


def data(view: View) -> Section | None:
    """Return what came in, what was left out and why, and what the rows look like."""
    facts, say = view.facts("prepare"), view.say
    rows = mapping(facts.get("rows"))
    if not rows:
        return None
    found = (_left_out(view, rows), _decided(view), _labels(view), _lengths(view), _tables(view))
    blocks: list[Block] = [_parts(view, rows), *(one for one in found if one)]
    lead = say(
        "data_said", n_in=count(rows.get("in")), kept=count(rows.get("kept")), rejected=count(rows.get("rejected"))
    )
    return Section(name="data", title=say("data"), lead=lead, blocks=blocks)


def _parts(view: View, rows: Mapping[str, Any]) -> Table:
    total = sum(number(rows.get(part)) or 0.0 for part in PARTS)  # of documents, the parts are passages and questions
    cells = []
    for part in PARTS:
        n = number(rows.get(part))
        if n is not None:
            share = n / total if total else 0.0
            cells.append([view.say(part), count(n), charts.bar(share), percent(share, 1)])
    columns = [Column(name=view.say("part")), Column(name=view.say("rows"), kind="num")]
    return Table(columns=[*columns, Column(name="", kind="mini"), Column(name="", kind="num")], rows=cells)


def _left_out(view: View, rows: Mapping[str, Any]) -> Table | None:
    reasons = mapping(view.facts("prepare").get("rejected"))
    if not reasons:
        return None
    total = number(rows.get("in")) or 1.0
    columns = [Column(name=view.say("reason"), kind="user"), Column(name=view.say("rows"), kind="num")]
    columns.append(Column(name="", kind="num"))
    cells = [[reason(name_of(text), view.language), count(n), percent(n / total, 1)] for text, n in _most(reasons)[:40]]
    return Table(columns=columns, rows=cells, heading=view.say("left_out"), first=10)


def _decided(view: View) -> Pairs | None:
    """Return what was done to rows besides leaving them out, and what the seen ones would have done to the score."""
    facts, say = view.facts("prepare"), view.say
    pairs: list[tuple[str, str]] = []
    by_hand, near = mapping(facts.get("corrections")), mapping(facts.get("near"))
    if by_hand:
        said = say("by_hand_said", **{name: count(by_hand.get(name)) for name in BY_HAND})
        pairs.append((say("by_hand"), said))
    if folded := mapping(facts.get("folded")):
        spelt = "; ".join(
            f"{best}: {', '.join(map(repr, mapping(one)))}" for best, one in list(folded.items())[:MAX_LABELS]
        )
        pairs.append((say("folded"), spelt))
    if near.get("rows"):
        said = say("kept_together_said", **{name: count(near.get(name)) for name in ("rows", "families", "conflicts")})
        pairs.append((say("kept_together"), said))
    if seen := mapping(view.facts("evaluate").get("seen")):
        scores = {"without": short(seen.get("without")), "with_them": short(seen.get("with"))}
        pairs.append(
            (say("seen"), say("seen_said", n=count(seen.get("n")), metric=view.metric(view.decides()), **scores))
        )
    return Pairs(pairs=pairs, heading=say("decided")) if pairs else None


def _most(counts: Mapping[str, Any]) -> list[tuple[str, float]]:
    found = [(str(name), number(n) or 0.0) for name, n in counts.items()]
    return sorted(found, key=lambda item: (-item[1], item[0]))


def _labels(view: View) -> Table | None:
    profile = mapping(mapping(view.about.get("profile")).get("train"))
    labels = _most(mapping(profile.get("labels")))
    if not labels:
        return None
    n_rows = number(profile.get("rows")) or sum(n for _, n in labels)
    most = labels[0][1] or 1.0
    cells: list[list[str]] = [
        [name_of(label), count(n), charts.bar(n / most), percent(n / n_rows if n_rows else 0.0, 1)]
        for label, n in labels[:MAX_LABELS]
    ]
    rest = labels[MAX_LABELS:]
    if rest:
        n = sum(n for _, n in rest)
        words = Markup("<em>{}</em>").format(view.say("others", n=count(len(rest))))
        cells.append([words, count(n), "", percent(n / n_rows if n_rows else 0.0, 1)])
    columns = [Column(name=view.say("label"), kind="user"), Column(name=view.say("rows"), kind="num")]
    columns += [Column(name="", kind="mini"), Column(name="", kind="num")]
    return Table(columns=columns, rows=cells, heading=view.say("labels"))


def _lengths(view: View) -> Table | None:
    profile, say = mapping(view.about.get("profile")), view.say
    found = {part: mapping(mapping(profile.get(part)).get("characters")) for part in PARTS}
    longest = max((number(one.get("p100")) or 0.0 for one in found.values()), default=0.0)
    if not longest:
        return None
    columns = [Column(name=say("part")), Column(name="", kind="mini")]
    columns += [Column(name=name, kind="num") for name in ("5%", "50%", "95%", say("longest"))]
    columns.append(Column(name=say("scripts")))
    cells = []
    for part, lengths in found.items():
        if lengths:
            scripts = mapping(mapping(profile.get(part)).get("scripts"))
            main = ", ".join(f"{name} {percent(share)}" for name, share in _most(scripts)[:3] if share >= 0.005)
            numbers = [count(lengths.get(name)) for name in ("p5", "p50", "p95", "p100")]
            cells.append([say(part), charts.box(lengths, longest=longest), *numbers, main])
    return Table(columns=columns, rows=cells, heading=say("lengths"), note=say("lengths_note"))


def _tables(view: View) -> Table | None:
    tables, say = mapping(view.facts("prepare").get("tables")), view.say
    if not tables:
        return None
    columns = [Column(name=say("file"), kind="user")]
    columns += [Column(name=say(name)) for name in ("format", "encoding", "delimiter", "header")]
    cells = []
    for name, found in tables.items():
        one = mapping(found)
        delimiter = str(one.get("delimiter") or "")
        header = {True: say("yes"), False: say("no")}.get(one.get("header", ""), DASH)
        described = [str(one.get(key) or DASH) for key in ("format", "encoding")]
        cells.append([name_of(name), *described, DELIMITERS.get(delimiter, delimiter), header])
    return Table(columns=columns, rows=cells, heading=say("tables"), first=8)


def learning(view: View) -> Section | None:
    """Return the learning curves of both trainings, where there were any."""
    say, tuned, pretrained = view.say, view.facts("finetune"), view.facts("pretrain")
    curves = (
        (pretrained.get("losses"), "pretrain_loss", "x_step", False),
        (tuned.get("losses"), "loss", "x_step", False),
        (tuned.get("dev"), "dev_value", "x_epoch", True),
    )
    blocks: list[Block] = []
    for values, title, x_name, dots in curves:
        points = [(row[0], row[1]) for row in thin(numbers_of(values)) if len(row) > 1]
        if len(points) > 1:
            metric = view.metric(view.decides()) if dots and view.decides() else ""
            names = {"x_name": say(x_name), "y_name": metric, "title": say(title)}
            blocks.append(Figure(picture=charts.line(points, dots=dots, **names), heading=say(title)))
    lead = ""
    if number(pretrained.get("perplexity_after")) is not None:
        before, after = (short(pretrained.get(f"perplexity_{when}")) for when in ("before", "after"))
        lead = say("pretrain_said", texts=count(pretrained.get("texts")), before=before, after=after)
        if number(pretrained.get("contexts")) is not None:
            lead = f"{lead} {say('pretrain_counted', contexts=count(pretrained.get('contexts')))}"
    return Section(name="learning", title=say("learning"), lead=lead, blocks=blocks) if blocks or lead else None


def search(view: View) -> Section | None:
    """Return what a search for a better recipe has tried, in order."""
    found, say = mapping(view.facts("finetune").get("search")), view.say
    trials = [mapping(one) for one in sequence(found.get("trials"))]
    values = [value for one in trials if (value := number(one.get("value"))) is not None]
    if not values:
        return None
    columns = [Column(name=say("recipe")), Column(name=say("rows"), kind="num")]
    columns += [Column(name=view.metric(view.decides()), kind="num"), Column(name="", kind="mini")]
    columns += [Column(name=say(name), kind="num") for name in SEARCHED]
    standing = {one.get("rows"): number(one.get("value")) for one in trials if one.get("number") == 0}
    most = max(number(one.get("rows")) or 0.0 for one in trials)
    ends = (min(values), max(values)) if len(set(values)) > 1 else (values[0] - 0.01, values[0] + 0.01)
    cells = []
    for one in trials:
        name = escape(say("standing") if one.get("number") == 0 else say("recipe_n", n=count(one.get("number"))))
        if one.get("number") == found.get("chosen") and number(one.get("rows")) == most:
            name += Markup(' <span class="tag">{}</span>').format(say("chosen"))
        value = number(one.get("value")) or 0.0
        picture = charts.whisker(value, None, None, ends=ends, mark=standing.get(one.get("rows")))
        choices = [DASH if one.get(key) is None else short(one[key]) for key in SEARCHED]
        cells.append([name, count(one.get("rows")), quality(value), picture, *choices])
    gain = mapping(found.get("gain"))
    lead = say("search_said", **{key: points(gain.get(key), 1) for key in ("gain", "low", "high")})
    table = Table(columns=columns, rows=cells, first=12)
    return Section(name="search", title=say("search"), lead=lead, note=say("search_note"), blocks=[table])


def again(view: View) -> Section | None:
    """Return what to type to have this result again and to serve it, and what it was made from."""
    scenario, say = mapping(view.about.get("scenario")), view.say
    if not scenario:
        return None
    file = str(scenario.get("file") or "scenario.toml")
    shown = shlex.quote(file)
    commands = [(say("run_it"), f"luodi run {shown}"), (say("serve_it"), f"luodi serve {shown}")]
    known = (("task", scenario.get("task")), ("seed", scenario.get("seed")), ("version", view.about.get("version")))
    pairs = [(say(name), str(value)) for name, value in known if value is not None]
    blocks: list[Block] = [Commands(commands=commands), Pairs(pairs=pairs)]
    blocks += [one for one in (_files(view), _steps(view)) if one]
    return Section(name="again", title=say("again"), note=say("again_note"), blocks=blocks)


def _files(view: View) -> Table | None:
    files, say = mapping(view.facts("define").get("files")), view.say
    cells = [
        [name_of(one.get("name")), say(part), bytes_(one.get("bytes")), _code(one.get("sha256"))]
        for part in PARTS
        for one in map(mapping, sequence(files.get(part)))
    ]
    columns = [Column(name=say("file"), kind="user"), Column(name=say("part"))]
    columns += [Column(name=say("size"), kind="num"), Column(name="SHA-256")]
    return Table(columns=columns, rows=cells, heading=say("files"), first=8) if cells else None


def _steps(view: View) -> Table | None:
    say = view.say
    cells = [
        [step, _code(mapping(one).get("key")), _code(mapping(one).get("digest"))]
        for step, one in mapping(view.about.get("steps")).items()
        if mapping(one).get("key")
    ]
    columns = [Column(name=say("step")), Column(name=say("key")), Column(name=say("digest"))]
    return Table(columns=columns, rows=cells, heading=say("steps")) if cells else None


def _code(value: Any) -> Markup:
    return Markup("<code>{}</code>").format(str(value or DASH))
