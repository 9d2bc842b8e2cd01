"""The page's service: suspects out, decisions in; each decision is on disk before it is acknowledged."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from luodi.data import corrections
from luodi.data.corrections import DECISIONS, Correction
from luodi.relabel import Doubts, merged
from luodi.serve.limits import Hosts

HERE = Path(__file__).parent
ASSETS = {"page.js": "text/javascript", "page.css": "text/css"}
MAX_BODY = 20_000
COOKIE = "luodi_review"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Review:
    """What is doubted, and what was decided so far."""

    def __init__(self, found: Doubts, path: Path) -> None:
        self.found, self.path = found, path
        self.doubts = {(one.key, one.given): one for one in found.doubts}

    def state(self) -> dict[str, Any]:
        """Return all that the page shows."""
        made = {(one.key, one.given): one for one in corrections.read(self.path)}
        rows = []
        for one in self.found.doubts:
            done = made.get((one.key, one.given))
            rows.append(
                asdict(one) | {"decided": done.decided if done else "", "corrected": done.corrected if done else ""}
            )
        return {"suspects": rows, "labels": self.found.labels, "rows": self.found.n_rows, "wrong": self.found.n_wrong}

    def decide(self, value: Any) -> str:
        """Write a decision down, or take it back; return what is wrong with it, empty where nothing is."""
        if not isinstance(value, dict) or set(value) != {"key", "given", "decided", "corrected"}:
            return "send key, given, decided and corrected"
        if not all(isinstance(one, str) for one in value.values()):
            return "send text"
        doubt = self.doubts.get((value["key"], value["given"]))
        if doubt is None:
            return "this is not among the suspects"
        made = corrections.read(self.path)
        if not value["decided"]:
            made = [one for one in made if (one.key, one.given) != (doubt.key, doubt.given)]
        elif value["decided"] not in DECISIONS:
            return f"decide one of {', '.join(DECISIONS)}"
        elif value["decided"] == "accepted" and not self._known(value["corrected"]):
            return "this is none of the labels"
        else:
            kept = value["corrected"] if value["decided"] == "accepted" else ""
            new = Correction(key=doubt.key, given=doubt.given, corrected=kept, decided=value["decided"],
                             where=doubt.where, text=doubt.text)  # fmt: skip
            made = merged(made, [new])
        corrections.write(self.path, made)
        return ""

    def _known(self, label: str) -> bool:
        return label in self.found.labels or (bool(label) and set(label.split("|")) <= set(self.found.labels))


def make_app(review: Review, *, token: str, hosts: Hosts) -> ASGIApp:
    """Return the page's service; it answers only who was given the address with the token."""

    async def page(request: Request) -> Response:
        response = Response((HERE / "page.html").read_bytes(), media_type="text/html; charset=utf-8", headers=HEADERS)
        if request.query_params.get("token"):
            response.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
        return response

    async def asset(request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        return Response((HERE / name).read_bytes(), media_type=f"{ASSETS[name]}; charset=utf-8", headers=HEADERS)

    async def state(request: Request) -> Response:
        return JSONResponse(review.state(), headers=HEADERS)

    async def decide(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                return JSONResponse({"detail": "too long"}, status_code=413, headers=HEADERS)
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            value = None
        wrong = review.decide(value)
        return JSONResponse({"detail": wrong} if wrong else {"ok": True}, status_code=422 if wrong else 200,
                            headers=HEADERS)  # fmt: skip

    routes = [
        Route("/", page),
        *(Route(f"/{name}", asset) for name in ASSETS),
        Route("/state", state),
        Route("/decide", decide, methods=["POST"]),
    ]
    return Door(Starlette(routes=routes), token=token, hosts=hosts)


class Door:
    """Lets in who bears the token, by the names this machine goes by, and no page of another site."""

    def __init__(self, app: ASGIApp, *, token: str, hosts: Hosts) -> None:
        self.app, self.token, self.hosts = app, token, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to everyone else."""
        if scope["type"] != "http" or self._may(Request(scope)):
            await self.app(scope, receive, send)
        else:
            await Response("403: open the address that luodi labels --review shows", 403, headers=HEADERS)(
                scope, receive, send
            )

    def _may(self, request: Request) -> bool:
        if not self.hosts.allows(request.headers.get("host", "")):
            return False
        origin = request.headers.get("origin")
        if request.method != "GET" and origin != f"http://{request.headers.get('host', '')}":
            return False
        shown: Sequence[str] = (request.cookies.get(COOKIE, ""), request.query_params.get("token", ""))
        return any(hmac.compare_digest(one.encode(), self.token.encode()) for one in shown)
