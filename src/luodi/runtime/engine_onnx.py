"""An exported network under ONNX Runtime, with its tokenizer: for machines on which it is the faster engine.

Its telemetry exists on Windows alone, and is switched off here.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import numpy as np

from luodi.errors import SetupError
from luodi.runtime.marked import Marked, Outputs
from luodi.runtime.session import read_about
from luodi.runtime.texts import Texts, batches

GRAPH, INPUTS, OUTPUTS = "graph.onnx", ("ids", "mask"), ("logits", "vectors")


class OnnxSession(Marked):
    """Token ids and mask in, logits out. All cores for a single text, one core a batch for many."""

    def __init__(self, about: dict[str, Any], folder: Path) -> None:
        self.folder = folder
        self.kind, self.labels = about["kind"], tuple(about["labels"])
        self.texts = Texts(about, folder)
        self.streams = max(1, len(os.sched_getaffinity(0)))
        self.single = _open(folder / GRAPH, threads=self.streams)
        self.many = self.single if self.streams == 1 else _open(folder / GRAPH, threads=1)
        self.widths = [int(one.shape[1]) for one in self.single.get_outputs()][:2]

    def outputs(self, xs: Sequence[str]) -> Outputs:
        """Return logits and vectors, and for each text whether its end was cut off."""
        ids, cut = self.texts.encode(xs)
        logits, vectors = (np.zeros((len(ids), width), dtype=np.float32) for width in [*self.widths, 0][:2])
        made = (logits, vectors)[: len(self.widths)]
        if len(ids) == 1:
            for out, found in zip(made, self._run(self.single, ids), strict=True):
                out[0] = found[0]
            return Outputs(logits, cut, vectors)

        def one(batch: list[int]) -> None:
            for out, found in zip(made, self._run(self.many, [ids[i] for i in batch]), strict=True):
                out[batch] = found[: len(batch)]

        with ThreadPoolExecutor(self.streams) as threads:
            list(threads.map(one, batches([len(one) for one in ids], streams=self.streams)))
        return Outputs(logits, cut, vectors)

    def _run(self, session: Any, ids: Sequence[Sequence[int]]) -> Any:
        names = list(OUTPUTS[: len(self.widths)])
        return session.run(names, dict(zip(INPUTS, self.texts.inputs(ids), strict=True)))

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(read_about(folder), folder)


def _open(graph: Path, *, threads: int) -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise SetupError(
            "this model was made for ONNX Runtime, which is not installed",
            where=str(graph),
            fix='pip install "luodi[onnx]"',
        ) from None
    onnxruntime.disable_telemetry_events()
    how = onnxruntime.SessionOptions()
    how.intra_op_num_threads, how.inter_op_num_threads = threads, 1
    how.enable_cpu_mem_arena = False  # the arena keeps room for every shape that it has met
    how.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(graph), how, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 -- its errors share no class of their own
        raise SetupError(
            f"the exported model cannot be opened: {str(error).splitlines()[0][:160]}",
            where=str(graph),
            fix="luodi run --fresh evaluate makes a new one",
        ) from None


ENGINE = OnnxSession
