"""The sections about lists: what they are like apart from being right, an off-policy estimate, a plan of a test."""

from collections.abc import Mapping
from typing import Any

from luodi.report import charts
from luodi.report.blocks import Block, Column, Pairs, Section, Table, View, mapping, name_of
from luodi.report.numbers import DASH, count, interval, number, percent, quality, short
from luodi.report.words_ranking import tag

FEW = 100  # impressions of its own: below, an interval says little
VISITORS = ("new", "1–4 events", "5–19 events", "20 events or more")
ESTIMATES = ("logged", "ips", "snips", "dr")


def lists(view: View) -> Section | None:
    """Return coverage, novelty, diversity, revenue; recall by item age; popularity bias; exposure by group."""
    facts, say = view.facts("evaluate"), view.say
    beyond = mapping(facts.get("beyond"))
    if not beyond:
        return None
    made = [
        _pairs(view, beyond),
        _ages(view, mapping(facts.get("item_ages"))),
        _fame(view, mapping(beyond.get("fame"))),
    ]
    blocks: list[Block] = [one for one in (*made, _exposure(view, mapping(beyond.get("exposure")))) if one]
    lead = say("lists_said", coverage=percent(beyond.get("coverage")), popularity=short(beyond.get("popularity")))
    return Section(name="lists", title=say("lists"), lead=lead, note=say("lists_note"), blocks=blocks)


def _pairs(view: View, beyond: Mapping[str, Any]) -> Pairs:
    say = view.say
    pairs = [(say("coverage"), percent(beyond.get("coverage"), 1))]
    if number(beyond.get("novelty")) is not None:
        pairs.append((say("novelty"), say("bits", n=short(beyond["novelty"]))))
    if number(beyond.get("diversity")) is not None:
        pairs.append((say("diversity"), percent(beyond["diversity"], 1)))
    pairs.append((say("gini"), quality(beyond.get("gini"))))
    if number(beyond.get("revenue_per_1000")) is not None:
        pairs.append((say("revenue_per_1000"), short(beyond["revenue_per_1000"])))
    return Pairs(pairs=pairs)


def _ages(view: View, ages: Mapping[str, Any]) -> Table | None:
    rows = []
    for name, found in ages.items():
        one = mapping(found)
        recall = mapping(one.get("recall_at_50"))
        value = number(recall.get("value"))
        picture = charts.bar(value) if value is not None else ""
        cells = [tag(str(name), view.language), quality(value), picture]
        cells += [interval(recall.get("low"), recall.get("high")) or DASH]
        rows.append([*cells, percent(one.get("shown")), percent(one.get("wanted")), count(one.get("n"))])
    if not rows:
        return None
    say = view.say
    columns = [Column(name=say("item_ages"), kind="user"), Column(name=view.metric("ranking.recall_at_50"), kind="num")]
    columns += [Column(name="", kind="mini"), Column(name=say("interval"), kind="num")]
    columns += [Column(name=say(name), kind="num") for name in ("shown_share", "wanted_share", "questions")]
    return Table(columns=columns, rows=rows, heading=say("item_ages"), note=say("item_ages_note"))


def _fame(view: View, fame: Mapping[str, Any]) -> Table | None:
    say = view.say
    rows = []
    visitors = mapping(fame.get("visitors"))
    for name in sorted(visitors, key=lambda one: VISITORS.index(one) if one in VISITORS else len(VISITORS)):
        one = mapping(visitors[name])
        cells = [tag(str(name), view.language), percent(one.get("shown")), percent(one.get("wanted"))]
        rows.append([*cells, count(one.get("n"))])
    columns = [Column(name=say("visitor"), kind="user")]
    columns += [Column(name=say(name), kind="num") for name in ("shown_share", "wanted_share", "questions")]
    note = say("fame_note", n=count(fame.get("n_items")))
    return Table(columns=columns, rows=rows, heading=say("fame"), note=note) if rows else None


def _exposure(view: View, exposure: Mapping[str, Any]) -> Table | None:
    say = view.say
    rows = [
        [name_of(name), *(percent(mapping(one).get(what), 1) for what in ("exposure", "merit"))]
        for name, one in exposure.items()
    ]
    columns = [Column(name=say("group"), kind="user")]
    columns += [Column(name=say(name), kind="num") for name in ("exposure_share", "merit_share")]
    return Table(columns=columns, rows=rows, heading=say("exposure"), note=say("exposure_note")) if rows else None


def ab_plan(view: View) -> Section | None:
    """Return how many visitors and days an A/B test needs."""
    plan, say = mapping(view.facts("evaluate").get("ab_test")), view.say
    if number(plan.get("n_per_arm")) is None:
        return None
    lead = say(
        "ab_said",
        rate=percent(plan.get("rate"), 1),
        lift=percent(plan.get("lift")),
        n=count(plan["n_per_arm"]),
        days=count(plan.get("days")),
    )
    note = say("ab_note", per_day=count(plan.get("per_day")))
    return Section(name="ab_plan", title=say("ab_plan"), lead=lead, note=note)


def off_policy(view: View) -> Section | None:
    """Return what logged impressions would have earned under the new recommender."""
    found, say = mapping(view.facts("evaluate").get("off_policy")), view.say
    rows = []
    for name in ESTIMATES:
        one = mapping(found.get(name))
        if number(one.get("value")) is not None:
            rows.append([say(name), quality(one["value"]), interval(one.get("low"), one.get("high")) or DASH])
    if not rows:
        return None
    columns = [Column(name=say("estimate")), Column(name=say("value"), kind="num")]
    columns += [Column(name=say("interval"), kind="num")]
    lead = say("off_policy_said", n=count(found.get("n")), worth=count(found.get("worth")))
    if (number(found.get("worth")) or 0.0) < FEW:
        lead += say("off_policy_few")
    table = Table(columns=columns, rows=rows)
    return Section(name="off_policy", title=say("off_policy"), lead=lead, note=say("off_policy_note"), blocks=[table])
