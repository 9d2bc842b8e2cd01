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
from tokenizers import Tokenizer

from luodi.contracts import Scores
from luodi.errors import SetupError
from luodi.runtime.engine_tokens import TOKENIZER, plain_tokenizer
from luodi.runtime.head import to_scores
from luodi.runtime.openvino import core, has_bf16, look_up_first
from luodi.runtime.session import read_about

GRAPH, CACHE = "graph.xml", "CPU_RUNTIME_CACHE_CAPACITY"
BATCH_TOKENS = 2_048  # about 32 texts of 64 tokens; larger batches fall out of the cache
MAX_BATCH = 64
STEP = 8  # a text alone is padded to a multiple of this, since new kernels for each length cost more than 7 tokens
# Entries of the cache of kernels, some 10 to a shape, without which memory would grow with each shape that it meets: as
# many as the shapes of single texts need; of a batch, the work outweighs the making of kernels.
KEPT_ALONE, KEPT = 128, 16


class GraphSession:
    """Token ids and mask in, logits out. One stream for a single text, one per core for many.

    Any number of threads may ask at the same time; `streams` of them keep all cores busy.
    """

    def __init__(self, about: dict[str, Any], tokenizer: Tokenizer, graph: Path) -> None:
        self.folder = graph.parent
        self.kind, self.labels = about["kind"], tuple(about["labels"])
        self.tokenizer, self.pad = tokenizer, about["pad"]
        self.max_tokens = int(about["max_tokens"])
        self.tokenizer.enable_truncation(self.max_tokens)
        model = core.read_model(graph)
        precision = "bf16" if about["precision"] == "bf16" and has_bf16() else "f32"
        self.streams = max(1, len(os.sched_getaffinity(0)))
        common = {"INFERENCE_PRECISION_HINT": precision}
        look_up_first(model)
        self.alone = threading.Lock()
        self.single = core.compile_model(
            model, "CPU", common | {"NUM_STREAMS": 1, CACHE: KEPT_ALONE}
        ).create_infer_request()
        compiled = core.compile_model(model, "CPU", common | {"NUM_STREAMS": self.streams, CACHE: KEPT})
        shape = compiled.output(0).partial_shape
        self.width = int(shape[1].get_length()) if shape[1].is_static else 0  # 0: an answer for each token
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
        encoded = self.tokenizer.encode_batch(list(xs))
        return self.run([one.ids for one in encoded]), [bool(one.overflowing) for one in encoded]

    def run(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Return the logits of texts that are token ids already."""
        out = np.zeros((len(ids), self.width), dtype=np.float32)

        def take(batch: Sequence[int], logits: NDArray[np.float32]) -> None:
            out[list(batch)] = logits

        self.each(ids, take)
        return out

    def ids(self, xs: Sequence[str]) -> list[list[int]]:
        """Return the token ids of texts."""
        return [one.ids for one in self.tokenizer.encode_batch(list(xs))]

    def each(self, ids: Sequence[Sequence[int]], take: Callable[[Sequence[int], NDArray[np.float32]], None]) -> None:
        """Let `take` have the places and the outputs of each batch; it must copy what it keeps."""
        if len(ids) == 1 and self.alone.acquire(blocking=False):
            try:
                take([0], self.single.infer(self._inputs(ids, STEP), share_inputs=True)[0])
            finally:
                self.alone.release()
            return
        running: deque[tuple[Any, list[int]]] = deque()

        def finish() -> None:
            request, batch = running.popleft()
            try:
                request.wait()
                take(batch, request.get_output_tensor(0).data)
            finally:
                self.free.put(request)

        try:
            for batch in batches([len(one) for one in ids]):
                if running and self.free.empty():  # never wait for a stream while holding one: so might another thread
                    finish()
                request = self.free.get()
                running.append((request, batch))
                request.start_async(self._inputs([ids[i] for i in batch]))
            while running:
                finish()
        finally:
            for request, _ in running:
                self.free.put(request)

    def _inputs(self, ids: Sequence[Sequence[int]], step: int = 1) -> list[NDArray[np.int64]]:
        longest = max(len(one) for one in ids)
        longest = max(longest, min(self.max_tokens, -(-longest // step) * step))
        padded = np.full((len(ids), longest), self.pad, dtype=np.int64)
        mask = np.zeros((len(ids), longest), dtype=np.int64)
        for row, one in enumerate(ids):
            padded[row, : len(one)] = one
            mask[row, : len(one)] = 1
        return [padded, mask]

    @classmethod
    def load(cls, folder: Path) -> Self:
        try:
            return cls(read_about(folder), plain_tokenizer(folder / TOKENIZER), folder / GRAPH)
        except RuntimeError as error:
            raise SetupError(
                f"the exported model cannot be opened: {str(error).splitlines()[0][:160]}",
                where=str(folder / GRAPH),
                fix="luodi run --fresh evaluate makes a new one",
            ) from None


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Return all texts in batches of about equal length and bounded size, longest first."""
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    made, start = [], 0
    while start < len(order):
        n = max(1, min(MAX_BATCH, BATCH_TOKENS // max(1, lengths[order[start]])))
        made.append(order[start : start + n])
        start += n
    return made


ENGINE = GraphSession
