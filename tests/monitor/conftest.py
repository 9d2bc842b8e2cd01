"""A reference of invented letters, and answers like them and unlike them."""

import random

import pytest

from luodi.ledger.entries import Served
from luodi.ledger.ids import new_id
from luodi.monitor.reference import Reference, Seen, build

TOPICS = {
    "delivery": "parcel arrived late courier tracking door van depot address missing box neighbour",
    "refund": "money back refund card charged twice invoice amount bank paid receipt cancel",
    "repair": "broken screen button noise warranty technician spare part fix motor leak",
}
STRANGE = "visa passport border consulate customs stamp embassy traveller luggage gate flight airport"
COMMON = "please the my i have not is was it and we to for with on a when since yesterday today"


def text(rng, topic):
    words = (TOPICS | {"strange": STRANGE})[topic].split()
    return " ".join(rng.choice(words if rng.random() < 0.4 else COMMON.split()) for _ in range(rng.randint(8, 30)))


def seen(rng, topic=None):
    topic = topic or rng.choice(list(TOPICS))
    sure = rng.uniform(0.3, 0.7) if topic == "strange" else rng.uniform(0.7, 1.0)
    label = rng.choice(list(TOPICS)) if topic == "strange" else topic
    return Seen(x=text(rng, topic), label=label, confidence=sure, handed_over=sure < 0.75)


def served(rng, topic=None, **changed):
    one = seen(rng, topic)
    values = {
        "id": new_id(), "at": 0.0, "scenario": "letters", "release": "r1", "key": "owner",
        "request": {"text": one.x}, "x": one.x, "response": {"label": one.label}, "scores": {},
        "label": one.label, "confidence": one.confidence, "margin": 0.5, "handed_over": one.handed_over,
        "truncated": False, "latency_ms": 5.0,
    }  # fmt: skip
    return Served(**(values | changed))


@pytest.fixture(name="served")
def served_fixture():
    """Return the function that invents an answer, of a topic or of any that the model knows."""
    return served


@pytest.fixture(scope="session")
def about():
    rng = random.Random(1)
    train = [text(rng, rng.choice(list(TOPICS))) for _ in range(600)]
    return build(train, [seen(rng) for _ in range(600)], window=600, seed=7, n_draws=8)


@pytest.fixture
def reference(about):
    return Reference(about)
