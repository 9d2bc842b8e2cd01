"""An end to every wait on a connection: uvicorn 0.54 has none while headers, or the reading of an answer, trickle."""

import asyncio
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from luodi.serve import problems

NOT_HTTP = problems.Problem(
    status=400, detail="this is not a valid HTTP request", fix="send HTTP/1.1, with a Host header"
)


class Impatient(H11Protocol):  # uvicorn takes a class of its own kind, and offers no other way in
    """uvicorn's protocol, which hangs up on whoever takes too long."""

    patience_seconds: ClassVar[float] = 10.0
    _headers_due: asyncio.TimerHandle | None = None
    _reading_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._headers_due = self._hang_up_later()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        answering = not getattr(self.cycle, "response_complete", True)  # there is none before the first request
        if answering and self._headers_due is not None:
            self._headers_due.cancel()
            self._headers_due = None
        elif not answering and self._headers_due is None:  # a further request on this connection has begun
            self._headers_due = self._hang_up_later()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._headers_due, self._reading_due):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read its answer."""
        super().pause_writing()
        self._reading_due = self._hang_up_later()

    def resume_writing(self) -> None:
        """End that wait."""
        if self._reading_due is not None:
            self._reading_due.cancel()
            self._reading_due = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP with a problem document, and hang up."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            body = problems.as_bytes(NOT_HTTP)
            headers = [("content-type", problems.MEDIA_TYPE), ("content-length", str(len(body)))]
            events: list[Any] = [
                h11.Response(status_code=400, headers=[*headers, ("connection", "close")], reason=b"Bad Request"),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ]
            self.transport.write(b"".join(self.conn.send(event) or b"" for event in events))
        self.transport.close()

    def _hang_up_later(self) -> asyncio.TimerHandle:
        return self.loop.call_later(self.patience_seconds, self.transport.abort)


def with_deadlines(seconds: float) -> type[Impatient]:
    """Return the protocol with so many seconds for headers to arrive and for answers to be read."""
    return type("Impatient", (Impatient,), {"patience_seconds": seconds})
