"""A bundle: what it answers, and what it refuses to open."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from luodi import registry
from luodi.bundle import RENEW, open_bundle, write_bundle
from luodi.contracts import Reject
from luodi.errors import SetupError
from luodi.runtime.engine_constant import Constant
from luodi.tasks import text_classification

SCORES = {"lost card": 0.7, "refund": 0.3}
PROMISE = {"precision": 0.97, "confidence": 0.95}


def a_bundle(folder: Path, *, scores=SCORES, **changed) -> Path:
    (folder / "model").mkdir(parents=True)
    Constant(scores).save(folder / "model")
    values = {
        "scenario": "tickets",
        "task": "text-classification",
        "goal": "Route it.",
        "options": {"max_characters": 1000},
        "model": "majority",
        "form": "float32",
        "temperature": 1.0,
        "threshold": None,
        "promise": None,
        "metrics": {},
    }
    values |= changed
    request = registry.task(values["task"]).Request
    write_bundle(folder, requests=[request(text=" "), request(text="my card")], card="# A card\n", **values)
    return folder


@pytest.fixture
def path(tmp_path):
    return a_bundle(tmp_path / "bundle")


def ask(bundle, *texts):
    return bundle.answer([bundle.task.Request(text=text) for text in texts])


def test_a_bundle_answers_in_order_and_rejects_with_a_reason(path):
    bundle = open_bundle(path)

    first, empty, last = ask(bundle, "a", " ", "b")

    assert first == last == text_classification.Response(label="lost card", score=0.7, scores=SCORES)
    assert empty == Reject(reason="empty text")
    assert bundle.answer([]) == []


def test_options_are_those_of_the_scenario(path):
    assert open_bundle(path).options == text_classification.Options(max_characters=1000)


def test_the_temperature_is_applied(tmp_path):
    bundle = open_bundle(a_bundle(tmp_path / "b", temperature=2.0))

    (answer,) = ask(bundle, "a")

    assert answer.score == pytest.approx(0.7**0.5 / (0.7**0.5 + 0.3**0.5))


@pytest.mark.parametrize(
    ("promise", "threshold", "handed_over"),
    [
        pytest.param(None, None, False, id="nothing was promised"),
        pytest.param(None, 0.9, False, id="a threshold without a promise"),
        pytest.param(PROMISE, None, True, id="no threshold keeps the promise"),
        pytest.param(PROMISE, 0.71, True, id="not sure enough"),
        pytest.param(PROMISE, 0.7, False, id="just sure enough"),
    ],
)
def test_a_person_looks_where_the_promise_would_break(tmp_path, promise, threshold, handed_over):
    bundle = open_bundle(a_bundle(tmp_path / "b", promise=promise, threshold=threshold))

    assert [answer.handed_over for answer in ask(bundle, "a")] == [handed_over]


def test_tags_are_handed_over_by_the_confidence_in_the_whole_set(tmp_path):
    scores = {"a": 0.9, "b": 0.2}  # 0.9 * 0.8 = 0.72
    given = {"task": "topic-tagging", "promise": PROMISE, "threshold": 0.73}
    bundle = open_bundle(a_bundle(tmp_path / "b", scores=scores, **given))

    (answer,) = ask(bundle, "a")

    assert (answer.labels, answer.handed_over) == (("a",), True)
    bundle.replay()


def test_scores_that_are_no_numbers_are_refused(path):
    bundle = open_bundle(path)
    bundle.session = Constant({"lost card": float("nan"), "refund": 0.3})

    with pytest.raises(SetupError, match="no number"):
        bundle.scores(["a"])


def refused(path: Path, what: str) -> None:
    with pytest.raises(SetupError, match=what) as error:
        open_bundle(path)
    assert error.value.fix == RENEW


@pytest.mark.parametrize("name", ["card.md", "examples.jsonl", "model/session.json"])
def test_a_changed_file_is_refused(path, name):
    (path / name).write_bytes((path / name).read_bytes() + b" ")

    refused(path, f"'{name}' has changed")


def test_a_missing_file_is_refused(path):
    (path / "card.md").unlink()

    refused(path, r"'card\.md' is missing")


def test_an_added_file_is_refused(path):
    (path / "model" / "more.py").write_text("1")

    refused(path, r"'model/more\.py' is not part")


@pytest.mark.parametrize("name", ["card.md", "linked.md"])
def test_a_link_is_refused_even_to_the_same_bytes(path, tmp_path, name):
    (tmp_path / "outside").write_text("# A card\n")
    (path / name).unlink(missing_ok=True)
    (path / name).symlink_to(tmp_path / "outside")

    refused(path, "is not a plain file")


def test_a_linked_folder_is_refused(path, tmp_path):
    (tmp_path / "outside").mkdir()
    (path / "model" / "more").symlink_to(tmp_path / "outside")

    refused(path, "is not a plain file")


def test_the_two_records_of_the_store_are_no_strangers(path):
    for name in ("artifact.json", "measured.json"):
        (path / name).write_text("{}")

    assert open_bundle(path)


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"files": {}}'])
def test_a_folder_without_a_readable_list_is_no_bundle(path, text):
    (path / "bundle.json").unlink()
    if text is not None:
        (path / "bundle.json").write_text(text)

    refused(path, r"no bundle|lacks")


@pytest.mark.parametrize("changed", [{"options": {"colour": 1}}, {"options": 7}, {"files": []}, {"max_batch": "many"}])
def test_a_list_with_wrong_values_is_refused(path, changed):
    about = json.loads((path / "bundle.json").read_text())
    (path / "bundle.json").write_text(json.dumps(about | changed))

    with pytest.raises(SetupError):
        open_bundle(path)


def test_replay_passes_on_the_machine_that_made_the_bundle(path):
    open_bundle(path).replay()


@pytest.mark.parametrize(
    ("response", "passes"),
    [
        pytest.param({"score": 0.715}, True, id="within the tolerance"),
        pytest.param({"score": 0.75}, False, id="another score"),
        pytest.param({"label": "refund"}, False, id="another label"),
        pytest.param({"scores": {"lost card": 0.7}}, False, id="a label is gone"),
        pytest.param({"handed_over": True}, True, id="the threshold's business"),
    ],
)
def test_replay_notices_other_answers(path, response, passes):
    bundle = open_bundle(path)
    (line,) = bundle.examples
    bundle.examples = ({"request": line["request"], "response": line["response"] | response},)

    if passes:
        bundle.replay()
    else:
        with pytest.raises(SetupError, match="answers differently"):
            bundle.replay()


def test_a_bundle_is_opened_without_anything_heavy(path):
    code = (
        "import sys; from pathlib import Path; from luodi.bundle import open_bundle; import luodi.serve.server;"
        f"open_bundle(Path({str(path)!r})).replay(); print(*sys.modules)"
    )

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert "luodi.serve.app" in out
    assert not {"torch", "sklearn", "pyarrow", "pandas", "transformers", "tokenizers"} & set(out)
