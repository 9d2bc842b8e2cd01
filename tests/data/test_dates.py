from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.data import dates

DAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    "text",
    ["2026-03-04", "2026/3/4", "2026.03.04", "2026-03-04 10:22", "2026-03-04T10:22:01.5+08:00", "2026年3月4日",
     "2026年3月4日 10时22分", "4.3.2026", "04/03/2026 9:05 PM", "4 March 2026", "Mar 4, 2026",
     "Wed, 4 Mar 2026 10:00:00 +0000", "20260304", "1772620800", "1772620800000"],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(text):
    assert dates.parse(text) == DAY


@pytest.mark.parametrize(
    "text", ["12.50", "1.2.3", "2026-13-40", "hello", "1234", "19990231", "March", "2026.12", "+49 30 1234567", ""]
)
def test_what_is_no_day_is_none(text):
    assert dates.parse(text) is None


def test_the_order_of_day_and_month_is_told_from_all_values():
    assert dates.parse_all(["03/04/2026", "12/31/2026"]) == [date(2026, 3, 4), date(2026, 12, 31)]
    assert dates.parse_all(["03/04/2026", "31/12/2026"]) == [date(2026, 4, 3), date(2026, 12, 31)]
    assert dates.span(["03/04/2026", "05/06/2026"])["ambiguous"]


def test_a_span_counts_rows_by_a_fitting_unit():
    found = dates.span(["2026-01-05", "2026-01-06", "2026-05-01", "no date"])

    assert (found["first"], found["last"], found["unit"]) == ("2026-01-05", "2026-05-01", "month")
    assert found["periods"] == [("2026-01", 2), ("2026-05", 1)]


@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)))
def test_iso_dates_are_read_back(day):
    assert dates.parse(day.isoformat()) == day


@given(st.text(max_size=50))
def test_any_text_is_a_day_or_none(text):
    assert dates.parse(text) is None or isinstance(dates.parse(text), date)
