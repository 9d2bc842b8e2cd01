"""The scenario file: read as it is meant, refused with every mistake at once."""

import os
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luodi import scenario
from luodi.errors import Faults, LuodiError, ScenarioError

HEAD = 'task = "text-classification"\n[define]\ntrain = "data.csv"\n'


def faults(folder, text: str) -> list[tuple[str, int, str]]:
    """Return (what, line, fix) of every fault."""
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Faults) as caught:
        scenario.load(folder)
    found = [(one.what, *one.where.rpartition(":")[::2], one.fix) for one in caught.value.faults]
    assert {file for _, file, _, _ in found} == {str((folder / "scenario.toml").resolve())}
    return [(what, int(line), fix) for what, _, line, fix in found]


def test_a_scenario_says_what_its_file_says(folder):
    read = scenario.load(folder)

    assert (read.name, read.task_name, read.seed) == ("tiny", "text-classification", 7)
    assert read.settings["select"].models == ("majority", "tfidf-logreg")
    assert read.settings["prepare"].columns["text"] == "body"
    assert read.present >= {"define", "select"}
    assert (read.root, read.home) == (folder.resolve(), folder.resolve() / ".luodi")


def test_what_is_left_out_has_its_default(folder):
    (folder / "scenario.toml").write_text(HEAD)

    read = scenario.load(folder / "scenario.toml")

    assert (read.name, read.seed, read.goal) == ("tiny", 7, "")
    assert read.settings["prepare"].test == 0.2
    assert "pretrain" not in read.present


MANY = """\
nam = "x"
task = "text-classification"
[defin]
[options]
max_character = 3
[define]
train = "dta.csv"
succeed = { "classification.makro_f1" = 0.8 }
automate = { precison = 0.9 }
[prepare]
dev = "much"
[select]
models = ["majorty"]
"""
CLOSEST = {
    1: "'name'",
    3: "'define'",
    5: "'max_characters'",
    7: "'data.csv'",
    8: "'classification.macro_f1'",
    9: "'precision'",
    11: "change dev; or see: luodi describe prepare",
    13: "'majority'",
}


def test_every_mistake_is_reported_at_once_with_its_line_and_the_closest_name(folder):
    found = faults(folder, MANY)

    assert {line for _, line, _ in found} == CLOSEST.keys()
    assert [line for line, fix in CLOSEST.items() if not any(at == line and fix in said for _, at, said in found)] == []


@pytest.mark.parametrize(
    ("text", "what", "line", "fix"),
    [
        pytest.param(HEAD + "[prepar]\n", "'prepar' is not known", 4, "'prepare'", id="unknown section"),
        pytest.param(HEAD + "[prepare]\ndelimeter = 1\n", "'delimeter' is not", 5, "'delimiter'", id="unknown key"),
        pytest.param("seed = true\n" + HEAD, "'seed' should be a whole", 1, "change seed", id="a flag for a number"),
        pytest.param("seed = -1\n" + HEAD, "seed should be from 0", 1, "write a number", id="a seed nobody takes"),
        pytest.param(HEAD + "dev = 3\n", "a valid string or a list, not 3", 4, "dev", id="wrong type"),
        pytest.param(HEAD + 'dev = ["data.csv", 3]\n', "dev.1: input should", 4, "dev.1", id="wrong in a list"),
        pytest.param(HEAD + 'succeed = { "cost.p95_ms" = nan }\n', "finite", 4, "change succeed", id="not a number"),
        pytest.param(HEAD + 'succeed = { "f1" = 1 }\n', "no metric 'f1'", 4, "use one of", id="unknown metric"),
        pytest.param(
            HEAD + 'succeed = { "tagging.micro_f1" = 1 }\n', "is not measured", 4, "classification", id="other metric"
        ),
        pytest.param(
            HEAD + 'succeed = { "checks.faithfulness" = 0.9 }\n', "is not measured", 4, "use one of", id="not of texts"
        ),
        pytest.param(HEAD + 'succeed = { "cost.p95" = 1 }\n', "no metric", 4, "'cost.p95_ms'", id="unknown cost"),
        pytest.param(
            HEAD + '[select]\nmodels = ["tfidf"]\n', "no model 'tfidf'", 5, "tfidf-logreg", id="unknown model"
        ),
        pytest.param(
            HEAD + '[select]\nmodels = ["majority", "majority"]\n', "named twice", 5, "once", id="a model twice"
        ),
        pytest.param('task = "sentimnt"\n[define]\ntrain = "data.csv"', "no task", 1, "'sentiment'", id="unknown task"),
        pytest.param('[define]\ntrain = "data.csv"', "'task' is missing", 1, "'sentiment'", id="no task"),
        pytest.param('task = "sentiment"\n', "[define] is missing", 1, "add [define]", id="no [define]"),
        pytest.param('define = 3\ntask = "sentiment"\n', "should be a section", 1, "[define]", id="no section"),
        pytest.param('task = "sentiment"\n[define]\n', "'train' is missing", 2, "add train", id="no data"),
        pytest.param(HEAD.replace("data", "dat"), "'dat.csv' does not exist", 3, "'data.csv'", id="no such file"),
        pytest.param(HEAD.replace("data.csv", ""), "is a folder", 3, "'data.csv'", id="no name"),
        pytest.param(HEAD.replace("data", "/no/such/data"), "does not exist", 3, "none", id="an absolute path"),
        pytest.param(HEAD.replace("data", "a" * 5000), "does not exist", 3, "'data.csv'", id="a very long name"),
        pytest.param(HEAD.replace("data.csv", r"a\u0000"), "does not exist", 3, "'data.csv'", id="a name no file has"),
        pytest.param(HEAD + "[prepare]\ndelimiter = 'ab'\n", "one character", 5, "write", id="long delimiter"),
        pytest.param(HEAD + "[prepare]\nencoding = 'utf9'\n", "no encoding", 5, "'utf-8'", id="unknown encoding"),
        pytest.param(HEAD + "[prepare]\nencoding = 'hex'\n", "no encoding", 5, "'utf-8'", id="no encoding of text"),
        pytest.param(HEAD + "[evaluate]\nslices = ['text']\n", "no further column", 5, "columns", id="the text"),
        pytest.param(HEAD + "[evaluate]\nquantize = 'int3'\n", "'int8', 'bf16' or 'none'", 5, "quantize", id="a form"),
        pytest.param(HEAD + "[deploy]\nmax_batch = 0\n", "1 or more, not 0", 5, "1 or more", id="too small a number"),
        pytest.param(HEAD + "automate = { precision = 2 }\n", "0.5 to 0.9999", 4, "0.5", id="more than certain"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_a_remedy(folder, text, what, line, fix):
    ((said, at, remedy),) = faults(folder, text)

    assert what in said
    assert at == line
    assert fix in remedy


@pytest.mark.parametrize(
    ("content", "what", "line"),
    [
        pytest.param(b'task = "x"\nname =\n', "not TOML", 2, id="no value"),
        pytest.param(b"a = 1\na = 2\n", "not TOML", 2, id="a key twice"),
        pytest.param(b"x = " + b"[" * 5000, "not TOML", 1, id="brackets in brackets"),
        pytest.param(b"seed = " + b"1" * 5000, "not TOML", 1, id="a number without end"),
        pytest.param(b'task = "x"\nname = "\xff"\n', "not UTF-8", 2, id="not UTF-8"),
        pytest.param(b"#" * 1_000_001, "larger than 1 MB", None, id="too large"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(folder, content, what, line):
    path = folder / "scenario.toml"
    path.write_bytes(content)

    with pytest.raises(ScenarioError, match=what) as caught:
        scenario.load(path)

    assert caught.value.where == (f"{path.resolve()}:{line}" if line else str(path.resolve()))
    assert caught.value.fix


def test_a_byte_order_mark_is_no_mistake(folder):
    (folder / "scenario.toml").write_bytes(b"\xef\xbb\xbf" + HEAD.encode())

    assert scenario.load(folder).task_name == "text-classification"


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        pytest.param("scenaro.toml", "scenario.toml", id="misspelt"),
        pytest.param("nowhere", "scenario.toml", id="no such folder"),
        pytest.param("nowhere/scenario.toml", "luodi new", id="in no folder"),
        pytest.param("a" * 5000, "scenario.toml", id="a name no file has"),
    ],
)
def test_a_missing_scenario_file_is_answered_with_the_nearest_or_with_how_to_write_one(folder, name, fix):
    with pytest.raises(ScenarioError, match="no scenario file") as caught:
        scenario.load(folder / name)

    assert fix in caught.value.fix


def test_a_pipe_is_no_data_file(folder):
    os.mkfifo(folder / "pipe.csv")

    ((what, line, fix),) = faults(folder, HEAD.replace("data.csv", "pipe.csv"))

    assert "a pipe or a device" in what
    assert line == 3
    assert "'data.csv'" in fix


def test_a_folder_of_many_files_is_not_listed_in_full(folder):
    for n in range(100):
        (folder / f"{n}.bin").touch()

    ((_, _, fix),) = faults(folder, HEAD.replace("data.csv", "reviews"))

    assert fix.endswith("… (89 more)")


def test_several_data_files_may_be_named(folder):
    (folder / "scenario.toml").write_text(HEAD.replace('"data.csv"', '["data.csv", "data.csv"]'))

    assert scenario.load(folder).settings["define"].files("train") == ("data.csv", "data.csv")


def test_key_lines_finds_sections_keys_and_keys_of_inline_tables():
    text = '\na = 1\n[b]\nc = { "d.e" = 1, f = 2 }\n  [b.g]\n"h i" = 3\n[[j]]\n'

    assert scenario.key_lines(text) == {
        ("a",): 2,
        ("b",): 3,
        ("b", "c"): 4,
        ("b", "c", "d.e"): 4,
        ("b", "c", "f"): 4,
        ("b", "g"): 5,
        ("b", "g", "h i"): 6,
        ("j",): 7,
    }


VALUES = st.sampled_from(
    [
        "-1",
        "0",
        "1e999",
        "nan",
        "true",
        '""',
        '"x"',
        "[]",
        "[[]]",
        "{}",
        "{ a = 1 }",
        "1979-05-27",
        '"\\u0000"',
        "'../x'",
    ]
)
LINES = st.one_of(
    st.builds("{} = {}".format, st.sampled_from(["name", "train", "succeed", "models", "dev", "x.y", '"q r"']), VALUES),
    st.sampled_from(["[define]", "[prepare]", "[select.base]", "[[evaluate]]", "]", "'''", '"', "[a.b]", "="]),
    st.text(max_size=30),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.integers(0, 20), st.booleans(), LINES), min_size=1, max_size=6))
def test_no_text_makes_anything_but_a_scenario_or_an_error_with_a_remedy(tiny, folder, edits):
    lines = (tiny(folder) / "scenario.toml").read_text().splitlines()
    for at, replaces, line in edits:
        lines[at : at + replaces] = [line]
    (folder / "scenario.toml").write_bytes("\n".join(lines).encode(errors="replace"))

    with suppress(LuodiError):
        scenario.load(folder)
