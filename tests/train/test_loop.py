"""The training loop: planned once, killed anywhere, resumed to the same bytes."""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luodi.store import read_json
from luodi.train import checkpoint, device, loop, planning
from luodi.train.loop import Loop, Schedule, slope

N = 40
SCHEDULE = Schedule(epochs=3, batch_size=8, learning_rate=0.05)
AVERAGED = Schedule(
    epochs=3, batch_size=8, learning_rate=0.05, average=0.9, layer_decay=0.8, n_evaluations=5, patience=5
)
N_STEPS = 15


class Killed(Exception):
    """Stands for a power cut."""


def a_loop(work, schedule=SCHEDULE, *, killed_at=None):
    """Return a small network with dropout and all that it takes to train it."""
    torch.manual_seed(3)
    net = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.ReLU(), torch.nn.Dropout(0.3), torch.nn.Linear(7, 2))
    xs = torch.randn(N, 5)
    ys = (xs.sum(dim=1) > 0).long()

    def loss(batch):
        if killed_at is not None and made.state["step"] == killed_at:
            raise Killed
        return torch.nn.functional.cross_entropy(net(xs[batch]).float(), ys[batch])

    def evaluate():
        return float((net(xs).argmax(dim=1) == ys).float().mean())

    depth = lambda name: 0 if name.startswith("3") else 1  # noqa: E731
    made = Loop(net, [1] * N, loss, evaluate, schedule=schedule, seed=7, work=work, depth=depth)
    return made


def weights_of(made):
    return {name: one.clone() for name, one in made.model.state_dict().items()}


def same(ours, theirs):
    return all(torch.equal(ours[name], theirs[name]) for name in ours | theirs)


@pytest.fixture(scope="module", params=[SCHEDULE, AVERAGED], ids=["last weights", "averaged weights"])
def undisturbed(request, tmp_path_factory):
    """Return a schedule, and the facts and weights of a training that nobody disturbed."""
    whole = a_loop(tmp_path_factory.mktemp("whole"), request.param)
    return request.param, whole.run(), weights_of(whole)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kills=st.lists(st.integers(min_value=0, max_value=N_STEPS - 1), min_size=1, max_size=3, unique=True))
def test_a_killed_training_resumes_to_the_same_bytes(undisturbed, kills, tmp_path_factory, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    schedule, facts, weights = undisturbed
    work = tmp_path_factory.mktemp("work")

    for step in sorted(kills):
        with pytest.raises(Killed):
            a_loop(work, schedule, killed_at=step).run()
    resumed = a_loop(work, schedule)

    assert resumed.run() == facts
    assert same(weights_of(resumed), weights)


def test_a_torn_checkpoint_means_to_start_again_and_ends_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    (tmp_path / "whole").mkdir()
    whole = a_loop(tmp_path / "whole")
    whole.run()
    with pytest.raises(Killed):
        a_loop(tmp_path, killed_at=9).run()
    file = tmp_path / checkpoint.FILE

    file.write_bytes(file.read_bytes()[:-1])
    resumed = a_loop(tmp_path)
    resumed.run()

    assert same(weights_of(resumed), weights_of(whole))


def test_the_plan_is_made_once_and_kept(tmp_path):
    with pytest.raises(Killed):
        a_loop(tmp_path, killed_at=2).run()
    plan = read_json(tmp_path / "plan.json")

    facts = a_loop(tmp_path, Schedule(epochs=9, batch_size=8, learning_rate=0.05)).run()

    assert plan == {"path": device.path(), "wanted": N_STEPS, "checks": [], "parts": [[0, N_STEPS, 5]]}
    assert facts["steps"] == N_STEPS


def test_too_little_time_makes_a_shorter_plan_that_still_ends_with_a_learning_rate_of_zero(tmp_path):
    short = Schedule(epochs=400, batch_size=8, learning_rate=0.05, max_minutes=0.001)

    facts = a_loop(tmp_path, short).run()

    assert planning.TIMED_STEPS <= facts["steps"] < 2_000
    assert facts["epochs"] == round(facts["steps"] / 5, 2)


def test_timing_the_steps_leaves_no_trace_in_the_weights(tmp_path):
    timed = Schedule(epochs=7, batch_size=8, learning_rate=0.05)  # 35 steps: more than are timed
    first, again = a_loop(tmp_path, timed), a_loop(tmp_path, timed)

    first.run()
    again.run()  # finds the plan, and times nothing

    assert same(weights_of(first), weights_of(again))


def test_it_learns_and_looks_at_dev_once_an_epoch(tmp_path):
    made = a_loop(tmp_path, Schedule(epochs=12, batch_size=8, learning_rate=0.05, patience=12))

    facts = made.run()

    assert [epoch for epoch, _ in facts["dev"]] == list(range(1, 13))
    assert made.evaluate() == pytest.approx(max(value for _, value in facts["dev"]), abs=1e-4)
    assert made.evaluate() > 0.9
    assert facts["losses"][-1][1] < facts["losses"][0][1]


def test_learning_stops_when_dev_stops_improving_and_the_best_weights_are_kept(tmp_path):
    made = a_loop(tmp_path, Schedule(epochs=12, batch_size=8, learning_rate=0.05, patience=2))
    values, best = iter([0.5, 0.7, 0.7, 0.6, 0.4, 0.9]), {}

    def evaluate():
        value = next(values)
        best[value] = weights_of(made)
        return value

    made.evaluate = evaluate
    facts = made.run()

    assert facts["dev"] == [[1.0, 0.5], [2.0, 0.7], [3.0, 0.7], [4.0, 0.6], [5.0, 0.4]]
    assert (facts["steps"], facts["epochs"]) == (25, 5.0)
    assert same(weights_of(made), best[0.7])


def test_biases_do_not_decay_and_lower_layers_learn_slower(tmp_path):
    groups = loop.groups(a_loop(tmp_path).model, AVERAGED, lambda name: 0 if name.startswith("3") else 1)

    found = {name: (group["scale"], group["weight_decay"]) for group in groups for name in group["names"]}

    assert found == {"3.weight": (1, 0.01), "3.bias": (1, 0), "0.weight": (0.8, 0.01), "0.bias": (0.8, 0)}


def a_table_loop(work, *, accumulate=1, sparse=True, killed_at=None):
    """Return a table of rows under a product, and all that it takes to train both."""
    torch.manual_seed(3)
    net = torch.nn.Sequential(torch.nn.Embedding(50, 4, sparse=sparse), torch.nn.Flatten(), torch.nn.Linear(8, 2))
    xs = torch.randperm(2 * N).view(N, 2) % 30  # the last 20 rows are never met
    ys = (xs.sum(dim=1) > 30).long()

    def loss(batch):
        if killed_at is not None and made.state["step"] == killed_at:
            raise Killed
        return torch.nn.functional.cross_entropy(net(xs[batch]).float(), ys[batch])

    schedule = Schedule(epochs=3, batch_size=8, learning_rate=0.05, accumulate=accumulate, average=0.9)
    made = Loop(net, [1] * N, loss, lambda: 0.0, schedule=schedule, seed=7, work=work)
    return made


def test_a_table_with_sparse_gradients_learns_the_rows_it_meets_and_resumes_to_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    (tmp_path / "whole").mkdir()
    whole = a_table_loop(tmp_path / "whole")
    start = weights_of(whole)["0.weight"]
    whole.run()
    with pytest.raises(Killed):
        a_table_loop(tmp_path, killed_at=7).run()

    resumed = a_table_loop(tmp_path)
    resumed.run()

    learned = weights_of(whole)["0.weight"]
    assert torch.equal(learned[30:], start[30:])
    assert not torch.isclose(learned[:30], start[:30]).all(dim=1).any()
    assert same(weights_of(resumed), weights_of(whole))


@pytest.mark.parametrize("sparse", [False, True])
def test_a_batch_in_parts_takes_the_same_step(sparse, tmp_path):
    made = []
    for n in (1, 3):
        (tmp_path / str(n)).mkdir()
        made.append(a_table_loop(tmp_path / str(n), accumulate=n, sparse=sparse))
        made[-1]._step(N_STEPS)

    for ours, theirs in zip(*(weights_of(one).values() for one in made), strict=True):
        assert torch.allclose(ours, theirs, atol=2e-3 if device.has_fast_bf16() else 1e-6)


@given(st.integers(0, 30), st.integers(min_value=1, max_value=5), st.integers(min_value=3, max_value=90))
def test_the_parts_of_a_batch_are_the_batch_and_none_has_too_many_places(n, accumulate, most):
    made = Loop.__new__(Loop)
    made.schedule = Schedule(epochs=1, batch_size=9, learning_rate=1, accumulate=accumulate, most_tokens=most)
    made.lengths = [1, 3, 2] * 10

    found = made._parts(list(range(n)))

    assert [i for part in found for i in part] == list(range(n))
    assert all(len(part) == 1 or len(part) * max(made.lengths[i] for i in part) <= most for part in found)


@given(st.floats(min_value=0.01, max_value=5.0))
def test_gradients_are_clipped_to_a_norm_over_all_of_them_sparse_rows_included(most):
    table, weight = torch.nn.Embedding(9, 2, sparse=True), torch.nn.Parameter(torch.ones(3))
    (table(torch.tensor([1, 1, 4])).sum() + (weight * 2).sum()).backward()  # rows of (2, 2) and (1, 1), and (2, 2, 2)

    loop.clip([table.weight, weight], most)

    norm = float(torch.cat([table.weight.grad.to_dense().flatten(), weight.grad]).norm())
    assert norm == pytest.approx(min(most, 22**0.5), rel=1e-4)


@given(st.integers(min_value=1, max_value=500), st.floats(min_value=0, max_value=1), st.integers(0, 400))
def test_the_learning_rate_rises_to_one_and_falls_towards_zero(n_steps, warmup, least):
    slopes = [slope(step, n_steps, warmup, least) for step in range(n_steps)]

    top = slopes.index(max(slopes))
    assert top + 1 >= min(least, n_steps // 2)
    assert all(0 < one <= 1 for one in slopes)
    assert slopes[: top + 1] == sorted(slopes[: top + 1])
    assert slopes[top:] == sorted(slopes[top:], reverse=True)
