"""What this machine can do, and which path the torch models take on it."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import torch

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h


@cache
def device() -> torch.device:
    """Return where models learn: the GPU that is there, else the processor; `LUODI_DEVICE` overrules it."""
    wanted = os.environ.get("LUODI_DEVICE")
    if wanted:
        return torch.device(wanted)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@cache
def has_fast_bf16() -> bool:
    """Say whether bfloat16 products are done in hardware; without it they are emulated, and slower."""
    if device().type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        flags = next(line for line in lines if line.startswith("flags"))
    except (OSError, StopIteration):
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


@contextmanager
def fast() -> Iterator[None]:
    """Compute products in bfloat16 where the hardware does, keeping weights and sums in float32."""
    keep_memory()
    with torch.autocast(device().type, dtype=torch.bfloat16, enabled=has_fast_bf16()):
        yield


@cache
def keep_memory() -> None:
    """Keep glibc from giving large blocks back after every step.

    Page faults of short-lived tensors cost up to a third of a training step (docs/logbook.md, 2026-11-23).
    """
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(M_MMAP_THRESHOLD, 1 << 30)
        libc.mallopt(M_TRIM_THRESHOLD, (1 << 31) - 1)
    except OSError:  # another C library; only slower
        return
