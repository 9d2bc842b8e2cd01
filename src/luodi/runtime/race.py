"""Which of several exported models is faster here? `python -m luodi.runtime.race TEXTS.json FOLDER…`, side by side."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from luodi import child

N_ROUNDS, N_SINGLE, N_TEXTS = 7, 15, 128
MAX_SECONDS = 20.0
CLEARLY = 1.25  # clocks jitter; who is faster by less is not chosen for it
ENOUGH_MS = 1.0  # an engine that answers a text within so long is fast enough to look no further

Times = dict[str, float]


def race(folders: Mapping[str, Path], texts: Sequence[str], *, work: Path) -> dict[str, Times]:
    """Return `p50_ms` of one text and `texts_per_s` of many for each session; all take their turn in every round."""
    file = work / "race.json"
    file.write_text(json.dumps(list(texts[:N_TEXTS])), encoding="utf-8")
    command = child.command("luodi.runtime.race", str(file), *map(str, folders.values()))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the race failed: {done.stderr[-2000:]}"
    file.unlink()
    return dict(zip(folders, json.loads(done.stdout.splitlines()[-1]), strict=True))


def beats(challenger: Times, holder: Times) -> bool:
    """Say whether one engine is clearly faster than the one that would be taken without it.

    Faster for one text, which price and response time are counted by, or for many, and not slower for the other.

    >>> beats({"p50_ms": 2.0, "texts_per_s": 300}, {"p50_ms": 4.0, "texts_per_s": 310})
    True
    >>> beats({"p50_ms": 2.0, "texts_per_s": 300}, {"p50_ms": 4.0, "texts_per_s": 600})
    False
    """
    one = holder["p50_ms"] / challenger["p50_ms"]
    many = challenger["texts_per_s"] / holder["texts_per_s"]
    return max(one, many) > CLEARLY and min(one, many) > 1 / CLEARLY


def main(texts: Sequence[str], folders: Sequence[Path]) -> list[Times]:
    """Time the sessions in turn; the medians count."""
    from luodi.runtime.session import open_session

    sessions = [open_session(folder) for folder in folders]
    singles: list[list[float]] = [[] for _ in folders]
    many: list[list[float]] = [[] for _ in folders]
    for session in sessions:
        session.predict(texts)
    begun = time.perf_counter()
    for turn in range(N_ROUNDS):
        for n, session in enumerate(sessions):
            for k in range(N_SINGLE):
                one = texts[(turn * N_SINGLE + k) % len(texts)]
                started = time.perf_counter()
                session.predict([one])
                singles[n].append(1_000 * (time.perf_counter() - started))
            started = time.perf_counter()
            session.predict(texts)
            many[n].append(len(texts) / (time.perf_counter() - started))
        if time.perf_counter() - begun > MAX_SECONDS:
            break
    return [
        {"p50_ms": float(f"{statistics.median(ms):.4g}"), "texts_per_s": float(f"{statistics.median(rate):.4g}")}
        for ms, rate in zip(singles, many, strict=True)
    ]


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(main(given, [Path(one) for one in sys.argv[2:]])) + "\n")
