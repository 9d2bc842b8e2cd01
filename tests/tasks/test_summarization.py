"""The task: texts with their summaries, places in a text as it was sent, what meetings decided, what is unsupported."""

import pytest

from luodi.contracts import Draft, Reject
from luodi.tasks import summarization as task
from luodi.tasks.summarization import Options, Request, Row
from luodi.testing import check_task

NEWS = "Harbor opens\n\nThe harbor opened on 2 May. It cost $40m. Ships came at noon. Nobody was hurt."
OTHER = "School closes\n\nThe school closed in June. It had 30 pupils. They go elsewhere now."
ROWS = [Row(text=NEWS, summary="The harbor opened on 2 May."), Row(text=OTHER, summary=("The school closed in June.",))]
TALK = "Ana: We decided to open in May.\nBen: Good. I'll send the plan by Friday."


def answered(text, draft, **options):
    return task.to_response(Request(text=text), draft, Options(**options))


def test_the_task_keeps_its_contract():
    check_task(task, ROWS)


def test_every_sentence_has_its_place_in_the_text_as_it_was_sent():
    made = answered(NEWS, Draft(text="…", score=0.5, sources=[0, 2]))

    assert [one.text for one in made.sentences] == ["The harbor opened on 2 May.", "Ships came at noon."]
    assert all(NEWS[one.start : one.end] == one.text for one in made.sentences)
    assert made.flags == made.unsupported == ()


def test_what_was_written_in_other_words_is_held_against_the_text():
    made = answered(NEWS, Draft(text="The harbor opened on 2 May. It cost $45m.", score=0.5))

    assert made.flags == ("number",)
    assert [made.summary[one.start : one.end] for one in made.unsupported] == ["$45m"]


def test_a_meeting_has_decisions_and_actions_with_their_turns():
    made = answered(TALK, Draft(text="…", score=0.5, sources=[0]), template="meeting")

    assert [(one.speaker, one.turn) for one in made.decisions] == [("Ana", 1)]
    assert [(one.owner, one.due, one.sentence.turn) for one in made.actions] == [("Ben", "Friday", 2)]


def test_a_report_has_sections_with_headings_and_pages():
    text = "# Costs\n\nThey rose.\n\n\f# Staff\n\nTwo left."
    made = answered(text, Draft(text="…", score=0.5, sources=[1], sections=[[0], [1]]), template="report")

    assert [(one.heading, one.sentences[0].page) for one in made.sections] == [("Costs", 1), ("Staff", 2)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param(Row(text=NEWS, summary=" "), "empty summary", id="none"),
        pytest.param(Row(text="Short.", summary="Longer than its text."), "a summary as long as its text", id="long"),
    ],
)
def test_rows_that_teach_nothing_are_left_out_with_a_reason(row, reason):
    assert list(task.to_examples([row], Options())) == [Reject(reason=reason)]


def test_several_summaries_in_a_cell_are_all_right():
    (made,) = task.to_examples([Row(text=NEWS, summary='["It opened.", "Ships came."]')], Options())

    assert made.y == {"It opened.", "Ships came."}


def test_rows_about_one_text_stay_together():
    rows = [Row(text=NEWS, summary="It opened.", query="What?"), Row(text=NEWS, summary="$40m.", query="How much?")]

    first, second = task.to_examples(rows, Options())

    assert first.group == second.group


def test_what_a_request_says_goes_before_what_the_scenario_says():
    options = Options(max_sentences=3, query="costs")

    asked = task.to_x(Request(text=NEWS, query="ships", max_sentences=1), options)
    plain = task.to_x(Request(text=NEWS), options)

    assert (asked["query"], asked["max_sentences"]) == ("ships", 1)
    assert (plain["query"], plain["max_sentences"]) == ("costs", 3)


def test_a_text_that_is_too_long_is_refused_and_not_cut():
    refused = task.clean(Request(text=NEWS), Options(max_input_characters=20))

    assert refused == Reject(reason="a text of more than 20 characters")


def test_what_is_kept_holds_places_and_no_words_of_the_text():
    from dataclasses import asdict

    made = answered(TALK, Draft(text="Sum.", score=0.5, sources=[0]), template="meeting")

    assert "open in May" not in str(task.to_keep(asdict(made)))
