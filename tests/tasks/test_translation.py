"""Translation: pairs of texts, terms, and what a response tells."""

import pytest

from luodi.contracts import Reject
from luodi.tasks import translation
from luodi.tasks.translation import Options, Request, Row
from luodi.testing import check_task

ROWS = [Row(source=f"Hold the button for {n} s.", target=f"Halten Sie die Taste {n} s lang.") for n in range(1, 9)]


def test_the_task_keeps_its_contract():
    check_task(translation, ROWS)


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        pytest.param(" ", "Hallo", "empty source", id="no source"),
        pytest.param("Hello", "\n", "empty target", id="no target"),
        pytest.param("Hello", "Hallo " * 100, "one of the two texts is far longer than the other", id="no pair"),
    ],
)
def test_what_is_no_pair_is_left_out(source, target, reason):
    (made,) = translation.to_examples([Row(source=source, target=target)], Options())

    assert made == Reject(reason=reason)


def test_texts_that_only_numbers_set_apart_stay_on_one_side():
    one, other, third = translation.to_examples([*ROWS[:2], Row(source="Press it", target="Drücken")], Options())

    assert one.group == other.group != third.group


def test_only_the_terms_of_a_text_go_with_it():
    options = Options(target="de", terms={"power bank": "Powerbank", "lamp": "Leuchte"})

    x = translation.to_x(Request(text="Charge the Power Bank"), options)

    assert x == {"text": "Charge the Power Bank", "language": "de", "terms": {"power bank": "Powerbank"}}


def test_white_space_and_line_breaks_are_left_as_they_are():
    request = Request(text="# A\n\n  - b \n")

    assert translation.clean(request, Options()) == request


def test_a_text_too_long_is_refused_rather_than_cut():
    made = translation.clean(Request(text="a" * 11), Options(max_characters=10))

    assert made == Reject(reason="a text of more than 10 characters")


def test_the_ledger_keeps_no_translation():
    kept = translation.to_keep({"translation": "Hallo Anna", "score": 0.5, "flags": ()})

    assert kept == {"score": 0.5, "flags": ()}
