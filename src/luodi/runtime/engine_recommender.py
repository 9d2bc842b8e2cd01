"""Recommend: score all items for a visit, leave out what may not be shown, spread what is left, and say why."""

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from luodi.contracts import Hit, record
from luodi.runtime.best import best_of, spread
from luodi.runtime.placing import Shares, groups_of, pool_size, with_chance, with_shares
from luodi.runtime.scorer_people import People
from luodi.runtime.scorers import Content, Scorer, Visit, readers, scorer_of, simple
from luodi.runtime.session import read_about, write_about
from luodi.runtime.shelf import Shelf
from luodi.runtime.why import why

WEIGHTS, ENCODER = "scorer.safetensors", "encoder"
SCORES_AT_ONCE = 8_000_000
EQUAL = 1e-9
POOL = 5  # so many times k items are looked at when results are to be spread
Query = Mapping[str, Any]
"""What `luodi.tasks.recommendation.Request` has: `user`, `items`, `k` and the filters; all may be missing."""


def batch_for(n_items: int) -> int:
    """Return how many visits to score together, so that their scores stay within some 30 MB.

    >>> batch_for(1_000), batch_for(1_000_000)
    (64, 8)
    """
    return max(1, min(64, SCORES_AT_ONCE // max(1, n_items)))


@record
class Rules:
    """What holds where a query does not say."""

    k: int = 10
    again: bool = False
    """Whether to show what somebody had already."""
    min_together: int = 5
    """Tell of items that go together only where so many people had both."""
    lives_days: float | None = None
    """So many days after it was published an item is shown no more."""
    exposure: Shares = field(default_factory=dict)
    """The least share of exposure that groups of items get in every list."""
    newcomers: float = 0.0
    """The same for items that nobody has touched yet."""
    explore: float = 0.0
    """The share of places that chance fills."""


class Recommender:
    """A scorer with the shelf that it scores."""

    def __init__(self, scorer: Scorer, shelf: Shelf, rules: Rules, rng: np.random.Generator | None = None) -> None:
        self.scorer, self.shelf, self.rules = scorer, shelf, rules
        has_texts = "title" in shelf.table or "text" in shelf.table
        self.content = next((one for one in simple(scorer) if isinstance(one, Content) and has_texts), None)
        self.people = next((one for one in simple(scorer) if isinstance(one, People)), None)
        self.rng = rng or np.random.default_rng()  # of places that chance fills: not the same after every start

    def predict(self, xs: Sequence[Query]) -> list[list[Hit]]:
        """Return for each query its hits, best first."""
        made: list[list[Hit]] = []
        batch = batch_for(len(self.shelf))
        for start in range(0, len(xs), batch):
            part = xs[start : start + batch]
            visits = [self.visit(one) for one in part]
            for x, visit, scores in zip(part, visits, self.scorer.scores(visits), strict=True):
                made.append(self._hits(x, visit, scores))
        return made

    def visit(self, x: Query) -> Visit:
        """Return who comes and what they did: what the query says, else what is remembered, then the session."""
        user = self.shelf.user(str(x.get("user") or ""))
        items = x.get("items")
        history = self.shelf.history(user) if items is None else self.shelf.numbers(items)
        session = self.shelf.numbers(x.get("session") or ())
        traits = self.shelf.traits_of(user, x.get("about") or {}, x.get("context") or {})
        return Visit(user, np.concatenate([history, session]) if len(session) else history, traits)

    def _hits(self, x: Query, visit: Visit, scores: NDArray[np.float32]) -> list[Hit]:
        k = int(x.get("k") or self.rules.k)
        if scores.max() - scores.min() < EQUAL:  # it knows nothing of this visitor
            scores = self.shelf.counts[: len(scores)]
        scores = self._less(x, scores)
        allowed = self._allowed(x, visit, len(scores))
        diversity = float(x.get("diversity") or 0.0)
        best = best_of(scores, k if not diversity else k * POOL, allowed)
        if diversity:
            best = spread(best, scores[best], self.shelf, k=k, diversity=diversity)
        owed = groups_of(self.shelf, self.rules.exposure, self.rules.newcomers)
        if owed and len(best):
            best = with_shares(best, scores, allowed, owed, k=len(best))
        explore = float(self.rules.explore if x.get("explore") is None else x["explore"])
        pool = best_of(scores, pool_size(k), allowed) if explore else best
        best, chances, drawn = with_chance(best, pool, share=explore, rng=self.rng)
        reasons = x.get("reasons", True)
        made: list[Hit] = []
        for item, chance, by_chance in zip(best, chances, drawn, strict=True):
            hit: Hit = {"id": self.shelf.items[item], "score": round(float(scores[item]), 5)}
            if reasons:
                hit |= self._told(int(item), visit, chance=float(chance), by_chance=bool(by_chance))  # type: ignore[typeddict-item]
            made.append(hit)
        return made

    def _told(self, item: int, visit: Visit, *, chance: float, by_chance: bool) -> dict[str, Any]:
        """Return what an item is shown with: its title, why it is there, and how likely that was."""
        title = {"title": self.shelf.name(item)} if "title" in self.shelf.table else {}
        least = self.rules.min_together
        reason = why(item, visit, self.shelf, min_together=least, content=self.content, people=self.people)
        if by_chance:
            reason = {"because": "chance", "via": ()}
        return {**title, **reason, "propensity": round(chance, 8)}

    def _allowed(self, x: Query, visit: Visit, n: int) -> NDArray[np.bool_]:
        """Say which items may be shown: the request's rules, and nothing that the visitor had."""
        shelf = self.shelf
        allowed = np.ones(n, dtype=bool)
        if x.get("only") is not None:
            allowed[:] = False
            allowed[shelf.numbers(x["only"])] = True
        again = x.get("again")
        if not (self.rules.again if again is None else again):
            allowed[visit.history] = False
        if self.rules.lives_days is not None:
            moment = time.time() if x.get("at") is None else float(x["at"])
            allowed &= shelf.alive(moment, self.rules.lives_days)[:n]
        allowed[shelf.numbers(x.get("exclude") or ())] = False
        if x.get("in_stock", True):
            allowed &= shelf.in_stock()[:n]
        if x.get("categories"):
            allowed &= shelf.where("category", x["categories"])[:n]
        for name, holds in (("min_price", np.greater_equal), ("max_price", np.less_equal)):
            if x.get(name) is not None:
                allowed &= holds(shelf.prices()[:n], float(x[name]))
        return allowed

    def _less(self, x: Query, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Move what is like an unwanted item down: its companions, and others of its category."""
        unwanted = self.shelf.numbers(x.get("less_like") or ())
        if not len(unwanted):
            return scores
        scores = scores.copy()
        step = float(scores.std()) + 1e-6
        for item in unwanted:
            near, _ = self.shelf.companions.row(int(item))
            scores[near] -= 2 * step
            category = self.shelf.value("category", int(item))
            if category:
                scores[self.shelf.where("category", [category])[: len(scores)]] -= step
            scores[item] = scores.min() - step
        return scores

    def save(self, folder: Path) -> None:
        """Write `session.json`, the scorer's arrays, the shelf, and the encoder that texts of new items will need."""
        about = {"kind": self.scorer.name, **self.scorer.about()}
        write_about(folder, "engine_recommender", scorer=about, rules=asdict(self.rules))
        save_file({key: np.ascontiguousarray(one) for key, one in self.scorer.arrays().items()}, folder / WEIGHTS)
        self.shelf.save(folder)
        for part in readers(self.scorer):
            if part.encoder is not None:
                shutil.copytree(part.encoder, folder / ENCODER, dirs_exist_ok=True)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        about = read_about(folder)
        scorer = scorer_of(about["scorer"], load_file(folder / WEIGHTS))
        for part in readers(scorer):
            part.encoder = folder / ENCODER
        return cls(scorer, Shelf.load(folder), Rules(**about["rules"]))


ENGINE = Recommender
