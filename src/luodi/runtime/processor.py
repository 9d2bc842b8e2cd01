"""The processor, as its system describes it. Nothing here loads a library."""

from pathlib import Path

FILE = Path("/proc/cpuinfo")
SETS = {
    "AVX2": ("avx2",),
    "AVX-512": ("avx512f",),
    "VNNI": ("avx512_vnni", "avx_vnni"),
    "BF16": ("avx512_bf16", "amx_bf16"),
    "AMX": ("amx_tile",),
}
"""Instruction sets, and the flags of which one is enough."""


def name() -> str:
    """Return what the processor calls itself."""
    return entry(FILE, "model name") or "unknown"


def flags() -> frozenset[str]:
    """Return what it can do, by the names that Linux uses; nothing where the system does not say."""
    return frozenset((entry(FILE, "flags") or entry(FILE, "Features")).split())


def instruction_sets(flags: frozenset[str]) -> list[str]:
    """Return those that matter here, of what a processor can do.

    >>> instruction_sets(frozenset({"avx2", "avx_vnni"}))
    ['AVX2', 'VNNI']
    """
    return [name for name, any_of in SETS.items() if flags & set(any_of)]


def overflows(flags: frozenset[str]) -> bool:
    """Say whether sums of products of int8 may be cut off at 16 bits, as on x86 without VNNI.

    Source: oneDNN developer guide, "Nuances of int8 Computations".

    >>> [overflows(frozenset(flags)) for flags in (("sse2", "avx2"), ("sse2", "avx2", "avx_vnni"), ("asimd",))]
    [True, False, False]
    """
    return "sse2" in flags and "VNNI" not in instruction_sets(flags)


def entry(file: Path, key: str) -> str:
    """Return what stands behind a key, the first time it comes, in a file of keys, colons and values; else nothing."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    pairs = (line.partition(":") for line in lines)
    return next((value.strip() for one, _, value in pairs if one.strip() == key), "")
