"""The seven steps: what has not changed is not done again, and a killed run comes to the same end."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from luodi import runner, scenario
from luodi.errors import ScenarioError


def states(folder: Path, **how) -> dict[str, str]:
    """Run, and return what became of each step."""
    told: list[runner.Progress] = []
    runner.run(scenario.load(folder), tell=told.append, **how)
    return {one.step: one.state for one in told if one.state != "start"}


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def outcome(folder: Path) -> dict[str, Any]:
    """Return what decides and what came out, without what clocks said."""
    return json.loads((folder / "luodi.lock").read_text(encoding="utf-8"))


def test_a_second_run_does_nothing(done):
    before = {path: path.stat().st_mtime_ns for path in (done / ".luodi").glob("*/*/**/*")}

    assert set(states(done).values()) == {"cached"}
    assert {path: path.stat().st_mtime_ns for path in (done / ".luodi").glob("*/*/**/*")} == before


def test_the_same_scenario_in_another_folder_is_the_same_run(done, finished):
    states(done)

    assert outcome(done) == outcome(finished)


def test_no_clock_and_no_path_decides_anything(done, finished):
    lock = (finished / "luodi.lock").read_text(encoding="utf-8")
    assert str(finished.parent) not in lock

    for measured in (done / ".luodi").glob("*/*/measured.json"):
        measured.write_text(json.dumps({"candidates": {}, "why": ""}))

    assert set(states(done, until="evaluate").values()) == {"cached"}


@pytest.mark.parametrize(
    ("old", "new", "anew"),
    [
        pytest.param('name = "tiny"', 'name = "small"', ["deploy"], id="the name, which only the bundle bears"),
        pytest.param("[evaluate]", "[deploy]\nmax_batch = 8\n[evaluate]", ["deploy"], id="deploy"),
        pytest.param("[evaluate]", "[evaluate]\ncalibrate = false", ["evaluate", "deploy"], id="evaluate"),
        pytest.param(
            "[evaluate]",
            "[finetune]\nclass_weights = true\n[evaluate]",
            ["finetune", "evaluate"],
            id="finetune, on classes of equal weight: the exam comes out the same",
        ),
        pytest.param('goal = ""', "seed = 8", list(runner.NAMES[1:]), id="the seed"),
        pytest.param('goal = ""', 'goal = "Sort."', ["deploy"], id="the goal, which the bundle tells"),
    ],
)
def test_a_changed_section_is_done_again_with_all_that_depends_on_it(done, old, new, anew):
    change(done / "scenario.toml", old, new)

    found = states(done)

    assert [name for name, state in found.items() if state != "cached"] == anew


def test_the_ripple_stops_at_a_step_that_comes_out_the_same(done):
    change(done / "scenario.toml", "[evaluate]", "[finetune]\nmax_minutes = 7\n[evaluate]")

    found = states(done)

    assert found["finetune"] == "run"
    assert (found["evaluate"], found["deploy"]) == ("cached", "cached")


def test_a_new_target_is_judged_without_finetuning_again(done):
    change(done / "scenario.toml", '"cost.p95_ms" = 1000', '"cost.p95_ms" = 0.000001')

    found = states(done)

    assert (found["define"], found["finetune"]) == ("run", "cached")
    assert json.loads((done / ".luodi" / "verdict.json").read_text())["met"] is False


def test_new_bytes_in_the_data_file_are_noticed(done):
    before = outcome(done)["steps"]["prepare"]["facts"]["rows"]["train"]
    with (done / "data.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"my card number {n} is lost,card,mail\n" for n in range(20))

    found = states(done, until="prepare")

    assert found == {"define": "run", "prepare": "run"}
    assert outcome(done)["steps"]["prepare"]["facts"]["rows"]["train"] > before


def test_a_data_file_that_was_only_touched_changes_nothing(done):
    (done / "data.csv").touch()

    assert set(states(done).values()) == {"cached"}


def test_a_damaged_artifact_is_made_again_to_the_same_bytes(done, finished):
    (exam,) = (done / ".luodi" / "evaluate").glob("*/exam.jsonl")
    exam.write_text("")

    found = states(done)

    assert [name for name, state in found.items() if state == "run"] == ["evaluate"]
    assert outcome(done) == outcome(finished)


def test_a_step_and_all_after_it_can_be_done_afresh(done, finished):
    found = states(done, fresh="finetune")

    assert [name for name, state in found.items() if state == "run"] == ["finetune", "evaluate", "deploy"]
    assert outcome(done) == outcome(finished)


def test_a_run_can_stop_after_a_step(folder):
    run = runner.run(scenario.load(folder), until="prepare")

    assert list(run.artifacts) == ["define", "prepare"]
    assert run.verdict is None
    assert list(outcome(folder)["steps"]) == ["define", "prepare"]


@pytest.mark.parametrize("option", ["until", "fresh"])
def test_an_unknown_step_is_refused_with_the_closest(folder, option):
    with pytest.raises(ScenarioError, match="no step 'evalute'") as caught:
        runner.run(scenario.load(folder), **{option: "evalute"})

    assert (caught.value.where, caught.value.fix) == (f"--{option}", "did you mean 'evaluate'?")


def test_what_the_last_run_made_is_found_as_far_as_it_is_still_true(done):
    change(done / "scenario.toml", "[evaluate]", "[evaluate]\ncalibrate = false")

    found = runner.latest(scenario.load(done))

    assert list(found) == ["define", "prepare", "select", "pretrain", "finetune"]


def killed(folder: Path, after: float) -> bool:
    """Start a run, kill it so many seconds later, and say whether it was still at work; its children end too."""
    command = [sys.executable, "-m", "luodi", "run", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(after)
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive, f"left behind: {[one.cmdline() for one in alive]}"
    return process.returncode == -signal.SIGKILL


def kill_again_and_again(folder: Path, times: int, whole) -> None:
    rng = random.Random(times)
    for _ in range(times):
        killed(folder, rng.uniform(0.3, 2.5))
        whole(folder)


def test_a_killed_run_comes_to_the_same_end(folder, finished, whole, luodi_process):
    kill_again_and_again(folder, 4, whole)

    assert luodi_process("run", folder).code == 0

    assert outcome(folder) == outcome(finished)


def test_the_service_that_deploy_tries_does_not_outlive_a_killed_run(done):
    change(done / "scenario.toml", 'name = "tiny"', 'name = "other"')
    command = [sys.executable, "-m", "luodi", "run", str(done)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        run = psutil.Process(process.pid)
        until = time.monotonic() + 20
        while not run.children() and time.monotonic() < until:
            time.sleep(0.01)
        (service,) = run.children()
        process.kill()

    service.wait(timeout=10)
    assert not service.is_running()


@pytest.mark.slow
def test_a_run_killed_thirty_times_comes_to_the_same_end(tiny, tmp_path, finished, whole, luodi_process):
    for n in range(6):
        folder = tiny(tmp_path / str(n) / "tiny")
        kill_again_and_again(folder, 5, whole)

        assert luodi_process("run", folder).code == 0
        assert outcome(folder) == outcome(finished)
