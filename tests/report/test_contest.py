"""The contest in the report: the line of best buys, the offer, the trail of a search."""

import pytest

from luodi.report import charts, page

METRIC = "classification.accuracy"


def candidate(name, cost, value, *, refused=False):
    return charts.Candidate(
        name=name, cost=cost, value=value, low=value - 0.01, high=value + 0.01, chosen=False, refused=refused
    )


def test_the_best_buys_are_those_that_nothing_cheaper_matches():
    cheap, dear = candidate("cheap", 0.1, 0.7), candidate("dear", 1.0, 0.9)
    others = [candidate("beaten", 0.5, 0.6), candidate("ruled-out", 0.2, 0.8, refused=True), candidate("late", 2, 0.9)]

    assert charts.front([dear, *others, cheap]) == [cheap, dear]


@pytest.mark.parametrize(
    ("language", "low", "said"),
    [
        ("en", 0.004, "Paying 4 times as much (encoder, $0.02 per 1,000) buys +1.2 points (+0.4 to +2.1)."),
        ("en", -0.004, "Paying 4 times as much (encoder, $0.02 per 1,000) may not help: +1.2 points (−0.4 to +2.1)."),
        ("zh", 0.004, "可提高 +1.2 个百分点（+0.4 至 +2.1）"),
    ],
)
def test_the_report_says_what_paying_more_would_buy(language, low, said):
    gain = {"gain": 0.012, "low": low, "high": 0.021}
    one = {"value": 0.8, "low": 0.78, "high": 0.82, "refused": None}
    facts = {"model": "nb-svm", "metric": METRIC, "candidates": [{"model": "nb-svm", **one}]}
    facts["candidates"].append({"model": "encoder", **one, "gain": gain})
    measured = {"more": {"model": "encoder", "times": 4.0, "usd_per_1k": 0.02, **gain}}
    measured["candidates"] = {"nb-svm": {"usd_per_1k": 0.005}, "encoder": {"usd_per_1k": 0.02}}

    html = page.render({"steps": {"select": {"facts": facts, "measured": measured}}}, language=language)

    assert said in html
    assert 'class="front"' not in html  # of two equals, the cheaper is the only best buy


def test_the_trail_of_a_search_names_the_recipe_that_was_taken():
    trials = [
        {"number": 0, "rows": 900, "value": 0.81},
        {"number": 3, "rows": 900, "value": 0.84, "learning_rate": 6e-5, "epochs": 5, "frozen_layers": None},
    ]
    search = {"trials": trials, "chosen": 3, "best": 3, "gain": {"gain": 0.03, "low": 0.01, "high": 0.05}}

    html = page.render({"steps": {"finetune": {"facts": {"search": search}}}})

    assert "no. 3" in html and "as it stands" in html and "0.00006" in html
    assert html.count("+3.0 points (+1.0 to +5.0)") == 1
