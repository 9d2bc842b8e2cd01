"""The door of the page: its address and nobody else's, and no decision about what was not asked."""

import httpx
import pytest

from luodi.data import corrections

GOOD = {"key": "0" * 32, "given": "refund", "decided": "accepted", "corrected": "card"}


@pytest.fixture
def client(served):
    with httpx.Client(base_url=served.address, headers={"Origin": served.address}) as client:
        assert client.get(served.url).status_code == 200
        yield client


def test_who_has_the_address_gets_in_and_keeps_a_cookie_that_no_script_reads(client, served):
    cookie = httpx.get(served.url).headers["set-cookie"].lower()

    assert "httponly" in cookie and "samesite=strict" in cookie
    assert client.get("/state").json()["wrong"] == 6


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Cookie": "luodi_review=wrong"}, id="another token"),
        pytest.param({"Host": "evil.example"}, id="another name"),
        pytest.param({"Origin": "http://evil.example"}, id="a page of another site"),
    ],
)
def test_nobody_else_gets_in(client, served, headers):
    answer = client.post("/decide", json=GOOD, headers=headers)

    assert answer.status_code == 403
    assert not served.path.exists()


def test_without_the_token_there_is_nothing_to_see(served):
    assert {httpx.get(served.address + path).status_code for path in ("/", "/state", "/page.js")} == {403}


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"key": "f" * 32}, id="a row that is no suspect"),
        pytest.param({"decided": "maybe"}, id="no decision"),
        pytest.param({"corrected": "nonsense"}, id="no label"),
        pytest.param({"corrected": 1}, id="no text"),
        pytest.param({"more": ""}, id="more than was asked"),
    ],
)
def test_what_cannot_be_meant_is_refused(client, served, changed):
    answer = client.post("/decide", json=GOOD | changed)

    assert answer.status_code == 422 and answer.json()["detail"]
    assert not served.path.exists()


@pytest.mark.parametrize("body", [b"", b"[", b"[" * 10_000, b'"text"', b"\xff"])
def test_what_is_no_decision_at_all_is_refused(client, body):
    assert client.post("/decide", content=body).status_code == 422


def test_a_body_without_end_is_cut_off(client):
    assert client.post("/decide", content=b"x" * 100_000).status_code == 413


def test_a_decision_is_kept_without_formulas(client, served):
    assert client.post("/decide", json=GOOD).status_code == 200

    (made,) = corrections.read(served.path)
    assert (made.decided, made.corrected, made.where) == ("accepted", "card", "data.csv:2")


def test_every_answer_forbids_scripts_of_others(client):
    for path in ("/", "/state", "/page.css"):
        policy = client.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
