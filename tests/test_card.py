"""The data card: everything an inspection finds, on one page, in both languages, whatever the data says."""

import re
from html.parser import HTMLParser

import pytest

from luodi.contracts import Reject
from luodi.quality.inspection import Inspector
from luodi.report import bars, card, page

VOID = {"meta", "link", "input", "br", "img", "hr"}
HOSTILE = "<script>alert(1)</script>\"'&\u202e 😡 مرحبا " + "长" * 80


class Open(HTMLParser):
    """Sees that tags are closed in order, and keeps the words."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.words, self.tags = [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def found(*, label=HOSTILE, text="It&#39;s <b>late</b>, mail me@example.com", quick=False):
    """Return an inspection in which every check has something to say."""
    inspector = Inspector(["day", "n", "body", HOSTILE], text="body", label=HOSTILE)
    for n in range(300):
        code = "REF-KETTLE " if n % 3 == 1 else ""
        body = f"{code}{text} {n % 280}\n\nSent from my phone, Hill House"
        inspector.add(
            n, {"day": f"2026-0{n % 9 + 1}-01", "n": n % 7 * 0.5, "body": body, HOSTILE: [label, "b", "B "][n % 3]}
        )
    inspector.add(301, Reject(reason=f"not a row: {HOSTILE}"))
    return inspector.finish(
        about={"name": f"{HOSTILE}.csv", "format": "csv", "bytes": 10, "notes": [HOSTILE]}, quick=quick
    )


@pytest.fixture(scope="module")
def inspection():
    return found()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_section_is_there_and_every_tag_is_closed(inspection, language):
    made = card.render(inspection, language=language)

    read = Open(made)
    names = re.findall(r'<section class="(\w+)"', made.split('class="edition zh"')[0])
    assert names == [
        "advice", "columns", "given_labels", "suspects", "leakage", "forecast_more", "texts", "time", "drift",
        "duplicates", "templates", "cleaning", "personal", "the_file",
    ]  # fmt: skip
    assert "script" not in read.tags
    assert f'lang="{"zh-Hans" if language == "zh" else "en"}"' in made[:200]


def test_hostile_words_stay_words_and_cannot_turn_the_page_around(inspection):
    made = card.render(inspection)

    assert "<script" not in made
    assert "<b>late" not in made
    assert "me@example.com" not in made


def test_nothing_is_left_untranslated(inspection):
    chinese = card.render(inspection, language="zh").split('class="edition zh"')[1]

    words = re.sub(r"<svg.*?</svg>|<small>.*?</small>", "", chinese, flags=re.S)
    headings = re.findall(r"<h[23][^>]*>(.*?)</h[23]>", words, re.S)
    assert headings
    assert all(re.search("[\u4e00-\u9fff]", one) for one in headings if "day" not in one)


def test_a_quick_look_and_a_table_of_nothing_but_numbers_have_a_card_too():
    inspector = Inspector(["n"])
    for n in range(50):
        inspector.add(n, {"n": n * 1.5})

    made = card.render(inspector.finish(about={"name": "n.csv"}, quick=True))

    assert "A quick look" in made
    assert 'class="texts"' not in made


def test_the_report_of_a_run_shows_the_data_as_it_came(inspection):
    made = page.render({"inspection": inspection, "scenario": {"name": "x"}})

    assert {"columns", "texts", "cleaning", "personal"} <= set(re.findall(r'<section class="(\w+)"', made))


def test_a_histogram_marks_what_lies_beyond_the_limit():
    words = {"x_name": "x", "y_name": "y", "title": "t", "limit_name": "limit"}

    drawn = bars.histogram([(8, 11, 5), (11, 16, 0), (16, 23, 2)], limit=16, **words)

    assert drawn.count('class="column"') == 1
    assert drawn.count('class="column beyond"') == 1
    assert "8–10: 5" in drawn
