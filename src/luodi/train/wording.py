"""The words and columns of items, as sparse vectors: what makes an item that nobody touched comparable."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from luodi.contracts import Facts
from luodi.runtime.rows import Rows
from luodi.runtime.scorers import Content
from luodi.train.choosing import few, ndcg
from luodi.train.lesson import Lesson, numbered

WIDTH = 1 << 18
FREE_TEXT = ("title", "text", "description", "标题", "文本")
NO_CONTENT = ("price", "stock", "id", "image", "picture", "url", "time", "date")
WORD = re.compile(r"[^\W\d_]+|\d+")
HAN = re.compile(r"[\u4e00-\u9fff]+")
FADES = (1.0, 0.9, 0.7)
MAX_SHARE = 0.2  # a word of every fifth item says nothing, and costs the most


def content(lesson: Lesson, dev: Sequence[tuple[Any, Any]]) -> tuple[Content, Facts]:
    """Return TF-IDF vectors of all items, of length 1; `fade` is chosen on dev.

    Source: Lops, de Gemmis and Semeraro 2011, "Content-based Recommender Systems", section 3.3.1.
    """
    items = vectors(lesson.log.table, len(lesson.log.items))
    words = items.turned()
    questions, again = few(numbered(lesson, dev)), lesson.rules.again
    tried = {fade: ndcg(Content(items, words, fade=fade), questions, again=again) for fade in FADES}
    fade = max(tried, key=lambda one: (tried[one], one))
    return Content(items, words, fade=fade), {"fade": fade, "dev": round(tried[fade], 5)}


def no_table(lesson: Any) -> str | None:
    """Say why content is no candidate without an item table."""
    columns = set(lesson.log.table) - set(NO_CONTENT)
    return None if columns else "there is no item table with a column to read ([define] tables)"


def vectors(table: Mapping[str, Sequence[Any]], n_items: int) -> Rows:
    """Return a row per item: its words and column values by hash, weighed by rarity, of length 1."""
    row, column = list[int](), list[int]()
    for n in range(n_items):
        for word in _words(table, n):
            row.append(n)
            column.append(bucket(word))
    made = Rows.of_pairs(
        np.array(row, dtype=np.int64), np.array(column, dtype=np.int64), np.ones(len(row)), (n_items, WIDTH)
    )
    frequency = np.bincount(made.columns, minlength=WIDTH)
    idf = np.log((1 + n_items) / (1 + frequency))
    idf[frequency > MAX_SHARE * n_items] = 0
    values = (1 + np.log(np.maximum(made.values, 1))) * idf[made.columns]
    rows = np.repeat(np.arange(n_items), np.diff(made.starts))
    lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=n_items))
    values = values / np.maximum(lengths[rows], 1e-9)
    return Rows(made.starts, made.columns, values.astype(np.float32), WIDTH)


def bucket(word: str) -> int:
    """Return the number of a word, the same on every machine and without a vocabulary."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big") % WIDTH


def _words(table: Mapping[str, Sequence[Any]], n: int) -> Iterator[str]:
    for name, cells in table.items():
        cell = str(cells[n] or "")
        if not cell or name in NO_CONTENT:
            continue
        if name in FREE_TEXT:
            yield from WORD.findall(cell.lower())
            for run in HAN.findall(cell):
                yield from (run[at : at + 2] for at in range(len(run) - 1))
        else:
            yield from (f"{name}={one.strip()}" for one in cell.split("|") if one.strip())
