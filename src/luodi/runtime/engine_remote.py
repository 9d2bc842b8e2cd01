"""A model on somebody else's machine: a prompt, an endpoint, and the answers that it has given so far. No weights.

The first answer to a text counts: it is kept by a hash of prompt and text, so that nothing is paid for twice and the
same text gets the same answer, from a model that may not do so itself. The answers to the rows of dev and exam go into
the bundle; those of a running service are kept in memory, the last 10,000 of them.
"""

import asyncio
import hashlib
import json
import math
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from luodi.contracts import Scores, record
from luodi.errors import SetupError
from luodi.runtime.asking import Asker, RefusedError, Reply, UnansweredError
from luodi.runtime.caller import Caller
from luodi.runtime.endpoint import Endpoint, host_of, is_here
from luodi.runtime.offers import question
from luodi.runtime.prompt import OutsideError, Prompt, repair
from luodi.runtime.session import read_about, write_about

ANSWERS = "answers.json"
STATED = 0.9  # the score of an answer whose endpoint tells nothing about it; the temperature makes of it what dev says
UNCHOSEN = 0.05  # the score of a tag that was not chosen: what an endpoint says is about the chosen ones
MOST_KEPT = 10_000
REMEMBERED_S = 10.0  # so long a text that failed is not asked again: a batch that fails is tried in halves
MOST_UNANSWERABLE = 0.2  # of many questions; more of them is no matter of texts
MANY = 20
N_MEASURED = 20
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
        self.answers: dict[str, Answer] = dict(answers or {})
        self.n_given = len(self.answers)
        self.journal: Path | None = None
        """Where further answers are noted as they come, so that a crash loses none."""
        self._version = prompt.version
        self._failed: dict[str, tuple[float, SetupError]] = {}
        self.asker = Asker(endpoint, patient=patient)
        self.caller = Caller(self.asker)
        self.streams = endpoint.concurrency
        """So many threads of a service may ask at once."""

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        """Return the scores of each x. Raises `SetupError` where the endpoint gives no answer in time."""
        keys = [self.key(x) for x in xs]
        new = {key: x for key, x in zip(keys, xs, strict=True) if key not in self.answers}
        found = {key: self.answers[key] for key in keys if key not in new}
        if new:
            found |= self.caller.run(self._all(new))
            self._check(found)
            self._forget()
        return [self._scores(found[key]) for key in keys]

    def key(self, x: str) -> str:
        """Return the name under which the answer to a text is kept: a hash, from which nobody can read the text."""
        whole = f"{self.endpoint.model}\n{self._version}\n{x}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(whole).hexdigest()[:32]

    def keep(self, journal: Path) -> None:
        """Take the answers that an earlier, interrupted try noted in this file, and note further ones there."""
        self.journal = journal
        for line in journal.read_text(encoding="utf-8").splitlines() if journal.is_file() else ():
            try:
                key, value = json.loads(line)
                self.answers[key] = _answer(value)
            except (ValueError, TypeError):  # the last line, cut by the crash
                continue

    def measured(self, xs: Sequence[str]) -> dict[str, float]:
        """Ask some texts again, one by one and then together; return what that took, what a thousand cost, and more.

        `same_again` is the share that got the answer they got before, `outside` that of kept answers without a label.
        """
        asked = list(dict.fromkeys(xs))[:N_MEASURED]
        before = [self.predict([x])[0] for x in asked]
        singles, again = [], []
        for x in asked:
            started = time.perf_counter()
            again.append(self._scores(self.caller.run(self._all({self.key(x): x}, note=False))[self.key(x)]))
            singles.append(1_000 * (time.perf_counter() - started))
        started = time.perf_counter()
        self.caller.run(self._all({self.key(x): x for x in asked}, note=False))
        seconds = time.perf_counter() - started
        known, n = list(self.answers.values()), len(self.answers)
        tokens = [sum(one.tokens_in for one in known) / n, sum(one.tokens_out for one in known) / n]
        made = {
            "mean_ms": sum(singles) / len(singles),
            "p50_ms": sorted(singles)[len(singles) // 2],
            "p95_ms": sorted(singles)[int(0.95 * len(singles))],
            "texts_per_s": len(asked) / seconds,
            "tokens_in": tokens[0],
            "tokens_out": tokens[1],
            "outside": sum(one.labels is None for one in known) / n,
            "same_again": sum(map(self._alike, before, again)) / len(asked),
        }
        prices = self.endpoint.price_in, self.endpoint.price_out
        if not is_here(self.endpoint.url) or any(prices):  # on this machine without a price it is the cores that cost
            made["usd_per_1k"] = sum(n * (price or 0.0) for n, price in zip(tokens, prices, strict=True)) / 1_000
        return made

    def save(self, folder: Path) -> None:
        """Write `session.json` with the whole prompt, and the answers so far."""
        about = {"prompt": self.prompt.about(), "endpoint": asdict(self.endpoint)}
        write_about(folder, "engine_remote", **about, prior=self.prior, offers=dict(self.offers))
        lines = {key: _plain(one) for key, one in sorted(self.answers.items())}
        (folder / ANSWERS).write_text(json.dumps(lines), encoding="utf-8")

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
        answers = json.loads((folder / ANSWERS).read_text(encoding="utf-8"))
        made = {key: _answer(value) for key, value in answers.items()}
        return cls(prompt, Endpoint(**about["endpoint"]), about["prior"], about["offers"], made, patient=patient)

    def ask(self, text: str) -> Reply:
        """Ask once about a text, as it is asked otherwise; for whoever wants to know what an endpoint offers."""
        return self.caller.run(self.asker.ask(self._question(self.prompt.messages(text))))

    async def _all(self, new: Mapping[str, str], *, note: bool = True) -> dict[str, Answer]:
        """Ask about all of them, as many at a time as may be. After a failure no more are asked, but those on their
        way are waited for: they are paid for.
        """
        self._refuse_failed(new)
        found: dict[str, Answer] = {}
        errors: list[SetupError] = []
        waiting = iter(new.items())

        async def work() -> None:
            for key, x in waiting:
                try:
                    found[key] = await self._one(x)
                except SetupError as error:
                    errors.append(error)
                    if isinstance(error, UnansweredError):
                        self._failed[key] = (time.monotonic() + REMEMBERED_S, error)
                else:
                    if note:
                        self._note(key, found[key])
                if errors:
                    return

        await asyncio.gather(*(work() for _ in range(self.endpoint.concurrency)))
        if errors:
            raise errors[0]
        return found

    def _refuse_failed(self, keys: Iterable[str]) -> None:
        """Raise the error of a text that failed a moment ago, and forget those of longer ago."""
        now = time.monotonic()
        self._failed = {key: one for key, one in self._failed.items() if now < one[0]}
        for key in keys:
            if key in self._failed:
                raise self._failed[key][1]

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

    def _alike(self, one: Scores, other: Scores) -> bool:
        if self.prompt.kind == "classify":
            return max(one, key=one.__getitem__) == max(other, key=other.__getitem__)
        return {label for label, p in one.items() if p >= 0.5} == {label for label, p in other.items() if p >= 0.5}

    def _note(self, key: str, answer: Answer) -> None:
        self.answers[key] = answer
        if self.journal is not None:
            with self.journal.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, _plain(answer)]) + "\n")

    def _forget(self) -> None:
        """Let go of the oldest answers of a service; a run keeps all of them, since they go into the bundle."""
        if not self.patient:
            spare = len(self.answers) - self.n_given - MOST_KEPT
            for key in list(self.answers)[self.n_given : self.n_given + max(0, spare)]:
                self.answers.pop(key, None)  # another thread may have been quicker

    def _check(self, found: Mapping[str, Answer]) -> None:
        n = sum(one.labels is None for one in found.values())
        if len(found) >= MANY and n > MOST_UNANSWERABLE * len(found):
            why = Counter(one.fault for one in found.values() if one.labels is None).most_common(1)[0][0]
            said = {"outside": "no label of the list", "refused": "a refusal"}[why]
            raise SetupError(
                f"{self.endpoint.model} gave no valid answer to {n} of {len(found)} texts, mostly {said}",
                where=host_of(self.endpoint.url),
                fix="try another model, more examples, or descriptions of the labels in [select] remote",
            )

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
