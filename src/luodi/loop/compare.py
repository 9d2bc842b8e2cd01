"""Champion against challenger on the same questions: better where it matters, and not worse anywhere that shows.

Reviewed traffic is where the challenger must be better: McNemar's exact test, one-sided, since a challenger that is
worse is refused all the same. On the gold set, which may know nothing of what is new, it must not be worse by more than
a margin that is stated before (Piaggio et al. 2012, "Reporting of Noninferiority and Equivalence Randomized Trials").
Parts are many, so what chance may do to one of them is Holm's to say (Holm 1979, "A Simple Sequentially Rejective
Multiple Test Procedure").
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from luodi import registry
from luodi.contracts import record
from luodi.metrics import interval
from luodi.metrics.paired import at_least

ALPHA = 0.05
LEAST_RECENT = 30
N_RESAMPLES = 2_000
ONE_SIDED = 1.645  # standard errors of a one-sided 95 % interval


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
    """Ask whether the challenger is better on reviewed traffic, of which neither has learned what it is asked."""
    numbers = _numbers(sat)
    if len(sat.gold) < LEAST_RECENT:
        says = f"{len(sat.gold)} reviewed texts can be compared on so far; {LEAST_RECENT} are needed"
        return Check(name="recent", met=False, says=says, numbers=numbers)
    p = at_least(numbers["wins"], numbers["wins"] + numbers["losses"])
    met = p < ALPHA
    says = f"{_told(numbers)}, p = {p:.2g})" + ("" if met else ": that may be chance")
    return Check(name="recent", met=met, says=f"on {len(sat.gold)} reviewed texts, {says}", numbers=numbers | {"p": p})


def drawn(sat: Sat) -> Check:
    """Ask of the texts that chance drew from all answers whether the challenger is worse; they stand for the traffic.

    The others were picked because the champion was unsure, and there another model of the same worth may look better.
    """
    if not sat.gold:
        says = "no text that chance drew was reviewed: of all traffic, the gold set alone speaks"
        return Check(name="drawn", met=True, says=says, numbers={"n": 0})
    numbers = _numbers(sat)
    p = at_least(numbers["losses"], numbers["wins"] + numbers["losses"])
    low, high = (100 * one for one in numbers["interval"])
    met = p >= ALPHA
    says = (
        f"on {len(sat.gold)} of them that chance drew from all answers, {_told(numbers)}: {low:+.1f} to {high:+.1f} "
        f"points)" + ("" if met else ": but that it is worse is no chance")
    )
    return Check(name="drawn", met=met, says=says, numbers=numbers | {"p": p})


def gold(exams: Sequence[Sat], metric: str, *, seed: int, margin: float) -> Check:
    """Ask whether the challenger lost more than the margin of what was known, with its whole one-sided interval.

    The exams, of which the gold set is the first, count as one; accuracy and the metric that decides are both asked.
    """
    sat = Sat(**{name: [one for exam in exams for one in getattr(exam, name)] for name in Sat.__dataclass_fields__})
    family, name = sys.modules[registry.metric(metric).__module__], metric.partition(".")[2]
    found = interval.paired(
        family, name, sat.gold, sat.challenger, sat.champion,
        n_resamples=N_RESAMPLES, seed=seed, confidence=1 - 2 * ALPHA,
    )  # fmt: skip
    accuracy = _numbers(sat) | {"low": _difference(sat, z=ONE_SIDED)[0]}
    least = (("accuracy", accuracy["low"]), (name.replace("_", " "), found["low"]))
    lost = [one for one, low in least if low < -margin]
    own = _numbers(exams[0])
    numbers = {"n": len(sat.gold), "metric": metric, "margin": margin, **found, "accuracy": accuracy, "gold": own}
    rest = f" and {len(sat.gold) - own['n']} of the scenario's own" if len(sat.gold) > own["n"] else ""
    says = (
        f"on the {own['n']} gold questions ({own['challenger']:.1%} instead of {own['champion']:.1%}){rest}, "
        f"{_told(accuracy)}); with {1 - ALPHA:.0%} confidence it lost at most "
        f"{', '.join(f'{max(0.0, -low):.3f} of {one}' for one, low in least)}, and {margin:.3f} is allowed"
    )
    return Check(name="gold", met=not lost, says=says, numbers=numbers)


def parts(exams: Sequence[Sat], recent: Sat) -> Check:
    """Ask whether any label or slice got worse beyond chance, over all exams together and all parts together.

    Of a label: whether it was rightly given or withheld, on texts that bear it or were given it by either model. What
    is new takes texts from its neighbors: they may lose as many of their own as they no longer get of others. And a
    label that means more than it did is given more freely: where it is better on reviewed traffic beyond chance, it may
    be worse on what was known, as far as `gold` lets it.
    """
    now = _members([recent])
    rows = _holm([_part(name, rights) for name, rights in sorted(_members([*exams, recent]).items())])
    rows = [one | {"grown": one["broken"] and _is_better(now.get(one["part"], []))} for one in rows]
    broken = [one for one in rows if one["broken"] and not one["grown"]]
    grown = [one for one in rows if one["grown"]]
    says = f"worse beyond chance: {_listed(broken)}" if broken else "no label and no slice got worse beyond chance"
    if grown:
        says += f"; better on what comes in now, and worse on all together: {_listed(grown)}"
    return Check(name="parts", met=not broken, says=says, numbers={"parts": rows})


def _members(exams: Sequence[Sat]) -> dict[str, list[tuple[bool, bool]]]:
    """Return of each part, for each text that is of it, whether champion and challenger were right about it."""
    made: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for sat in exams:
        for y, one, other, tags in zip(sat.gold, sat.champion, sat.challenger, sat.tags, strict=True):
            for part in _parts_of((y, one, other), tags):
                made[part].append((_right(part, y, one), _right(part, y, other)))
    return made


def _is_better(rights: Sequence[tuple[bool, bool]]) -> bool:
    wins, losses = sum(new and not old for old, new in rights), sum(old and not new for old, new in rights)
    return at_least(wins, wins + losses) < ALPHA


def _listed(rows: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(
        f"{one['part']} ({one['challenger']:.0%} instead of {one['champion']:.0%} of {one['n']})" for one in rows
    )


def _holm(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mark the parts that are broken: their p, times the number of parts not yet decided, is below alpha."""
    made, most = list[dict[str, Any]](), 0.0
    for n, one in enumerate(sorted(rows, key=lambda one: one["p"])):
        most = max(most, min(1.0, one["p"] * (len(rows) - n)))
        made.append(one | {"holm": most, "broken": most < ALPHA})
    return made


def _parts_of(answers: Sequence[Any], tags: Mapping[str, str]) -> Iterator[str]:
    labels = {label for one in answers for label in ((one,) if isinstance(one, str) else one)}
    yield from (f"label {label}" for label in sorted(labels - {""}))
    yield from (f"{column} {value}" for column, value in sorted(tags.items()) if value)


def _right(part: str, y: Any, answer: Any) -> bool:
    """Say whether an answer is right, as far as a part is concerned: a label is rightly given, or rightly withheld."""
    kind, _, label = part.partition(" ")
    if kind != "label":
        return bool(answer == y)
    given, due = (one == label if isinstance(one, str) else label in one for one in (answer, y))
    return bool(given == due)


def _part(name: str, rights: Sequence[tuple[bool, bool]]) -> dict[str, Any]:
    wins = sum(new and not old for old, new in rights)
    losses = sum(old and not new for old, new in rights)
    old, new = (sum(one[n] for one in rights) / len(rights) for n in (0, 1))
    p = at_least(losses, wins + losses)
    return {"part": name, "n": len(rights), "champion": old, "challenger": new, "p": p}


def _numbers(sat: Sat) -> dict[str, Any]:
    made = {"n": len(sat.gold), "wins": _wins(sat), "losses": _losses(sat), "interval": _difference(sat)}
    return made | {who: _share(getattr(sat, who), sat.gold) for who in ("champion", "challenger")}


def _told(numbers: Mapping[str, Any]) -> str:
    """Return what two models got right, with an open bracket at its end."""
    return (
        f"{numbers['challenger']:.1%} right instead of {numbers['champion']:.1%} "
        f"({numbers['wins']} won, {numbers['losses']} lost"
    )


def _share(answers: Sequence[Any], gold: Sequence[Any]) -> float:
    return sum(a == g for a, g in zip(answers, gold, strict=True)) / len(gold) if gold else 0.0


def _wins(sat: Sat) -> int:
    return sum(b == g != a for g, a, b in zip(sat.gold, sat.champion, sat.challenger, strict=True))


def _losses(sat: Sat) -> int:
    return sum(a == g != b for g, a, b in zip(sat.gold, sat.champion, sat.challenger, strict=True))


def _difference(sat: Sat, z: float = 1.96) -> tuple[float, float]:
    """Return the interval, 95 % two-sided, of the difference of two paired shares.

    Source: Agresti and Min 2005, "Simple improved confidence intervals for comparing matched proportions": Wald's,
    with half a question added to each of the four cells.
    """
    n = len(sat.gold) + 2
    b, c = _wins(sat) + 0.5, _losses(sat) + 0.5
    gain, spread = (b - c) / n, z * ((b + c) - (b - c) ** 2 / n) ** 0.5 / n
    return gain - spread, gain + spread
