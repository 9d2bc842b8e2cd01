"""Tell somebody of an alarm: a webhook, or a letter in a folder. Numbers only: no text of a request leaves by them."""

import http.client
import json
import logging
import queue
import ssl
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from luodi.errors import ScenarioError
from luodi.store import write_text

log = logging.getLogger(__name__)

TIMEOUT_SECONDS, TRIES, MAX_WAITING = 5.0, 3, 50
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def check_address(url: str) -> None:
    """Raise `ScenarioError` where a webhook is neither https nor on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)):
        fix = "write https://…, or http://127.0.0.1:PORT/… for a program on this machine"
        raise ScenarioError(f"{url!r} is no address for a webhook", where="[deploy] watch.webhook", fix=fix)


class Sinks:
    """Who is told. What cannot be delivered in three tries is logged and given up; nobody waits for it."""

    def __init__(self, *, webhook: str = "", mail_to: str = "", folder: Path, pause_seconds: float = 1.0) -> None:
        if webhook:
            check_address(webhook)
        self.webhook, self.mail_to, self.folder, self.pause_seconds = webhook, mail_to, folder, pause_seconds
        self._waiting: queue.Queue[Mapping[str, Any] | None] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._work, name="luodi-alarms", daemon=True)
        self._thread.start()

    def tell(self, alarm: Mapping[str, Any]) -> None:
        """Tell of an alarm that began, grew worse or ended. Returns at once."""
        try:
            self._waiting.put_nowait(alarm)
        except queue.Full:
            log.warning("an alarm was not told, too many wait", extra={"number": alarm["number"]})

    def close(self, patience_seconds: float = TIMEOUT_SECONDS) -> None:
        """Tell what waits, within a moment."""
        self._waiting.put(None)
        self._thread.join(patience_seconds)

    def _work(self) -> None:
        while (alarm := self._waiting.get()) is not None:
            if self.mail_to:
                self._write(alarm)
            if self.webhook:
                self._post(alarm)

    def _write(self, alarm: Mapping[str, Any]) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            name = f"{alarm['id']}-{'ended' if alarm['ended_at'] else alarm['level']}.eml"
            write_text(self.folder / name, letter(alarm, self.mail_to))
        except OSError as error:
            log.warning("an alarm could not be written", extra={"error": type(error).__name__})

    def _post(self, alarm: Mapping[str, Any]) -> None:
        for tried in range(TRIES):
            try:
                status = post(self.webhook, alarm)
            except (OSError, http.client.HTTPException) as error:
                status, why = 0, type(error).__name__
            else:
                why = str(status)
            if 200 <= status < 300:
                return
            if 300 <= status < 500 and status != 429:  # it is not going to change its mind; nor do we follow it
                break
            time.sleep(self.pause_seconds * 4**tried)
        log.warning("a webhook was not told of an alarm", extra={"why": why, "number": alarm["number"]})


def post(url: str, alarm: Mapping[str, Any]) -> int:
    """Post an alarm as JSON and return the status. Redirects are not followed."""
    parts = urlsplit(url)
    assert parts.hostname
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        body = json.dumps(alarm).encode("ascii")
        connection.request("POST", path, body, {"Content-Type": "application/json", "User-Agent": "luodi"})
        return connection.getresponse().status
    finally:
        connection.close()


def letter(alarm: Mapping[str, Any], to: str) -> str:
    """Return an alarm as an e-mail (RFC 5322)."""
    word = "over" if alarm["ended_at"] else alarm["level"]
    message = EmailMessage()
    message["From"] = "luodi <luodi@localhost>"
    message["To"] = " ".join(to.split())
    message["Subject"] = f"[luodi] {alarm['scenario']}: {word} ({alarm['number']})".replace("\n", " ").replace(
        "\r", " "
    )
    message["Date"] = format_datetime(datetime.fromtimestamp(alarm["ended_at"] or alarm["at"], UTC))
    message["Message-ID"] = f"<{alarm['id']}-{word}@luodi.localhost>"
    details = alarm["details"]
    lines = [
        details.get("about", ""),
        "",
        *(f"{name:<9} {details[name]}" for name in ("value", "expected", "bound", "interval") if name in details),
        "",
        f"luodi health {alarm['scenario']} shows all numbers; the console shows the texts behind them.",
    ]
    message.set_content("\n".join(lines))
    return message.as_string()
