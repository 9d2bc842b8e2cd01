"""A bundle to answer with."""

import pytest

from luodi.bundle import open_bundle


@pytest.fixture(scope="session")
def bundle(finished):
    (path,) = (finished / ".luodi" / "deploy").iterdir()
    return open_bundle(path)
