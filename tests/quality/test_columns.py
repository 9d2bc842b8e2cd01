import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.quality.columns import HEAVY, MOST_EXACT, Column, Distinct, quantiles


def column(values, name="one"):
    made = Column(name)
    for value in values:
        made.add(value)
    return made


def kind(values):
    return column(values).describe(values)["type"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([f"Message {n} about a late parcel" for n in range(50)], "text", id="sentences"),
        pytest.param([f"第{n}条评论写得很长也没有空格" for n in range(50)], "text", id="Chinese without spaces"),
        pytest.param(["mail", "chat", "phone"] * 20, "category", id="few values"),
        pytest.param([str(n * 3.5) for n in range(60)], "number", id="numbers"),
        pytest.param(["1", "5", "4", "2", "3"] * 20, "number", id="stars"),
        pytest.param([str(1000 + n) for n in range(60)], "id", id="numbers that count up"),
        pytest.param([f"K{n:05}" for n in range(60)], "id", id="codes"),
        pytest.param([f"C{n % 40:05}" for n in range(60)], "id", id="codes that come again"),
        pytest.param([f"0{n}" for n in range(100, 160)], "id", id="digits with a leading zero"),
        pytest.param([f"2026-01-{n % 28 + 1:02}" for n in range(60)], "date", id="dates"),
        pytest.param([f"{n % 28 + 1}.3.2026 10:00" for n in range(60)], "date", id="German dates"),
        pytest.param(["true", "False"] * 20, "boolean", id="true or false"),
        pytest.param(["是", "否"] * 20, "boolean", id="yes or no in Chinese"),
        pytest.param([f"https://example.com/{n}" for n in range(60)], "url", id="links"),
        pytest.param([["a", "b"], ["a"]] * 20, "list", id="lists"),
        pytest.param(["same"] * 20, "constant", id="one value"),
        pytest.param(["", None, " "], "empty", id="nothing"),
    ],
)
def test_a_column_has_a_type(values, expected):
    assert kind(values) == expected


def test_a_few_typing_mistakes_do_not_change_a_type():
    assert kind([f"2026-01-{n % 28 + 1:02}" for n in range(99)] + ["soon"]) == "date"


def test_missing_cells_are_counted_by_the_way_they_are_written():
    described = column(["a", "", "  ", None, "N/A", "NULL", "null ", "--", "无"]).describe([])

    assert described["missing"] == {"empty": 2, "null": 2, "N/A": 1, "NULL": 1, "--": 1, "无": 1}
    assert described["n_missing"] == 8


def test_very_many_values_are_estimated_in_bounded_memory_and_the_frequent_ones_stay_exact():
    made = column(
        [*("often" for _ in range(500)), *(f"value {n}" for n in range(MOST_EXACT + 20_000)), *["often"] * 500]
    )

    assert len(made.counts) <= HEAVY
    assert abs(made.n_distinct / (MOST_EXACT + 20_001) - 1) < 0.06
    assert made.top(1) == [("often", 1_000)]


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 30_000))
def test_the_estimate_is_near_the_truth(n):
    found = Distinct()
    for value in range(n):
        found.add(str(value))

    assert abs(found.estimate() - n) <= max(3, 0.08 * n)


def test_long_values_are_told_apart_and_shown():
    made = column(["x" * 100 + "a", "x" * 100 + "b", "x" * 100 + "b"])

    assert made.n_distinct == 2
    assert made.top(1)[0] == (("x" * 100 + "b")[:200], 2)


@given(st.dictionaries(st.integers(0, 1_000), st.integers(1, 50), min_size=1, max_size=30))
def test_quantiles_are_values_that_came_and_do_not_fall(counts):
    found = list(quantiles(counts).values())

    assert set(found) <= set(counts)
    assert found == sorted(found)
    assert found[-1] == max(counts)
