"""Sentiment: three labels, one number."""

import pytest

from luodi.contracts import Reject
from luodi.tasks import sentiment
from luodi.tasks.sentiment import Options, Request, Row
from luodi.testing import check_task

TINY = [
    Row(text="I love it", label="positive"),
    Row(text="It is a table", label="neutral"),
    Row(text="Broken on arrival", label="negative"),
    Row(text="很好用", label="好评"),
    Row(text="   ", label="neutral"),
]


def labels_of(*labels, options=None):
    rows = [Row(text="x", label=label) for label in labels]
    return [made if isinstance(made, Reject) else made.y for made in sentiment.to_examples(rows, options or Options())]


def test_sentiment_keeps_the_contract_of_a_task():
    check_task(sentiment, TINY)


@pytest.mark.parametrize(
    ("negative", "neutral", "positive", "valence"),
    [
        pytest.param(0.0, 0.0, 1.0, 1.0, id="sure"),
        pytest.param(0.5, 0.0, 0.5, 0.0, id="torn"),
        pytest.param(0.2, 0.8, 0.0, -0.2, id="mild"),
    ],
)
def test_valence_is_the_expected_sentiment(negative, neutral, positive, valence):
    scores = {"negative": negative, "neutral": neutral, "positive": positive}

    response = sentiment.to_response(Request(text="so-so"), scores, Options())

    assert response.valence == pytest.approx(valence)


def test_a_model_of_two_labels_has_a_valence_too():
    response = sentiment.to_response(Request(text="x"), {"negative": 0.25, "positive": 0.75}, Options())

    assert (response.label, response.score, response.valence) == ("positive", 0.75, 0.5)


def test_usual_words_for_a_sentiment_are_understood_in_any_case():
    assert labels_of("Neg", "NEUTRAL", " pos ", "差评", "中性", "满意") == [
        *("negative", "neutral", "positive"),
        *("negative", "neutral", "positive"),
    ]


def test_a_scenario_may_say_what_its_own_words_mean():
    options = Options(labels={"1": "negative", "5": "好评", "Meh": "neutral"})

    assert labels_of("1", "5", "meh", "pos", options=options) == ["negative", "positive", "neutral", "positive"]


def test_an_unknown_word_is_rejected_with_the_line_to_write():
    unknown, empty = labels_of("five stars", " ")

    assert unknown.reason.startswith("unknown sentiment 'five stars'")
    assert '[options] labels = { "five stars" = "positive" }' in unknown.reason
    assert empty == Reject(reason="empty label")
