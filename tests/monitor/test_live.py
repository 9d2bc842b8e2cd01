import json
import random

import pytest

from luodi.monitor.live import Live
from luodi.monitor.reference import Reference
from luodi.monitor.settings import Watching


def states(live):
    live.look()
    return {one.name: one.state for one in live.numbers()}


def test_the_reference_holds_numbers_only_and_few(about):
    written = json.dumps(about)

    assert len(written) < 100_000
    assert "parcel" not in written and "courier" not in written


def test_traffic_like_the_exam_is_fine(reference, served):
    live, rng = Live(reference, Watching()), random.Random(2)

    for _ in range(5_000):
        live.see(served(rng))
        if live.n_waiting == 25:
            live.look()

    assert set(states(live).values()) == {"fine"}


def test_a_fifth_of_another_topic_is_noticed_within_500_requests_and_the_alarm_ends_by_itself(reference, served):
    live, rng = Live(reference, Watching()), random.Random(3)
    for n in range(1_500):
        live.see(served(rng, "strange" if n >= 1_000 and rng.random() < 0.2 else None))
        if live.n_waiting == 25:
            live.look()

    during = states(live)
    for _ in range(3_000):
        live.see(served(rng))
    after = states(live)

    assert "look" in {during["words"], during["unknown"], during["novelty"]}
    assert during["topic"] == "look"
    assert set(after.values()) == {"fine"}


def test_the_texts_that_moved_a_number_are_those_of_the_other_topic(reference, served):
    live, rng = Live(reference, Watching()), random.Random(4)
    strange = set()
    for _ in range(800):
        one = served(rng, "strange" if rng.random() < 0.2 else None)
        if "embassy" in one.x or one.confidence < 0.7:
            strange.add(one.id)
        live.see(one)
    live.look()

    found = [name for number in ("words", "unknown", "doubt", "topic") for name, _ in live.responsible(number)]

    assert len(found) == 20 and set(found) <= strange


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        pytest.param({"x": "快递三天了还没有到，请问在哪里"}, "scripts", id="another script"),
        pytest.param({"x": "the " * 900}, "length", id="much longer"),
        pytest.param({"handed_over": True}, "handed_over", id="more handed over"),
        pytest.param({"label": "refund"}, "labels", id="one label"),
        pytest.param({"truncated": True}, "truncated", id="truncated"),
        pytest.param({"latency_ms": 900.0}, "slow", id="slow"),
    ],
)
def test_what_moved_is_named(reference, changed, number, served):
    live, rng = Live(reference, Watching(), target_ms=50.0), random.Random(5)

    for _ in range(400):
        live.see(served(rng, **changed))

    assert states(live)[number] == "look"


def test_a_model_that_fails_is_a_reason_to_stop(reference, served):
    live, rng = Live(reference, Watching()), random.Random(6)

    for n in range(600):
        live.see(served(rng))
        live.fail(n % 2)
        if n % 25 == 24:
            live.look()

    assert states(live)["failed"] == "stop"


def test_a_restart_goes_on_where_it_was(about, served):
    live, rng = Live(Reference(about), Watching()), random.Random(7)
    for _ in range(500):
        live.see(served(rng, "strange"))
    live.look()

    again = Live(Reference(about), Watching())
    again.load(json.loads(json.dumps(live.dump())))

    assert [one.state for one in again.numbers()] == [one.state for one in live.numbers()]
    assert [one.value for one in again.numbers()] == pytest.approx([one.value for one in live.numbers()], abs=1e-4)


def test_a_flood_is_thinned_and_counted(reference, served):
    live, rng = Live(reference, Watching()), random.Random(8)
    one = served(rng)

    for _ in range(6_000):
        live.see(one)

    assert (live.n_waiting, live.n_dropped) == (5_000, 1_000)


def test_without_a_reference_failures_are_watched_all_the_same(served):
    live, rng = Live(Reference.nothing(600), Watching()), random.Random(9)

    for _ in range(100):
        live.see(served(rng, x={"items": []}))
        live.fail()
    live.look()

    assert [(one.name, one.state) for one in live.numbers()] == [("failed", "look")]
