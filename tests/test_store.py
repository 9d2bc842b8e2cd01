"""Artifacts on disk: whole or not at all, checked when they are found, one run at a time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from luodi.errors import SetupError
from luodi.store import Store, explain_os_error, write_json, write_text


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / ".luodi")


@pytest.fixture
def made(store):
    """An artifact of two files, one in a folder."""
    out, _ = store.begin("prepare", "k")
    (out / "a.txt").write_text("a")
    (out / "deep").mkdir()
    (out / "deep" / "b.txt").write_text("b")
    return store.commit("prepare", "k", {"n": 1, "sizes": {10: "x", 9: "y"}}, {"seconds": 0.5})


def test_a_finished_artifact_is_found_with_its_facts(store, made):
    found = store.find("prepare", "k")

    assert found == made == store.open("prepare", "k")
    assert (found.facts["n"], found.measured) == (1, {"seconds": 0.5})
    assert (found.path / "deep" / "b.txt").read_text() == "b"


def test_an_artifact_is_nowhere_to_be_seen_until_it_is_finished(store):
    out, work = store.begin("prepare", "k")
    (out / "a.txt").write_text("a")

    assert store.find("prepare", "k") is None
    assert not (store.root / "prepare" / "k").exists()
    assert work.is_dir()


def test_a_second_try_starts_empty_but_finds_its_checkpoints(store):
    out, work = store.begin("prepare", "k")
    (out / "half.txt").write_text("ha")
    (work / "checkpoint").write_text("7")

    out, work = store.begin("prepare", "k")

    assert list(out.iterdir()) == []
    assert (work / "checkpoint").read_text() == "7"


def test_nothing_of_a_finished_try_is_left_beside_the_artifact(store, made):
    assert [one.name for one in (store.root / "prepare").iterdir()] == ["k"]


def change(path: Path) -> None:
    path.write_text("c")


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: (path / "deep" / "b.txt").write_text("c"), id="a changed byte"),
        pytest.param(lambda path: (path / "c.txt").write_text("c"), id="an added file"),
        pytest.param(lambda path: (path / "deep" / "artifact.json").write_text("{}"), id="an added file of that name"),
        pytest.param(lambda path: (path / "a.txt").unlink(), id="a removed file"),
        pytest.param(lambda path: (path / "a.txt").rename(path / "z.txt"), id="a renamed file"),
        pytest.param(lambda path: (path / "artifact.json").unlink(), id="no manifest"),
        pytest.param(lambda path: (path / "artifact.json").write_text("{"), id="half a manifest"),
        pytest.param(lambda path: (path / "artifact.json").write_text("{}"), id="an empty manifest"),
        pytest.param(lambda path: (path / "artifact.json").write_text("[]"), id="a manifest of another shape"),
        pytest.param(lambda path: (path / "artifact.json").write_bytes(b"\xff"), id="a manifest that is no text"),
        pytest.param(lambda path: (path / "measured.json").unlink(), id="no measurements"),
    ],
)
def test_a_damaged_artifact_is_not_found(store, made, damage):
    damage(made.path)

    assert store.find("prepare", "k") is None


def test_changed_facts_are_noticed(store, made):
    manifest = json.loads((made.path / "artifact.json").read_text())
    manifest["facts"]["n"] = 2
    (made.path / "artifact.json").write_text(json.dumps(manifest))

    assert store.find("prepare", "k") is None


def test_measurements_decide_nothing(store, made):
    (made.path / "measured.json").write_text('{"seconds": 99}')

    assert store.find("prepare", "k").digest == made.digest


def test_a_damaged_artifact_is_replaced_by_a_new_one(store, made):
    (made.path / "c.txt").write_text("c")
    out, _ = store.begin("prepare", "k")
    (out / "d.txt").write_text("d")

    store.commit("prepare", "k", {}, {})

    assert sorted(one.name for one in made.path.iterdir()) == ["artifact.json", "d.txt", "measured.json"]


HOLD = """
import sys
from pathlib import Path
from luodi.store import Store
with Store(Path(sys.argv[1])).lock():
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(store):
    """A process that holds the lock until its standard input ends."""
    command = [sys.executable, "-c", HOLD, str(store.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "locked\n"
        yield process


def test_a_second_run_is_kept_out_and_told_by_whom(store, holder):
    with pytest.raises(SetupError, match=f"already being run by process {holder.pid} on ") as caught, store.lock():
        pytest.fail("two runs at once")

    assert caught.value.where.endswith("run.lock")
    assert "wait" in caught.value.fix


def test_a_killed_run_holds_nothing(store, holder):
    holder.kill()
    holder.wait()

    with store.lock():
        assert (store.root / "run.lock").read_text().startswith("process ")


def test_a_lock_is_free_again_after_an_error(store):
    with pytest.raises(ZeroDivisionError), store.lock():
        _ = 1 / 0

    with store.lock():
        pass


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"a": "é"})

    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "half a character: \ud800")

    assert json.loads(path.read_text(encoding="utf-8")) == {"a": "é"}


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path):
    (tmp_path / ".luodi").write_text("")

    with pytest.raises(SetupError, match="a file where a folder should be") as caught:
        Store(tmp_path / ".luodi").begin("define", "k")

    assert str(tmp_path) in caught.value.where
    assert caught.value.fix


def test_what_is_not_the_users_to_mend_is_left_as_it_is(store):
    assert explain_os_error(BrokenPipeError(32, "Broken pipe")) is None
    assert explain_os_error(FileExistsError(17, "File exists", str(Path.cwd()))) is None


@pytest.mark.parametrize("size", ["16k", "64k", "100k", "128k"])
def test_a_full_disk_is_said_and_leaves_nothing_half_written(on_a_disk, folder, whole, size):
    script = f"cp {folder}/* $disk; luodi run $disk; echo $? >&2; cp -r $disk {folder}.after"

    told = on_a_disk(script, size)

    *_, what, where, fix, code = told.err.splitlines()
    assert (what, code) == ("error: there is no space left on the disk", "2")
    assert where.startswith("  where: ")
    assert fix == "  fix:   free some space and run again; finished steps are kept"
    assert "Traceback" not in told.err
    whole(Path(f"{folder}.after"))


def test_a_run_goes_on_when_there_is_space_again(on_a_disk, folder):
    script = f"cp {folder}/* $disk; luodi run $disk; mount -o remount,size=8m $disk; luodi run $disk"

    told = on_a_disk(script, "64k")

    assert told.code == 0, told
    assert "define    cached" in told.out
    assert "verdict   MET" in told.out


def test_a_read_only_folder_is_said(on_a_disk, folder):
    told = on_a_disk(f"cp {folder}/* $disk; mount -o remount,ro $disk; luodi check $disk && luodi run $disk", "1m")

    what, _, fix = told.err.splitlines()
    assert (told.code, what) == (2, "error: the folder is on a read-only disk")
    assert fix == "  fix:   copy the scenario to a folder that you may write to"


def test_a_finished_run_can_be_looked_at_where_nothing_may_be_written(on_a_disk, finished):
    script = f"cp -r {finished}/. $disk; mount -o remount,ro $disk; luodi status $disk; luodi report $disk"

    told = on_a_disk(script, "1m")

    assert "verdict   MET" in told.out
    assert told.err.startswith("error: the folder is on a read-only disk")
