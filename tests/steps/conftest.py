"""The step `prepare` on the files of a folder."""

import csv
import io
from types import SimpleNamespace

import pytest

from luodi import registry
from luodi.contracts import Artifact, Job
from luodi.steps import s1_define, s2_prepare
from luodi.store import read_lines

ROWS = [
    (f"{word} number {n}", label) for n in range(30) for word, label in (("refund", "billing"), ("password", "login"))
]


def _table(rows, header=("text", "label")):
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue()


def _prepared(root, task="text-classification", **changed):
    """Run the step on the files of a folder: train.csv, and dev.csv and test.csv where they are."""
    there = {part: f"{part}.csv" for part in s2_prepare.PARTS if (root / f"{part}.csv").exists()}
    (root / "out").mkdir(exist_ok=True)
    files = s1_define.look(root, s1_define.Settings(**there))
    module = registry.task(task)
    job = Job(
        name="tickets",
        goal="",
        task_name=task,
        task=module,
        options=module.Options(),
        settings=s2_prepare.Settings(**changed),
        seed=7,
        root=root,
        inputs={"define": Artifact(step="define", key="", path=root, digest="", facts={"files": files}, measured={})},
        out=root / "out",
        work=root,
    )
    facts = s2_prepare.run(job).facts
    parts = {part: list(read_lines(root / "out" / f"{part}.jsonl")) for part in s2_prepare.PARTS}
    with (root / "out" / "rejected.csv").open(encoding="utf-8", newline="") as file:
        rejected = {row["where"]: row["reason"] for row in csv.DictReader(file)}
    return SimpleNamespace(
        facts=facts, rejected=rejected, all=[row for rows in parts.values() for row in rows], **parts
    )


@pytest.fixture
def root(tmp_path):
    (tmp_path / "train.csv").write_text(_table(ROWS), encoding="utf-8")
    return tmp_path


@pytest.fixture(name="prepared", scope="session")
def prepared_():
    """Return a function that runs the step on train.csv, dev.csv and test.csv of a folder, as far as they are there."""
    return _prepared


@pytest.fixture(name="table", scope="session")
def table_():
    """Return a function that writes rows as CSV text."""
    return _table


@pytest.fixture(scope="session")
def given_rows():
    """Sixty rows of two labels, no text twice."""
    return ROWS
