"""An exported network under OpenVINO, with its tokenizer: sorted by length, in batches, on all cores."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from luodi.contracts import Scores
from luodi.errors import SetupError
from luodi.runtime.engine_tokens import TOKENIZER, plain_tokenizer
from luodi.runtime.head import to_scores
from luodi.runtime.openvino import core, engine, has_bf16
from luodi.runtime.session import read_about

GRAPH = "graph.xml"
BATCH_TOKENS = 2_048  # about 32 texts of 64 tokens; larger batches fall out of the cache
MAX_BATCH = 64


class GraphSession:
    """Token ids and mask in, logits out. One stream for a single text, one per core for many."""

    def __init__(self, about: dict[str, Any], tokenizer: Tokenizer, graph: Path) -> None:
        self.kind, self.labels = about["kind"], tuple(about["labels"])
        self.tokenizer, self.pad = tokenizer, about["pad"]
        self.tokenizer.enable_truncation(about["max_tokens"])
        model = core.read_model(graph)
        precision = "bf16" if about["precision"] == "bf16" and has_bf16() else "f32"
        n_streams = max(1, len(os.sched_getaffinity(0)))
        common = {"INFERENCE_PRECISION_HINT": precision}
        self.single = core.compile_model(model, "CPU", common | {"NUM_STREAMS": 1}).create_infer_request()
        compiled = core.compile_model(model, "CPU", common | {"NUM_STREAMS": n_streams})
        self.queue = engine.AsyncInferQueue(compiled, n_streams)

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        return to_scores(self.kind, self.labels, self.logits(xs)) if xs else []

    def logits(self, xs: Sequence[str]) -> NDArray[np.float32]:
        """Return logits, shape (n, n_labels)."""
        ids = [one.ids for one in self.tokenizer.encode_batch(list(xs))]
        if len(ids) == 1:
            return np.array(self.single.infer(self._inputs(ids), share_inputs=True)[0], dtype=np.float32)
        out = np.zeros((len(ids), len(self.labels)), dtype=np.float32)

        def keep(request: Any, batch: list[int]) -> None:
            out[batch] = request.get_output_tensor(0).data

        self.queue.set_callback(keep)
        for batch in batches([len(one) for one in ids]):
            self.queue.start_async(self._inputs([ids[i] for i in batch]), userdata=batch)
        self.queue.wait_all()
        return out

    def _inputs(self, ids: Sequence[Sequence[int]]) -> list[NDArray[np.int64]]:
        longest = max(len(one) for one in ids)
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
