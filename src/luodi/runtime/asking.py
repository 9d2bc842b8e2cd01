"""One question to an OpenAI-compatible endpoint, whatever comes back: retried, bounded, and paid for once.

A question has one deadline for all its tries and waits. An answer has a largest size, before and after it is unpacked.
Endpoints that fail again and again are left alone for a while (a circuit breaker), and no redirect is followed: the
texts go where the scenario says, or nowhere.
"""

import asyncio
import json
import math
import os
import random
import time
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from luodi.contracts import record
from luodi.errors import SetupError
from luodi.runtime.endpoint import PATH, Endpoint, host_of, is_here
from luodi.runtime.spending import Budget

MAX_BYTES = 1_000_000  # an answer is a label or some; its log probabilities are a few thousand bytes
MAX_TRIES = 8
FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 8.0
SERVED_S = 4.0  # where somebody waits; a service takes a worker to hang after five seconds
TRIES_IN_TIME = 4  # a try may take a quarter of the deadline, so that a stalled one leaves room for others
RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
OURS = {401: "the key is not accepted", 403: "the key may not do this", 404: "there is no such API or model"}
FAILURES, FIRST_REST_S, LONGEST_REST_S = 8, 1.0, 30.0
BYTES_PER_TOKEN = 3  # a low guess, for what an endpoint does not count: English has four or five, Chinese about three


class UnansweredError(SetupError):
    """No answer in time, however often it was tried."""


class RefusedError(Exception):
    """The endpoint will not answer this question; it says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class _FailedError(Exception):
    """A try that brought nothing and may bring something the next time."""

    def __init__(self, reason: str, *, after_s: float | None = None, sent: bool = True) -> None:
        super().__init__(reason)
        self.after_s, self.sent = after_s, sent


@record
class Reply:
    """What a model said."""

    content: str
    logprobs: tuple[tuple[str, float], ...]
    """Token and its log probability, where they were asked for and given."""
    tokens_in: int
    tokens_out: int


class Breaker:
    """Opens after some failures in a row; then lets one question through after a rest, which doubles."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock, self.failures, self.rest_s, self.until = clock, 0, FIRST_REST_S, 0.0

    def wait_s(self) -> float:
        """Return how long to leave the endpoint alone from now on."""
        if self.failures < FAILURES:
            return 0.0
        left = self.until - self.clock()
        if left <= 0:
            self.until = self.clock() + self.rest_s  # whoever asked goes; the others wait for what comes of it
            return 0.0
        return left

    def good(self) -> None:
        """Note an answer, of whatever kind."""
        self.failures, self.rest_s = 0, FIRST_REST_S

    def bad(self) -> None:
        """Note a failure."""
        self.failures += 1
        if self.failures >= FAILURES:
            self.until = self.clock() + self.rest_s
            self.rest_s = min(LONGEST_REST_S, 2 * self.rest_s)


class Asker:
    """Asks one endpoint. Belongs to one event loop between `open` and `close`."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        patient: bool,
        served_s: float = SERVED_S,
        budget: Budget | None = None,
        clock: Callable[[], float] = time.monotonic,
        rng: random.Random | None = None,
    ) -> None:
        self.endpoint, self.patient, self.clock = endpoint, patient, clock
        self.limit_s = endpoint.timeout_s if patient else min(endpoint.timeout_s, served_s)
        self.budget = budget or Budget(endpoint)
        self.rng, self.breaker = rng or random.Random(), Breaker(clock)
        self.n_tries = 0
        self.failures: dict[str, int] = {}
        self._url = endpoint.url.rstrip("/") + PATH

    def open(self) -> None:
        """Make ready to ask."""
        # Of a server on this machine no proxy has to know.
        self._client = httpx2.AsyncClient(trust_env=not is_here(self.endpoint.url), follow_redirects=False)
        self._free = asyncio.Semaphore(self.endpoint.concurrency)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def ask(self, question: Mapping[str, Any]) -> Reply:
        """Return the reply. Raises `RefusedError`, or `SetupError` where nothing came in time or may be asked."""
        async with self._free:
            until = self.clock() + self.limit_s
            last = "nothing was tried"
            for n in range(MAX_TRIES):
                wait = self.breaker.wait_s()
                if wait and (not self.patient or self.clock() + wait >= until):
                    raise self._unanswered(f"{last}; it is left alone for {math.ceil(wait)} s")
                await asyncio.sleep(wait)
                try:
                    reply = await self._try(question, until)
                except _FailedError as error:
                    last = str(error)
                    self.failures[last] = self.failures.get(last, 0) + 1
                    self.breaker.bad()
                    wait = self._wait_s(n, error.after_s)
                    if self.clock() + wait >= until:
                        break
                    await asyncio.sleep(wait)
                except RefusedError:
                    self.breaker.good()
                    raise
                else:
                    self.breaker.good()
                    return reply
            raise self._unanswered(last)

    def _wait_s(self, n: int, after_s: float | None) -> float:
        """Return the wait before the next try: what the endpoint asks for, or a random part of a growing time.

        Source: Brooker 2015, "Exponential Backoff And Jitter" (full jitter).
        """
        jitter = self.rng.uniform(0, min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**n))
        return jitter if after_s is None else after_s + jitter

    async def _try(self, question: Mapping[str, Any], until: float) -> Reply:
        self.n_tries += 1
        body = json.dumps({"model": self.endpoint.model, **question}, ensure_ascii=False).encode("utf-8", "replace")
        asked = math.ceil(len(body) / BYTES_PER_TOKEN)
        most = self._usd(len(body), int(question.get("max_tokens") or question.get("max_completion_tokens") or 0))
        self.budget.take(most)
        spent = most  # what was begun may be billed, even if no answer comes
        try:
            status, headers, content = await self._post(body, until)
            if status != 200:
                spent = 0.0
                raise _failure(status, headers, content)
            reply = _reply(content, asked)
            spent = self._usd(reply.tokens_in, reply.tokens_out)
        except _FailedError as error:
            spent = spent if error.sent else 0.0
            raise
        else:
            return reply
        finally:
            self.budget.give_back(most - spent)

    def _usd(self, tokens_in: int, tokens_out: int) -> float:
        prices = self.endpoint.price_in or 0.0, self.endpoint.price_out or 0.0
        return (tokens_in * prices[0] + tokens_out * prices[1]) / 1e6

    async def _post(self, body: bytes, until: float) -> tuple[int, Mapping[str, str], bytes]:
        left = max(0.05, until - self.clock())
        limit = min(left, self.limit_s / TRIES_IN_TIME) if self.patient else left
        headers = {"content-type": "application/json", "accept": "application/json", "accept-encoding": "identity"}
        if self.endpoint.key_variable:
            headers["authorization"] = f"Bearer {key_of(self.endpoint)}"
        try:
            async with (
                asyncio.timeout(limit),  # for all of it: a server that drips keeps every shorter limit
                self._client.stream("POST", self._url, content=body, headers=headers, timeout=limit) as answer,
            ):
                content = b""
                async for part in answer.aiter_raw():
                    content += part
                    if len(content) > MAX_BYTES:
                        raise _FailedError("an answer that is too large")
                return answer.status_code, answer.headers, _unpacked(content, answer.headers)
        except (TimeoutError, httpx2.TimeoutException):
            raise _FailedError("no answer in time") from None
        except httpx2.ConnectError:
            raise _FailedError("no connection", sent=False) from None
        except httpx2.HTTPError as error:
            raise _FailedError(f"a broken answer ({type(error).__name__})") from None

    def _unanswered(self, last: str) -> UnansweredError:
        return UnansweredError(
            f"{self.endpoint.model} gave no answer within {self.limit_s:g} s (last: {last})",
            where=host_of(self.endpoint.url),
            fix="is it up? The same command goes on from here, and asks nothing twice",
        )


def key_of(endpoint: Endpoint) -> str:
    """Return the key that the environment holds. Raises `SetupError` where it holds none that can be sent."""
    name = endpoint.key_variable or ""
    key = os.environ.get(name, "").strip()
    if not key or not key.isascii() or not key.isprintable():
        what = f"the variable {name} is not set" if not key else f"the variable {name} holds no key"
        raise SetupError(what, where="[select] remote", fix=f"export {name}=… before the command")
    return key


def _failure(status: int, headers: Mapping[str, str], content: bytes) -> Exception:
    if status in RETRIED:
        return _FailedError(f"status {status}", after_s=_retry_after(headers))
    message = content[:2_000].decode("utf-8", "replace")
    if status in OURS:
        fix = "look at url, model and key_variable in [select] remote"
        return SetupError(f"{OURS[status]} (status {status})", where="[select] remote", fix=fix)
    if 300 <= status < 400:
        return SetupError("the endpoint leads elsewhere, where no text is sent", where="[select] remote",
                          fix="write the url that it leads to")  # fmt: skip
    return RefusedError(status, message)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an endpoint asks to wait. A date counts as not said; endpoints send seconds."""
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < math.inf else None


def _unpacked(content: bytes, headers: Mapping[str, str]) -> bytes:
    """Return what an answer holds that is packed though nobody asked for it; never more than it may hold."""
    coding = headers.get("content-encoding", "identity").lower()
    if coding == "identity":
        return content
    if coding not in {"gzip", "x-gzip", "deflate"}:
        raise _FailedError("an answer in an unknown packing")
    machine = zlib.decompressobj(wbits=47)  # gzip or zlib, whichever it is
    try:
        made = machine.decompress(content, MAX_BYTES + 1)
    except zlib.error:
        raise _FailedError("an answer that cannot be unpacked") from None
    if len(made) > MAX_BYTES:
        raise _FailedError("an answer that is too large")
    if not machine.eof:
        raise _FailedError("an answer that ends early")
    return made


def _reply(content: bytes, asked: int) -> Reply:
    """Return what a good answer says. Raises `_FailedError` for what is none, `RefusedError` for a refusal."""
    try:
        found = json.loads(content)
        choice = found["choices"][0]
        message = choice["message"]
        text, refusal = message.get("content"), message.get("refusal")
        logprobs = (choice.get("logprobs") or {}).get("content") or ()
        tokens = tuple((str(one["token"]), min(0.0, float(one["logprob"]))) for one in logprobs)
        usage = found.get("usage") or {}
        counts = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
    except (ValueError, RecursionError):
        raise _FailedError("an answer that is no JSON") from None
    except (LookupError, TypeError, AttributeError):
        raise _FailedError("an answer of another form") from None
    if refusal or choice.get("finish_reason") == "content_filter":
        raise RefusedError(200, "the model refuses")
    if not isinstance(text, str) or not text.strip():
        raise _FailedError("an empty answer")
    known = [n if type(n) is int and 0 <= n < 10**7 else None for n in counts]
    guess = math.ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN)
    tokens = tokens if all(math.isfinite(p) for _, p in tokens) else ()
    return Reply(
        content=text,
        logprobs=tokens,
        tokens_in=asked if known[0] is None else known[0],
        tokens_out=guess if known[1] is None else known[1],
    )
