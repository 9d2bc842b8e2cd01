"""An exported network under OpenVINO, with its tokenizer: sorted by length, in batches, on all cores."""

import os
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Scores
from luodi.errors import SetupError
from luodi.runtime.head import to_scores
from luodi.runtime.openvino import core, has_bf16, look_up_first
from luodi.runtime.session import read_about
from luodi.runtime.texts import Texts, batches

GRAPH, CACHE = "graph.xml", "CPU_RUNTIME_CACHE_CAPACITY"
KEPT = 256  # entries of the caches of kernels, some 10 to a shape, of which there are few: `texts.SIZES`


class GraphSession:
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
        self.width = int(compiled.output(0).partial_shape[1].get_length())
        self.free: SimpleQueue[Any] = SimpleQueue()
        for _ in range(self.streams):
            self.free.put(compiled.create_infer_request())

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        return [scores for scores, _ in self.predict_marked(xs)]

    def predict_marked(self, xs: Sequence[str]) -> list[tuple[Scores, bool]]:
        """Return the scores of each text, and whether its end was cut off."""
        if not xs:
            return []
        logits, cut = self.marked_logits(xs)
        return list(zip(to_scores(self.kind, self.labels, logits), cut, strict=True))

    def logits(self, xs: Sequence[str]) -> NDArray[np.float32]:
        """Return logits, shape (n, n_labels); of a network that makes vectors, these."""
        return self.marked_logits(xs)[0]

    def marked_logits(self, xs: Sequence[str]) -> tuple[NDArray[np.float32], list[bool]]:
        """Return logits, shape (n, n_labels), and for each text whether its end was cut off."""
        ids, cut = self.texts.encode(xs)
        return self.run(ids), cut

    def run(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Return the logits of texts that are token ids already."""
        if len(ids) == 1 and self.alone.acquire(blocking=False):
            try:
                inputs = self.texts.inputs(ids)
                return np.array(self.single.infer(inputs, share_inputs=True)[0], dtype=np.float32)
            finally:
                self.alone.release()
        out = np.zeros((len(ids), self.width), dtype=np.float32)
        running: deque[tuple[Any, list[int]]] = deque()

        def finish() -> None:
            request, batch = running.popleft()
            try:
                request.wait()
                out[batch] = request.get_output_tensor(0).data[: len(batch)]
            finally:
                self.free.put(request)

        try:
            for batch in batches([len(one) for one in ids], streams=self.streams):
                if running and self.free.empty():  # never wait for a stream while holding one: so might another thread
                    finish()
                request = self.free.get()
                running.append((request, batch))
                request.start_async(self.texts.inputs([ids[i] for i in batch]))
            while running:
                finish()
        finally:
            for request, _ in running:
                self.free.put(request)
        return out

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
