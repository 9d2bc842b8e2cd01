"""The traffic of one scenario as it comes: bounded memory, microseconds for each answer, looked at in a thread."""

import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from luodi.contracts import record
from luodi.ledger.entries import Served
from luodi.monitor import features, moving
from luodi.monitor.moving import BLOCK
from luodi.monitor.reference import TOPIC, Reference, Seen
from luodi.monitor.settings import Watching

State = Literal["fine", "look", "stop"]

MOST_WAITING = 5_000
N_RECENT = 500  # requests among which those are sought that moved a number
N_TEXTS = 5
BACK = 0.5  # an alarm ends when a number has come back this near: 0 is what is expected, 1 the bound
STOP_FAILED = 0.2
SLOW_SHARE = 0.05  # the target is a 95th percentile
SURE = 5.0  # standard errors, for shares whose expectation is not simulated
ABOUT = {
    "length": "how long texts are: divergence of ten classes of length (bits, 0 to 1)",
    "scripts": "in which scripts they are written: divergence of the shares of letters (bits, 0 to 1)",
    "words": "words that have become more frequent than chance explains (squared standard errors)",
    "unknown": "share of words that the training rows do not have",
    "confidence": "how far the mean confidence is from that on the exam",
    "labels": "how often each label is answered: divergence of shares (bits, 0 to 1)",
    "doubt": "labels with more doubtful answers than chance explains (squared standard errors)",
    "novelty": "unknown words and low confidence together: likelihood of a new topic, 1 on the exam",
    "meaning": "where the mean text lies among known ones, by the model's own vectors (squared standard deviations)",
    "topic": "words, labels, doubt, confidence, meaning together: squared standard deviations of how far each rose",
    "handed_over": "share of answers handed to a person",
    "truncated": "share of texts of which the model saw the beginning only",
    "failed": "share of requests on which the model failed",
    "slow": "share of answers slower than the target for the 95th percentile",
}
WHY = {
    "length": "its length",
    "scripts": "its script",
    "words": "words that are more frequent than they were",
    "unknown": "words that the training rows do not have",
    "confidence": "the confidence of the answer",
    "labels": "a label that is answered more often than it was",
    "doubt": "a doubtful answer, of a label that has more of them than it had",
    "novelty": "unknown words, a doubtful answer",
    "meaning": "what it is about, by the model's own vectors",
    "handed_over": "handed over",
    "truncated": "truncated",
}


@record
class Number:
    """One number that is watched."""

    name: str
    value: float | None
    expected: float | None
    bound: float | None
    state: State
    about: str
    interval: tuple[float, float] | None = None


class Live:
    """What has been seen of the traffic. `see` and `failed` may be called from any thread."""

    def __init__(
        self, reference: Reference, settings: Watching, *, target_ms: float | None = None, per_week: float = 0.0
    ) -> None:
        self.reference, self.settings, self.target_ms, self.per_week = reference, settings, target_ms, per_week
        self.weight = moving.fading(int(reference.about["window"]))
        self.state = moving.start(reference.parts)
        self.failures = self.slow = 0.0
        self.n = self.n_failed = self.n_dropped = 0
        self.raised: set[str] = set()
        self._waiting: deque[Served] = deque(maxlen=MOST_WAITING)
        self._recent: deque[tuple[str, Seen, bool]] = deque(maxlen=N_RECENT)
        self._lock = threading.Lock()

    def see(self, served: Served) -> None:
        """Take note of an answer; it is looked at later."""
        if len(self._waiting) == MOST_WAITING:
            self.n_dropped += 1
        self._waiting.append(served)

    def fail(self, n: int = 1) -> None:
        """Take note of requests that the model failed on."""
        self.n_failed += n

    @property
    def n_waiting(self) -> int:
        """How many answers have not been looked at."""
        return len(self._waiting)

    def look(self) -> list[Served]:
        """Look at all that waits, and return it."""
        with self._lock:
            looked = []
            while self._waiting:
                block = [self._waiting.popleft() for _ in range(min(BLOCK, len(self._waiting)))]
                self._take(block)
                looked += block
            self._judge()
            return looked

    def _take(self, block: Sequence[Served]) -> None:
        seen = [
            Seen(
                x=short(one.x),
                label=one.label,
                confidence=one.confidence,
                handed_over=one.handed_over,
                meaning=one.meaning,
            )
            for one in block
        ]
        cut = [one.truncated for one in block]
        lengths = [len(one.x) for one in block]
        rows = self.reference.rows(seen, cut, lengths)
        n, failed = len(block), min(self.n_failed, len(block))
        self.n_failed -= failed
        self.state = moving.moved(self.state, rows.mean(axis=0, dtype=np.float64), n, self.weight)
        slow = sum(one.latency_ms > self.target_ms for one in block) / n if self.target_ms else 0.0
        keep = (1 - self.weight) ** n
        self.failures = keep * self.failures + (1 - keep) * failed / (n + failed)
        self.slow = keep * self.slow + (1 - keep) * slow
        self.n += n
        self._recent.extend((one.id, what, was_cut) for one, what, was_cut in zip(block, seen, cut, strict=True))

    def _judge(self) -> None:
        for one in self._measured():
            assert one.value is not None and one.expected is not None and one.bound is not None
            if one.value > one.bound:
                self.raised.add(one.name)
            elif one.value < one.expected + BACK * (one.bound - one.expected):
                self.raised.discard(one.name)

    def _measured(self) -> list[Number]:
        values = self.reference.values(self.state[None, :])
        found = []
        for name in self.reference.names:
            allowed = self.settings.false_alarms_per_week
            most = self.reference.bound(name, per_week=self.per_week, false_alarms=allowed)
            found.append((name, float(values[name][0]), self.reference.expected(name), most))
        found.append(("failed", self.failures, 0.0, self.settings.max_failed))
        if self.target_ms:
            noise = (SLOW_SHARE * (1 - SLOW_SHARE) * self.weight / (2 - self.weight)) ** 0.5
            found.append(("slow", self.slow, SLOW_SHARE, SLOW_SHARE + SURE * noise))
        return [
            Number(
                name=name,
                value=round(value, 5),
                expected=round(expected, 5),
                bound=round(most, 5),
                state="stop" if name == "failed" and value > STOP_FAILED else "look" if name in self.raised else "fine",
                about=ABOUT[name],
            )
            for name, value, expected, most in found
        ]

    def numbers(self) -> list[Number]:
        """Return every number as it is now."""
        with self._lock:
            return self._measured()

    def responsible(self, name: str, n: int = N_TEXTS) -> list[tuple[str, str]]:
        """Return the ids of the recent requests that moved a number most, and why each of them."""
        with self._lock:
            recent, state = list(self._recent), self.state
        if name == TOPIC and TOPIC in self.reference.names:
            name = self.reference.strongest(self.reference.values(state[None, :]))
        if name not in WHY or name not in self.reference.names or not recent:
            return []
        at = 0
        for part in self.reference.parts:
            if part.name == name:
                break
            at += len(part.reference)
        inside, usual = state[at : at + len(part.reference)], np.asarray(part.reference)
        moved_by = inside - usual
        if part.how == "surge":  # a count among few says more than one among many
            moved_by = moving.surplus(part, inside) / np.sqrt(inside + 1 / part.window)
        if part.how == "place":
            moved_by = moved_by / np.asarray(part.grain)
        pull = np.zeros(len(recent))
        for start in range(0, len(recent), BLOCK):  # a row for all of them at once would be megabytes, in every thread
            some = recent[start : start + BLOCK]
            rows = self.reference.rows([seen for _, seen, _ in some], [cut for _, _, cut in some])
            pull[start : start + BLOCK] = (rows[:, at : at + len(usual)] - usual) @ moved_by
        best = np.argsort(-pull, kind="stable")[:n]
        return [(recent[k][0], WHY[name]) for k in best if pull[k] > 0]

    def labels(self, served: Sequence[Served]) -> Counter[str]:
        """Count the labels of some answers, as far as the reference knows them."""
        return Counter(one.label if one.label in self.reference.labels else "(other)" for one in served)

    def dump(self) -> dict[str, Any]:
        """Return all that a restart needs to go on."""
        with self._lock:
            return {
                "state": features.packed(self.state.astype(np.float32)),
                "failures": self.failures,
                "slow": self.slow,
                "n": self.n,
                "raised": sorted(self.raised),
            }

    def load(self, kept: Mapping[str, Any]) -> None:
        """Go on from what `dump` returned, where it is of the same reference."""
        state = features.unpacked(kept["state"], np.float32)
        if len(state) == len(self.state):
            self.state, self.failures, self.slow = state, float(kept["failures"]), float(kept["slow"])
            self.n, self.raised = int(kept["n"]), set(kept["raised"])


def short(x: Any) -> str:
    """Return as much of a text as is looked at; of what is no text, nothing."""
    return x[: features.MOST_CHARACTERS] if isinstance(x, str) else ""
