"""Malformed requests by the thousand: `python -m bench.drill_malformed [N]`. No 5xx, no traceback, no growth."""

import asyncio
import collections
import sys
import tempfile
import time
from pathlib import Path

from bench.load import show
from bench.malformed import cases
from bench.serving import service, tiny_bundle

N_AT_ONCE = 32
PATIENCE_SECONDS = 2.0
Counts = collections.Counter[tuple[str, int]]


async def attack(port: int, token: str, n: int, *, seed: int = 7) -> tuple[Counts, list[bytes], float]:
    """Send each case over a connection of its own. Return counts by family and status (0: hung up on), the cases
    that were answered with 5xx other than 503, and the longest wait for an answer in seconds."""
    counts, bad, longest, made = Counts(), list[bytes](), 0.0, cases(n, token, seed)

    async def one() -> None:
        nonlocal longest
        for family, sent in made:
            started = time.perf_counter()
            status = await ask(port, sent)
            longest = max(longest, time.perf_counter() - started)
            counts[family, status] += 1
            if status >= 500 and status != 503:
                bad.append(sent)

    await asyncio.gather(*(one() for _ in range(N_AT_ONCE)))
    await asyncio.sleep(0.1)  # until the sockets are closed
    return counts, bad, longest


async def ask(port: int, sent: bytes) -> int:
    """Return the status of the first answer; 0 where the connection just ended, -1 where nothing came: the case was
    no whole request, and waits for its deadline."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        head = await asyncio.wait_for(reader.read(4_096), PATIENCE_SECONDS)
        return int(head[9:12]) if head.startswith(b"HTTP/1.1 ") else 0
    except (TimeoutError, OSError, ValueError):
        return -1
    finally:
        writer.transport.abort()


def main(n: int = 50_000) -> None:
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "stderr").open("w+") as errors:
        with service(tiny_bundle(Path(folder) / "bundle"), Path(folder) / "home", stderr=errors) as running:
            asyncio.run(attack(running.port, running.token, n // 10, seed=1))  # until it has met everything once
            before, started = running.rss_mb(), time.perf_counter()
            counts, bad, longest = asyncio.run(attack(running.port, running.token, n))
            seconds, after, code = time.perf_counter() - started, running.rss_mb(), running.end()
        errors.seek(0)
        n_traces = errors.read().count("Traceback")
    show([
        ("cases", f"{n:,} in {seconds:.0f} s"),
        *((f"{family}", str({status: n for (one, status), n in sorted(counts.items()) if one == family}))
          for family in ("framing", "schema", "unicode")),
        ("5xx other than 503 (0)", str(len(bad))),
        ("tracebacks (0)", str(n_traces)),
        ("longest answer, s", f"{longest:.2f}"),
        ("resident MB before and after", f"{before}, {after}"),
        ("exit code", str(code)),
    ])  # fmt: skip
    sys.exit(bool(bad or n_traces or code))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
