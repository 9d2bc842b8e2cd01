from hypothesis import given
from hypothesis import strategies as st

from luodi.quality import labels


def test_spellings_of_one_label_are_found_and_others_are_left_alone():
    counts = {
        "Log in": 50,
        "log-in": 5,
        "ＬＯＧＩＮ": 1,
        "Login ": 2,
        "C": 9,
        "C++": 9,
        "退款": 7,
        "退款 ": 1,
        "退货": 3,
    }

    assert labels.spellings(counts) == [
        [["Log in", 50], ["log-in", 5], ["Login ", 2], ["ＬＯＧＩＮ", 1]],
        [["退款", 7], ["退款 ", 1]],
    ]


def test_a_rare_label_that_is_one_letter_off_a_common_one_may_be_a_typing_mistake():
    counts = {"refund": 90, "refnud": 1, "refunds": 80, "level 10": 90, "level 11": 1, "cat": 90, "car": 1}

    assert labels.typos(counts) == [["refnud", 1, "refund", 90]]


def test_labels_too_rare_for_an_exam_are_named():
    made = labels.describe({"a": 500, "b": 20, "c": 2})

    assert made["unlearnable"] == [["c", 2]]
    assert made["unexaminable"] == [["b", 20]]
    assert (made["imbalance"], made["majority"], made["numeric"]) == (250.0, 0.9579, False)


def test_equally_frequent_labels_are_as_varied_as_there_are():
    assert labels.describe(dict.fromkeys("abcd", 10))["effective"] == 4.0
    assert labels.describe({"1": 3, "-2": 4, "0.5": 1})["numeric"]


@given(st.dictionaries(st.text(max_size=8), st.integers(1, 100), max_size=20))
def test_any_labels_are_described(counts):
    made = labels.describe(counts)

    assert made["n_labels"] == len(counts)
    assert made["n"] == sum(counts.values())
    assert all(len(group) > 1 for group in made["spellings"])
