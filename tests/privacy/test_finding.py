"""Findings that overlap are settled."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from luodi.privacy.finding import Finding, without_overlaps

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12), st.sampled_from([0.4, 0.7, 1.0])), max_size=20)


def findings(spans) -> list[Finding]:
    return [
        Finding(kind="phone", start=start, end=start + length, value="x" * length, score=score)
        for start, length, score in spans
    ]


@given(SPANS)
def test_what_is_kept_never_overlaps_and_stands_in_order(spans):
    kept = without_overlaps(findings(spans))

    assert all(one.end <= other.start for one, other in itertools.pairwise(kept))


@given(SPANS)
def test_whatever_is_dropped_overlaps_something_at_least_as_sure(spans):
    given_ = findings(spans)

    kept = without_overlaps(given_)

    for lost in (one for one in given_ if one not in kept):
        assert any(one.start < lost.end and lost.start < one.end and one.score >= lost.score for one in kept)


def test_of_two_that_are_as_sure_the_longer_one_stays():
    short, long = findings([(4, 3, 0.7), (0, 9, 0.7)])

    assert without_overlaps([short, long]) == [long]
