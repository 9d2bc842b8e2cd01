import pytest

from luodi.quality import texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The parcel has not arrived yet, and nobody answers the phone", "en"),
        ("Der Kunde hat angerufen und ist sehr unzufrieden mit der Lieferung", "de"),
        ("我上周买的扫地机器人不充电了，请问怎么处理", "zh-Hans"),
        ("我上週買的掃地機器人不充電了，請問怎麼處理", "zh-Hant"),
        ("昨日買った掃除機が動きません", "ja"),
        ("어제 산 청소기가 작동하지 않아요", "ko"),
        ("ok", "short"),
        ("12345 !!", "short"),
        ("", "short"),
    ],
)
def test_a_text_is_in_a_language(text, expected):
    assert texts.language(text) == expected


def test_one_traditional_character_does_not_make_a_text_traditional():
    assert texts.chinese("镕基先生和陶喆都喜欢这首歌，我也喜欢听") == "zh-Hans"


def test_shares_are_of_all_texts_and_rare_ones_are_put_together():
    found = texts.languages(["good morning to everybody here"] * 97 + ["guten Morgen zusammen, wie geht es euch"] * 3)

    assert found == {"en": 0.97, "de": 0.03}
    assert texts.named({"en": 0.985, "de": 0.01, "fr": 0.005}, zh=True) == [("英文", 0.985), ("其他", 0.015)]


def test_what_a_model_would_not_read_is_measured_in_tokens():
    found = texts.tokens(["word " * 300, "short"], limit=200)

    assert found["unit"] == "tokens"
    assert found["texts_cut"] == 0.5
    assert found["share_cut"] == pytest.approx((302 - 200) / (302 + 3), abs=1e-3)


def test_chinese_is_measured_in_characters():
    found = texts.tokens(["字" * 300, "字" * 100], limit=256, by_character=True)

    assert (found["unit"], found["texts_cut"], found["share_cut"]) == ("characters", 0.5, 0.11)
    assert sum(n for _, _, n in found["histogram"]) == 2
