"""Read the corpus of disasters and count what came of it: `python -m bench.disasters [N] [SEED]`."""

import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests import disasters

N, SEED = 2_000, 1


def main(n: int = N, seed: int = SEED) -> int:
    kinds, failed = Counter(), Counter()
    slowest, n_rows = (0.0, ""), 0
    with tempfile.TemporaryDirectory() as folder:
        for case in disasters.corpus(Path(folder), n, seed=seed):
            started = time.perf_counter()
            said = disasters.ordeal(case)
            slowest = max(slowest, (time.perf_counter() - started, case.kind))
            kinds[case.kind] += 1
            n_rows += case.n_rows or 0
            if said:
                failed[f"{case.path.parent.name} {case.kind}: {said}"] += 1
    for said in failed:
        print(said)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    tracebacks = sum("traceback" in said for said in failed)
    print(f"{n} files of {len(kinds)} kinds, {n_rows:,} rows that must come out or be listed (seed {seed})")
    print(f"as they should: {n - len(failed)}; not: {len(failed)}; tracebacks: {tracebacks}")
    print(f"slowest: {slowest[0]:.2f} s ({slowest[1]}); peak memory with the generator: {peak:,.0f} MiB")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
