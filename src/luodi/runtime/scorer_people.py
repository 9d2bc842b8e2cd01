"""Popularity among people like the visitor, and at moments like this one: what more of them took than others did."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.scorers import Arrays, Floats, Visit


class People:
    """Logarithms: of how often everybody asks for an item, and by how much each trait of a visit raises that.

    Source: naive Bayes, with an item's chance for a class and the traits for the features that are taken to be
    independent; a weight per column, learned on dev, makes up for what they have in common.
    """

    name = "people"

    def __init__(
        self, base: Floats, items: NDArray[np.int32], lifts: Floats, told: NDArray[Any], weights: Floats
    ) -> None:
        self.base, self.items, self.weights = base, items, np.asarray(weights, dtype=np.float32)
        self.lifts, self.told = np.asarray(lifts, dtype=np.float16), np.asarray(told, dtype=np.uint8)
        self._place = np.full(len(base), -1, dtype=np.int32)
        self._place[items] = np.arange(len(items))

    def scores(self, visits: Sequence[Visit]) -> Floats:
        made = np.tile(self.base, (len(visits), 1))
        for row, visit in zip(made, visits, strict=True):
            counted = visit.traits[self.weights[visit.traits] > 0]
            if len(counted):
                row[self.items] += self.weights[counted] @ self.lifts[counted].astype(np.float32)
        return made

    def trait_for(self, item: int, visit: Visit) -> int | None:
        """Return the trait of a visit that speaks most for an item, of those that may be told; `None` for none."""
        place = self._place[item] if item < len(self._place) else -1
        if place < 0:
            return None
        known = [int(one) for one in visit.traits if self.weights[one] > 0 and self.told[one, place]]
        return max(known, key=lambda one: float(self.weights[one] * self.lifts[one, place]), default=None)

    def about(self) -> dict[str, Any]:
        return {}

    def arrays(self) -> Arrays:
        return {
            "base": self.base, "items": self.items, "lifts": self.lifts, "told": self.told, "weights": self.weights
        }  # fmt: skip

    @classmethod
    def made_of(cls, about: Mapping[str, Any], arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in ("base", "items", "lifts", "told", "weights")})
