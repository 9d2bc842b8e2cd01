"""How long a training is: planned by its minutes, and planned again where the machine was busy, or becomes so."""

import time

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from luodi.store import read_json
from luodi.train import loop, planning
from luodi.train.loop import Loop, Schedule

N = 40
SLOW = 0.05


class Killed(Exception):
    """Stands for a power cut."""


def a_loop(work, *, minutes, slow, killed_at=None):
    """Return a small network to train; whether a batch is slow depends on how many were computed before."""
    torch.manual_seed(3)
    net = torch.nn.Linear(5, 2)
    xs = torch.randn(N, 5)
    ys = (xs.sum(dim=1) > 0).long()
    n_computed = 0

    def loss(batch):
        nonlocal n_computed
        n_computed += 1
        if slow(n_computed):
            time.sleep(SLOW)
        if killed_at is not None and made.state["step"] == killed_at:
            raise Killed
        return torch.nn.functional.cross_entropy(net(xs[batch]).float(), ys[batch])

    schedule = Schedule(epochs=40, batch_size=8, learning_rate=0.05, max_minutes=minutes, n_evaluations=4, patience=99)
    made = Loop(net, [1] * N, loss, lambda: 0.5, schedule=schedule, seed=7, work=work)
    return made


def test_a_machine_that_was_busy_at_first_uses_its_minutes_after_all(tmp_path):
    facts = a_loop(tmp_path, minutes=3 / 60, slow=lambda n: n <= planning.TIMED_STEPS + 1).run()

    assert read_json(tmp_path / "plan.json")["parts"][0][1] < 100
    assert facts["steps"] > 150  # of 200: what is missing is less than the pace is unsteady


def test_a_machine_that_becomes_busy_ends_in_time(tmp_path):
    made = a_loop(tmp_path, minutes=4 / 60, slow=lambda n: n > planning.TIMED_STEPS + 1)

    facts = made.run()

    assert read_json(tmp_path / "plan.json")["parts"][0][1] == 200
    assert facts["steps"] < 130  # of 200, which would take 10 seconds
    rate = made.optimizers[0].param_groups[0]["lr"]
    assert rate <= 0.05 * 2 / facts["steps"] * 1.5


def test_what_was_decided_holds_for_a_training_that_is_resumed(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    busy = {"minutes": 3 / 60, "slow": lambda n: n <= planning.TIMED_STEPS + 1}
    with pytest.raises(Killed):
        a_loop(tmp_path, **busy, killed_at=100).run()
    decided = read_json(tmp_path / "plan.json")

    facts = a_loop(tmp_path, minutes=0.001, slow=lambda n: False).run()

    assert read_json(tmp_path / "plan.json") == decided
    assert facts["steps"] == decided["parts"][-1][1] > 100


@pytest.mark.parametrize(("pace", "n_steps"), [(0.21, 48), (0.2, 50), (0.19, 50), (0.15, 58)])
def test_a_plan_is_cut_where_it_would_end_a_little_late_and_kept_where_a_little_early(pace, n_steps):
    plan = planning.first(100, lambda n: 1, path="fp32", max_seconds=10.0, seconds_a_step=lambda: 0.2)

    plan = planning.again(plan, 25, lambda n: 1, left_seconds=5.0, seconds_a_step=pace)

    assert plan.at(25).n_steps == n_steps


@given(
    wanted=st.integers(1, 10_000), first=st.floats(0.001, 10), pace=st.floats(0.001, 10), minutes=st.floats(0.01, 60),
    share=st.floats(0, 1.5),
)  # fmt: skip
def test_a_plan_never_ends_before_it_began_nor_wants_more_than_all_rounds(wanted, first, pace, minutes, share):
    seconds = minutes * 60
    plan = planning.first(wanted, lambda n: 3, path="fp32", max_seconds=seconds, seconds_a_step=lambda: first)
    for step in plan.checks:
        if step < plan.at(step).n_steps:
            left = seconds * (1 - share)
            plan = planning.again(plan, step, lambda n: 3, left_seconds=left, seconds_a_step=pace)
            assert step < plan.at(step).n_steps <= wanted

    assert all(one.look_every >= 1 for one in plan.parts)


def test_a_plan_comes_back_as_it_was_written(tmp_path):
    plan = planning.first(100, lambda n: 2, path="bf16", max_seconds=5.0, seconds_a_step=lambda: 0.1)
    plan = planning.again(plan, 12, lambda n: 2, left_seconds=9.0, seconds_a_step=0.1)

    plan.save(tmp_path)

    assert planning.Plan.load(tmp_path) == plan
    assert planning.Plan.load(tmp_path / "elsewhere") is None
