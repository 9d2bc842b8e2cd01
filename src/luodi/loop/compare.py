"""Champion against challenger on the same questions: better where it matters, and not worse anywhere that shows.

Recent reviewed traffic is where the challenger must be better: McNemar's exact test, two-sided. On the gold set, which
may know nothing of what is new, it must not be worse: not significantly, and not by more than a margin that is stated
before, with its whole interval (Piaggio et al. 2012, "Reporting of Noninferiority and Equivalence Randomized Trials").
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from luodi import registry
from luodi.contracts import record
from luodi.metrics import interval
from luodi.metrics.paired import at_least, mcnemar

ALPHA = 0.05
LEAST_RECENT = 30
BROKEN, BIG, BIG_BROKEN = 0.01, 0.10, 0.05
"""A label or slice is broken where the loss is this unlikely to be chance; or large, and this unlikely."""
N_RESAMPLES = 2_000


@record
class Sat:
    """An exam that both models sat."""

    gold: Sequence[Any]
    champion: Sequence[Any]
    challenger: Sequence[Any]
    tags: Sequence[Mapping[str, str]]
    """Columns to slice by; empty mappings where there are none."""


@record
class Check:
    """One thing that was asked of the challenger."""

    name: str
    met: bool
    says: str
    numbers: Mapping[str, Any]


def recent(sat: Sat) -> Check:
    """Ask whether the challenger is better on reviewed traffic that neither has learned from."""
    n = len(sat.gold)
    wins, losses = _wins(sat), _losses(sat)
    ours, theirs = _share(sat.challenger, sat.gold), _share(sat.champion, sat.gold)
    p = mcnemar(wins, losses)
    numbers: dict[str, Any] = {"n": n, "champion": theirs, "challenger": ours, "wins": wins, "losses": losses, "p": p}
    if n < LEAST_RECENT:
        says = f"{n} reviewed texts are set aside so far; {LEAST_RECENT} are needed to compare on"
        return Check(name="recent", met=False, says=says, numbers=numbers)
    numbers["interval"] = _difference(sat)
    met = p < ALPHA and wins > losses
    says = (
        f"on {n} reviewed texts that neither learned from, {ours:.1%} right instead of {theirs:.1%}"
        f" ({wins} won, {losses} lost, p = {p:.2g})" + ("" if met else ": that may be chance")
    )
    return Check(name="recent", met=met, says=says, numbers=numbers)


def gold(sat: Sat, metric: str, *, seed: int, margin: float) -> Check:
    """Ask whether the challenger is as good as the champion on the gold set, by the metric that decides."""
    family, name = sys.modules[registry.metric(metric).__module__], metric.partition(".")[2]
    found = interval.paired(
        family, name, sat.gold, sat.challenger, sat.champion,
        n_resamples=N_RESAMPLES, seed=seed, confidence=1 - 2 * ALPHA,
    )  # fmt: skip
    values = {who: float(registry.metric(metric)(sat.gold, getattr(sat, who))) for who in ("champion", "challenger")}
    numbers = {"n": len(sat.gold), "metric": metric, "margin": margin, **values, **found}
    worse = found["high"] < 0
    met = found["low"] >= -margin and not worse
    says = (
        f"on the {len(sat.gold)} gold questions, {name.replace('_', ' ')} {values['challenger']:.3f} instead of "
        f"{values['champion']:.3f}; with {1 - ALPHA:.0%} confidence it lost at most {max(0.0, -found['low']):.3f},"
        f" and {margin:.3f} is allowed" + (": but that it lost is no chance" if worse else "")
    )
    return Check(name="gold", met=met, says=says, numbers=numbers)


def parts(exams: Sequence[Sat]) -> Check:
    """Ask whether any label or slice got worse, over all exams together."""
    members: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for sat in exams:
        for y, one, other, tags in zip(sat.gold, sat.champion, sat.challenger, sat.tags, strict=True):
            for part in _parts_of(y, tags):
                members[part].append((_right(part, y, one), _right(part, y, other)))
    rows = [_part(name, rights) for name, rights in sorted(members.items())]
    broken = [one for one in rows if one["broken"]]
    says = "no label and no slice got worse beyond chance"
    if broken:
        says = "worse beyond chance: " + ", ".join(
            f"{one['part']} ({one['challenger']:.0%} instead of {one['champion']:.0%} of {one['n']})" for one in broken
        )
    return Check(name="parts", met=not broken, says=says, numbers={"parts": rows})


def _parts_of(y: Any, tags: Mapping[str, str]) -> Iterator[str]:
    yield from (f"label {label}" for label in ((y,) if isinstance(y, str) else sorted(y)))
    yield from (f"{column} {value}" for column, value in sorted(tags.items()) if value)


def _right(part: str, y: Any, answer: Any) -> bool:
    """Say whether an answer is right, as far as a part is concerned: one of several labels is found or not."""
    kind, _, label = part.partition(" ")
    return label in answer if kind == "label" and not isinstance(y, str) else answer == y


def _part(name: str, rights: Sequence[tuple[bool, bool]]) -> dict[str, Any]:
    wins = sum(new and not old for old, new in rights)
    losses = sum(old and not new for old, new in rights)
    p = at_least(losses, wins + losses)
    old, new = (sum(one[n] for one in rights) / len(rights) for n in (0, 1))
    broken = losses > wins and (p < BROKEN or (p < BIG_BROKEN and old - new >= BIG))
    return {"part": name, "n": len(rights), "champion": old, "challenger": new, "p": p, "broken": broken}


def _share(answers: Sequence[Any], gold: Sequence[Any]) -> float:
    return sum(a == g for a, g in zip(answers, gold, strict=True)) / len(gold) if gold else 0.0


def _wins(sat: Sat) -> int:
    return sum(b == g != a for g, a, b in zip(sat.gold, sat.champion, sat.challenger, strict=True))


def _losses(sat: Sat) -> int:
    return sum(a == g != b for g, a, b in zip(sat.gold, sat.champion, sat.challenger, strict=True))


def _difference(sat: Sat) -> tuple[float, float]:
    """Return the 95 % interval of the difference of two paired shares.

    Source: Agresti and Min 2005, "Simple improved confidence intervals for comparing matched proportions": Wald's,
    with half a question added to each of the four cells.
    """
    n = len(sat.gold) + 2
    b, c = _wins(sat) + 0.5, _losses(sat) + 0.5
    gain, spread = (b - c) / n, 1.96 * ((b + c) - (b - c) ** 2 / n) ** 0.5 / n
    return gain - spread, gain + spread
