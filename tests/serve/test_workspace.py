"""One process for several scenarios, and where its ports are taken."""

import http.client
import socket
import time
from contextlib import closing

import pytest
from click.testing import CliRunner
from tests.serve.conftest import a_bundle, running

from luodi.cli import main
from luodi.errors import SetupError
from luodi.serve.port import bind

SEVERAL = """
import sys
from pathlib import Path
from luodi.serve.server import serve
serve([Path(one) for one in sys.argv[1:]], home=Path(".luodi"), port=0, admin_port=0,
      say=lambda line: print(line, flush=True))
"""


def test_several_scenarios_answer_each_under_its_name(tmp_path, bundle_path):
    other = a_bundle(tmp_path / "other", scenario="returns")
    with (
        running(SEVERAL, bundle_path, other, cwd=tmp_path, env={"LUODI_TOKEN": "a-token-for-the-tests"}) as server,
        server.client() as client,
    ):
        first = client.post("/v1/tickets/predict", json={"text": "a"}).json()
        second = client.post("/v1/returns/predict", json={"text": "a"}).json()
        alone = client.post("/predict", json={"text": "a"})
        listed = client.get("/v1").json()["scenarios"]
        described = client.get("/openapi.json").json()["paths"]
        admin = client.get(server.admin_url + "/health/ready")
        predict_there = client.post(server.admin_url + "/v1/tickets/predict", json={"text": "a"})

    assert server.lines[0] == f"tickets, returns listen on {server.url}"
    assert first["release"] != second["release"]
    assert {one["name"]: one["release"] for one in listed} == {
        "tickets": first["release"],
        "returns": second["release"],
    }
    assert alone.status_code == 404
    assert {"/v1/tickets/predict", "/v1/returns/predict"} <= set(described)
    assert (admin.status_code, predict_there.status_code) == (200, 404)


def test_a_folder_without_a_finished_run_is_told_what_to_do(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "scenario.toml").write_text("name = 7")

    done = CliRunner().invoke(main, ["serve", str(tmp_path)])

    assert done.exit_code == 2
    assert "no scenario in this folder has a finished run" in done.output


def test_a_port_in_use_names_the_process_that_has_it():
    with closing(bind("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SetupError) as error:
            bind("127.0.0.1", port, option="--admin-port")

    assert f"port {port} is in use by " in error.value.what
    assert error.value.fix == f"choose another: --admin-port {port + 1}"


def test_a_service_that_drains_answers_what_is_on_its_way_and_says_that_it_is_not_ready(slow_server):
    with slow_server(0.4) as server:
        kept, busy = (http.client.HTTPConnection("127.0.0.1", server.port, timeout=10) for _ in range(2))
        half = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        with closing(kept), closing(busy), half:
            kept.request("GET", "/health/ready")
            assert kept.getresponse().read()
            busy.request("POST", "/predict", b'{"text": "a"}', {"authorization": "Bearer a-token-for-the-tests"})
            half.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n")
            time.sleep(0.1)
            server.process.terminate()
            time.sleep(0.1)
            kept.request("GET", "/health/ready")
            ready = kept.getresponse()
            assert (ready.status, ready.headers["connection"]) == (503, "close") and ready.read()
            half.sendall(b"\r\n")
            assert half.recv(4096).startswith(b"HTTP/1.1 200 ")
            assert busy.getresponse().status == 200
            assert server.process.wait(15) == 0
