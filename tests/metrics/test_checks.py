"""What checks find against written texts, as a share with an interval."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from luodi.metrics import checks

FLAGS = st.lists(st.lists(st.sampled_from(["number", "name"]), max_size=2), min_size=1, max_size=40)


@given(FLAGS)
@example([["number"]] * 5)
def test_the_share_lies_in_its_interval_and_the_order_of_texts_does_not_matter(flags):
    found = checks.interval(flags)

    assert 0 <= found["low"] <= found["value"] <= found["high"] <= 1
    assert checks.interval(flags[::-1]) == found


@pytest.mark.parametrize(
    ("n", "low"),
    [pytest.param(10, 0.7225, id="ten"), pytest.param(189, 0.9801, id="as many as a target of 0.98 takes")],
)
def test_texts_without_a_finding_show_no_more_than_their_number_can(n, low):
    # the lower end of Wilson's interval of n among n is n / (n + 1.96²)
    assert checks.interval([()] * n) == {"value": 1.0, "low": pytest.approx(low, abs=1e-4), "high": 1.0}


def test_two_findings_in_one_text_are_one_text():
    assert checks.faithfulness(None, [("name", "number"), ()]) == 0.5


def test_only_what_is_written_is_checked():
    assert checks.measured_for("generate") == ("checks.faithfulness",)
    assert checks.measured_for("classify") == ()
