"""What the report says of models behind endpoints: where texts go, in which form, and how steady the answers are."""

from collections.abc import Mapping
from typing import Any

from luodi.report.blocks import Pairs, View, mapping, sequence
from luodi.report.numbers import count, number, percent

FORMS = {"keep": "as_they_are", "mask": "masked", "pseudonymize": "pseudonyms"}


def remote(view: View) -> Pairs | None:
    """Return a line for each endpoint that took part; `None` where all texts stayed."""
    facts, measured = view.facts("select"), mapping(view.measured("select").get("candidates"))
    names = mapping(facts.get("remote"))
    found = [mapping(one) for one in sequence(facts.get("candidates"))]
    asked = [(str(one["model"]), mapping(one.get("learned"))) for one in found if one.get("model") in names]
    pairs = [(name, _said(view, learned, mapping(measured.get(name)))) for name, learned in asked if learned]
    if not pairs:
        return None
    leaves = any(not learned.get("here") for _, learned in asked)
    return Pairs(heading=view.say("leaves" if leaves else "stays"), pairs=pairs)


def _said(view: View, learned: Mapping[str, Any], scales: Mapping[str, Any]) -> str:
    personal = str(mapping(view.facts("prepare").get("wash")).get("personal", "keep"))
    said = view.say(
        "asked_here" if learned.get("here") else "asked_there",
        model=str(learned.get("asks")),
        host=str(learned.get("host")),
        form=view.say(FORMS.get(personal, "as_they_are")),
        n=count(learned.get("examples")),
        prompt=str(learned.get("prompt")),
    )
    if number(scales.get("same_again")) is None:
        return said
    more = {name: percent(scales.get(name), 1) for name in ("same_again", "outside")}
    tokens = {name: count(round(number(scales.get(name)) or 0)) for name in ("tokens_in", "tokens_out")}
    return said + view.say("asked_again", **more) + view.say("asked_tokens", **tokens)
