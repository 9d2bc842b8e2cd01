"""Documents as tables of one row: a folder of them, with summaries beside them, in every format."""

import pytest

from luodi.data import sources
from luodi.runtime import outline

MARKDOWN = "# Costs\n\nThey rose.\n\n## Energy\n\nGas cost more.\n"


def rows(folder, name="."):
    found = [(one.name, sources.open(one)) for one in sources.expand(folder, name)]
    return {name: next(iter(table.rows()))[1] for name, table in found}


def test_a_folder_of_documents_is_a_table_with_summaries(tmp_path):
    (tmp_path / "may.md").write_text(MARKDOWN, encoding="utf-8")
    (tmp_path / "may.summary.txt").write_text("Costs rose.\n", encoding="utf-8")
    (tmp_path / "june.html").write_text("<h1>Staff</h1><p>Two left.</p>", encoding="utf-8")

    found = rows(tmp_path)

    assert found["may.md"] == {"file": "may.md", "title": "Costs", "text": MARKDOWN, "summary": "Costs rose."}
    assert found["june.html"]["text"].startswith("# Staff") and found["june.html"]["summary"] == ""
    assert len(found) == 2


def test_word_and_pdf_keep_their_headings_and_pages(tmp_path):
    docx, reportlab = pytest.importorskip("docx"), pytest.importorskip("reportlab.pdfgen.canvas")
    pytest.importorskip("pypdf")
    word = docx.Document()
    word.add_heading("Costs", 1)
    word.add_paragraph("They rose.")
    word.save(tmp_path / "a.docx")
    canvas = reportlab.Canvas(str(tmp_path / "b.pdf"))
    for line in ("They rose in May.", "They fell in June."):
        canvas.drawString(72, 700, line)
        canvas.showPage()
    canvas.save()

    found = rows(tmp_path)

    assert outline.read(found["a.docx"]["text"], "report").headings == ("", "Costs")
    assert [one.page for one in outline.read(found["b.pdf"]["text"], "report").sentences] == [1, 2]


def test_another_summary_is_other_data(tmp_path):
    (tmp_path / "may.md").write_text(MARKDOWN, encoding="utf-8")
    (source,) = sources.expand(tmp_path, "may.md")
    before = sources.fingerprint(source)

    (tmp_path / "may.summary.md").write_text("Costs rose.", encoding="utf-8")

    assert sources.fingerprint(source) != before


def test_tables_go_before_documents(tmp_path):
    (tmp_path / "README.md").write_text("About.", encoding="utf-8")
    (tmp_path / "rows.csv").write_text("text,label\na,b\n", encoding="utf-8")

    assert [one.name for one in sources.expand(tmp_path, ".")] == ["rows.csv"]
