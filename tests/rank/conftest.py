"""A community of two tastes: who likes one item likes others of its taste, in a circle; friends share a taste."""

import random
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from luodi.bundle import open_bundle
from luodi.ledger.ledger import open_ledger
from luodi.runtime.engine_recommender import Rules
from luodi.serve.app import make_app
from luodi.serve.auth import Token
from luodi.serve.limits import Hosts, Limits
from luodi.serve.server import Running, service_of
from luodi.train import logs, sharing
from luodi.train.lesson import Lesson

RULES = Rules(min_together=2)
TOKEN = "a-token-for-the-tests"


def a_log(n_users: int = 60, n_items: int = 40, seed: int = 1):
    """Return events with an item table and links: even users walk over even items, odd ones over odd items."""
    rng = random.Random(seed)
    gatherer = logs.Gatherer()
    for user in range(n_users):
        at = rng.randrange(n_items // 2)
        for step in range(rng.randint(4, 8)):
            item = (2 * (at + step) + user % 2) % n_items
            gatherer.add(f"u{user}", f"i{item}", 1000 * user + step)
    users = list(gatherer.users)
    links = [(n, m) for n in range(len(users)) for m in (n + 2, n + 4) if m < len(users)]
    log = gatherer.events(links=links)
    ids = [*log.items, "new"]
    taste = ["odd" if one != "new" and int(one[1:]) % 2 else "even" for one in ids]
    zones = [f"zone {chr(97 + int(one[1:]) // 5)}" if one != "new" else "zone a" for one in ids]
    prices = [str(10 + n) for n in range(len(ids))]
    stock = ["no" if one == "i0" else "yes" for one in ids]
    table = {"title": zones, "category": taste, "price": prices, "stock": stock}
    return logs.with_table(log, ids, table)


@pytest.fixture(scope="session")
def log():
    return a_log()


@pytest.fixture(scope="session")
def taught(log):
    """A lesson and its dev pairs; a table says of which taste people are, and something that does not matter."""
    cut = logs.cut(log, "leave-one-out", dev=0.1, test=0.2, again=False)
    numbers = [int(one[1:]) for one in log.users]
    table = {"taste": [("even", "odd")[n % 2] for n in numbers], "letter": ["abc"[n % 3] for n in numbers]}
    whole, train = sharing.shared(log, cut.train, logs.Gatherer(), table, log.users, least=RULES.min_together)
    dev = [
        (
            {"user": log.users[one.user], "items": list(logs.names(log, one.history)), "in_stock": False},
            frozenset(logs.names(log, one.gold)),
        )
        for one in cut.dev
    ]
    return SimpleNamespace(lesson=Lesson(train=train, log=whole, rules=RULES), dev=dev)


@pytest.fixture(scope="module")
def bundle(done):
    """The bundle of the module's run, `done`."""
    return open_bundle(done.artifacts["deploy"].path)


@pytest.fixture
def client(bundle, tmp_path):
    """Ask the service of that bundle."""
    token = Token(value=TOKEN, given=True)
    service = service_of(
        [bundle], token=token, hosts=Hosts("testserver"), limits=Limits(), ledger=open_ledger(tmp_path)
    )
    with TestClient(Running(make_app(service), service), headers={"authorization": f"Bearer {TOKEN}"}) as made:
        yield made
