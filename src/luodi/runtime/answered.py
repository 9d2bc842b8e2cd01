"""What an endpoint has answered so far: the first answer to a question counts, and is paid for once.

An answer is kept by a hash of prompt and question, so that the same text gets the same answer, from a model that may
not do so itself. The answers to the rows of dev and exam go into the bundle; those of a running service are kept in
memory, the last 10,000 of them.
"""

import asyncio
import hashlib
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from luodi.errors import SetupError
from luodi.runtime.asking import UnansweredError
from luodi.runtime.caller import Caller
from luodi.runtime.endpoint import Endpoint, host_of, is_here

ANSWERS = "answers.json"
MOST_KEPT = 10_000
REMEMBERED_S = 10.0  # so long a text that failed is not asked again: a batch that fails is tried in halves
MOST_UNANSWERABLE = 0.2  # of many questions; more of them is no matter of texts
MANY = 20
N_MEASURED = 20


class Told(Protocol):
    """What is kept of an answer, whatever else."""

    @property
    def fault(self) -> str: ...  # `outside` (no valid answer, asked twice) or `refused`
    @property
    def tokens_in(self) -> int: ...
    @property
    def tokens_out(self) -> int: ...


A = TypeVar("A", bound=Told)


class Answered(Generic[A]):
    """Answers by their questions; `one` asks, `pack` and `unpack` make JSON of an answer and back."""

    def __init__(
        self,
        endpoint: Endpoint,
        version: str,
        caller: Caller,
        one: Callable[[Any], Awaitable[A]],
        *,
        pack: Callable[[A], Any],
        unpack: Callable[[Any], A],
        known: Mapping[str, A] | None = None,
        patient: bool = False,
        outside: str = "nothing of the form asked for",
    ) -> None:
        self.outside = outside
        self.endpoint, self.version, self.caller, self.patient = endpoint, version, caller, patient
        self._one, self._pack, self._unpack = one, pack, unpack
        self.answers: dict[str, A] = dict(known or {})
        self.n_given = len(self.answers)
        self.journal: Path | None = None
        """Where further answers are noted as they come, so that a crash loses none."""
        self._failed: dict[str, tuple[float, SetupError]] = {}

    def find(self, xs: Sequence[Any]) -> list[A]:
        """Return the answer to each x. Raises `SetupError` where the endpoint gives none in time."""
        keys = [self.key(x) for x in xs]
        new = {key: x for key, x in zip(keys, xs, strict=True) if key not in self.answers}
        found = {key: self.answers[key] for key in keys if key not in new}
        if new:
            found |= self.caller.run(self._all(new))
            self._check(found)
            self._forget()
        return [found[key] for key in keys]

    def key(self, x: Any) -> str:
        """Return the name under which the answer to a text is kept: a hash, from which nobody can read the text."""
        asked = x if isinstance(x, str) else json.dumps(x, ensure_ascii=False, sort_keys=True)
        whole = f"{self.endpoint.model}\n{self.version}\n{asked}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(whole).hexdigest()[:32]

    def keep(self, journal: Path) -> None:
        """Take the answers that an earlier, interrupted try noted in this file, and note further ones there."""
        self.journal = journal
        for line in journal.read_text(encoding="utf-8").splitlines() if journal.is_file() else ():
            try:
                key, value = json.loads(line)
                self.answers[key] = self._unpack(value)
            except (ValueError, TypeError):  # the last line, cut by the crash
                continue

    def save(self, folder: Path) -> None:
        """Write the answers so far."""
        lines = {key: self._pack(one) for key, one in sorted(self.answers.items())}
        (folder / ANSWERS).write_text(json.dumps(lines), encoding="utf-8")

    def measured(self, xs: Sequence[Any], *, alike: Callable[[A, A], bool]) -> dict[str, float]:
        """Ask some texts again, one by one and then together; return what that took, what a thousand cost, and more.

        `same_again` is the share that got the answer they got before, `outside` that of kept answers that are none.
        """
        asked = list({self.key(x): x for x in xs}.items())[:N_MEASURED]
        before = [self.find([x])[0] for _, x in asked]
        singles, again = [], []
        for key, x in asked:
            started = time.perf_counter()
            again.append(self.caller.run(self._all({key: x}, note=False))[key])
            singles.append(1_000 * (time.perf_counter() - started))
        started = time.perf_counter()
        self.caller.run(self._all(dict(asked), note=False))
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
            "outside": sum(bool(one.fault) for one in known) / n,
            "same_again": sum(map(alike, before, again)) / len(asked),
        }
        prices = self.endpoint.price_in, self.endpoint.price_out
        if not is_here(self.endpoint.url) or any(prices):  # on this machine without a price it is the cores that cost
            made["usd_per_1k"] = sum(n * (price or 0.0) for n, price in zip(tokens, prices, strict=True)) / 1_000
        return made

    async def _all(self, new: Mapping[str, Any], *, note: bool = True) -> dict[str, A]:
        """Ask about all of them, as many at a time as may be. After a failure no more are asked, but those on their
        way are waited for: they are paid for.
        """
        self._refuse_failed(new)
        found: dict[str, A] = {}
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

    def _note(self, key: str, answer: A) -> None:
        self.answers[key] = answer
        if self.journal is not None:
            with self.journal.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, self._pack(answer)]) + "\n")

    def _forget(self) -> None:
        """Let go of the oldest answers of a service; a run keeps all of them, since they go into the bundle."""
        if not self.patient:
            spare = len(self.answers) - self.n_given - MOST_KEPT
            for key in list(self.answers)[self.n_given : self.n_given + max(0, spare)]:
                self.answers.pop(key, None)  # another thread may have been quicker

    def _check(self, found: Mapping[str, A]) -> None:
        n = sum(bool(one.fault) for one in found.values())
        if len(found) >= MANY and n > MOST_UNANSWERABLE * len(found):
            why = Counter(one.fault for one in found.values() if one.fault).most_common(1)[0][0]
            said = {"outside": self.outside, "refused": "a refusal"}[why]
            raise SetupError(
                f"{self.endpoint.model} gave no valid answer to {n} of {len(found)} texts, mostly {said}",
                where=host_of(self.endpoint.url),
                fix="try another model, more examples, or descriptions of the labels in [select] remote",
            )


def read_known(folder: Path) -> dict[str, Any]:
    """Return the answers that `save` wrote, packed."""
    return json.loads((folder / ANSWERS).read_text(encoding="utf-8"))  # type: ignore[no-any-return]
