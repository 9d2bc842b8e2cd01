"""A scenario with an endpoint, from the file to the service: asked once, told plainly, refused where it must be."""

import json
import os
import re
import shutil
import subprocess
import sys

import httpx
import pytest

from luodi.bundle import open_bundle

SELECT = """[select]
models = ["majority"]
remote = {{ url = "{url}", model = "small", price_in = 0.15, price_out = 0.6, key_variable = "THE_KEY" }}"""


def with_endpoint(folder, url, **changed):
    """Put an endpoint into the tiny scenario."""
    file = folder / "scenario.toml"
    text = file.read_text(encoding="utf-8")
    text = text.replace('[select]\nmodels = ["majority", "tfidf-logreg"]', SELECT.format(url=url))
    for old, new in changed.items():
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_it_wins_is_packed_and_answers_over_http(folder, running, luodi_process, monkeypatch, state):
    monkeypatch.setenv("THE_KEY", "sk-secret-123")
    asked = running()
    with_endpoint(folder, asked.url)

    told = luodi_process("run", folder)

    assert told.code == 0, told
    lock = json.loads((folder / "luodi.lock").read_text(encoding="utf-8"))
    facts = lock["steps"]["evaluate"]["facts"]
    assert facts["model"] == "remote"
    assert facts["metrics"]["classification.macro_f1"]["value"] > 0.9
    stats = asked.stats()
    # once about each row of dev and exam, and some again to measure; the service's check asked nothing
    assert stats["texts"] + 1 < stats["calls"] <= stats["texts"] + 2 * 40 + 2
    page = (folder / ".luodi" / "report.html").read_text(encoding="utf-8")
    assert "Every text is given to small at 127.0.0.1" in page and "每段文字都交给 127.0.0.1" in page
    (bundle,) = (folder / ".luodi" / "deploy").glob("*/bundle.json")
    assert "sent to `127.0.0.1" in (bundle.parent / "card.md").read_text(encoding="utf-8")
    for path in folder.rglob("*"):
        assert not path.is_file() or b"sk-secret" not in path.read_bytes()
    assert luodi_process("run", folder).code == 0  # from the cache
    assert asked.stats()["calls"] == stats["calls"]

    shutil.copytree(bundle.parent, folder / "alone")
    with served(folder / "alone") as client:
        got = client.post("/predict", json={"text": "my stolen card"}).json()
        again = client.post("/predict", json={"text": "my stolen card"}).json()
    assert got["label"] == again["label"] == "card"
    assert asked.stats()["calls"] == stats["calls"] + 1


class served:  # noqa: N801 - read as a with statement
    """The service of a bundle, and a client of it."""

    def __init__(self, bundle):
        self.bundle = bundle

    def __enter__(self):
        command = [sys.executable, "-m", "luodi", "serve", str(self.bundle), "--port", "0"]
        environment = os.environ | {"LUODI_TOKEN": "a-token-for-the-tests"}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        url = next(found[0] for line in self.process.stdout if (found := re.search(r"http://[\d.:]+", line)))
        self.client = httpx.Client(base_url=url, headers={"authorization": "Bearer a-token-for-the-tests"}, timeout=20)
        return self.client

    def __exit__(self, *error):
        self.client.close()
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()


@pytest.mark.slow
def test_a_run_goes_on_where_an_endpoint_that_went_away_left_it(folder, running, luodi_process, monkeypatch):
    monkeypatch.setenv("THE_KEY", "k")
    asked = running()
    with_endpoint(folder, asked.url, **{'"THE_KEY"': '"THE_KEY", max_calls_per_day = 5'})

    told = luodi_process("run", folder)

    assert told.code == 2
    assert "today's budget of 5 calls for small is used up" in told.err
    (journal,) = folder.rglob("answers.jsonl")
    assert len(journal.read_text(encoding="utf-8").splitlines()) == 4
    for note in (folder.parent / "state").glob("spent-*"):
        note.unlink()  # the next day
    assert "today's budget" in luodi_process("run", folder).err
    assert len(journal.read_text(encoding="utf-8").splitlines()) == 8  # the other half of dev, and nothing twice


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        pytest.param('url = "URL"', 'url = "http://example.com/v1"', "neither https nor on this machine", id="http"),
        pytest.param('url = "URL"', 'url = "https://me:pw@example.com/v1"', "more than a place", id="password"),
        pytest.param('url = "URL"', 'url = "https://example.com/v1"', "personal data in them", id="unmasked"),
        pytest.param('"THE_KEY"', '"sk-abc123"', "the name of an environment variable, not a key", id="key"),
        pytest.param("price_out = 0.6", "price_out = -1", "price_out should be 0 or more", id="price"),
        pytest.param("price_out", "price_uot", "'remote.price_uot' is not known here", id="typing error"),
    ],
)
def test_an_endpoint_that_may_not_be_asked_is_refused_with_its_line(old, new, what, folder, refused):
    url = "http://127.0.0.1:9/v1" if "URL" not in old else "URL"
    with_endpoint(folder, url, **{old: new})

    assert what in re.sub(r"\s+", " ", refused("check", folder))


def test_masked_texts_may_leave(folder, luodi):
    with_endpoint(folder, "https://api.example.com/v1", **{"[prepare]": '[prepare]\npersonal = "mask"'})

    assert luodi("check", folder).code == 0


def test_the_model_remote_without_an_endpoint_is_refused(folder, refused):
    file = folder / "scenario.toml"
    file.write_text(file.read_text().replace('"tfidf-logreg"', '"remote"'))

    assert "there is no endpoint to ask" in refused("check", folder)


def test_nothing_is_asked_unless_the_scenario_names_an_endpoint(finished):
    (bundle,) = (finished / ".luodi" / "deploy").glob("*/")

    assert "remote" not in open_bundle(bundle).about["model"]
    selected = json.loads((finished / "luodi.lock").read_text())["steps"]["select"]["facts"]
    assert selected["remote"] == {}
