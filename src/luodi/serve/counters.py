"""What the service counts, in the text form that Prometheus reads. No text of a request is ever a label."""

import os
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA_TYPE = CONTENT_TYPE_LATEST
BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
MAX_REASONS = 30  # reasons come from tasks, plug-ins among them; a label must not grow without end
BY = ["scenario"]
RECENT_SECONDS = 15


class Counters:
    """The figures of one service, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("luodi_requests", "HTTP requests", ["route", "status"], registry=self.registry)
        self._latency = Histogram(
            "luodi_predict_seconds", "From request to answer of /predict", buckets=SECONDS, registry=self.registry
        )
        self.rejects = self._counter("luodi_rejects", "Texts that were rejected", "reason")
        self.answers = self._counter("luodi_answers", "Texts that were answered")
        self.handed_over = self._counter("luodi_handed_over", "Answers that a person should look at")
        self.truncated = self._counter("luodi_truncated", "Answers of which the model saw only the beginning")
        self.failures = self._counter("luodi_failures", "Texts that the model failed on")
        self.refusals = self._counter("luodi_refusals", "Calls that were refused since the queue was full")
        self.late = self._counter("luodi_late", "Calls that were not answered in time")
        self.restarts = self._counter("luodi_worker_restarts", "Worker processes that had to be replaced")
        self.batches = Histogram(
            "luodi_batch_size", "Texts in a batch", BY, buckets=BATCH_SIZES, registry=self.registry
        )
        self.queued = Histogram(
            "luodi_queue_seconds", "Wait of the oldest text of a batch", BY, buckets=SECONDS, registry=self.registry
        )
        self.waiting = self._gauge("luodi_waiting", "Texts that wait for the model")
        self.worker_mb = self._gauge("luodi_worker_resident_megabytes", "Resident memory of a worker", "release")
        self._unrecorded = Gauge(
            "luodi_unrecorded", "Answers that the ledger could not keep, since the start", registry=self.registry
        )
        self._broken = Gauge("luodi_ledger_broken", "1 where the ledger has stopped writing", registry=self.registry)
        self._own_mb = Gauge("luodi_resident_megabytes", "Resident memory of the service", registry=self.registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(name, about, [*BY, *labels], registry=self.registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(name, about, [*BY, *labels], registry=self.registry)

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is one of ours or "other"."""
        self._requests.labels(route, str(status)).inc()
        if route.endswith("/predict"):
            self._latency.observe(seconds)

    def ledger(self, *, n_dropped: int, broken: bool) -> None:
        """Take down how the ledger fares."""
        self._unrecorded.set(n_dropped)
        self._broken.set(int(broken))

    def text(self) -> bytes:
        """Return all figures."""
        self._own_mb.set(own_rss_mb())
        return generate_latest(self.registry)


class Figures:
    """The figures of one scenario."""

    def __init__(self, counters: Counters, scenario: str) -> None:
        self.counters, self.scenario = counters, scenario
        self._answers, self._handed_over, self._truncated, self._failures, self._refusals, self._late = (
            one.labels(scenario)
            for one in (
                counters.answers, counters.handed_over, counters.truncated, counters.failures, counters.refusals,
                counters.late,
            )
        )  # fmt: skip
        self._restarts = counters.restarts.labels(scenario)
        self._batches, self._queued = counters.batches.labels(scenario), counters.queued.labels(scenario)
        self._reasons: set[str] = set()
        self.errors = Recent()
        """Failures, refusals and calls that came too late."""
        self._releases: set[str] = set()

    def reject(self, reason: str) -> None:
        """Count a text that was refused."""
        if reason not in self._reasons and len(self._reasons) >= MAX_REASONS:
            reason = "other"
        self._reasons.add(reason)
        self.counters.rejects.labels(self.scenario, reason).inc()

    def answer(self, *, handed_over: bool, truncated: bool) -> None:
        """Count an answer."""
        self._answers.inc()
        if handed_over:
            self._handed_over.inc()
        if truncated:
            self._truncated.inc()

    def failure(self) -> None:
        """Count a text that the model failed on."""
        self._failures.inc()
        self.errors.note()

    def refusal(self) -> None:
        """Count a call for which the queue was too long."""
        self._refusals.inc()
        self.errors.note()

    def lateness(self) -> None:
        """Count a call that was not answered in time."""
        self._late.inc()
        self.errors.note()

    def restart(self) -> None:
        """Count a worker that had to be replaced."""
        self._restarts.inc()

    def batch(self, n: int, waited: float) -> None:
        """Count a batch of n texts, the oldest of which has waited so many seconds."""
        self._batches.observe(n)
        self._queued.observe(waited)

    def now(self, *, n_waiting: int, worker_mb: Mapping[str, float]) -> None:
        """Take down how many texts wait, and the memory of each release's worker; others are forgotten."""
        self.counters.waiting.labels(self.scenario).set(n_waiting)
        for gone in self._releases - set(worker_mb):
            self.counters.worker_mb.remove(self.scenario, gone)
        self._releases = set(worker_mb)
        for release, mb in worker_mb.items():
            self.counters.worker_mb.labels(self.scenario, release).set(mb)


class Recent:
    """How often something happened, in quarters of a minute, for two days and a half."""

    def __init__(self) -> None:
        self._steps: deque[list[float]] = deque(maxlen=14_400)

    def note(self, at: float | None = None) -> None:
        """Count one."""
        start = (time.time() if at is None else at) // RECENT_SECONDS * RECENT_SECONDS
        if self._steps and self._steps[-1][0] == start:
            self._steps[-1][1] += 1
        else:
            self._steps.append([start, 1])

    def between(self, start: float, end: float) -> int:
        """Return how often it happened from one time to another.

        >>> recent = Recent()
        >>> recent.note(20.0), recent.note(29.0), recent.note(31.0), recent.between(15.0, 30.0)
        (None, None, None, 2)
        """
        return int(sum(n for at, n in self._steps if start <= at < end))


def own_rss_mb() -> float:
    """Return the resident memory of this process in MB (10^6 bytes), 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
