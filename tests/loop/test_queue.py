"""What waits for a person, and in which order."""

import asyncio
import random
from dataclasses import replace

import pytest
from sqlalchemy import select

from luodi.ledger import feedback
from luodi.ledger.feedback import Opinion
from luodi.ledger.ledger import rows_of
from luodi.ledger.tables import QUEUE
from luodi.loop.queue import MOST_AT_ONCE, Queue
from luodi.steps.reviewing import Review

WORDS = ["grinder", "kettle", "tamper", "boiler", "gasket", "filter", "voucher", "parcel", "invoice", "pump", "lid"]


def texts(n, seed=1):
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=9)) for _ in range(n)]


def test_a_sure_answer_waits_for_nobody(answer, see, waiting):
    see([answer("a sure one")])

    assert waiting() == []


def test_handed_over_hardly_decided_and_drawn_answers_wait_with_their_reason(answer, see, waiting):
    rules = Review(share=0.0, margin=0.2, second=0.0)
    see([answer("over to you", handed_over=True), answer("hardly decided", margin=0.1)], rules)
    see([answer("drawn by chance")], Review(share=1.0))

    assert [(one["reason"], one["request"]["text"]) for one in waiting()] == [
        ("sampled", "drawn by chance"),
        ("handed_over", "over to you"),
        ("low_margin", "hardly decided"),
    ]


def test_what_a_user_calls_wrong_comes_first(ledger, answer, see, waiting):
    sure = answer("quite sure of this")
    queue = see([sure, answer("over to you", handed_over=True)])
    said = Opinion(request_id=sure.id, right=False, label=None, comment="")
    ledger.write_now(lambda c: feedback.add(c, said, scenario="tiny", key_id="owner", idempotency_key="1", known=True))
    asyncio.run(queue.flush())
    asyncio.run(queue.flush())

    assert [one["reason"] for one in waiting()] == ["disputed", "handed_over"]


def test_what_is_called_wrong_before_it_stands_in_the_queue_waits_once(ledger, answer, waiting):
    over = answer("over to you", handed_over=True)
    queue = Queue("tiny", "classify", Review(share=0.0), ledger)
    ledger.note(over, keep="full")
    queue.see(over)
    said = Opinion(request_id=over.id, right=False, label=None, comment="")
    ledger.write_now(lambda c: feedback.add(c, said, scenario="tiny", key_id="owner", idempotency_key="1", known=True))

    asyncio.run(queue.flush())

    rows = ledger.read(lambda one: rows_of(one.execute(select(QUEUE.c.request_id, QUEUE.c.priority, QUEUE.c.wanted))))
    assert [(one["request_id"], one["wanted"]) for one in rows] == [(over.id, 2)]
    assert rows[0]["priority"] > 1


def test_the_same_text_waits_once_and_nearly_the_same_too(answer, see, waiting):
    text = "My grinder stopped last night and there is a smell of burning from the back of it"
    see([answer(one, handed_over=True) for one in (text, text.upper(), text.replace("last", "this"), "something else")])

    assert len(waiting()) == 2


def test_a_text_that_was_decided_does_not_come_back(answer, see, waiting, say):
    see([answer("over to you", handed_over=True)])
    say(waiting()[0]["request_id"], "card")

    see([answer("over to you", handed_over=True)])

    assert waiting() == []


def test_a_full_queue_lets_go_of_what_would_teach_least_and_never_of_what_chance_drew(answer, see, waiting):
    rules = Review(share=0.0, margin=0.5, second=0.0, max_waiting=10)
    drawn = see([answer(text) for text in texts(4, seed=3)], replace(rules, share=1.0))
    drawn.rules = rules
    see([answer(text, margin=0.1, confidence=0.5 + n / 100) for n, text in enumerate(texts(20))], queue=drawn)
    see([answer(text, handed_over=True) for text in texts(3, seed=2)], queue=drawn)

    reasons = [one["reason"] for one in waiting()]
    assert len(reasons) == 10
    assert reasons.count("sampled") == 4 and reasons.count("handed_over") == 3


def test_chance_draws_as_many_as_it_is_told_to_and_notes_how_likely_it_was(ledger, answer, see):
    rules = Review(share=0.25, margin=0.0, second=0.0)
    queue = Queue("tiny", "classify", rules, ledger, rng=random.Random(3))
    for start in range(0, 2_000, MOST_AT_ONCE):
        see([answer(f"text {n}", handed_over=n % 2 == 0) for n in range(start, start + MOST_AT_ONCE)], queue=queue)

    rows = ledger.read(lambda c: c.execute(select(QUEUE.c.probability).where(QUEUE.c.reason == "sampled")).all())
    assert len(rows) == pytest.approx(500, abs=60)
    assert {one.probability for one in rows} == {0.25}


def test_too_many_at_once_are_counted_and_dropped(answer, ledger):
    queue = Queue("tiny", "classify", Review(share=0.0), ledger)

    for n in range(MOST_AT_ONCE + 7):
        queue.see(answer(f"text {n}", handed_over=True))

    assert queue.n_dropped == 7


def test_what_is_not_kept_is_not_shown(answer, see, waiting):
    see([answer("over to you", handed_over=True)], keep="none")

    assert waiting() == []


def test_what_is_kept_masked_is_shown_masked(answer, see, waiting):
    see([answer("write to li.na@example.com please", handed_over=True)], keep="redacted")

    assert waiting()[0]["request"] == {"text": "write to [EMAIL] please"}
