"""The data card: what is in a file, on one page that needs nothing else, in both languages."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import luodi
from luodi.report import data, page
from luodi.report.blocks import View, mapping
from luodi.report.numbers import count, percent
from luodi.report.outcome import Headline, Tile
from luodi.report.words import LANGUAGES
from luodi.store import write_text
from luodi.text import shorten

STATES = {"fix": "missed", "look": "untold", "fine": "met"}
"""What is most urgent, and the style of the headline that says so."""


def render(found: Mapping[str, Any], *, language: str = "en", written: str = "") -> str:
    """Return the page of an inspection; `language` is the one shown first, "en" or "zh"."""
    name = mapping(found.get("about")).get("name")
    about = {
        "card": True,
        "inspection": found,
        "scenario": {"name": name},
        "version": luodi.__version__,
        "written": written,
    }
    return page.html(about, _edition, language=language)


def write(found: Mapping[str, Any], path: Path, language: str | None = None) -> None:
    """Write the page, whole or not at all. Without a language, `LUODI_LANG` decides which is shown first."""
    wish = language if language is not None else os.environ.get("LUODI_LANG", "en")
    write_text(path, render(found, language=wish, written=time.strftime("%Y-%m-%d %H:%M")))


def _edition(view: View) -> page.Edition:
    assert view.language in LANGUAGES
    found = [section(view) for section in data.SECTIONS]
    return page.Edition(
        language=view.language,
        say=view.say,
        headline=_headline(view),
        sections=[one for one in found if one is not None],
    )


def _headline(view: View) -> Headline:
    found, say = data.inspection(view), view.say
    severities = [one["severity"] for one in found["advice"]]
    worst = next(one for one in STATES if one in severities)
    said = say("card_said", rows=count(found["rows"]["n"]), columns=count(len(found["columns"])),
               fix=count(severities.count("fix")), look=count(severities.count("look")))  # fmt: skip
    more = []
    if found["rows"]["n"] > found["rows"]["sampled"]:
        more.append(say("card_sampled", n=count(found["rows"]["sampled"])))
    if found["quick"]:
        more.append(say("card_quick"))
    between = "" if view.language == "zh" else " "
    return Headline(
        state=STATES[worst],
        word=say(f"card_{worst}"),
        sentence=between.join([said, *more]),
        tiles=_tiles(view),
        targets=None,
    )


def _tiles(view: View) -> list[Tile]:
    found, say = data.inspection(view), view.say
    tiles = [Tile(name=say("rows_in"), value=count(found["rows"]["n"]),
                  note=say("n_columns", n=count(len(found["columns"]))))]  # fmt: skip
    labels = found.get("labels")
    if labels and labels["n"]:
        note = say("most_of_all", share=percent(labels["majority"]), label=shorten(labels["labels"][0][0], 24))
        tiles.append(Tile(name=say("n_labels_tile"), value=count(labels["n_labels"]), note=note))
    text = found.get("text")
    if text and text["tokens"]["quantiles"]:
        unit = say(text["tokens"]["unit"])
        value = f"{count(text['tokens']['quantiles']['p50'])}"
        note = f"{unit}{'，' if view.language == 'zh' else '; '}" + say(
            "limit_tile", limit=count(text["tokens"]["limit"]), unit=unit
        )
        tiles.append(Tile(name=say("length_tile"), value=value, note=note))
    if text and text["duplicates"]["n"]:
        near = found.get("near")
        note = say("near_tile", share=percent(near["near"] / near["n"], 1)) if near and near["near"] else ""
        share = text["duplicates"]["repeated"] / text["duplicates"]["n"]
        tiles.append(Tile(name=say("repeated_tile"), value=_share(share), note=note))
    personal = found.get("personal")
    if personal and personal["n"]:
        note = say("of_sample", n=count(personal["n"]))
        tiles.append(Tile(name=say("personal_tile"), value=_share(personal["texts"] / personal["n"]), note=note))
    return tiles


def _share(value: float) -> str:
    return percent(value, 1) if value else "0%"
