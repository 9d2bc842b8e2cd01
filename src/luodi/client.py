"""Ask a running service from Python. The standard library alone, so that it costs an application nothing to import.

with Client("https://models.example.com", scenario="tickets") as client:  # the key is in LUODI_KEY
    answer = client.predict(text="Where is my parcel?")
    client.feedback(answer.id, right=True)
"""

import asyncio
import email.utils
import http.client
import json
import logging
import os
import random
import re
import ssl
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlsplit

import luodi
from luodi.contracts import record
from luodi.errors import LuodiError, SetupError

log = logging.getLogger(__name__)
T = TypeVar("T")

URL, KEY = "LUODI_URL", "LUODI_KEY"
MAX_TEXTS, MAX_BYTES = 256, 900_000  # of one call; the service takes 256 and a million unless it is told otherwise
AGAIN = frozenset({429, 502, 503})
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.1, 5.0
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
BROKEN = (OSError, http.client.HTTPException)
HEADER = re.compile(r"[\x21-\x7e]+")
TELL_ME = "set LUODI_URL, or pass the address: Client('https://…')"


class ServiceError(LuodiError):
    """The service refused, failed, or could not be reached."""

    def __init__(
        self, what: str, *, where: str = "", fix: str = "", status: int = 0, after: float | None = None
    ) -> None:
        super().__init__(what, where=where, fix=fix)
        self.status = status
        """Of the HTTP response; 0 where there was none."""
        self.after = after
        """Seconds after which it may be asked again; `None` where that would not help."""


@record
class Answer:
    """What the service answered to one request."""

    id: str
    """Name it in `feedback`."""
    release: str
    """Which model answered."""
    body: Mapping[str, Any]
    """Everything that was answered, as it came."""
    label: str = ""
    labels: tuple[str, ...] = ()
    """Of a task that may give several."""
    score: float | None = None
    """The probability of the label."""
    scores: Mapping[str, float]
    """The probability of every label."""
    items: tuple[Mapping[str, Any], ...] = ()
    """Of a recommendation, best first."""
    handed_over: bool = False
    """A person should look: the model is not sure enough for what it promised."""
    truncated: bool = False
    """The model did not see all of the text."""


@record
class Refused:
    """Why one request of several got no answer."""

    what: str
    where: str
    fix: str
    status: int


class Client:
    """Asks one service. Safe to share between threads; connections are kept and used again."""

    def __init__(
        self,
        url: str | None = None,
        *,
        scenario: str | None = None,
        key: str | None = None,
        deadline: float = 30.0,
        ca_file: str | None = None,
        plain_http: bool = False,
    ) -> None:
        """Take the address and the key from LUODI_URL and LUODI_KEY unless they are given.

        `deadline` is in seconds, for a call with all its tries. A key goes unencrypted only to this machine, or where
        `plain_http` says that the network is one's own. Raises `SetupError`.
        """
        self.url = (url or os.environ.get(URL, "")).rstrip("/")
        self.scenario, self.deadline = scenario, deadline
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SetupError(f"{self.url!r} is no address of a service", where=URL, fix=TELL_ME)
        self._key = os.environ.get(KEY, "") if key is None else key
        if self._key and not HEADER.fullmatch(self._key):
            raise SetupError("the key holds what no key can", where=KEY, fix="copy it again, without line ends")
        if parts.scheme == "http" and self._key and parts.hostname not in LOOPBACK and not plain_http:
            fix = "use https://, or pass plain_http=True in a network of your own"
            raise SetupError("the key would travel unencrypted", where=self.url, fix=fix)
        self._host, self._port, self._path = parts.hostname, parts.port, parts.path
        self._tls = ssl.create_default_context(cafile=ca_file) if parts.scheme == "https" else None
        self._idle: list[http.client.HTTPConnection] = []

    def __repr__(self) -> str:
        """Say where it asks; never with which key."""
        return f"{type(self).__name__}({self.url!r}, scenario={self.scenario!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        while self._idle:
            self._idle.pop().close()

    def predict(
        self, request: Mapping[str, Any] | None = None, /, *, scenario: str | None = None, **fields: Any
    ) -> Answer:
        """Return the answer to one request, given whole or by its fields. Raises `ServiceError`."""
        body = dict(request or {}) | fields
        return _answer(self._call("POST", self._of(scenario, "predict"), body, idempotent=True))

    def predict_many(
        self, requests: Sequence[Mapping[str, Any] | str], *, scenario: str | None = None
    ) -> list[Answer | Refused]:
        """Return an answer for each request, in order, in as many calls as they take; a text is short for its request.

        One that cannot be answered has its `Refused` in its place. Raises `ServiceError` where a whole call fails.
        """
        path, made = self._of(scenario, "predict"), list[Answer | Refused]()
        for part in _parts([{"text": one} if isinstance(one, str) else one for one in requests]):
            made += self._some(path, part)
        return made

    def feedback(
        self,
        request_id: str,
        *,
        right: bool | None = None,
        label: str | None = None,
        item: str | None = None,
        kind: str = "",
        comment: str = "",
        scenario: str | None = None,
    ) -> str:
        """Say that an answer was right, or which label is; return the id of the feedback, which is then on disk.

        Of a recommendation, say which `item` was taken after it, and what `kind` of event that was. However often it
        has to be sent, it counts once. Raises `ServiceError`.
        """
        said = {name: one for name, one in (("right", right), ("label", label), ("item", item)) if one is not None}
        if len(said) != 1:
            what = "feedback says either `right`, the `label`, or the `item`"
            raise ServiceError(what, where="feedback", fix="pass one of them")
        more = {name: one for name, one in (("kind", kind), ("comment", comment)) if one}
        body = {"id": request_id} | said | more
        said = self._call("POST", self._of(scenario, "feedback"), body, idempotent=True)
        return str(said["id"])

    def scenarios(self) -> list[dict[str, Any]]:
        """Return what is served, with goal, model and release."""
        return list(self._call("GET", "/v1")["scenarios"])

    def is_ready(self) -> bool:
        """Say whether the service answers; it predicts an example to find out."""
        try:
            self._call("GET", "/health/ready", tries=1)
        except ServiceError:
            return False
        return True

    def _of(self, scenario: str | None, name: str) -> str:
        chosen = scenario or self.scenario
        return f"/v1/{quote(chosen, safe='')}/{name}" if chosen else f"/{name}"

    def _some(self, path: str, part: list[Mapping[str, Any]]) -> list[Answer | Refused]:
        """Return the answers to one call's worth of requests, halving what the service finds too much."""
        try:
            said = self._call("POST", path, part, idempotent=True)
        except ServiceError as error:
            if error.status != 413:
                raise
            if len(part) == 1:
                return [Refused(what=error.what, where=error.where, fix=error.fix, status=413)]
            middle = len(part) // 2
            return [*self._some(path, part[:middle]), *self._some(path, part[middle:])]
        return [_refused(one["error"]) if "error" in one else _answer(one) for one in said]

    def _call(self, method: str, path: str, body: Any = None, *, idempotent: bool = False, tries: int = 1_000) -> Any:
        """Return the JSON of a response, asking again within the deadline where that may help."""
        content = None if body is None else json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        until, wait = time.monotonic() + self.deadline, FIRST_WAIT_SECONDS
        key = uuid.uuid4().hex if idempotent else ""
        for n in range(tries):
            try:
                return self._try(method, path, content, key, until)
            except ServiceError as error:
                if error.after is None or n + 1 == tries:
                    raise
                pause = max(error.after, random.uniform(0, wait))  # "full jitter": Brooker 2015, AWS Architecture Blog
                if time.monotonic() + pause >= until:
                    raise
                log.info("asking again", extra={"path": path, "status": error.status, "seconds": round(pause, 2)})
            time.sleep(pause)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)
        raise AssertionError("unreachable")

    def _try(self, method: str, path: str, content: bytes | None, key: str, until: float) -> Any:
        """Return the JSON of one response. Raises `ServiceError`."""
        left = max(0.001, until - time.monotonic())
        headers = {"accept": "application/json", "user-agent": f"luodi/{luodi.__version__}"}
        headers |= {"luodi-timeout-ms": str(max(1, int(1_000 * left)))}
        headers |= {"authorization": f"Bearer {self._key}"} if self._key else {}
        headers |= {"idempotency-key": key} if key else {}
        headers |= {"content-type": "application/json"} if content is not None else {}
        try:
            status, retry_after, said = self._exchange(method, self._path + path, content, headers, left)
        except BROKEN as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            fix = "see that the service runs and that this is its address"
            after = None if isinstance(error, ssl.SSLCertVerificationError) else 0.0
            raise ServiceError(f"the service cannot be reached: {why}", where=self.url, fix=fix, after=after) from None
        try:
            value = json.loads(said)
        except ValueError:
            value = None
        if 200 <= status < 300 and value is not None:
            return value
        problem = value if isinstance(value, dict) else {}
        raise ServiceError(
            problem.get("detail") or f"the service answered {status} {http.client.responses.get(status, '')}".rstrip(),
            where=problem.get("where") or f"{method} {path}",
            fix=problem.get("fix", "see that this is the address of a luodi service"),
            status=status,
            after=_seconds(retry_after) if status in AGAIN else None,
        )

    def _exchange(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str], seconds: float
    ) -> tuple[int, str, bytes]:
        """Send and read; over a connection that was kept, or where the other side gave that up, over a new one."""
        while True:
            try:
                connection, kept = self._idle.pop(), True
            except IndexError:
                connection, kept = self._connection(), False
            connection.timeout = seconds
            if connection.sock is not None:
                connection.sock.settimeout(seconds)
            try:
                connection.request(method, path, content, headers)
                response = connection.getresponse()
                said = response.read()
            except BROKEN as error:
                connection.close()
                if kept and not isinstance(error, TimeoutError):
                    continue
                raise
            if response.will_close:
                connection.close()
            else:
                self._idle.append(connection)
            return response.status, response.headers.get("retry-after", ""), said

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port)
        return http.client.HTTPSConnection(self._host, self._port, context=self._tls)


class AsyncClient:
    """The same, to be awaited: up to `max_connections` calls at once, each in a thread."""

    def __init__(self, url: str | None = None, *, max_connections: int = 16, **options: Any) -> None:
        """Take what `Client` takes."""
        self.inner = Client(url, **options)
        self._threads = ThreadPoolExecutor(max_connections, thread_name_prefix="luodi-client")

    def __repr__(self) -> str:
        return f"Async{self.inner!r}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Wait for the calls that are out, and close the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        self.inner.close()

    async def predict(
        self, request: Mapping[str, Any] | None = None, /, *, scenario: str | None = None, **fields: Any
    ) -> Answer:
        """See `Client.predict`."""
        return await self._run(lambda: self.inner.predict(request, scenario=scenario, **fields))

    async def predict_many(
        self, requests: Sequence[Mapping[str, Any] | str], *, scenario: str | None = None
    ) -> list[Answer | Refused]:
        """See `Client.predict_many`."""
        return await self._run(lambda: self.inner.predict_many(requests, scenario=scenario))

    async def feedback(self, request_id: str, **said: Any) -> str:
        """See `Client.feedback`."""
        return await self._run(lambda: self.inner.feedback(request_id, **said))

    async def scenarios(self) -> list[dict[str, Any]]:
        """See `Client.scenarios`."""
        return await self._run(self.inner.scenarios)

    async def is_ready(self) -> bool:
        """See `Client.is_ready`."""
        return await self._run(self.inner.is_ready)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _answer(said: Mapping[str, Any]) -> Answer:
    return Answer(
        id=str(said.get("id", "")),
        release=str(said.get("release", "")),
        body=said,
        label=said.get("label", ""),
        labels=tuple(said.get("labels", ())),
        score=said.get("score"),
        scores=said.get("scores", {}),
        items=tuple(said.get("items", ())),
        handed_over=bool(said.get("handed_over", False)),
        truncated=bool(said.get("truncated", False)),
    )


def _refused(problem: Mapping[str, Any]) -> Refused:
    what, status = str(problem.get("detail", "")), int(problem.get("status", 0))
    return Refused(what=what, where=str(problem.get("where", "")), fix=str(problem.get("fix", "")), status=status)


def _parts(requests: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Cut requests into calls that keep to the service's limits."""
    part, size = list[Mapping[str, Any]](), 0
    for one in requests:
        n_bytes = len(json.dumps(one, ensure_ascii=False).encode()) + 2
        if part and (len(part) == MAX_TEXTS or size + n_bytes > MAX_BYTES):
            yield part
            part, size = [], 0
        part.append(one)
        size += n_bytes
    if part:
        yield part


def _seconds(retry_after: str) -> float:
    """Return the seconds of a Retry-After header, which may also be a date.

    >>> _seconds("2"), _seconds(""), _seconds("Wed, 21 Oct 2015 07:28:00 GMT")
    (2.0, 0.0, 0.0)
    """
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0
