"""A translation told sentence by sentence is the translation that would have come at once."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.access.conftest import serving

from luodi.bundle import open_bundle
from luodi.contracts import Material
from luodi.runtime.translated import drafts
from luodi.tasks import translation

TEXT = "# The lamp\n\nThe lamp is new. The kettle costs 42 euros today!\n\n- The tent is sold out.\n- 12 %\n"
LINES = st.lists(
    st.sampled_from(("It rains. Go!", "- one", "", "好的。走吧", "Mr. Li has 3 lamps. {a}", "# B", "12 %")), max_size=6
)


def loud(sentences):
    """A translator that cannot go wrong."""
    return [(one.upper(), 0.9 - 0.01 * (len(one) % 7)) for one in sentences]


@given(LINES.map("\n".join), st.sampled_from(("", "de", "zh")))
def test_the_parts_of_a_text_and_what_stands_between_them_are_its_translation(text, language):
    x = Material(text=text) | ({"language": language} if language else {})
    (whole,) = drafts([x], loud)
    xs, frame = translation.parts(x)
    parts = drafts(xs, loud)

    assert translation.joined(x, parts) == whole
    assert "".join(lead + one["text"] for lead, one in zip(frame, parts, strict=False)) + frame[-1] == whole["text"]


def events(response):
    """Return the events of a stream, as (name, data)."""
    made = []
    for one in response.text.split("\n\n")[:-1]:
        name, data = one.split("\n")
        made.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return made


@pytest.fixture(scope="module")
def data(translated, tmp_path_factory):
    """A client of a real service that translates."""
    bundle = translated.artifacts["deploy"].path
    with serving(tmp_path_factory.mktemp("streamed") / "home", bundle) as server, server.client("data") as client:
        yield client


STREAM = {"accept": "text/event-stream"}


def test_sentences_are_told_in_their_order_and_the_answer_is_the_same_as_at_once(data, translated):
    plain = data.post("/predict", json={"text": TEXT}).json()

    streamed = data.post("/predict", json={"text": TEXT}, headers=STREAM)

    found = events(streamed)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    assert [name for name, _ in found] == ["part"] * 5 + ["answer"]
    assert "".join(one["text"] for name, one in found if name == "part") == plain["translation"]
    kept = {name: value for name, value in found[-1][1].items() if name != "id"}
    assert kept == {name: value for name, value in plain.items() if name != "id"}
    (direct,) = open_bundle(translated.artifacts["deploy"].path).answer([translation.Request(text=TEXT)])
    assert direct.translation == plain["translation"]


@pytest.mark.parametrize(
    ("body", "more", "status"),
    [
        ({"text": "  "}, {}, 422),
        ([{"text": "The lamp is new."}], {}, 400),
        ({"text": "The lamp is new."}, {"idempotency-key": "a"}, 400),
        ({"words": 1}, {}, 400),
        ({"text": "The lamp is new."}, {"authorization": "Bearer nobody"}, 401),
    ],
)
def test_what_cannot_begin_is_refused_with_its_status(data, body, more, status):
    refused = data.post("/predict", json=body, headers=STREAM | more)

    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert refused.json()["fix"]
