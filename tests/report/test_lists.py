"""What a report says of lists beside being right, in both languages, and what it leaves out where nothing was found."""

import pytest

from luodi.report import lists
from luodi.report.blocks import View

FACTS = {
    "beyond": {
        "coverage": 0.32, "novelty": 6.0, "diversity": 0.85, "gini": 0.93, "popularity": 183.0,
        "revenue_per_1000": 10_514.0, "exposure": {"house": {"exposure": 0.66, "merit": 0.68}},
        "fame": {"n_items": 50, "visitors": {"5–19 events": {"n": 166, "shown": 0.99, "wanted": 0.45},
                                             "new": {"n": 19, "shown": 1.0, "wanted": 0.49}}},
    },
    "item_ages": {"never seen": {"n": 4, "recall_at_50": {"value": 0.1, "low": 0.0, "high": 0.3},
                                 "shown": 0.01, "wanted": 0.2}},
    "ab_test": {"rate": 0.508, "lift": 0.05, "n_per_arm": 6066, "days": 140, "per_day": 88.6},
    "off_policy": {"n": 7800, "worth": 12.0, "logged": {"value": 0.083, "low": 0.077, "high": 0.089},
                   "dr": {"value": 0.153, "low": 0.150, "high": 0.156}},
}  # fmt: skip


def a_view(facts, language="en"):
    return View(about={"steps": {"evaluate": {"facts": facts}}}, language=language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_coverage_ages_bias_and_exposure_each_have_a_table(language):
    made = lists.lists(a_view(FACTS, language))

    pairs, ages, fame, exposure = made.blocks
    assert len(pairs.pairs) == 5 and "32%" in made.lead
    assert ages.rows[0][-3:] == ["1%", "20%", "4"]
    assert [row[1] for row in fame.rows] == ["100%", "99%"]
    assert exposure.rows == [["house", "66.0%", "68.0%"]]


def test_our_own_groups_are_named_in_the_language_of_the_page():
    made = lists.lists(a_view(FACTS, "zh"))

    assert made.blocks[1].rows[0][0] == "从未出现" and made.blocks[2].rows[0][0] == "新访客"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_plan_of_a_test_says_how_many_visitors_and_days(language):
    assert "6,066" in lists.ab_plan(a_view(FACTS, language)).lead


def test_few_impressions_are_called_a_hint():
    made = lists.off_policy(a_view(FACTS))

    assert "7,800" in made.lead and "a hint" in made.lead
    assert [row[1] for row in made.blocks[0].rows] == ["0.083", "0.153"]


@pytest.mark.parametrize("section", [lists.lists, lists.ab_plan, lists.off_policy])
def test_without_lists_there_is_no_section(section):
    assert section(a_view({"metrics": {}, "off_policy": None, "ab_test": None})) is None
