"""An exported network under OpenVINO, with its tokenizer: sorted by length, in batches, on all cores."""

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from luodi.errors import SetupError
from luodi.runtime.marked import Marked, Outputs
from luodi.runtime.openvino import core, has_bf16, look_up_first
from luodi.runtime.session import read_about
from luodi.runtime.texts import SIZES, Texts, batches

GRAPH, CACHE = "graph.xml", "CPU_RUNTIME_CACHE_CAPACITY"
KEPT = 256  # entries of the caches of kernels, some 10 to a shape, of which there are few: `texts.SIZES`


Take = Callable[[Sequence[int], Sequence[NDArray[np.float32]]], None]


class GraphSession(Marked):
    """Token ids and mask in, logits out. One stream for a single text, one per core for many.

    Any number of threads may ask at the same time; `streams` of them keep all cores busy.
    """

    def __init__(self, about: dict[str, Any], folder: Path) -> None:
        self.folder = folder
        self.kind, self.labels = about["kind"], tuple(about["labels"])
        self.texts = Texts(about, folder)
        model = core.read_model(folder / GRAPH)
        precision = "bf16" if about["precision"] == "bf16" and has_bf16() else "f32"
        self.streams = max(1, len(os.sched_getaffinity(0)))
        common = {"INFERENCE_PRECISION_HINT": precision}
        look_up_first(model)
        self.alone = threading.Lock()
        self.single = core.compile_model(model, "CPU", common | {"NUM_STREAMS": 1, CACHE: KEPT}).create_infer_request()
        compiled = core.compile_model(model, "CPU", common | {"NUM_STREAMS": self.streams, CACHE: KEPT})
        shapes = [one.partial_shape[1] for one in compiled.outputs]
        widths = [int(one.get_length()) if one.is_static else 0 for one in shapes]  # 0: an answer for each token
        self.width, self.deep = (*widths, 0)[:2]
        self.free: SimpleQueue[Any] = SimpleQueue()
        for _ in range(self.streams):
            self.free.put(compiled.create_infer_request())

    def outputs(self, xs: Sequence[str]) -> Outputs:
        """Return logits and vectors, and for each text whether its end was cut off."""
        ids, cut = self.texts.encode(xs)
        logits, vectors = self._run(ids)
        return Outputs(logits, cut, vectors)

    def run(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Return the logits of texts that are token ids already."""
        return self._run(ids)[0]

    def _run(self, ids: Sequence[Sequence[int]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        logits, vectors = (np.zeros((len(ids), width), dtype=np.float32) for width in (self.width, self.deep))

        def take(batch: Sequence[int], found: Sequence[NDArray[np.float32]]) -> None:
            logits[list(batch)] = found[0]
            if self.deep:
                vectors[list(batch)] = found[1]

        self.each(ids, take)
        return logits, vectors

    def ids(self, xs: Sequence[str]) -> list[list[int]]:
        """Return the token ids of texts."""
        return self.texts.encode(xs)[0]

    def each(self, ids: Sequence[Sequence[int]], take: Take) -> None:
        """Let `take` have the places and the outputs of each batch; it must copy what it keeps."""
        if len(ids) == 1 and self.alone.acquire(blocking=False):
            try:
                found = self.single.infer(self.texts.inputs(ids), share_inputs=True)
                take([0], list(found.values()))
            finally:
                self.alone.release()
            return
        running: deque[tuple[Any, list[int]]] = deque()

        def finish() -> None:
            request, batch = running.popleft()
            try:
                request.wait()
                take(batch, [one.data[: len(batch)] for one in request.output_tensors])
            finally:
                self.free.put(request)

        try:
            for batch in batches([len(one) for one in ids], streams=self.streams):
                if running and self.free.empty():  # never wait for a stream while holding one: so might another thread
                    finish()
                request = self.free.get()
                running.append((request, batch))
                request.start_async(self.texts.inputs([ids[i] for i in batch], fine=len(ids) > SIZES[-1]))
            while running:
                finish()
        finally:
            for request, _ in running:
                self.free.put(request)

    @classmethod
    def load(cls, folder: Path) -> Self:
        try:
            return cls(read_about(folder), folder)
        except RuntimeError as error:
            raise SetupError(
                f"the exported model cannot be opened: {str(error).splitlines()[0][:160]}",
                where=str(folder / GRAPH),
                fix="luodi run --fresh evaluate makes a new one",
            ) from None


ENGINE = GraphSession
