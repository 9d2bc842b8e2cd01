"""The drill of `bench/drill_feedback.py`, in short: killed under load, nothing acknowledged is lost."""

import pytest
from bench.drill_feedback import main


@pytest.mark.slow
def test_no_acknowledged_feedback_is_lost_torn_or_there_twice(capsys):
    assert main(2_000, 3) == 0

    assert "lost 0, duplicated 0, torn 0; file ok, audit trail intact" in capsys.readouterr().out
