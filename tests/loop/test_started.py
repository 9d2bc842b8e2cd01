"""A challenge that is started over HTTP runs in a process of its own, one at a time."""

import os
import re
import subprocess
import sys
import time

import httpx
import pytest


@pytest.mark.slow
def test_a_challenge_is_started_once_and_listed_when_it_is_over(done):
    environment = os.environ | {"LUODI_TOKEN": "a-token-for-the-tests"}
    command = [sys.executable, "-m", "luodi", "serve", str(done), "--port", "0", "--admin-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        urls = [re.search(r"http://\S+", process.stdout.readline()).group() for _ in range(2)]
        with httpx.Client(
            base_url=urls[1], headers={"authorization": "Bearer a-token-for-the-tests"}, timeout=60
        ) as admin:
            first, second = admin.post("/challenges", json={}), admin.post("/challenges", json={})
            for _ in range(600):
                listed = admin.get("/challenges").json()
                if not listed["running"]:
                    break
                time.sleep(0.2)
            audited = admin.get("/audit").json()["entries"]
        process.terminate()

    assert (first.status_code, second.status_code) == (202, 409)
    assert listed == {"challenges": [], "running": False}
    log = (done / ".luodi" / "challenges" / "last.log").read_text()
    assert "nothing was reviewed that a challenger could learn from" in log
    assert "challenge.start" in {one["action"] for one in audited}
