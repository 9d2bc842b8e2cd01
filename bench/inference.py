"""The exported starter encoder against `transformers.pipeline` and a plain batched loop, on the same texts."""

import csv
import gzip
import statistics
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, BertForSequenceClassification, pipeline

from bench.windows import interleaved
from luodi.runtime import quantize
from luodi.runtime.session import open_session
from luodi.train import export, network, starter

SHARED = Path(__file__).parents[2] / "shared" / "data" / "ag_news" / "train.tsv.gz"
EXAMPLE = Path(__file__).parents[1] / "examples" / "support-tickets" / "data" / "tickets.csv"
N_TEXTS, N_PIPELINE, N_SINGLE, N_WINDOWS = 768, 192, 300, 5
LABELS = [str(n) for n in range(4)]


def texts() -> tuple[str, list[str]]:
    """Return the name of a text set and its texts: AG News where it lies beside the project, else our example."""
    if SHARED.is_file():
        with gzip.open(SHARED, "rt", encoding="utf-8") as file:
            rows = [line.rstrip("\n").split("\t") for line in file][1:]
        return "AG News", [row[1] for row in rows[:N_TEXTS]]
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        return "support-tickets", [row["body"] for row in csv.DictReader(file) if row["body"]][:N_TEXTS]


def run() -> dict[str, Any]:
    """Return texts per second and milliseconds for one text, by side."""
    name, xs = texts()
    warnings.simplefilter("ignore")
    encoder = starter.find("starter")
    net = network.pretrained(encoder, len(LABELS), seed=7)
    file = encoder.path / network.TOKENIZER
    text = network.Text(file, max_tokens=128)
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "fp32", Path(folder) / "int8"
        plain.mkdir()
        small.mkdir()
        export.export(plain, net, text, "classify", LABELS)
        quantize.make(plain, "int8", xs, small)
        return {"texts": name, "n": len(xs), **_compare(xs, open_session(small), open_session(plain), encoder.path)}


def _compare(xs: list[str], int8: Any, fp32: Any, path: Path) -> dict[str, Any]:
    peer = BertForSequenceClassification.from_pretrained(path, num_labels=len(LABELS)).eval()
    tokenizer = AutoTokenizer.from_pretrained(path, model_max_length=128)
    pipe = pipeline("text-classification", model=peer, tokenizer=tokenizer, truncation=True)

    def loop() -> None:
        with torch.inference_mode():
            for n in range(0, len(xs), 32):
                batch = tokenizer(xs[n : n + 32], padding=True, truncation=True, return_tensors="pt")
                peer(**batch)

    times = interleaved(
        {
            "transformers.pipeline": lambda: pipe(xs[:N_PIPELINE]),
            "torch loop, batches of 32": loop,
            "luodi fp32": lambda: fp32.predict(xs),
            "luodi int8": lambda: int8.predict(xs),
        },
        n_windows=N_WINDOWS,
    )
    n_of = {"transformers.pipeline": N_PIPELINE}
    rates = {side: n_of.get(side, len(xs)) / statistics.median(one) for side, one in times.items() if one}
    return {
        "texts_per_s": rates,
        "single_ms": {
            "transformers.pipeline": _single(lambda x: pipe(x), xs[:60]),
            "luodi int8": _single(lambda x: int8.predict([x]), xs[:N_SINGLE]),
        },
    }


def _single(ask: Any, xs: list[str]) -> dict[str, float]:
    for x in xs[:10]:
        ask(x)
    times = []
    for x in xs:
        started = time.perf_counter()
        ask(x)
        times.append(1_000 * (time.perf_counter() - started))
    times.sort()
    return {"p50": times[len(times) // 2], "p95": times[int(0.95 * len(times))]}
