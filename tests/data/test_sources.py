"""What `[define] train` may name, and what each name holds."""

import gzip
import os
import sqlite3
import zipfile

import pytest

from luodi.data import sources
from luodi.errors import DataError

CSV = "text,label\nwhere is my refund,billing\nI cannot log in,login\n"


@pytest.fixture
def root(tmp_path):
    """A folder with tables in it, and with what is none."""
    (tmp_path / "data" / "2024").mkdir(parents=True)
    for name in ("data/b.csv", "data/a.csv", "data/2024/c.csv", "data/.hidden.csv", "data/readme.md"):
        (tmp_path / name).write_text(CSV)
    (tmp_path / "data/d.csv.gz").write_bytes(gzip.compress(CSV.encode()))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("x/1.csv", CSV)
        archive.writestr("x/2.jsonl", '{"text": "a", "label": "b"}\n')
        archive.writestr("x/readme.txt.md", "no table")
        archive.writestr("__MACOSX/1.csv", "rubbish")
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("create table calls (id integer primary key, text, label)")
        connection.executemany("insert into calls values (?, ?, ?)", [(2, "b", "y"), (1, "a", "x"), (3, None, "z")])
    connection.close()
    return tmp_path


def names(root, name):
    return [one.name for one in sources.expand(root, name)]


def rows(root, name):
    return [list(sources.open(one).rows()) for one in sources.expand(root, name)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("data/a.csv", ["data/a.csv"], id="a file"),
        pytest.param("data", ["data/2024/c.csv", "data/a.csv", "data/b.csv", "data/d.csv.gz"], id="a folder"),
        pytest.param("data/*.csv", ["data/a.csv", "data/b.csv"], id="a pattern"),
        pytest.param("data/**/c.*", ["data/2024/c.csv"], id="a deep pattern"),
        pytest.param("all.zip", ["all.zip/x/1.csv", "all.zip/x/2.jsonl"], id="an archive"),
        pytest.param("*.zip", ["all.zip/x/1.csv", "all.zip/x/2.jsonl"], id="a pattern of archives"),
        pytest.param("all.zip/x/1.csv", ["all.zip/x/1.csv"], id="a file in an archive"),
        pytest.param("sqlite:///shop.db?table=calls", ["sqlite:///shop.db?table=calls"], id="a database"),
    ],
)
def test_a_name_means_tables_in_a_stable_order_and_each_opens(root, name, expected):
    assert names(root, name) == expected
    assert all(len(one) in {1, 2, 3} for one in rows(root, name))
    assert sources.fault(root, name) is None


def test_what_a_source_was_is_told_by_its_bytes(root):
    (one,), (member,) = sources.expand(root, "data/a.csv"), sources.expand(root, "all.zip/x/1.csv")

    assert sources.fingerprint(one) | {"name": member.name} == sources.fingerprint(member)
    assert sources.fingerprint(one)["bytes"] == len(CSV)


def test_a_database_is_told_by_its_rows(root):
    (source,) = sources.expand(root, "sqlite:///shop.db?table=calls")
    before = sources.fingerprint(source)
    with sqlite3.connect(root / "shop.db") as connection:
        connection.execute("update calls set text = 'c' where id = 3")
    connection.close()

    assert sources.fingerprint(source)["sha256"] != before["sha256"]
    assert before["name"] == "sqlite:///shop.db?table=calls"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        pytest.param("none", "does not exist", id="nothing"),
        pytest.param("none/*.csv", "no file matches", id="a pattern without a match"),
        pytest.param("empty", "no file in this folder is a table", id="a folder without a table"),
        pytest.param("pipe", "is a pipe or a device", id="a pipe"),
        pytest.param("linked", "a link leads out of the folder", id="a link out of a folder"),
        pytest.param("linked/*.csv", "a link leads out of the folder", id="a link out, by a pattern"),
        pytest.param("http://host/a.csv", "http:// is not read", id="the web"),
        pytest.param("mysql://host/db?table=t", "mysql:// is not read", id="another database"),
        pytest.param("sqlite:///gone.db?table=t", "there is no 'gone.db'", id="no such database"),
        pytest.param("sqlite:///shop.db", "a table, or a query", id="no table"),
    ],
)
def test_what_cannot_be_read_is_said_before_anything_is(root, name, what):
    (root / "empty").mkdir()
    (root / "linked").mkdir()
    (root / "elsewhere.csv").write_text(CSV)
    (root / "linked" / "a.csv").symlink_to(root / "elsewhere.csv")
    os.mkfifo(root / "pipe")

    found, fix = sources.fault(root, name)

    assert what in found
    assert fix


def test_a_link_that_the_user_names_is_followed(root):
    (root / "link.csv").symlink_to(root / "data" / "a.csv")

    assert len(rows(root, "link.csv")[0]) == 2


def test_an_empty_file_is_refused_with_its_name(root):
    (root / "empty.csv").touch()

    with pytest.raises(DataError, match="the file is empty") as caught:
        sources.fingerprint(sources.expand(root, "empty.csv")[0])

    assert caught.value.where.endswith("empty.csv")
    assert caught.value.fix


def test_a_folder_a_pattern_and_a_database_take_a_scenario_through_define(root, tiny, luodi):
    lines = "".join(f"text {n} on {['cards', 'money'][n % 2]},{['card', 'refund'][n % 2]}\n" for n in range(80))
    (root / "data" / "a.csv").write_text("text,label\n" + lines)
    folder = tiny(root / "tiny", file="x.csv")
    text = (folder / "scenario.toml").read_text()
    for name in ("../data", "../data/*.csv", "sqlite:///../shop.db?query=select * from calls where id < 3"):
        (folder / "scenario.toml").write_text(text.replace("x.csv", name))

        assert luodi("run", folder, "--until", "define").code == 0
