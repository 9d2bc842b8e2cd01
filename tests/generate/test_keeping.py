"""What a translation carries over: marks on the way, and flags for what was lost."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.contracts import Material
from luodi.runtime import keeping, segments
from luodi.runtime.translated import drafts

KEPT = ["{name}", "{{user.id}}", "%s", "%1$d", "<b>", "</b>", "<br/>", "&nbsp;", "12.5", "1,000", "7", "AB-1234",
        "https://a.example/x?y=1", "a.b@c.example", "`run`"]  # fmt: skip
WORDS = ["Hold", "the", "button", "for", "seconds,", "please.", "按住", "电源键。", "\n", "- ", "# "]
TEXTS = st.lists(st.sampled_from([*KEPT, *WORDS]), min_size=1, max_size=12).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab.!? \n#-*。！你{}<>%s1,\"'"), max_size=60))
def test_the_pieces_of_a_text_are_the_text(text):
    assert "".join(one.text for one in segments.cut(text)) == text


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_what_is_marked_comes_back_where_it_was(text):
    masked = keeping.mask(text)

    assert keeping.fill(masked.text, masked.values) == text
    assert keeping.lost(text, text) == []


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(0, 3), st.randoms(use_true_random=False))
def test_whatever_a_translator_does_to_marks_nothing_is_lost_without_a_flag(text, spoiled, random):
    def translate(sentences):
        made = []
        for one in sentences:
            words = one.split(" ")
            for _ in range(spoiled):
                n = random.randrange(len(words))
                words[n : n + 1] = random.choice([[], ["x"], [words[n], words[n]], ["<p3>"], ["9"]])
                words = words or ["x"]
            made.append((" ".join(words), 0.5))
        return made

    (draft,) = drafts([Material(text=text)], translate, language="de")

    for one in KEPT:
        whole = rf"(?<![\w.,-]){re.escape(one)}(?![\w.,-])" if one[0].isalnum() else re.escape(one)
        if len(re.findall(whole, text)) != len(re.findall(whole, draft["text"])):
            assert draft.get("flags"), f"{one} is lost: {text!r} became {draft['text']!r}"


@pytest.mark.parametrize(
    ("source", "text", "flags"),
    [
        pytest.param("It holds 1,000.5 l", "Es fasst 1.000,5 l", [], id="digits grouped otherwise"),
        pytest.param("It holds 12 l", "Es fasst 21 l", ["number"], id="another number"),
        pytest.param("Dear {name}", "Liebe {Name}", ["placeholder"], id="a placeholder translated"),
        pytest.param("<b>New</b>", "<b>Neu", ["placeholder"], id="a tag left open"),
        pytest.param("The power bank", "Die Batterie", ["term"], id="a term not kept to"),
        pytest.param("A power bankruptcy", "Ein Bankrott", [], id="no term, but a longer word"),
    ],
)
def test_what_is_lost_is_told(source, text, flags):
    assert keeping.lost(source, text, {"power bank": "Powerbank"}) == flags


def test_layout_is_carried_over():
    text = "# Title\n\n- Press <b>A</b>.\n- Wait 5 s. Go!\n"

    (draft,) = drafts([Material(text=text)], lambda each: [(one.upper().replace("<P", "<p"), 0.9) for one in each])

    assert draft["text"] == "# TITLE\n\n- PRESS <b>A</b>.\n- WAIT 5 S. GO!\n"


def test_a_term_is_put_in_whatever_the_translator_knows():
    x = Material(text="Charge the Power Bank", terms={"power bank": "移动电源"})

    (draft,) = drafts([x], lambda each: [(one, 0.9) for one in each], language="zh")

    assert draft["text"] == "Charge the 移动电源" and "flags" not in draft


def test_mixed_ways_of_writing_chinese_are_told():
    (draft,) = drafts([Material(text="word", language="zh")], lambda each: [("这个國", 0.9)])

    assert draft["flags"] == ["script"]
