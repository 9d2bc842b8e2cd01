"""`luodi pack`: every file of the folder is checked as far as can be without whatever would run it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from luodi.bundle import read_bundle
from luodi.commands.serve import COMMAND as SERVE
from luodi.deploy.pack import FILES, numbers, pack
from luodi.errors import DataError
from luodi.serve.routes import all_routes

ROOT = Path(__file__).parents[2]


def check_serve_command(words: list[str]) -> dict[str, str]:
    """See that `luodi serve` knows these options; return them."""
    assert words[0] == "serve"
    context = SERVE.make_context("serve", list(words[1:]))  # raises for an option that is not there
    return {name: str(value) for name, value in context.params.items()}


def open_paths() -> set[str]:
    return {route.path for route in all_routes() if route.scope == "open" and "data" in route.listeners}


def test_the_folder_holds_the_bundle_and_all_files(packed):
    folder, filled = packed

    names = {name.format(unit=filled["unit"]) for name in FILES}
    assert {one.name for one in folder.iterdir()} == names | {"bundle"}
    assert read_bundle(folder / "bundle").about["scenario"] == "tiny"
    assert not [one for one in folder.iterdir() if one.is_file() and re.search(r"\{[{%]|Undefined", one.read_text())]


def test_memory_is_the_measured_one_with_room_for_two_releases(bundle_of):
    measured = json.loads((bundle_of / "measured.json").read_text())["memory_mb"]

    filled = numbers("a", bundle_of)

    assert measured < filled["memory_high"] < measured + 300
    assert 2 * measured < filled["memory_limit"] < 2 * measured + 300


def test_a_bundle_that_runs_under_onnx_runtime_asks_for_it(bundle_of, tmp_path):
    bundle = shutil.copytree(bundle_of, tmp_path / "bundle")
    deep = bundle / "model" / "deep"
    deep.mkdir()
    (deep / "session.json").write_text('{"engine": "engine_onnx"}')

    assert numbers("a", bundle_of)["extras"] == "serve,postgres"
    assert numbers("a", bundle)["extras"] == "serve,postgres,onnx"


@pytest.mark.parametrize(
    ("scenario", "name"),
    [("Support Tickets", "support-tickets"), ("客服工单", "scenario"), ("a;b$(c)\n", "a-b-c"), ("x" * 80, "x" * 40)],
)
def test_a_name_is_one_that_every_file_can_hold(bundle_of, scenario, name):
    assert numbers(scenario, bundle_of)["name"] == name


def test_a_folder_that_holds_something_is_left_alone(refused, finished, packed):
    assert "something in this folder already" in refused("pack", finished, "--out", packed[0])


def test_what_is_no_wheel_is_refused(bundle_of, tmp_path):
    with pytest.raises(DataError, match="no wheel"):
        pack(bundle_of, tmp_path / "out", wheel=tmp_path / "x.whl")


def test_the_command_says_what_it_filled_in(luodi, finished, tmp_path):
    told = luodi("pack", finished, "--out", tmp_path / "out")

    assert told.out.startswith("packed tiny (")
    assert json.loads(luodi("pack", finished, "--out", tmp_path / "again", "--json").out)["unit"] == "luodi-tiny"


def test_the_requirements_are_extras_that_exist_and_hold_no_torch(packed):
    (line,) = (packed[0] / "requirements.txt").read_text().splitlines()
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]

    found = re.fullmatch(r"luodi\[([\w,]+)\]==\S+", line)

    assert found and set(found[1].split(",")) <= set(known)
    assert not {"train", "rec", "dev"} & set(found[1].split(","))


def test_the_container_runs_as_nobody_and_serves_what_it_copied(packed, instructions):
    steps = instructions(packed[0] / "Containerfile")
    last = dict(steps)  # of several, the last counts

    assert next(value for name, value in steps if name == "FROM").endswith(" AS build")
    assert last["USER"] == "10001:10001"
    for name, value in steps:
        if name == "COPY" and not value.startswith("--from"):
            assert (packed[0] / value.split()[0]).exists(), value
    options = check_serve_command(json.loads(last["CMD"]))
    copied = [value.split()[-1] for name, value in steps if name == "COPY"]
    assert f"{options['folder']}/" in copied
    assert options["home"] == last["VOLUME"]
    assert options["port"] == last["EXPOSE"].split()[0]
    assert json.loads(last["ENTRYPOINT"]) == ["luodi"]


def test_the_container_is_healthy_when_it_has_just_predicted(packed, instructions):
    last = dict(instructions(packed[0] / "Containerfile"))

    command = json.loads(last["HEALTHCHECK"].partition("CMD")[2])

    assert re.search(r"http://127\.0\.0\.1:8700(/[\w/]+)", command[-1])[1] in open_paths() & {"/health/ready"}
    compile(command[-1], "healthcheck", "exec")


def test_nothing_but_what_is_copied_is_sent_to_the_builder(packed, instructions):
    lines = (packed[0] / ".dockerignore").read_text().split()

    needed = {
        value.split()[0].strip("/") for name, value in instructions(packed[0] / "Containerfile") if name == "COPY"
    }
    assert lines[0] == "*"
    assert {one for one in needed if not one.startswith("--")} <= {line[1:] for line in lines[1:]}


def test_the_unit_serves_what_its_first_lines_install(packed):
    folder, filled = packed
    text = (folder / f"{filled['unit']}.service").read_text()
    settings = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))

    program, *words = shlex.split(settings["ExecStart"])

    options = check_serve_command(words)
    assert program == "/opt/luodi/bin/luodi" and "/opt/luodi/bin/pip install -r requirements.txt" in text
    assert options["home"] == f"/var/lib/{settings['StateDirectory']}"
    assert f"cp -r bundle {Path(options['folder']).parent}/" in text
    assert f"> {settings['EnvironmentFile']}" in text
    assert settings["MemoryMax"] == f"{filled['memory_limit']}M"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_finds_nothing_to_object_to_and_little_exposed(packed, tmp_path):
    folder, filled = packed
    name = f"{filled['unit']}.service"
    text = (folder / name).read_text().replace("/opt/luodi/bin/luodi", sys.executable)  # a program that is there
    (tmp_path / name).write_text(text)

    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True, check=False
    )
    exposed = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(tmp_path / name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert name not in verified.stderr, verified.stderr
    if exposed.returncode and "exposure" not in exposed.stdout:
        pytest.skip(f"this systemd cannot judge a file: {exposed.stderr.strip()}")
    assert float(re.search(r"exposure level[^:]*: ([\d.]+)", exposed.stdout)[1]) <= 2.0, exposed.stdout


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
def test_nginx_accepts_its_configuration(packed, tmp_path):
    text = (packed[0] / "nginx.conf").read_text().replace("server luodi:", "server 127.0.0.1:")
    (tmp_path / "nginx.conf").write_text(text.replace("/run/nginx.pid", str(tmp_path / "pid")))
    (tmp_path / "tls").mkdir()
    key, certificate = tmp_path / "tls" / "key.pem", tmp_path / "tls" / "cert.pem"
    make = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 1 -keyout"
    subprocess.run([*make.split(), key, "-out", certificate], check=True, capture_output=True)

    told = subprocess.run(
        ["nginx", "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"], capture_output=True, text=True, check=False
    )

    assert told.returncode == 0, told.stderr


def test_the_proxy_passes_on_only_the_data_listener(packed):
    text = (packed[0] / "nginx.conf").read_text()

    assert text.count("{") == text.count("}")
    assert "luodi:8700" in text and "8701" not in text
    assert "location = /metrics" in text


@pytest.mark.skipif(os.name != "posix", reason="permissions as of POSIX")
def test_a_packed_bundle_can_be_read_by_the_other_user_who_serves_it(bundle_of, tmp_path):
    private = [one for one in bundle_of.rglob("*.safetensors") if one.stat().st_mode & 0o077 == 0]
    assert private  # as that library writes them: else this would show nothing

    pack(bundle_of, tmp_path / "out")

    bundle = tmp_path / "out" / "bundle"
    assert read_bundle(bundle).examples
    closed = [one for one in bundle.rglob("*") if one.stat().st_mode & (0o005 if one.is_dir() else 0o004) == 0]
    assert not closed
