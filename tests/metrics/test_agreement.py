"""Agreement of reviewers, against values worked out by hand and from the cited sources."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.metrics import agreement

LABELS = st.sampled_from("abc")


def test_kappa_of_a_worked_example():
    """Cohen's arithmetic: 20 yes-yes, 15 no-no, 5 and 10 that differ; p = 0.7, expected 0.5."""
    ours = ["y"] * 25 + ["n"] * 25
    theirs = ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15

    assert agreement.cohen_kappa(ours, theirs) == pytest.approx(0.4)


def test_alpha_of_krippendorffs_example_with_gaps_and_four_people():
    """Krippendorff 2011, part C: 12 units, four observers, gaps; nominal alpha 0.743."""
    a, b = "1 2 3 3 2 1 4 1 2 * * *", "1 2 3 3 2 2 4 1 2 5 * 3"
    c, d = "* 3 3 3 2 3 4 2 2 5 1 *", "1 2 3 3 2 4 4 1 2 5 1 *"
    units = [[one for one in unit if one != "*"] for unit in zip(*(row.split() for row in (a, b, c, d)), strict=True)]

    assert agreement.krippendorff_alpha(units) == pytest.approx(0.743, abs=0.0005)


def test_who_was_alone_says_nothing_about_agreement():
    assert agreement.raw([["a"], ["b"]]) is None
    assert agreement.krippendorff_alpha([["a"], ["b"]]) is None
    assert agreement.cohen_kappa([], []) is None


@given(st.lists(st.lists(LABELS, min_size=2, max_size=4), min_size=1, max_size=12))
def test_agreement_is_one_exactly_where_all_agree_and_order_does_not_matter(units):
    all_agree = all(len(set(unit)) == 1 for unit in units)

    assert (agreement.raw(units) == 1) == all_agree
    assert (agreement.krippendorff_alpha(units) == 1) == all_agree
    assert agreement.krippendorff_alpha([unit[::-1] for unit in units[::-1]]) == pytest.approx(
        agreement.krippendorff_alpha(units)
    )
