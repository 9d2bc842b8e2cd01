"""Where answers stand in their passages, as far as the data says it: what is sure, what is a guess, what has none."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from luodi.contracts import Facts
from luodi.store import read_lines

FILE = "places.csv"
SEVERAL = "in several places"


def report(out: Path, files: Sequence[Path]) -> Facts:
    """Count the questions by what is known of their answer's place, and list those where the first was taken."""
    counts = Counter[str]()
    with (out / FILE).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["where", "start:end"])
        for row in (one for path in files for one in read_lines(path)):
            tag = row["tags"].get("answer", "")
            counts[tag] += 1
            if tag == SEVERAL:
                table.writerow([row["line"], " ".join(row["y"])])
    return dict(sorted(counts.items()))
