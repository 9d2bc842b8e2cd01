"""A packed bundle, and what its Containerfile says."""

import re
from pathlib import Path

import pytest

from luodi.deploy.pack import pack


@pytest.fixture(scope="session")
def bundle_of(finished):
    (path,) = (finished / ".luodi" / "deploy").iterdir()
    return path


@pytest.fixture(scope="session")
def packed(bundle_of, tmp_path_factory):
    """The folder, and what was filled in."""
    folder = tmp_path_factory.mktemp("packed") / "out"
    return folder, pack(bundle_of, folder)


@pytest.fixture(scope="session")
def instructions():
    """Return a function that reads a Containerfile: its instructions, lines that go on joined, comments left out."""

    def read(path: Path) -> list[tuple[str, str]]:
        text = re.sub(r"^#.*\n", "", path.read_text(), flags=re.M).replace("\\\n", " ")
        return [(line.split()[0], line.partition(" ")[2].strip()) for line in text.splitlines() if line.strip()]

    return read
