"""No entry of the audit trail can be changed, removed, added or moved without it being found."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from luodi.ledger import audit
from luodi.ledger.ledger import open_ledger, rows_of
from luodi.ledger.tables import AUDIT, META

N = 6


def entries(ledger, n=N):
    for i in range(n):
        ledger.write_now(
            lambda c, i=i: audit.append(
                c, actor="owner", action="key.new", subject=f"k{i}", details={"n": i, "词": "语"}
            )
        )


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    with open_ledger(tmp_path_factory.mktemp("chain")) as ledger:
        entries(ledger)
        yield ledger


def all_rows(c):
    return [rows_of(c.execute(select(one))) for one in (AUDIT, META)]


CHANGES = {
    "at": st.floats(0, 1e9),
    "actor": st.text("abc", max_size=5),
    "action": st.text("abc", max_size=5),
    "subject": st.text("abc", max_size=5),
    "details": st.dictionaries(st.text("abc", max_size=3), st.integers(), max_size=2),
    "hash": st.text("0123456789abcdef", min_size=64, max_size=64),
    "seq": st.integers(N + 1, 99) | st.integers(-9, 0),
}


def edited(n, name, value):
    return lambda c: c.execute(update(AUDIT).where(AUDIT.c.seq == n).values({name: value}))


def removed(n):
    return lambda c: c.execute(delete(AUDIT).where(AUDIT.c.seq == n))


def cut(n):
    return lambda c: c.execute(delete(AUDIT).where(AUDIT.c.seq > n))


def beheaded(n):
    return lambda c: c.execute(delete(AUDIT).where(AUDIT.c.seq <= n))


def swapped(pair):
    def do(c):
        for old, new in ((pair[0], -1), (pair[1], pair[0]), (-1, pair[1])):
            c.execute(update(AUDIT).where(AUDIT.c.seq == old).values(seq=new))

    return do


def copied(n, to):
    def do(c):
        (row,) = rows_of(c.execute(select(AUDIT).where(AUDIT.c.seq == n)))
        c.execute(insert(AUDIT).values(row | {"seq": to}))

    return do


def meta(name, value):
    return lambda c: c.execute(update(META).where(META.c.name == name).values(value=value))


ONE = st.integers(1, N)
TAMPERING = st.one_of(
    st.sampled_from(sorted(CHANGES)).flatmap(lambda name: st.builds(edited, ONE, st.just(name), CHANGES[name])),
    st.builds(removed, ONE),
    st.builds(cut, st.integers(0, N - 1)),
    st.builds(beheaded, ONE),
    st.builds(swapped, st.lists(ONE, min_size=2, max_size=2, unique=True)),
    st.builds(copied, ONE, st.integers(N + 1, N + 3) | st.integers(-3, 0)),
    st.builds(meta, st.just(audit.HEAD), st.sampled_from(["3:" + "0" * 64, audit.START])),
    st.builds(meta, st.just(audit.BASE), st.sampled_from(["3:" + "0" * 64, "9:" + "0" * 64])),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=TAMPERING)
def test_every_single_change_of_the_chain_is_found(chain, change):
    with chain._writing.connect() as c:
        before = all_rows(c)
        change(c)
        after, found = all_rows(c), audit.verify(c)
        c.rollback()

    assert bool(found.fault) == (before != after)


def test_a_chain_that_nobody_touched_is_whole(ledger):
    entries(ledger)

    found = ledger.read(audit.verify)

    assert (found.n, found.fault) == (N, "") and found.head.startswith(f"{N}:")


def test_an_empty_chain_is_whole(ledger):
    assert ledger.read(audit.verify).fault == ""


def test_a_chain_computed_anew_is_found_by_a_head_that_was_written_down(ledger):
    entries(ledger)
    known = ledger.read(audit.verify).head
    entries(ledger, 2)
    assert ledger.read(lambda c: audit.verify(c, known=known)).fault == ""

    def forged(c):
        rows = [dict(one) for one in audit.recent(c, limit=100)][::-1]
        c.execute(delete(AUDIT))
        meta(audit.HEAD, audit.START)(c)
        for one in rows:
            audit.append(c, actor="nobody", action=one["action"], subject=one["subject"], details=one["details"])

    ledger.write_now(forged)

    assert ledger.read(audit.verify).fault == ""
    assert "that you know" in ledger.read(lambda c: audit.verify(c, known=known)).fault


def test_pruning_leaves_a_chain_that_is_whole_and_says_so_itself(ledger):
    entries(ledger)
    middle = ledger.read(lambda c: audit.recent(c, limit=N))[3]["at"]

    gone = ledger.write_now(lambda c: audit.prune(c, before=middle, actor="owner"))
    entries(ledger, 1)
    ledger.write_now(lambda c: audit.prune(c, before=middle + 1e-6, actor="owner"))

    found = ledger.read(audit.verify)
    assert (gone, found.fault) == (2, "")
    assert json.dumps(ledger.read(lambda c: audit.recent(c, limit=1))[0]["details"])


def test_the_latest_entries_come_first_and_in_pages(ledger):
    entries(ledger)

    first = ledger.read(lambda c: audit.recent(c, limit=2))
    then = ledger.read(lambda c: audit.recent(c, limit=2, before=first[-1]["seq"]))

    assert [one["seq"] for one in first + then] == [6, 5, 4, 3]
