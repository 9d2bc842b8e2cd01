"""Killed at any moment, the same command goes on, and ends with the bytes of an undisturbed run."""

import json
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from luodi.batch import partial, run
from luodi.errors import SetupError

# Kills itself at the n-th thing it does to a file, then runs undisturbed; for n = 1, 2, … until it is never killed.
EVERY_MOMENT = """
import os, signal, sys
from pathlib import Path
from luodi.batch import parquet, partial, run

bundle, source, target, step = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
if target.suffix == ".parquet":
    parquet.check()  # loads it, once
run.WINDOW_ROWS, partial.CHECKPOINT_SECONDS = 8, 0.0
TOUCHES = {"open", "os.rename", "os.remove", "os.mkdir", "os.truncate", "os.rmdir", "shutil.rmtree", "fcntl.flock"}

def attempt(n):
    pid = os.fork()
    if not pid:
        left = n
        def hook(event, arguments):
            nonlocal left
            if event in TOUCHES and (event != "open" or ".partial" in str(arguments[0])):
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)
        if n:
            sys.addaudithook(hook)
        run.predict(bundle, [source], target)
        os._exit(0)
    return os.waitpid(pid, 0)[1]

assert attempt(0) == 0
expected, n = target.read_bytes(), 1 - step
while True:
    n += step
    target.unlink()
    killed = attempt(n)
    if target.exists():
        assert target.read_bytes() == expected, f"half an answer at {n}"
    if killed == 0:
        break
    assert killed == signal.SIGKILL, killed
    assert attempt(0) == 0
    assert target.read_bytes() == expected, f"other bytes at {n}"
    assert not target.with_name(target.name + ".partial").exists(), f"left over at {n}"
print(n)
"""


@pytest.fixture
def source(tmp_path):
    lines = [f'{n},"lost card {n}"\n' if n % 7 else f"{n},\n" for n in range(40)]
    path = tmp_path / "in.csv"
    path.write_text("id,text\n" + "".join(lines))
    return path


@pytest.fixture
def often(monkeypatch):
    """Small windows, each of which is noted."""
    monkeypatch.setattr(run, "WINDOW_ROWS", 8)
    monkeypatch.setattr(partial, "CHECKPOINT_SECONDS", 0.0)


class StopError(Exception):
    pass


def interrupted(bundle, source, target, after, **more):
    """Answer so many windows, and then no more."""
    n = 0

    def tell(_):
        nonlocal n
        n += 1
        if n > after:
            raise StopError

    with pytest.raises(StopError):
        run.predict(bundle.path, [str(source)], target, tell=tell, **more)


@pytest.mark.parametrize(
    ("suffix", "step"),
    [
        pytest.param(".csv", 4, id="csv, at every fourth"),
        pytest.param(".csv", 1, id="csv", marks=pytest.mark.slow),
        pytest.param(".jsonl", 1, id="jsonl", marks=pytest.mark.slow),
        pytest.param(".parquet", 1, id="parquet", marks=pytest.mark.slow),
    ],
)
def test_killed_whenever_it_touches_a_file_it_ends_with_the_same_bytes(bundle, source, tmp_path, suffix, step):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    arguments = [bundle.path, source, tmp_path / f"out{suffix}", step]

    done = subprocess.run(
        [sys.executable, "-c", EVERY_MOMENT, *map(str, arguments)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20


def test_what_was_answered_is_not_answered_again(bundle, source, tmp_path, often):
    interrupted(bundle, source, tmp_path / "out.csv", after=3)
    told = []

    summary = run.predict(bundle.path, [str(source)], tmp_path / "out.csv", tell=told.append)

    assert (summary["resumed_at"], told[0], sum(told)) == (24, 24, 40)
    assert (summary["rows"], summary["rejected"], summary["labels"]) == (40, 6, {"card": 34})
    assert summary["places"]["empty text"][0] == f"{source}:2"


@pytest.mark.parametrize(
    ("change", "resumes"),
    [
        pytest.param(lambda text: text + "99,one more\n", True, id="rows were added"),
        pytest.param(
            lambda text: text.replace("card 1\n", "card one\n").replace("card 2", "cart 2"), False, id="a row"
        ),
        pytest.param(lambda text: text.replace("id,", "no,"), False, id="the name of a column"),
        pytest.param(lambda text: "\n".join(text.split("\n")[:10]) + "\n", False, id="rows were taken away"),
    ],
)
def test_it_goes_on_only_where_the_rows_before_are_the_same(bundle, source, tmp_path, often, change, resumes):
    interrupted(bundle, source, tmp_path / "out.csv", after=3)
    source.write_text(change(source.read_text()))

    summary = run.predict(bundle.path, [str(source)], tmp_path / "out.csv")

    undisturbed = run.predict(bundle.path, [str(source)], tmp_path / "other.csv")
    assert ("resumed_at" in summary) == resumes
    assert summary["rows"] == undisturbed["rows"]
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "other.csv").read_bytes()


def test_it_begins_anew_under_other_options(bundle, source, tmp_path, often):
    interrupted(bundle, source, tmp_path / "out.csv", after=3)

    assert "resumed_at" not in run.predict(bundle.path, [str(source)], tmp_path / "out.csv", spreadsheet=True)


@pytest.mark.parametrize("damage", ["cut", "state", "answers"])
def test_a_damaged_partial_is_begun_anew(bundle, source, tmp_path, often, damage):
    interrupted(bundle, source, tmp_path / "out.csv", after=3)
    folder = tmp_path / "out.csv.partial"
    if damage == "cut":
        (folder / "answers").write_bytes(b"id")
    elif damage == "state":
        (folder / "state.json").write_text("{")
    else:
        (folder / "answers").unlink()

    summary = run.predict(bundle.path, [str(source)], tmp_path / "out.csv")

    assert (summary["rows"], "resumed_at" in summary) == (40, False)
    assert not folder.exists()


def test_what_was_written_behind_the_last_note_is_cut_off(bundle, source, tmp_path, often):
    interrupted(bundle, source, tmp_path / "out.csv", after=3)
    with (tmp_path / "out.csv.partial" / "answers").open("ab") as file:
        file.write(b"half a li")

    run.predict(bundle.path, [str(source)], tmp_path / "out.csv")

    run.predict(bundle.path, [str(source)], tmp_path / "other.csv")
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "other.csv").read_bytes()


def test_two_processes_do_not_write_the_same_answers(bundle, source, tmp_path):
    first = partial.Partial(tmp_path / "out.csv")
    first.open(None)

    with pytest.raises(SetupError, match="another process"):
        run.predict(bundle.path, [str(source)], tmp_path / "out.csv")

    first.leave()
    assert run.predict(bundle.path, [str(source)], tmp_path / "out.csv")["rows"] == 40


def test_a_killed_command_says_how_much_was_done_before(finished, tmp_path):
    lines = "".join(f"{n},lost card or money back {n}\n" for n in range(30_000))
    (tmp_path / "in.csv").write_text("id,body\n" + lines)
    code = "from luodi.batch import partial; partial.CHECKPOINT_SECONDS = 0.0; from luodi.cli import main; main()"
    command = [sys.executable, "-c", code, "predict", finished, tmp_path / "in.csv", "--out", tmp_path / "out.csv"]
    process = subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, text=True)
    state, until = tmp_path / "out.csv.partial" / "state.json", time.monotonic() + 60
    while not state.exists() and time.monotonic() < until:
        time.sleep(random.uniform(0.001, 0.02))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL and not (tmp_path / "out.csv").exists()

    told = subprocess.run([*map(str, command), "--json"], capture_output=True, text=True, check=True).stdout

    assert json.loads(told)["rows"] == 30_000
    assert json.loads(told)["resumed_at"] % run.WINDOW_ROWS == 0 < json.loads(told)["resumed_at"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_no_child_outlives_a_killed_parent(finished, tmp_path):
    lines = "".join(f"{n},lost card or money back, as I have written before {n}\n" for n in range(100_000))
    (tmp_path / "in.csv").write_text("id,body\n" + lines)  # over 4 MB, so that there are children
    code = textwrap.dedent(f"""
        import sys
        from luodi.cli import main
        sys.argv = ["luodi", "predict", {str(finished)!r}, {str(tmp_path / "in.csv")!r}, "--out", "-"]
        main()
    """)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"id,body,label,score,handed_over,error\r\n"
    assert process.stdout.readline()
    children = [int(one) for one in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    assert children
    process.kill()
    process.wait()
    process.stdout.close()

    until = time.monotonic() + 20
    while any(alive(one) for one in children) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(alive(one) for one in children)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
