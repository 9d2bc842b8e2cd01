"""A causal language model that writes translations and summaries: served by CTranslate2 in small integers, no torch."""

import math
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

import ctranslate2

from luodi import sentences
from luodi.contracts import Draft, Material, record
from luodi.runtime.engine_tokens import TOKENIZER, plain_tokenizer
from luodi.runtime.engine_translate import LENGTH_RATIO, LENGTH_SLACK, NO_REPEAT, decoding
from luodi.runtime.prompt_text import within
from luodi.runtime.session import read_about
from luodi.runtime.translated import by_temperature, drafts

P = TypeVar("P", int, str)
"""A piece, as its number or as it is written."""
BEAM = 4
AT_ONCE = 32
BATCH_TOKENS = 512
LEAST_ROOM = 16
ROUNDS = 4
"""So often what is too long to be read at once is summed up part by part; what is still too long then is cut."""


@record
class Manner:
    """How a model is asked, and how much it can read and write."""

    form: str
    """What is summed up; empty where texts are translated."""
    language: str
    """The language to translate into; empty where nobody says."""
    window: int
    """Pieces that it can hold: what is asked and what it answers, together."""
    longest: int
    """Pieces of an answer at most."""

    def around(self, query: str = "") -> tuple[str, str]:
        """Return what is said before and after a text."""
        if not self.form:
            into = f" into {self.language}" if self.language else ""
            return f"Translate{into}:\n", "\n\nTranslation:\n"
        about = f" what is said about: {query}" if query else ""
        return f"Summarize{about}:\n", "\n\nSummary:\n"

    def asked(self, before: list[P], text: list[P], after: list[P]) -> list[P]:
        """Return pieces of what is asked; the text is cut where it is too long, and what is before it, a question."""
        before = before[: self.most_before]
        return before + text[: self.room(len(before) + len(after))] + after

    @property
    def most_before(self) -> int:
        """Return how many pieces may stand before a text."""
        return self.window // 4

    def room(self, n_around: int) -> int:
        """Return how many pieces a text may have."""
        return max(LEAST_ROOM, self.window - self.longest - n_around)


class LanguageModel:
    """A network that goes on from what it is told, its pieces, and how it is asked."""

    def __init__(self, folder: Path, manner: Manner, end: str, *, n_threads: int | None = None) -> None:
        self.manner, self.end = manner, end
        self.pieces = plain_tokenizer(folder / TOKENIZER)
        threads = n_threads or len(os.sched_getaffinity(0))
        self.network = ctranslate2.Generator(str(folder), device="cpu", inter_threads=threads, intra_threads=1)

    def predict(self, xs: Sequence[Material]) -> list[Draft]:
        """Return what is written for each x."""
        return by_temperature(xs, self._translations if not self.manner.form else self._summaries)

    def _translations(self, xs: Sequence[Material], heat: float) -> list[Draft]:
        return drafts(xs, partial(self.translate, temperature=heat), language=self.manner.language)

    def _summaries(self, xs: Sequence[Material], heat: float) -> list[Draft]:
        texts = [self._condensed(x["text"], x.get("query", "")) for x in xs]
        asked = [self.asked(text, x.get("query", "")) for text, x in zip(texts, xs, strict=True)]
        made = self.write(asked, self.manner.longest, temperature=heat)
        return [_draft(x, *one) for x, one in zip(xs, made, strict=True)]

    def translate(self, texts: Sequence[str], *, temperature: float = 0.0) -> list[tuple[str, float]]:
        """Return the translation of each sentence, and the mean probability of its pieces."""
        room = self._room("")
        cut = [self.stretches(one, room) for one in texts]
        asked = [self.asked(part) for parts in cut for part in parts]
        order = sorted(range(len(asked)), key=lambda n: -len(asked[n]))
        found: list[tuple[str, float]] = [("", 1.0)] * len(asked)
        for start in range(0, len(order), AT_ONCE):
            rows = order[start : start + AT_ONCE]
            longest = min(self.manner.longest, LENGTH_RATIO * len(asked[rows[0]]) + LENGTH_SLACK)
            made = self.write([asked[n] for n in rows], longest, temperature=temperature)
            for n, one in zip(rows, made, strict=True):
                found[n] = one
        parts = iter(found)
        return [_joined([next(parts) for _ in each]) for each in cut]

    def asked(self, text: str, query: str = "") -> list[str]:
        """Return the pieces of a question about a text, which is cut where it is too long."""
        before, after = (self.tokens(one) for one in self.manner.around(query))
        return self.manner.asked(before, self.tokens(text), after)

    def write(self, asked: Sequence[list[str]], longest: int, *, temperature: float = 0.0) -> list[tuple[str, float]]:
        """Return how the model goes on from each of these, and the mean probability of its pieces."""
        made = self.network.generate_batch(
            list(asked),
            **decoding(BEAM, temperature),
            max_batch_size=BATCH_TOKENS,
            batch_type="tokens",
            max_length=longest,
            no_repeat_ngram_size=NO_REPEAT,
            end_token=self.end,
            include_prompt_in_result=False,
            return_scores=True,
        )
        return [
            (
                self.pieces.decode(list(one.sequences_ids[0]), skip_special_tokens=False).strip(),
                math.exp(min(0.0, one.scores[0])),
            )
            for one in made
        ]

    def tokens(self, text: str) -> list[str]:
        """Return the pieces of a text."""
        return list(self.pieces.encode(text, add_special_tokens=False).tokens)

    def parts(self, text: str, query: str = "") -> list[str]:
        """Return the parts of a text, whole sentences as far as possible, each of which can be read at once."""
        room = self._room(query)
        if len(self.tokens(text)) <= room:
            return [text]
        made, left = list[list[str]](), 0
        for one in (part for sentence in sentences.split(text) for part in self.stretches(sentence, room)):
            size = len(self.tokens(one)) + 1  # a space between
            if size > left:
                made.append([])
                left = room
            made[-1].append(one)
            left -= size
        return [sentences.joined(each) for each in made]

    def stretches(self, text: str, room: int) -> list[str]:
        """Return a text cut after every so many pieces."""
        places = self.pieces.encode(text, add_special_tokens=False).offsets
        starts = [0, *(places[n][0] for n in range(room, len(places), room))]
        return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]

    def _room(self, query: str) -> int:
        before, after = (len(self.tokens(one)) for one in self.manner.around(query))
        return self.manner.room(min(before, self.manner.most_before) + after)

    def _condensed(self, text: str, query: str) -> str:
        """Return a text that can be read at once: itself, or what is said of its parts."""
        for _ in range(ROUNDS):
            parts = self.parts(text, query)
            if len(parts) == 1:
                break
            told = self.write([self.asked(one, query) for one in parts], self.manner.longest)
            shorter = "\n".join(one for one, _ in told)
            if not 0 < len(shorter) < len(text):
                break
            text = shorter
        return text

    @classmethod
    def load(cls, folder: Path) -> Self:
        about = read_about(folder)
        return cls(folder, Manner(**about["manner"]), about["end"])


def _draft(x: Material, text: str, score: float) -> Draft:
    made = Draft(text=within(x, text), score=score)
    return made if made["text"] else Draft(**made, flags=["empty"])


def _joined(parts: Sequence[tuple[str, float]]) -> tuple[str, float]:
    return " ".join(text for text, _ in parts if text), min(score for _, score in parts)


ENGINE = LanguageModel
