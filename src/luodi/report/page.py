"""The report: one HTML file that needs nothing else, in both languages, without a script."""

import base64
import hashlib
import os
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from luodi.contracts import Artifact, record
from luodi.report import data, exam, lists, making, outcome
from luodi.report.blocks import Section, View, mapping
from luodi.report.gather import Case, gather
from luodi.report.words import LANGUAGES, Say, language_of
from luodi.store import write_text

HERE = Path(__file__).parent
SECTIONS: tuple[Callable[[View], Section | None], ...] = (
    outcome.choice,
    exam.exam,
    exam.automation,
    exam.reliability,
    exam.confusion,
    exam.classes,
    exam.slices,
    exam.baselines,
    lists.lists,
    lists.off_policy,
    lists.ab_plan,
    making.data,
    *data.BEFORE,
    making.learning,
    making.search,
    exam.mistakes,
    outcome.cost,
    making.again,
)
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""What neither UTF-8 nor HTML can hold."""


@record
class Edition:
    """The page in one language."""

    language: str
    say: Say
    headline: outcome.Headline
    sections: list[Section]


def render(about: Mapping[str, Any], *, language: str = "en") -> str:
    """Return the page; `language` is the one shown first, "en" or "zh". Any part of `about` may be missing.

    `about` holds `scenario`, `verdict`, `steps` (step to `facts` and `measured`), `profile`, `inspection`, `version`,
    `written`.
    """
    return html(about, _edition, language=language)


def html(about: Mapping[str, Any], edition: Callable[[View], Edition], *, language: str) -> str:
    """Return a page that shows, in each language, what `edition` makes of `about`."""
    about = mapping(_printable(about))
    style = (HERE / "page.css").read_text(encoding="utf-8")
    return _template().render(
        about=about,
        scenario=mapping(about.get("scenario")),
        language=language_of(language),
        editions=[edition(View(about=about, language=one)) for one in LANGUAGES],
        style=Markup(style),  # noqa: S704 our own file
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def write(
    scenario: Case, artifacts: Mapping[str, Artifact], judged: Any, path: Path, language: str | None = None
) -> None:
    """Write the page of a run, whole or not at all. Without a language, `LUODI_LANG` decides which is shown first."""
    wish = language if language is not None else os.environ.get("LUODI_LANG", "en")
    write_text(path, render(gather(scenario, artifacts, judged), language=wish))


def _edition(view: View) -> Edition:
    found = [section(view) for section in SECTIONS]
    return Edition(
        language=view.language,
        say=view.say,
        headline=outcome.headline(view),
        sections=[one for one in found if one is not None],
    )


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(HERE)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2")


def _printable(value: Any) -> Any:
    """Return the same value with a replacement mark for every character that a page cannot hold."""
    if isinstance(value, str):
        return UNPRINTABLE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {_printable(str(key)): _printable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(one) for one in value]
    return value
