"""The first sections: did it meet its targets, why this model, what it costs."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from luodi.contracts import record
from luodi.report import charts
from luodi.report.blocks import Block, Column, Figure, Pairs, Section, Table, View, mapping, sequence
from luodi.report.numbers import (
    DASH,
    NO_BREAK,
    count,
    dollars,
    interval,
    number,
    of_metric,
    percent,
    points,
    quality,
    short,
)
from luodi.report.remote import remote
from luodi.text import duration

NEXT_TO_NOTHING = 0.00001  # dollars per 1,000; its zeros would be wider than the page
AXES = ("usd_per_1k", "p95_ms", "p50_ms")
COSTS = (("fit_s", ""), ("p50_ms", "p95_ms"), ("size_mb", ""), ("memory_mb", "train_memory_mb"), ("usd_per_1k", ""))
"""The columns of the contest, each with what stands below it in small letters."""
FAR = 30.0  # a cost target this many times off the candidates would squeeze them into a corner of the picture


@record
class Tile:
    """One figure that a manager remembers."""

    name: str
    value: str
    note: str


@record
class Headline:
    """The first screen."""

    state: str
    """`met`, `missed`, `untold` or `unfinished`: the word in the words file and the class in the style sheet."""
    word: str
    sentence: str
    tiles: Sequence[Tile]
    targets: Table | None


def headline(view: View) -> Headline:
    """Return the verdict, its sentence, up to four figures, and a row for each target."""
    verdict = view.verdict()
    state = {True: "met", False: "missed", None: "untold"}[verdict.get("met")] if verdict else "unfinished"
    return Headline(
        state=state,
        word=view.say(state),
        sentence=_sentence(view, state),
        tiles=_tiles(view)[:4],
        targets=_targets(view),
    )


def _sentence(view: View, state: str) -> str:
    """Return the verdict's own sentence, which is English unless it is given by language, or one of ours."""
    verdict = view.verdict()
    given = verdict.get("sentence")
    if isinstance(given, Mapping):
        given = given.get(view.language)
    elif view.language != "en":
        given = None
    if given:
        return str(given)
    checks = sequence(verdict.get("checks"))
    n_missed = sum(not one.get("met") for one in checks)
    every = view.say("one_target") if len(checks) == 1 else view.say("all_targets", n=count(len(checks)))
    of_all = every if state == "met" else count(len(checks))
    model = str(verdict.get("model") or view.say("the_model"))
    said = view.say(f"{state}_said", model=model, n=count(n_missed), all=of_all)
    space = "" if view.language == "zh" else " "
    return space.join(one for one in (said, _promise(view)) if one)


def _promise(view: View) -> str:
    promise = mapping(view.facts("evaluate").get("promise"))
    if number(promise.get("threshold")) is None:
        return ""
    return view.say("promise_said", share=percent(promise.get("share")), precision=percent(promise.get("precision")))


def _tiles(view: View) -> list[Tile]:
    say, exam, served = view.say, view.facts("evaluate"), served_measures(view)
    tiles: list[Tile] = []
    name = view.decides()
    found = mapping(mapping(exam.get("metrics")).get(name))
    if number(found.get("value")) is not None:
        note = interval(found.get("low"), found.get("high")) or say("on_exam", n=count(exam.get("n_exam")))
        tiles.append(Tile(name=view.metric(name), value=quality(found["value"]), note=note))
    promise = mapping(exam.get("promise"))
    if number(promise.get("threshold")) is not None:
        note = say("at_precision", precision=percent(promise.get("precision")))
        tiles.append(Tile(name=say("answers_alone"), value=percent(promise.get("share")), note=note))
    if number(served.get("p95_ms")) is not None:
        tiles.append(Tile(name=say("speed"), value=of_metric("p95_ms", served["p95_ms"]), note=say("per_request")))
    if number(served.get("usd_per_1k")) is not None:
        tiles.append(Tile(name=say("price"), value=dollars(served["usd_per_1k"]), note=say("per_1k")))
    if number(served.get("size_mb")) is not None:
        tiles.append(Tile(name=say("size"), value=of_metric("size_mb", served["size_mb"]), note=""))
    return tiles


def served_measures(view: View) -> Mapping[str, Any]:
    """Return what the bundle was measured to cost; before it exists, what its candidate did."""
    model = str(view.facts("select").get("model", ""))
    candidate = mapping(mapping(view.measured("select").get("candidates")).get(model))
    return {**candidate, **view.facts("deploy"), **view.measured("deploy")}


def _targets(view: View) -> Table | None:
    checks = [mapping(one) for one in sequence(view.verdict().get("checks"))]
    if not checks:
        return None
    say = view.say
    return Table(
        columns=(
            Column(name=say("target")),
            Column(name=say("asked"), kind="num"),
            Column(name=say("measured"), kind="num"),
            Column(name=say("interval"), kind="num"),
            Column(name=say("picture"), kind="mini"),
            Column(name=say("result"), kind="status"),
        ),
        rows=[_target(view, one) for one in checks],
    )


def _target(view: View, check: Mapping[str, Any]) -> list[str]:
    name, at_most, met = str(check.get("metric", "")), check.get("kind") == "cost", bool(check.get("met"))
    asked, value = number(check.get("asked")), number(check.get("value"))
    low, high = number(check.get("low")), number(check.get("high"))
    picture: str = ""
    if asked is not None and value is not None:
        picture = charts.against_target(value, low=low, high=high, asked=asked, at_most=at_most, met=met)
    return [
        view.metric(name),
        view.say("at_most" if at_most else "at_least", value=of_metric(name, asked)),
        of_metric(name, value),
        interval(low, high, quality if not at_most else lambda end: of_metric(name, end)) or DASH,
        picture,
        status(view, met=met),
    ]


def status(view: View, *, met: bool, words: tuple[str, str] = ("met", "missed")) -> Markup:
    """Return a mark and a word, so that colour is not all that tells them apart."""
    kind, sign, word = ("met", "✓", words[0]) if met else ("missed", "✗", words[1])
    mark = Markup('<span class="status {}"><span aria-hidden="true">{}</span> {}</span>')
    return mark.format(kind, sign, view.say(word))


def choice(view: View) -> Section | None:
    """Return the contest between the models."""
    facts, measured = view.facts("select"), mapping(view.measured("select").get("candidates"))
    candidates = [mapping(one) for one in sequence(facts.get("candidates"))]
    if not candidates:
        return None
    blocks: list[Block] = [one for one in (_contest(view, candidates, measured),) if one]
    blocks.append(_candidates(view, candidates, measured))
    if asked := remote(view):
        blocks.append(asked)
    forecast = _scalars(mapping(view.measured("select").get("forecast")))
    if forecast:
        blocks.append(Pairs(heading=view.say("forecast"), pairs=forecast))
    note = view.say("choice_note", sample=count(facts.get("sample")), n_dev=count(facts.get("n_dev")))
    space = "" if view.language == "zh" else " "
    stop = "。" if view.language == "zh" else "."
    lead = space.join(one.removesuffix(stop) + stop for one in (_why(view, candidates), _offer(view)) if one)
    return Section(name="choice", title=view.say("choice"), lead=lead, note=note, blocks=blocks)


def _offer(view: View) -> str:
    """Say what paying more would buy."""
    offer = mapping(view.measured("select").get("more"))
    gain, low, high = (number(offer.get(name)) for name in ("gain", "low", "high"))
    if gain is None or low is None or high is None:
        return ""
    key = "offer_sure" if low > 0 else "offer_worse" if high < 0 else "offer_unsure"
    return view.say(
        key,
        model=str(offer.get("model")),
        times=short(offer.get("times")),
        price=dollars(offer.get("usd_per_1k")),
        gain=points(gain, 1),
        low=points(low, 1),
        high=points(high, 1),
    )


def _why(view: View, candidates: Sequence[Mapping[str, Any]]) -> str:
    facts, why = view.facts("select"), view.measured("select").get("why")
    if isinstance(why, Mapping):
        why = why.get(view.language)
    elif view.language != "en":
        why = None
    chosen = next((one for one in candidates if one.get("model") == facts.get("model")), None)
    if why or chosen is None:
        return str(why or "")
    return view.say(
        "chosen_said",
        n=count(len(candidates)),
        model=str(chosen.get("model")),
        metric=view.metric(view.decides()),
        value=quality(chosen.get("value")),
        low=quality(chosen.get("low")),
        high=quality(chosen.get("high")),
    )


def _contest(view: View, candidates: Sequence[Mapping[str, Any]], measured: Mapping[str, Any]) -> Figure | None:
    axis = _axis(view, measured)
    chosen = view.facts("select").get("model")
    shown: list[charts.Candidate] = []
    for one in candidates:
        value, name = number(one.get("value")), str(one.get("model"))
        cost = number(mapping(measured.get(name)).get(axis))
        if value is None or not cost or cost < 0:
            continue
        low, high = number(one.get("low")), number(one.get("high"))
        shown.append(
            charts.Candidate(
                name=name,
                cost=cost,
                value=value,
                low=value if low is None else low,
                high=value if high is None else high,
                chosen=name == chosen,
                refused=bool(one.get("refused")),
            )
        )
    if not shown:
        return None
    say, metric = view.say, view.decides()
    asked, asked_cost = view.asked(metric), view.asked(f"cost.{axis}")
    costs = [one.cost for one in shown]
    if asked_cost is not None and not min(costs) / FAR <= asked_cost <= max(costs) * FAR:
        asked_cost = None
    words = {
        "title": say("choice"),
        "asked": say("target_line", value=quality(asked)),
        "asked_cost": say("target_line", value=of_metric(axis, asked_cost)),
    }
    picture = charts.quality_against_cost(
        shown,
        x_name=say(f"x_{axis}"),
        y_name=view.metric(metric),
        write_cost=dollars if axis == "usd_per_1k" else short,
        asked=asked,
        asked_cost=asked_cost,
        words=words,
    )
    return Figure(picture=picture)


def _axis(view: View, measured: Mapping[str, Any]) -> str:
    """Return the cost to draw: the one with a target, if there is one, or the first that was measured."""
    known = [axis for axis in AXES if any(number(mapping(one).get(axis)) for one in measured.values())]
    return next((axis for axis in known if view.asked(f"cost.{axis}") is not None), known[0] if known else AXES[0])


def _candidates(view: View, candidates: Sequence[Mapping[str, Any]], measured: Mapping[str, Any]) -> Table:
    say, metric = view.say, view.decides()
    costs = [
        (name, beside)
        for name, beside in COSTS
        if any(number(mapping(one).get(name)) is not None for one in measured.values())
    ]
    columns = [Column(name=say("candidate")), Column(name=view.metric(metric), kind="num")]
    gains = any(mapping(one.get("gain")) for one in candidates)
    if gains:
        columns.append(Column(name=say("against_chosen"), kind="num"))
    columns += [Column(name=say(name), kind="num") for name, _ in costs]
    rows = []
    for one in candidates:
        name, refused = str(one.get("model")), one.get("refused")
        chosen = name == view.facts("select").get("model")
        label = Markup('{} <span class="tag">{}</span>').format(name, say("chosen")) if chosen else escape(name)
        label += Markup("<small>{}</small>").format(say("refused", why=str(refused))) if refused else ""
        value = escape(quality(one.get("value"))) + Markup("<small>{}</small>").format(_ends(one))
        against = [_against(one)] if gains else []
        scales = mapping(measured.get(name))
        rows.append([label, value, *against, *(_cost(view, scales, *pair) for pair in costs)])
    return Table(columns=columns, rows=rows)


def _cost(view: View, scales: Mapping[str, Any], name: str, beside: str) -> Markup:
    """Write a cost, and below it, in small letters, another one that belongs to it."""
    found = number(scales.get(name))
    tiny = name == "usd_per_1k" and found is not None and 0 < found < NEXT_TO_NOTHING
    shown = escape(f"<{dollars(NEXT_TO_NOTHING)}" if tiny else of_metric(name, found))
    if number(scales.get(beside)) is None:
        return shown
    return shown + Markup("<small>{}</small>").format(
        view.say(f"{beside}_small", value=of_metric(beside, scales[beside]))
    )


def _against(one: Mapping[str, Any]) -> str:
    """Write by how many points a candidate beats the chosen one on the same rows, with its interval."""
    found = mapping(one.get("gain"))
    if number(found.get("gain")) is None:
        return DASH
    ends = f"{points(found.get('low'), 1)} … {points(found.get('high'), 1)}"
    return escape(points(found["gain"], 1)) + Markup("<small>{}</small>").format(ends)


def _ends(one: Mapping[str, Any]) -> str:
    return interval(one.get("low"), one.get("high"))


def _scalars(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is a word or a number; a number's unit moves from its name to its value."""
    pairs = []
    for name, value in values.items():
        if isinstance(value, str | int | float):
            shown = str(value) if number(value) is None else of_metric(f"cost.{name}", value)
            pairs.append((re.sub("_(s|ms|mb)$", "", name).replace("_", " "), shown))
    return pairs


def cost(view: View) -> Section | None:
    """Return what serving and making cost, and on which machine that was measured."""
    say, served = view.say, served_measures(view)
    serving = [
        (say(name), of_metric(name, served.get(name)))
        for name in ("p50_ms", "p95_ms", "size_mb", "memory_mb", "usd_per_1k", "load_s")
        if number(served.get(name)) is not None
    ]
    if number(served.get("texts_per_s")) is not None:
        serving.insert(2, (say("texts_per_s"), say("texts_per_s_value", n=short(served["texts_per_s"]))))
    price = number(mapping(view.facts("define").get("price")).get("core_hour"))
    if price is not None and serving:
        serving.append((say("core_hour"), dollars(price)))
    making = [
        (say("seconds_of", step=step), duration(seconds))
        for step in mapping(view.about.get("steps"))
        if (seconds := number(view.measured(step).get("seconds"))) is not None
    ]
    memory = view.measured("finetune").get("train_memory_mb")
    if number(memory) is not None:
        making.append((say("train_memory_mb"), of_metric("train_memory_mb", memory)))
    blocks = [
        Pairs(heading=say(heading), pairs=pairs)
        for heading, pairs in (("serving", serving), ("making", making), ("machine", _machine(view)))
        if pairs
    ]
    return Section(name="cost", title=say("cost"), blocks=blocks) if serving or making else None


def _machine(view: View) -> list[tuple[str, str]]:
    machine = mapping(view.measured("select").get("machine"))
    pairs = [(view.say(name), str(machine[name])) for name in ("processor", "cores", "python") if machine.get(name)]
    if number(machine.get("memory_gb")) is not None:
        pairs.append((view.say("memory_gb"), f"{short(machine['memory_gb'])}{NO_BREAK}GB"))
    return pairs
