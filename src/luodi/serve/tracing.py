"""OpenTelemetry traces of requests, for whoever runs a collector. No text, no key and no address is ever in a span."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from luodi.errors import SetupError

VARIABLES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NAME = "OTEL_SERVICE_NAME"

Note = Callable[[str, Any], None]
"""Adds an attribute to a span."""


class Tracing:
    """Spans that go nowhere, at no cost."""

    @contextmanager
    def span(self, name: str, headers: Mapping[str, str] | None = None) -> Iterator[Note]:
        """Run a block as a span; `headers` may name the caller's span that it is a part of."""
        yield lambda name, value: None

    def close(self) -> None:
        """Send what is still to be sent."""


class Exported(Tracing):
    """Spans that go to the collector that the environment names."""

    def __init__(self) -> None:
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
            from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
        except ModuleNotFoundError as error:
            raise SetupError(
                f"traces are asked for, and the package {error.name!r} is not installed",
                where=next(one for one in VARIABLES if os.environ.get(one)),
                fix='pip install "luodi[trace]", or unset the variable',
            ) from None
        resource = Resource.create({"service.name": os.environ.get(NAME, "luodi")})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer, self._propagator = self._provider.get_tracer("luodi"), TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, headers: Mapping[str, str] | None = None) -> Iterator[Note]:
        """Run a block as a span; `headers` may name the caller's span that it is a part of."""
        context = None if headers is None else self._propagator.extract(headers)
        within: AbstractContextManager[Any] = self._tracer.start_as_current_span(
            name, context=context, record_exception=False, set_status_on_exception=False
        )
        with within as span:
            yield span.set_attribute

    def close(self) -> None:
        """Send what is still to be sent."""
        self._provider.shutdown()


def tracing() -> Tracing:
    """Return what the environment asks for. Raises `SetupError` where the packages for it are missing."""
    return Exported() if any(os.environ.get(one) for one in VARIABLES) else Tracing()
