"""A whole run of answers out of passages, given or found: what is written, promised, served, and refused."""

import dataclasses

import pytest
from tests.reading.conftest import OPEN, SCENARIO, towns, write_open

import luodi
from luodi.bundle import open_bundle
from luodi.errors import DataError, Faults, ScenarioError
from luodi.store import read_json, read_lines
from luodi.tasks.question_answering import Request


@pytest.fixture
def facts(answered):
    return answered.artifacts["evaluate"].facts


def test_a_run_ends_with_a_verdict_a_promise_and_a_service_that_agrees(answered, facts):
    assert answered.verdict is not None and answered.verdict.word in {"MET", "NOT MET"}
    assert facts["promise"]["n_exam"] == facts["n_exam"]
    assert answered.artifacts["deploy"].facts["served_agree"] == 1.0
    assert set(facts["metrics"]) == {"extraction.f1", "extraction.exact_match", "extraction.no_answer_accuracy"}


def test_all_questions_of_a_document_stand_on_one_side(answered):
    folder = answered.artifacts["prepare"].path
    sides = {part: {row["x"]["passage"].split()[0] for row in read_lines(folder / f"{part}.jsonl")}
             for part in ("train", "dev")}  # fmt: skip

    assert sides["train"] and sides["dev"]
    counted = answered.artifacts["prepare"].facts["answers"]
    assert counted["in one place"] > counted["none (made)"] > 0
    rows = [row for part in ("train", "dev") for row in read_lines(folder / f"{part}.jsonl")]
    assert any(row["tags"]["answer"] == "none (made)" for row in rows)
    for row in rows:
        for place in row["y"]:
            start, end = map(int, place.split(":"))
            assert row["x"]["passage"][start:end].strip()


def test_the_exam_is_cut_by_whether_there_is_an_answer_and_compared_with_always_answering(facts):
    assert {"none", "none (made)", "in one place"} >= set(facts["slices"]["answer"])
    assert facts["always"]["n_without"] > 0
    assert 0 <= facts["always"]["f1"] <= 1


def test_the_bundle_answers_with_a_place_and_its_card_says_what_it_does(answered):
    bundle = open_bundle(answered.artifacts["deploy"].path)
    passage = towns()["data"][0]["paragraphs"][0]["context"]

    (response,) = bundle.answer([Request(question="How many bridges does Aldra have?", passage=passage)])

    assert response.answer == passage[response.start : response.end]
    assert 0 <= response.score <= 1
    assert "words of the passage" in (bundle.path / "card.md").read_text(encoding="utf-8")
    bundle.replay()


def test_a_passage_reaches_the_reader_as_it_was_sent(answered):
    bundle = open_bundle(answered.artifacts["deploy"].path)
    passage = "  <b>Aldra</b>  has\t40 bridges \u200b now. "

    (response,) = bundle.answer([Request(question="How many bridges?", passage=passage)])

    shown = [response.others[0].text, response.answer] if response.others else [response.answer]
    assert passage[response.start : response.end] == response.answer
    assert all(passage[one.start : one.end] == one.text for one in response.others)
    assert any(shown)


def test_what_is_found_is_read_and_the_answer_says_where_it_stands(searched):
    bundle = open_bundle(searched.artifacts["deploy"].path)

    (response,) = bundle.answer([Request(question="What are spades made of?")])

    given = [(response.answer, response.start, response.end, response.source)]
    given += [(one.text, one.start, one.end, one.source) for one in response.others]
    found = [one for one in given if one[0]]
    assert found[0][3].document == "garden/tools.html"
    assert all(source.text[start:end] == text for text, start, end, source in found)
    assert "reachable" in searched.artifacts["prepare"].facts["search"]


def test_a_question_that_brings_its_passage_is_not_searched_for(searched):
    bundle = open_bundle(searched.artifacts["deploy"].path)

    (response,) = bundle.answer([Request(question="What colour is it?", passage="The ball is red.")])

    assert response.source is None
    assert response.answer == "" or response.answer in "The ball is red."


def test_the_bundle_needs_the_other_scenario_no_more(searched, tmp_path):
    import shutil

    moved = shutil.copytree(searched.artifacts["deploy"].path, tmp_path / "moved")

    open_bundle(moved).replay()


def test_another_search_is_another_run(searched, tmp_path):
    about = read_json(searched.artifacts["deploy"].path / "bundle.json")

    found = searched.artifacts["define"].facts["retriever"]

    assert found["name"] == about["options"]["retriever"] == "../library"
    assert len(found["sha256"]) == 64 and not found["path"].startswith("/")


def test_without_a_bundle_of_the_search_it_is_said_how_to_make_one(tmp_path):
    folder = write_open(tmp_path / "answers")

    with pytest.raises(ScenarioError) as caught:
        luodi.run(luodi.load(folder))

    assert "no search at '../library'" in caught.value.what
    assert caught.value.where == "[options] retriever"
    assert "luodi run ../library" in caught.value.fix


def test_personal_data_cannot_be_masked_where_places_are_answered(tmp_path, answered):
    text = SCENARIO.replace("[prepare]\n", '[prepare]\npersonal = "mask"\n')
    (tmp_path / "scenario.toml").write_text(text, encoding="utf-8")
    (tmp_path / "towns.json").write_bytes((answered.scenario.root / "towns.json").read_bytes())

    with pytest.raises(ScenarioError, match="masking would change"):
        luodi.run(luodi.load(tmp_path))


def test_questions_without_any_answer_teach_nothing(tmp_path):
    (tmp_path / "scenario.toml").write_text(SCENARIO.replace("towns.json", "q.csv"), encoding="utf-8")
    rows = "\n".join(f"what is {n}?,passage number {n} about {chr(97 + n)}," for n in range(20))
    (tmp_path / "q.csv").write_text("question,context,answers\n" + rows, encoding="utf-8")

    with pytest.raises(DataError) as caught:
        luodi.run(luodi.load(tmp_path))

    assert "no question to learn from has an answer" in caught.value.what
    assert "answers" in caught.value.fix


def test_options_out_of_their_range_are_refused_with_their_line(tmp_path):
    (tmp_path / "scenario.toml").write_text(OPEN.replace("passages = 3", "passages = 0"), encoding="utf-8")
    (tmp_path / "questions.csv").write_text("question,answers\na,b\n", encoding="utf-8")

    with pytest.raises(Faults) as caught:
        luodi.load(tmp_path)

    assert any("passages" in one.what for one in caught.value.faults)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_table_is_answered_with_places_and_sources(form, searched, tmp_path):
    from luodi.batch import run as batch

    (tmp_path / "asked.csv").write_text("question\nWhat are spades made of?\n \n", encoding="utf-8")
    out = tmp_path / f"out.{form}"

    told = batch.predict(searched.artifacts["deploy"].path, [str(tmp_path / "asked.csv")], out)

    text = out.read_text(encoding="utf-8")
    assert (told["rows"], told["rejected"]) == (2, 1)
    assert "Answer(" not in text and "Source(" not in text and "empty question" in text


def test_a_run_is_the_same_run_again(answered):
    again = luodi.run(luodi.load(answered.scenario.path))

    assert {name: one.key for name, one in again.artifacts.items()} == {
        name: one.key for name, one in answered.artifacts.items()
    }
    assert dataclasses.asdict(again.verdict) == dataclasses.asdict(answered.verdict)
