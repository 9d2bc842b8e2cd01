"""Kill the service under load, again and again: `python -m bench.drill_feedback [WRITES [KILLS [SEED]]]`.

Eight writers send feedback under keys of their own making and write down, outside of the service, what was
acknowledged under which id; what was not, they send again. The server dies by SIGKILL in the middle of it and is
started anew on the same ledger. At the end each acknowledged key must be there, once, whole, under the id that was
acknowledged. 100,000 writes and 200 kills are the drill (RELIABILITY R2).
"""

import http.client
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.serving import tiny_bundle
from luodi.ledger import audit
from luodi.ledger.ledger import open_ledger

TOKEN = "a-token-for-the-drill"
N_WRITERS, N_ANSWERS = 8, 64
AGAIN, ASKS = 0.05, 0.05  # shares of writes that are sent a second time after all, and that ask for an answer beside
GIVE_UP_SECONDS = 60.0
START = """
import sys
from pathlib import Path
from luodi.serve.server import serve
serve([Path(sys.argv[1])], home=Path(sys.argv[2]), port=0, admin_port=0, say=lambda line: print(line, flush=True))
"""


class Server:
    """The server of the moment."""

    def __init__(self, bundle: Path, home: Path) -> None:
        self.bundle, self.home, self.port = bundle, home, 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        environment = {name: one for name, one in os.environ.items() if name != "LUODI_DATABASE"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, str(self.bundle), str(self.home)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment | {"LUODI_TOKEN": TOKEN},
        )
        assert self.process.stdout is not None
        found = re.search(r":(\d+)$", self.process.stdout.readline().strip())
        assert found, "the server did not start"
        self.port = int(found[1])

    def kill(self) -> None:
        assert self.process is not None and self.process.stdout is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


class History:
    """What the clients know: which key was acknowledged, under which id."""

    def __init__(self, n_writes: int) -> None:
        self.left = iter(range(n_writes))
        self.acknowledged: dict[str, str] = {}
        self.other_ids: list[str] = []
        self.n_unanswered = self.n_again = self.n_refused = 0
        self.lock = threading.Lock()

    def next(self) -> int | None:
        with self.lock:
            return next(self.left, None)

    def acknowledge(self, key: str, found: str) -> None:
        if self.acknowledged.setdefault(key, found) != found:
            self.other_ids.append(key)


def content(number: int) -> dict[str, str]:
    """Return what is said under a key; it can be told from the number alone, and holds nothing to mask."""
    word = "".join("bdfghjklmn"[int(digit)] + "a" for digit in str(number))
    return {"label": ("refund", "lost card")[number % 2], "comment": " ".join([word] * (1 + number % 40))}


class Writer(threading.Thread):
    """One client: sends until it is acknowledged."""

    def __init__(self, number: int, server: Server, history: History, answers: list[str]) -> None:
        super().__init__(daemon=True)
        self.server, self.history, self.answers, self.rng = server, history, answers, random.Random(number)
        self.connection: http.client.HTTPConnection | None = None
        self.error: str = ""

    def run(self) -> None:
        while not self.error and (number := self.history.next()) is not None:
            key = f"drill-{number}"
            body = {"id": self.answers[number % len(self.answers)]} | content(number)
            self._send(key, body)
            if self.rng.random() < AGAIN:
                self.history.n_again += 1
                self._send(key, body)
            if self.rng.random() < ASKS:
                self._call("/predict", {"text": f"text {number}"}, "")

    def _send(self, key: str, body: dict[str, str]) -> None:
        until = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < until:
            status, answer = self._call("/feedback", body, key)
            if status in (200, 201):
                self.history.acknowledge(key, answer["id"])
                return
            if status == 503:
                self.history.n_refused += 1
            elif status:
                self.error = f"{key}: {status} {answer}"
                return
            else:
                self.history.n_unanswered += 1
                time.sleep(0.02)
        self.error = f"{key}: no answer in {GIVE_UP_SECONDS:g} s"

    def _call(self, path: str, body: dict[str, str], key: str) -> tuple[int, dict[str, str]]:
        """Return status and body; status 0 where the connection broke."""
        try:
            if self.connection is None or self.connection.port != self.server.port:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
            headers = {"authorization": f"Bearer {TOKEN}"} | ({"idempotency-key": key} if key else {})
            self.connection.request("POST", path, json.dumps(body), headers)
            answer = self.connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            self.connection = None
            return 0, {}


def main(n_writes: int = 100_000, n_kills: int = 200, seed: int = 7) -> int:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(tiny_bundle(Path(folder) / "bundle"), Path(folder) / "home")
        server.start()
        answers = some_answers(server)
        history = History(n_writes)
        writers = [Writer(n, server, history, answers) for n in range(N_WRITERS)]
        started, busy, at_start, kills = time.monotonic(), 0.0, 0, 0
        for one in writers:
            one.start()
        up = time.monotonic()
        due = at_start + rng.uniform(0.1, 1.8) * n_writes / (n_kills + 1)
        while any(one.is_alive() for one in writers):
            time.sleep(0.002)
            if len(history.acknowledged) >= due and kills < n_kills:
                server.kill()
                busy += time.monotonic() - up
                kills += 1
                server.start()
                up = time.monotonic()
                at_start = len(history.acknowledged)
                left = (n_writes - at_start) / (n_kills - kills + 1)
                due = at_start + rng.uniform(0.1, 1.8) * left
        busy += time.monotonic() - up
        seconds = time.monotonic() - started
        server.kill()
        errors = [one.error for one in writers if one.error]
        return judge(server.home, history, n_writes, kills, seconds, busy, errors)


def judge(
    home: Path, history: History, n_writes: int, kills: int, seconds: float, busy: float, errors: list[str]
) -> int:
    """Hold what the clients know against what is there; print both."""
    with open_ledger(home, "") as ledger:
        chain = ledger.read(audit.verify).fault
    base = sqlite3.connect(home / "ledger.db")
    sound = base.execute("PRAGMA integrity_check").fetchone()[0]
    rows = base.execute("SELECT idempotency_key, id, label, comment FROM feedback").fetchall()
    base.close()
    there = {key: (one, label, comment) for key, one, label, comment in rows}
    lost = [key for key, one in history.acknowledged.items() if there.get(key, ("",))[0] != one]
    twice = len(rows) - len(there) + len(history.other_ids)
    torn = [key for key, (_, *said) in there.items() if said != list(content(int(key.partition("-")[2])).values())]
    print(f"{len(history.acknowledged):,} of {n_writes:,} writes acknowledged, {kills} kills, {seconds:.0f} s")
    print(f"{history.n_unanswered:,} sends without an answer, {history.n_again:,} sent again after an answer, "
          f"{history.n_refused:,} refused")  # fmt: skip
    print(f"{len(history.acknowledged) / busy:,.0f} acknowledged a second while the server was up")
    print(f"lost {len(lost)}, duplicated {twice}, torn {len(torn)}; file {sound}, audit trail {chain or 'intact'}")
    for one in errors[:5]:
        print(f"error: {one}")
    whole = len(history.acknowledged) == n_writes == len(rows) and sound == "ok"
    return 0 if whole and not (lost or twice or torn or chain or errors) else 1


def some_answers(server: Server) -> list[str]:
    """Return the ids of some answers, when they are sure to be in the ledger."""
    made = []
    for number in range(N_ANSWERS):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        headers = {"authorization": f"Bearer {TOKEN}"}
        connection.request("POST", "/predict", json.dumps({"text": f"ticket {number}"}), headers)
        made.append(json.loads(connection.getresponse().read())["id"])
        connection.close()
    base = sqlite3.connect(server.home / "ledger.db")
    while base.execute("SELECT count(*) FROM requests").fetchone()[0] < N_ANSWERS:
        time.sleep(0.05)
    base.close()
    return made


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
