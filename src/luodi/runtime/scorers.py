"""What scores every item of a catalogue for a visit: counts, neighbours, factors, words, friends, and blends of them.

A scorer is arrays and a little JSON. It needs numpy and nothing else, so that a service needs no training framework.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.rows import Rows

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Arrays = dict[str, NDArray[Any]]
NOTHING = np.zeros(0, dtype=np.int32)
UNSEEN = -1
AGES = (1, 5, 20)
"""Visitors are told apart by how many events they have: none, fewer than 5, fewer than 20, more."""


class Visit(NamedTuple):
    """Who comes, and what they did before."""

    user: int
    """The row of the user where the model learned of one; −1 for a new one."""
    history: Ints
    """Numbers of items, oldest first."""
    traits: Ints = NOTHING
    """Numbers of `runtime.traits`: what is known of the visitor besides, and of the moment."""


class Scorer(Protocol):
    """Scores every item for each visit; higher is better, and only the order counts."""

    name: str

    def scores(self, visits: Sequence[Visit]) -> Floats: ...  # shape (n_visits, n_items)
    def about(self) -> dict[str, Any]: ...  # all that is no array, as JSON
    def arrays(self) -> Arrays: ...
    @classmethod
    def made_of(cls, about: Mapping[str, Any], arrays: Arrays) -> Self: ...


class Popular:
    """The same for everybody: how often each item was asked for lately."""

    name = "popular"

    def __init__(self, counts: Floats) -> None:
        self.counts = counts

    def scores(self, visits: Sequence[Visit]) -> Floats:
        return np.tile(self.counts, (len(visits), 1))

    def about(self) -> dict[str, Any]:
        return {}

    def arrays(self) -> Arrays:
        return {"counts": self.counts}

    @classmethod
    def made_of(cls, about: Mapping[str, Any], arrays: Arrays) -> Self:
        return cls(arrays["counts"])


class Neighbors:
    """What goes with what a visitor had; a later event counts more, by `fade` per event between."""

    name = "neighbors"

    def __init__(self, rows: Rows, *, fade: float = 1.0) -> None:
        self.rows, self.fade = rows, fade

    def scores(self, visits: Sequence[Visit]) -> Floats:
        made = np.zeros((len(visits), self.rows.width), dtype=np.float32)
        for row, visit in zip(made, visits, strict=True):
            history = visit.history[visit.history < len(self.rows)]
            if len(history):
                row += self.rows.weighted_sum(history, fading(len(history), self.fade))
        return made

    def about(self) -> dict[str, Any]:
        return {"fade": self.fade, "width": self.rows.width}

    def arrays(self) -> Arrays:
        return self.rows.arrays()

    @classmethod
    def made_of(cls, about: Mapping[str, Any], arrays: Arrays) -> Self:
        return cls(Rows.made_of(arrays, int(about["width"])), fade=float(about["fade"]))


class Factors:
    """Products of factors. A visitor's are solved for from the history, so that anybody's session will do.

    Source: Hu, Koren and Volinsky 2008, "Collaborative Filtering for Implicit Feedback Datasets", equation 4.
    """

    name = "factors"

    def __init__(self, items: Floats, users: Floats, *, alpha: float, regularization: float) -> None:
        self.items, self.users, self.alpha, self.regularization = items, users, alpha, regularization
        width = items.shape[1]
        self._gram = items.T @ items + regularization * np.eye(width, dtype=np.float32)

    def scores(self, visits: Sequence[Visit]) -> Floats:
        made = np.stack([self._user(one) for one in visits]) @ self.items.T
        return made.astype(np.float32)

    def _user(self, visit: Visit) -> Floats:
        if len(self.users) and 0 <= visit.user < len(self.users):
            return self.users[visit.user]  # type: ignore[no-any-return]
        factors = self.items[visit.history[visit.history < len(self.items)]]
        if len(self.users):  # users' factors were learned, not solved for: the middle of the items' stands in
            user = factors.mean(axis=0) if len(factors) else np.zeros(self.items.shape[1], dtype=np.float32)
            user[-1] = 1  # the place of the items' biases
            return user
        if not len(factors):
            return np.zeros(self.items.shape[1], dtype=np.float32)
        gram = self._gram + (self.alpha - 1) * factors.T @ factors  # an event's confidence is alpha, as in `implicit`
        return np.linalg.solve(gram, self.alpha * factors.sum(axis=0))

    def about(self) -> dict[str, Any]:
        return {"alpha": self.alpha, "regularization": self.regularization}

    def arrays(self) -> Arrays:
        return {"items": self.items, "users": self.users}

    @classmethod
    def made_of(cls, about: Mapping[str, Any], arrays: Arrays) -> Self:
        return cls(arrays["items"], arrays["users"], alpha=about["alpha"], regularization=about["regularization"])


class Content:
    """Likeness of words: the words of what a visitor had, weighed by rarity, against the words of every item."""

    name = "content"

    def __init__(self, items: Rows, words: Rows, *, fade: float = 0.9) -> None:
        self.items, self.words, self.fade = items, words, fade

    def scores(self, visits: Sequence[Visit]) -> Floats:
        made = np.zeros((len(visits), self.words.width), dtype=np.float32)
        for row, visit in zip(made, visits, strict=True):
            history = visit.history[visit.history < len(self.items)]
            if len(history):
                profile = self.items.weighted_sum(history, fading(len(history), self.fade))
                used = np.flatnonzero(profile)
                row += self.words.weighted_sum(used, profile[used])
        return made

    def likeness(self, item: int, others: Ints) -> Floats:
        """Return the cosines between the words of an item and those of some others, shape (n,)."""
        mine, weights = self.items.row(item)
        order = np.argsort(mine)
        mine, weights = mine[order], weights[order]
        rows = [self.items.row(int(one)) for one in others]
        if not len(mine) or not rows:
            return np.zeros(len(others), dtype=np.float32)
        theirs, values = (np.concatenate([one[n] for one in rows]) for n in (0, 1))
        at = np.minimum(np.searchsorted(mine, theirs), len(mine) - 1)
        products = np.where(mine[at] == theirs, weights[at] * values, 0)
        owner = np.repeat(np.arange(len(rows)), [len(one[0]) for one in rows])
        return np.bincount(owner, weights=products, minlength=len(rows)).astype(np.float32)

    def about(self) -> dict[str, Any]:
        return {"fade": self.fade, "n_words": self.items.width, "n_items": self.words.width}

    def arrays(self) -> Arrays:
        ours = {f"items_{key}": one for key, one in self.items.arrays().items()}
        return ours | {f"words_{key}": one for key, one in self.words.arrays().items()}

    @classmethod
    def made_of(cls, about: Mapping[str, Any], arrays: Arrays) -> Self:
        items, words = (
            {key.removeprefix(part): one for key, one in arrays.items() if key.startswith(part)}
            for part in ("items_", "words_")
        )
        made = Rows.made_of(items, int(about["n_words"])), Rows.made_of(words, int(about["n_items"]))
        return cls(*made, fade=float(about["fade"]))


class Friends:
    """What a visitor's friends had, and to a lesser part their friends; who shares more with them counts more."""

    name = "friends"

    def __init__(self, friends: Rows, had: Rows) -> None:
        self.friends, self.had = friends, had

    def scores(self, visits: Sequence[Visit]) -> Floats:
        made = np.zeros((len(visits), self.had.width), dtype=np.float32)
        for row, visit in zip(made, visits, strict=True):
            if 0 <= visit.user < len(self.friends):
                friends, weights = self.friends.row(visit.user)
                row += self.had.weighted_sum(friends, weights)
        return made

    def about(self) -> dict[str, Any]:
        return {"n_users": self.friends.width, "n_items": self.had.width}

    def arrays(self) -> Arrays:
        ours = {f"friends_{key}": one for key, one in self.friends.arrays().items()}
        return ours | {f"had_{key}": one for key, one in self.had.arrays().items()}

    @classmethod
    def made_of(cls, about: Mapping[str, Any], arrays: Arrays) -> Self:
        friends, had = (
            {key.removeprefix(part): one for key, one in arrays.items() if key.startswith(part)}
            for part in ("friends_", "had_")
        )
        return cls(Rows.made_of(friends, int(about["n_users"])), Rows.made_of(had, int(about["n_items"])))


class Blend:
    """A weighted sum of other scorers, each stretched so that its mean is 0 and its best item has 1.

    There may be a row of weights for each of `AGES`, since what tells most of a stranger tells least of a regular.
    """

    name = "blend"

    def __init__(self, parts: Sequence[Scorer], weights: Sequence[float] | Sequence[Sequence[float]] | Floats) -> None:
        made = np.asarray(weights, dtype=np.float32)
        self.parts, self.weights = tuple(parts), np.broadcast_to(made, (len(AGES) + 1, len(parts)))

    def scores(self, visits: Sequence[Visit]) -> Floats:
        weights = self.weights[[age_of(len(one.history)) for one in visits]]  # (n_visits, n_parts)
        made: Floats | None = None
        for n, part in enumerate(self.parts):
            if weights[:, n].any():
                one = weights[:, n, None] * stretched(part.scores(visits))
                made = one if made is None else made + one
        assert made is not None, "a blend has a part that counts"
        return made

    def about(self) -> dict[str, Any]:
        parts = [{"kind": one.name, **one.about()} for one in self.parts]
        rows = self.weights[:1] if (self.weights == self.weights[0]).all() else self.weights
        return {"parts": parts, "weights": rows.tolist()}

    def arrays(self) -> Arrays:
        return {f"{n}/{key}": one for n, part in enumerate(self.parts) for key, one in part.arrays().items()}

    @classmethod
    def made_of(cls, about: Mapping[str, Any], arrays: Arrays) -> Self:
        parts = []
        for n, one in enumerate(about["parts"]):
            mine = {key.removeprefix(f"{n}/"): array for key, array in arrays.items() if key.startswith(f"{n}/")}
            parts.append(scorer_of(one, mine))
        return cls(parts, about["weights"])


class Padded:
    """A scorer of fewer items than the catalogue has: those that came later get the lowest score of each list."""

    name = "padded"

    def __init__(self, inner: Scorer, n_items: int) -> None:
        self.inner, self.n_items = inner, n_items

    def scores(self, visits: Sequence[Visit]) -> Floats:
        known = self.inner.scores(visits)
        made = np.repeat(known.min(axis=1, keepdims=True), self.n_items, axis=1)
        made[:, : known.shape[1]] = known
        return made

    def about(self) -> dict[str, Any]:
        return {"n_items": self.n_items, "inner": {"kind": self.inner.name, **self.inner.about()}}

    def arrays(self) -> Arrays:
        return self.inner.arrays()

    @classmethod
    def made_of(cls, about: Mapping[str, Any], arrays: Arrays) -> Self:
        return cls(scorer_of(about["inner"], arrays), int(about["n_items"]))


def scorer_of(about: Mapping[str, Any], arrays: Arrays) -> Scorer:
    """Return the scorer that `about` and `arrays` describe."""
    from luodi.runtime.scorer_people import People  # these import this module
    from luodi.runtime.scorer_sequence import Sequential
    from luodi.runtime.scorer_text import Meanings

    known = (Popular, Neighbors, Factors, Content, Meanings, Friends, People, Blend, Padded, Sequential)
    kinds: dict[str, type[Any]] = {one.name: one for one in known}
    return kinds[about["kind"]].made_of(about, arrays)  # type: ignore[no-any-return]


def simple(scorer: Scorer) -> Iterator[Scorer]:
    """Yield what a scorer is made of, down to those that are made of nothing else."""
    if isinstance(scorer, Blend):
        for part in scorer.parts:
            yield from simple(part)
    elif isinstance(scorer, Padded):
        yield from simple(scorer.inner)
    else:
        yield scorer


def readers(scorer: Scorer) -> list[Any]:
    """Return the parts of a scorer that place a new item by its text, which what is in their `encoder` reads."""
    return [one for one in simple(scorer) if getattr(one, "reads", False)]


def age_of(n_events: int) -> int:
    """Return which of the groups of `AGES` a visitor belongs to.

    >>> [age_of(n) for n in (0, 1, 4, 5, 20, 500)]
    [0, 1, 1, 2, 3, 3]
    """
    return sum(n_events >= one for one in AGES)


def fading(n: int, fade: float) -> Floats:
    """Return the weights of n events, oldest first; the last has 1.

    >>> fading(3, 0.5).tolist()
    [0.25, 0.5, 1.0]
    """
    return (fade ** np.arange(n - 1, -1, -1)).astype(np.float32)


def stretched(scores: Floats) -> Floats:
    """Return scores with each row's mean at 0 and its maximum at 1; a row of one value becomes 0."""
    mean = scores.mean(axis=1, keepdims=True)
    range_ = scores.max(axis=1, keepdims=True) - mean
    return (scores - mean) / np.maximum(range_, 1e-9)  # type: ignore[no-any-return]
