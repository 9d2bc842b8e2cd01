"""Masks and pseudonyms: nothing is left to find, and the same value keeps its name under one key."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.errors import ScenarioError
from luodi.privacy.find import find
from luodi.privacy.mask import Personal, mask, pseudonymize

KEY, OTHER = b"sixteen bytes or more", b"another sixteen bytes"
PERSONAL = (
    "13800138000|138 0013 8000|+86 138-0013-8000|010-61234567|(415) 555-2671 x12|329 7730|li@example.com"
    "|E12345678|11010519491231002X|110105491231002|6222 0212 3456 7890 128|91350100M000100Y43|京A·12345"
    "|GB82 WEST 1234 5698 7654 32|123-45-6789|123456789|A123456(3)|47.100.23.8|password=hunter2|Abc12345"
    "|postgres://bob:s3cr3t@db.example.com/x|sk-proj-abcdefghijklmnopqrstuvwx"
)
AROUND = (
    "手机|电话 |call |passport |护照|SSN |card |密码：|token=|订单号|id |, |，| |\n|-|/|x|(|)|[|]|_|=|:|.|@|12|3456789"
)
WRITTEN = st.sampled_from([*PERSONAL.split("|"), *AROUND.split("|")])
TEXTS = st.lists(WRITTEN | st.text(max_size=2), max_size=14).map("".join)


@given(TEXTS)
def test_what_was_masked_holds_nothing_more_to_mask(text):
    personal = Personal(mode="mask")

    once, _ = personal.apply(text)

    assert personal.apply(once) == (once, {})
    assert find(once) == []


@given(TEXTS)
def test_what_has_pseudonyms_holds_nothing_more_to_name(text):
    personal = Personal(mode="pseudonymize", key=KEY)

    once, _ = personal.apply(text)

    assert personal.apply(once) == (once, {})


@given(TEXTS)
def test_what_is_not_personal_stays_as_it_is(text):
    found = find(text)

    masked = mask(text, found)

    borders = [0, *(at for one in found for at in (one.start, one.end)), len(text)]
    around = [text[start:end] for start, end in zip(borders[::2], borders[1::2], strict=True)]
    assert re.split(r"\[[A-Z_]{2,20}\]", masked) == around or "]" in text


@pytest.mark.parametrize(
    "ways",
    [
        pytest.param(
            ["13800138000", "138 0013 8000", "+86 138-0013-8000", "0086 13800138000", "１３８００１３８０００"],
            id="mobile",
        ),
        pytest.param(["+1 415-555-2671", "(415) 555-2671", "415.555.2671"], id="american"),
        pytest.param(["Li@Example.com", "li@example.com", "ｌｉ@example.com"], id="email"),
        pytest.param(["11010519491231002X", "11010519491231002x", "110105 19491231 002X"], id="resident-id"),
        pytest.param(["6222 0212 3456 7890 128", "6222021234567890128", "6222-0212-3456-7890-128"], id="card"),
        pytest.param(["京A12345", "京A·12345", "京A 12345"], id="plate"),
        pytest.param(["GB82WEST12345698765432", "gb82 west 1234 5698 7654 32"], id="iban"),
    ],
)
def test_one_value_has_one_pseudonym_however_it_is_written(ways):
    named = {pseudonymize(way, find(way), KEY) for way in ways}

    assert len(named) == 1
    assert re.fullmatch(r"[A-Z_]+_[0-9a-f]{12}", named.pop())


def test_different_values_and_different_keys_give_different_pseudonyms():
    texts = ["13800138000", "13800138001", "li@example.com", "wang@example.com"]

    named = {pseudonymize(text, find(text), key) for text in texts for key in (KEY, OTHER)}

    assert len(named) == 8


def test_an_extension_makes_another_number():
    plain, extended = "(415) 555-2671", "(415) 555-2671 ext. 22"

    assert pseudonymize(plain, find(plain), KEY) != pseudonymize(extended, find(extended), KEY)


def test_kept_data_is_counted_and_stays():
    text = "13800138000, li@example.com, wang@example.com"

    assert Personal(mode="keep").apply(text) == (text, {"email": 2, "phone": 1})


def test_only_chosen_kinds_are_masked():
    assert Personal(kinds=("email",)).apply("13800138000 li@example.com") == ("13800138000 [EMAIL]", {"email": 1})


def test_a_key_that_is_too_short_is_refused_with_a_remedy():
    with pytest.raises(ScenarioError) as raised:
        Personal(mode="pseudonymize", key=b"short")

    assert raised.value.what == "the key for pseudonyms has 5 bytes, and 16 are the least"
    assert (raised.value.where, raised.value.fix) == ("key", "make one with: openssl rand -hex 32")


def test_an_unknown_kind_is_refused_before_any_text_is_read():
    with pytest.raises(ScenarioError, match="no kind of personal data is called 'mail'"):
        Personal(kinds=("mail",))


def test_nothing_of_the_value_can_be_read_from_its_pseudonym():
    text = "身份证 11010519491231002X"

    named, _ = Personal(mode="pseudonymize", key=KEY).apply(text)

    assert not {text[at : at + 4] for at in range(4, len(text) - 3)} & {named[at : at + 4] for at in range(len(named))}
