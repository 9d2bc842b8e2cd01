"""The drill of `bench/drill_feedback.py`, in short: killed under load, nothing acknowledged is lost."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_no_acknowledged_feedback_is_lost_torn_or_there_twice():
    command = [sys.executable, "-m", "bench.drill_feedback", "2000", "3"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)

    assert "lost 0, duplicated 0, torn 0; file ok, audit trail intact" in done.stdout, done.stdout + done.stderr
    assert (done.returncode, done.stderr) == (0, "")
