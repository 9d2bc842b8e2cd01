"""Documents of every format become text whose passages stand where they say."""

import io
import itertools
import zipfile

import docx
import pptx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from reportlab.pdfgen import canvas

from luodi.data import papers, plain_papers
from luodi.data.chunks import Paper, cut
from luodi.errors import DataError

PIECES = st.sampled_from(["word", " ", "\n", "\n\n", ". ", "。", "中文", "👩‍👩‍👧", "e\u0301", "x" * 1_000])


def by_words(passages, words):
    return next(one for one in passages if words in one.text)


def a_pdf(path):
    page = canvas.Canvas(str(path))
    page.setTitle("Rules")
    for n, text in enumerate(["1 Purpose", "2 Scope and limits"]):
        page.drawString(72, 720, text)
        page.drawString(72, 690, f"The sentence of page {n + 1} stands here.")
        page.showPage()
    page.save()


def a_docx(path):
    made = docx.Document()
    made.add_heading("Travel", 0)
    made.add_heading("Hotels", 1)
    made.add_paragraph("Hotels cost 130 pounds.")
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "London", "195 pounds"
    made.save(path)


def a_pptx(path):
    deck = pptx.Presentation()
    for title in ("First", "Second"):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = title, f"Body of {title}"
    deck.save(path)


def a_workbook(path):
    book = Workbook()
    book.active.title = "Prices"
    book.active.append(["item", "price"])
    book.active.append(["spade", 20])
    book.save(path)


@pytest.mark.parametrize(
    ("name", "make", "words", "heading", "page"),
    [
        pytest.param("a.pdf", a_pdf, "page 2 stands", "2 Scope and limits", 2, id="pdf"),
        pytest.param("a.docx", a_docx, "130 pounds", "Travel › Hotels", 0, id="docx"),
        pytest.param("a.docx", a_docx, "London | 195", "Travel › Hotels", 0, id="docx table"),
        pytest.param("a.pptx", a_pptx, "Body of Second", "Second", 2, id="pptx"),
        pytest.param("a.xlsx", a_workbook, "item: spade; price: 20", "Prices", 1, id="xlsx"),
    ],
)
def test_a_passage_knows_heading_and_page(tmp_path, name, make, words, heading, page):
    make(tmp_path / name)

    paper = papers.read(tmp_path / name)

    found = by_words(cut(paper), words)
    assert (found.heading, found.page) == (heading, page)
    assert all(paper.text[one.start : one.end] == one.text for one in cut(paper))


def test_markdown_loses_its_marks_and_keeps_its_headings():
    paper = plain_papers.of_markdown(
        "---\ntitle: T\n---\n# One\n\nSee [the **rules**](x.md).\n\nTwo\n---\n`code` here\n"
    )

    assert paper.title == "T" and [one.heading for one in cut(paper)] == ["One", "One › Two"]
    assert "See the rules." in paper.text and "code here" in paper.text


def test_a_page_of_html_shows_no_script_and_no_menu():
    page = "<title>A &amp; B</title><nav>menu</nav><h1>Top</h1><p>x &lt; y</p><script>bad()</script><li>one<li>two"

    paper = plain_papers.of_html(page)

    assert paper.title == "A & B" and paper.headings == ((0, 1, "Top"),)
    assert "x < y" in paper.text and "one\ntwo" in paper.text
    assert "bad" not in paper.text and "menu" not in paper.text


@settings(deadline=None, max_examples=150)
@given(st.lists(PIECES, max_size=40).map("".join), st.integers(20, 400))
def test_passages_are_stretches_of_their_text_and_lose_no_word(text, most):
    paper = plain_papers.of_markdown(text)

    made = cut(paper, max_characters=most)

    assert all(paper.text[one.start : one.end] == one.text for one in made)
    assert all(a.end <= b.start for a, b in itertools.pairwise(made))
    assert all(0 < len(one.text) <= most for one in made)
    assert "".join("".join(one.text.split()) for one in made) == "".join(paper.text.split())


def test_short_paragraphs_are_taken_together_and_long_ones_cut_between_sentences():
    text = "Short one.\n\nShort two.\n\n" + " ".join(f"Sentence number {n} is here." for n in range(60))

    made = cut(Paper(text=text), max_characters=300)

    assert made[0].text.startswith("Short one.\n\nShort two.")
    assert all(one.text.endswith(".") for one in made)


def a_bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + b"x" * 200_000_000)


@pytest.mark.parametrize(
    ("name", "make", "what"),
    [
        pytest.param("bomb.docx", a_bomb, "bomb", id="bomb"),
        pytest.param("cut.docx", lambda path: path.write_bytes(b"PK\x03\x04 cut"), "broken", id="cut off"),
        pytest.param("no.pdf", lambda path: path.write_bytes(b"no pdf at all"), "cannot be read", id="no pdf"),
        pytest.param("a.exe", lambda path: path.write_bytes(b"MZ"), "no format of documents", id="other"),
    ],
)
def test_what_is_no_document_is_refused_with_its_name(tmp_path, name, make, what):
    make(tmp_path / name)

    with pytest.raises(DataError, match=what) as caught:
        papers.read(tmp_path / name)

    assert name in caught.value.where and caught.value.fix


def test_a_locked_pdf_is_refused(tmp_path):
    from pypdf import PdfReader, PdfWriter

    a_pdf(tmp_path / "open.pdf")
    writer = PdfWriter(PdfReader(tmp_path / "open.pdf"))
    writer.encrypt("secret", algorithm="RC4-128")
    raw = io.BytesIO()
    writer.write(raw)
    (tmp_path / "locked.pdf").write_bytes(raw.getvalue())

    with pytest.raises(DataError, match="password"):
        papers.read(tmp_path / "locked.pdf")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "docs" / "link.txt").symlink_to(tmp_path / "secret.txt")

    with pytest.raises(DataError, match="leads out of the folder"):
        papers.expand(tmp_path, "docs")
