"""`python -m bench.prepare [ROWS] [KILOBYTES]`: the step prepare on a large table, against pandas and the usual loop.

Both read the same CSV, clean each text, leave out duplicates and contradictions, split by a hash of content and write
three JSON Lines files; the rows of each are compared. Each side runs in a process of its own, so that its peak of
memory is its own. The loop is what people write: read everything, go through it with `itertuples`, mend each text with
`ftfy.fix_text`, join what white space cuts, keep the rows.
"""

import csv
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

ROWS, KILOBYTES = 1_000_000, 1.0
PARTS = ("train", "dev", "test")


def generate(path, n, kilobytes):
    """Write a table of English-like and Chinese texts, 5 % of them repeated, some with entities, some empty."""
    rng = random.Random(11)
    words = ["".join(rng.choices("etaoinshrdlucmfwypvbgk", k=rng.randint(2, 9))) for _ in range(30_000)]
    letters = [chr(rng.randint(0x4E00, 0x9000)) for _ in range(3_000)]
    old = "an old text"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "body", "queue"])
        for i in range(n):
            if i % 4 == 0:
                text = "".join(rng.choices(letters, k=round(330 * kilobytes)))
            else:
                text = " ".join(rng.choices(words, k=round(155 * kilobytes))) + ', "so" it ended.'
            queue = f"q{rng.randint(0, 9)}"
            if i % 20 == 7:
                text, queue = old
            elif i % 20 == 3:
                old = (text, queue)
            if i % 100 == 50:
                text = text.replace(" ", " &amp; ", 3)
            table.writerow([i, " " if i % 1_000 == 500 else text, queue])


def ours(folder, *, near, inspect):
    """Run the step as `luodi run` does; return what it counted."""
    from luodi import registry
    from luodi.contracts import Artifact, Job
    from luodi.steps import s1_define, s2_prepare

    files = s1_define.look(folder, s1_define.Settings(train="table.csv"))
    task = registry.task("text-classification")
    settings = s2_prepare.Settings(columns={"text": "body", "label": "queue"}, near_duplicates=near, inspect=inspect)
    job = Job(
        name="bench", goal="", task_name="text-classification", task=task, options=task.Options(), settings=settings,
        seed=7, root=folder, out=folder / "out", work=folder / "work",
        inputs={"define": Artifact(step="define", key="", path=folder, digest="", facts={"files": files}, measured={})},
    )  # fmt: skip
    started = time.monotonic()
    facts = s2_prepare.run(job).facts
    return {"rows": facts["rows"], "seconds": time.monotonic() - started}


def theirs(folder):
    """The usual loop over a pandas frame, with the same cleaning and the same rules."""
    import hashlib

    import ftfy
    import pandas as pd

    from luodi.data import split
    from luodi.data.dedupe import fingerprint

    started = time.monotonic()
    frame = pd.read_csv(folder / "table.csv", dtype=str, keep_default_na=False)
    rows, by_text = [], defaultdict(list)
    for row in frame.itertuples():
        text, label = " ".join(ftfy.fix_text(row.body).split()), row.queue.strip()
        if text and label:
            print_ = fingerprint(text)
            by_text[print_].append(len(rows))
            rows.append((row.Index + 2, text, label, fingerprint(row.body)))
    kept = []
    for indexes in by_text.values():
        counts = Counter(rows[n][2] for n in indexes).most_common()
        if len(counts) == 1 or counts[0][1] > counts[1][1]:
            kept.append(next(n for n in indexes if rows[n][2] == counts[0][0]))
    kept.sort()
    places = [
        int.from_bytes(hashlib.blake2b(f"7/{rows[n][3].hex()}".encode(), digest_size=8).digest(), "big") for n in kept
    ]
    sides = split.parts(places, [rows[n][2] for n in kept], {"test": (0.2, 4_000), "dev": (0.1, 2_000)})
    files = {part: (folder / "out" / f"{part}.jsonl").open("w", encoding="utf-8") for part in PARTS}
    for n, side in zip(kept, sides, strict=True):
        line, text, label, print_ = rows[n]
        value = {
            "line": f"table.csv:{line}",
            "key": print_.hex(),
            "x": text,
            "request": {"text": text},
            "tags": {},
            "y": label,
        }
        files[side].write(json.dumps(value, ensure_ascii=False) + "\n")
    for file in files.values():
        file.close()
    return {"rows": {"kept": len(kept)}, "seconds": time.monotonic() - started}


def side(name, folder):
    """Run one side in a process of its own; return what it found with its peak of memory, and its rows by part."""
    for one in ("out", "work"):
        shutil.rmtree(folder / one, ignore_errors=True)
        (folder / one).mkdir()
    command = [sys.executable, "-m", "bench.prepare", "--side", name, str(folder)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found, {part: digest(folder / "out" / f"{part}.jsonl") for part in PARTS}


def digest(path):
    """Return the number of rows, and a sum over their texts and labels that no order changes."""
    n = total = 0
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            n += 1
            total ^= hash((row["x"], row["y"]))
    return n, total


def main():
    if "--side" in sys.argv:
        name, folder = sys.argv[2], Path(sys.argv[3])
        found = theirs(folder) if name == "pandas" else ours(folder, near="near" in name, inspect="card" in name)
        peaks = (resource.getrusage(who).ru_maxrss / 1e3 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(json.dumps(found | dict(zip(("peak_mb", "worker_mb"), peaks, strict=True))))
        return
    n = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    kilobytes = float(sys.argv[2]) if len(sys.argv) > 2 else KILOBYTES
    folder = Path(tempfile.mkdtemp(prefix="luodi-bench-"))
    generate(folder / "table.csv", n, kilobytes)
    print(f"{n:,} rows, {(folder / 'table.csv').stat().st_size / 1e6:,.0f} MB")
    base, same = side("pandas", folder)
    said = {
        "pandas": "pandas, itertuples, ftfy",
        "luodi": "luodi, the same work",
        "luodi-near": "luodi, near-duplicates too",
        "luodi-near-card": "luodi, near-duplicates and data card",
    }
    for name, words in said.items():
        found, rows = (base, same) if name == "pandas" else side(name, folder)
        rate, ratio = n / found["seconds"], base["seconds"] / found["seconds"]
        memory = f"{found['peak_mb']:,.0f} MB (a worker {found['worker_mb']:,.0f})"
        alike = ("same rows" if rows == same else "OTHER ROWS") if name == "luodi" else ""
        print(f"{words:<38} {found['seconds']:7.1f} s {rate:>9,.0f} rows/s {ratio:5.1f}x  {memory} {alike}", flush=True)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
