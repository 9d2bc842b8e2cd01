"""An inspection on one screen of a terminal: the file, its columns, what to do. Lines of styled pieces, no printing."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from luodi.quality.texts import named
from luodi.report.numbers import DASH, bytes_, count, percent, short
from luodi.text import duration, plural

Piece = tuple[str, str]
"""A text and its style: "", "bold", "dim", "red", "yellow", "green"."""
Line = list[Piece]

COLUMNS, FINDINGS = 12, 7
STYLES = {"fix": "red", "look": "yellow", "fine": "green"}
DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar", "，": "full-width comma"}


def lines(found: Mapping[str, Any], *, width: int = 100) -> list[Line]:
    """Return what to show of an inspection, in lines of at most `width` cells."""
    shown = [_file(found), [], *_columns(found, width)]
    text = _text(found)
    if text:
        shown += [[], *text]
    shown += [[], *_advice(found, width)]
    return shown


def _file(found: Mapping[str, Any]) -> Line:
    about, rows = found["about"], found["rows"]
    how = [str(about.get("format", "")).upper(), str(about.get("encoding") or "").upper(),
           DELIMITERS.get(str(about.get("delimiter") or ""), "")]  # fmt: skip
    size = bytes_(about["bytes"]) if about.get("bytes") else ""
    files = f" of {about['files']} files" if about.get("files") else ""
    bad = [(f", {count(rows['malformed'])} malformed", "red")] if rows["malformed"] else []
    rest = "  ".join(one for one in (" ".join(filter(None, how)), size) if one)
    return [
        (str(about.get("name", "")), "bold"),
        (f"  {plural(rows['n'], 'row')}, {plural(len(found['columns']), 'column')}{files}", ""),
        *bad,
        (f"  {rest}", "dim"),
    ]


def _columns(found: Mapping[str, Any], width: int) -> list[Line]:
    columns, roles = list(found["columns"]), found["roles"]
    if len(columns) > COLUMNS:  # what a scenario would use is shown first
        wanted = [one for one in columns if one["name"] in {roles["text"], roles["label"], roles["time"]}]
        columns = (wanted + [one for one in columns if one not in wanted])[:COLUMNS]
    names = {roles["text"]: "text", roles["label"]: "label"}
    cells = [
        (one["name"], names.get(one["name"], ""), one["type"], _missing(one), _different(one), _content(found, one))
        for one in columns
    ]
    head = ("column", "", "type", "missing", "different", "what is in it")
    sizes = [min(28, max(cells_of(row[k]) for row in (head, *cells))) for k in range(5)]
    shown: list[Line] = [[(_row(head, sizes, width), "dim")]]
    for row in cells:
        line = _row(row, sizes, width)
        at = len(fitted(row[0], sizes[0]))
        shown.append([(line[:at], "bold" if row[1] else ""), (line[at:], "")])
    hidden = len(found["columns"]) - len(columns)
    return [*shown, [(f"… and {plural(hidden, 'more column')}", "dim")]] if hidden else shown


def _row(row: Sequence[str], sizes: Sequence[int], width: int) -> str:
    start = "  ".join(fitted(row[k], sizes[k], right=k in {3, 4}) for k in range(5))
    return cut(f"{start}  {row[5]}", width)


def _missing(one: Mapping[str, Any]) -> str:
    return percent(one["n_missing"] / one["n"], 1) if one["n"] and one["n_missing"] else DASH


def _different(one: Mapping[str, Any]) -> str:
    return ("" if one["distinct_is_exact"] else "~") + count(one["distinct"])


def _content(found: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    if one["name"] != found["roles"]["label"] or not found["labels"]["n"]:
        return example(one)
    labels = found["labels"]
    shown = ", ".join(f"{label} {percent(n / labels['n'])}" for label, n in labels["labels"][:8])
    several = f"{plural(labels['n_labels'], 'label')}: " if found["roles"]["separator"] else ""
    return several + shown + (", …" if labels["n_labels"] > 8 else "")


def example(one: Mapping[str, Any]) -> str:
    """Say in a few words what a column holds."""
    if one["type"] == "date" and one.get("dates"):
        return f"{one['dates']['first']} … {one['dates']['last']}"
    if one["type"] == "number" and one.get("numbers"):
        low, middle, high = (short(one["numbers"][name]) for name in ("min", "p50", "max"))
        return f"{low} … {high}, half below {middle}"
    filled = max(1, one["n"] - one["n_missing"])
    shown = [value if n is None else f"{value} {percent(n / filled)}" for value, n in one["examples"]]
    if one["type"] == "text" and one["characters"]:
        return f"{count(one['characters']['p50'])} characters, 1 in 20 over {count(one['characters']['p95'])}"
    return ", ".join(shown) + (", …" if one["distinct"] > len(shown) else "")


def _text(found: Mapping[str, Any]) -> list[Line]:
    """Say what the texts are like: their language, their length in tokens, what they would take to learn from."""
    text = found.get("text")
    if not text:
        return []
    languages = ", ".join(f"{name} {percent(share)}" for name, share in named(text["languages"])[:5])
    tokens = text["tokens"]
    shown: list[Line] = [[("languages  ", "dim"), (languages, "")]] if languages else []
    if tokens["quantiles"]:
        middle, long = (count(tokens["quantiles"][name]) for name in ("p50", "p95"))
        said = f"half have up to {middle} {tokens['unit']}, 95 of 100 up to {long}; a model reads {tokens['limit']}"
        shown.append([("length     ", "dim"), (said, "")])
    models = (found.get("cost") or {}).get("models") or {}
    if models:
        said = ", ".join(f"{name} {duration(one['seconds'])}" for name, one in models.items())
        shown.append([("learning   ", "dim"), (f"about {said}, on two cores", "")])
    return shown


def _advice(found: Mapping[str, Any], width: int) -> list[Line]:
    shown: list[Line] = []
    given = list(found["advice"])
    for one in given[:FINDINGS]:
        lead = f"{one['severity']:<5}"
        whole = wrapped(one["what"], width - 6)
        shown.append([(lead, STYLES[one["severity"]]), (f" {whole[0]}", "")])
        shown += [[(f"      {line}", "")] for line in whole[1:]]
        if one["fix"]:
            shown += [[(f"      {line}", "dim")] for line in wrapped(one["fix"], width - 6)]
    if len(given) > FINDINGS:
        shown.append([(f"      … and {len(given) - FINDINGS} more on the page: --page data.html", "dim")])
    return shown


def cells_of(text: str) -> int:
    """Return how many cells of a terminal a text takes.

    >>> cells_of("ab"), cells_of("中文")
    (2, 4)
    """
    wide = sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
    return wide - sum(unicodedata.combining(one) > 0 or unicodedata.category(one) == "Cf" for one in text)


def fitted(text: str, size: int, *, right: bool = False) -> str:
    """Cut or pad a text to so many cells.

    >>> fitted("中文字", 5), fitted("7", 3, right=True)
    ('中文…', '  7')
    """
    text = cut(text, size)
    space = " " * (size - cells_of(text))
    return space + text if right else text + space


def cut(text: str, size: int) -> str:
    """Cut a text to so many cells, on one line.

    >>> cut("a\\nlong text", 6)
    'a lon…'
    """
    text = " ".join(text.split()) if "\n" in text or "\t" in text else text
    if cells_of(text) <= size:
        return text
    while text and cells_of(text) > size - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, size: int) -> list[str]:
    """Break a text into lines of at most so many cells, at spaces where there are any.

    >>> wrapped("one two three", 8), wrapped("中文没有空格", 8)
    (['one two', 'three'], ['中文没有', '空格'])
    """
    found, line = [], ""
    for word in text.split():
        while cells_of(word) > size:
            head = word
            while cells_of(head) > size - (cells_of(line) + 1 if line else 0):
                head = head[:-1]
            if not head:
                found.append(line)
                line = ""
                continue
            found.append(f"{line} {head}" if line else head)
            line, word = "", word[len(head) :]
        if line and cells_of(line) + 1 + cells_of(word) > size:
            found.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*found, line] if line else found or [""]
