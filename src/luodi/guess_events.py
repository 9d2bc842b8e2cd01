"""Guess a log of events: which column says who, which says what, which says when; and what lies beside it."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from luodi.data import sources
from luodi.data.readers import Table
from luodi.errors import DataError, LuodiError
from luodi.guess import quote_toml
from luodi.guess_answers import Answers
from luodi.text import plural

LOOKED_AT = 20_000
MOST_BESIDE = 30
"""So many files beside the log are looked at for tables of items, of users and of friends."""
USERS = "user customer visitor reader member client buyer account session person 用户 客户 会员 读者 访客 买家"
ITEMS = (
    "item product article movie film song track artist sku goods book video game post page group 商品 物品 产品 文章"
)
TIMES = "time date day created happened moment 时间 日期"
KINDS = "kind event action behavior behaviour activity 行为 事件 动作"
WEIGHTS = "rating stars score weight plays count 评分 打分 次数"
FRIENDS = "friend trust follow 好友 朋友 关注"
TITLES, CATEGORIES = "title name 标题 名称", "category genre topic 类别 分类 类目"
WORTH: Mapping[str, int] = {
    "view": 1, "click": 1, "pv": 1, "cart": 2, "fav": 2, "like": 2, "save": 2,
    "buy": 3, "purchase": 3, "order": 3, "transaction": 3, "join": 3, "收藏": 2, "加购": 2, "购买": 3,
}  # fmt: skip
"""What an event counts, by a word of its kind; a start, to be changed by whoever knows the business."""
MOST_KINDS, LONG_TEXT = 12, 40
LIKED = 0.7  # of the highest rating: from there on, somebody liked it
OFTEN_AGAIN, MOSTLY = 0.5, 0.95


def look(data: str, folder: Path, *, sure: bool = False) -> Answers | None:
    """Return a guess where the data is a log of who did something to what; `None` where it is something else.

    With `sure`, it is said to be one: then a `DataError` says which column is missing.
    """
    try:
        table = sources.open(sources.expand(Path(), data)[0])
    except LuodiError:
        if sure:
            raise
        return None
    rows = [row for _, row in islice(table.rows(), LOOKED_AT) if isinstance(row, dict)]
    values = {name: [str(row.get(name) or "").strip() for row in rows] for name in table.columns}
    user = _named(values, USERS)
    item = _named({name: cells for name, cells in values.items() if name != user}, ITEMS)
    if sure and not (user and item):
        raise DataError(
            f"no column looks like {'the user' if user is None else 'the item'} of an event",
            where=data,
            fix=f"call one user, or one item; there are {', '.join(table.columns)}",
        )
    if user is None or item is None or not (sure or _is_log(values, user, item)):
        return None
    log = _Log(data, folder, table, values, user, item)
    seen = f"{plural(len(rows), 'event')} looked at, {plural(len(set(values[user])), 'user')}, "
    return Answers(
        task="recommendation", seen=seen + plural(len(set(values[item])), "item") + log.beside(), text=log.text()
    )


def _is_log(values: Mapping[str, Sequence[str]], user: str, item: str) -> bool:
    """Say whether users and items come again, as those of a log do, and no column holds texts to be read."""
    n = len(values[user])
    if n < 2 or len(set(values[user])) == n or len(set(values[item])) == n:
        return False
    return not any(sum(map(len, cells)) / n > LONG_TEXT for cells in values.values())


def _named(values: Mapping[str, Sequence[str]], words: str) -> str | None:
    """Return the first column whose name is one of the words or holds it, in the order of the words."""
    names = [name for name in values if any(values[name])]
    for word in words.split():
        exact = [one for one in names if one.strip().lower() in {word, f"{word}_id", f"{word}id", f"{word}s"}]
        found = exact or [one for one in names if word in one.lower()]
        if found:
            return found[0]
    return None


class _Log:
    """A log whose user and item are known, and what else its columns and the files beside it say."""

    def __init__(
        self, data: str, folder: Path, table: Table, values: Mapping[str, list[str]], user: str, item: str
    ) -> None:
        self.data, self.folder, self.values = Path(data), folder, values
        self.columns = {"user": user, "item": item}
        for ours, words in (("time", TIMES), ("kind", KINDS), ("weight", WEIGHTS)):
            rest = {name: cells for name, cells in values.items() if name not in self.columns.values()}
            found = _named(rest, words)
            if found is not None and getattr(self, f"_is_{ours}")(values[found]):
                self.columns[ours] = found
        self.header = table.header
        self.items, self.links = self._items_beside(), self._links_beside()
        self.users = self._users_beside()

    def beside(self) -> str:
        """Say what was found beside the log."""
        found = [("items", self.items), ("users", self.users), ("friends", self.links)]
        return "".join(f"; {what} in {table[0]}" for what, table in found if table)

    def text(self) -> str:
        """Return the scenario file."""
        columns = ", ".join(f"{ours} = {quote_toml(theirs)}" for ours, theirs in self.columns.items() if ours != theirs)
        options, tables = self._options(), self._tables()
        return "\n".join(
            [
                "name = NAME",
                'task = "recommendation"',
                'goal = "Say here what this is for; the report quotes it."',
                "seed = 7",
                "",
                "[define]",
                f"train = {quote_toml(self._relative(self.data))}",
                *([f"tables = {{ {', '.join(tables)} }}"] if tables else []),
                "# What success means: a quality reaches its number with its whole interval, a cost stays below it.",
                'succeed = { "ranking.ndcg_at_10" = 0.20, "cost.p95_ms" = 50 }',
                *(["", "[options]", *options] if options else []),
                *(["", "[prepare]"] if columns or not self.header else []),
                *([f"columns = {{ {columns} }}"] if columns else []),
                *([] if self.header else ["header = false"]),
                "",
            ]
        )

    def _options(self) -> list[str]:
        lines = []
        if "time" not in self.columns:
            lines += [
                "# The log does not say when things happened, so each user's last event is asked for. That flatters.",
                'split = "leave-one-out"',
            ]
        if "kind" in self.columns:
            kinds = Counter(self.values[self.columns["kind"]])
            worth = ", ".join(f"{quote_toml(one)} = {_worth(one)}" for one, _ in kinds.most_common() if one)
            lines += [
                "# What each kind of event counts; remove one, and its events are left out.",
                f"kinds = {{ {worth} }}",
            ]
        least = self._least_liked()
        if least is not None:
            lines += ["# Lower ratings are no recommendation.", f"min_weight = {least}"]
        pairs = list(zip(self.values[self.columns["user"]], self.values[self.columns["item"]], strict=True))
        if len(pairs) - len(set(pairs)) > OFTEN_AGAIN * len(pairs):
            lines += [
                "# Most events are of an item that the user had before: it may be recommended again.",
                "again = true",
            ]
        if self.items:
            lines += [f"item_columns = {{ {self.items[1]} }}"] if self.items[1] else []
        if self.users:
            lines += [f"user_columns = {{ {self.users[1]} }}"] if self.users[1] else []
        if self.links:
            lines += [f"link_columns = {{ {self.links[1]} }}"] if self.links[1] else []
        return lines

    def _tables(self) -> list[str]:
        found = (("items", self.items), ("users", self.users), ("links", self.links))
        return [f"{ours} = {quote_toml(table[0])}" for ours, table in found if table]

    def _least_liked(self) -> float | None:
        """Return the least rating that says "liked", where the weights are ratings on a scale."""
        if "weight" not in self.columns:
            return None
        numbers = [float(one) for one in self.values[self.columns["weight"]] if one]
        is_scale = max(numbers) <= 10 and 3 <= len(set(numbers)) <= 21
        return round(LIKED * max(numbers), 1) if is_scale else None

    def _items_beside(self) -> tuple[str, str] | None:
        """Return the table beside the log that has a row for most of its items, and how its columns map."""
        known = set(self.values[self.columns["item"]])
        for path, table, values in self._beside():
            for name in table.columns:
                cells = values[name]
                if len(set(cells)) == len(cells) and len(known & set(cells)) > len(known) / 2:
                    found = {"item": name}
                    rest = {one: values[one] for one in table.columns if one != name}
                    for ours, words in (("title", TITLES), ("category", CATEGORIES)):
                        theirs = _named({k: v for k, v in rest.items() if k not in found.values()}, words)
                        found |= {ours: theirs} if theirs else {}
                    return path, _inline({ours: theirs for ours, theirs in found.items() if ours != theirs})
        return None

    def _links_beside(self) -> tuple[str, str] | None:
        """Return the table beside the log that holds two columns of its users, and how its columns map."""
        known = set(self.values[self.columns["user"]])
        for path, table, values in self._beside():
            named = _named(values, FRIENDS) is not None or _holds(Path(path).stem, FRIENDS)
            people = [one for one in table.columns if len(known & set(values[one])) > len(set(values[one])) / 2]
            if named and len(people) >= 2:
                found = {"user": people[0], "friend": people[1]}
                return path, _inline({ours: theirs for ours, theirs in found.items() if ours != theirs})
        return None

    def _users_beside(self) -> tuple[str, str] | None:
        """Return the table beside the log that has a row for each of many of its users, and how its columns map."""
        known = set(self.values[self.columns["user"]]) - {""}
        taken = {one[0] for one in (self.items, self.links) if one}
        for path, table, values in self._beside():
            for name in table.columns if path not in taken and len(table.columns) > 1 else ():
                cells = values[name]
                if len(set(cells)) == len(cells) and len(known & set(cells)) > len(known) / 2:
                    return path, _inline({"user": name} if name != "user" else {})
        return None

    def _beside(self) -> list[tuple[str, Table, dict[str, list[str]]]]:
        """Return the other tables in the log's folder, each with its first rows by column."""
        made = []
        if not self.data.is_file():
            return []
        others = [one for one in sorted(self.data.parent.iterdir()) if one.is_file() and one.name != self.data.name]
        for path in [one for one in others if one.suffix.lower() in {".csv", ".tsv", ".jsonl"}][:MOST_BESIDE]:
            try:
                table = sources.open(sources.expand(path.parent, path.name)[0])
                rows = [row for _, row in islice(table.rows(), LOOKED_AT) if isinstance(row, dict)]
            except LuodiError:
                continue
            values = {name: [str(row.get(name) or "").strip() for row in rows] for name in table.columns}
            if rows:
                made.append((self._relative(path), table, values))
        return made

    def _relative(self, path: Path) -> str:
        return Path(os.path.relpath(path.resolve(), self.folder.resolve())).as_posix()

    @staticmethod
    def _is_time(cells: Sequence[str]) -> bool:
        from luodi.train import logs  # loads numpy

        known = sum(one != "" and logs.when(one, 0) is not None for one in cells)
        return len(set(cells)) > 1 and known >= MOSTLY * len(cells)

    @staticmethod
    def _is_kind(cells: Sequence[str]) -> bool:
        return 1 < len(set(cells)) <= MOST_KINDS

    @staticmethod
    def _is_weight(cells: Sequence[str]) -> bool:
        try:
            return any(cells) and all(float(one) >= 0 for one in cells if one)
        except ValueError:
            return False


def _worth(kind: str) -> int:
    return next((n for word, n in WORTH.items() if word in kind.lower()), 1)


def _holds(name: str, words: str) -> bool:
    return any(word in name.lower() for word in words.split())


def _inline(values: Mapping[str, str]) -> str:
    return ", ".join(f"{ours} = {quote_toml(theirs)}" for ours, theirs in values.items())
