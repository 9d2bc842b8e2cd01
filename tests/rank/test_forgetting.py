"""A person who is forgotten is in no log and no later model; the log of all others stays as it was."""

import json

import pytest
from tests.rank.test_run import write

import luodi as package
from luodi.data import corrections


def users_of(folder):
    """Return the users of the newest log that was prepared."""
    logs = sorted(folder.glob(".luodi/prepare/*/log/events.json"), key=lambda path: path.stat().st_mtime)
    return set(json.loads(logs[-1].read_text(encoding="utf-8"))["users"]) if logs else set()


@pytest.fixture(scope="module")
def folder(log, tmp_path_factory):
    made = write(tmp_path_factory.mktemp("forget") / "small", log)
    package.run(package.load(made), until="prepare")
    return made


@pytest.mark.parametrize("name", ["u17", "customer=u18"], ids=["a name", "a column and its value"])
def test_a_forgotten_user_is_in_no_log_now_and_in_none_later(luodi, folder, name):
    user = name.rpartition("=")[2]
    assert user in users_of(folder)

    told = luodi("forget", folder, name, "--yes")

    assert told.code == 0 and user not in users_of(folder)
    prepared = package.run(package.load(folder), until="prepare").artifacts["prepare"]
    assert user not in users_of(folder) and "u19" in users_of(folder)
    assert prepared.facts["rejected"]["a forgotten user"] > 0
    assert not any(f'"{user}"' in path.read_text(encoding="utf-8") for path in folder.glob(".luodi/prepare/*/*.jsonl"))


def test_what_keeps_them_out_does_not_name_them(luodi, folder):
    luodi("forget", folder, "u21", "--yes")

    decided = corrections.read(folder / corrections.FILE)

    assert decided and all(one.decided == "excluded" for one in decided)
    assert "u21" not in (folder / corrections.FILE).read_text(encoding="utf-8")
