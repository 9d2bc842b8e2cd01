"""How fast this machine multiplies matrices, library by library: `python -m luodi.doctor.speed` prints JSON.

A process of its own: libraries bring threads and settings, and one that dies here is a finding and no crash.
"""

import importlib.util
import json
import sys
import time
from collections.abc import Callable
from typing import Any

ROWS, INNER, OUTER = 2_048, 384, 1_536  # a batch of 32 texts of 64 tokens through a layer of the starter encoder
OPERATIONS = 2 * ROWS * INNER * OUTER
MOST_TIMES, MOST_SECONDS = 5, 0.4


def gigaflops(multiply: Callable[[], Any]) -> float:
    """Return 10^9 operations a second, of the best of some times after one."""
    multiply()
    best, begun = float("inf"), time.perf_counter()
    for _ in range(MOST_TIMES):
        started = time.perf_counter()
        multiply()
        best = min(best, time.perf_counter() - started)
        if time.perf_counter() - begun > MOST_SECONDS:
            break
    return round(OPERATIONS / best / 1e9, 1)


def of_torch() -> dict[str, Any]:
    """Measure torch, and ask the functions that choose a path for training what they choose."""
    import torch

    from luodi.train import device

    x, w = torch.randn(ROWS, INNER), torch.randn(OUTER, INNER)
    packed = x.to_mkldnn(), w.to_mkldnn()
    halves = x.bfloat16(), w.bfloat16()
    bytes_ = (x * 30).to(torch.int8), (w * 30).to(torch.int8)
    speeds: dict[str, float | None] = {}
    for name, multiply in {
        "torch MKL fp32": lambda: torch.mm(x, w.T),
        "torch oneDNN fp32": lambda: torch.nn.functional.linear(*packed),
        "torch oneDNN bf16": lambda: torch.mm(halves[0], halves[1].T),
        "torch int8": lambda: torch._int_mm(bytes_[0], bytes_[1].T),
    }.items():
        try:
            speeds[name] = gigaflops(multiply)
        except (RuntimeError, AttributeError):  # this build of torch has no such product
            speeds[name] = None
    gpus = [torch.cuda.get_device_name(n) for n in range(torch.cuda.device_count())]
    return {
        "speeds": speeds,
        "version": torch.__version__,
        "built_for": torch.version.cuda,
        "gpus": gpus,
        "threads": torch.get_num_threads(),
        "device": device.device().type,
        "path": device.path(),
    }


def of_openvino() -> dict[str, Any]:
    """Measure OpenVINO, and ask the function that chooses a precision for answering what it chooses."""
    import numpy as np

    from luodi.runtime.openvino import core, engine, has_bf16

    made = engine.opset13
    weights = np.random.default_rng(0).normal(size=(OUTER, INNER)).astype(np.float32)
    x = np.random.default_rng(1).normal(size=(ROWS, INNER)).astype(np.float32)

    def in_bytes(node: Any) -> Any:
        ends = [made.constant(np.float32(end)) for end in (-4, 4, -4, 4)]
        return made.fake_quantize(node, *ends, 256)

    speeds = {}
    for name in ("fp32", "bf16", "int8"):
        asked = made.parameter([ROWS, INNER], np.float32)
        a, b = asked, made.constant(weights)
        if name == "int8":
            a, b = in_bytes(a), in_bytes(b)
        graph = engine.Model([made.matmul(a, b, transpose_a=False, transpose_b=True)], [asked])
        hint = {"INFERENCE_PRECISION_HINT": "bf16" if name == "bf16" else "f32", "NUM_STREAMS": 1}
        request = core.compile_model(graph, "CPU", hint).create_infer_request()
        speeds[f"OpenVINO {name}"] = gigaflops(lambda r=request: r.infer([x], share_inputs=True))  # type: ignore[misc]
    return {"speeds": speeds, "version": engine.__version__.split("-")[0], "bf16": has_bf16()}


def main() -> dict[str, Any]:
    """Return what each installed library does."""
    found = {"torch": of_torch, "openvino": of_openvino}
    return {name: measure() for name, measure in found.items() if importlib.util.find_spec(name)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()) + "\n")
