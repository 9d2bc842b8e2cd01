"""Small networks learn faster on one thread, above all where others use the processor too."""

import pytest
import torch
from tests.models.conftest import pairs, tiny_encoder

__all__ = ["pairs", "tiny_encoder"]


@pytest.fixture(scope="package", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
