"""Two recommenders on what happened lately, of which neither has learned: is one better, or is that chance?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from luodi.contracts import record
from luodi.loop.compare import Check
from luodi.metrics import interval, ranking

LEAST = 30
N_RESAMPLES = 2_000
MARGIN = 0.1
"""Of the champion's own figure: so much at most may be lost on older questions, with the whole interval."""
METRIC = "ndcg_at_10"


@record
class Replay:
    """Questions about moments in the past, what came next, and what two recommenders would have shown."""

    gold: Sequence[frozenset[str]]
    champion: Sequence[Sequence[str]]
    challenger: Sequence[Sequence[str]]
    tags: Sequence[Mapping[str, str]]
    fresh: Sequence[bool]
    """Whether the moment lies after all that the champion was made of."""

    def only(self, keep: Sequence[bool]) -> "Replay":
        """Return some of the questions."""
        at = [n for n, one in enumerate(keep) if one]
        return Replay(**{name: [getattr(self, name)[n] for n in at] for name in Replay.__dataclass_fields__})


def recent(replay: Replay, *, seed: int) -> Check:
    """Ask whether the challenger is better on what happened after the champion was made, with its whole interval."""
    fresh = replay.only(replay.fresh)
    if len(fresh.gold) < LEAST:
        says = f"{len(fresh.gold)} questions about what happened since can be asked so far; {LEAST} are needed"
        return Check(name="recent", met=False, says=says, numbers={"n": len(fresh.gold)})
    found = _compared(fresh, seed=seed)
    met = found["low"] > 0
    says = f"on {len(fresh.gold)} moments since the champion was made, {_told(found)}"
    return Check(name="recent", met=met, says=says + ("" if met else ": that may be chance"), numbers=found)


def all_of_them(replay: Replay, *, seed: int) -> Check:
    """Ask whether it lost more than a tenth on all the questions of its exam."""
    found = _compared(replay, seed=seed)
    margin = MARGIN * found["champion"]
    says = f"on all {len(replay.gold)} questions, {_told(found)}; a loss of {margin:.4f} is allowed"
    return Check(name="all", met=found["low"] >= -margin, says=says, numbers=found | {"margin": margin})


def parts(replay: Replay, *, seed: int) -> Check:
    """Ask whether visitors of any history got worse beyond chance, all parts together (Bonferroni)."""
    members: dict[str, list[bool]] = defaultdict(lambda: [False] * len(replay.gold))
    for n, tags in enumerate(replay.tags):
        for name, value in tags.items():
            members[f"{name} {value}"][n] = True
    asked = {name: replay.only(keep) for name, keep in sorted(members.items()) if sum(keep) >= LEAST}
    rows = []
    for name, one in asked.items():
        found = _compared(one, seed=seed, confidence=1 - 0.05 / len(asked))
        rows.append({"part": name, **found, "broken": found["high"] < 0})
    broken = [str(one["part"]) for one in rows if one["broken"]]
    says = f"worse beyond chance: {', '.join(broken)}" if broken else "no group of visitors got worse beyond chance"
    return Check(name="parts", met=not broken, says=says, numbers={"parts": rows})


def impressions(champion: Mapping[str, Any] | None, challenger: Mapping[str, Any] | None) -> Check:
    """Ask whether the log of impressions says that the challenger earns less: only where chance filled some places."""
    if champion is None or challenger is None:
        says = "chance filled no place since, so impressions say nothing: [options] explore = 0.05 would let them"
        return Check(name="shown", met=True, says=says, numbers={})
    was, now = champion["snips"], challenger["snips"]
    met = now["high"] >= was["low"]
    says = (
        f"{challenger['n']:,} impressions, worth {challenger['worth']:,.0f} of its own, let it earn {now['value']:.3f} "
        f"({now['low']:.3f} to {now['high']:.3f}) each, and the champion {was['value']:.3f}"
    )
    numbers = {"champion": dict(champion), "challenger": dict(challenger)}
    return Check(name="shown", met=met, says=says + ("" if met else ": that is less"), numbers=numbers)


def _compared(replay: Replay, *, seed: int, confidence: float = 0.95) -> dict[str, Any]:
    gold, ours, theirs = replay.gold, replay.challenger, replay.champion
    found = interval.paired(
        ranking, METRIC, gold, ours, theirs, n_resamples=N_RESAMPLES, seed=seed, confidence=confidence
    )
    values = {name: ranking.ndcg_at_10(gold, getattr(replay, name)) for name in ("champion", "challenger")}
    return {"n": len(gold), **values, **found}


def _told(found: Mapping[str, Any]) -> str:
    return (
        f"NDCG@10 {found['challenger']:.4f} instead of {found['champion']:.4f} "
        f"({found['gain']:+.4f}, {found['low']:+.4f} to {found['high']:+.4f})"
    )
