"""Guess whether a table, or two aligned text files, hold texts with their translations, by the names of the columns."""

import re
from itertools import islice
from pathlib import Path

from luodi.data import aligned, readers, sources
from luodi.errors import LuodiError
from luodi.guess import quote_toml
from luodi.guess_answers import Answers, relative
from luodi.text import plural

LOOKED_AT = 5_000
_WORDS = re.compile(r"([._])")
SOURCES = ("source", "src", "original", "原文", "源文", "源语言")
TARGETS = ("target", "tgt", "translation", "translated", "译文", "翻译", "目标语言")
LANGUAGES = (
    "en zh de fr es it pt nl pl ru uk ja ko ar tr cs sv da fi vi th hu ro el he english chinese german french "
    "spanish japanese korean 英文 英语 中文 汉语 德文 日文 法文"
)
CODES = {
    "english": "en", "chinese": "zh", "german": "de", "french": "fr", "spanish": "es", "japanese": "ja",
    "korean": "ko", "英文": "en", "英语": "en", "中文": "zh", "汉语": "zh", "德文": "de", "日文": "ja", "法文": "fr",
}  # fmt: skip


def look(data: str, folder: Path) -> Answers | None:
    """Return a guess where two columns are named as a text and its translation, or as two languages."""
    data = _with_other_half(data)
    path = Path(data)
    try:
        table = sources.open(sources.expand(Path(), data)[0])
        rows = [row for _, row in islice(table.rows(), LOOKED_AT) if isinstance(row, dict)]
    except LuodiError:
        if aligned.halves(data) and not path.exists():
            raise
        return None
    pair = _pair(table.columns)
    if pair is None or not rows:
        return None
    source, target = pair
    return Answers(
        task="translation",
        seen=f"{plural(len(rows), 'text')} with translations, from {source!r} to {target!r}",
        text=_scenario(relative(path, folder), source, target),
    )


def _with_other_half(data: str) -> str:
    """Return the name of both files where a text file ends in a language, and one beside it in another one.

    The one that was named holds the texts, the other one their translations.
    """
    path = Path(data)
    tables = tuple(one for one in readers.SUFFIXES if one != ".txt")
    if aligned.halves(data) or not path.is_file() or path.name.lower().endswith(tables):
        return data
    for at, word in enumerate(parts := _WORDS.split(path.name)):
        if not language(word):
            continue
        shape = re.compile(re.escape("".join(parts[:at])) + "([^._]+)" + re.escape("".join(parts[at + 1 :])))
        found = (shape.fullmatch(one.name) for one in sorted(path.parent.iterdir()) if one.is_file())
        others = [one[1] for one in found if one and one[1] != word and language(one[1])]
        if len(others) == 1:
            return str(path.with_name("".join([*parts[:at], f"{{{word},{others[0]}}}", *parts[at + 1 :]])))
    return data


def _pair(columns: tuple[str, ...]) -> tuple[str, str] | None:
    plain = {one.strip().casefold(): one for one in columns}
    source = next((plain[one] for one in SOURCES if one in plain), None)
    target = next((plain[one] for one in TARGETS if one in plain), None)
    if source and target:
        return source, target
    spoken = [one for one in columns if language(one)]
    return (spoken[0], spoken[1]) if len(spoken) == 2 else None


def language(column: str) -> str:
    """Return the language that a column is named by; nothing where it is none.

    >>> language("zh-CN"), language("English"), language("name")
    ('zh', 'en', '')
    """
    name = column.strip().casefold()
    code = CODES.get(name, name.replace("_", "-").partition("-")[0])
    return code if code in LANGUAGES.split() else ""


def _scenario(data: str, source: str, target: str) -> str:
    columns = ", ".join(f"{ours} = {quote_toml(theirs)}" for ours, theirs in (("source", source), ("target", target)))
    return f"""name = NAME
task = "translation"
goal = "Say here what this is for; the report quotes it."
seed = 7

[options]
source = {quote_toml(language(source))}
target = {quote_toml(language(target))}
# glossary = "glossary.csv"  # two columns: a term, and its translation

[define]
train = {quote_toml(data)}
# a quality is met only if the lower end of its interval meets it
# succeed = {{ "generation.chrf" = 0.40, "cost.p95_ms" = 500 }}
# answer alone only where this share is good: a text whose own chrF is 0.5 or more
# automate = {{ precision = 0.8, good = 0.5 }}

[prepare]
columns = {{ {columns} }}

[select]
max_minutes = 20  # a translator learns from all rows, as long as this allows
"""
