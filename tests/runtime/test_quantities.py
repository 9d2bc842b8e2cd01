"""Numbers and dates as values: the same thing written in many ways, and things that are not the same."""

import pytest

from luodi.runtime.quantities import agree, chinese_value, english_value, quantities


def one(text):
    found = quantities(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        pytest.param("$1,130 million", "$1.13bn", id="another scale"),
        pytest.param("1,132 million", "1.13bn", id="rounded"),
        pytest.param("76%", "76 per cent", id="percent in words"),
        pytest.param("twenty-five", "25", id="number words"),
        pytest.param("two hundred and fifty thousand", "250,000", id="long number words"),
        pytest.param("三百二十亿元", "320亿元", id="Chinese numerals"),
        pytest.param("1.2万亿", "12000亿", id="Chinese scales"),
        pytest.param("百分之三十", "30%", id="Chinese percent"),
        pytest.param("三成", "30%", id="tenths"),
        pytest.param("5 January 2026", "January 5, 2026", id="order of a date"),
        pytest.param("2026-01-05", "2026年1月5日", id="a date in Chinese"),
        pytest.param("5 January 2026", "January 2026", id="less of a date"),
        pytest.param("二〇二六年五月", "2026年5月", id="a year in Chinese numerals"),
        pytest.param("星期三", "周三", id="a day of the week"),
        pytest.param("first", "1st", id="ordinals"),
        pytest.param("US$5m", "5 million dollars", id="currency in words"),
        pytest.param("A380", "a380", id="a name with digits"),
    ],
)
def test_the_same_number_or_date_written_otherwise_agrees(source, claim):
    assert agree(one(claim), one(source))


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        pytest.param("1,132 million", "1.14bn", id="rounded wrongly"),
        pytest.param("639m", "600m", id="rounded too far"),
        pytest.param("5%", "5", id="no percent"),
        pytest.param("$5m", "£5m", id="another currency"),
        pytest.param("2003", "2000", id="a year is not rounded"),
        pytest.param("5 January 2026", "6 January 2026", id="another day"),
        pytest.param("January 2026", "5 January 2026", id="more of a date"),
        pytest.param("3月", "4月", id="another month"),
        pytest.param("二十亿", "二十万", id="another Chinese scale"),
        pytest.param("A380", "A350", id="another name with digits"),
        pytest.param("December 10", "December 70", id="no day at all"),
        pytest.param("Monday", "Tuesday", id="another day of the week"),
    ],
)
def test_what_is_not_the_same_does_not_agree(source, claim):
    assert not agree(one(claim), one(source))


@pytest.mark.parametrize("text", ["You may march on", "十分满意", "万一下雨", "nothing here", "成千上万的人"])
def test_what_only_looks_like_a_number_is_none(text):
    assert quantities(text) == []


def test_places_are_those_of_the_text():
    text = "It paid $1.13bn on 5 May, 三百人 came."

    assert [text[each.start : each.end] for each in quantities(text)] == [each.text for each in quantities(text)]


@pytest.mark.parametrize(
    ("words", "value"),
    [("一千二百万", 12e6), ("两千零五", 2005), ("十五", 15), ("一亿三千万", 1.3e8), ("三点一四", 3.14), ("好", None)],
)
def test_chinese_numerals_are_worth_what_they_say(words, value):
    assert chinese_value(words) == value


@pytest.mark.parametrize(("words", "value"), [("three million", 3e6), ("ninety-nine", 99), ("thousands", None)])
def test_english_number_words_are_worth_what_they_say(words, value):
    assert english_value(words) == value
