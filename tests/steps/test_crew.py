"""The crew: what other processes make of batches is what this one would make of them, in the same order."""

import pytest

from luodi.contracts import Reject
from luodi.steps import crew
from luodi.steps.rows import Plan, Shape, Worker

SHAPE = Shape(file="a.csv", fields=("text", "label"), extras=("channel", "time", "group"))


def batches():
    for n in range(0, 600, 100):
        rows = [
            (
                line,
                (
                    f"Text &amp; number {line}\u200b 中文" + "\x1e\x1f" * (line == 250),
                    ("x", "y")[line % 2],
                    "mail",
                    "2024-03-01",
                    f"g{line // 3}",
                ),
            )
            for line in range(n, n + 98)
        ]
        yield SHAPE, [*rows, (n + 98, Reject(reason="2 cells where 5 are expected")), (n + 99, ("  ", "x", "", "", ""))]


@pytest.mark.parametrize("task", ["text-classification", "topic-tagging"])
def test_other_processes_make_the_same_of_rows_in_the_same_order(task):
    shape = (
        SHAPE if task == "text-classification" else Shape(file="a.csv", fields=("text", "labels"), extras=SHAPE.extras)
    )
    plan = Plan(task=task, options={}, seed=7, clean={}, near=True)
    given = [(shape, rows) for _, rows in batches()]

    here = [batch for _, batch in crew.work(plan, iter(given), n_bytes=0)]
    there = [batch for _, batch in crew.work(plan, iter(given), n_bytes=crew.LARGE)]

    assert [vars(batch) for batch in there] == [vars(batch) for batch in here]
    assert [len(batch) for batch in there] == [98] * 6
    assert there[0].rejected == [(98, "2 cells where 5 are expected"), (99, "empty text")]


def test_a_row_is_placed_by_its_group_and_carries_what_it_is_sliced_by():
    worker = Worker(Plan(task="text-classification", options={}, seed=7, clean={}))

    batch = worker.work(*next(batches()))

    places = batch.columns["place"]
    assert places[3] == places[4] != places[6]
    assert batch.columns["time"][0] == 1_709_251_200
    assert b'"tags": {"channel": "mail", "time": "2024-03-01"}' in batch.lines
    steps = batch.receipts["cleaning"]["steps"]
    assert {name: one["n"] for name, one in steps.items()} == {"markup": 98, "invisible": 98, "spaces": 1}


def test_a_worker_that_dies_ends_the_run_instead_of_losing_rows():
    plan = Plan(task="no-such-task", options={}, seed=7)

    with pytest.raises(EOFError, match="worker process has ended"):
        list(crew.work(plan, batches(), n_bytes=crew.LARGE))
