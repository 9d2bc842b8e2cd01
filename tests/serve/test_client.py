"""The Python client, against a real server, and against one that fails as it is told to."""

import asyncio
import json
import logging
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from luodi import client as module
from luodi.client import MAX_TEXTS, AsyncClient, Client, Refused, ServiceError
from luodi.errors import SetupError

TOKEN = "a-token-for-the-tests"
ANSWER = {"id": "1", "release": "r", "label": "card", "score": 0.9, "scores": {"card": 0.9}, "handed_over": True}


@pytest.fixture
def asking(server):
    with Client(server.url, key=TOKEN) as one:
        yield one


class Moody(ThreadingHTTPServer):
    """Does for each request the next thing on its list: a (status, headers, body), or "hang up"."""

    daemon_threads = True

    def __init__(self, *moods):
        super().__init__(("127.0.0.1", 0), Handler)
        self.moods, self.seen = list(moods), []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append((self.path, dict(self.headers), json.loads(body)))
        mood = self.server.moods.pop(0)
        if mood == "hang up":
            self.close_connection = True
            return
        status, headers, said = mood
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        for name, value in ({"content-length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def moody():
    """Return a function that starts a server with these moods."""
    started = []

    def start(*moods):
        one = Moody(*moods)
        threading.Thread(target=one.serve_forever, daemon=True).start()
        started.append(one)
        return one

    yield start
    for one in started:
        one.shutdown()
        one.server_close()


def test_an_answer_is_a_record_and_its_whole_body_is_kept(asking):
    answer = asking.predict(text="where is my card")

    assert (answer.label, answer.score, answer.handed_over) == ("lost card", pytest.approx(0.7), False)
    assert answer.scores == answer.body["scores"]
    assert answer.id and answer.release


def test_many_requests_come_back_in_order_with_a_reason_where_one_is_refused(asking):
    answers = asking.predict_many([{"text": "one"}, "two", {"text": " "}, {"txt": "x"}, "five"])

    assert [isinstance(one, Refused) for one in answers] == [False, False, True, True, False]
    assert (answers[2].what, answers[2].status) == ("empty text", 422)
    assert answers[3].fix and answers[3].where == "text"


def test_more_requests_than_one_call_holds_are_cut_into_several(asking):
    answers = asking.predict_many(["text"] * (2 * MAX_TEXTS + 1))

    assert len({one.id for one in answers}) == 2 * MAX_TEXTS + 1


def test_a_call_that_is_too_large_for_this_service_is_halved(slow_server):
    with slow_server(0.0, max_texts=2) as server, Client(server.url, key=TOKEN) as client:
        assert len(client.predict_many(["a", "b", "c", "d", "e"])) == 5


def test_a_connection_is_used_again(moody):
    server = moody((200, {}, ANSWER), (200, {"connection": "close"}, ANSWER), (200, {}, ANSWER))
    with Client(server.url) as client:
        for _ in range(3):
            client.predict(text="a")
        assert len(client._idle) == 1


def test_a_problem_is_an_error_in_three_parts(asking):
    with pytest.raises(ServiceError) as found:
        asking.predict(txt="hello")

    assert (found.value.status, found.value.where) == (400, "text")
    assert "'txt' is not known here" in found.value.what and found.value.fix


def test_a_wrong_key_is_told_at_once_and_never_shown(server):
    with Client(server.url, key="wrong-but-secret") as client, pytest.raises(ServiceError) as found:
        client.predict(text="a")

    assert found.value.status == 401
    assert "wrong-but-secret" not in f"{found.value} {client!r}"


@pytest.mark.parametrize(
    "mood",
    [
        pytest.param((503, {"retry-after": "0"}, {"detail": "full", "fix": "wait"}), id="503"),
        pytest.param((429, {}, {"detail": "too fast"}), id="429"),
        pytest.param((502, {}, b"<html>"), id="a proxy's 502"),
        pytest.param("hang up", id="the connection ends"),
    ],
)
def test_a_refusal_for_now_is_asked_again_under_the_same_key(moody, mood):
    server = moody(mood, mood, (200, {}, ANSWER))

    with Client(server.url, scenario="a b") as client:
        answer = client.predict(text="a")

    assert answer.handed_over
    assert [path for path, _, _ in server.seen] == ["/v1/a%20b/predict"] * 3
    assert len({headers["idempotency-key"] for _, headers, _ in server.seen}) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 500, 504])
def test_a_refusal_for_good_is_not_asked_again(moody, status):
    server = moody((status, {}, {"detail": "no", "fix": "mend it"}))

    with Client(server.url) as client, pytest.raises(ServiceError, match="no"):
        client.predict(text="a")

    assert len(server.seen) == 1


def test_it_does_not_ask_again_beyond_its_deadline(moody):
    server = moody((503, {"retry-after": "60"}, {"detail": "full", "fix": "wait"}))

    with Client(server.url, deadline=0.5) as client, pytest.raises(ServiceError, match="full"):
        client.predict(text="a")

    assert int(server.seen[0][1]["luodi-timeout-ms"]) <= 500


def test_what_is_no_luodi_service_is_said_to_be_none(moody):
    with Client(moody((200, {}, b"<html>hello")).url) as client, pytest.raises(ServiceError, match="answered 200 OK"):
        client.predict(text="a")


def test_nobody_listens_is_an_error_of_the_same_kind(moody):
    server = moody()
    server.shutdown()
    server.server_close()

    with Client(server.url, deadline=0.2) as client, pytest.raises(ServiceError, match="cannot be reached"):
        client.predict(text="a")
    assert not client.is_ready()


def test_feedback_is_sent_until_it_is_acknowledged_and_counts_once(moody):
    server = moody("hang up", (503, {}, {}), (201, {}, {"id": "f1"}))

    with Client(server.url) as client:
        assert client.feedback("1", label="refund", comment="was paid twice") == "f1"

    assert {json.dumps(body) for *_, body in server.seen} == {
        json.dumps({"id": "1", "label": "refund", "comment": "was paid twice"})
    }
    assert len({headers["idempotency-key"] for _, headers, _ in server.seen}) == 1


@pytest.mark.parametrize("said", [{}, {"right": True, "label": "a"}])
def test_feedback_says_one_thing(asking, said):
    with pytest.raises(ServiceError, match="either"):
        asking.feedback("1", **said)


@pytest.mark.parametrize(
    ("url", "more", "what"),
    [
        pytest.param("ftp://x", {}, "no address of a service", id="scheme"),
        pytest.param("", {}, "no address of a service", id="none"),
        pytest.param("http://example.com", {"key": "secret"}, "unencrypted", id="unencrypted"),
        pytest.param("https://example.com", {"key": "secret\nx: y"}, "what no key can", id="a header in the key"),
    ],
)
def test_an_address_or_a_key_that_cannot_be_is_refused_before_anything_is_sent(url, more, what, monkeypatch):
    monkeypatch.delenv("LUODI_URL", raising=False)

    with pytest.raises(SetupError, match=what) as found:
        Client(url, **more)

    assert "secret" not in str(found.value)


def test_address_and_key_come_from_the_environment(server, monkeypatch):
    monkeypatch.setenv("LUODI_URL", server.url + "/")
    monkeypatch.setenv("LUODI_KEY", TOKEN)

    with Client() as client:
        assert client.is_ready()
        assert client.scenarios()[0]["name"] == "tickets"


def test_threads_may_share_a_client_and_all_are_answered_in_the_end_by_a_full_service(slow_server):
    with (
        slow_server(0.05, max_waiting=2) as server,
        Client(server.url, key=TOKEN) as client,
        ThreadPoolExecutor(6) as six,
    ):
        answers = list(six.map(lambda n: client.predict(text=f"text {n}"), range(6)))

    assert len({one.id for one in answers}) == 6


def test_the_same_can_be_awaited(server):
    async def ask():
        async with AsyncClient(server.url, key=TOKEN) as client:
            some = await asyncio.gather(*(client.predict(text=f"text {n}") for n in range(8)))
            return [*some, *await client.predict_many(["a", "b"])], await client.is_ready()

    answers, is_ready = asyncio.run(ask())

    assert (len({one.id for one in answers}), is_ready) == (10, True)


def test_no_log_line_holds_key_or_text(moody, caplog):
    caplog.set_level(logging.DEBUG)
    server = moody((503, {}, {"detail": "full"}), (200, {}, ANSWER))

    with Client(server.url, key="a-secret-key") as client:
        client.predict(text="a private text")

    said = " ".join(str(vars(one)) for one in caplog.records)
    assert "asking again" in said
    assert "a-secret-key" not in said and "a private text" not in said


def test_importing_it_loads_nothing_but_the_standard_library():
    code = "import sys, luodi.client; print(*{name.split('.')[0] for name in sys.modules} - sys.stdlib_module_names)"

    there = {"PYTHONPATH": str(Path(module.__file__).parents[1])}  # -S leaves out what an installer has put there
    done = subprocess.run(
        [sys.executable, "-P", "-S", "-c", code], env=there, capture_output=True, text=True, check=True
    )

    assert set(done.stdout.split()) <= {"luodi", "__main__"}
