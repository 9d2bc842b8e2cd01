"""Time and weigh an exported model in a process of its own: `python -m luodi.runtime.measure FOLDER TEXTS.json`."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from luodi import child
from luodi.contracts import Metered
from luodi.runtime import processor

N_SINGLE = 200
MAX_SECONDS = 8.0


def measure(folder: Path, texts: Sequence[str], *, work: Path, core_hour: float) -> dict[str, float]:
    """Return load_s, p50_ms, p95_ms, texts_per_s, size_mb, memory_mb and usd_per_1k of a session."""
    file = work / "measure.json"
    file.write_text(json.dumps(list(texts)), encoding="utf-8")
    command = child.command("luodi.runtime.measure", str(folder), str(file))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"measuring failed: {done.stderr[-2000:]}"
    file.unlink()
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    cores = len(os.sched_getaffinity(0))
    measured.setdefault("usd_per_1k", 1_000 * measured["mean_ms"] / 1_000 * cores * core_hour / 3_600)
    measured["size_mb"] = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file()) / 1e6
    return {name: _round(value) for name, value in measured.items()}


def main(folder: Path, texts: Sequence[str]) -> dict[str, float]:
    """Open the session and time it, first one text at a time and then all together."""
    from luodi.runtime.session import open_session

    started = time.perf_counter()
    session = open_session(folder)
    session.predict(texts[:1])
    load_s = time.perf_counter() - started
    if isinstance(session, Metered):
        return {"load_s": load_s, **session.measured(texts), "memory_mb": _resident_mb()}
    singles = []
    begun = time.perf_counter()
    session.predict(texts[:8])
    for n in range(N_SINGLE):
        started = time.perf_counter()
        session.predict([texts[n % len(texts)]])
        singles.append(1_000 * (time.perf_counter() - started))
        if time.perf_counter() - begun > MAX_SECONDS:
            break
    singles.sort()
    started = time.perf_counter()
    session.predict(texts)
    together = time.perf_counter() - started
    return {
        "load_s": load_s,
        "mean_ms": sum(singles) / len(singles),
        "p50_ms": singles[len(singles) // 2],
        "p95_ms": singles[int(0.95 * len(singles))],
        "texts_per_s": len(texts) / together,
        "memory_mb": _resident_mb(),
    }


def _resident_mb() -> float:
    """Return the resident memory of this process, in MB (10^6 bytes)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, ValueError):  # not Linux: the peak instead
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def machine() -> dict[str, Any]:
    """Say what this machine is, without naming it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": processor.name(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory / 1e9, 1),
        "python": sys.version.split()[0],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))) + "\n")
