"""Look at a table and guess what it is for: which column is the text, which the label, and which task that makes."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from luodi import registry
from luodi.contracts import record
from luodi.data import database, sources
from luodi.data.readers import Table
from luodi.errors import DataError, did_you_mean
from luodi.tasks.sentiment import KNOWN

LOOKED_AT = 5_000
MOST_LABELS = 300
TEXT_NAMES = "text body message content review comment question sentence description 评论 文本 内容 正文 标题 题目"
LABEL_NAMES = "label labels class category queue target tag tags topic topics intent sentiment 标签 类别 分类 评价 情感"
GROUP_NAMES = "customer user client author account thread 客户 用户"
SEPARATORS = ("|", ";", ",")


@record
class Guess:
    """What a table seems to be for."""

    data: str
    """The name that was given: a file, a folder, a pattern, an archive or the URL of a database."""
    table: Table
    """The first table it holds."""
    task: str
    text: str
    label: str
    group: str | None
    slices: tuple[str, ...]
    separator: str | None
    labels: tuple[str, ...]
    n_rows: int
    rows: tuple[dict[str, Any], ...]
    """Three rows to show."""
    mapping: dict[str, str]
    """For sentiment: the user's labels to ours, where the words alone do not say it."""


def look(path: Path | str, *, task: str | None = None, text: str | None = None, label: str | None = None) -> Guess:
    """Guess from the first rows; what is given is taken as said. Raises `DataError` where nothing fits."""
    found = sources.expand(Path(), str(path))
    table = sources.open(found[0])
    if len(found) > 1:
        table.ledger.said.append(f"the first of {len(found):,} tables was looked at: {found[0].name}")
    rows = [row for _, row in islice(table.rows(), LOOKED_AT) if isinstance(row, dict)]
    if not rows:
        raise DataError("there is a header but there are no rows", where=str(path), fix="add rows")
    for name, option in ((text, "--text"), (label, "--label")):
        if name is not None and name not in table.columns:
            raise DataError(f"no column is called {name!r} ({option})", where=str(path),
                            fix=did_you_mean(name, table.columns))  # fmt: skip
    if not set(table.columns) - {label} or (text is not None and text == label):
        raise DataError("text and label would both be one column", where=str(path),
                        fix="a table needs a column for each: --text COLUMN --label COLUMN")  # fmt: skip
    values = {name: [_cell(row.get(name)) for row in rows] for name in table.columns}
    text = text or _text_column(values, label)
    label = label or _label_column(values, text, path)
    separator = _separator(values[label])
    task = task or _task(values[label], separator)
    rest = [name for name in table.columns if name not in {text, label}]
    return Guess(
        data=str(path),
        table=table,
        task=task,
        text=text,
        label=label,
        group=_group(values, rest),
        slices=tuple(name for name in rest if _is_slice(values[name]))[:2],
        separator=separator if task == "topic-tagging" else None,
        labels=tuple(name for name, _ in Counter(_split(values[label], separator, task)).most_common()),
        n_rows=len(rows),
        rows=tuple(rows[:3]),
        mapping=_mapping(values[label]) if task == "sentiment" else {},
    )


def look_for_text(path: Path | str, *, text: str | None = None) -> Guess:
    """Guess the text of a table without labels: task and label are empty. Raises `DataError` where there is no row."""
    table = sources.open(sources.expand(Path(), str(path))[0])
    rows = [row for _, row in islice(table.rows(), LOOKED_AT) if isinstance(row, dict)]
    if not rows:
        raise DataError("there is a header but there are no rows", where=str(path), fix="add rows")
    if text is not None and text not in table.columns:
        raise DataError(f"no column is called {text!r} (--text)", where=str(path),
                        fix=did_you_mean(text, table.columns))  # fmt: skip
    values = {name: [_cell(row.get(name)) for row in rows] for name in table.columns}
    return Guess(
        data=str(path), table=table, task="",
        text=text or _text_column(values, None), label="", group=None, slices=(), separator=None,
        labels=(), n_rows=len(rows), rows=tuple(rows[:3]), mapping={},
    )  # fmt: skip


def scenario_text(guess: Guess, *, name: str, folder: Path) -> str:
    """Return the scenario file for a guess; it runs as it is."""
    data = _relative(guess.data, folder)
    columns = {"text": guess.text, ("labels" if guess.task == "topic-tagging" else "label"): guess.label}
    columns |= {"group": guess.group} if guess.group else {}
    slices = {_free(one, guess.task): one for one in guess.slices}
    columns |= slices
    metric = "tagging.micro_f1" if guess.task == "topic-tagging" else "classification.macro_f1"
    lines = [
        f"name = {quote_toml(name)}",
        f"task = {quote_toml(guess.task)}",
        'goal = "Say here what this is for; the report quotes it."',
        "seed = 7",
        "",
    ]
    options = {}
    if guess.separator and guess.separator != "|":
        options["separator"] = quote_toml(guess.separator)
    if guess.mapping:
        options["labels"] = _inline(guess.mapping)
    if options:
        lines += ["[options]", *(f"{key} = {value}" for key, value in options.items()), ""]
    lines += [
        "[define]",
        f"train = {quote_toml(data)}",
        "# What success means: a quality must reach its number with its whole interval, a cost must stay below it.",
        f'succeed = {{ "{metric}" = 0.90, "cost.p95_ms" = 50 }}',
        "# Answer alone only where this precision can be promised; the rest goes to a person.",
        "automate = { precision = 0.95 }",
        "",
        "[prepare]",
        f"columns = {_inline({_key(ours): theirs for ours, theirs in columns.items()}, quoted_keys=False)}",
        *(["header = false"] if not guess.table.header else []),
        "",
        "[evaluate]",
        f"slices = [{', '.join(quote_toml(one) for one in slices)}]",
    ]
    return "\n".join(lines) + "\n"


def _relative(data: str, folder: Path) -> str:
    """Return a name of data as it is seen from a folder; a password in a URL becomes a variable."""
    if not database.is_url(data):
        return Path(os.path.relpath(Path(data).resolve(), folder.resolve())).as_posix()
    source = database.parse(data, Path())
    if source.is_sqlite:
        there = os.path.relpath(source.file.resolve(), folder.resolve())
        return f"sqlite:///{quote(Path(there).as_posix())}?{data.partition('?')[2]}"
    return source.name.replace(f":{database.HIDDEN}@", ":${DB_PASSWORD}@")


def _free(name: str, task: str) -> str:
    """Return a name for a further column that the task does not use itself."""
    taken = {"group", *(one.name for one in fields(registry.task(task).Row))}
    return f"{name}_column" if name in taken else name


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "|".join(map(str, value))
    return "" if value is None else str(value).strip()


def _named(name: str, words: str) -> bool:
    lowered = name.lower()
    return any(word in lowered for word in words.split())


def _text_column(values: dict[str, list[str]], label: str | None) -> str:
    """The column of the longest and most different values; its name may help."""

    def rank(name: str) -> float:
        cells = values[name]
        length = sum(map(len, cells)) / len(cells)
        different = len(set(cells)) / len(cells)
        return length * different * (2 if _named(name, TEXT_NAMES) else 1)

    return max((name for name in values if name != label), key=rank)


def _label_column(values: dict[str, list[str]], text: str, path: Path | str) -> str:
    """The column of few values that each come often; its name helps most."""

    def rank(name: str) -> float:
        cells = values[name]
        n = len(set(cells))
        if not 2 <= n <= min(MOST_LABELS, max(2, len(cells) / 2)):
            return 3.0 if _named(name, LABEL_NAMES) and n > 1 else -1.0
        spread = 1 - n / len(cells)
        return spread + (4 if _named(name, LABEL_NAMES) else 0)

    others = [name for name in values if name != text]
    best = max(others, key=rank, default=None)
    if best is None or rank(best) < 0:
        raise DataError(
            "no column looks like a label: each holds one value only, or nearly a different one in every row",
            where=str(path),
            fix="name it: --label COLUMN",
        )
    return best


def _separator(cells: Sequence[str]) -> str | None:
    """Return what separates several labels in a cell: the parts come again and again, the whole cells less so."""
    for separator in SEPARATORS:
        several = [cell for cell in cells if separator in cell]
        parts = {part.strip() for cell in cells for part in cell.split(separator)}
        if len(several) > 0.1 * len(cells) and len(parts) < len(set(cells)):
            return separator
    return None


def _task(cells: Sequence[str], separator: str | None) -> str:
    if separator:
        return "topic-tagging"
    labels = {cell.lower() for cell in cells if cell}
    return "sentiment" if labels and labels <= KNOWN.keys() else "text-classification"


def _split(cells: Sequence[str], separator: str | None, task: str) -> list[str]:
    if task != "topic-tagging" or not separator:
        return [cell for cell in cells if cell]
    return [part.strip() for cell in cells for part in cell.split(separator) if part.strip()]


def _mapping(cells: Sequence[str]) -> dict[str, str]:
    """Map numbers to sentiments where the task was asked for: the smallest is negative, the largest positive."""
    labels = {cell for cell in cells if cell}
    if all(label.lower() in KNOWN for label in labels):
        return {}
    try:
        ordered = sorted(labels, key=float)
    except ValueError:
        return {}
    middle = dict.fromkeys(ordered[1:-1], "neutral")
    if len(ordered) > 3:  # stars: the two lower and the two upper ones
        middle = {label: ("negative" if n == 1 else "positive" if n == len(ordered) - 2 else "neutral")
                  for n, label in enumerate(ordered) if 0 < n < len(ordered) - 1}  # fmt: skip
    return {ordered[0]: "negative"} | middle | {ordered[-1]: "positive"}


def _group(values: dict[str, list[str]], names: Sequence[str]) -> str | None:
    for name in names:
        n = len(set(values[name]))
        if _named(name, GROUP_NAMES) and 1 < n < len(values[name]):
            return name
    return None


def _is_slice(cells: Sequence[str]) -> bool:
    counts = Counter(cells)
    return 2 <= len(counts) <= 12 and min(counts.values()) >= 0.02 * len(cells)


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else quote_toml(name)


def _inline(values: dict[str, str], *, quoted_keys: bool = True) -> str:
    cells = ", ".join(
        f"{quote_toml(key) if quoted_keys else key} = {quote_toml(value)}" for key, value in values.items()
    )
    return "{ " + cells + " }"


def quote_toml(text: str) -> str:
    """Return a text as TOML writes it."""
    escaped = "".join(
        {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(c)
        or (f"\\u{ord(c):04X}" if ord(c) < 32 or ord(c) == 127 else c)
        for c in text
    )
    return f'"{escaped}"'
