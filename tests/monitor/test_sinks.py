import email
import email.policy
import http.server
import json
import threading

import pytest

from luodi.errors import ScenarioError
from luodi.monitor.sinks import Sinks, check_address

ALARM = {
    "id": "01k0000000000000000000000a", "scenario": "letters", "at": 1_790_000_000.0, "level": "look",
    "number": "words", "details": {"about": "which words", "value": 0.2, "expected": 0.1, "bound": 0.15},
    "ended_at": None,
}  # fmt: skip


@pytest.fixture
def receiver():
    """A web server that answers with the given statuses in turn, and keeps what it was sent."""
    got, statuses = [], []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, json.loads(self.rfile.read(int(self.headers["content-length"])))))
            self.send_response(statuses.pop(0) if statuses else 200)
            self.send_header("location", "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", got, statuses
        server.shutdown()
        thread.join()


def told(tmp_path, **values):
    sinks = Sinks(folder=tmp_path / "mail", pause_seconds=0.01, **values)
    sinks.tell(ALARM)
    sinks.close()


def test_a_webhook_is_told_and_tried_again_where_it_was_busy(receiver, tmp_path):
    url, got, statuses = receiver
    statuses += [503, 503]

    told(tmp_path, webhook=url)

    assert got == [("/hook", ALARM)] * 3


@pytest.mark.parametrize("status", [302, 307, 404])
def test_a_redirect_is_not_followed_and_a_refusal_is_taken(receiver, tmp_path, status):
    url, got, statuses = receiver
    statuses += [status]

    told(tmp_path, webhook=url)

    assert [path for path, _ in got] == ["/hook"]


def test_a_letter_is_one_that_mail_programs_read(tmp_path):
    told(tmp_path, mail_to="ops@example.com")

    (path,) = (tmp_path / "mail").iterdir()
    letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)

    assert (letter["To"], letter["Subject"]) == ("ops@example.com", "[luodi] letters: look (words)")
    assert "bound     0.15" in letter.get_content()
    assert letter["Date"].datetime.year == 2026


def test_nobody_is_told_unless_somebody_is_named(tmp_path):
    told(tmp_path)

    assert not (tmp_path / "mail").exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://",
        "x",
        "http://[::1",
    ],
)
def test_an_address_beyond_this_machine_needs_https(url):
    with pytest.raises(ScenarioError, match="no address for a webhook") as error:
        check_address(url)

    assert "https://" in error.value.fix


@pytest.mark.parametrize(
    "url", ["https://example.com/x?y=1", "http://127.0.0.1:9/", "http://[::1]:9/", "http://localhost/"]
)
def test_https_and_this_machine_are_allowed(url):
    check_address(url)
