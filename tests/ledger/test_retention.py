"""What grows old goes, texts first; one person goes at once, and from the bytes of the file too."""

import time

import psycopg
import pytest
from sqlalchemy import insert, select

from luodi.ledger import audit, keys, retention
from luodi.ledger.feedback import Opinion, add
from luodi.ledger.forget import Who, forget, look
from luodi.ledger.ids import new_id
from luodi.ledger.ledger import rows_of
from luodi.ledger.retention import DAY
from luodi.ledger.tables import ALARMS, FEEDBACK, IDEMPOTENCY, METADATA, QUEUE, RELEASES, REQUESTS, REVIEWS
from luodi.privacy.person import Person

LI = Person(["李娜丽", "li.na@example.com", "Jane Q. Customer"])
ABOUT = "李娜丽 wrote from li.na@example.com, says Jane Q. Customer"


def fill(ledger, request_id, at, text="where is it", scenario="tickets"):
    """Feedback, a review and a place in the queue, all about one answer."""

    def do(c):
        add(
            c,
            Opinion(request_id=request_id, right=None, label="refund", comment=text),
            scenario=scenario,
            key_id="owner",
            idempotency_key=new_id(),
            known=True,
        )
        c.execute(FEEDBACK.update().where(FEEDBACK.c.request_id == request_id).values(at=at))
        common = {"request_id": request_id, "scenario": scenario, "at": at}
        c.execute(insert(QUEUE).values(**common, reason="sampled", priority=1.0, state="open"))
        c.execute(insert(REVIEWS).values(**common, id=new_id(), reviewer="owner", label="refund", note=text))

    ledger.write_now(do)


def rows(ledger, table):
    return ledger.read(lambda c: rows_of(c.execute(select(table))))


def test_texts_go_before_figures_and_figures_before_nothing(ledger, answer):
    now = time.time()
    ages = {"new": 1, "old": 91, "very old": 400}
    made = {name: answer(at=now - days * DAY, request={"text": name}) for name, days in ages.items()}
    for one in made.values():
        ledger.note(one, keep="redacted")
        fill(ledger, one.id, one.at)

    gone = retention.prune(ledger, {"tickets": 90}, by="owner")

    kept = {one["id"]: one for one in rows(ledger, REQUESTS)}
    assert set(kept) == {made["new"].id, made["old"].id}
    assert kept[made["new"].id]["request"] == {"text": "new"}
    old = kept[made["old"].id]
    assert (old["request"], old["response"], old["label"], old["kept"]) == (None, None, "lost card", "none")
    assert {one["comment"] for one in rows(ledger, FEEDBACK)} == {"where is it", ""}
    assert [one["request_id"] for one in rows(ledger, QUEUE)] == [made["new"].id]
    assert gone.texts == 6 and gone.rows == 5
    assert ledger.read(lambda c: audit.recent(c, limit=1))[0]["action"] == "retention.prune"


def test_each_scenario_has_its_own_time(ledger, answer):
    for name in ("tickets", "mails"):
        ledger.note(answer(scenario=name, at=time.time() - 10 * DAY), keep="full")
    ledger.write_now(lambda c: None)

    retention.prune(ledger, {"tickets": 5, "mails": 20}, by="owner")

    assert {one["scenario"]: one["request"] is None for one in rows(ledger, REQUESTS)} == {
        "tickets": True,
        "mails": False,
    }


def test_the_trail_and_old_answers_to_idempotency_keys_go_too(ledger):
    now = time.time()
    ledger.write_now(lambda c: audit.append(c, actor="owner", action="key.new"))
    values = {"key_id": "owner", "body_hash": "", "status": 200, "answer": "{}"}
    ledger.write_now(lambda c: c.execute(insert(IDEMPOTENCY).values(**values, idempotency_key="a", at=now)))

    early = retention.prune(ledger, {}, by="owner", now=now + DAY)
    late = retention.prune(ledger, {}, by="owner", now=now + 366 * DAY)

    assert (early.rows, early.audit, late.rows, late.audit) == (0, 0, 1, 1)
    assert ledger.read(audit.verify).fault == ""


def test_it_is_due_once_a_day(ledger):
    assert ledger.read(retention.is_due)

    retention.prune(ledger, {}, by="owner")

    assert not ledger.read(retention.is_due)
    assert ledger.read(lambda c: retention.is_due(c, time.time() + DAY + 1))


@pytest.fixture
def about(ledger, answer):
    """A ledger in which a person stands in every place, among others."""
    theirs = [answer(request={"text": ABOUT, "n": i}) for i in range(30)]
    others = [answer(request={"text": f"another text {i}"}) for i in range(30)]
    for one in theirs + others:
        ledger.note(one, keep="full")
    fill(ledger, theirs[0].id, 1.0)
    fill(ledger, others[0].id, 1.0)
    fill(ledger, others[1].id, 1.0, ABOUT)

    def do(c):
        common = {"scenario": "tickets", "at": 1.0}
        c.execute(insert(ALARMS).values(id=new_id(), **common, level="look", number="a", details={"texts": [ABOUT]}))
        release = {"bundle": "b", "digest": "d", "stage": "champion", "changed_at": 1.0, "by": "owner"}
        c.execute(insert(RELEASES).values(id=new_id(), **common, **release, note=ABOUT))
        once = {"key_id": "owner", "idempotency_key": "k", "body_hash": "", "at": 1.0, "status": 200}
        c.execute(insert(IDEMPOTENCY).values(**once, answer=ABOUT))
        keys.create(c, name="Jane Q. Customer", scopes=["predict"], by="owner")

    ledger.write_now(do)
    return ledger, others


def test_a_person_is_found_wherever_they_stand(about):
    ledger, _ = about

    held = look(ledger, Who(person=LI, scenario="tickets"))

    assert {name: len(found) for name, found in held.rows.items()} == {
        "requests": 30,
        "feedback": 1,
        "reviews": 1,
        "alarms": 1,
        "releases": 1,
        "idempotency": 1,
        "keys": 1,
    }
    assert look(ledger, Who(person=LI, scenario="mails")).n == 2  # keys and idempotency are no scenario's


def test_a_person_is_forgotten_and_nobody_else_is(about):
    ledger, others = about

    forget(ledger, Who(person=LI, scenario="tickets"), details={"who": "0123"})

    assert look(ledger, Who(person=LI)).n == 0
    assert {one["id"] for one in rows(ledger, REQUESTS)} == {one.id for one in others}
    assert [one["request_id"] for one in rows(ledger, FEEDBACK)] == [others[0].id]
    assert {one["request_id"] for one in rows(ledger, QUEUE)} == {others[0].id, others[1].id}
    assert rows(ledger, ALARMS)[0]["details"] == {"texts": ["[ERASED] wrote from [ERASED], says [ERASED]"]}
    assert ledger.read(keys.every)[0].name == "[ERASED]"
    assert ledger.read(audit.verify).fault == ""


def test_no_byte_of_a_forgotten_person_stays_in_the_file_or_its_journal(about, tmp_path, request):
    ledger, _ = about
    assert LI.is_in_bytes(content(ledger, tmp_path, request))

    forget(ledger, Who(person=LI, scenario="tickets"), details={})

    assert not LI.is_in_bytes(content(ledger, tmp_path, request))
    assert b"another text" in content(ledger, tmp_path, request)


def content(ledger, tmp_path, request):
    """Return the bytes of all files of a database: of SQLite its journal too, of PostgreSQL its tables."""
    if ledger.dialect == "sqlite":
        return b"".join(one.read_bytes() for one in (tmp_path / "home").iterdir())
    with psycopg.connect(request.getfixturevalue("database"), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        found = []
        for one in METADATA.sorted_tables:
            query = f"SELECT pg_read_binary_file(pg_relation_filepath('{one.name}'))"
            found.append(connection.execute(query).fetchone()[0])
    return b"".join(found)


def test_a_field_of_a_request_may_mean_a_person(ledger, answer):
    for user in ("42", "421"):
        ledger.note(answer(request={"user": user}), keep="full")
    ledger.write_now(lambda c: None)

    forget(ledger, Who(person=Person([]), fields=(("user", "42"),)), details={})

    assert [one["request"] for one in rows(ledger, REQUESTS)] == [{"user": "421"}]
