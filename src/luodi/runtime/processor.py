"""The processor, as its system describes it. Nothing here loads a library."""

from pathlib import Path

FILE = Path("/proc/cpuinfo")


def name() -> str:
    """Return what the processor calls itself."""
    return _after("model name") or "unknown"


def flags() -> frozenset[str]:
    """Return what it can do, by the names that Linux uses; nothing where the system does not say."""
    return frozenset((_after("flags") or _after("Features")).split())


def overflows(flags: frozenset[str]) -> bool:
    """Say whether sums of products of int8 may be cut off at 16 bits, as on x86 without VNNI.

    Source: oneDNN developer guide, "Nuances of int8 Computations".

    >>> [overflows(frozenset(flags)) for flags in (("sse2", "avx2"), ("sse2", "avx2", "avx_vnni"), ("asimd",))]
    [True, False, False]
    """
    return "sse2" in flags and not flags & {"avx512_vnni", "avx_vnni"}


def _after(key: str) -> str:
    """Return what stands behind a key, the first time it comes; nothing where it does not."""
    try:
        lines = FILE.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == key), "")
