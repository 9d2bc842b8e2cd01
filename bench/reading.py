"""How fast a large CSV is read, against Python's own readers in the same run: `python -m bench.reading [MB]`."""

import csv
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from luodi.data.readers import open_table

MB = 200
ROUNDS = 3


def write(path: Path, n_bytes: int, *, quoted: bool) -> None:
    """Write rows of an id, a text of some 200 characters and a label; every other text is quoted, or none."""
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(3_000)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "text", "label"])
        n = size = 0
        while size < n_bytes:
            n += 1
            text = " ".join(rng.choices(words, k=30))
            size += writer.writerow([n, text.replace(" ", ", ", 3) if quoted and n % 2 else text, f"label {n % 7}"])


def by_reader(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def by_dict_reader(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.DictReader(file))


def by_luodi(path: Path) -> int:
    return sum(map(len, open_table(path).batches()))


def main(mb: int = MB) -> None:
    sides: list[tuple[str, Callable[[Path], int]]] = [
        ("csv.reader", by_reader),
        ("csv.DictReader", by_dict_reader),
        ("luodi", by_luodi),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for quoted in (False, True):
            path = Path(folder) / "data.csv"
            write(path, mb * 1_000_000, quoted=quoted)
            best = dict.fromkeys((name for name, _ in sides), float("inf"))
            counts = set()
            for _ in range(ROUNDS):  # in turn, so that a busy moment hits all alike
                for name, read in sides:
                    started = time.process_time()
                    counts.add(read(path))
                    best[name] = min(best[name], time.process_time() - started)
            assert len(counts) == 1, counts
            size = path.stat().st_size / 1e6
            print(f"{size:.0f} MB, {counts.pop():,} rows, {'half of them quoted' if quoted else 'no quotation marks'}")
            for name, seconds in best.items():
                ratio = best["csv.reader"] / seconds
                print(f"  {name:15} {size / seconds:6.0f} MB per CPU second, {ratio:.2f} times csv.reader")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
