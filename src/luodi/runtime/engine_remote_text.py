"""A model on somebody else's machine that writes: a prompt, an endpoint, and the texts that it has written so far.

What is longer than a model reads at once is summed up part by part, and then the sums, in as many rounds as it takes.
"""

import asyncio
import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from luodi.contracts import Draft, Material, record
from luodi.errors import SetupError
from luodi.runtime.answered import Answered, read_known
from luodi.runtime.asking import Asker, RefusedError, Reply, UnansweredError
from luodi.runtime.caller import Caller
from luodi.runtime.endpoint import Endpoint, host_of
from luodi.runtime.offers import question
from luodi.runtime.prompt import OutsideError, repair
from luodi.runtime.prompt_text import Writing, look_again, within
from luodi.runtime.session import read_about, write_about
from luodi.runtime.translated import flags_of

STATED, NOTHING = 0.9, 0.01
"""The score of a text whose endpoint tells nothing about it, and of one that was not written."""
WARM = 1.0
SERVED_S = 20.0  # to write a paragraph takes a large model some seconds, where somebody waits too
AT_ONCE = 24_000
"""Characters that are summed up at once: some 8,000 tokens."""


@record
class Written:
    """What came of one text."""

    text: str
    score: float
    fault: str = ""
    """`outside` (no valid answer, asked twice) or `refused`: then nothing is written."""
    tokens_in: int = 0
    tokens_out: int = 0


class _Tally:
    """What the replies about one text cost together."""

    def __init__(self) -> None:
        self.tokens_in = self.tokens_out = 0

    def add(self, reply: Reply) -> None:
        self.tokens_in += reply.tokens_in
        self.tokens_out += reply.tokens_out


class RemoteText:
    """Asks an endpoint for texts, and keeps what it wrote."""

    def __init__(
        self,
        prompt: Writing,
        endpoint: Endpoint,
        offers: Mapping[str, Any],
        answers: Mapping[str, Written] | None = None,
        *,
        patient: bool = False,
    ) -> None:
        self.prompt, self.endpoint, self.offers, self.patient = prompt, endpoint, offers, patient
        self.asker = Asker(endpoint, patient=patient, served_s=SERVED_S)
        self.caller = Caller(self.asker)
        self.kept = Answered(
            endpoint, prompt.version, self.caller, self._one,
            pack=lambda one: list(asdict(one).values()), unpack=_unpacked, known=answers, patient=patient,
        )  # fmt: skip
        self.streams = endpoint.concurrency
        """So many threads of a service may ask at once."""

    def predict(self, xs: Sequence[Material]) -> list[Draft]:
        """Return what is written for each x. Raises `SetupError` where the endpoint gives no answer in time."""
        return [self._draft(x, one) for x, one in zip(xs, self.kept.find(xs), strict=True)]

    def keep(self, journal: Path) -> None:
        """Take the answers that an earlier, interrupted try noted in this file, and note further ones there."""
        self.kept.keep(journal)

    def measured(self, xs: Sequence[Material]) -> dict[str, float]:
        """Ask some texts again; return what that took, what a thousand cost, and how steady the answers are."""
        return self.kept.measured(xs, alike=lambda one, other: one.text == other.text)

    def save(self, folder: Path) -> None:
        """Write `session.json` with the whole prompt, and the texts so far."""
        about = {"prompt": self.prompt.about(), "endpoint": asdict(self.endpoint)}
        write_about(folder, "engine_remote_text", **about, offers=dict(self.offers))
        self.kept.save(folder)

    @classmethod
    def load(cls, folder: Path, *, patient: bool = False) -> Self:
        about = read_about(folder)
        prompt = Writing.read_back(about["prompt"])
        if prompt.version != about["prompt"]["version"]:
            raise SetupError("the prompt is worded otherwise by this version of luodi", where=str(folder),
                             fix="luodi run makes a fresh bundle")  # fmt: skip
        known = {key: _unpacked(value) for key, value in read_known(folder).items()}
        return cls(prompt, Endpoint(**about["endpoint"]), about["offers"], known, patient=patient)

    def ask(self, x: Material) -> Reply:
        """Ask once about a text, as it is asked otherwise; for whoever wants to know what an endpoint offers."""
        short = Material(**x | {"text": x["text"][:AT_ONCE]})
        return self.caller.run(self.asker.ask(self._question(self.prompt.messages(short), short, 0.0)))

    def close(self) -> None:
        """Close all connections; the next question opens new ones."""
        self.caller.close()

    def _draft(self, x: Material, one: Written) -> Draft:
        text = within(x, one.text) if self.prompt.form else one.text
        draft = Draft(text=text, score=one.score)
        if not text:
            return Draft(**draft, flags=["empty"])
        flags = [] if self.prompt.form else flags_of(x, text, x.get("language") or self.prompt.language)
        return Draft(**draft, flags=flags) if flags else draft

    async def _one(self, x: Material) -> Written:
        """Return what is made of the replies about one text."""
        try:
            async with asyncio.timeout(None if self.patient else SERVED_S):
                return await self._written(x)
        except TimeoutError:
            raise UnansweredError(
                f"{self.endpoint.model} did not write this within {SERVED_S:g} s", where=host_of(self.endpoint.url),
                fix="send a shorter text, or have it written by luodi predict, which waits",
            ) from None  # fmt: skip

    async def _written(self, x: Material) -> Written:
        tally = _Tally()
        try:
            shown = await self._condensed(x, tally)
            first = await self._sample(x, shown, x.get("temperature", 0.0), tally)
            more = [await self._sample(x, shown, WARM, tally) for _ in range(self.endpoint.samples - 1)]
        except (RefusedError, OutsideError) as error:
            fault = "refused" if isinstance(error, RefusedError) else "outside"
            return Written(text="", score=NOTHING, fault=fault, tokens_in=tally.tokens_in, tokens_out=tally.tokens_out)
        text, score = _most_like_the_others([first, *more]) if more else first
        return Written(text=text, score=score, tokens_in=tally.tokens_in, tokens_out=tally.tokens_out)

    async def _condensed(self, x: Material, tally: _Tally) -> Material:
        """Return what is short enough to be asked about: the text, or what its parts say."""
        text = x["text"]
        while self.prompt.form and len(text) > AT_ONCE:
            parts = [Material(text=one) for one in _cut(text)]
            told = await asyncio.gather(
                *(self._answer(self.prompt.messages(one, is_part=True), one, 0.0, tally) for one in parts)
            )
            shorter = "\n\n".join(one for one, _ in told)
            if len(shorter) > 0.8 * len(text):
                raise OutsideError("what should be shorter is not")
            text = shorter
        return Material(**x | {"text": text})

    async def _sample(self, x: Material, shown: Material, temperature: float, tally: _Tally) -> tuple[str, float]:
        """Return a text and how sure it is; where checks find something, whichever of two tries they find less in."""
        messages = self.prompt.messages(shown)
        text, score = await self._answer(messages, shown, temperature, tally)
        wrong = self.prompt.wrong(x, text)
        if not wrong:
            return text, score
        again = [*messages, *look_again(text, wrong)]
        try:
            second, sure = await self._answer(again, shown, temperature, tally)
        except (OutsideError, RefusedError):
            return text, score
        return (second, sure) if len(self.prompt.wrong(x, second)) < len(wrong) else (text, score)

    async def _answer(
        self, messages: list[dict[str, str]], x: Material, temperature: float, tally: _Tally
    ) -> tuple[str, float]:
        """Ask, and once more where the answer is none."""
        fault = OutsideError("no answer")
        for _ in range(2):
            reply = await self.asker.ask(self._question(messages, x, temperature))
            tally.add(reply)
            try:
                return self.prompt.read(reply.content), _sure(reply)
            except OutsideError as error:
                fault, messages = error, [*messages, *repair(reply.content, str(error))]
        raise fault

    def _question(self, messages: Sequence[Mapping[str, str]], x: Material, temperature: float) -> dict[str, Any]:
        told, longest = [dict(one) for one in messages], self.prompt.max_tokens(x)
        return question(told, self.offers, self.prompt.schema(), max_tokens=longest, temperature=temperature)


def _sure(reply: Reply) -> float:
    """Return the mean probability of the tokens, as for every model that writes; without them a constant."""
    if not reply.logprobs:
        return STATED
    return round(math.exp(sum(one for _, one in reply.logprobs) / len(reply.logprobs)), 6)


def _most_like_the_others(samples: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """Return the text that is most like the others, and how like them it is on average.

    Source: Eikema and Aziz 2020, "Is MAP Decoding All You Need?": minimum Bayes risk, here with words in order.
    """
    cut = [text.split() if " " in text else list(text) for text, _ in samples]
    worth = [
        sum(difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() for m, other in enumerate(cut) if m != n)
        / (len(cut) - 1)
        for n, one in enumerate(cut)
    ]
    best = max(range(len(cut)), key=lambda n: (worth[n], -n))
    return samples[best][0], round(worth[best], 6)


def _cut(text: str) -> list[str]:
    """Return the parts of a long text, cut where a paragraph, else a line, else a word ends, as far as there is one."""
    parts, start = [], 0
    while start < len(text):
        end = start + AT_ONCE
        if end < len(text):
            ends = (text.rfind(mark, start + AT_ONCE // 2, end) for mark in ("\f", "\n\n", "\n", "。", ". ", " "))
            end = next((one + 1 for one in ends if one > 0), end)
        parts.append(text[start:end])
        start = end
    return [one for one in parts if one.strip()]


def _unpacked(value: Sequence[Any]) -> Written:
    text, score, fault, tokens_in, tokens_out = value
    return Written(text=text, score=score, fault=fault, tokens_in=tokens_in, tokens_out=tokens_out)


ENGINE = RemoteText
