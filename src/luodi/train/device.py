"""What this machine can do, and which path the torch models take on it."""

import ctypes
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch

from luodi.errors import SetupError

PATHS = ("bf16", "fp32", "fp32-onednn")
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h


@cache
def device() -> torch.device:
    """Return where models learn: the GPU that is there, else the processor; `LUODI_DEVICE` overrules it."""
    wanted = os.environ.get("LUODI_DEVICE")
    if wanted:
        return torch.device(wanted)
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))  # torchrun's: one GPU for each process


@cache
def path() -> str:
    """Return how products are computed where speed counts: "bf16", "fp32", or "fp32-onednn" (torch's other library).

    On a processor it was measured once and noted for this user (`train/probe.py`); `LUODI_TRAIN_PATH` overrules it.
    """
    asked = os.environ.get("LUODI_TRAIN_PATH")
    if asked in PATHS:
        return asked
    if asked:
        raise SetupError(f"there is no path {asked!r}", where="LUODI_TRAIN_PATH", fix=f"use one of {', '.join(PATHS)}")
    if device().type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    from luodi.train import probe

    return probe.chosen()


def has_fast_bf16() -> bool:
    """Say whether bfloat16 products are faster here than others, and safe; elsewhere they are emulated."""
    return path() == "bf16"


_in_force: list[str] = []


@contextmanager
def fast(wanted: str | None = None) -> Iterator[None]:
    """Compute products on this machine's fastest path, or the one asked for; weights and sums stay in float32."""
    keep_memory()
    used = wanted or path()
    _in_force.append(used)
    try:
        with torch.autocast(device().type, dtype=torch.bfloat16, enabled=used == "bf16"):
            yield
    finally:
        _in_force.pop()


def in_force() -> str | None:
    """Return the path that the innermost `fast` took; `None` outside of any."""
    return _in_force[-1] if _in_force else None


@cache
def keep_memory() -> None:
    """Keep glibc from giving large blocks back after every step.

    Page faults of short-lived tensors cost up to a third of a training step (docs/logbook.md, 2026-11-23).
    """
    if (libc := _glibc()) is not None:
        libc.mallopt(M_MMAP_THRESHOLD, 1 << 30)
        libc.mallopt(M_TRIM_THRESHOLD, (1 << 31) - 1)


def give_memory_back() -> None:
    """Return to the system what `keep_memory` kept for a next step: after a training, before what needs room itself."""
    gc.collect()
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL("libc.so.6")
    except OSError:  # another C library: only slower, or larger
        return None
