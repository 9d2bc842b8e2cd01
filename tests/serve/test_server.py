"""A real server under pressure: batches, full queues, slow clients, and a decent end."""

import json
import socket
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from tests.serve.conftest import HEAD, read_all

from luodi.errors import SetupError
from luodi.serve.port import bind
from luodi.serve.server import serve


def test_parallel_clients_are_answered_in_batches(slow_server):
    with slow_server(0.05) as server, server.client() as client, ThreadPoolExecutor(20) as clients:
        answers = list(clients.map(lambda n: client.post("/predict", json={"text": f"text {n}"}), range(60)))
        figures = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines())

    assert {answer.status_code for answer in answers} == {200}
    assert float(figures['luodi_batch_size_sum{scenario="tickets"}']) == 60
    assert float(figures['luodi_batch_size_count{scenario="tickets"}']) < 30


def test_one_failing_text_does_not_fail_its_batch_mates_nor_stand_in_the_log(slow_server, tmp_path):
    with slow_server(0.02) as server, server.client() as client, ThreadPoolExecutor(10) as clients:
        texts = ["boom" if n == 5 else f"text {n}" for n in range(10)]
        answers = list(clients.map(lambda text: client.post("/predict", json={"text": text}), texts))

    assert "boom" not in (tmp_path / "stderr.txt").read_text()
    assert [answer.status_code for answer in answers] == [500 if text == "boom" else 200 for text in texts]


def test_a_full_queue_answers_503_and_says_when_to_come_again(slow_server):
    with slow_server(0.3, max_waiting=4) as server, server.client() as client, ThreadPoolExecutor(12) as clients:
        answers = list(clients.map(lambda n: client.post("/predict", json=[{"text": f"text {n}"}] * 2), range(12)))

    refused = [answer for answer in answers if answer.status_code == 503]
    assert refused
    assert len(refused) < 12
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert {answer.json()["detail"] for answer in refused} == {"too many texts wait already"}


def test_an_answer_that_takes_too_long_is_a_504_and_the_service_is_not_ready(slow_server):
    with slow_server(1.5, answer_seconds=0.2) as server, server.client() as client:
        late, ready, live = (
            client.post("/predict", json={"text": "a"}),
            client.get("/health/ready"),
            client.get("/health/live"),
        )

    assert [late.status_code, ready.status_code, live.status_code] == [504, 503, 200]
    assert ready.json()["detail"] == "not ready: no answer within 0.2 seconds"


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_the_work_of_a_client_that_hung_up_is_dropped(slow_server, accept):
    with slow_server(0.8) as server, server.client() as client, ThreadPoolExecutor(1) as other:
        first = other.submit(client.post, "/predict", json={"text": "computed now"})
        time.sleep(0.3)
        body = json.dumps({"text": "dropped"}).encode()
        with socket.create_connection(("127.0.0.1", server.port)) as gone:
            gone.sendall(HEAD + b"accept: %s\r\ncontent-length: %d\r\n\r\n" % (accept.encode(), len(body)) + body)
            time.sleep(0.2)
        assert first.result().status_code == 200
        time.sleep(0.1)
        figures = client.get("/metrics").text

    assert 'luodi_batch_size_sum{scenario="tickets"} 1.0' in figures
    assert 'status="499"' in figures


def test_sigterm_lets_requests_in_flight_finish_and_ends_with_success(slow_server):
    with slow_server(1.0) as server, server.client() as client, ThreadPoolExecutor(8) as clients:
        answers = [clients.submit(client.post, "/predict", json={"text": f"text {n}"}) for n in range(8)]
        time.sleep(0.5)
        code = server.terminate()

        assert code == 0
        assert {answer.result().status_code for answer in answers} == {200}


def test_a_model_that_hangs_does_not_keep_the_server_from_ending(slow_server):
    with slow_server(0, answer_seconds=0.2, drain_seconds=1) as server, server.client() as client:
        assert client.post("/predict", json={"text": "hang"}).status_code == 504
        assert server.terminate() == 0


@pytest.mark.parametrize("n_bytes", [1_000_001, 4_500_000])
def test_a_body_that_is_too_large_is_a_413(client, n_bytes):
    answer = client.post("/predict", content=b"a" * n_bytes)

    assert answer.status_code == 413
    assert "1,000,000" in answer.json()["detail"]


def test_a_body_without_a_length_is_counted_while_it_arrives(client):
    answer = client.post("/predict", content=iter([b"a" * 100_000] * 15))

    assert answer.status_code == 413


def test_a_large_body_is_refused_before_it_is_sent_if_the_client_asks(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
        client.sendall(HEAD + b"content-length: 900000000\r\nexpect: 100-continue\r\n\r\n")

        assert client.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_trickles_is_cut_at_the_deadline(server):
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
        client.sendall(HEAD + b"content-length: 100\r\n\r\n")
        for _ in range(7):
            client.sendall(b" ")
            time.sleep(0.1)
        answer = read_all(client)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert 0.9 < time.monotonic() - started < 3


@pytest.mark.parametrize("start", [b"", b"GET / HT", HEAD])
def test_headers_that_trickle_are_cut_at_the_deadline(server, start):
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=8) as client:
        client.sendall(start)
        read_all(client)

    assert time.monotonic() - started < 6


def test_the_headers_of_a_second_request_are_cut_at_the_deadline_too(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=8) as client:
        client.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
        answer = b""
        while b'{"status": "live"}' not in answer:
            answer += client.recv(4096)
        started = time.monotonic()
        client.sendall(b"GET / HT")

        assert read_all(client) == b""

    assert time.monotonic() - started < 3


def test_a_client_that_does_not_read_its_answers_is_cut_at_the_deadline(server):
    body = json.dumps([{"text": "a"}] * 256).encode()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(8)
        client.connect(("127.0.0.1", server.port))

        def asks_on():
            for _ in range(500):
                client.sendall(HEAD + b"content-length: %d\r\n\r\n" % len(body) + body)
            for _ in range(80):
                time.sleep(0.1)
                client.sendall(b"P")

        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            asks_on()


def test_the_head_and_the_body_of_an_answer_leave_together(server):
    body = b'{"text": "a"}'
    with socket.create_connection(("127.0.0.1", server.port), timeout=8) as client:
        for _ in range(20):
            client.sendall(HEAD + b"content-length: %d\r\n\r\n" % len(body) + body)
            head, _, rest = client.recv(65_536).partition(b"\r\n\r\n")

            assert b"content-length: %d\r\n" % len(rest) in head + b"\r\n"
            assert json.loads(rest)["label"]


def test_an_answer_without_a_body_leaves_at_once_and_the_next_after_it(server):
    asked = b" /health/live HTTP/1.1\r\nhost: localhost\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=8) as client:
        client.sendall(b"HEAD" + asked + b"\r\n" + b"GET" + asked + b"connection: close\r\n\r\n")
        answers = read_all(client)

    assert answers.count(b"HTTP/1.1 200 ") == 2
    assert answers.endswith(b'\r\n\r\n{"status": "live"}')


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01", id="TLS"),
        pytest.param(b"GET /health/live HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(HEAD + b"content-length: x\r\n\r\n", id="a length that is no number"),
        pytest.param(HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}", id="two lengths"),
        pytest.param(HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n", id="a chunk without a size"),
        pytest.param(HEAD + b"x: " + b"a" * 100_000, id="headers without end"),
    ],
)
def test_what_is_no_http_is_a_problem_too(server, sent):
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
        client.sendall(sent)
        answer = read_all(client)

    refused = answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 431 "))
    assert answer == b"" or (refused and b"application/problem+json" in answer)


def test_the_command_prints_an_address_a_token_and_a_line_that_works(bundle_path, serve_process, tmp_path):
    with serve_process(bundle_path) as server:
        address, admin, token, line = server.lines
        kept = tmp_path / ".luodi" / "token"
        with server.client() as client:
            wrong = client.get("/metrics")
            right = client.get("/metrics", headers={"authorization": f"Bearer {kept.read_text().strip()}"})

    assert address == f"tickets listens on {server.url}"
    assert admin == f"console and management on {server.admin_url}"
    assert token == f"token: {kept.read_text().strip()}"
    assert line.startswith("try: curl -H ")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert (wrong.status_code, right.status_code) == (401, 200)


def test_a_token_of_your_own_is_not_printed(bundle_path, serve_process):
    with serve_process(bundle_path, LUODI_TOKEN="a-token-for-the-tests") as server, server.client() as client:
        assert client.get("/metrics").status_code == 200
        assert "a-token-for-the-tests" not in "".join(server.lines)


def test_a_port_in_use_names_another(bundle_path):
    with closing(bind("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SetupError, match=f"port {port} is in use") as error:
            serve([bundle_path], home=bundle_path, port=port, token="a-token-for-the-tests", say=lambda line: None)

    assert error.value.fix == f"choose another: --port {port + 1}"


@pytest.mark.parametrize("host", ["no such host", "192.0.2.1", "x" * 300])
def test_a_host_that_is_not_ours_is_refused_with_a_remedy(host):
    with pytest.raises(SetupError) as error:
        bind(host, 0)

    assert error.value.fix


def test_a_host_that_others_reach_needs_a_token_somebody_chose(bundle_path, monkeypatch):
    monkeypatch.delenv("LUODI_TOKEN", raising=False)

    with pytest.raises(SetupError, match="no token was chosen") as error:
        serve([bundle_path], home=bundle_path, host="0.0.0.0", port=0, say=lambda line: None)

    assert "LUODI_TOKEN" in error.value.fix


def test_a_bundle_that_was_tampered_with_is_not_served(make_bundle):
    path = make_bundle()
    (path / "card.md").write_text("another card")

    with pytest.raises(SetupError, match=r"'card\.md' has changed"):
        serve([path], home=path.parent, port=0, admin_port=0, token="a-token-for-the-tests", say=lambda line: None)


def test_a_task_without_parts_sends_its_answer_alone_where_a_stream_is_asked_for(client):
    plain = client.post("/predict", json={"text": "where is my card"}).json()

    streamed = client.post("/predict", json={"text": "where is my card"}, headers={"accept": "text/event-stream"})

    name, data = streamed.text.strip().split("\n")
    assert name == "event: answer"
    assert json.loads(data.removeprefix("data: ")) | {"id": ""} == plain | {"id": ""}
