"""Scenarios whose texts a model behind an endpoint writes, from the file to the service."""

import csv

import pytest
from tests.remote.test_run import served

from luodi import runner, scenario
from luodi.bundle import open_bundle
from luodi.errors import Faults
from luodi.tasks import summarization

ENDPOINT = 'remote = {{ url = "{url}", model = "small", price_in = 0.15, price_out = 0.6{more} }}'
TRANSLATION = """name = "mails"
task = "translation"
[options]
target = "de"
[define]
train = "data.csv"
succeed = {{ "generation.chrf" = 0.5 }}
[prepare]
near_duplicates = false
[select]
models = ["copy-source"]
{endpoint}
[evaluate]
n_resamples = 50
"""
NEWS = """name = "news"
task = "summarization"
[define]
train = "data.csv"
succeed = {{ "checks.faithfulness" = 0.5 }}
[prepare]
near_duplicates = false
test = 0.4
[select]
models = ["remote"]
{endpoint}
[evaluate]
n_resamples = 50
"""


def write(folder, text, header, rows, url, more=""):
    with (folder / "data.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    endpoint = ENDPOINT.format(url=url, more=more)
    (folder / "scenario.toml").write_text(text.format(endpoint=endpoint), encoding="utf-8")
    return folder


@pytest.mark.slow
def test_a_translator_behind_an_endpoint_wins_is_packed_and_answers_over_http(running, pairs, tmp_path):
    asked = running("translate")
    rows = [(x["text"], min(ys)) for x, ys in pairs["translate"]]
    write(tmp_path, TRANSLATION, ("source", "target"), rows, asked.url)

    done = runner.run(scenario.load(tmp_path))

    facts = done.artifacts["evaluate"].facts
    assert facts["model"] == "remote" and facts["remote"]["here"]
    assert done.verdict.met and done.artifacts["deploy"].facts["served_agree"] == 1.0
    bundle = open_bundle(done.artifacts["deploy"].path)
    assert bundle.patience_seconds == 25.0
    assert "it is sent to `127.0.0.1" in (bundle.path / "card.md").read_text(encoding="utf-8")
    n = asked.stats()["calls"]
    with served(bundle.path) as client:
        got = client.post("/predict", json={"text": "The tent costs 77 euros."}).json()
    assert got["translation"] == "Das Zelt kostet 77 Euro." and got["flags"] == []
    assert asked.stats()["calls"] == n + 1
    bundle.session.close()


@pytest.mark.slow
def test_summaries_that_say_what_their_text_does_not_miss_the_target_and_go_to_a_person(running, pairs, tmp_path):
    rows = [(x["text"], min(ys)) for x, ys in pairs["news"]]
    write(tmp_path, NEWS, ("text", "summary"), rows, running("news", spoil="always").url)

    done = runner.run(scenario.load(tmp_path))

    facts = done.artifacts["evaluate"].facts
    assert facts["flags"] == {"number": facts["n_exam"]}
    assert facts["metrics"]["checks.faithfulness"]["value"] == 0.0 and done.verdict.met is False
    bundle = open_bundle(done.artifacts["deploy"].path)
    (answer,) = bundle.answer([summarization.Request(text=rows[0][0])])
    assert [(one.kind, one.text) for one in answer.unsupported] == [("number", "4711")]
    assert answer.handed_over and answer.sentences == ()
    bundle.session.close()


def test_texts_that_cannot_be_masked_leave_only_where_that_is_said(tmp_path):
    url = "https://api.example.com/v1"
    write(tmp_path, TRANSLATION, ("source", "target"), [("a", "b")], url)

    with pytest.raises(Faults, match="personal data in them") as caught:
        scenario.load(tmp_path)

    assert "unmasked = true" in str(caught.value) and 'mask"' not in str(caught.value)
    write(tmp_path, TRANSLATION, ("source", "target"), [("a", "b")], url, more=", unmasked = true")
    assert scenario.load(tmp_path).name == "mails"
