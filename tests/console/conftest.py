"""The console's files as they are served, in front of answers by the contract; and a browser where there is one."""

import contextlib
import shutil
import threading
from types import SimpleNamespace

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.console import answers

from luodi.serve import routes_console
from luodi.serve.port import bind

BROWSER = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-quic", "--disable-background-networking"]
TOKEN = "a-token-for-the-tests"
COOKIE = "luodi_session"
SCOPES = ["predict", "feedback", "review", "admin"]


class Backend:
    """Answers by the contract; a test changes what it says, and reads what it was told."""

    def __init__(self):
        self.said = {}
        self.heard = []
        self.seen = []

    def answer(self, path, query):
        """Return what a GET or an explanation is answered with: the test's words first."""
        if path in self.said:
            return self.said[path]
        name, _, page = path.removeprefix("/v1/").partition("/")
        return {
            "/v1": answers.scenarios, "/keys": answers.keys, "/audit": answers.audit,
        }.get(path, lambda: {
            "": lambda: answers.about(name), "traffic": answers.traffic, "requests": answers.requests,
            "health": answers.health, "releases": answers.releases, "queue": answers.queue,
            "reviews/summary": answers.summary, "challenges": answers.challenges,
            "explain": lambda: answers.explain(name, query.get("label", "delivery")),
        }[page]())()  # fmt: skip

    async def handle(self, http: Request) -> Response:
        """Answer any call, to those who are logged in."""
        path = http.url.path
        if path == "/session" and http.method == "POST":
            if (await http.json())["key"] != TOKEN:
                problem = {
                    "title": "Unauthorized",
                    "status": 401,
                    "detail": "this key is wrong",
                    "fix": "paste it again",
                }
                return JSONResponse(problem, 401)
            response = JSONResponse({"name": "owner", "scopes": SCOPES})
            response.set_cookie(COOKIE, "x", httponly=True, samesite="strict")
            return response
        if COOKIE not in http.cookies:
            return JSONResponse({"detail": "the token is missing or wrong", "fix": "log in", "status": 401}, 401)
        if http.method != "GET":
            assert http.headers["luodi-csrf"] == "1" and http.headers["origin"] == str(http.base_url).rstrip("/")
            body = await http.json() if await http.body() else None
            self.heard.append((http.method, path, body))
            return self.change(path, http)
        if path == "/session":
            return JSONResponse(self.said.get(path, {"name": "owner", "scopes": SCOPES}))
        if path.endswith("/report"):
            return Response("<!doctype html><title>r</title><h1>Met</h1>", media_type="text/html")
        return JSONResponse(self.answer(path, http.query_params))

    def change(self, path, http):
        if path.endswith("/explain"):
            return JSONResponse(self.answer(path, http.query_params))
        if path.endswith("/reviews"):
            return JSONResponse({"state": "decided", "label": "x"}, 201)
        if path == "/keys" or path.endswith("/rotate"):
            return JSONResponse({"id": "01kn", "key": "luodi_" + "k" * 43}, 201)
        response = JSONResponse({"release": answers.RELEASES[2]})
        if path == "/session":
            response.delete_cookie(COOKIE)
        return response


@pytest.fixture
def backend():
    """Answers that a test may change, on a free port of this machine."""
    made = Backend()

    async def file(http: Request) -> Response:
        made.seen.append(http.url.path)
        return await routes_console.file(None, http)

    routes = [*(Route(path, file) for path in routes_console.FILES),
              Route("/{rest:path}", made.handle, methods=["GET", "POST", "DELETE"])]  # fmt: skip
    with contextlib.closing(bind("127.0.0.1", 0)) as listener:
        made.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(Starlette(routes=routes), log_config=None, access_log=False, ws="none", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield made
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def browser():
    """A real browser, or a skip that says why."""
    if BROWSER is None:
        pytest.skip("there is no chromium on this machine")
    from playwright.sync_api import sync_playwright

    with (
        sync_playwright() as play,
        contextlib.closing(play.chromium.launch(executable_path=BROWSER, args=FLAGS)) as started,
    ):
        yield started


@pytest.fixture
def visit(browser, backend):
    """Return a function that opens the console; `wrong` is what the page complained of, `asked` what it asked for."""
    opened = []

    def start(address="#/", *, logged_in=True, **how):
        context = browser.new_context(**({"locale": "en-GB", "viewport": {"width": 1280, "height": 900}} | how))
        opened.append(context)
        if logged_in:
            context.add_cookies([{"name": COOKIE, "value": "x", "url": backend.url}])
        page = context.new_page()
        made = SimpleNamespace(page=page, wrong=[], asked=[])
        page.on("console", lambda one: made.wrong.append(one.text) if one.type in {"error", "warning"} else None)
        page.on("pageerror", lambda one: made.wrong.append(str(one)))
        page.on("request", lambda one: made.asked.append(one.url))
        page.goto(f"{backend.url}/{address}")
        return made

    yield start
    for one in opened:
        one.close()
