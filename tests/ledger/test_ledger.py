"""What is written is there once it is said to be; what is noted is masked; no process locks another out."""

import asyncio
import sqlite3
import stat
import subprocess
import sys
import threading

import pytest
from sqlalchemy import func, insert, select

from luodi.errors import SetupError
from luodi.ledger import opening
from luodi.ledger.ledger import open_ledger, rows_of
from luodi.ledger.tables import META, REQUESTS, VERSION, WINDOWS
from luodi.ledger.writer import MAX_NOTES, WriteError


def requests(ledger):
    return ledger.read(lambda connection: rows_of(connection.execute(select(REQUESTS).order_by(REQUESTS.c.id))))


def adding(name, value="1"):
    return lambda connection: connection.execute(insert(META).values(name=name, value=value))


def count(connection):
    return connection.scalars(select(func.count()).select_from(META).where(META.c.name.like("n%"))).one()


def test_a_write_is_there_when_it_returns(ledger):
    ledger.write_now(adding("n1"))

    assert ledger.read(count) == 1


def test_a_write_from_the_event_loop_returns_what_the_work_returned(ledger):
    async def several():
        await asyncio.gather(*(ledger.write(adding(f"n{i}")) for i in range(100)))
        return await ledger.write(count), await ledger.aread(count)

    assert asyncio.run(several()) == (100, 100)


def test_a_work_that_fails_undoes_itself_alone(ledger):
    def half(connection):
        adding("n2")(connection)
        raise ValueError("no")

    async def three():
        works = (adding("n1"), half, adding("n1"), adding("n3"))
        return await asyncio.gather(*(ledger.write(one) for one in works), return_exceptions=True)

    _, failed, double, _ = asyncio.run(three())

    assert isinstance(failed, ValueError) and "IntegrityError" in type(double).__name__
    assert ledger.read(count) == 2


def test_an_answer_is_kept_with_its_personal_data_masked(ledger, answer):
    text = "I am li@example.com, 我的手机 138 0013 8000"
    ledger.note(answer(request={"text": text}, response={"label": "a", "says": [text]}), keep="redacted")
    ledger.write_now(count)

    (kept,) = requests(ledger)
    assert kept["request"] == {"text": "I am [EMAIL], 我的手机 [PHONE]"}
    assert kept["response"]["says"] == ["I am [EMAIL], 我的手机 [PHONE]"]
    assert kept["n_characters"] == len("where is my card") and kept["kept"] == "redacted"


@pytest.mark.parametrize(("keep", "request_"), [("full", {"text": "to li@example.com"}), ("none", None)])
def test_texts_are_kept_whole_or_not_at_all_where_that_is_said(ledger, answer, keep, request_):
    ledger.note(answer(request={"text": "to li@example.com"}), keep=keep)
    ledger.write_now(count)

    (kept,) = requests(ledger)
    assert kept["request"] == request_
    assert (kept["response"] is None) == (keep == "none")
    assert (kept["label"], kept["confidence"], kept["latency_ms"]) == ("lost card", 0.7, 3.5)


def test_notes_are_written_without_anyone_waiting_for_them(ledger, answer):
    made = [answer() for _ in range(1_000)]
    for one in made:
        ledger.note(one, keep="redacted")
    assert ledger.scenario_of(made[-1].id) == "tickets"

    ledger.close()

    assert [one["id"] for one in requests(ledger)] == sorted(one.id for one in made)
    assert ledger.n_dropped == 0 and ledger.scenario_of(made[-1].id) is None


def test_notes_beyond_the_bound_are_dropped_and_counted(lite, answer):
    gate = threading.Event()
    stuck = threading.Thread(target=lite.write_now, args=(lambda _: gate.wait(),))
    stuck.start()
    for _ in range(MAX_NOTES + 600):
        lite.note(answer(), keep="none")

    dropped = lite.n_dropped
    gate.set()
    stuck.join()
    lite.close()

    assert dropped > 0
    assert len(requests(lite)) == MAX_NOTES + 600 - dropped


def test_an_answer_that_no_database_takes_is_dropped_and_harms_no_other(ledger, answer):
    ledger.note(answer(label="half of a pair: \ud83d"), keep="full")
    ledger.write_now(adding("n1"))
    ledger.note(answer(), keep="full")
    ledger.write_now(adding("n2"))

    assert (ledger.read(count), len(requests(ledger)), ledger.n_dropped) == (2, 1, 1)


def test_an_answer_that_cannot_even_be_masked_is_dropped_too(ledger, answer):
    ledger.note(answer(scores=7), keep="full")
    ledger.note(answer(scores=[{"id": "a", "score": 1.0}] * 30), keep="full")
    ledger.write_now(count)

    assert (ledger.n_dropped, [len(one["scores"]) for one in requests(ledger)]) == (1, [20])


def test_readers_cannot_write(ledger):
    with pytest.raises(Exception, match="read"):
        ledger.read(adding("n1"))

    assert ledger.read(count) == 0


def test_the_file_is_its_owners_alone(lite, tmp_path):
    lite.write_now(adding("n1"))

    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in (tmp_path / "home").iterdir()}
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700
    assert modes and set(modes.values()) == {0o600}


def test_a_commit_waits_for_the_disk_and_deleted_rows_are_overwritten(lite):
    def asked(connection):
        return [connection.exec_driver_sql(f"PRAGMA {one}").scalar() for one in ("synchronous", "secure_delete")]

    assert lite.write_now(asked) == [2, 1]


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 60, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_a_write_ahead_log_is_used_only_where_sqlite_does_not_corrupt_it(version, safe):
    assert opening.wal_is_safe(version) == safe


def test_the_journal_is_the_one_that_this_sqlite_can_be_trusted_with(lite):
    mode = lite.write_now(lambda connection: connection.exec_driver_sql("PRAGMA journal_mode").scalar())

    assert mode == ("wal" if opening.wal_is_safe(sqlite3.sqlite_version_info) else "truncate")


SECOND = """
import sys
from pathlib import Path
from sqlalchemy import func, insert, select
from luodi.ledger.ledger import open_ledger
from luodi.ledger.tables import META
with open_ledger(Path(sys.argv[1])) as ledger:
    for i in range(60):
        ledger.write_now(lambda c: c.execute(insert(META).values(name=f"n-second-{i}", value="1")))
        ledger.read(lambda c: c.scalars(select(func.count()).select_from(META)).one())
"""


def test_a_second_process_writes_beside_the_first_and_neither_is_locked_out(lite, tmp_path):
    second = subprocess.Popen([sys.executable, "-c", SECOND, tmp_path / "home"], stderr=subprocess.PIPE, text=True)
    n = 0
    while second.poll() is None:
        lite.write_now(adding(f"n-first-{n}"))
        lite.read(count)
        n += 1
    errors = second.stderr.read()
    second.stderr.close()

    assert (second.returncode, errors) == (0, "")
    assert lite.read(count) == n + 60


def test_a_ledger_of_a_newer_luodi_is_left_alone(tmp_path, url):
    with open_ledger(tmp_path / "home", url) as ledger:
        ledger.write_now(
            lambda c: c.execute(META.update().where(META.c.name == "layout").values(value=str(VERSION + 1)))
        )

    with pytest.raises(SetupError) as caught:
        open_ledger(tmp_path / "home", url)

    assert caught.value.what == f"the ledger has layout {VERSION + 1}, this luodi knows {VERSION}"
    assert "newer" in caught.value.fix and ("ledger.db" in caught.value.where or "***" in caught.value.where)


def test_an_older_layout_is_brought_up_to_date_in_one_transaction(ledger):
    def grows(connection):
        connection.exec_driver_sql("ALTER TABLE windows ADD COLUMN more INTEGER")

    def breaks(connection):
        grows(connection)
        raise SetupError("no", where="here", fix="none")

    with pytest.raises(SetupError):
        opening.prepare(ledger._writing, "here", version=VERSION + 1, migrations={VERSION: breaks})
    opening.prepare(ledger._writing, "here", version=VERSION + 1, migrations={VERSION: grows})

    ledger.read(lambda c: c.exec_driver_sql(f"SELECT more FROM {WINDOWS.name}"))
    assert ledger.read(lambda c: c.scalars(select(META.c.value).where(META.c.name == "layout")).one()) == str(
        VERSION + 1
    )


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ("mysql://a:s3cret@b/c", "'mysql' is no database for a ledger"),
        ("s3cret", "this is no URL of a database"),
        ("postgresql://a:s3cret@127.0.0.1:1/c", "the ledger cannot be opened"),
    ],
)
def test_a_database_that_cannot_be_opened_is_told_without_its_password(tmp_path, given, what):
    with pytest.raises(SetupError) as caught:
        open_ledger(tmp_path, given)

    assert what in caught.value.what and caught.value.where and caught.value.fix
    assert "s3cret" not in str(caught.value)


def test_a_file_that_is_no_ledger_is_left_alone(tmp_path):
    (tmp_path / "ledger.db").write_bytes(b"a letter to my aunt" * 1_000)

    with pytest.raises(SetupError, match="the ledger cannot be opened"):
        open_ledger(tmp_path)

    assert (tmp_path / "ledger.db").read_bytes().startswith(b"a letter")


def test_after_closing_nothing_more_is_taken(ledger):
    ledger.close()

    with pytest.raises(WriteError):
        ledger.write_now(count)
