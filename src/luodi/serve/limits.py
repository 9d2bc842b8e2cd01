"""How much, how deep, how long, and under which name: what is asked of a request before its content counts."""

import asyncio
import ipaddress
import json
import time
from collections.abc import Iterable
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Receive

from luodi.contracts import record
from luodi.serve.problems import ProblemError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
DRAIN_BYTES = 4_000_000  # of a refused body, so that the client hears the refusal and not a reset connection
TIMEOUT = "Luodi-Timeout-Ms"
CLOSE = {"connection": "close"}


@record
class Limits:
    """Where the service says no. The numbers are guesses to start from, not findings."""

    max_body_bytes: int = 1_000_000
    max_texts: int = 256
    """In one call."""
    max_depth: int = 16
    """Of brackets in a JSON body."""
    header_seconds: float = 10.0
    """From the first byte of a request, or from the connection, to the end of its headers."""
    read_seconds: float = 10.0
    """From the end of the headers to the end of the body."""
    answer_seconds: float = 30.0
    """From the end of the body to the answer; a client may ask for less."""
    hang_seconds: float = 5.0
    """A model that takes longer for a batch is taken to hang, and its process is replaced."""
    max_waiting: int = 512
    """Texts that wait for the model; more are refused at once."""
    max_connections: int = 4_096
    """When there are more, whoever keeps us waiting the longest has to go."""
    max_connections_per_host: int = 256
    """The same for each address but this machine's own, where a proxy may stand."""
    drain_seconds: int = 10
    """After SIGTERM, for the requests that are being answered."""


async def read_body(headers: Headers, receive: Receive, limits: Limits) -> bytes:
    """Return the body. Raises `ProblemError` when it is too large (413) or too slow (408)."""
    declared = headers.get("content-length", "")
    large = declared.isdecimal() and int(declared[:20]) > limits.max_body_bytes
    if large and "expect" in headers:  # the client waits for leave to send; nothing to drain
        raise _too_large(limits)
    try:
        async with asyncio.timeout(limits.read_seconds):
            return await _read(receive, limits)
    except TimeoutError:
        fix = f"send the whole body within {limits.read_seconds:g} seconds"
        raise ProblemError(408, "the body took too long to arrive", fix=fix, headers=CLOSE) from None


async def _read(receive: Receive, limits: Limits) -> bytes:
    body, n_bytes, more = bytearray(), 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ProblemError(400, "the connection ended before the body did", fix="send the whole body")
        chunk = message.get("body", b"")
        n_bytes, more = n_bytes + len(chunk), message.get("more_body", False)
        if n_bytes <= limits.max_body_bytes:
            body += chunk
        elif n_bytes > limits.max_body_bytes + DRAIN_BYTES:
            break
    if n_bytes > limits.max_body_bytes:
        raise _too_large(limits)
    return bytes(body)


def _too_large(limits: Limits) -> ProblemError:
    detail = f"the body has more than {limits.max_body_bytes:,} bytes"
    return ProblemError(413, detail, fix="send fewer or shorter texts", headers=CLOSE)


def deadline_of(headers: Headers, limits: Limits) -> float:
    """Return the time of `time.monotonic` until which an answer is wanted: sooner where the client says so."""
    given = headers.get(TIMEOUT)
    if given is None:
        return time.monotonic() + limits.answer_seconds
    if not (given.isascii() and given.isdecimal() and int(given[:10]) > 0):
        fix = "send milliseconds, as 2000, or leave the header out"
        raise ProblemError(400, f"the header {TIMEOUT} is no time", fix=fix)
    return time.monotonic() + min(limits.answer_seconds, int(given[:10]) / 1_000)


def parse_json(body: bytes, *, max_depth: int) -> Any:
    """Return the JSON value of a body. Raises `ProblemError` (400) for anything that is not plain UTF-8 JSON."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_unique)
        if b"\\u" in body:  # an escaped half of a surrogate pair is a text that no file and no answer can hold
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise ProblemError(400, "the body is not valid UTF-8", fix="encode it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise ProblemError(400, f"the body is not JSON: {error}", fix="send one JSON object, or a list") from None
    if deeper_than(value, max_depth):
        raise ProblemError(400, f"the body is nested deeper than {max_depth} levels", fix="send it flat")
    return value


def deeper_than(value: Any, max_depth: int) -> bool:
    """Say whether a JSON value has more levels of lists and objects than this.

    >>> deeper_than([[1]], 2), deeper_than([[1]], 1)
    (False, True)
    """
    level = [value]
    for _ in range(max_depth + 1):
        nested = [one for one in level if isinstance(one, list | dict)]
        if not nested:
            return False
        level = [child for one in nested for child in (one.values() if isinstance(one, dict) else one)]
    return True


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not allowed in JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return made


def hostname(header: str) -> str:
    """Return the name in a Host header, without its port.

    >>> hostname("LOCALHOST:8700"), hostname("[::1]:8700"), hostname("127.0.0.1")
    ('localhost', '::1', '127.0.0.1')
    """
    name = header.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0].removesuffix(".")


class Hosts:
    """The names under which the service may be called, against DNS rebinding.

    A page that rebinds needs a name of its own in the Host header. So on all interfaces any address is let in,
    and of names only the known ones.
    """

    def __init__(self, bound: str, others: Iterable[str] = ()) -> None:
        self.names = LOOPBACK | {bound.lower()} | {one.lower() for one in others}
        self.any_address = _is_address(bound) and ipaddress.ip_address(bound).is_unspecified

    def allows(self, header: str) -> bool:
        """Say whether this Host header names us."""
        name = hostname(header)
        return name in self.names or (self.any_address and _is_address(name))


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach a host.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, False)
    """
    return host.lower() in LOOPBACK or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
