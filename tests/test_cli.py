"""The command line: quick to start, readable by machines, and clear about what went wrong."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

import luodi
import luodi.errors
from luodi.terminal import summary

HEAVY = {
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "scipy",
    "sklearn",
    "torch",
    "transformers",
    "openvino",
    "tokenizers",
}
FRAMEWORKS = HEAVY - {"numpy", "pydantic"}


def loaded_by(*arguments: object) -> set[str]:
    """Return the modules that a command loads in a process of its own."""
    code = "import sys; from luodi.cli import main; main(sys.argv[1:], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def hear_ctrl_c() -> None:
    """What a shell starts in the background is deaf to Ctrl-C, and so would be all that the tests start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("command", [["--help"], ["--version"], ["run", "--help"], ["describe"]], ids=" ".join)
def test_the_command_line_starts_without_anything_heavy(command):
    assert not HEAVY & loaded_by(*command)


def test_importing_the_package_loads_nothing_of_it():
    code = "import sys, luodi; print(*(name for name in sys.modules if name.startswith('luodi')))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["luodi"]


def test_the_public_names_are_there_when_they_are_used(folder):
    assert luodi.load(folder).name == "tiny"
    assert issubclass(luodi.errors.DataError, luodi.LuodiError)

    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        luodi.nonsense  # noqa: B018


def test_a_scenario_is_checked_without_a_framework(folder):
    assert not FRAMEWORKS & loaded_by("check", folder)


def test_a_finished_run_is_looked_at_without_a_framework(finished):
    assert not FRAMEWORKS & loaded_by("status", finished)


def test_help_names_every_command_in_the_order_of_a_first_day(luodi):
    told = luodi("--help")

    listed = [line.split()[0] for line in told.out.partition("Commands:\n")[2].splitlines() if line[2:3].strip()]
    assert listed == [
        "doctor",
        "inspect",
        "new",
        "check",
        "run",
        "labels",
        "report",
        "serve",
        "health",
        "challenge",
        "release",
        "rollback",
        "keys",
        "ledger",
        "predict",
        "pack",
        "restock",
        "index",
        "status",
        "describe",
        "forget",
    ]


@pytest.mark.parametrize("name", ["prepare", "sentiment", "tfidf-logreg"])
def test_a_step_a_task_and_a_model_are_described(luodi, name):
    told = luodi("describe", name)

    assert told.code == 0
    assert name in told.out.splitlines()[0]


def test_the_catalogue_lists_all_there_is(luodi):
    told = luodi("describe")

    assert all(one in told.out for one in ("prepare", "topic-tagging", "majority", "support-tickets"))


def test_what_does_not_exist_is_not_described(refused):
    assert "did you mean 'sentiment'?" in refused("describe", "sentimnt")


def test_check_says_that_there_is_nothing_to_object_to(luodi, folder):
    told = luodi("check", folder)

    assert told.out.startswith("tiny: text-classification, steps define, prepare, select, finetune, evaluate, deploy")
    assert not (folder / ".luodi").exists()


def test_check_answers_machines(luodi, folder):
    assert json.loads(luodi("check", folder, "--json").out)["ok"] is True


def test_a_run_answers_machines_with_nothing_but_json(luodi_process, finished):
    told = luodi_process("run", finished, "--json")

    answer = json.loads(told.out)
    assert (told.code, answer["verdict"]["met"], next(iter(answer["steps"]))) == (0, True, "define")
    assert answer["report"] == str(finished / ".luodi" / "report.html")


def test_a_run_that_stops_early_has_no_verdict_and_no_report(luodi, folder):
    answer = json.loads(luodi("run", folder, "--until", "prepare", "--json").out)

    assert (answer["verdict"], answer["report"]) == (None, None)
    assert not (folder / ".luodi" / "report.html").exists()


def test_a_run_says_a_line_for_every_step_and_where_the_report_is(luodi, done):
    told = luodi("run", done)

    lines = told.out.splitlines()
    assert [line.split()[0] for line in lines[:8]] == [
        *("define", "prepare", "select", "pretrain", "finetune", "evaluate", "deploy", "verdict")
    ]
    assert (done / ".luodi" / "report.html").is_file()


def test_status_says_how_far_the_last_run_came(luodi, done, folder):
    assert "verdict   MET" in luodi("status", done).out
    assert "define    to do" in luodi("status", folder).out
    assert json.loads(luodi("status", folder, "--json").out)["verdict"] is None
    assert all(json.loads(luodi("status", done, "--json").out)["steps"].values())


def test_the_report_is_written_again(luodi, done):
    (done / ".luodi" / "report.html").unlink()

    told = luodi("report", done, "--language", "zh")

    assert told.out.strip() == str((done / ".luodi" / "report.html").resolve())
    assert (done / ".luodi" / "report.html").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["check", "nowhere"], id="no scenario"),
        pytest.param(["run", "{folder}", "--until", "prepar"], id="no step"),
        pytest.param(["report", "{folder}"], id="no run"),
        pytest.param(["serve", "{folder}"], id="nothing to serve"),
        pytest.param(["predict", "{folder}", "a.csv", "--out", "b.csv"], id="nothing to answer with"),
        pytest.param(["describe", "everything"], id="no such thing"),
        pytest.param(["status", "nowhere"], id="no status"),
        pytest.param(["new", "{folder}", "--template", "support-tickets"], id="a scenario already"),
    ],
)
def test_every_refusal_has_three_parts_and_exit_code_2(refused, folder, arguments):
    refused(*(one.format(folder=folder) for one in arguments))


def test_every_mistake_in_a_scenario_is_told_at_once(luodi, folder):
    (folder / "scenario.toml").write_text('task = "sentimnt"\n[define]\ntrain = "dta.csv"\n[prepar]\n')

    told = luodi("check", folder)

    assert told.code == 2
    assert told.err.count("error: ") == told.err.count("  where: ") == told.err.count("  fix:   ") == 3


def test_a_real_process_shows_no_traceback(luodi_process, folder):
    told = luodi_process("run", folder / "nowhere")

    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("error: there is no scenario file here\n  where: ")
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    "arguments", [["run"], ["run", "a", "--nonsense"], ["nonsense"], ["report", "a", "--language", "xx"]]
)
def test_a_mistaken_command_is_a_users_mistake_too(luodi, arguments):
    told = luodi(*arguments)

    assert told.code == 2
    assert "--help" in told.err


def test_a_name_in_another_script_can_be_run_and_shown(luodi, tiny, tmp_path):
    folder = tiny(tmp_path / "评论 🙂", file="数据.csv")

    told = luodi("run", folder, "--until", "prepare")

    assert told.code == 0
    assert " train, " in told.out


def test_ctrl_c_ends_a_run_with_a_sentence(folder):
    command = [sys.executable, "-m", "luodi", "run", str(folder)]
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen(command, **how, preexec_fn=hear_ctrl_c) as process:
        assert [process.stdout.readline()[:8].strip() for _ in range(2)] == ["define", "prepare"]
        time.sleep(0.5)  # a candidate is being tried, in a process that hears the same Ctrl-C
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=30)

    assert process.returncode in {130, -signal.SIGINT}
    assert errors.strip() == "stopped; the same command goes on from here"


@pytest.mark.parametrize("instead", ["print('swallowed', flush=True)", "raise ImportError"])
def test_ctrl_c_is_heard_though_a_library_catches_it(instead):
    code = f"""
import time
from luodi.interrupts import raised_until_heard
try:
    with raised_until_heard():
        try:
            print("loading", flush=True)
            time.sleep(20)
        except BaseException:
            {instead}
        time.sleep(20)
except KeyboardInterrupt:
    print("heard", flush=True)
    time.sleep(3)
    print("left in peace")
"""
    how = {"stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", code], **how, preexec_fn=hear_ctrl_c) as process:
        assert process.stdout.readline() == "loading\n"
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)

    assert said.split("\n")[-3:] == ["heard", "left in peace", ""]
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"model": "nb-svm"}, "nb-svm"),
        ({"model": "nb-svm", "rows": 115_234}, "nb-svm, 115,234 rows: as many as fit into memory or time"),
    ],
)
def test_a_step_says_where_it_learned_from_a_part_of_the_rows(facts, said):
    assert summary("finetune", facts) == said
