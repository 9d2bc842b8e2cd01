"""`luodi new`: look at a table, guess what it is for, and write a scenario file that runs."""

import csv
import json
import random
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luodi import guess, scenario
from luodi.errors import DataError

RNG = random.Random(3)
PLACES = ["Oslo", "Lima", "Kyiv", "Pune", "Bonn", "Cork", "Baku", "Doha"]


def sentence(n: int) -> str:
    return f"Order {n} from {RNG.choice(PLACES)} came late, and nobody at {RNG.choice(PLACES)} would say why"


def table(path, header, row, *, n=60, **how):
    """Write n rows; `row` makes one from its number."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, **how)
        writer.writerows([header] if header else [])
        writer.writerows(row(i) for i in range(n))
    return path


def written(luodi, folder, data, *more):
    """Let `luodi new` write a scenario, see that `luodi check` accepts it, and return it."""
    assert luodi("new", folder, "--data", data, "--yes", *more).code == 0
    told = luodi("check", folder)
    assert told.code == 0, told.err
    return scenario.load(folder)


def test_english_columns_are_recognized(tmp_path, luodi):
    data = table(
        tmp_path / "tickets.csv",
        ["id", "customer_id", "channel", "message", "queue"],
        lambda i: [i, f"C{i // 2}", ["mail", "chat"][i % 2], sentence(i), ["billing", "delivery", "other"][i % 3]],
    )

    made = written(luodi, tmp_path / "tickets", data)

    expected = {"text": "message", "label": "queue", "group": "customer_id", "channel": "channel"}
    assert made.task_name == "text-classification"
    assert made.settings["prepare"].columns == expected
    assert made.settings["evaluate"].slices == ("channel",)


def test_chinese_columns_and_words_of_sentiment_are_recognized(tmp_path, luodi):
    data = table(
        tmp_path / "评论.csv",
        ["编号", "平台", "评论", "评价"],
        lambda i: [i, "网应"[i % 2], f"第{i}次买，{RNG.choice(['很好', '不行'])}，送得也快", ["好评", "差评"][i % 2]],
    )

    made = written(luodi, tmp_path / "reviews", data)

    assert made.task_name == "sentiment"
    assert made.settings["prepare"].columns["text"] == "评论"
    assert made.settings["prepare"].columns["label"] == "评价"


def test_a_table_without_names_is_read_by_number(tmp_path, luodi):
    data = table(tmp_path / "a.tsv", None, lambda i: ["yn"[i % 2], sentence(i).replace(",", "")], delimiter="\t")

    made = written(luodi, tmp_path / "s", data)

    assert made.settings["prepare"].header is False
    assert made.settings["prepare"].columns == {"text": "2", "label": "1"}


def test_numbers_may_be_labels(tmp_path, luodi):
    data = table(tmp_path / "a.csv", ["text", "label"], lambda i: [sentence(i), i % 2])

    made = written(luodi, tmp_path / "s", data)

    assert (made.task_name, made.settings["prepare"].columns["label"]) == ("text-classification", "label")


@pytest.mark.parametrize(
    ("labels", "mapping"),
    [
        pytest.param(["0", "1"], {"0": "negative", "1": "positive"}, id="two"),
        pytest.param(["-1", "0", "1"], {"-1": "negative", "0": "neutral", "1": "positive"}, id="three"),
        pytest.param(
            list("12345"),
            {"1": "negative", "2": "negative", "3": "neutral", "4": "positive", "5": "positive"},
            id="stars",
        ),
        pytest.param(["neg", "POS"], {}, id="words that are understood anyway"),
    ],
)
def test_numbers_are_mapped_to_sentiments_when_these_are_asked_for(tmp_path, luodi, labels, mapping):
    data = table(tmp_path / "a.csv", ["text", "label"], lambda i: [sentence(i), labels[i % len(labels)]])

    made = written(luodi, tmp_path / "s", data, "--task", "sentiment")

    assert made.options.labels == mapping


@pytest.mark.parametrize("separator", ["|", ";", ","])
def test_several_labels_in_a_cell_make_tags(tmp_path, luodi, separator):
    topics = ["city", "money", "sport", "art", "health"]
    data = table(
        tmp_path / "a.csv", ["text", "topics"], lambda i: [sentence(i), separator.join(RNG.sample(topics, 1 + i % 3))]
    )

    made = written(luodi, tmp_path / "s", data)

    assert (made.task_name, made.options.separator) == ("topic-tagging", separator)
    assert made.settings["prepare"].columns["labels"] == "topics"


def test_lists_of_labels_in_json_make_tags(tmp_path, luodi):
    topics = ["city", "money", "sport", "art", "health"]
    lines = [{"body": sentence(i), "tags": RNG.sample(topics, 1 + i % 3)} for i in range(60)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))

    assert written(luodi, tmp_path / "s", tmp_path / "a.jsonl").task_name == "topic-tagging"


def test_what_is_said_is_taken_as_said(tmp_path, luodi):
    data = table(tmp_path / "a.csv", ["label", "text", "z"], lambda i: ["ab"[i % 2], "cd"[i % 2], f"{sentence(i)} {i}"])

    made = written(luodi, tmp_path / "s", data, "--text", "z", "--label", "text")

    assert made.settings["prepare"].columns["text"] == "z"
    assert made.settings["prepare"].columns["label"] == "text"


HOSTILE = [
    'say "hi"',
    "two\nlines",
    "🙂",
    "tab\there",
    "back\\slash",
    "a.b",
    "= 1 #",
    "'",
    "+plus",
    "\x7f",
    "x" * 30,
    "名",
]


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_a_hostile_column_name_ends_up_in_a_file_that_loads(tmp_path, luodi, name):
    data = table(
        tmp_path / "a.csv",
        [name, f"text {name}", f"label {name}"],
        lambda i: ["uv"[i % 2], sentence(i), "ab"[i // 2 % 2]],
    )

    made = written(luodi, tmp_path / "s", data)

    assert made.settings["prepare"].columns["text"] == f"text {name}".strip()
    assert made.settings["evaluate"].slices == (name.strip(),)


@pytest.mark.parametrize("name", ["text", "label", "labels", "group"])
def test_a_further_column_may_bear_a_name_of_ours(tmp_path, luodi, name):
    data = table(
        tmp_path / "a.csv",
        [name, "message body", "queue label"],
        lambda i: ["uv"[i % 2], sentence(i), "ab"[i // 2 % 2]],
    )

    made = written(luodi, tmp_path / "s", data, "--text", "message body", "--label", "queue label")

    assert made.settings["prepare"].columns["text"] == "message body"
    assert made.settings["prepare"].columns["label"] == "queue label"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1), min_size=3, max_size=3)
)
def test_no_names_of_columns_make_a_file_that_does_not_load(tmp_path, names):
    data = table(tmp_path / "a.csv", names, lambda i: ["uv"[i % 2], sentence(i), "ab"[i // 2 % 2]])
    try:
        found = guess.look(data)
    except DataError:
        return

    made = tomllib.loads(guess.scenario_text(found, name=names[0], folder=tmp_path))

    assert set(made["prepare"]["columns"].values()) <= set(found.table.columns)


def test_the_data_is_named_relative_to_the_scenario(tmp_path, luodi):
    (tmp_path / 'my "data"').mkdir()
    data = table(tmp_path / 'my "data"' / "a.csv", ["text", "label"], lambda i: [sentence(i), "ab"[i % 2]])

    made = written(luodi, tmp_path / "deep" / "er", data)

    assert made.settings["define"].train == '../../my "data"/a.csv'


def test_a_template_is_copied_with_its_data(tmp_path, luodi):
    told = luodi("new", tmp_path / "s", "--template", "support-tickets")

    assert told.code == 0
    assert luodi("check", tmp_path / "s").code == 0
    assert {one.name for one in (tmp_path / "s").iterdir()} >= {"scenario.toml", "data"}
    assert not (tmp_path / "s" / ".luodi").exists()


def test_nothing_of_the_users_is_overwritten(tmp_path, refused, folder):
    assert "a scenario here already" in refused("new", folder, "--template", "support-tickets")

    (tmp_path / "s" / "data").mkdir(parents=True)
    (tmp_path / "s" / "data" / "tickets.csv").write_text("mine")

    assert "is there already" in refused("new", tmp_path / "s", "--template", "support-tickets")
    assert (tmp_path / "s" / "data" / "tickets.csv").read_text() == "mine"
    assert not (tmp_path / "s" / "scenario.toml").exists()


@pytest.mark.parametrize(
    ("row", "more", "what"),
    [
        pytest.param(lambda i: [sentence(i), i], [], "no column looks like a label", id="a new value in every row"),
        pytest.param(lambda i: [sentence(i), "a"], [], "no column looks like a label", id="one value only"),
        pytest.param(lambda i: [sentence(i)], [], "no column looks like a label", id="one column only"),
        pytest.param(lambda i: ["ab"[i % 2]], ["--label", "c0"], "both be one column", id="nothing but the label"),
        pytest.param(lambda i: [sentence(i), "a"], ["--label", "lable"], "no column is called 'lable'", id="misspelt"),
        pytest.param(lambda i: [sentence(i), "a"], ["--text", "c0", "--label", "c0"], "both", id="the same twice"),
        pytest.param(lambda i: [sentence(i), "a"], ["--task", "sentimnt"], "no task", id="unknown task"),
    ],
)
def test_a_table_that_fits_nothing_is_refused(tmp_path, refused, row, more, what):
    data = table(tmp_path / "a.csv", [f"c{n}" for n, _ in enumerate(row(0))], row)

    assert what in refused("new", tmp_path / "s", "--data", data, *more)
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="from nothing"),
        pytest.param(["--data", "a.csv", "--template", "support-tickets"], id="from two things"),
        pytest.param(["--data", "missing.csv"], id="from no file"),
        pytest.param(["--template", "suport-tickets"], id="from no template"),
    ],
)
def test_a_start_from_nowhere_is_refused(tmp_path, refused, arguments):
    refused("new", tmp_path / "s", *arguments)

    assert not (tmp_path / "s").exists()


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path, refused):
    (tmp_path / "s").write_text("mine")
    data = table(tmp_path / "a.csv", ["text", "label"], lambda i: [sentence(i), "ab"[i % 2]])

    assert "a file where a folder should be" in refused("new", tmp_path / "s", "--data", data)
