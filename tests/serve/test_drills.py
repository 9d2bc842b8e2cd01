"""Short forms of the drills in `bench`: malformed requests, slow sockets, overload, SIGTERM, harm to workers."""

import asyncio
import random
import socket
import time

import pytest
from bench import drill_malformed, drill_overload, drill_sigterm, drill_slow, drill_worker
from bench.serving import service, tiny_bundle
from tests.serve.conftest import HEAD, TOKEN, read_all


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_bundle(tmp_path_factory.mktemp("tiny") / "bundle")


def test_a_thousand_malformed_requests_are_refused_in_words(server):
    counts, bad, _ = asyncio.run(drill_malformed.attack(server.port, TOKEN, 1_000))

    assert not bad
    assert sum(counts.values()) == 1_000
    assert {status for _, status in counts} <= {-1, 0, 200, 400, 401, 404, 405, 408, 413, 421, 422, 431, 503}
    assert "Traceback" not in server.errors.read_text()


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(b"content-length: 4\r\ntransfer-encoding: chunked\r\n", id="a length and chunks"),
        pytest.param(b"transfer-encoding: chunked\r\ncontent-length: 4\r\n", id="chunks and a length"),
        pytest.param(b"transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n", id="two codings"),
        pytest.param(b"transfer-encoding: xchunked\r\n", id="an unknown coding"),
        pytest.param(b"transfer-encoding: chunked, identity\r\n", id="chunks, but not last"),
        pytest.param(b"content-length: 4\r\ncontent-length: 4\r\n", id="the same length twice"),
        pytest.param(b"content-length: 4\ntransfer-encoding: chunked\r\n", id="a bare line feed between"),
        pytest.param(b"content-length: 4\n", id="a bare line feed"),
        pytest.param(b"content-length : 4\r\n", id="a space before the colon"),
        pytest.param(b"host: localhost\r\ncontent-length: 4\r\n", id="two hosts"),
    ],
)
def test_what_two_servers_might_read_in_two_ways_is_refused_and_the_connection_closed(server, lines):
    smuggled = b"0\r\n\r\nGET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
        client.sendall(HEAD + lines + b"\r\n" + smuggled)
        answer = read_all(client)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_slow_sockets_do_not_keep_others_waiting(slow_server):
    with slow_server(0.0, max_connections=120, header_seconds=1.0, read_seconds=1.0) as server:
        tally, oldest, n_slow = drill_slow.hold(server.port, TOKEN, 200, 2.5)

    assert set(tally.statuses()) == {200}
    assert n_slow > 200  # those that were hung up on came again
    assert oldest < 5


def test_under_ten_times_what_it_can_some_are_answered_the_rest_refused_and_it_recovers(tiny, tmp_path):
    with service(tiny, tmp_path, seconds=0.3) as running:
        _, flood, after = asyncio.run(drill_overload.overload(running.port, running.token, 4.0))

    assert set(flood.statuses()) <= {200, 503, 504}
    assert flood.statuses()[200] and flood.statuses()[503]  # how many of which is what `bench.drill_overload` measures
    assert set(after.statuses()) == {200}


def test_sigterm_under_load_drops_nothing(tiny, tmp_path):
    with service(tiny, tmp_path, seconds=0.02) as running:
        outcomes, _, code = asyncio.run(drill_sigterm.end_under_load(running))

    assert code == 0
    assert outcomes["200"] and not set(outcomes) - {"200", "refused"}


def test_a_second_sigterm_ends_it_at_once(slow_server):
    body = b'{"text": "hang"}'
    with (
        slow_server(0.0, drain_seconds=60, answer_seconds=60, hang_seconds=60) as server,
        socket.create_connection(("127.0.0.1", server.port)) as client,
    ):
        client.sendall(HEAD + b"content-length: %d\r\n\r\n" % len(body) + body)
        time.sleep(0.3)
        server.process.terminate()
        time.sleep(0.3)
        assert server.process.poll() is None
        server.process.terminate()
        assert server.process.wait(10) == 0


@pytest.mark.parametrize(("way", "status"), [("kill", 200), ("die", 500)])
def test_harm_to_a_worker_costs_nobody_else_an_answer(tiny, tmp_path, way, status):
    with service(tiny, tmp_path, seconds=0.01) as running:
        others, deadly, _ = asyncio.run(drill_worker.harm(running, way, random.Random(7)))

    assert set(others) == {200}
    assert deadly == status
