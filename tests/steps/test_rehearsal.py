"""An exam is asked of a service in calls that it can answer in time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.steps import rehearsal

LIMIT = 30.0  # seconds a service takes for an answer at most, else there is none


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(rehearsal, "time", made)
    return made


def answered(clock, rows, *, seconds_each=0.0, seconds_a_call=0.0):
    calls = []

    def ask(requests):
        calls.append((len(requests), seconds_a_call + seconds_each * len(requests)))
        clock.now += calls[-1][1]
        return [one["text"] for one in requests]

    return list(rehearsal.answers(ask, rows)), calls


def rows_of(texts):
    return [{"request": {"text": one}} for one in texts]


@pytest.mark.parametrize("seconds_each", [0.0, 0.133, 0.6, 1.5, 5.0])
def test_every_call_is_answered_in_time(clock, seconds_each):
    rows = rows_of(map(str, range(300)))

    made, calls = answered(clock, rows, seconds_each=seconds_each)

    assert [one for _, one in made] == [row["request"]["text"] for row in rows]
    assert max(seconds for _, seconds in calls) < LIMIT
    assert max(n for n, _ in calls) <= rehearsal.PER_CALL


def test_what_answers_many_as_soon_as_one_is_asked_for_many(clock):
    _, calls = answered(clock, rows_of(map(str, range(300))), seconds_a_call=4.0)

    assert [n for n, _ in calls][:5] == [4, 8, 16, 32, 50]


@given(st.lists(st.integers(0, 3 * rehearsal.CALL_BYTES // 2), max_size=20))
def test_calls_keep_to_the_bytes_and_no_row_is_lost(sizes):
    rows = rows_of("x" * size for size in sizes)
    asked = []

    def ask(requests):
        asked.append([len(one["text"]) for one in requests])
        return requests

    made = [row for row, _ in rehearsal.answers(ask, rows)]

    assert made == rows
    assert all(len(call) == 1 or sum(call) <= rehearsal.CALL_BYTES for call in asked)
