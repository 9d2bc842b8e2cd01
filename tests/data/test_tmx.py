"""Translation memories as translation programs export them."""

import pytest

from luodi.data import sources
from luodi.errors import DataError

UNIT = '<tu><tuv xml:lang="en"><seg>{en}</seg></tuv>\n<tuv xml:lang="zh-CN"><seg>{zh}</seg></tuv></tu>\n'
FRAME = '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4"><header srclang="en"/><body>\n{}</body></tmx>'


def read(path, text):
    (path / "m.tmx").write_text(text, encoding="utf-8")
    (source,) = sources.expand(path, "m.tmx")
    return sources.open(source)


def test_a_unit_is_a_row_and_a_language_a_column(tmp_path):
    units = UNIT.format(en="Hold &amp; wait <bpt i='1'>&lt;b&gt;</bpt>", zh="按住") + UNIT.format(en="Bye", zh="再见")

    table = read(tmp_path, FRAME.format(units))

    assert table.columns == ("en", "zh-CN")
    assert list(table.rows()) == [
        (3, {"en": "Hold & wait <b>", "zh-CN": "按住"}),
        (5, {"en": "Bye", "zh-CN": "再见"}),
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("<tmx><body><tu>", "no translation memory", id="cut off"),
        pytest.param('<!DOCTYPE t [<!ENTITY a "aaaa">]><tmx>&a;</tmx>', "entities of its own", id="entities"),
        pytest.param(FRAME.format(""), "no translations", id="empty"),
    ],
)
def test_what_is_no_translation_memory_is_refused(tmp_path, text, what):
    with pytest.raises(DataError, match=what):
        read(tmp_path, text)
