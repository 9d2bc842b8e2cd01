"""What is in a table: one pass over its rows, then a look at a sample. Before a scenario exists, and inside `prepare`.

What is counted (rows, cells, lengths, labels, exact duplicates) is counted over all rows. What is looked at more
closely (types, languages, personal data, near-duplicates, wrong labels) is a sample of at most 20,000 rows, and the
result says of how many. Memory is bounded: counts, the sample, and eight bytes a row for each of two hashes.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from luodi.contracts import Reject
from luodi.data import dates
from luodi.data.dedupe import fingerprint
from luodi.quality import advice, checks, cost, labels, texts
from luodi.quality.columns import ABSENT, Column, fingerprints, quantiles, text_of

SAMPLE, QUICK_SAMPLE = 20_000, 2_000
MOST_COLUMNS = 300
CLIPPED = 10_000  # characters of a cell that the sample keeps
READ = 1_500_000  # characters that are looked at closely, or half a gigabyte and a minute would not do
LINES_SHOWN = 5
WORDLESS = {"number", "date", "boolean", "url", "empty"}
"""Types of a column in which there is nothing to read."""
MOST_LABEL_PRINTS = 10_000
TIME_NAMES = ("date", "time", "received", "created", "published", "at", "日期", "时间")

Tell = Callable[[str], None]


class Inspector:
    """Takes rows one by one, and then says what they are like.

    `text` and `label` name the columns that a scenario would use; `separator` stands between several labels.
    """

    def __init__(
        self, columns: Iterable[str], *, text: str | None = None, label: str | None = None,
        separator: str | None = None, seed: int = 7, most: int = SAMPLE,
    ) -> None:  # fmt: skip
        self.columns = {name: Column(name) for name in columns}
        self.text, self.label, self.separator, self.most = text, label, separator, most
        self.n_rows = self.n_malformed = self.n_ignored = 0
        self.reasons: dict[str, tuple[int, list[int]]] = {}
        self.sample: list[tuple[int, dict[str, Any]]] = []
        self.labels = Counter[str]()
        self.prints, self.pairs = fingerprints(), fingerprints()
        self.label_prints: dict[tuple[str, ...], int] = {}
        self.rng = random.Random(f"{seed}/inspect")

    def add(self, line: int, row: Mapping[str, Any] | Reject) -> None:
        """Count a row, or the reason why it is none."""
        if isinstance(row, Reject):
            self.n_malformed += 1
            n, lines = self.reasons.get(row.reason, (0, []))
            self.reasons[row.reason] = (n + 1, [*lines, line][:LINES_SHOWN])
            return
        self.n_rows += 1
        for name, value in row.items():
            column = self.columns.get(name) or self._new(name)
            if column is not None:
                column.add(value)
        self._keep(line, row)
        found = split(row.get(self.label), self.separator) if self.label is not None else []
        self.labels.update(found)
        if self.text is not None:
            text = text_of(row.get(self.text))
            if text and not text.isspace():
                print_ = int.from_bytes(fingerprint(text)[:8], "little")
                self.prints.append(print_)
                self.pairs.append(print_ ^ self._label_print(tuple(found)))

    def _label_print(self, found: tuple[str, ...]) -> int:
        """Return a hash of a row's labels; remembered, since they come again and again."""
        known = self.label_prints.get(found)
        if known is None:
            known = int.from_bytes(fingerprint("\x00".join(sorted(found)))[:8], "little")
            if len(self.label_prints) < MOST_LABEL_PRINTS:
                self.label_prints[found] = known
        return known

    def _new(self, name: str) -> Column | None:
        """Take in a column that only some rows have, as JSON lines may; its earlier cells are missing."""
        if len(self.columns) >= MOST_COLUMNS:
            self.n_ignored += 1
            return None
        made = self.columns[name] = Column(name)
        made.n = made.missing["empty"] = self.n_rows - 1
        return made

    def _keep(self, line: int, row: Mapping[str, Any]) -> None:
        """Keep a fair sample of all rows so far. Source: Vitter 1985, "Random Sampling with a Reservoir"."""
        at = len(self.sample) if self.n_rows <= self.most else int(self.rng.random() * self.n_rows)
        if at < self.most:
            one = (line, {name: _clipped(value) for name, value in row.items()})
            if at == len(self.sample):
                self.sample.append(one)
            else:
                self.sample[at] = one

    def finish(self, *, about: Mapping[str, Any], quick: bool = False, tell: Tell = lambda _: None) -> dict[str, Any]:
        """Return what was found as plain JSON. `about` says what the rows are from; `tell` hears what is being done."""
        self.sample.sort(key=lambda one: one[0])
        rows = [row for _, row in self.sample]
        tell("telling the columns")
        described = [self._describe(one, rows) for one in self.columns.values()]
        if any(one["name"] == self.text and one["type"] in WORDLESS for one in described):
            self.text = None
        time = _time_column(described, {self.text, self.label})
        found: dict[str, Any] = {
            "about": dict(about),
            "quick": quick,
            "rows": self._rows(),
            "roles": {"text": self.text, "label": self.label, "time": time, "separator": self.separator},
            "columns": described,
        }
        if self.label is not None:
            found["labels"] = {"column": self.label, **_masked(labels.describe(self.labels))}
        if self.text is not None:
            full = [(line, row) for line, row in self.sample if text_of(row.get(self.text)).strip()]
            full = _spread(full, [len(text_of(row.get(self.text))) for _, row in full])
            lines, kept = [line for line, _ in full], [row for _, row in full]
            sample = checks.Sample(
                lines=lines,
                texts=[text_of(row.get(self.text)) for row in kept],
                ys=[split(row.get(self.label), self.separator) for row in kept] if self.label is not None else [],
                days=dates.parse_all([text_of(row.get(time)) for row in kept]) if time else [],
                several=self.separator is not None,
            )
            found["text"] = self._text(sample, quick=quick, tell=tell)
            found |= checks.all_of(sample, quick=quick, tell=tell)
            if len(self.labels) > 1:
                chinese = texts.is_chinese(found["text"]["languages"])
                found["cost"] = _cost(self.columns[self.text].lengths, len(self.labels), chinese=chinese)
        return found | {"advice": advice.of(found)}

    def _rows(self) -> dict[str, Any]:
        reasons = sorted(self.reasons.items(), key=lambda item: (-item[1][0], item[0]))
        return {
            "n": self.n_rows,
            "malformed": self.n_malformed,
            "reasons": [{"reason": reason, "n": n, "lines": lines} for reason, (n, lines) in reasons[:20]],
            "sampled": len(self.sample),
            "columns_ignored": self.n_ignored,
        }

    def _describe(self, column: Column, rows: list[dict[str, Any]]) -> dict[str, Any]:
        for _ in range(self.n_rows - column.n):  # rows that end early, as JSON lines may
            column.add(None)
        described = column.describe([row.get(column.name) for row in rows])
        usual = {"text": {"category", "id"}, "category": {"number", "id", "text"}}
        for role, kind in ((self.text, "text"), (self.label, "category")):
            if column.name == role and described["type"] in usual[kind]:
                described["type"] = kind  # what it is used for says more than its looks
        return described | {"examples": _examples(column, described["type"], rows)}

    def _text(self, sample: checks.Sample, *, quick: bool, tell: Tell) -> dict[str, Any]:
        assert self.text is not None
        tell("telling the languages")
        languages = texts.languages(sample.texts if not quick else sample.texts[:300])
        by_character = texts.is_chinese(languages)
        tell("counting the tokens")
        return {
            "column": self.text,
            "characters": quantiles(self.columns[self.text].lengths) if self.columns[self.text].lengths else {},
            "tokens": texts.tokens(sample.texts, by_character=by_character),
            "languages": languages,
            "duplicates": repeats(self.prints, self.pairs),
        }


def _cost(characters: Mapping[int, int], n_labels: int, *, chinese: bool) -> dict[str, Any]:
    """Return what learning from all rows will take, by model; the encoder cannot read Chinese."""
    n_rows = sum(characters.values())
    mean = sum(length * n for length, n in characters.items()) / max(1, n_rows)
    models = {}
    for model in (*cost.LINEAR, *([] if chinese else cost.NETWORKS)):
        one = cost.forecast(model, n_rows, mean, n_labels, chinese=chinese)
        if one is not None:
            models[model] = {"seconds": one.seconds, "memory_mb": one.memory_mb}
    return {"rows": n_rows, "models": models}


def split(value: Any, separator: str | None) -> list[str]:
    """Return the labels in a cell; none for an empty one.

    >>> split("a|b", "|"), split(" ", None), split(["a", "b"], None)
    (['a', 'b'], [], ['a', 'b'])
    """
    if isinstance(value, list | tuple):
        return [one for one in map(text_of, value) if one.strip()]
    cell = text_of(value)
    parts = cell.split(separator) if separator else [cell]
    return [one.strip() if separator else one for one in parts if one.strip()]


def repeats(prints: Any, pairs: Any) -> dict[str, int]:
    """Return how many rows repeat an earlier text, and how many texts stand with different labels.

    `prints` are hashes of texts, `pairs` of texts with their labels, in the same order, shape (n,).
    """
    a, b = np.frombuffer(prints, np.uint64), np.frombuffer(pairs, np.uint64)
    if not len(a):
        return {"n": 0, "repeated": 0, "contradictory": 0}
    order = np.lexsort((b, a))
    a, b = a[order], b[order]
    same = a[1:] == a[:-1]
    contradictory = np.unique(a[1:][same & (b[1:] != b[:-1])])
    return {"n": len(a), "repeated": int(same.sum()), "contradictory": len(contradictory)}


def _masked(value: Any) -> Any:
    """Return a plain value without the personal data in its texts: a wrong column may be taken for the label."""
    if isinstance(value, str):
        return checks.masked(value)
    if isinstance(value, list):
        return [_masked(one) for one in value]
    return {key: _masked(one) for key, one in value.items()} if isinstance(value, dict) else value


def _spread(rows: list[Any], sizes: list[int]) -> list[Any]:
    """Return as many rows as make up `READ` characters, from the first to the last at even distances."""
    n = len(rows) if sum(sizes) <= READ else max(1, len(rows) * READ // sum(sizes))
    return rows if n == len(rows) else [rows[k * len(rows) // n] for k in range(n)]


def _clipped(value: Any) -> Any:
    return value[:CLIPPED] if isinstance(value, str) else value


def _examples(column: Column, kind: str, rows: list[dict[str, Any]]) -> list[Any]:
    """Return the commonest values and their counts, or a few values where each comes once. Personal data is masked."""
    if kind in {"category", "boolean", "constant", "list"}:
        return [[checks.shown(value), n] for value, n in column.top(8)]
    seen = dict.fromkeys(text_of(row.get(column.name)).strip() for row in rows[:200])
    return [[checks.shown(one), None] for one in seen if one and one.lower() not in ABSENT][:3]


def _time_column(described: list[dict[str, Any]], taken: set[str | None]) -> str | None:
    found = [one["name"] for one in described if one["type"] == "date" and one["name"] not in taken]
    return next((name for name in found if name.lower().endswith(TIME_NAMES)), found[0] if found else None)
