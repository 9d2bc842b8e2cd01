import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.data import boilerplate
from luodi.data.clean import STEPS, Cleaner, Cleaning, Receipts, merged

PIECES = ["&amp;", "lt;", "&#39;", "#39;", "quot;", "<b>", "</p>", "<", ">", "a < b", "<script>", "</script>", "<!--",
          "\u200b", "\u200d", "\u200c", "\u202e", "\u200f", "👩", "🏴", "\U000e0067", "\ufe0f", "Ã©", "â€™", "锛", "鐨",
          "é", "e\u0301", "Ａ", "\r\n", "\n\n\n", "  ", "\u00a0", "\x00", "\ud800", "ש", "क्", "中文", "x "]  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))


def only(name):
    return Cleaner(Cleaning(**{step: step == name for step in STEPS}))


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        pytest.param("mojibake", "cafÃ© â€œoui", "café “oui", id="UTF-8 read as Latin"),
        pytest.param("mojibake", "鎴戠殑璁㈠崟", "我的订单", id="UTF-8 read as GBK"),
        pytest.param("markup", "Anna&#39;s &amp;amp; Bob&rsquo;s", "Anna's & Bob’s", id="entities, nested ones too"),
        pytest.param("markup", "it #39;s quot;new#34;", 'it\'s "new"', id="entities whose ampersand was eaten"),
        pytest.param("markup", 'a <a href="x">b</a><br/>c', "a b\nc", id="tags"),
        pytest.param("markup", "x<script>if (a<b) y()</script>z<!-- <b> -->", "x z ", id="scripts and comments"),
        pytest.param("normalize", "e\u0301", "é", id="one way to write an accent"),
        pytest.param("width", "ＡＢ１２，好", "AB12，好", id="width of letters and digits, not of punctuation"),
        pytest.param("invisible", "in\u200bvisi\u00adble\x07\ufeff", "invisible", id="zero width and control"),
        pytest.param("direction", "abc\u202etxt\u202c\u200e", "abctxt", id="direction"),
        pytest.param("spaces", " a \u00a0 b\r\n\r\n\r\n\r\n c\u3000", "a b\n\nc", id="white space keeps paragraphs"),
    ],
)
def test_a_step_changes_what_it_is_for(step, before, after):
    assert only(step).clean(before) == (after, (step,))


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d, <order id>, <b and c>, 5 &  R&D; AT&T",
        "issue #12; ticket #4711; done",
        "👩\u200d👩\u200d👧 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f ❤\ufe0f",
        "می\u200cخواهم क्\u200dष",
        "Größe, naïve, señor, ÀÉÎ, œuvre, Ångström",
        "我的订单还没到，请帮我查一下。涓涓细流，鄂A12345",
        "שלום\u200f (abc)",
    ],
    ids=["comparisons", "numbers", "emoji", "joined scripts", "accents", "Chinese", "right to left"],
)
def test_what_only_looks_broken_stays(text):
    cleaned, changes = Cleaner().clean(text)

    assert cleaned == text.replace("  ", " ")
    assert set(changes) <= {"spaces"}


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_cleaning_twice_is_cleaning_once(text):
    cleaner = Cleaner(Cleaning(width=True))
    cleaned, changes = cleaner.clean(text)

    assert cleaner.clean(cleaned) == (cleaned, ())
    assert bool(changes) == (cleaned != text) or not changes
    assert unicodedata.is_normalized("NFC", cleaned)
    cleaned.encode()


@given(TEXTS)
def test_with_every_step_off_nothing_happens(text):
    off = Cleaner(Cleaning(**dict.fromkeys(STEPS, False)))

    assert off.clean(text) == (text, ())


@pytest.mark.parametrize("unit", ["&amp;", "<script>", "<!--", "<b ", "<", " \n", "&a", "#39;", "\u200d"], ids=repr)
def test_a_hostile_text_costs_no_more_than_its_length(unit):
    """A step that were quadratic would take minutes here, and the test would be stopped."""
    cleaned, _ = Cleaner().clean(unit * (1_000_000 // len(unit)))

    assert len(cleaned) <= 1_000_000


def test_entities_within_entities_without_end_are_left_alone():
    nested = "&a" * 30 + "mp;" * 30

    cleaned, _ = Cleaner().clean(nested)

    assert Cleaner().clean(cleaned) == (cleaned, ())


MAIL = "The {part} drips.\n\nKind regards\nAnna Bell\nHill House Ltd, 1{n} Mill Lane\nOn {n} May, {part} wrote:"
PARTS = ["tap", "roof", "pipe", "tank", "boiler"]


def test_lines_that_end_many_texts_are_learnt_and_dropped():
    lines = boilerplate.learn([MAIL.format(n=n, part=PARTS[n % 5] + "s" * n) for n in range(30)])

    cleaned, changes = Cleaner(lines=lines).clean(MAIL.format(n=77, part="gutter"))

    assert cleaned == "The gutter drips."
    assert changes == ("boilerplate",)


def test_a_line_that_goes_with_one_label_is_no_boilerplate():
    found = boilerplate.Boilerplate()
    for n in range(200):
        found.add(
            f"Text {chr(97 + n % 26)}\nI want to cancel it." if n % 4 == 0 else f"Text {n} x\nAnd so on.", str(n % 4)
        )

    lines = set(found.lines())

    assert boilerplate.TAIL + boilerplate.key_of("I want to cancel it.") not in lines


def test_a_text_of_nothing_but_boilerplate_stays():
    lines = boilerplate.learn(["Sent from my phone\nGet it now"] * 30)

    assert Cleaner(lines=lines).clean("Sent from my phone\nGet it now") == ("Sent from my phone\nGet it now", ())


def test_receipts_count_and_show_and_can_be_put_together():
    cleaner, first, second = Cleaner(), Receipts(), Receipts()
    for receipts, texts in ((first, ["plain", "a&#39;b"]), (second, ["c&#39;d"] * 9)):
        for text in texts:
            receipts.note(text, *cleaner.clean(text))

    made = merged(first.as_json(hide=str.upper), second.as_json())

    assert (made["n_texts"], made["n_changed"], made["steps"]["markup"]["n"]) == (11, 10, 10)
    assert len(made["steps"]["markup"]["examples"]) == 5
    assert made["steps"]["markup"]["examples"][0] == {"before": "A&#39;B", "after": "A'B"}
