"""How long and in how much memory candidates learn from many rows: `python -m bench.many_rows [ROWS] [MODEL …]`.

Rows are halves of AG News texts of one topic, put together anew, so that there are as many as one likes, and few twice.
Each candidate learns in a process of its own, just as a step has it do.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

from bench import training
from luodi.contracts import Recipe
from luodi.metrics.classification import accuracy
from luodi.steps import trial
from luodi.store import read_json, read_lines, write_lines

ROWS, MODELS = 1_000_000, ("tfidf-logreg", "nb-svm", "static-embedding", "encoder-frozen", "encoder")
MINUTES = 4.0


def generate(n: int, folder: Path) -> tuple[Path, Path]:
    """Write n rows to learn from and the rows of dev, which are texts as they are."""
    train, dev = training.rows()
    rng = random.Random(7)
    halves: dict[str, list[tuple[str, str]]] = {}
    for text, label in train:
        words = text.split()
        halves.setdefault(label, []).append((" ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])))
    labels = sorted(halves)

    def made() -> dict[str, str]:
        label = rng.choice(labels)
        return {"x": f"{rng.choice(halves[label])[0]} {rng.choice(halves[label])[1]}", "y": label}

    paths = folder / "train.jsonl", folder / "dev.jsonl"
    write_lines(paths[0], (made() for _ in range(n)))
    write_lines(paths[1], ({"x": x, "y": y} for x, y in dev))
    return paths


def measure(model: str, paths: tuple[Path, Path], folder: Path) -> None:
    started = time.perf_counter()
    trial.run(
        trial.Order(
            model=model,
            train=str(paths[0]),
            dev=str(paths[1]),
            folder=str(folder),
            recipe=Recipe(max_minutes=MINUTES),
            export=False,
        )
    )
    result, rows = read_json(folder / "result.json"), list(read_lines(folder / "dev.jsonl"))
    right = accuracy([row["y"] for row in rows], [row["answer"] for row in rows])
    told = {key: value for key, value in result["facts"].items() if key in {"rows", "steps", "epochs"}}
    print(
        f"| `{model}` | {result['seconds']:,.0f} | {time.perf_counter() - started:,.0f} | {result['memory_mb']:,.0f} |"
        f" {right:.3f} | {told} |",
        flush=True,
    )


def main() -> None:
    n, *models = sys.argv[1:] or [str(ROWS)]
    with tempfile.TemporaryDirectory() as work:
        paths = generate(int(n), Path(work))
        print(f"{int(n):,} rows, {paths[0].stat().st_size / 1e6:,.0f} MB, {MINUTES:g} minutes each")
        print(
            "| candidate | learning, s | with reading and dev, s | peak, MB | accuracy on dev | |",
            "|---|---|---|---|---|---|",
            sep="\n",
        )
        for model in models or MODELS:
            (folder := Path(work) / model).mkdir()
            measure(model, paths, folder)


if __name__ == "__main__":
    main()
