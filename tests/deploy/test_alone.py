"""A machine with `luodi[serve]` and a bundle, and nothing else: no torch, no scipy, no scikit-learn."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import urllib.request
from importlib import metadata
from pathlib import Path

import pytest

from luodi.deploy.pack import pack

ROOT = Path(__file__).parents[2]
NEVER = {"torch", "scipy", "scikit-learn", "transformers", "nncf", "pandas", "implicit", "sentencepiece"}
SECONDS = 60.0


def closure(requirements, extras=()):
    """Return the names of everything that these requirements bring, as the packages that are installed here say."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    found, waiting = set(), [(Requirement(one), tuple(extras)) for one in requirements]
    while waiting:
        one, of = waiting.pop()
        if one.marker and not any(one.marker.evaluate({"extra": extra}) for extra in (*of, "")):
            continue
        key = (canonicalize_name(one.name), tuple(sorted(one.extras)))
        if key in found:
            continue
        found.add(key)
        try:
            needs = metadata.requires(one.name) or []
        except metadata.PackageNotFoundError:
            pytest.skip(f"{one.name} is not installed here, so that nobody can say what it brings")
        waiting += [(Requirement(need), tuple(one.extras)) for need in needs]
    return {name for name, _ in found}


def test_what_serving_needs_brings_no_training_framework():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]

    brought = closure([*project["dependencies"], *extras["serve"], *extras["postgres"]])

    assert {"openvino", "numpy", "starlette"} <= brought
    assert not NEVER & brought
    assert "torch" in closure(["torch"]) and len(closure(["pydantic"])) > 3  # it does follow


@pytest.fixture(scope="module")
def installed(finished, instructions, tmp_path_factory):
    """The packed folder after the commands of its Containerfile, run here, in a folder of their own."""
    root = tmp_path_factory.mktemp("alone")
    run(root, "build", f"{sys.executable} -m pip wheel --quiet --no-deps --wheel-dir {root} {ROOT}")
    (wheel,) = root.glob("luodi-*.whl")
    (bundle,) = (finished / ".luodi" / "deploy").iterdir()
    pack(bundle, root / "packed", wheel=wheel)
    (root / "packed" / "requirements.txt").rename(root / "packed" / "as-packed.txt")
    pins = f"-c {ROOT / 'constraints.txt'}\n"
    (root / "packed" / "requirements.txt").write_text(pins + (root / "packed" / "as-packed.txt").read_text())
    steps = instructions(root / "packed" / "Containerfile")
    for command in [value for name, value in steps if name == "RUN" and "/opt/luodi" in value]:
        run(root / "packed", "install", command.replace("/opt/luodi", str(root / "venv")).replace("--no-cache-dir", ""))
    return root, dict(steps)


def run(folder, what, command):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = command.replace("python -m venv", f"{sys.executable} -m venv")
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode and re.search("Could not find a version|connection|Temporary failure", done.stderr, re.I):
        pytest.skip(f"to {what} takes a package index: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.net
def test_the_container_s_commands_install_no_training_framework(installed):
    root, _ = installed
    listed = subprocess.run(
        [root / "venv/bin/python", "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    )

    names = {one["name"].lower() for one in json.loads(listed.stdout)}

    assert {"luodi", "openvino", "psycopg"} <= names
    assert not NEVER & names


@pytest.mark.slow
@pytest.mark.net
def test_the_container_s_command_serves_the_bundle_from_a_folder_that_nobody_can_write(installed, tmp_path):
    root, last = installed
    entry, words = json.loads(last["ENTRYPOINT"]), json.loads(last["CMD"])
    served = shutil.copytree(root / "packed" / "bundle", tmp_path / "read-only" / "bundle")
    before = sorted(served.rglob("*"))
    for one in [served, *before]:
        one.chmod(0o500 if one.is_dir() else 0o400)
    swapped = {"/srv/luodi/bundle": str(served), "/var/lib/luodi": str(tmp_path / "home"), "8700": "0"}
    command = [str(root / "venv" / "bin" / entry[0]), *(swapped.get(one, one) for one in words), "--admin-port", "0"]
    token = "a-token-for-this-test"
    environment = {"PATH": "/usr/bin:/bin", "LUODI_TOKEN": token, "PYTHONDONTWRITEBYTECODE": "1"}
    (tmp_path / "empty").mkdir()

    with subprocess.Popen(
        command, cwd=tmp_path / "empty", env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            port = port_of(process)
            probe = json.loads(last["HEALTHCHECK"].partition("CMD")[2])[-1].replace("8700", port)
            subprocess.run([root / "venv/bin/python", "-c", probe], check=True, timeout=SECONDS)
            ask = urllib.request.Request(
                f"http://127.0.0.1:{port}/predict",
                data=b'{"text": "the bank card was stolen"}',
                headers={"authorization": f"Bearer {token}"},
            )
            answer = json.load(urllib.request.urlopen(ask, timeout=SECONDS))
        finally:
            process.terminate()
            process.communicate(timeout=SECONDS)

    assert answer["label"] == "card"
    assert process.returncode == 0
    assert not list((tmp_path / "empty").iterdir())
    assert sorted(served.rglob("*")) == before  # root may write where nobody may


def port_of(process) -> str:
    until = time.monotonic() + SECONDS
    said = ""
    while time.monotonic() < until:
        line = process.stdout.readline()
        said += line
        if found := re.search(r"listens on http://\S+:(\d+)", line):
            return found[1]
        if not line:
            break
    raise AssertionError(said)
