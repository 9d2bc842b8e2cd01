"""The page of suspects, served for real; a browser where there is one."""

import contextlib
import shutil
import threading
from types import SimpleNamespace

import pytest
import uvicorn

from luodi.relabel import Doubt, Doubts
from luodi.review.app import Review, make_app
from luodi.serve.limits import Hosts
from luodi.serve.port import bind

TOKEN = "a-token-for-the-tests"
BROWSER = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-quic", "--disable-background-networking"]


@pytest.fixture(scope="session")
def found():
    """Four suspects; the text of one tries to be a script."""
    texts = [
        "My card was declined",
        "<script>document.title='owned'</script> & <b>bold</b>",
        "退款还没有到账",
        "Where is it?",
    ]
    doubts = [
        Doubt(
            key=f"{n:032x}", where=f"data.csv:{n + 2}", text=text, given="refund", suggested="card", score=0.9 - n / 10
        )
        for n, text in enumerate(texts)
    ]
    return Doubts(doubts=doubts, labels=["card", "delivery", "refund"], n_rows=100, n_wrong=6)


@pytest.fixture
def served(found, tmp_path):
    """The page's service on a free port of this machine."""
    with contextlib.closing(bind("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        path = tmp_path / "corrections.csv"
        app = make_app(Review(found, path), token=TOKEN, hosts=Hosts("127.0.0.1", ()))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield SimpleNamespace(address=address, path=path, url=f"{address}/?token={TOKEN}")
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
