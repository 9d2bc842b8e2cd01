"""An exported reader under OpenVINO: windows of question and passage in, spans of characters with probabilities out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Span
from luodi.runtime.engine_network import GraphSession
from luodi.runtime.engine_tokens import TOKENIZER
from luodi.runtime.reading import Found, Limits, Scribe, answers, candidates
from luodi.runtime.session import read_about


class Reader:
    """The graph, what cuts texts for it, and how likely "no answer" is beforehand."""

    def __init__(self, graph: GraphSession, scribe: Scribe, nothing: float | None) -> None:
        self.graph, self.scribe, self.nothing = graph, scribe, nothing
        self.streams = graph.streams

    def predict(self, xs: Sequence[Mapping[str, Any]]) -> list[list[Span]]:
        """Return the answers to each x, best first."""
        found = self.found(xs)
        return [answers(x, one, nothing=self.nothing) for x, one in zip(xs, found, strict=True)]

    def found(self, xs: Sequence[Mapping[str, Any]]) -> list[list[Found]]:
        """Return the likeliest spans of all windows of all passages of each x, as `reading.candidates` does."""
        windows = [self.scribe.all_windows(x) for x in xs]
        flat = [one for each in windows for _, one in each]
        logits: list[NDArray[np.float32]] = [np.zeros(0, dtype=np.float32)] * len(flat)

        def take(batch: Sequence[int], made: Sequence[NDArray[np.float32]]) -> None:
            for n, one in zip(batch, made[0], strict=True):
                logits[n] = np.array(one, dtype=np.float32)

        if flat:
            self.graph.each([one.ids for one in flat], take)
        most = self.scribe.limits.max_answer
        spans = iter([candidates(window, one, most) for window, one in zip(flat, logits, strict=True)])
        return [[span._replace(passage=n) for n, _ in each for span in next(spans)] for each in windows]

    def ids(self, xs: Sequence[Mapping[str, Any]]) -> list[list[int]]:
        """Return the token ids of all windows, as the graph gets them."""
        return [one.ids for x in xs for _, one in self.scribe.all_windows(x)]

    @classmethod
    def load(cls, folder: Path) -> Self:
        about: dict[str, Any] = read_about(folder)
        scribe = Scribe(folder / TOKENIZER, Limits(**about["limits"]))
        return cls(GraphSession.load(folder), scribe, about["nothing"])


ENGINE = Reader
