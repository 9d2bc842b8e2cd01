"""A search for a better recipe: what is drawn, what survives, and that it never ends worse than it began."""

from types import SimpleNamespace

import pytest

from luodi import registry
from luodi.contracts import Recipe
from luodi.steps import s5_finetune, search
from luodi.store import read_json, write_json, write_lines

N_DEV = 60


def job_of(root, *, n=900, rows=None, minutes=1.0):
    """Return the part of a job that a search looks at."""
    for name in ("out", "work", "prepared"):
        (root / name).mkdir()
    (root / "out" / "model").mkdir()
    rows = rows or [{"x": f"text {i}", "y": "ab"[i % 2]} for i in range(n)]
    write_lines(root / "prepared" / "train.jsonl", ({"line": f"t:{i}", **row} for i, row in enumerate(rows)))
    write_lines(root / "prepared" / "dev.jsonl", rows[:N_DEV])
    inputs = {
        "prepare": SimpleNamespace(path=root / "prepared", facts={"rows": {"train": len(rows)}}),
        "pretrain": SimpleNamespace(facts={"skipped": "no section"}),
    }
    settings = s5_finetune.Settings(search_minutes=minutes)
    task = registry.task("text-classification")
    return SimpleNamespace(
        seed=7, task=task, settings=settings, inputs=inputs, out=root / "out", work=root / "work", root=root
    )


def finished(job, number, rows, right):
    """Leave behind what a trial does that answers so many dev rows rightly."""
    folder = job.work / "search" / f"{number}-{rows}"
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "which.json").write_text(str(number))
    gold = ["ab"[i % 2] for i in range(N_DEV)]
    answers = [y if i < right else "ba"["ab".index(y)] for i, y in enumerate(gold)]
    write_lines(folder / "dev.jsonl", ({"y": y, "answer": a} for y, a in zip(gold, answers, strict=True)))
    write_json(folder / "result.json", {"facts": {"epochs": number}, "seconds": 1.0, "memory_mb": 1.0})


def held(root, best):
    """Run a search whose trials have all been run before: 0 is the recipe as it stands, 2 the best of three others."""
    job = job_of(root)
    write_json(job.work / "plan.json", {})
    (job.work / "search").mkdir()
    write_json(job.work / "search" / "plan.json", {"n": 3})
    for number, rights in {0: (40, 45), 1: (30,), 2: (best, best), 3: (31,)}.items():
        for rows, right in zip((300, 900), rights, strict=False):
            finished(job, number, rows, right)
    return job, search.run(job, "encoder", Recipe(learning_rate=1e-4))


def test_the_best_third_goes_on_to_more_rows_and_wins_where_it_is_surely_better(tmp_path):
    job, facts = held(tmp_path, best=58)

    trail = facts["search"]["trials"]
    assert [(one["number"], one["rows"]) for one in trail] == [
        (0, 300),
        (1, 300),
        (2, 300),
        (3, 300),
        (2, 900),
        (0, 900),
    ]
    assert facts["search"]["chosen"] == facts["epochs"] == 2
    assert facts["search"]["gain"]["low"] > 0
    assert (job.out / "model" / "which.json").read_text() == "2"


def test_the_recipe_as_it_stands_stays_where_another_is_not_surely_better(tmp_path):
    job, facts = held(tmp_path, best=46)

    assert facts["search"]["chosen"] == 0
    assert facts["search"]["best"] == 2
    assert facts["search"]["gain"]["low"] <= 0
    assert (job.out / "model" / "which.json").read_text() == "0"


def test_what_the_scenario_sets_is_not_drawn_and_no_recipe_is_drawn_twice(tmp_path):
    job = job_of(tmp_path)

    drawn = search._Search(job, "encoder", Recipe(learning_rate=1e-4), [300, 900]).drawn(20)
    again = search._Search(job, "encoder", Recipe(learning_rate=1e-4), [300, 900]).drawn(20)

    assert drawn == again
    assert len(drawn) == 20 == len({str(one) for one in drawn.values()})
    assert all(set(one) == {"epochs", "frozen_layers", "max_tokens"} for one in drawn.values())


@pytest.mark.parametrize(("minutes", "n"), [(0.05, 0), (1.0, 5), (1_000.0, search.MOST_TRIALS)])
def test_as_many_recipes_are_tried_as_the_time_allows(minutes, n, tmp_path):
    job = job_of(tmp_path, minutes=minutes)
    finished(job, 0, 300, 40)
    standing = search._Search(job, "encoder", Recipe(), [300, 900]).tries(0, {}, 300)

    assert search._n_trials(job, standing, [300, 900]) == n
    assert read_json(job.work / "search" / "plan.json") == {"n": n}


@pytest.mark.slow
def test_a_real_search_ends_with_a_model_that_answers(tiny_encoder, pairs, tmp_path):
    job = job_of(tmp_path, rows=[{"x": x, "y": y} for x, y in pairs["classify"]], minutes=0.6)

    facts = search.run(job, "encoder", Recipe(base=str(tiny_encoder), learning_rate=1e-3))

    model = registry.model("encoder").load(job.out / "model")
    assert len(facts["search"]["trials"]) > 1
    assert set(model.predict(["my refund"])[0]) == {"billing", "login"}
