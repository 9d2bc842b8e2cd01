"""A small reader under OpenVINO: tokens with their features in, spans of characters with probabilities out."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Span
from luodi.runtime.openvino import core, look_up_first
from luodi.runtime.openvino import write as write_graph
from luodi.runtime.reading import Found, Limits, Window, answers, candidates
from luodi.runtime.reading_light import LightScribe
from luodi.runtime.session import read_about, write_about

GRAPH = "graph.xml"
BATCH = 16


class Light:
    """The graph, what cuts texts for it, and how likely "no answer" is beforehand."""

    def __init__(self, graph: Path, scribe: LightScribe, nothing: float | None) -> None:
        model = core.read_model(graph)
        look_up_first(model)
        self.request = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}).create_infer_request()
        self.scribe, self.nothing, self.lock = scribe, nothing, threading.Lock()

    def predict(self, xs: Sequence[Mapping[str, Any]]) -> list[list[Span]]:
        """Return the answers to each x, best first."""
        windows = [(n, place, one) for n, x in enumerate(xs) for place, one in self.scribe.all_windows(x)]
        order = sorted(range(len(windows)), key=lambda n: -len(windows[n][2].ids))
        found: list[list[tuple[int, Found]]] = [[] for _ in xs]
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            with self.lock:
                logits = np.array(self.request.infer(inputs_of([windows[n][2] for n in batch]))[0], dtype=np.float32)
            for n, one in zip(batch, logits, strict=True):
                at, place, window = windows[n]
                spans = candidates(window, one, self.scribe.limits.max_answer)
                found[at] += [(n, span._replace(passage=place)) for span in spans]
        ordered = [[span for _, span in sorted(each, key=lambda one: one[0])] for each in found]
        return [answers(x, each, nothing=self.nothing) for x, each in zip(xs, ordered, strict=True)]

    @classmethod
    def load(cls, folder: Path) -> Self:
        about: dict[str, Any] = read_about(folder)
        return cls(folder / GRAPH, LightScribe(Limits(**about["limits"])), about["nothing"])


def inputs_of(windows: Sequence[Window]) -> list[NDArray[Any]]:
    """Return ids (n, longest), features (n, longest, n_features) and question (n, longest question), padded with 0."""
    longest, asked = max(len(one.ids) for one in windows), max(len(one.question) for one in windows)
    ids = np.zeros((len(windows), longest), dtype=np.int64)
    question = np.zeros((len(windows), asked), dtype=np.int64)
    features = np.zeros((len(windows), longest, windows[0].features.shape[1]), dtype=np.float32)
    for row, one in enumerate(windows):
        ids[row, : len(one.ids)] = one.ids
        features[row, : len(one.ids)] = one.features
        question[row, : len(one.question)] = one.question
    return [ids, features, question]


def write(folder: Path, graph: Any, **about: Any) -> None:
    """Write a reader that `load` opens."""
    write_graph(graph, folder / GRAPH)
    write_about(folder, "engine_light", **about)


ENGINE = Light
