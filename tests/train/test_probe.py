"""Which path a processor takes: measured once, noted, overruled by a variable."""

import json

import pytest
import torch

from luodi.errors import SetupError
from luodi.train import device, probe


@pytest.fixture
def afresh(tmp_path, monkeypatch):
    """Take a home without notes, and forget what was decided."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("LUODI_TRAIN_PATH", raising=False)
    device.path.cache_clear()
    yield tmp_path
    device.path.cache_clear()


def test_the_path_is_measured_once_and_noted(afresh):
    first = device.path()
    note = json.loads(probe.note().read_text())
    device.path.cache_clear()

    assert first in device.PATHS
    assert note["path"] == first
    assert set(note["agree"]) <= set(note["ms"]) <= set(device.PATHS)
    probe.note().write_text(json.dumps(note | {"path": "fp32-onednn"}))
    assert device.path() == "fp32-onednn"  # read, and not measured again


@pytest.mark.parametrize("around", [torch.inference_mode, torch.no_grad])
def test_whoever_asks_first_may_only_want_to_predict(afresh, around):
    with around():
        first = device.path()

    assert first in device.PATHS
    assert {"fp32", "bf16"} <= set(json.loads(probe.note().read_text())["ms"])


def test_a_note_that_cannot_be_read_is_measured_again_and_a_home_that_cannot_be_written_is_no_failure(
    afresh, monkeypatch
):
    probe.note().parent.mkdir(parents=True)
    probe.note().write_text("{ torn")
    assert device.path() in device.PATHS
    assert json.loads(probe.note().read_text())["path"] in device.PATHS

    (afresh / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(afresh / "file"))
    device.path.cache_clear()
    assert device.path() in device.PATHS


def test_a_path_that_disagrees_is_not_taken_however_fast(monkeypatch):
    speeds = {"fp32": (100.0, 1.0), "bf16": (10.0, 1.1), "fp32-onednn": (95.0, 1.0)}
    monkeypatch.setattr(probe, "_learn", speeds.__getitem__)

    found = probe.measure()

    assert found["agree"] == ["fp32", "fp32-onednn"]
    assert found["path"] == "fp32"  # 5 % are not worth another path
    speeds["fp32-onednn"] = (50.0, 1.0)
    assert probe.measure()["path"] == "fp32-onednn"


def test_a_variable_overrules_and_nonsense_is_refused(afresh, monkeypatch):
    monkeypatch.setenv("LUODI_TRAIN_PATH", "fp32")
    with device.fast():
        assert device.in_force() == "fp32"
    assert device.in_force() is None

    device.path.cache_clear()
    monkeypatch.setenv("LUODI_TRAIN_PATH", "int4")
    with pytest.raises(SetupError, match="there is no path 'int4'"):
        device.path()
