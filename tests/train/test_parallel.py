"""Several processes under torch's own launcher learn what one process learns."""

import os
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file

from luodi.errors import SetupError
from luodi.train import parallel

SCRIPT = """
import sys
from pathlib import Path
import torch
from safetensors.torch import save_file
from luodi.train import loop, parallel
from luodi.train.loop import Loop, Schedule

loop.CHECKPOINT_SECONDS = 0.0
torch.manual_seed(3)
net = torch.nn.Sequential(torch.nn.Embedding(30, 4), torch.nn.Flatten(), torch.nn.Linear(8, 2))
xs = torch.randperm(82).view(41, 2) % 30  # the last batch of an epoch has one row: one process has nothing to do
ys = (xs.sum(dim=1) > 30).long()
schedule = Schedule(epochs=2, batch_size=8, learning_rate=0.05)
loss = lambda batch: torch.nn.functional.cross_entropy(net(xs[batch]).float(), ys[batch])
accuracy = lambda: float((net(xs).argmax(dim=1) == ys).float().mean())
folder = Path(sys.argv[1])
facts = Loop(net, [1] * 41, loss, accuracy, schedule=schedule, seed=7, work=folder).run()
save_file(net.state_dict(), folder / f"weights-{parallel.rank()}-of-{parallel.size()}.safetensors")
"""


def learned_by(n, folder):
    script, work = folder / "learn.py", folder / str(n)
    script.write_text(SCRIPT)
    work.mkdir()
    start = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={n}"] if n > 1 else []
    environment = os.environ | {"LUODI_TRAIN_PATH": "fp32", "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, *start, script, work], env=environment, check=True, capture_output=True)
    return [load_file(work / f"weights-{rank}-of-{n}.safetensors") for rank in range(n)]


def test_two_processes_end_with_the_weights_of_one(tmp_path):
    (alone,) = learned_by(1, tmp_path)
    first, second = learned_by(2, tmp_path)

    assert all(torch.equal(first[name], second[name]) for name in first)
    assert all(torch.allclose(first[name], alone[name], atol=1e-5) for name in alone)


def test_a_process_by_itself_shares_with_nobody(monkeypatch):
    monkeypatch.delenv(parallel.VARIABLE, raising=False)
    weight = torch.nn.Parameter(torch.ones(2))
    weight.grad = torch.tensor([1.0, 2.0])

    assert (parallel.rank(), parallel.size(), parallel.n_processes()) == (0, 1, max(1, torch.cuda.device_count()))
    assert parallel.share([3, 1, 2]) == [3, 1, 2]
    assert parallel.add_up([weight], 0.5) == 0.5
    assert weight.grad.tolist() == [1.0, 2.0]
    assert parallel.agree("me") == "me"


def test_the_number_of_processes_is_a_number(monkeypatch):
    monkeypatch.setenv(parallel.VARIABLE, "3")
    assert parallel.n_processes() == 3

    for nonsense in ("many", "0", "-1"):
        monkeypatch.setenv(parallel.VARIABLE, nonsense)
        with pytest.raises(SetupError, match="is no number of processes"):
            parallel.n_processes()
