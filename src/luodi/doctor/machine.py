"""The machine, as its system describes it: cores, memory, disk, clock. Nothing here loads a library."""

import ctypes
import os
import shutil
import socket
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from luodi.runtime import processor

MEMORY = Path("/proc/meminfo")
N_SYNCS = 40
TIME_ERROR = 5  # sys/timex.h: the clock is not synchronized


def cores() -> tuple[int, float]:
    """Return the cores that this process may use, and how many of them its container is allowed in sum."""
    n = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = _text("/sys/fs/cgroup/cpu.max").partition(" ")
    with suppress(ValueError, ZeroDivisionError):
        return n, min(n, int(quota) / int(period))
    return n, float(n)


def memory_gb() -> tuple[float, float]:
    """Return memory in all and free in GB (10^9 bytes), as far as this process's container is allowed."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    free = total
    with suppress(ValueError):
        free = int(processor.entry(MEMORY, "MemAvailable").split()[0] or 0) * 1024
    with suppress(ValueError):
        limit = int(_text("/sys/fs/cgroup/memory.max"))
        used = int(_text("/sys/fs/cgroup/memory.current") or 0)
        total, free = min(total, limit), min(free, limit - used)
    return total / 1e9, free / 1e9


def huge_pages() -> str:
    """Return how the system gives large pages: "always", "madvise", "never", or nothing where it does not say."""
    _, _, rest = _text("/sys/kernel/mm/transparent_hugepage/enabled").partition("[")
    return rest.partition("]")[0]


def allocator() -> str:
    """Return what hands out memory: the C library, or what was loaded before it."""
    loaded = os.environ.get("LD_PRELOAD", "")
    return next((name for name in ("jemalloc", "tcmalloc", "mimalloc") if name in loaded), "libc")


def disk(folder: Path) -> dict[str, Any]:
    """Return free_gb, and sync_ms, the median time to have 4 kB on the disk; raises `OSError` where none may write."""
    free_gb = shutil.disk_usage(folder).free / 1e9
    times = []
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".luodi-doctor-") as file:
        for _ in range(N_SYNCS):
            started = time.perf_counter()
            file.write(b"\0" * 4_096)
            file.flush()
            os.fsync(file.fileno())
            times.append(1_000 * (time.perf_counter() - started))
    return {"free_gb": round(free_gb, 1), "sync_ms": round(sorted(times)[len(times) // 2], 2)}


def is_free(port: int) -> bool:
    """Say whether a service could listen on a port of the loopback."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def clock() -> str:
    """Return "" for a clock that looks right, "behind" for one before our own files, "alone" for one nobody sets."""
    if time.time() < Path(__file__).stat().st_mtime:
        return "behind"
    if sys.platform == "linux":
        told = ctypes.create_string_buffer(512)  # struct timex; all zeros asks and changes nothing
        if ctypes.CDLL(None).adjtimex(told) == TIME_ERROR:
            return "alone"
    return ""


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
