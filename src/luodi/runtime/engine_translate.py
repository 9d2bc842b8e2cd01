"""A translator served by CTranslate2: small integers, beam search, texts of one length together; no torch.

Source: Klein et al. 2020, "Efficient and High-Quality Neural Machine Translation with OpenNMT".
"""

import math
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import ctranslate2

from luodi.contracts import Draft, Material
from luodi.runtime import processor
from luodi.runtime.engine_tokens import TOKENIZER, plain_tokenizer
from luodi.runtime.session import read_about
from luodi.runtime.translated import by_temperature, drafts

END, SPACE = "</s>", "\u2581"
TARGET = "target.json"
"""The pieces of the language to write, where a model has others for it; needed to learn, and not to serve."""
BEAM = 4
BATCH_TOKENS = 128  # beams of so many pieces stay in the cache: half as fast with 2,048 (docs/logbook.md, 2026-11-30)
SAMPLED = 20
"""Pieces that chance chooses among, the likeliest."""
LENGTH_RATIO, LENGTH_SLACK = 2, 20
"""A translation has at most so many times the pieces of its source, and so many more."""
NO_REPEAT = 6
"""So many pieces in a row never come twice: where a small model loses its way, it goes in circles."""
MOST_PIECES = 200
"""Of a sentence at once; longer ones are translated in stretches."""


class Translator:
    """A network, its pieces, and the language that it writes."""

    def __init__(
        self,
        folder: Path,
        language: str,
        *,
        prefix: str | None = None,
        folded: Sequence[str] = ("", ""),
        n_threads: int | None = None,
    ) -> None:
        # a borrowed network has a list of pieces for both languages, and perhaps a mark for the one to write
        self.language, self.prefix = language, prefix
        self.read = str.maketrans(*folded)  # characters of the source, to those that they are read as
        self.before = [prefix] if prefix else []
        self.pieces = plain_tokenizer(folder / TOKENIZER)
        threads = n_threads or len(os.sched_getaffinity(0))
        # a batch for each core: two cores for one batch wait for each other at every small product, and are an eighth
        # as fast as one (docs/logbook.md, 2026-11-30)
        # where sums of int8 overflow, its weights are widened: BLEU 37.9 instead of 37.2, as fast (logbook, 2026-12-01)
        how = "float32" if processor.overflows(processor.flags()) else "default"
        self.network = ctranslate2.Translator(
            str(folder), device="cpu", inter_threads=threads, intra_threads=1, compute_type=how
        )

    def predict(self, xs: Sequence[Material]) -> list[Draft]:
        return by_temperature(
            xs, lambda each, heat: drafts(each, partial(self.translate, temperature=heat), language=self.language)
        )

    def translate(
        self, sentences: Sequence[str], *, beam: int = BEAM, temperature: float = 0.0
    ) -> list[tuple[str, float]]:
        """Return the translation of each sentence, and the mean probability of its pieces."""
        read = [one.translate(self.read) for one in sentences]
        cut = [_stretches(one.tokens) for one in self.pieces.encode_batch(read, add_special_tokens=False)]
        asked = [part for parts in cut for part in parts]
        order = sorted(range(len(asked)), key=lambda n: -len(asked[n]))
        answers: list[tuple[str, float]] = [("", 1.0)] * len(asked)
        waiting: list[tuple[int, Any]] = []
        for batch in _batches([len(asked[n]) + 1 for n in order]):
            rows = [order[n] for n in batch]
            longest = len(asked[rows[0]])
            begun = self.network.translate_batch(
                [[*self.before, *asked[n], END] for n in rows],
                **decoding(beam, temperature),
                max_batch_size=0,
                max_decoding_length=LENGTH_RATIO * longest + LENGTH_SLACK,
                no_repeat_ngram_size=NO_REPEAT,
                disable_unk=True,
                return_scores=True,
                asynchronous=True,
            )
            waiting += zip(rows, begun, strict=True)
        for n, promised in waiting:
            one = promised.result()
            answers[n] = (self._text(one.hypotheses[0]), math.exp(min(0.0, float(one.scores[0]))))
        parts = iter(answers)
        return [_joined([next(parts) for _ in each]) for each in cut]

    def _text(self, tokens: Sequence[str]) -> str:
        if self.prefix is not None:
            return "".join(one for one in tokens if one != END).replace(SPACE, " ").strip()
        numbers = (self.pieces.token_to_id(one) for one in tokens if one != END)
        ids = [one for one in numbers if one is not None]
        return str(self.pieces.decode(ids, skip_special_tokens=False)).strip()

    @classmethod
    def load(cls, folder: Path) -> Self:
        about = read_about(folder)
        return cls(folder, about["language"], prefix=about.get("prefix"), folded=about.get("folded", ("", "")))


def decoding(beam: int, temperature: float) -> dict[str, Any]:
    """Return how words are chosen: the likeliest by beams, or by chance among a few."""
    return (
        {"beam_size": 1, "sampling_topk": SAMPLED, "sampling_temperature": temperature}
        if temperature
        else {"beam_size": beam}
    )


def _stretches(tokens: list[str]) -> list[list[str]]:
    return [tokens[n : n + MOST_PIECES] for n in range(0, max(1, len(tokens)), MOST_PIECES)]


def _joined(parts: Sequence[tuple[str, float]]) -> tuple[str, float]:
    return " ".join(text for text, _ in parts if text), min(score for _, score in parts)


def _batches(lengths: Sequence[int]) -> list[range]:
    """Return stretches of texts, longest first, of which each fills the tokens of a batch."""
    made, start = [], 0
    while start < len(lengths):
        size = max(1, BATCH_TOKENS // lengths[start])
        made.append(range(start, min(len(lengths), start + size)))
        start += size
    return made


ENGINE = Translator
