"""Endpoints to ask: real processes, each with a small model and faults of its own."""

import contextlib
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from luodi.contracts import Recipe
from luodi.models import lead
from luodi.models.remote import RemoteModel
from luodi.models.tfidf_logreg import TfidfLogreg
from luodi.models.translation_memory import TranslationMemory
from luodi.runtime.endpoint import Endpoint
from luodi.runtime.spending import Budget

PROGRAM = Path(__file__).with_name("endpoint.py")
WORDS = {"card": "card bank pin atm plastic declined stolen chip", "refund": "refund money back invoice paid charged"}


def texts(n=60):
    """Return (text, label) pairs that a linear model learns."""
    made = []
    for i in range(n):
        label = sorted(WORDS)[i % 2]
        words = WORDS[label].split()
        made.append((f"my {words[i % len(words)]} and {words[(i // 2) % len(words)]} number {i}", label))
    return made


@pytest.fixture(scope="session")
def pairs():
    """Pairs to learn from, by the kind of answer."""
    classify = texts()
    tag = [(x, frozenset({y, "urgent"}) if n % 3 == 0 else frozenset({y})) for n, (x, y) in enumerate(classify)]
    things = [("lamp", "Die Lampe"), ("tent", "Das Zelt"), ("mat", "Die Matte")] * 8
    translate = [
        ({"text": f"The {one} costs {n} euros.", "language": "de"}, frozenset({f"{ding} kostet {n} Euro."}))
        for n, (one, ding) in enumerate(things)
    ]
    filler = ["It rained.", "Nobody spoke.", "A band played.", "Tea was served."]
    news = [
        ({"text": f"Town {n} builds a bridge for {n} million. {' '.join(filler)} Doors open at {n}.", "form": "news"},
         frozenset({f"Town {n} builds a bridge for {n} million."}))
        for n in range(20, 44)
    ]  # fmt: skip
    return {"classify": classify, "tag": tag, "translate": translate, "news": news}


@pytest.fixture(scope="session")
def sessions(pairs, tmp_path_factory):
    """The folder of a fitted linear model, by the kind of answer."""
    made = {}
    kinds = {"classify": TfidfLogreg, "tag": TfidfLogreg, "translate": TranslationMemory, "news": lead.MODEL}
    for kind, rows in pairs.items():
        folder = tmp_path_factory.mktemp(kind)
        model = kinds[kind]()
        model.fit(rows, rows, recipe=Recipe(), work=folder)
        model.export(folder)
        made[kind] = folder
    return made


class Asked:
    """An endpoint that runs."""

    def __init__(self, url):
        self.url = url

    def stats(self):
        with urllib.request.urlopen(f"{self.url}/stats", timeout=10) as answer:
            return json.load(answer)


@pytest.fixture
def running(sessions):
    """Return a function that starts an endpoint; all are ended with the test."""
    with contextlib.ExitStack() as stack:

        def start(kind="classify", **options):
            command = [sys.executable, str(PROGRAM), str(sessions[kind]), json.dumps(options)]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            stack.callback(process.kill)
            return Asked(process.stdout.readline().strip())

        yield start


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A budget of the test's own."""
    monkeypatch.setenv("LUODI_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def fitted(pairs, tmp_path):
    """Return a function that fits the model against an endpoint; connections are closed with the test."""
    made = []

    def fit(asked, kind="classify", *, work=None, **settings):
        folder = work or tmp_path / f"work{len(made)}"
        folder.mkdir(exist_ok=True)
        model = RemoteModel()
        recipe = Recipe(remote={"url": asked.url, "model": "small", "timeout_s": 6.0, **settings})
        facts = model.fit(pairs[kind], pairs[kind], recipe=recipe, work=folder)
        made.append(model)
        return model, facts

    yield fit
    for model in made:
        model.inner.close()


@pytest.fixture
def budget(state):
    """Return a function that makes a budget of some limits."""

    def make(**limits):
        endpoint = Endpoint(url="http://127.0.0.1:1/v1", model="small", **limits)
        return Budget(endpoint, at=state)

    return make
