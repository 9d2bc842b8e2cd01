"""Traces that a collector gets: a real one over HTTP, which reads the protobuf."""

import http.server
import threading

import pytest

pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2", reason="the extra `trace` is missing")
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@pytest.fixture
def collector():
    """Return the address of a collector, and what it was sent."""
    got = []

    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append((self.path, body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", got
        server.shutdown()
        thread.join()


def test_a_request_is_a_span_under_its_callers_and_holds_no_text(bundle_path, serve_process, collector):
    address, got = collector
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    with serve_process(bundle_path, LUODI_TOKEN="a-token-for-the-tests", OTEL_EXPORTER_OTLP_ENDPOINT=address) as server:
        with server.client() as client:
            client.post("/predict", json={"text": "a secret"}, headers={"traceparent": f"00-{trace}-{parent}-01"})
        assert server.terminate() == 0

    spans = []
    for path, body in got:
        assert path == "/v1/traces"
        message = ExportTraceServiceRequest.FromString(body)
        spans += [span for one in message.resource_spans for scope in one.scope_spans for span in scope.spans]
    by_name = {span.name: span for span in spans}
    request, model = by_name["POST"], by_name["model"]
    attributes = {one.key: one.value for one in request.attributes}
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (trace, parent)
    assert model.parent_span_id == request.span_id
    assert attributes["http.route"].string_value == "/v1/{scenario}/predict"
    assert attributes["http.response.status_code"].int_value == 200
    assert b"secret" not in b"".join(body for _, body in got)
