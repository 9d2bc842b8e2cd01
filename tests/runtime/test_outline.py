"""Documents as sentences with their places: headings, pages, lists, lines that go on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi import sentences
from luodi.runtime import outline

REPORT = """# Annual report

## 1 Costs

Costs rose by 5.2 % in 2026. The board
had expected less.

- Energy cost more, e.g. gas
- Staff cost less

\f第二章 人员

两人离职。一人入职。
"""


def texts(text, form="report"):
    return [one.text for one in outline.read(text, form).sentences]


def test_a_report_has_sections_pages_and_items():
    made = outline.read(REPORT, "report")

    assert texts(REPORT) == [
        "Costs rose by 5.2 % in 2026.",
        "The board\nhad expected less.",
        "Energy cost more, e.g. gas",
        "Staff cost less",
        "两人离职。",
        "一人入职。",
    ]
    assert made.title == "Annual report"
    assert made.headings == ("", "Annual report", "Annual report › 1 Costs", "第二章 人员")
    assert [one.section for one in made.sentences] == [2, 2, 2, 2, 3, 3]
    assert [one.page for one in made.sentences] == [1, 1, 1, 1, 2, 2]


@given(st.text(alphabet="ab .!?。！\n\f#-:“”1", max_size=80), st.sampled_from(outline.FORMS))
def test_every_sentence_stands_where_it_is_said_to(text, form):
    for one in outline.read(text, form).sentences:
        assert text[one.start : one.end] == one.text == one.text.strip()


def test_an_article_begins_with_its_headline():
    made = outline.read("Harbor opens\n\nThe harbor opened. Ships came.\n\nNobody left.", "news")

    assert made.title == "Harbor opens"
    assert [(one.text, one.paragraph) for one in made.sentences] == [
        ("The harbor opened.", 0),
        ("Ships came.", 0),
        ("Nobody left.", 1),
    ]


def test_a_text_that_is_nothing_but_headings_is_summed_up_by_them():
    assert texts("# Costs\n\n# Staff") == ["# Costs", "# Staff"]


@pytest.mark.parametrize(
    ("text", "n"),
    [
        pytest.param("Dr. Who paid $1.5bn to J. Smith Jr. in the U.S. on Monday. He left.", 2, id="short forms"),
        pytest.param('"Stop!" he said. "Why?"', 2, id="quotes"),
        pytest.param("他说：“走吧。”然后走了。", 2, id="Chinese quotes"),
        pytest.param("It works at Apple Inc. The firm grew.", 2, id="a short form that ends"),
        pytest.param("Version 2.1 is out... at last.", 1, id="numbers and dots"),
        pytest.param("no end", 1, id="no end"),
        pytest.param(" \n ", 0, id="nothing"),
        pytest.param("It ended.Then it began again.", 2, id="no space"),
    ],
)
def test_sentences_end_where_people_end_them(text, n):
    assert len(sentences.split(text)) == n


def test_a_sentence_without_end_is_cut():
    made = list(sentences.places("word " * 2_000))

    assert len(made) > 3 and max(end - start for start, end in made) <= sentences.LONGEST
