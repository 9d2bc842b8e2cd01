"""`luodi predict` over large files: rate, memory, ratios to peers, and kills: `python -m bench.batch [PART [N]]`.

    grow [ROWS]    a linear bundle over ROWS (1,000,000) rows and over a tenth of them: rows/s and peak memory
    linear         against a scikit-learn pipeline between pandas' read_csv and to_csv, 50,000 rows
    encoder        against transformers.pipeline over the same file, 2,000 rows
    kills [N]      N (30) SIGKILLs at random moments: are the bytes those of an undisturbed run?

Without a part it does all four. Texts are those of the support-tickets example, each with a number of its own.
"""

import csv
import hashlib
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from luodi import child
from luodi.bundle import write_bundle
from luodi.contracts import Recipe
from luodi.tasks.text_classification import Request

TICKETS = Path(__file__).parents[1] / "examples" / "support-tickets" / "data" / "tickets.csv"
ROWS, N_LINEAR, N_ENCODER, N_KILLED = 1_000_000, 50_000, 2_000, 60_000
CLEAN = dict.fromkeys(("mojibake", "markup", "normalize", "invisible", "direction", "boilerplate", "spaces"), True)


def main(parts: Sequence[str]) -> int:
    part, n = (parts[0] if parts else "all"), int(parts[1]) if len(parts) > 1 else 0
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        if part in {"grow", "all"}:
            failed |= not grow(root, n or ROWS)
        if part in {"linear", "all"}:
            against_sklearn(root)
        if part in {"encoder", "all"}:
            against_pipeline(root)
        if part in {"kills", "all"}:
            failed |= kills(root, n or 30) > 0
    return 1 if failed else 0


def grow(root: Path, n: int) -> bool:
    """Say how fast a linear bundle goes, and whether memory grows with the rows."""
    bundle, peaks = linear_bundle(root)[0], []
    for rows in (n // 10, n):
        source = write_rows(root / f"{rows}.csv", rows)
        seconds, peak = watched(bundle, source, root / "out.csv")
        peaks.append(peak)
        size = source.stat().st_size / 1e6
        print(
            f"linear, {rows:,} rows ({size:,.0f} MB): {seconds:.1f} s, {rows / seconds:,.0f} rows/s, peak {peak:.0f} MB"
        )
        source.unlink()
    return peaks[1] <= 1.1 * peaks[0]


def against_sklearn(root: Path) -> None:
    """Compare with what one would write by hand around a linear model."""
    bundle, pairs = linear_bundle(root)
    source = write_rows(root / "linear.csv", N_LINEAR)
    peer = _sklearn(pairs)
    began = time.perf_counter()
    _by_hand(peer, source, root / "peer.csv")
    theirs = time.perf_counter() - began
    ours, _ = watched(bundle, source, root / "ours.csv")
    said = f"luodi predict {N_LINEAR / ours:,.0f}, pandas and scikit-learn {N_LINEAR / theirs:,.0f} rows/s"
    print(f"linear, {N_LINEAR:,} rows, start included: {said}: {theirs / ours:.2f} times")


def against_pipeline(root: Path) -> None:
    """Compare with the loop that a model's page shows; its model is open already, and ours is not."""
    bundle, pipe = encoder_bundle(root)
    source = write_rows(root / "encoder.csv", N_ENCODER)
    began = time.perf_counter()
    with source.open(encoding="utf-8", newline="") as file, (root / "peer.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        for row in csv.DictReader(file):
            found = pipe(row["text"])[0]
            writer.writerow([*row.values(), found["label"], found["score"]])
    theirs = time.perf_counter() - began
    began = time.perf_counter()
    with source.open(encoding="utf-8", newline="") as file:
        pipe([row["text"] for row in csv.DictReader(file)], batch_size=32)
    batched = time.perf_counter() - began
    ours, peak = watched(bundle, source, root / "ours.csv")
    rates = [f"{N_ENCODER / one:,.0f}" for one in (ours, theirs, batched)]
    print(f"encoder int8, {N_ENCODER:,} rows: luodi predict {rates[0]} rows/s, start included, peak {peak:.0f} MB;")
    print(f"  transformers.pipeline one by one {rates[1]}: {theirs / ours:.1f} times")
    print(f"  transformers.pipeline, batch_size=32 {rates[2]}: {batched / ours:.1f} times")


def kills(root: Path, n: int, seed: int = 7) -> int:
    """Kill a batch n times, as often as it takes to end in between; return how many ends had other bytes."""
    bundle, source, target = linear_bundle(root)[0], write_rows(root / "killed.csv", N_KILLED), root / "killed-out.csv"
    seconds, _ = watched(bundle, source, target)
    expected, rng, done, bad, ended, gone_on = digest(target), random.Random(seed), 0, 0, 0, 0
    target.unlink()
    while done < n or not ended:
        process = subprocess.Popen(predict(bundle, source, target), stdout=subprocess.PIPE, text=True)
        try:
            told, _ = process.communicate(timeout=rng.uniform(0.1, 0.8 * seconds) if done < n else None)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            done += 1
            assert not target.exists() or digest(target) == expected, "half of the answers in the target's place"
            continue
        ended, bad, gone_on = ended + 1, bad + (digest(target) != expected), gone_on + ("earlier run" in told)
        target.unlink()
    print(
        f"{done} SIGKILLs over {N_KILLED:,} rows: {ended} ends, {gone_on} of them gone on with, {bad} with other bytes"
    )
    return bad


def predict(bundle: Path, source: Path, target: Path) -> list[str]:
    return child.command("luodi", "predict", str(bundle), str(source), "--out", str(target))


def watched(bundle: Path, source: Path, target: Path) -> tuple[float, float]:
    """Return the seconds of a batch, and its peak memory in MB, all its processes together."""
    began, peak = time.perf_counter(), 0.0
    process = subprocess.Popen(predict(bundle, source, target), stdout=subprocess.DEVNULL)
    over = threading.Event()

    def look() -> None:
        nonlocal peak
        while not over.wait(0.1):
            peak = max(peak, sum(map(_resident_mb, _family(process.pid))))

    watcher = threading.Thread(target=look)
    watcher.start()
    code = process.wait()
    seconds = time.perf_counter() - began
    over.set()
    watcher.join()
    assert code == 0, "luodi predict failed"
    return seconds, peak


def linear_bundle(root: Path) -> tuple[Path, list[tuple[str, str]]]:
    """Return a bundle of `tfidf-logreg`, and what it learned from."""
    from luodi.models.tfidf_logreg import TfidfLogreg

    pairs, folder = tickets(), root / "linear-bundle"
    if not folder.exists():
        model = TfidfLogreg()
        model.fit(pairs, [], recipe=Recipe(), work=root)
        (folder / "model").mkdir(parents=True)
        model.export(folder / "model")
        _complete(folder, "tfidf-logreg")
    return folder, pairs


def encoder_bundle(root: Path) -> tuple[Path, Any]:
    """Return an int8 bundle of the starter encoder with an untrained head, and the peer with the same encoder."""
    from transformers import AutoTokenizer, BertForSequenceClassification, pipeline

    from luodi.runtime import quantize
    from luodi.train import export, network, starter

    warnings.simplefilter("ignore")
    labels = sorted({y for _, y in tickets()})
    encoder = starter.find("starter")
    text = network.Text(encoder.path / network.TOKENIZER, max_tokens=128)
    plain, folder = root / "fp32", root / "encoder-bundle"
    plain.mkdir()
    (folder / "model").mkdir(parents=True)
    export.export(plain, network.pretrained(encoder, len(labels), seed=7), text, "classify", labels)
    quantize.make(plain, "int8", [x for x, _ in tickets()][:256], folder / "model")
    _complete(folder, "encoder")
    peer = BertForSequenceClassification.from_pretrained(encoder.path, num_labels=len(labels)).eval()
    tokenizer = AutoTokenizer.from_pretrained(encoder.path, model_max_length=128)
    return folder, pipeline("text-classification", model=peer, tokenizer=tokenizer, truncation=True)


def _complete(folder: Path, model: str) -> None:
    values = {"scenario": "batch", "task": "text-classification", "options": {"max_characters": 20_000}, "model": model}
    promise = {"threshold": 0.5, "promise": {"precision": 0.9}, "temperature": 1.5, "wash": {"clean": CLEAN}}
    write_bundle(folder, requests=[Request(text="where is my parcel")], card="# A card\n", **values | promise)


def tickets() -> list[tuple[str, str]]:
    with TICKETS.open(encoding="utf-8", newline="") as file:
        return [(row["body"], row["queue"]) for row in csv.DictReader(file) if row["body"].strip() and row["queue"]]


def write_rows(path: Path, n: int) -> Path:
    texts = itertools.cycle(x for x, _ in tickets())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text"])
        writer.writerows((i, f"{next(texts)} (number {i})") for i in range(n))
    return path


def _sklearn(pairs: Sequence[tuple[str, str]]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline, make_union

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    letters = TfidfVectorizer(analyzer="char", ngram_range=(3, 4), sublinear_tf=True, min_df=2)
    regression = OneVsRestClassifier(LogisticRegression(C=20, solver="liblinear", dual=True))
    return make_pipeline(make_union(words, letters), regression).fit([x for x, _ in pairs], [y for _, y in pairs])


def _by_hand(peer: Any, source: Path, target: Path) -> None:
    import pandas as pd

    table = pd.read_csv(source)
    p = peer.predict_proba(table["text"])
    table["label"], table["score"] = peer.classes_[p.argmax(axis=1)], p.max(axis=1)
    table.to_csv(target, index=False)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _family(pid: int) -> list[int]:
    """Return a process and its children."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return [pid]
    return [pid, *map(int, text.split())]


def _resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
