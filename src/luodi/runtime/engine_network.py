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
from luodi.runtime.marked import Marked
from luodi.runtime.openvino import core, has_bf16, look_up_first
from luodi.runtime.session import read_about
from luodi.runtime.texts import SIZES, Texts, batches

GRAPH, CACHE = "graph.xml", "CPU_RUNTIME_CACHE_CAPACITY"
KEPT = 256  # entries of the caches of kernels, some 10 to a shape, of which there are few: `texts.SIZES`


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
        shape = compiled.output(0).partial_shape
        self.width = int(shape[1].get_length()) if shape[1].is_static else 0  # 0: an answer for each token
        self.free: SimpleQueue[Any] = SimpleQueue()
        for _ in range(self.streams):
            self.free.put(compiled.create_infer_request())

    def marked_logits(self, xs: Sequence[str]) -> tuple[NDArray[np.float32], list[bool]]:
        """Return logits, shape (n, n_labels), and for each text whether its end was cut off."""
        ids, cut = self.texts.encode(xs)
        return self.run(ids), cut

    def run(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Return the logits of texts that are token ids already."""
        out = np.zeros((len(ids), self.width), dtype=np.float32)

        def take(batch: Sequence[int], logits: NDArray[np.float32]) -> None:
            out[list(batch)] = logits

        self.each(ids, take)
        return out

    def ids(self, xs: Sequence[str]) -> list[list[int]]:
        """Return the token ids of texts."""
        return self.texts.encode(xs)[0]

    def each(self, ids: Sequence[Sequence[int]], take: Callable[[Sequence[int], NDArray[np.float32]], None]) -> None:
        """Let `take` have the places and the outputs of each batch; it must copy what it keeps."""
        if len(ids) == 1 and self.alone.acquire(blocking=False):
            try:
                take([0], self.single.infer(self.texts.inputs(ids), share_inputs=True)[0])
            finally:
                self.alone.release()
            return
        running: deque[tuple[Any, list[int]]] = deque()

        def finish() -> None:
            request, batch = running.popleft()
            try:
                request.wait()
                take(batch, request.get_output_tensor(0).data[: len(batch)])
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
