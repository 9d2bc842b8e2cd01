"""Checksums: right numbers pass, and no single slip of a digit does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.privacy import checks

DIGIT = st.integers(0, 9).map(str)


@pytest.mark.parametrize(
    ("check", "right"),
    [
        pytest.param(checks.resident_id, "11010519491231002X", id="resident-id-of-the-standard"),
        pytest.param(checks.social_credit_code, "91350100M000100Y43", id="credit-code-of-the-standard"),
        pytest.param(checks.luhn, "79927398713", id="luhn-of-the-patent"),
        pytest.param(checks.bank_card, "378282246310005", id="american-express"),
        pytest.param(checks.bank_card, "5555555555554444", id="mastercard"),
        pytest.param(checks.bank_card, "6011111111111117", id="discover"),
        pytest.param(checks.bank_card, "3530111333300000", id="jcb"),
        pytest.param(checks.bank_card, "6200000000000005", id="unionpay"),
        pytest.param(checks.iban, "DE89370400440532013000", id="germany"),
        pytest.param(checks.iban, "FR1420041010050500013M02606", id="france-with-a-letter"),
        pytest.param(checks.iban, "NO9386011117947", id="norway-the-shortest"),
        pytest.param(checks.tw_id, "A123456789", id="taiwan"),
        pytest.param(checks.tw_id, "A800000014", id="taiwan-resident-since-2021"),
        pytest.param(checks.hk_id, "A1234563", id="hong-kong-one-letter"),
        pytest.param(checks.hk_id, "AB9876543", id="hong-kong-two-letters"),
    ],
)
def test_a_right_number_passes(check, right):
    assert check(right)


@given(st.integers(0, 16), DIGIT)
def test_one_wrong_digit_of_a_resident_id_is_noticed(at, digit):
    right = "11010519491231002X"
    wrong = right[:at] + digit + right[at + 1 :]

    assert checks.resident_id(wrong) == (wrong == right)


@given(st.integers(2, 21), DIGIT)
def test_one_wrong_digit_of_an_iban_is_noticed(at, digit):
    right = "DE89370400440532013000"
    wrong = right[:at] + digit + right[at + 1 :]

    assert checks.iban(wrong) == (wrong == right)


@given(st.integers(0, 17), st.sampled_from(checks.CREDIT_ALPHABET))
def test_one_wrong_character_of_a_credit_code_is_noticed(at, character):
    right = "91350100M000100Y43"
    wrong = right[:at] + character + right[at + 1 :]

    assert checks.social_credit_code(wrong) == (wrong == right)


@given(st.text(DIGIT, min_size=11, max_size=18), st.integers(0, 17), DIGIT)
def test_luhn_admits_one_last_digit_of_ten_and_notices_one_wrong_digit(body, at, digit):
    passing = [last for last in "0123456789" if checks.luhn(body + last)]

    assert len(passing) == 1
    whole = body + passing[0]
    wrong = whole[:at] + digit + whole[at + 1 :] if at < len(whole) else whole
    assert checks.luhn(wrong) == (wrong == whole)


@pytest.mark.parametrize(
    "born",
    [
        pytest.param("18991231", id="before-anybody-living"),
        pytest.param("19490230", id="no-such-day"),
        pytest.param("19491301", id="no-such-month"),
        pytest.param("29990101", id="in-the-future"),
    ],
)
def test_a_resident_id_needs_a_day_that_was(born):
    body = f"110105{born}002"
    codes = [body + last for last in "0123456789X"]

    assert not any(checks.resident_id(code) for code in codes)


def test_a_resident_id_needs_a_province():
    assert not any(checks.resident_id(f"99010519491231002{last}") for last in "0123456789X")


@pytest.mark.parametrize("digits", ["000123456", "666123456", "900123456", "123001234", "123450000"])
def test_a_social_security_number_that_is_never_issued_is_none(digits):
    assert not checks.ssn(digits)


def test_a_vague_card_prefix_counts_only_where_the_text_speaks_of_a_card():
    maestro = "6759649826438453"

    assert not checks.bank_card(maestro)
    assert checks.bank_card(maestro, spoken_of=True)
