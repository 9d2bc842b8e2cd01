"""SIGKILL a run at random moments, run again, and compare the final bytes: `python -m bench.kill_drill 100 [SEED]`.

The scenario is small but real: a network is pretrained further, fine-tuned, exported and quantized, beside the
linear models. Each round starts from nothing and is killed several times before it may end.
"""

import contextlib
import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "support-tickets"
N_ROWS, KILLS_PER_ROUND = 120, 5
SCENARIO = """name = "drill"
task = "text-classification"
[define]
train = "tickets.csv"
[prepare]
columns = { text = "body", label = "queue" }
[select]
models = ["majority", "encoder"]
base = "tiny"
sample = 60
[pretrain]
epochs = 2
[finetune]
epochs = 3
[evaluate]
n_resamples = 200
"""


def main(n_kills: int, seed: int = 7) -> int:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _write(root)
        reference, seconds = _finish(root)
        print(f"uninterrupted: {seconds:.0f} s, {reference}", flush=True)
        rng, kills, bad = random.Random(seed), 0, 0
        while kills < n_kills:
            shutil.rmtree(root / ".luodi")
            for _ in range(min(KILLS_PER_ROUND, n_kills - kills)):
                kills += _kill(root, rng.uniform(0.2, seconds * 0.6))
            same = _finish(root)[0] == reference
            bad += not same
            print(f"{kills} kills, {'the same bytes' if same else 'OTHER BYTES'}", flush=True)
        print(f"{kills} kills, {bad} rounds with other bytes")
        return 1 if bad else 0


def _write(root: Path) -> None:
    """Write the scenario, some rows of the shipped example, and a tiny encoder with the starter's tokenizer."""
    import torch
    from transformers import BertConfig, BertModel

    from luodi.train import starter

    (root / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    with (EXAMPLE / "data" / "tickets.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["body"]]
    keep = [row for row in rows if row["queue"] in {"billing", "delivery", "repairs"}][:N_ROWS]
    with (root / "tickets.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["body", "queue"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(keep)
    torch.manual_seed(0)
    tiny = root / "tiny"
    config = BertConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128)
    BertModel(config).save_pretrained(tiny)
    shutil.copyfile(starter.find("starter").path / "tokenizer.json", tiny / "tokenizer.json")


def _command() -> list[str]:
    return [sys.executable, "-m", "luodi", "run", ".", "--json"]


def _kill(root: Path, after: float) -> int:
    """Start a run, kill it and all its children after so many seconds; return whether it was still running."""
    process = subprocess.Popen(_command(), cwd=root, stdout=subprocess.DEVNULL, start_new_session=True)
    time.sleep(after)
    running = process.poll() is None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return int(running)


def _finish(root: Path) -> tuple[dict[str, str], float]:
    """Run to the end; return each step's digest and the seconds it took."""
    started = time.monotonic()
    done = subprocess.run(_command(), cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    lock = json.loads((root / "luodi.lock").read_text(encoding="utf-8"))
    return {name: step["digest"][:12] for name, step in lock["steps"].items()}, time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:] or ["20"])))
