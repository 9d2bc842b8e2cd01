"""Which path is the fastest on this processor: a layer learns on each for a moment, once per machine and user.

Flags of a processor say what it can do, not what is fast: bfloat16 may be emulated, a virtual machine may hide a
unit, and which of torch's two libraries multiplies float32 faster depends on the maker.
"""

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path

import torch

from luodi.contracts import Facts
from luodi.errors import LuodiError
from luodi.runtime import processor
from luodi.store import read_json, write_json
from luodi.train.bert_pass import DTYPES, Linear, onednn_linear

ROWS, WIDTH, INNER = 1_024, 384, 1_536  # 20 texts of the length of news in a layer of the starter encoder
N_TIMES = 4
BETTER = 0.9  # of the seconds that plain float32 takes; less gain is not worth another path
AGREES = 0.02  # relative distance of losses and gradients that bfloat16's 8 bits explain


def chosen() -> str:
    """Return the path for this processor: the noted one, or measure and note it."""
    file = note()
    with suppress(OSError, ValueError, LuodiError):  # not measured yet, or not readable
        found: Facts = read_json(file)
        if found.get("path") in DTYPES:
            return str(found["path"])
    found = measure()
    with suppress(OSError, LuodiError):  # a home that nobody may write to: measured again next time
        file.parent.mkdir(parents=True, exist_ok=True)
        write_json(file, found)
    return str(found["path"])


def note() -> Path:
    """Return the file that the finding is kept in: one for each processor, version of torch, and number of threads."""
    about = (processor.name(), sorted(processor.flags()))
    key = repr((about, torch.__version__, torch.get_num_threads()))
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "luodi" / f"train-path-{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"


def measure() -> Facts:
    """Return the milliseconds of one layer's forward and backward by path, and the path that is best and safe."""
    with torch.inference_mode(mode=False), torch.enable_grad():  # whoever asks first may only want to predict
        return _measured()


def _measured() -> Facts:
    plain = _learn("fp32")
    ms, losses = {"fp32": plain[0]}, {"fp32": plain[1]}
    for name in DTYPES:
        if name in ms:
            continue
        try:
            ms[name], losses[name] = _learn(name)
        except (RuntimeError, AttributeError):  # this build of torch has no such product
            continue
    safe = [name for name, loss in losses.items() if abs(loss - losses["fp32"]) <= AGREES * abs(losses["fp32"])]
    best = min(safe, key=ms.__getitem__)
    return {
        "path": best if ms[best] < BETTER * ms["fp32"] else "fp32",
        "ms": {name: round(one, 2) for name, one in ms.items()},
        "agree": safe,
    }


def _learn(path: str) -> tuple[float, float]:
    """Return the best milliseconds of a step, and its loss plus the size of its gradients."""
    generator = torch.Generator().manual_seed(0)
    up = torch.nn.Parameter(torch.randn(INNER, WIDTH, generator=generator) / WIDTH**0.5)
    down = torch.nn.Parameter(torch.randn(WIDTH, INNER, generator=generator) / INNER**0.5)
    zeros = [torch.nn.Parameter(torch.zeros(n)) for n in (INNER, WIDTH)]
    x = torch.randn(ROWS, WIDTH, generator=generator)
    product = onednn_linear if path == "fp32-onednn" else torch.nn.functional.linear
    dtype, best, found = DTYPES[path], float("inf"), 0.0
    for _ in range(N_TIMES + 1):  # the first one warms up
        for one in (up, down, *zeros):
            one.grad = None
        started = time.perf_counter()
        hidden = x.to(dtype)
        for weight, bias in ((up, zeros[0]), (down, zeros[1])):
            made = (weight.detach().to(dtype), bias.detach().to(dtype))
            hidden = Linear.apply(hidden, *made, product, weight, bias)  # type: ignore[no-untyped-call]
            hidden = torch.nn.functional.gelu(hidden)
        loss = hidden.float().square().mean()
        loss.backward()  # type: ignore[no-untyped-call]
        best = min(best, time.perf_counter() - started)
        assert up.grad is not None and down.grad is not None
        found = float(loss.detach() + up.grad.norm() + down.grad.norm())
    return 1_000 * best, found
