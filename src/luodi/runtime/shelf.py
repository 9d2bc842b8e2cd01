"""What is known of the items and the visitors of a recommender: names, columns, companions, histories."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from luodi.runtime.rows import Rows
from luodi.runtime.traits import NO_TRAITS, Traits, of_user

ARRAYS, NAMES, PEOPLE = "shelf.safetensors", "shelf.json", "people.json"
ABOUT = "about:"
"""Before a user's id in `PEOPLE`: a record each, so that whoever is forgotten leaves whole."""
Mask = NDArray[np.bool_]
Ints = NDArray[np.int32]
ABSENT = {"", "0", "false", "no", "none", "out", "sold out", "否", "无", "缺货"}
"""What a column `stock` says of an item that cannot be had."""


class Shelf:
    """Items with their columns, and what each known user had, by number."""

    def __init__(
        self,
        items: Sequence[str],
        table: Mapping[str, Sequence[Any]],
        users: Sequence[str],
        histories: Rows,
        companions: Rows,
        counts: NDArray[np.float32],
        friends: Rows | None = None,
        *,
        traits: Traits = NO_TRAITS,
        people: Rows | None = None,
    ) -> None:
        self.items, self.table, self.users = list(items), {key: list(one) for key, one in table.items()}, list(users)
        self.histories, self.companions, self.counts, self.friends = histories, companions, counts, friends
        self.traits, self.people = traits, people
        self._item = {name: n for n, name in enumerate(self.items)}
        self._user = {name: n for n, name in enumerate(self.users)}
        self._columns: dict[str, NDArray[Any]] = {}
        self._codes: dict[str, tuple[NDArray[np.int32], dict[str, int]]] = {}

    def __len__(self) -> int:
        return len(self.items)

    def number(self, item: str) -> int | None:
        """Return an item's number, or `None` for one that is not in the catalogue."""
        return self._item.get(item)

    def numbers(self, items: Iterable[str]) -> Ints:
        """Return the numbers of those items that are in the catalogue, in order."""
        found = [self._item[one] for one in items if one in self._item]
        return np.array(found, dtype=np.int32)

    def user(self, name: str) -> int:
        """Return a user's number, −1 for one that is not known."""
        return self._user.get(name, -1)

    def history(self, user: int) -> Ints:
        """Return what a known user had, oldest first."""
        return self.histories.row(user)[0] if 0 <= user < len(self.histories) else np.zeros(0, dtype=np.int32)

    def traits_of(self, user: int, about: Mapping[str, Any], context: Mapping[str, Any]) -> Ints:
        """Return the traits of a visit: what is known of the user, what the visit says of them, and the moment."""
        return self.traits.visit(of_user(self.people, user), about, context)

    def name(self, item: int) -> str:
        """Return an item's title, or its id where it has none."""
        titles = self.table.get("title")
        return str(titles[item]) if titles and titles[item] else self.items[item]

    def value(self, column: str, item: int) -> str:
        """Return what the item table says of an item; empty where it says nothing."""
        found = self.table.get(column)
        return str(found[item]) if found and found[item] is not None else ""

    def where(self, column: str, values: Sequence[str]) -> Mask:
        """Say of each item whether its column holds one of these values."""
        codes, names = self._coded(column)
        wanted = [names[value] for value in values if value in names]
        return np.isin(codes, wanted)

    def groups(self, column: str) -> NDArray[np.int32]:
        """Return a number for each value of a column, an item each; −1 where it is empty."""
        return self._coded(column)[0]

    def prices(self) -> NDArray[np.float64]:
        """Return each item's price; no number where it has none."""
        if "price" not in self._columns:
            cells = self.table.get("price") or [""] * len(self)
            self._columns["price"] = np.array([_number(one) for one in cells], dtype=np.float64)
        return self._columns["price"]

    def alive(self, moment: float, days: float) -> Mask:
        """Say of each item whether it was published by a moment in seconds, and not more than so many days before."""
        if "published" not in self._columns:
            cells = self.table.get("published") or [""] * len(self)
            self._columns["published"] = np.array([_moment(one) for one in cells], dtype=np.float64)
        published = self._columns["published"]
        return (published <= moment) & (moment <= published + 86_400 * days)

    def in_stock(self) -> Mask:
        """Say of each item whether it can be had; without a column `stock` everything can."""
        if "in stock" not in self._columns:
            cells = self.table.get("stock") or ["yes"] * len(self)
            here = [str(one if one is not None else "").strip().lower() not in ABSENT for one in cells]
            self._columns["in stock"] = np.array(here, dtype=bool)
        return self._columns["in stock"]

    def _coded(self, column: str) -> tuple[NDArray[np.int32], dict[str, int]]:
        if column not in self._codes:
            cells = self.table.get(column) or [""] * len(self)
            names: dict[str, int] = {}
            codes = [names.setdefault(str(one), len(names)) if one else -1 for one in cells]
            self._codes[column] = np.array(codes, dtype=np.int32), names
        return self._codes[column]

    def save(self, folder: Path) -> None:
        """Write `shelf.json` and `shelf.safetensors`."""
        arrays = {f"histories/{key}": one for key, one in self.histories.arrays().items()}
        arrays["counts"] = self.counts
        arrays |= {f"companions/{key}": one for key, one in self.companions.arrays().items()}
        if self.friends is not None:
            arrays |= {f"friends/{key}": one for key, one in self.friends.arrays().items()}
        save_file({key: np.ascontiguousarray(one) for key, one in arrays.items()}, folder / ARRAYS)
        about = {"items": self.items, "users": self.users, "table": self.table, "traits": self.traits.as_json()}
        if self.people is not None:
            self._save_people(folder)
        (folder / NAMES).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")

    def _save_people(self, folder: Path) -> None:
        assert self.people is not None
        known = ((user, of_user(self.people, n).tolist()) for n, user in enumerate(self.users[: len(self.people)]))
        made = [{"line": ABOUT + user, "traits": traits} for user, traits in known if traits]
        (folder / PEOPLE).write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        about = json.loads((folder / NAMES).read_text(encoding="utf-8"))
        arrays = load_file(folder / ARRAYS)

        def rows(part: str, width: int) -> Rows:
            prefix = f"{part}/"
            return Rows.made_of(
                {key.removeprefix(prefix): one for key, one in arrays.items() if key.startswith(prefix)}, width
            )

        n_items, n_users = len(about["items"]), len(about["users"])
        return cls(
            about["items"],
            about["table"],
            about["users"],
            rows("histories", n_items),
            rows("companions", n_items),
            arrays["counts"],
            rows("friends", n_users) if "friends/starts" in arrays else None,
            traits=(traits := Traits.made_of(about.get("traits", {}))),
            people=_people(folder / PEOPLE, about["users"], len(traits)),
        )


def _people(path: Path, users: Sequence[str], n_traits: int) -> Rows | None:
    """Read what is known of users; whoever is not among them any more was forgotten."""
    if not path.is_file():
        return None
    number = {name: n for n, name in enumerate(users)}
    pairs: list[tuple[int, int]] = []
    for one in json.loads(path.read_text(encoding="utf-8")):
        user = number.get(one["line"].removeprefix(ABOUT))
        pairs += [(user, trait) for trait in one["traits"]] if user is not None else []
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Rows.of_pairs(both[:, 0], both[:, 1], np.ones(len(both)), (len(users), n_traits))


def _moment(value: Any) -> float:
    try:
        return float(value)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return float("nan")  # never alive: what has no date cannot be shown to be fresh
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _number(value: Any) -> float:
    try:
        return float(str(value).replace(",", "").strip("$€£¥￥ "))
    except ValueError:
        return float("nan")
