"""One column of a table: what is missing, how many different values, which type. One pass, bounded memory."""

import hashlib
import json
import math
import re
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from luodi.data import dates

MOST_EXACT = 100_000  # different values counted one by one; beyond that they are estimated
HEAVY = 1_000  # of the frequent values that go on being counted then
SHORT = 14  # characters, with some white space around
LONG = 64  # characters; longer values are counted by their hash
ABSENT = frozenset(
    ["null", "none", "nan", "n/a", "#n/a", "na", "nil", "-", "--", "---", "?", "unknown", "undefined", "(blank)", "\\n",
     "无", "空", "暂无", "未知", "缺失", "不详"]
)  # fmt: skip
TYPED = 2_000  # cells, evenly from all that are at hand, tell a type
MOSTLY = 0.95  # of the values; a few typing mistakes do not change what a column is
BOOLEANS = ({"true", "false"}, {"yes", "no"}, {"y", "n"}, {"t", "f"}, {"是", "否"}, {"有", "无"})
NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?%?|[-+]?\.\d+")
URL = re.compile(r"(?:https?|ftp)://\S+|www\.\S+\.\S+", re.I)
CODE = re.compile(r"(?=[^\d]{0,60}\d)[A-Za-z0-9_.:/@#+-]{1,64}")  # one word with a digit in it
WORD = re.compile(r"[A-Za-z0-9_.:/@#+-]{1,64}")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


class Distinct:
    """Estimates how many different values there were, in 4 KB, to about 2 %.

    Source: Flajolet et al. 2007, "HyperLogLog: the analysis of a near-optimal cardinality estimation algorithm".

    >>> found = Distinct()
    >>> for n in range(50_000):
    ...     found.add(str(n % 10_000))
    >>> abs(found.estimate() - 10_000) < 500
    True
    """

    BITS = 12

    def __init__(self) -> None:
        self.registers = bytearray(1 << self.BITS)

    def add(self, value: str) -> None:
        """Note a value."""
        self.add_hash(_hash(value))

    def add_hash(self, bits: int) -> None:
        """Note a value by its 64-bit hash."""
        at, rest = bits & ((1 << self.BITS) - 1), bits >> self.BITS
        rank = 64 - self.BITS - rest.bit_length() + 1
        if rank > self.registers[at]:
            self.registers[at] = rank

    def estimate(self) -> int:
        """Return how many different values there were, about."""
        m = len(self.registers)
        raw = 0.7213 / (1 + 1.079 / m) * m * m / sum(2.0**-one for one in self.registers)
        empty = self.registers.count(0)
        return round(m * math.log(m / empty)) if raw <= 2.5 * m and empty else round(raw)


class Column:
    """Counts the cells of a column."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.n = 0
        self.missing = Counter[str]()
        self.counts: Counter[str] = Counter()
        self.spelled: dict[str, str] = {}
        self.lengths = Counter[int]()
        self.n_lists = 0
        self.rough: Distinct | None = None

    def add(self, value: Any) -> None:
        """Count a cell."""
        self.n += 1
        if value is None:
            self.missing["null"] += 1
            return
        if type(value) is not str:
            self.n_lists += isinstance(value, list | tuple)
            value = text_of(value)
        size = len(value)
        if size <= SHORT or value.isspace():  # no word for nothing is longer
            bare = value.strip()
            if not bare:
                self.missing["empty"] += 1
                return
            if bare.lower() in ABSENT:
                self.missing[bare] += 1
        self.lengths[size] += 1
        key = value if size <= LONG else f"{_hash(value):016x}"
        if self.rough is not None:
            self.rough.add(value)
            if key in self.counts:
                self.counts[key] += 1
            return
        self.counts[key] += 1
        if key is not value and key not in self.spelled and len(self.spelled) < HEAVY:
            self.spelled[key] = value[:200]
        if len(self.counts) > MOST_EXACT:
            self._estimate_from_now_on()

    def _estimate_from_now_on(self) -> None:
        self.rough = Distinct()
        for key in self.counts:
            self.rough.add_hash(int(key, 16)) if len(key) == 16 and key in self.spelled else self.rough.add(key)
        self.counts = Counter(dict(self.counts.most_common(HEAVY)))

    @property
    def n_missing(self) -> int:
        return self.missing.total()

    @property
    def n_distinct(self) -> int:
        return len(self.counts) if self.rough is None else max(len(self.counts), self.rough.estimate())

    def top(self, k: int = 10) -> list[tuple[str, int]]:
        """Return the most frequent values, the same in every run."""
        ordered = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))[:k]
        return [(self.spelled.get(key, key), n) for key, n in ordered]

    def describe(self, sample: Sequence[Any]) -> dict[str, Any]:
        """Return the column as plain JSON; its type is told from some of its cells."""
        values = [text for text in map(text_of, sample) if not is_missing(text)]
        kind = self.kind_of(values[:: max(1, len(values) // TYPED)])
        return {
            "name": self.name,
            "type": kind,
            "n": self.n,
            "n_missing": self.n_missing,
            "missing": dict(self.missing.most_common()),
            "distinct": self.n_distinct,
            "distinct_is_exact": self.rough is None,
            "characters": quantiles(self.lengths),
            **({"numbers": _numbers(values)} if kind == "number" else {}),
            **({"dates": dates.span(values)} if kind == "date" else {}),
        }

    def kind_of(self, values: Sequence[str]) -> str:
        """Name the type of the column.

        `empty`, `constant`, `list`, `boolean`, `date`, `url`, `number`, `id`, `category` or `text`.
        """
        if not values:
            return "empty"
        if self.n_distinct == 1:
            return "constant"
        if self.n_lists > 0.5 * self.n or _share(values, _is_list) >= MOSTLY:
            return "list"
        if {one.lower() for one in values} in BOOLEANS:
            return "boolean"
        if _share(values, lambda one: dates.parse(one) is not None) >= MOSTLY:
            return "date"
        if _share(values, lambda one: URL.fullmatch(one) is not None) >= MOSTLY:
            return "url"
        return self._number_or_words(values)

    def _number_or_words(self, values: Sequence[str]) -> str:
        n = max(1, self.n - self.missing["empty"] - self.missing["null"])
        different = self.n_distinct / n
        coded = _share(values, lambda one: CODE.fullmatch(one) is not None)
        numeric = _share(values, lambda one: NUMBER.fullmatch(one) is not None)
        padded = _share(values, lambda one: len(one) > 1 and one[0] == "0" and one.isdigit())
        unique = different > 0.98 and n >= 20
        if unique and _share(values, lambda one: WORD.fullmatch(one) is not None) >= MOSTLY:
            whole = _share(values, str.isdigit)
            if numeric < MOSTLY or padded > 0.05 or (whole >= MOSTLY and _counts_up_or_is_long(values, self.n)):
                return "id"
        if coded >= MOSTLY and different > 0.2 and (numeric < MOSTLY or padded > 0.05):
            return "id"
        if numeric >= MOSTLY and padded <= 0.05:
            return "number"
        typical = sorted(map(len, values))[len(values) // 2]
        few = self.n_distinct <= max(2, min(1_000, 0.5 * n)) and different <= (0.5 if n < 200 else 0.2)
        return "category" if few and typical <= 60 else "text"


def text_of(value: Any) -> str:
    """Return a cell as text.

    >>> text_of(None), text_of(3.0), text_of(["a", "b"])
    ('', '3', '["a", "b"]')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def is_missing(text: str) -> bool:
    """Say whether a cell stands for nothing.

    >>> is_missing(" "), is_missing("N/A"), is_missing("nan"), is_missing("naan")
    (True, True, True, False)
    """
    bare = text.strip()
    return not bare or bare.lower() in ABSENT


def quantiles(counts: Mapping[int, int]) -> dict[str, int]:
    """Return quantiles of whole numbers, given how often each came.

    >>> quantiles({1: 5, 2: 4, 9: 1})
    {'p5': 1, 'p25': 1, 'p50': 1, 'p75': 2, 'p95': 9, 'p100': 9}
    """
    total, found, seen = sum(counts.values()), {}, 0
    wanted = [(f"p{round(100 * q)}", max(0, math.ceil(q * total) - 1)) for q in QUANTILES]
    for value in sorted(counts):
        seen += counts[value]
        while wanted and wanted[0][1] < seen:
            found[wanted.pop(0)[0]] = value
    return found


def fingerprints() -> "array[int]":
    """Return an empty list of 64-bit hashes: eight bytes for a row."""
    return array("Q")


def _hash(value: str) -> int:
    return int.from_bytes(hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _share(values: Sequence[str], holds: Any) -> float:
    return sum(map(bool, map(holds, values))) / len(values)


def _is_list(text: str) -> bool:
    return text.startswith("[") and text.endswith("]")


def _counts_up_or_is_long(values: Sequence[str], n_rows: int) -> bool:
    """Say whether whole numbers look like keys: so many rows fill their range, or they have eight digits or more."""
    found = sorted({int(one) for one in values if one.isdigit() and len(one) < 19})
    if not found:
        return True
    return found[-1] - found[0] < 3 * n_rows or _share(values, lambda one: len(one) >= 8) >= MOSTLY


def _numbers(values: Sequence[str]) -> dict[str, float]:
    found = []
    for one in values:
        try:
            found.append(float(one.replace(",", "").rstrip("%")))
        except ValueError:
            continue
    found = sorted(one for one in found if math.isfinite(one))
    if not found:
        return {}
    return {"min": found[0], "p50": found[len(found) // 2], "max": found[-1]}
