"""The console in front of a real service with a finished run."""

import re
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import httpx
import pytest
from tests.console.test_pages import sees

LAUNCH = """
import sys
from pathlib import Path
from luodi.serve.server import serve
serve([Path(sys.argv[1])], home=Path(sys.argv[2]), port=0, admin_port=0, say=lambda line: print(line, flush=True))
"""
PAGES = {"live": "Recent requests", "health": "Numbers", "review": "Agreement", "releases": "Champion",
         "try": "bundled examples", "report": "Open it"}  # fmt: skip


@pytest.fixture(scope="module")
def service(finished, tmp_path_factory):
    """A server process; it has answered some requests."""
    home = tmp_path_factory.mktemp("home")
    (bundle,) = (finished / ".luodi" / "deploy").iterdir()
    command = [sys.executable, "-c", LAUNCH, str(bundle), str(home)]
    with (
        (home / "errors").open("w") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        watchdog = threading.Timer(900, process.kill)
        watchdog.start()
        lines = [process.stdout.readline() for _ in range(5)]
        assert all(lines), (home / "errors").read_text()
        data, admin = (re.search(r"http://[\d.:]+", one)[0] for one in lines[:2])
        token = lines[2].removeprefix("token: ").strip()
        with httpx.Client(base_url=admin, headers={"authorization": f"Bearer {token}"}, timeout=30) as client:
            texts = [{"text": f"my bank card {n}"} for n in range(40)]
            assert client.post(f"{data}/predict", json=texts).status_code == 200
            yield SimpleNamespace(client=client, data=data, admin=admin, token=token, link=lines[4].split()[1])
        watchdog.cancel()
        process.terminate()


@pytest.fixture
def get(service):
    return lambda path: service.client.get(path).raise_for_status().json()


def test_a_scenario_says_its_verdict_as_the_run_did(get):
    about = get("/v1/tiny")

    assert about["kind"] == "classify" and about["labels"] == ["card", "refund"] and about["report"]
    assert about["verdict"]["met"] is True and about["verdict"]["word"] == "MET"
    assert [one["metric"] for one in about["verdict"]["checks"]] == ["classification.macro_f1", "cost.p95_ms"]
    assert about["examples"][0]["text"]


def test_traffic_counts_what_was_answered(get):
    for _ in range(50):
        found = get("/v1/tiny/traffic?minutes=15")
        if sum(one["requests"] for one in found["buckets"]) == 40:
            break
        time.sleep(0.1)

    assert sum(one["requests"] for one in found["buckets"]) == 40
    busy = [one for one in found["buckets"] if one["requests"]]
    assert all(0 < one["p50_ms"] <= one["p95_ms"] for one in busy)
    assert found["labels"][0]["label"] == "card" and found["labels"][0]["share"] == 1.0


@pytest.mark.parametrize("minutes", ["0", "x", "3601", "-5", "１５"])
def test_minutes_that_are_none_are_refused_with_a_remedy(service, minutes):
    answer = service.client.get("/v1/tiny/traffic", params={"minutes": minutes})

    assert answer.status_code == 400 and answer.json()["fix"]


def test_the_report_comes_under_a_policy_that_runs_nothing(service):
    answer = service.client.get("/v1/tiny/report?lang=zh")

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "unsafe" not in policy
    assert re.search(r'id="say-zh"[^>]* checked>', answer.text) and not re.search(
        r'id="say-en"[^>]* checked', answer.text
    )


@pytest.mark.parametrize("listener", ["data", "admin"])
def test_an_explanation_adds_up_and_lies_in_the_text(service, listener):
    answer = service.client.post(f"{getattr(service, listener)}/explain", json={"text": "  my lost   card "}).json()

    text = answer["text"]
    assert text == "my lost card" and answer["label"] == "card" and answer["method"] in {"weights", "occlusion"}
    assert all(text[one["start"] : one["end"]] == one["text"] for one in answer["tokens"])
    assert max(answer["tokens"], key=lambda one: one["weight"])["text"] == "card"


def test_another_label_may_be_asked_for_and_an_unknown_one_is_refused(service):
    asked = {"text": "my lost card"}

    other = service.client.post("/explain?label=refund", json=asked).json()
    unknown = service.client.post("/explain?label=nothing", json=asked)

    assert other["label"] == "refund" and min(other["tokens"], key=lambda one: one["weight"])["text"] == "card"
    assert unknown.status_code == 422 and unknown.json()["fix"]


def test_what_is_only_tried_is_neither_kept_nor_counted(service, get):
    before = len(get("/v1/tiny/requests?limit=500")["requests"])

    for _ in range(3):
        service.client.post("/explain", json={"text": "a secret card"})

    assert len(get("/v1/tiny/requests?limit=500")["requests"]) == before


def test_the_link_that_the_service_prints_opens_every_page_without_a_complaint(browser, service):
    wrong, asked = [], []
    with browser.new_context(locale="en-GB") as context:
        page = context.new_page()
        page.on("console", lambda one: wrong.append(one.text) if one.type in {"error", "warning"} else None)
        page.on("pageerror", lambda one: wrong.append(str(one)))
        page.on("request", lambda one: asked.append(one.url))
        page.goto(service.link)
        sees(page, "Waits for you")
        assert service.token not in page.url

        for name, text in PAGES.items():
            page.goto(f"{service.admin}/#/s/tiny/{name}")
            sees(page, text)
        assert page.frame_locator("iframe.report").get_by_text("Met").first.is_visible()
        page.goto(f"{service.admin}/#/s/tiny/try")
        page.get_by_role("button", name="card").first.click()
        sees(page, "What speaks for")
        page.goto(f"{service.admin}/#/keys")
        page.get_by_label("Name").fill("<b>help desk</b>")
        page.get_by_role("button", name="Make a key").click()
        sees(page, "It is never shown again.")
        assert page.get_by_label("The key").input_value().startswith("luodi_")
        page.goto(f"{service.admin}/#/audit")
        sees(page, "The chain is intact.")

    assert wrong == [] and {one for one in asked if not one.startswith(service.admin)} == set()


def test_a_page_of_another_site_may_neither_frame_nor_change_anything(service):
    wanted = {"name": "x", "scopes": ["admin"]}
    with httpx.Client(base_url=service.admin) as client:  # keeps the cookie, as a browser does
        assert client.post("/session", json={"key": service.token}).status_code == 200
        foreign = {"origin": "http://evil.example", "luodi-csrf": "1"}

        answers = [client.post("/keys", json=wanted, headers=one) for one in ({}, foreign, {"origin": service.admin})]

        assert {one.status_code for one in answers} == {403}
        assert "frame-ancestors 'none'" in client.get("/").headers["content-security-policy"]
