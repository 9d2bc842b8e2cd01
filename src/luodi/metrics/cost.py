"""What an answer costs: names of the targets that must stay below their number. Measured in `runtime.measure`."""

METRICS = ("p50_ms", "p95_ms", "size_mb", "memory_mb", "usd_per_1k")


def p50_ms(measured: dict[str, float]) -> float:
    """Median time of one request alone, in milliseconds."""
    return measured["p50_ms"]


def p95_ms(measured: dict[str, float]) -> float:
    """Time within which 95 of 100 requests are answered, one at a time, in milliseconds."""
    return measured["p95_ms"]


def size_mb(measured: dict[str, float]) -> float:
    """Size of the model on disk, in MB (10^6 bytes)."""
    return measured["size_mb"]


def memory_mb(measured: dict[str, float]) -> float:
    """Resident memory of a process that answers requests, in MB (10^6 bytes)."""
    return measured["memory_mb"]


def usd_per_1k(measured: dict[str, float]) -> float:
    """Price of 1,000 requests: their mean time, on all cores, at the price of a core-hour."""
    return measured["usd_per_1k"]
