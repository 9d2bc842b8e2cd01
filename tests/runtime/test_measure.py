"""Measuring: an exported model, timed and weighed in a process of its own."""

import json

import pytest

from luodi.runtime import measure
from luodi.runtime.engine_constant import Constant


def test_a_session_is_timed_and_weighed(tmp_path):
    folder = tmp_path / "session"
    folder.mkdir()
    Constant({"a": 1.0}).save(folder)
    size = sum(path.stat().st_size for path in folder.iterdir())

    made = measure.measure(folder, ["some text", "中文"], work=tmp_path, core_hour=0.05)

    assert made["size_mb"] == pytest.approx(size / 1e6, rel=1e-3)
    assert 0 < made["p50_ms"] <= made["p95_ms"]
    assert min(made["texts_per_s"], made["memory_mb"], made["load_s"]) > 0
    assert 0 < made["usd_per_1k"] < 0.01
    assert [path.name for path in tmp_path.iterdir()] == ["session"]


def test_a_machine_is_described_without_its_name():
    about = measure.machine()

    assert about.keys() == {"processor", "cores", "memory_gb", "python"}
    assert about["cores"] >= 1
    assert json.dumps(about)
