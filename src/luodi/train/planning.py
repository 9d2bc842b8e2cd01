"""How many steps a training takes: all its rounds, or what its minutes allow, looked at again while it goes on.

A machine may be busy in the moment that the plan is made, or become so later: the plan would leave half of the minutes
unused, or take twice as many. So a quarter and half of the way, it is held against the pace so far. What was decided is
written down, and a training that is killed and resumed keeps to it.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from luodi.contracts import record
from luodi.store import read_json, write_json

FILE = "plan.json"
TIMED_STEPS = 8  # steps whose speed forecasts the rest
SHARES = (0.25, 0.5)  # of the first plan, after which it is looked at again
CLEARLY = 1.15  # the pace is no steadier than that: a plan that would end a little early stays
OVERRUN = 1.02  # the minutes are a promise: a plan that would end later is cut
Seconds = Callable[[], float]


@record
class Part:
    """What holds from a step on."""

    since: int
    n_steps: int
    """Of the whole training."""
    look_every: int
    """Steps between looks at dev."""


@record
class Plan:
    """What was decided, first and later, in order."""

    path: str
    """How products are computed, on the machine where it was made: another one ends with the same weights."""
    wanted: int
    """Steps that all rounds take."""
    parts: tuple[Part, ...]
    checks: tuple[int, ...]
    """Steps before which it is looked at again."""

    def at(self, step: int) -> Part:
        """Return what holds at a step."""
        return next(one for one in reversed(self.parts) if one.since <= step)

    def save(self, work: Path) -> None:
        parts = [[one.since, one.n_steps, one.look_every] for one in self.parts]
        write_json(work / FILE, {"path": self.path, "wanted": self.wanted, "checks": self.checks, "parts": parts})

    @classmethod
    def load(cls, work: Path) -> "Plan | None":
        """Return what was decided; `None` where nothing was."""
        if not (work / FILE).is_file():
            return None
        told: dict[str, Any] = read_json(work / FILE)
        parts = tuple(Part(since=since, n_steps=n, look_every=every) for since, n, every in told["parts"])
        return cls(path=told["path"], wanted=told["wanted"], checks=tuple(told["checks"]), parts=parts)


def first(wanted: int, looks: Callable[[int], int], *, path: str, max_seconds: float, seconds_a_step: Seconds) -> Plan:
    """Return the plan for all rounds, or for as many steps as the time allows; short trainings are not timed."""
    n_steps, checks = wanted, tuple[int, ...]()
    if wanted > 4 * TIMED_STEPS:
        n_steps = max(TIMED_STEPS, min(wanted, int(max_seconds / seconds_a_step())))
        checks = tuple(sorted({max(1, round(share * n_steps)) for share in SHARES}))
    return Plan(path=path, wanted=wanted, parts=(_part(0, n_steps, looks),), checks=checks)


def again(
    plan: Plan, step: int, looks: Callable[[int], int], *, left_seconds: float, seconds_a_step: float | None
) -> Plan:
    """Return the plan with what holds from this step on; without a pace, or with the pace as planned, that is the same.

    >>> plan = first(100, lambda n: 1, path="fp32", max_seconds=10.0, seconds_a_step=lambda: 0.2)
    >>> plan.at(0).n_steps, plan.checks
    (50, (12, 25))
    >>> again(plan, 12, lambda n: 1, left_seconds=8.0, seconds_a_step=0.1).at(12).n_steps
    92
    >>> again(plan, 25, lambda n: 1, left_seconds=5.0, seconds_a_step=0.21).at(25).n_steps
    48
    """
    n_steps = plan.at(step).n_steps
    if seconds_a_step is not None:
        n = min(plan.wanted, step + max(TIMED_STEPS, int(left_seconds / seconds_a_step)))
        n_steps = n_steps if n_steps / OVERRUN < n < n_steps * CLEARLY else n
    parts = (*plan.parts, _part(step, n_steps, looks))
    return Plan(path=plan.path, wanted=plan.wanted, parts=parts, checks=plan.checks)


def _part(since: int, n_steps: int, looks: Callable[[int], int]) -> Part:
    return Part(since=since, n_steps=n_steps, look_every=max(1, math.ceil(n_steps / looks(n_steps))))
