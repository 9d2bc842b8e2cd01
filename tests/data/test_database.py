"""Tables in SQLite and PostgreSQL: real ones. The latter is started for the tests, where it is installed."""

import sqlite3
from pathlib import Path

import pytest

from luodi.contracts import Reject
from luodi.data import database, sources
from luodi.data.readers import open_table
from luodi.errors import DataError, LuodiError

PASSWORD = "s3cret/&"
IN_URL = "s3cret%2F%26"
ROWS = [(2, "I cannot log in", "login"), (1, "退款 30 % off; O'Neil", "billing"), (3, None, "billing")]


@pytest.fixture(scope="module")
def postgres(postgres_server):
    """The URL of a PostgreSQL of our own, without its query, with a table `calls`."""
    fill(postgres_server)
    return postgres_server


def fill(url: str) -> None:
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute('create table calls (id int primary key, text text, "label" text)')
        connection.execute("create table many as select n, 'text ' || n as text from generate_series(1, 30000) n")
        for row in ROWS:
            connection.execute("insert into calls values (%s, %s, %s)", row)


@pytest.fixture
def sqlite(tmp_path):
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("create table calls (id integer primary key, text, label)")
        connection.executemany("insert into calls values (?, ?, ?)", ROWS)
        numbers = "with recursive c(n) as (select 1 union all select n + 1 from c limit 30000)"
        connection.execute(f"create table many as {numbers} select n, 'text ' || n as text from c")
    connection.close()
    return f"sqlite:///{tmp_path / 'shop.db'}?x=1"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request):
    return request.getfixturevalue(request.param)


def test_a_table_is_read_in_the_order_of_its_key(url):
    table = open_table(f"{url}&table=calls")

    assert table.columns == ("id", "text", "label")
    assert list(table.rows()) == [
        (n, {"id": row[0], "text": row[1], "label": row[2]}) for n, row in enumerate(sorted(ROWS), start=1)
    ]


def test_a_query_is_read_as_it_is_written(url):
    table = open_table(f"{url}&query=select text, label from calls where text like '%25 %25 off%25' or label = 'a:b'")

    assert list(table.rows()) == [(1, {"text": ROWS[1][1], "label": "billing"})]


def test_a_large_table_is_streamed(url):
    table = open_table(f"{url}&table=many")

    sizes = [len(batch) for batch in table.batches(5_000)]

    assert sum(sizes) == 30_000
    assert max(sizes) <= 6_000


@pytest.mark.parametrize(
    ("more", "what"),
    [
        pytest.param("table=cals", "no table is called 'cals'", id="no such table"),
        pytest.param("query=select nothing from calls", "the database says", id="no such column"),
        pytest.param("query=delete from calls", "a query should be one SELECT", id="a change"),
        pytest.param("query=select 1; drop table calls", "a query should be one SELECT", id="two statements"),
        pytest.param(
            "query=with x as (select 1) insert into calls select 9", "the database says", id="a hidden change"
        ),
        pytest.param("table=calls&query=select 1", "a table, or a query", id="both"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_changed(url, more, what):
    with pytest.raises(LuodiError, match=what) as caught:
        list(open_table(f"{url}&{more}").rows())

    assert caught.value.where
    assert caught.value.fix
    assert len(list(open_table(f"{url}&table=calls").rows())) == 3


def test_text_of_another_encoding_in_sqlite_is_listed_and_the_rest_comes_through(tmp_path):
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("create table t (text)")
        connection.execute("insert into t values (cast(x'ff41' as text)), ('good')")
    connection.close()

    rows = list(open_table(f"sqlite:///{tmp_path}/a.db?table=t").rows())

    assert rows == [(1, Reject(reason="bytes that are no text")), (2, {"text": "good"})]


def test_a_password_is_in_no_name_no_error_and_no_artifact(postgres, tiny, tmp_path, luodi):
    wrong = postgres.replace(IN_URL, "wr0ng-pass")
    with pytest.raises(DataError) as caught:
        open_table(f"{wrong}&table=calls")
    assert "wr0ng-pass" not in repr(caught.value.__dict__) + str(caught.value)
    assert "***" in caught.value.where

    query = "select 'text ' || n as body, case n %25 2 when 0 then 'card' else 'refund' end as queue, 'mail' as channel"
    folder = tiny(tmp_path / "tiny")
    text = (folder / "scenario.toml").read_text()
    (folder / "scenario.toml").write_text(text.replace("data.csv", f"{postgres}&query={query} from many where n < 90"))
    told = luodi("run", folder, "--until", "define")

    assert told.code == 0, told
    written = [one for one in folder.rglob("*") if one.is_file() and one.name != "scenario.toml"]
    assert any(b"***" in one.read_bytes() for one in written)
    for secret in (PASSWORD, IN_URL):
        assert secret not in told.out + told.err
        assert not [one for one in written if secret.encode() in one.read_bytes()]


def test_a_password_may_come_from_a_variable(postgres, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    name = postgres.replace(IN_URL, "${SHOP_PASSWORD}") + "&table=calls"

    (source,) = sources.expand(Path(), name)

    assert source.name == name
    assert len(list(sources.open(source).rows())) == 3


def test_a_variable_that_is_not_set_is_named():
    with pytest.raises(LuodiError, match="NOT_SET is not set"):
        open_table("postgresql://me:${NOT_SET}@localhost/shop?table=t")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:a@b:c/d@host:5/db?table=t", "postgresql://me:***@host:5/db?table=t"),
        ("postgresql://me@host/db?password=x&table=t", "postgresql://me@host/db?password=***&table=t"),
        ("sqlite:///a@b:c.db?table=t", "sqlite:///a@b:c.db?table=t"),
        ("postgresql://me@host/db?query=select ':' || '@'", "postgresql://me@host/db?query=select ':' || '@'"),
    ],
)
def test_a_url_is_shown_without_its_password(url, shown):
    assert database.masked(url) == shown
