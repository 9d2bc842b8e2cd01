"""Chinese is read alike in both of its scripts."""

from hypothesis import given
from hypothesis import strategies as st

from luodi.runtime.engine_translate import Translator
from luodi.train import folding
from luodi.train.translating import Seq2Seq, Size

SIMPLE, FULL = ["汤姆学习英语。", "我们会说国语。"], ["湯姆學習英語。", "我們會說國語。"]
PAIRS = [(SIMPLE[0], "Tom learns English."), (FULL[1], "We can speak Mandarin.")] * 3
TABLE = folding.table([ours for ours, _ in PAIRS])
READ = str.maketrans(*TABLE)


def test_traditional_characters_are_read_as_simplified_ones():
    assert [one.translate(READ) for one in FULL] == SIMPLE


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x9FFF, exclude_categories=["Cs"])))
def test_what_is_read_keeps_its_length_and_is_not_changed_by_reading_it_again(text):
    read = text.translate(READ)

    assert len(read) == len(text)
    assert read.translate(READ) == read


def test_other_languages_are_read_as_they_are():
    assert folding.table(["東京へ行きます。", "国語を学ぶ。"]) == ("", "")
    assert folding.table(["Tom learns English.", "汤姆"]) == ("", "")
    assert folding.table([]) == ("", "")


def test_a_translator_answers_both_scripts_alike_when_trained_loaded_and_served(tmp_path):
    made = Seq2Seq.fresh(PAIRS, Size(layers=1, width=16, inner=16), language="en", seed=1)
    saved, exported = tmp_path / "saved", tmp_path / "exported"
    for one in (saved, exported):
        one.mkdir()
    made.save(saved)
    loaded = Seq2Seq.load(saved)
    loaded.export(exported)
    for one in (made, loaded, Translator.load(exported)):
        simple, full = ([x["text"] for x in one.predict([{"text": x} for x in texts])] for texts in (SIMPLE, FULL))
        assert simple == full
    assert made.encode([(SIMPLE[0], "x")]) == loaded.encode([(FULL[0], "x")])
