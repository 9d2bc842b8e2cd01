"""Planted near-duplicates among 200,000 Chinese lines and 14,000 English ones: `python -m bench.near_duplicates`.

The peers, datasketch and rensa, get the same tokens and pairs as strings and the same threshold, on a subset, in the
same run. They only propose; ours compares. Precision counts a row and its representative as right where the pair was
planted, or where its exact Jaccard similarity, counted here with Python's own sets, reaches the threshold.
"""

import gzip
import itertools
import random
import re
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rjieba

from luodi.quality import near

SHARED = Path(__file__).parents[2] / "shared" / "data"
N_ROWS, PLANTED, N_PEER = 200_000, 0.05, 20_000
CLAUSES = re.compile(r"([，。！？；：,.!?;: 　]+)")
MARKS = "，。！？!?…、,."


def chinese() -> list[str]:
    news = (SHARED / "thucnews" / "train_first45k.txt").read_text(encoding="utf-8").splitlines()
    with gzip.open(SHARED / "niutrans_books_200k" / "train.txt.gz", "rt", encoding="utf-8") as file:
        books = file.read().splitlines()
    return [line.rsplit("\t", 1)[0] for line in news + books if len(line) > 8]


def english() -> list[str]:
    with gzip.open(SHARED / "ag_news" / "train.tsv.gz", "rt", encoding="utf-8") as file:
        return [line.split("\t")[1] for line in file][1:]


def words(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|\W", text) if text.isascii() else rjieba.cut(text)


def edited(text: str, others: Sequence[str], rng: random.Random) -> tuple[str, str]:
    """Return the kind of edit and the text after it."""
    kind = rng.choice(["word", "letter", "marks", "case", "clause", "cut"])
    parts = words(text)
    real = [n for n, part in enumerate(parts) if part[0].isalnum()]
    if kind == "word" and real:
        parts[rng.choice(real)] = rng.choice([word for word in words(rng.choice(others)) if word.strip()])
        return kind, "".join(parts)
    if kind == "letter":
        at = rng.randrange(len(text))
        return kind, text[:at] + rng.choice(["", rng.choice(rng.choice(others))]) + text[at + 1 :]
    if kind == "marks":
        at = rng.randrange(len(text) + 1)
        return kind, CLAUSES.sub(" ", text[:at]) + rng.choice(MARKS) + text[at:]
    if kind == "clause":
        pieces = CLAUSES.split(text)
        at = 2 * (len(pieces) // 4)
        return kind, "".join([*pieces[at:], rng.choice(MARKS), *pieces[:at]])
    if kind == "cut" and len(real) > 4:
        return kind, "".join(parts[: real[-1]])
    wide = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(33, 127)})
    return "case", rng.choice([text.upper(), text.swapcase(), text.translate(wide)])


def plant(texts: Sequence[str], rng: random.Random) -> tuple[list[str], list[tuple[int, int, str]]]:
    """Return the texts with edited copies of some among them, and (row, row of the copy, kind of edit)."""
    n_copies = int(len(texts) * PLANTED)
    rows = rng.sample(range(len(texts)), n_copies)
    made = [edited(texts[row], texts, rng) for row in rows]
    everything = [*texts, *(text for _, text in made)]
    order = rng.sample(range(len(everything)), len(everything))
    place = {old: new for new, old in enumerate(order)}
    pairs = [
        (place[row], place[len(texts) + n], kind) for n, (row, (kind, _)) in enumerate(zip(rows, made, strict=True))
    ]
    return [everything[old] for old in order], pairs


def grams(text: str) -> set[str]:
    """Return tokens and pairs of tokens, by string operations alone."""
    tokens = re.findall(r"[\u2e80-\u9fff\uf900-\ufaff]|[^\s\u2e80-\u9fff\uf900-\ufaff]+", near.normalize(text))
    return {*tokens, *(f"{a} {b}" for a, b in itertools.pairwise(tokens))}


def exact(one: str, other: str) -> float:
    a, b = grams(one), grams(other)
    return len(a & b) / len(a | b)


def ours(texts: Sequence[str], pairs: Sequence[tuple[int, int, str]]) -> dict[str, object]:
    started = time.perf_counter()
    bands = near.signatures(texts)
    signed = time.perf_counter()
    found = near.clusters(bands, lambda rows: [texts[row] for row in rows])
    seconds = time.perf_counter() - started
    planted = {(min(a, b), max(a, b)) for a, b, _ in pairs}
    claims = [(a, b) for b, a in enumerate(found.representative.tolist()) if a != b]
    right = sum(pair in planted or exact(texts[pair[0]], texts[pair[1]]) >= near.THRESHOLD for pair in claims)
    hits = [(kind, bool(found.cluster[a] == found.cluster[b])) for a, b, kind in pairs]
    kinds = sorted({kind for kind, _ in hits})
    return {
        "rows": len(texts),
        "seconds": round(seconds, 1),
        "signing": round(signed - started, 1),
        "recall": round(sum(hit for _, hit in hits) / len(hits), 4),
        "recall by edit": {kind: round(float(np.mean([hit for k, hit in hits if k == kind])), 3) for kind in kinds},
        "recall of representatives": round(
            float(np.mean([found.representative[a] == found.representative[b] for a, b, _ in pairs])), 4
        ),
        "precision": round(right / max(1, len(claims)), 4),
        "rows near another": len(claims),
        "largest cluster": int(np.bincount(found.cluster).max()),
    }


def datasketch(texts: Sequence[str], pairs: Sequence[tuple[int, int, str]]) -> dict[str, object]:
    from datasketch import MinHash, MinHashLSH

    started = time.perf_counter()
    index = MinHashLSH(threshold=near.THRESHOLD, num_perm=96)
    signed = [MinHash(num_perm=96) for _ in texts]
    for sketch, text in zip(signed, texts, strict=True):
        sketch.update_batch([gram.encode() for gram in grams(text)])
    for row, sketch in enumerate(signed):
        index.insert(row, sketch)
    linked = [index.query(sketch) for sketch in signed]
    seconds = time.perf_counter() - started
    recall = sum(a in linked[b] for a, b, _ in pairs) / len(pairs)
    return {"seconds": round(seconds, 1), "recall": round(recall, 4)}


def rensa(texts: Sequence[str], pairs: Sequence[tuple[int, int, str]]) -> dict[str, object]:
    from rensa import RMinHash, RMinHashLSH

    started = time.perf_counter()
    index = RMinHashLSH(threshold=near.THRESHOLD, num_perm=96, num_bands=32)
    signed = []
    for row, text in enumerate(texts):
        sketch = RMinHash(num_perm=96, seed=1)
        sketch.update(list(grams(text)))
        index.insert(row, sketch)
        signed.append(sketch)
    linked = [set(index.query(sketch)) for sketch in signed]
    seconds = time.perf_counter() - started
    return {"seconds": round(seconds, 1), "recall": round(sum(a in linked[b] for a, b, _ in pairs) / len(pairs), 4)}


def main() -> None:
    rng = random.Random(7)
    lines = rng.sample(chinese(), round(N_ROWS / (1 + PLANTED)))
    texts, pairs = plant(lines, rng)
    print("Chinese", ours(texts, pairs), flush=True)
    print("peak memory, MB", round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3))
    print("English", ours(*plant(english(), rng)), flush=True)
    small, small_pairs = plant(lines[: round(N_PEER / (1 + PLANTED))], rng)
    mine = ours(small, small_pairs)
    print("subset, ours", mine)
    for name, peer in (("datasketch", datasketch), ("rensa", rensa)):
        theirs = peer(small, small_pairs)
        ratio = float(theirs["seconds"]) / max(0.05, float(mine["seconds"]))  # type: ignore[arg-type]
        print(f"subset, {name}", theirs, f"ours is {ratio:.1f} times as quick", flush=True)


if __name__ == "__main__":
    sys.exit(main())
