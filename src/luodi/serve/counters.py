"""What the service counts, in the text form that Prometheus reads. No text of a request is ever a label."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA_TYPE = CONTENT_TYPE_LATEST
BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
MAX_REASONS = 30  # reasons come from tasks, plug-ins among them; a label must not grow without end


class Counters:
    """The figures of one service, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("luodi_requests", "HTTP requests", ["route", "status"], registry=self.registry)
        self._rejects = Counter("luodi_rejects", "Texts that were rejected", ["reason"], registry=self.registry)
        self._answers = Counter("luodi_answers", "Texts that were answered", registry=self.registry)
        self._handed_over = Counter("luodi_handed_over", "Answers that a person should look at", registry=self.registry)
        self._batch = Histogram("luodi_batch_size", "Texts in a batch", buckets=BATCH_SIZES, registry=self.registry)
        self._latency = Histogram(
            "luodi_predict_seconds", "From request to answer of /predict", buckets=SECONDS, registry=self.registry
        )
        self._waiting = Gauge("luodi_waiting", "Texts that wait for the model", registry=self.registry)
        self._reasons: set[str] = set()

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is one of ours or "other"."""
        self._requests.labels(route, str(status)).inc()
        if route.endswith("/predict"):
            self._latency.observe(seconds)

    def reject(self, reason: str) -> None:
        """Count a text that was refused."""
        if reason not in self._reasons and len(self._reasons) >= MAX_REASONS:
            reason = "other"
        self._reasons.add(reason)
        self._rejects.labels(reason).inc()

    def answer(self, *, handed_over: bool) -> None:
        """Count an answer."""
        self._answers.inc()
        if handed_over:
            self._handed_over.inc()

    def batch(self, n: int) -> None:
        """Count a batch of n texts."""
        self._batch.observe(n)

    def text(self, n_waiting: int) -> bytes:
        """Return all figures."""
        self._waiting.set(n_waiting)
        return generate_latest(self.registry)
