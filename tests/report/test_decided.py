"""The report says what was done to rows, and what the exam questions that training has seen would have done."""

import pytest

from luodi.report import page

PREPARE = {
    "rows": {"in": 20, "kept": 18, "rejected": 2, "train": 12, "dev": 2, "test": 4},
    "corrections": {"accepted": 3, "rejected": 1, "excluded": 2, "unused": 0},
    "folded": {"billing": {"Billing": 2, "<b>ILLING": 1}},
    "near": {"rows": 6, "families": 3, "conflicts": 1},
}
EVALUATE = {"metrics": {"classification.macro_f1": {"value": 0.8, "low": 0.7, "high": 0.9}},
            "seen": {"n": 5, "without": 0.8, "with": 0.84}}  # fmt: skip


def rendered(prepare=PREPARE, evaluate=EVALUATE):
    steps = {"prepare": {"facts": prepare, "measured": {}}, "evaluate": {"facts": evaluate, "measured": {}}}
    return page.render({"steps": steps, "scenario": {"name": "x", "task": "text-classification"}, "verdict": None})


@pytest.mark.parametrize(
    "said",
    [
        "3 labels corrected, 2 rows left out, 1 labels confirmed; 0 found no row",
        "6 rows in 3 families, each on one side of the split; 1 pairs differ in their label",
        "5 exam rows were taken out; Macro F1 0.8 without them, 0.84 with them",
        "billing: &#39;Billing&#39;, &#39;&lt;b&gt;ILLING&#39;",
        "从测试集中取出 5 行",
    ],
)
def test_everything_that_was_decided_is_said_in_both_languages(said):
    assert said in rendered()


def test_what_was_not_done_is_not_spoken_of():
    quiet = {**PREPARE, "corrections": None, "folded": {}, "near": {"rows": 0}}

    made = rendered(quiet, {**EVALUATE, "seen": None})

    assert "What else was done" not in made
    assert "exam rows were taken out" not in made
