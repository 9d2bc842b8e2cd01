"""The description, and schemathesis, which calls all that it describes in every way it can think of."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKS = ",".join([
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "missing_required_header", "unsupported_method",
    "ignored_auth",
])  # fmt: skip


# A call with a timeout of 1 ms is answered with 504, one with 257 texts with 413, and one that does not fit what there
# is (a key that came with another body, a scenario without data) with 409: all as they should be. Headers and
# parameters that nobody described are let pass, as everywhere.
CONFIG = """
[generation]
allow-extra-parameters = false
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 503, 504]
[checks.negative_data_rejection]
expected-statuses = [400, 401, 404, 405, 409, 413, 422, 431, 503, 504]
"""


def fuzz(url: str, folder: Path, *, n_examples: int, phases: str, seed: int = 7) -> str:
    """Run schemathesis over a service; return what it said. It ends with an error where it found one."""
    (folder / "schemathesis.toml").write_text(CONFIG)
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json", "--no-color",
        "--header", "Authorization: Bearer a-token-for-the-tests", "--checks", CHECKS, "--phases", phases,
        "--max-examples", str(n_examples), "--seed", str(seed), "--generation-database", "none",
    ]  # fmt: skip
    environment = os.environ | {"COLUMNS": "120"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert done.returncode == 0, _short(done.stdout) + done.stderr[-2000:]
    return done.stdout


def test_no_call_that_the_description_allows_or_forbids_finds_a_fault(server, tmp_path):
    fuzz(server.url, tmp_path, n_examples=10, phases="examples,fuzzing")


def _short(said: str) -> str:
    return "\n".join(line[:300] for line in said.splitlines())[-8_000:]


@pytest.mark.slow
@pytest.mark.parametrize("listener", ["data", "admin"])
def test_nor_do_twenty_thousand_of_them(server, tmp_path, listener):
    url = server.url if listener == "data" else server.admin_url

    fuzz(url, tmp_path, n_examples=4_000, phases="examples,coverage,fuzzing")


def test_every_route_has_an_example_and_says_what_it_refuses(client):
    document = client.get("/openapi.json").json()

    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            assert {"401", "404", "405", "421", "503"} <= set(responses), (method, path)
            for response in responses.values():
                for content in response.get("content", {}).values():
                    assert "example" in content, (method, path)
