"""`luodi new` from a table of texts with their translations."""

import pytest

from luodi import guess_pairs, scenario


@pytest.mark.parametrize(
    ("header", "source", "target"),
    [
        pytest.param("source,target", "source", "target", id="named so"),
        pytest.param("id,English,中文", "English", "中文", id="two languages"),
        pytest.param("zh-CN,en-US,note", "zh-CN", "en-US", id="codes with countries"),
        pytest.param("原文,译文", "原文", "译文", id="in Chinese"),
    ],
)
def test_a_table_of_translations_is_known_by_its_columns(tmp_path, header, source, target):
    rows = [",".join(f"{name} {n}" for name in header.split(",")) for n in range(30)]
    (tmp_path / "t.csv").write_text("\n".join([header, *rows]), encoding="utf-8")

    found = guess_pairs.look(str(tmp_path / "t.csv"), tmp_path)

    assert found is not None and found.task == "translation"
    (tmp_path / "scenario.toml").write_text(found.text.replace("NAME", '"t"', 1), encoding="utf-8")
    columns = scenario.load(tmp_path).settings["prepare"].columns
    assert columns == {"source": source, "target": target}


def test_a_table_of_texts_and_labels_is_not_taken_for_translations(tmp_path):
    (tmp_path / "t.csv").write_text("text,label\na,b\n", encoding="utf-8")

    assert guess_pairs.look(str(tmp_path / "t.csv"), tmp_path) is None
