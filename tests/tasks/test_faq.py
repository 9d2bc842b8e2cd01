"""The task: which answer a row means, which questions are made, and what is said."""

import pytest

import luodi as package
from luodi.bundle import open_bundle
from luodi.contracts import Example, Reject
from luodi.errors import DataError
from luodi.tasks import faq
from luodi.tasks.faq import Options, Request, Row
from luodi.testing import check_task

TOPICS = ("parking", "refund", "opening", "delivery", "warranty", "invoice")
SCENARIO = """\
name = "help"
task = "faq"

[options]
{options}

[define]
train = "faq.csv"
automate = {{ precision = 0.6, confidence = 0.6 }}

[prepare]
columns = {{ text = "question", answer = "answer" }}
inspect = false
dev = 0.3
test = 0.3

[select]
models = ["faq-bm25"]
n_resamples = 20

[evaluate]
n_resamples = 20
"""


def write(folder, rows, *, options=""):
    lines = ["question,answer", *(f"{question},{answer}" for question, answer in rows)]
    (folder / "faq.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "scenario.toml").write_text(SCENARIO.format(options=options), encoding="utf-8")
    return package.load(folder)


def several(n: int = 8):
    """Return six answers, each asked in several ways."""
    words = ("what", "which", "tell me my", "how is the", "your", "any", "explain", "more on")[:n]
    words = ("what", "which", "tell me my", "how is the", "your", "any", "explain", "more on")[:n]
    return [(f"{word} question about {one} {at}", f"All on {one}.") for one in TOPICS for at, word in enumerate(words)]


def test_the_task_keeps_its_contract():
    check_task(faq, [Row(text=f"{word} {topic}", label=topic) for topic in TOPICS for word in ("about", "my", "the")])


def test_an_answer_without_an_id_is_known_by_its_first_words():
    row = Row(text="when", answer="At nine. " + "x" * 100)

    example = list(faq.to_examples([row], Options()))[-1]

    assert example.y.startswith("At nine.") and len(example.y) <= faq.MAX_LABEL


def test_a_row_without_any_answer_is_rejected_with_a_remedy():
    (reject,) = faq.to_examples([Row(text="when")], Options())

    assert isinstance(reject, Reject) and "[prepare] columns" in reject.reason


def test_made_questions_stand_in_dev_and_exam_and_their_originals_in_training():
    rows = [Row(text=f"where can I find the {topic} of my order", label=topic) for topic in TOPICS]

    made = [one for one in faq.to_examples(rows, Options(pseudo=True)) if isinstance(one, Example)]

    assert [one.part for one in made[::2]] == ["train"] * 6 and {one.part for one in made[1::2]} <= {"dev", "test"}
    assert all(len(b.request.text) < len(a.request.text) for a, b in zip(made[::2], made[1::2], strict=True))


def test_answers_come_from_their_table():
    tables = {
        "train": [("q.csv:2", {"text": "closing?", "label": "hours"})],
        "answers": [("a.csv:2", {"label": "hours", "question": "When open?", "answer": "At nine."})],
    }

    options = faq.settle(Options(), tables)

    response = faq.to_response(Request(text="x"), {"hours": 0.9, "none": 0.1}, options)
    assert (response.answer, response.question, response.score) == ("At nine.", "When open?", 0.9)
    assert faq.to_response(Request(text="x"), {"hours": 0.1, "none": 0.9}, options).answer == ""


def test_two_answers_with_one_id_are_refused_with_their_place():
    rows = [(f"a.csv:{n}", {"label": "hours", "answer": answer}) for n, answer in ((2, "At nine."), (3, "At ten."))]

    with pytest.raises(DataError, match="two answers") as caught:
        faq.settle(Options(), {"train": rows})

    assert caught.value.where == "a.csv:3"


def test_a_list_of_questions_ends_in_a_service_that_gives_answers(tmp_path):
    done = package.run(write(tmp_path, several()))

    bundle = open_bundle(done.artifacts["deploy"].path)
    (answer,) = bundle.answer([Request(text="refund please, which refund?")])
    assert answer.answer == "All on refund." and answer.label == "All on refund."
    assert done.artifacts["deploy"].facts["served_agree"] == 1.0


def test_every_answer_keeps_a_question_to_learn_from(tmp_path):
    rows = [*several(4), ("only once asked thing", "A single answer.")]

    done = package.run(write(tmp_path, rows), until="prepare")

    assert "A single answer." in done.artifacts["prepare"].facts["labels"]


def test_one_question_per_answer_is_refused_until_questions_may_be_made(tmp_path):
    rows = [(f"where do I find the {one} of my order {n}", f"All on {one} {n}.") for one in TOPICS for n in range(5)]

    with pytest.raises(DataError) as caught:
        package.run(write(tmp_path, rows), until="prepare")

    assert "pseudo = true" in caught.value.fix
    done = package.run(write(tmp_path, rows, options="pseudo = true"), until="prepare")
    assert done.artifacts["prepare"].facts["rows"]["made"] == 2 * len(rows)


def test_a_new_scenario_is_guessed_from_questions_and_answers(luodi, tmp_path):
    write(tmp_path, several())

    told = luodi("new", tmp_path / "fresh", "--data", tmp_path / "faq.csv", "--yes")

    made = package.load(tmp_path / "fresh")
    assert told.code == 0 and made.task_name == "faq" and not made.options.pseudo
