"""A whole run of translation: what is written, promised, served, handed over, and refused."""

import json

import pytest

from luodi import scenario
from luodi.bundle import open_bundle
from luodi.errors import Faults
from luodi.report import page
from luodi.store import read_json
from luodi.tasks.translation import Request


@pytest.fixture
def facts(translated):
    return translated.artifacts["evaluate"].facts


def test_a_run_ends_with_a_verdict_a_promise_and_a_service_that_agrees(translated, facts):
    assert translated.verdict is not None and translated.verdict.word in {"MET", "NOT MET"}
    assert facts["promise"]["n_exam"] == facts["n_exam"]
    assert translated.artifacts["deploy"].facts["served_agree"] == 1.0


def test_values_come_with_intervals_signatures_baselines_and_slices(facts):
    assert set(facts["signatures"]) == {"generation.chrf", "generation.bleu"}
    assert set(facts["metrics"]) == {*facts["signatures"], "checks.faithfulness"}
    assert "tok:13a" in facts["signatures"]["generation.bleu"]
    assert facts["baselines"]["copy-source"]["gain"] > 0
    assert set(facts["slices"]["kind"]) <= {"is", "costs", "comes", "weighs"}
    assert 0 <= facts["good"]["share"] <= 1


def test_a_target_on_faithfulness_is_judged_shown_and_looked_at_in_the_contest(translated, facts, tmp_path):
    check = next(one for one in translated.verdict.checks if one.metric == "checks.faithfulness")
    page.write(translated.scenario, translated.artifacts, translated.verdict, tmp_path / "report.html")

    assert check.low < check.value == 1 - sum(facts["flags"].values()) / facts["n_exam"]
    assert check.met is (check.low >= 0.6)
    for one in translated.artifacts["select"].facts["candidates"]:
        assert 0 <= one["metrics"]["checks.faithfulness"]["low"] <= 1
    assert "Texts that pass all checks" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_report_shows_what_was_written_beside_what_people_wrote(translated, tmp_path):
    details = read_json(translated.artifacts["evaluate"].path / "details.json")

    for one in details["mistakes"]:
        assert one["gold"] and one["predicted"] and 0 <= one["worth"] < 1
    page.write(translated.scenario, translated.artifacts, translated.verdict, tmp_path / "report.html")
    assert "chrf" in (tmp_path / "report.html").read_text(encoding="utf-8").lower()


def test_a_bundle_keeps_terms_and_placeholders_and_hands_over_what_it_loses(translated):
    bundle = open_bundle(translated.artifacts["deploy"].path)

    kept, lost = bundle.answer(
        [Request(text="The power bank is new."), Request(text="Is it for {a}, {b}, {c} or {d}?")]
    )

    assert "Powerbank" in kept.translation and "term" not in kept.flags
    assert lost.flags == ("placeholder",) and lost.handed_over
    assert "handed to a person" in (bundle.path / "card.md").read_text(encoding="utf-8")
    bundle.replay()


def test_layout_is_kept_by_the_bundle(translated):
    bundle = open_bundle(translated.artifacts["deploy"].path)

    (answer,) = bundle.answer([Request(text="# News\n\n- The lamp is new.\n- The tent is sold out.\n")])

    lines = answer.translation.split("\n")
    assert [line[:2] for line in lines] == ["# ", "", "- ", "- ", ""]


@pytest.mark.parametrize(
    ("glossary", "what"),
    [
        pytest.param("term,translation\nlamp,Lampe\nlamp,Leuchte\n", "two translations", id="a term with two"),
        pytest.param("term,translation\nlamp,\n", "half of this term is empty", id="half a term"),
        pytest.param("term\nlamp\n", "a term and its translation", id="one column"),
        pytest.param(None, "", id="no file"),
    ],
)
def test_a_glossary_that_cannot_be_kept_to_is_refused(translated, tmp_path, glossary, what):
    root = translated.scenario.root
    for name in ("scenario.toml", "mails.csv"):
        (tmp_path / name).write_bytes((root / name).read_bytes())
    if glossary is not None:
        (tmp_path / "glossary.csv").write_text(glossary, encoding="utf-8")

    with pytest.raises(Faults, match="glossary") as caught:
        scenario.load(tmp_path)

    assert what in str(caught.value)


def test_another_glossary_makes_another_run(translated, tmp_path):
    root = translated.scenario.root
    for name in ("scenario.toml", "mails.csv"):
        (tmp_path / name).write_bytes((root / name).read_bytes())
    (tmp_path / "glossary.csv").write_text("term,translation\nlamp,Leuchte\n", encoding="utf-8")

    options = scenario.load(tmp_path).options

    assert options.terms == {"lamp": "Leuchte"}
    assert json.loads(json.dumps(options.terms)) != translated.scenario.options.terms
