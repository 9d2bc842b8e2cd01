"""A checkpoint: what was written comes back, and what was torn is ignored."""

import pytest
import torch

from luodi.train import checkpoint

TENSORS = {"weight/a": torch.arange(6.0).reshape(2, 3), "step": torch.tensor(3.0), "half": torch.ones(2).bfloat16()}
ABOUT = {"step": 3, "losses": [[0, 0.1]], "best": None}


def test_a_checkpoint_comes_back_bit_by_bit(tmp_path):
    checkpoint.write(tmp_path, TENSORS, ABOUT)

    tensors, about = checkpoint.read(tmp_path)

    assert about == ABOUT
    assert tensors.keys() == TENSORS.keys()
    assert all(torch.equal(tensors[name], one) and tensors[name].dtype == one.dtype for name, one in TENSORS.items())


def test_there_is_nothing_to_go_on_from_at_the_start(tmp_path):
    assert checkpoint.read(tmp_path) is None


@pytest.mark.parametrize("kept", [0, 1, 7, 8, 40, 0.5, -1], ids=lambda kept: f"{kept} of it")
def test_a_torn_checkpoint_is_ignored(kept, tmp_path):
    checkpoint.write(tmp_path, TENSORS, ABOUT)
    file = tmp_path / checkpoint.FILE
    whole = file.read_bytes()

    file.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])

    assert checkpoint.read(tmp_path) is None


def test_a_file_that_is_no_checkpoint_is_ignored(tmp_path):
    (tmp_path / checkpoint.FILE).write_bytes(b"\x00" * 64)

    assert checkpoint.read(tmp_path) is None


def test_a_crash_while_writing_leaves_the_old_checkpoint(tmp_path):
    checkpoint.write(tmp_path, TENSORS, ABOUT)
    (tmp_path / f"{checkpoint.FILE}.partial").write_bytes(b"half")

    assert checkpoint.read(tmp_path)[1] == ABOUT
