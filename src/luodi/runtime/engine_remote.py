"""A model on somebody else's machine: a prompt, an endpoint, and the labels that it has given so far. No weights."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from luodi.contracts import Scores, record
from luodi.errors import SetupError
from luodi.runtime.answered import Answered, read_known
from luodi.runtime.asking import Asker, RefusedError, Reply
from luodi.runtime.caller import Caller
from luodi.runtime.endpoint import Endpoint
from luodi.runtime.offers import question
from luodi.runtime.prompt import OutsideError, Prompt, repair
from luodi.runtime.session import read_about, write_about

STATED = 0.9  # the score of an answer whose endpoint tells nothing about it; the temperature makes of it what dev says
UNCHOSEN = 0.05  # the score of a tag that was not chosen: what an endpoint says is about the chosen ones
WARM = 1.0  # temperature of further samples; the first one is asked at 0


@record
class Answer:
    """What was made of one text's replies. Without labels where the model gave no valid answer."""

    labels: tuple[int, ...] | None
    scores: tuple[float, ...]
    """One for each of the labels, 0 to 1."""
    fault: str = ""
    """`outside` (no valid answer, asked twice) or `refused`."""
    tokens_in: int = 0
    tokens_out: int = 0


class Remote:
    """Asks an endpoint and keeps what it said."""

    def __init__(
        self,
        prompt: Prompt,
        endpoint: Endpoint,
        prior: Scores,
        offers: Mapping[str, Any],
        answers: Mapping[str, Answer] | None = None,
        *,
        patient: bool = False,
    ) -> None:
        self.prompt, self.endpoint, self.prior, self.offers, self.patient = prompt, endpoint, prior, offers, patient
        self.asker = Asker(endpoint, patient=patient)
        self.caller = Caller(self.asker)
        self.kept = Answered(
            endpoint, prompt.version, self.caller, self._one,
            pack=_plain, unpack=_answer, known=answers, patient=patient, outside="no label of the list",
        )  # fmt: skip
        self.streams = endpoint.concurrency
        """So many threads of a service may ask at once."""

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        """Return the scores of each x. Raises `SetupError` where the endpoint gives no answer in time."""
        return [self._scores(one) for one in self.kept.find(xs)]

    def keep(self, journal: Path) -> None:
        """Take the answers that an earlier, interrupted try noted in this file, and note further ones there."""
        self.kept.keep(journal)

    def measured(self, xs: Sequence[str]) -> dict[str, float]:
        """Ask some texts again; return what that took, what a thousand cost, and how steady the answers are."""
        return self.kept.measured(xs, alike=self._alike)

    def save(self, folder: Path) -> None:
        """Write `session.json` with the whole prompt, and the answers so far."""
        about = {"prompt": self.prompt.about(), "endpoint": asdict(self.endpoint)}
        write_about(folder, "engine_remote", **about, prior=self.prior, offers=dict(self.offers))
        self.kept.save(folder)

    @classmethod
    def load(cls, folder: Path, *, patient: bool = False) -> Self:
        about = read_about(folder)
        told = about["prompt"]
        prompt = Prompt(
            kind=told["kind"],
            labels=tuple(told["labels"]),
            descriptions=told["descriptions"],
            examples=tuple((text, y) for text, y in told["examples"]),
        )
        if prompt.version != told["version"]:
            raise SetupError("the prompt is worded otherwise by this version of luodi", where=str(folder),
                             fix="luodi run makes a fresh bundle")  # fmt: skip
        made = {key: _answer(value) for key, value in read_known(folder).items()}
        return cls(prompt, Endpoint(**about["endpoint"]), about["prior"], about["offers"], made, patient=patient)

    def ask(self, text: str) -> Reply:
        """Ask once about a text, as it is asked otherwise; for whoever wants to know what an endpoint offers."""
        return self.caller.run(self.asker.ask(self._question(self.prompt.messages(text))))

    async def _one(self, x: str) -> Answer:
        """Return what is made of the replies about one text."""
        messages = self.prompt.messages(x)
        first = await self._sample(messages, 0.0)
        more = [await self._sample(messages, WARM) for _ in range(self.endpoint.samples - 1)]
        valid = [one for one in (first, *more) if one.labels is not None]
        tokens = {name: sum(getattr(one, name) for one in (first, *more)) for name in ("tokens_in", "tokens_out")}
        if not valid:
            return Answer(labels=None, scores=(), fault=first.fault, **tokens)
        if not more:
            return first
        votes = Counter(label for one in valid for label in one.labels or ())
        # as if each label had half a vote for it and half a vote against it: no answer is beyond doubt
        scores = {label: (n + 0.5) / (len(valid) + 1) for label, n in votes.items()}
        if self.prompt.kind == "classify":  # of equals the one that came first
            chosen: tuple[int, ...] = (max(scores, key=scores.__getitem__),)
        else:
            chosen = tuple(sorted(label for label, p in scores.items() if p >= 0.5))
        return Answer(labels=chosen, scores=tuple(scores[label] for label in chosen), **tokens)

    async def _sample(self, messages: list[dict[str, str]], temperature: float) -> Answer:
        """Ask, and once more where the answer is none."""
        tokens_in = tokens_out = 0
        fault = ""
        for _ in range(2):
            try:
                reply = await self.asker.ask(self._question(messages, temperature))
            except RefusedError:
                return Answer(labels=None, scores=(), fault="refused", tokens_in=tokens_in, tokens_out=tokens_out)
            tokens_in, tokens_out = tokens_in + reply.tokens_in, tokens_out + reply.tokens_out
            try:
                labels = self.prompt.read(reply.content)
            except OutsideError as error:
                fault, messages = "outside", [*messages, *repair(reply.content, str(error))]
                continue
            sure = _sure(reply, [self.prompt.labels[n] for n in labels])
            return Answer(labels=labels, scores=sure, tokens_in=tokens_in, tokens_out=tokens_out)
        return Answer(labels=None, scores=(), fault=fault, tokens_in=tokens_in, tokens_out=tokens_out)

    def _question(self, messages: Sequence[Mapping[str, str]], temperature: float = 0.0) -> dict[str, Any]:
        """Return the body of a question, with what this endpoint offers."""
        told, longest = [dict(one) for one in messages], self.prompt.max_tokens()
        return question(told, self.offers, self.prompt.schema(), max_tokens=longest, temperature=temperature)

    def _scores(self, answer: Answer) -> Scores:
        """Return probabilities. Of an answer without a label nothing is known but how frequent each label is."""
        if answer.labels is None:
            return dict(self.prior)
        labels, given = self.prompt.labels, dict(zip(answer.labels, answer.scores, strict=True))
        if self.prompt.kind == "tag":
            return {label: max(0.5, given[n]) if n in given else UNCHOSEN for n, label in enumerate(labels)}
        (best, p), n_others = next(iter(given.items())), len(labels) - 1
        p = max(p, 1.0 / len(labels) + 1e-6) if n_others else 1.0  # what it chose stays the first
        return {label: p if n == best else (1 - p) / n_others for n, label in enumerate(labels)}

    def _alike(self, one: Answer, other: Answer) -> bool:
        ours, theirs = self._scores(one), self._scores(other)
        if self.prompt.kind == "classify":
            return max(ours, key=ours.__getitem__) == max(theirs, key=theirs.__getitem__)
        return {label for label, p in ours.items() if p >= 0.5} == {label for label, p in theirs.items() if p >= 0.5}

    def close(self) -> None:
        """Close all connections; the next question opens new ones."""
        self.caller.close()


def _sure(reply: Reply, labels: Sequence[str]) -> tuple[float, ...]:
    """Return how sure the model was of each label: the product over the tokens that write it, else a constant."""
    written = "".join(token for token, _ in reply.logprobs)
    found = []
    for label in labels:
        quoted = json.dumps(label, ensure_ascii=False)[1:-1]
        at = written.rfind(quoted)
        if not label or at < 0:
            found.append(STATED)
            continue
        total, place = 0.0, 0
        for token, logprob in reply.logprobs:
            if place < at + len(quoted) and at < place + len(token):
                total += logprob
            place += len(token)
        found.append(round(math.exp(total), 6))
    return tuple(found)


def _plain(answer: Answer) -> list[Any]:
    labels = None if answer.labels is None else list(answer.labels)
    return [labels, list(answer.scores), answer.fault, answer.tokens_in, answer.tokens_out]


def _answer(value: list[Any]) -> Answer:
    labels, scores, fault, tokens_in, tokens_out = value
    return Answer(
        labels=None if labels is None else tuple(labels),
        scores=tuple(scores),
        fault=fault,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
    )


ENGINE = Remote
