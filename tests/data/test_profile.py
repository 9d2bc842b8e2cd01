"""What is said about the rows, in numbers."""

import json

import pytest

from luodi.data import profile


def test_a_profile_counts_rows_lengths_scripts_and_labels():
    made = profile.describe(["a", "bb", "ccc", "dddd"], ["x", "y", "y", "z"])

    assert made["rows"] == 4
    assert made["characters"] == {"p5": 1, "p25": 2, "p50": 3, "p75": 4, "p95": 4, "p100": 4}
    assert made["scripts"] == {"latin": 1.0}
    assert list(made["labels"].items()) == [("y", 2), ("x", 1), ("z", 1)]


def test_nothing_has_a_profile_too():
    assert profile.describe([], []) == {"rows": 0, "characters": {}, "scripts": {}, "labels": {}}


def test_an_answer_of_several_labels_counts_for_each():
    assert profile.label_counts([frozenset("xy"), frozenset("x"), frozenset()]) == {"x": 2, "y": 1}


@pytest.mark.parametrize(
    ("text", "scripts"),
    [
        pytest.param("abÉ", {"latin": 1.0}, id="latin with accents"),
        pytest.param("中文ab", {"cjk": 0.5, "latin": 0.5}, id="half and half"),
        pytest.param("𠀋", {"cjk": 1.0}, id="beyond the first plane"),
        pytest.param("привет", {"cyrillic": 1.0}, id="cyrillic"),
        pytest.param("1 + 2 = 3 😀", {}, id="no letters"),
    ],
)
def test_scripts_are_shares_of_letters(text, scripts):
    assert profile.scripts([text]) == scripts


def test_a_profile_quotes_no_text():
    made = profile.describe(["my secret card number is 4111"], ["fraud"])

    assert "secret" not in json.dumps(made)
