"""Timed windows, interleaved, with a guard: a window in which others took much of the machine does not count."""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

MOST_TAKEN_BY_OTHERS = 0.03
MOST_TRIES = 12


def interleaved(sides: dict[str, Callable[[], object]], *, n_windows: int) -> dict[str, list[float]]:
    """Return the seconds of each side's quiet windows, A B A B …; gives up after some noisy tries."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for run in sides.values():
        run()  # warm
    for _ in range(MOST_TRIES):
        for name, run in sides.items():
            if len(times[name]) >= n_windows:
                continue
            before = _cpu()
            started = time.perf_counter()
            run()
            seconds = time.perf_counter() - started
            if _taken_by_others(before, seconds) <= MOST_TAKEN_BY_OTHERS:
                times[name].append(seconds)
        if all(len(one) >= n_windows for one in times.values()):
            break
    return times


def median_ratio(times: dict[str, list[float]], ours: str, theirs: str) -> float:
    """Return how many times faster ours is, by the medians."""
    return statistics.median(times[theirs]) / statistics.median(times[ours])


def _cpu() -> tuple[float, float]:
    """Return seconds of processor time used by everybody, and by this process and its children."""
    fields = [int(one) for one in Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:]]
    busy = sum(fields) - fields[3] - fields[4]  # all but idle and waiting for disks
    mine = sum(os.times()[:4])
    return busy / os.sysconf("SC_CLK_TCK"), mine


def _taken_by_others(before: tuple[float, float], seconds: float) -> float:
    after = _cpu()
    others = (after[0] - before[0]) - (after[1] - before[1])
    return max(0.0, others) / (seconds * (os.cpu_count() or 1))
