"""Who said what: the formats that meetings come in, and texts that are no transcripts."""

import json

import pytest

from luodi.runtime import transcripts

SRT = "1\n00:00:01,000 --> 00:00:03,000\nAna: We will open\n\n2\n00:00:03,500 --> 00:00:05,000\nin May.\n"
VTT = "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ana>We will <i>open</i> in May.</v>\n\n"
VTT += "00:04.000 --> 00:05.000\n<v Li>Good.\n"
JSON = [{"speaker": "Ana", "text": "We open in May.", "start": 1.5}, {"speaker": "Li", "text": 'Say "yes".'}]


def turns(text):
    return [(one.speaker, one.text) for one in transcripts.turns(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Ana: Hello.\nLi Wei: Hi.\nBye.", [("Ana", "Hello."), ("Li Wei", "Hi.\nBye.")], id="lines"),
        pytest.param("李雷：开始。\n韩梅梅：好。", [("李雷", "开始。"), ("韩梅梅", "好。")], id="Chinese lines"),
        pytest.param("**Ana** (00:05): Hello.\n**Li**: Hi.", [("Ana", "Hello."), ("Li", "Hi.")], id="Markdown"),
        pytest.param("[00:05:10] Ana: Hello.", [("Ana", "Hello.")], id="with times"),
        pytest.param(SRT, [("Ana", "We will open in May.")], id="SubRip"),
        pytest.param(VTT, [("Ana", "We will open in May."), ("Li", "Good.")], id="WebVTT"),
        pytest.param(json.dumps(JSON), [("Ana", "We open in May."), ("Li", 'Say "yes".')],
                     id="JSON"),
        pytest.param(json.dumps({"segments": JSON[:1]}), [("Ana", "We open in May.")], id="JSON in an object"),
        pytest.param("It was late. We left.\nNobody spoke.", [("", "It was late. We left."), ("", "Nobody spoke.")],
                     id="no names"),
        pytest.param("[not json", [("", "[not json")], id="no JSON after all"),
        pytest.param("", [], id="nothing"),
    ],
)  # fmt: skip
def test_turns_are_found_in_every_format(text, expected):
    assert turns(text) == expected


def test_times_are_kept_as_they_are_written():
    found = [transcripts.turns(one)[0].time for one in ("[00:05] Ana: Hi.", SRT, VTT, json.dumps(JSON))]

    assert found == ["00:05", "00:00:01,000", "00:01.000", "1.5"]


@pytest.mark.parametrize("text", ["Ana: Hello.\nLi: Hi there.", json.dumps(JSON[:1])])
def test_what_stands_whole_in_a_transcript_has_its_place(text):
    for one in transcripts.turns(text):
        assert text[one.start : one.end] == one.text


def test_an_address_or_a_sentence_before_a_colon_is_no_name():
    text = "Ana: See https://a.example for more.\nLi: I said it. Then: nothing."

    assert [speaker for speaker, _ in turns(text)] == ["Ana", "Li"]
