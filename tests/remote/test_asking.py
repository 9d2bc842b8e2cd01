"""One question: whatever an endpoint does, it ends in time, and in an answer or an error that says what to do."""

import asyncio
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.remote.endpoint import FAULTS

from luodi.errors import SetupError
from luodi.runtime import asking, spending
from luodi.runtime.asking import Asker, Breaker, UnansweredError
from luodi.runtime.endpoint import Endpoint
from luodi.runtime.spending import SpentError
from luodi.serve.worker_process import HANG_SECONDS

QUESTION = {"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": '{"text": "my card"}'}],
            "max_tokens": 50}  # fmt: skip


def ask(url, n=1, *, patient=True, **settings):
    """Ask n questions at once; return replies and errors, and the asker."""
    endpoint = Endpoint(url=url, model="small", **({"timeout_s": 3.0} | settings))

    async def all_of_them():
        asker = Asker(endpoint, patient=patient, rng=random.Random(1))
        asker.open()
        try:
            return await asyncio.gather(*(asker.ask(QUESTION) for _ in range(n)), return_exceptions=True), asker
        finally:
            await asker.close()

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("fault", FAULTS)
def test_an_endpoint_that_only_fails_ends_in_an_error_within_the_deadline(fault, running):
    asked = running(share=1.0, faults=[fault])
    started = time.monotonic()

    (error,), asker = ask(asked.url, timeout_s=1.0)

    assert isinstance(error, UnansweredError)
    assert "goes on from here" in error.fix
    assert asker.n_tries >= 2
    assert time.monotonic() - started < 5  # far above the deadline, for machines that are busy; not a measurement


@pytest.mark.slow
def test_of_questions_to_an_endpoint_that_fails_in_every_way_all_are_answered(running):
    asked = running(share=0.3, seed=7)

    replies, asker = ask(asked.url, 300, timeout_s=12.0, concurrency=16)

    assert not [one for one in replies if isinstance(one, BaseException)]
    assert set(asked.stats()["faults"]) == set(FAULTS)
    assert asker.n_tries > 350


@pytest.mark.parametrize(
    ("status", "what"),
    [
        pytest.param(401, "the key is not accepted (status 401)", id="wrong key"),
        pytest.param(404, "there is no such API or model (status 404)", id="wrong place"),
        pytest.param(302, "the endpoint leads elsewhere, where no text is sent", id="redirect"),
    ],
)
def test_what_another_try_cannot_mend_is_not_tried_again(status, what, running):
    (error,), asker = ask(running(status=status).url)

    assert isinstance(error, SetupError)
    assert error.what == what
    assert asker.n_tries == 1


def test_an_endpoint_that_keeps_failing_is_left_alone_where_somebody_waits(running):
    asked = running(share=1.0, faults=["503"])

    errors, asker = ask(asked.url, 40, patient=False, concurrency=2)

    assert all(isinstance(one, UnansweredError) for one in errors)
    assert asker.n_tries < 20


def test_the_budget_stops_before_the_call_that_would_pass_it(running):
    asked = running()

    replies, _ = ask(asked.url, 10, max_calls_per_day=4)

    stopped = [one for one in replies if isinstance(one, BaseException)]
    assert len(stopped) == 6 and all(isinstance(one, SpentError) for one in stopped)
    assert asked.stats()["calls"] == 4
    assert "max_calls_per_day" in stopped[0].fix


def test_money_is_taken_for_what_could_be_and_given_back(running, budget):
    url = running().url
    replies, asker = ask(url, 5, price_in=1_000.0, price_out=1_000.0)
    cost = sum(one.tokens_in + one.tokens_out for one in replies) / 1_000

    assert asker.budget.spent()["usd"] == pytest.approx(cost)
    (stopped,), _ = ask(url, price_in=1_000.0, price_out=1_000.0, max_usd_per_day=cost + 0.01)
    assert isinstance(stopped, SpentError)


def test_a_budget_begins_anew_each_day_and_an_unreadable_note_is_no_budget(budget, monkeypatch):
    days = ["2026-11-24"]
    made = budget(max_calls_per_day=1)
    made.day = lambda: days[-1]

    made.take(0.5)
    with pytest.raises(SpentError):
        made.take(0.5)
    days.append("2026-11-25")
    made.take(0.5)

    assert made.spent() == {"day": "2026-11-25", "calls": 1, "usd": 0.5}
    made.path.write_text("{")
    with pytest.raises(SetupError, match="cannot be read"):
        made.take(0.1)


def test_budgets_are_kept_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("LUODI_STATE", str(tmp_path))
    assert spending.folder() == tmp_path


def test_a_breaker_lets_one_through_after_each_rest():
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0])
    for _ in range(asking.FAILURES):
        assert breaker.wait_s() == 0
        breaker.bad()

    assert breaker.wait_s() == asking.FIRST_REST_S
    now[0] = asking.FIRST_REST_S
    assert [breaker.wait_s() > 0 for _ in range(3)] == [False, True, True]
    breaker.good()
    assert breaker.wait_s() == 0


@given(body=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_answer_is_a_reply_or_a_failure_of_a_known_kind(body):
    try:
        reply = asking._reply(body, 10)
    except (asking.RefusedError, asking._FailedError):
        return
    assert reply.content.strip()


def test_where_somebody_waits_an_answer_has_less_time_than_a_worker_that_hangs():
    asker = Asker(Endpoint(url="http://127.0.0.1:1/v1", model="small"), patient=False)

    assert asker.limit_s < HANG_SECONDS
