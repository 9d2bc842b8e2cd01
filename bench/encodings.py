"""How often an encoding is recognized, and the text decoded as it was written: `python -m bench.encodings [N] [SEED]`.

The texts are made, not taken from any data: half of the characters from the list of frequent ones (which the recognizer
knows too), half evenly from level 1 of GB 2312 or Big5, of which real texts use far fewer: they are harder than life.
"""

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from luodi.data.frequent import SIMPLIFIED, TRADITIONAL
from luodi.data.readers import open_table
from luodi.errors import LuodiError

N, SEED = 500, 1
WORDS = ["OK", "app", "2024", "iPhone 15", "3.5", "VIP", "http://a.cn", "A/B"]


def level_1(encoding: str, leads: range, trails: list[int]) -> list[str]:
    """Return the characters of the first level of a Chinese character set."""
    found = [bytes([lead, trail]).decode(encoding, "ignore") for lead in leads for trail in trails]
    return [char for char in found if char]


GB = level_1("gb2312", range(0xB0, 0xD8), list(range(0xA1, 0xFF)))
BIG5 = level_1("big5", range(0xA4, 0xC7), [*range(0x40, 0x7F), *range(0xA1, 0xFF)])
FREQUENT_TW = [char for char in SIMPLIFIED + TRADITIONAL if char.encode("big5", "ignore")]
RARE = [chr(code) for code in range(0x20000, 0x20100)]  # four bytes in GB18030
TABLES = {
    "gbk": (list(SIMPLIFIED), GB, []),
    "gb18030": (list(SIMPLIFIED), GB, RARE),
    "big5": (FREQUENT_TW, BIG5, []),
    "utf-16-le": (list(SIMPLIFIED), GB, RARE),
    "utf-16-be": (list(SIMPLIFIED), GB, RARE),
    "utf-16": (list(SIMPLIFIED), GB, RARE),
    "utf-8": (list(SIMPLIFIED), GB, RARE),
    "utf-8-sig": (FREQUENT_TW, BIG5, []),
}


def text(rng: random.Random, encoding: str, n_characters: int = 200) -> list[str]:
    """Return the cells of a column: `n_characters` or a few more in all."""
    frequent, level, rare = TABLES[encoding]
    cells, n = [], 0
    while n < n_characters:
        size = rng.randint(8, 40)
        cell = "".join(rng.choice(frequent if rng.random() < 0.5 else level) for _ in range(size))
        cell += rng.choice(rare) if rare and rng.random() < 0.1 else ""
        cell += rng.choice(WORDS) if rng.random() < 0.3 else ""
        cells.append(cell)
        n += len(cell)
    return cells


def main(n: int = N, seed: int = SEED) -> int:
    right, wrong = Counter(), Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        for encoding in TABLES:
            for k in range(n):
                cells = text(random.Random(f"{seed}/{encoding}/{k}"), encoding)
                path.write_bytes("".join(f"{cell},{m}\n" for m, cell in enumerate(["text", *cells])).encode(encoding))
                try:
                    read = [row["text"] for _, row in open_table(path, header=True, delimiter=",").rows()]
                except (LuodiError, KeyError, TypeError):
                    read = []
                (right if read == cells else wrong)[encoding] += 1
    for encoding in TABLES:
        print(f"{encoding:10} {right[encoding]:6} of {n} texts of 200 characters came out as they were written")
    share = right.total() / (right.total() + wrong.total())
    print(f"{'all':10} {right.total():6} of {right.total() + wrong.total()}: {100 * share:.2f} %")
    return int(share < 0.995)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
