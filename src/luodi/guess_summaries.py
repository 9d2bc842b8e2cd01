"""Guess what is there to sum up: a table of texts with their summaries."""

import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from luodi.contracts import record
from luodi.data import sources
from luodi.errors import LuodiError
from luodi.guess import quote_toml
from luodi.guess_answers import Answers
from luodi.runtime import outline, transcripts
from luodi.text import plural

LOOKED_AT, MOST_FILES = 2_000, 20
TEXTS = ("text", "article", "document", "report", "body", "content", "transcript", "meeting", "dialogue",
         "文章", "正文", "内容", "报告", "会议", "会议记录", "原文", "全文")  # fmt: skip
SUMMARIES = ("summary", "summaries", "abstract", "highlights", "digest", "minutes", "tldr", "tl;dr",
             "摘要", "总结", "概要", "纪要", "会议纪要", "要点")  # fmt: skip
SHORTER = 0.8
"""Of a text's characters, a summary has fewer."""
LONG = 20_000
"""Characters: texts of such a mean are reports."""
MANY_TURNS, TALKED = 5, 0.5
"""A transcript has so many turns; so many of the texts are transcripts, or have sections."""
MANY_HEADINGS = 3


@record
class Found:
    """What the rows are like."""

    n: int
    template: str


def look(data: str, folder: Path) -> Answers | None:
    """Return a guess where a table has texts with summaries; `None` where it is something else."""
    path = Path(data)
    if path.is_dir() and not any(sources.is_summary(one) for one in sources.walk(path)):
        return None
    try:
        tables = [sources.open(one) for one in sources.expand(Path(), data)[:MOST_FILES]]
        text, summary = (_named(tables[0].columns, names) for names in (TEXTS, SUMMARIES))
        if text is None or summary is None:
            return None
        every = (row for table in tables for _, row in table.rows() if isinstance(row, dict))
        rows = list(islice(every, LOOKED_AT))
    except LuodiError:
        return None
    pairs = [(str(row.get(text) or ""), str(row.get(summary) or "")) for row in rows]
    found = _like([one for one in pairs if one[0].strip() and one[1].strip()])
    if found is None:
        return None
    where = Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    return Answers(
        task="summarization",
        seen=f"{plural(found.n, 'text')} with summaries, taken for {found.template}",
        text=_scenario(where, text, summary, found.template),
    )


def _like(pairs: Sequence[tuple[str, str]]) -> Found | None:
    n_characters, n_summary = (sum(len(one[n]) for one in pairs) for n in (0, 1))
    if not pairs or n_summary > SHORTER * n_characters:
        return None
    if n_characters > LONG * len(pairs):
        return Found(n=len(pairs), template="report")
    talks = sum(sum(bool(one.speaker) for one in transcripts.turns(text)) >= MANY_TURNS for text, _ in pairs[:50])
    if talks > TALKED * len(pairs[:50]):
        return Found(n=len(pairs), template="meeting")
    headed = sum(len(outline.read(text, "report").headings) > MANY_HEADINGS for text, _ in pairs[:50])
    return Found(n=len(pairs), template="report" if headed > TALKED * len(pairs[:50]) else "news")


def _named(columns: tuple[str, ...], names: tuple[str, ...]) -> str | None:
    return next((one for one in columns if one.strip().lower() in names), None)


def _scenario(data: str, text: str, summary: str, template: str) -> str:
    return f"""name = NAME
task = "summarization"
goal = "Say here what this is for; the report quotes it."
seed = 7

[options]
template = {quote_toml(template)}     # "news", "report" or "meeting"

[define]
train = {quote_toml(data)}
# What success means: a quality must reach its number with its whole interval, a cost must stay below it. ROUGE-1 counts
# words in common with what people wrote; the first run shows what the first sentences reach by themselves (lead).
succeed = {{ "rouge.rouge_1" = 0.30, "cost.p95_ms" = 200 }}

[prepare]
columns = {{ text = {quote_toml(text)}, summary = {quote_toml(summary)} }}
test = 0.3
"""
