"""Guess what is there to answer questions with: documents to search, or a table of questions and answers."""

import os
from collections import Counter
from itertools import islice
from pathlib import Path

from luodi.contracts import record
from luodi.data import papers, sources
from luodi.errors import LuodiError
from luodi.guess import quote_toml
from luodi.text import plural

LOOKED_AT = 5_000
QUESTIONS = ("question", "questions", "query", "ask", "问题", "提问", "问", "标准问题", "用户问题")
ANSWERS = ("answer", "answers", "reply", "response", "答案", "回答", "答", "标准答案", "回复")


@record
class Answers:
    """What was found, in words, and the scenario file for it."""

    task: str
    seen: str
    text: str
    """With NAME in the place of the scenario's name."""


def look(data: str, folder: Path) -> Answers | None:
    """Return a guess where the data is documents, or questions with answers; `None` where it is something else."""
    path = Path(data)
    if path.is_dir() or path.suffix.lower() in {*papers.CHILDREN, ".md", ".markdown", ".html", ".htm"}:
        return _documents(path, folder)
    try:
        table = sources.open(sources.expand(Path(), data)[0])
    except LuodiError:
        return None
    question, answer = (_named(table.columns, names) for names in (QUESTIONS, ANSWERS))
    if question is None or answer is None:
        return None
    rows = [row for _, row in islice(table.rows(), LOOKED_AT) if isinstance(row, dict)]
    ways = Counter(str(row.get(answer) or "").strip() for row in rows)
    several = sum(n > 1 for n in ways.values())
    return Answers(
        task="faq",
        seen=f"{plural(len(rows), 'question')}, {plural(len(ways), 'answer')}, {several} asked in several ways",
        text=_faq(relative(path, folder), question, answer, pseudo=several < 0.2 * len(ways)),
    )


def _documents(path: Path, folder: Path) -> Answers | None:
    try:
        found = papers.expand(path.parent, path.name) if path.name else papers.expand(path, ".")
    except LuodiError:
        return None
    kinds = Counter(one.name.rpartition(".")[2].lower() for one in found)
    n_tables = sum(n for kind, n in kinds.items() if f".{kind}" in papers.TABLES)
    n_texts = sum(n for kind, n in kinds.items() if kind in {"txt", "text"})
    if n_tables >= len(found) - n_tables or (n_texts == len(found) == 1):  # a folder of tables, or one table in text
        return None
    shown = ", ".join(f"{n} {kind}" for kind, n in kinds.most_common())
    return Answers(
        task="semantic-search", seen=f"{plural(len(found), 'document')}: {shown}", text=_search(relative(path, folder))
    )


def _named(columns: tuple[str, ...], names: tuple[str, ...]) -> str | None:
    return next((one for one in columns if one.strip().lower() in names), None)


def relative(path: Path, folder: Path) -> str:
    """Return a path as a scenario file in the folder would say it."""
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()


def _search(data: str) -> str:
    return f"""name = NAME
task = "semantic-search"
goal = "Say here what this is for; the report quotes it."
seed = 7

[define]
train = {quote_toml(data)}
# Without judged questions the exam asks with sentences of the documents, which flatters. Better: a table with a
# column `query` and a column `document`, 50 questions or more:
# tables = {{ questions = "questions.csv" }}
# What success means: a quality must reach its number with its whole interval, a cost must stay below it.
succeed = {{ "ranking.ndcg_at_10" = 0.60, "cost.p95_ms" = 200 }}

[prepare]
dev = 0.3
test = 0.5
"""


def _faq(data: str, question: str, answer: str, *, pseudo: bool) -> str:
    made = (
        "# Each answer has one question only, so the exam asks with yours, every third word left out. That flatters:\n"
        "# write two or three more ways of asking for each answer, and remove this line.\npseudo = true\n"
        if pseudo
        else ""
    )
    return f"""name = NAME
task = "faq"
goal = "Say here what this is for; the report quotes it."
seed = 7

[options]
{made}answer_columns = {{ question = {quote_toml(question)}, answer = {quote_toml(answer)} }}

[define]
train = {quote_toml(data)}
succeed = {{ "classification.accuracy" = 0.70, "cost.p95_ms" = 50 }}
# Answer alone only where this precision can be promised; the rest goes to a person.
automate = {{ precision = 0.90 }}

[prepare]
columns = {{ text = {quote_toml(question)}, answer = {quote_toml(answer)} }}
"""
