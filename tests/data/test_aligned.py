"""Two text files as one table: line by line, or an error that names the line."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi import guess_pairs, scenario
from luodi.data import aligned, sources
from luodi.errors import DataError, Faults

TEXT = st.text(alphabet=st.sampled_from('ab, "\t|{}字'), max_size=8)
LINES = st.lists(st.tuples(TEXT, st.sampled_from(["x", "", '"y'])), max_size=30)


def pair(folder, ours, theirs, name="train"):
    (folder / f"{name}.en").write_bytes(ours.encode())
    (folder / f"{name}.zh").write_bytes(theirs.encode())
    return f"{name}.{{en,zh}}"


def rows(root, name):
    (source,) = sources.expand(root, name)
    return list(sources.open(source).rows())


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_line_n_of_one_stands_beside_line_n_of_the_other(tmp_path_factory, lines):
    folder = tmp_path_factory.mktemp("pair")
    ours, theirs = zip(*lines, ("end", "end"), strict=True)

    found = rows(folder, pair(folder, "\n".join(ours), "\n".join(theirs)))

    expected = enumerate(zip(ours, theirs, strict=True), start=1)
    assert found == [(n, {"en": a.strip(), "zh": b.strip()}) for n, (a, b) in expected]


@pytest.mark.parametrize(
    ("ours", "theirs", "where", "what"),
    [
        pytest.param("a\nb\nc\n", "甲\n乙\n", "train.en:3", "train.zh has 2 lines, and train.en 3", id="one more"),
        pytest.param("a\n", "甲\n\n乙\n丙", "train.zh:3", "train.en has 1 lines, and train.zh 4", id="after a gap"),
    ],
)
def test_lines_without_a_counterpart_are_refused_with_their_place(tmp_path, ours, theirs, where, what):
    name = pair(tmp_path, ours, theirs)

    with pytest.raises(DataError) as caught:
        rows(tmp_path, name)

    assert caught.value.where.endswith(where)
    assert caught.value.what.startswith(what)
    assert "line n of one file" in caught.value.fix


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param("a\nb", "甲\n乙\n\n\n", id="empty lines at the end"),
        pytest.param("a\r\nb\r\n", "甲\n乙", id="two kinds of line ends"),
        pytest.param("\ufeffa\nb", "甲\n乙", id="a byte order mark"),
    ],
)
def test_what_has_no_words_shifts_nothing(tmp_path, ours, theirs):
    found = [row for _, row in rows(tmp_path, pair(tmp_path, ours, theirs)) if row["en"]]

    assert found == [{"en": "a", "zh": "甲"}, {"en": "b", "zh": "乙"}]


def test_a_lone_carriage_return_does_not_shift_what_follows(tmp_path):
    found = rows(tmp_path, pair(tmp_path, "a\rb\nc\n", "甲\n乙\n"))

    assert found == [(1, {"en": "a b", "zh": "甲"}), (2, {"en": "c", "zh": "乙"})]


def test_packed_files_are_read_and_each_of_both_decides_the_key(tmp_path):
    for one in ("en", "de"):
        (tmp_path / f"train.{one}.gz").write_bytes(gzip.compress(f"{one} a\n{one} b\n".encode()))
    (source,) = sources.expand(tmp_path, "train.{en,de}.gz")
    before = sources.fingerprint(source)

    assert [row for _, row in sources.open(source).rows()] == [
        {"en": "en a", "de": "de a"},
        {"en": "en b", "de": "de b"},
    ]
    (tmp_path / "train.de.gz").write_bytes(gzip.compress(b"de a\nde c\n"))
    assert before["name"] == "train.{en,de}.gz" and sources.fingerprint(source)["sha256"] != before["sha256"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("{in/x,out/y}.txt", (("in/x", "in/x.txt"), ("out/y", "out/y.txt")), id="folders"),
        pytest.param("a.{en}", None, id="one"),
        pytest.param("a.{en,de,fr}", None, id="three"),
        pytest.param("a.{en,en}", None, id="twice the same"),
    ],
)
def test_two_names_in_braces_mean_a_pair(name, expected):
    assert aligned.halves(name) == expected


def test_a_half_that_is_not_there_is_named_before_anything_runs(tmp_path):
    (tmp_path / "train.en").write_text("a\n", encoding="utf-8")
    (tmp_path / "scenario.toml").write_text(
        'task = "translation"\n[define]\ntrain = "train.{en,zh}"\n', encoding="utf-8"
    )

    with pytest.raises(Faults, match="does not exist") as caught:
        scenario.load(tmp_path)

    assert "train.en" in str(caught.value)  # the nearest name


def test_a_new_scenario_is_made_of_the_file_that_was_named_and_the_one_beside_it(tmp_path):
    pair(tmp_path, "a\nb\n", "甲\n乙\n", name="notices-2026")

    found = guess_pairs.look(str(tmp_path / "notices-2026.zh"), tmp_path)

    assert found is not None and "from 'zh' to 'en'" in found.seen
    (tmp_path / "scenario.toml").write_text(found.text.replace("NAME", '"t"', 1), encoding="utf-8")
    loaded = scenario.load(tmp_path)
    assert loaded.settings["define"].train == "notices-2026.{zh,en}"
    assert loaded.settings["prepare"].columns == {"source": "zh", "target": "en"}


def test_two_tables_in_two_languages_are_no_pair(tmp_path):
    for one in ("en", "de"):
        (tmp_path / f"calls.{one}.csv").write_text("text,label\na,b\n", encoding="utf-8")

    assert guess_pairs.look(str(tmp_path / "calls.en.csv"), tmp_path) is None
