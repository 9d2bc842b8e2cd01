"""A model behind an endpoint: it keeps the contract of models, pays once, and takes nothing on trust."""

import json

import pytest

from luodi.contracts import Recipe
from luodi.errors import SetupError
from luodi.models.remote import RemoteModel
from luodi.runtime.session import open_session
from luodi.testing import HARD_TEXTS, check_model, decide


class Asked(RemoteModel):
    """Answers are a part of what is saved, so two fits are alike when both were asked the same."""

    def fit(self, train, dev, *, recipe, work):
        facts = super().fit(train, dev, recipe=recipe, work=work)
        self.predict([*(x for x, _ in dev), *HARD_TEXTS])
        return facts


@pytest.mark.parametrize("kind", ["classify", "tag"])
def test_it_keeps_the_contract_of_models(kind, running, pairs, tmp_path):
    recipe = Recipe(remote={"url": running(kind).url, "model": "small"})

    check_model(Asked, pairs[kind], tmp_path, recipe=recipe)


@pytest.mark.parametrize("kind", ["classify", "tag"])
def test_it_answers_as_the_model_behind_it(kind, running, fitted, sessions, pairs):
    model, _ = fitted(running(kind), kind)
    xs = [x for x, _ in pairs[kind]]

    ours, theirs = model.predict(xs), open_session(sessions[kind]).predict(xs)

    assert [decide(kind, one) for one in ours] == [decide(kind, one) for one in theirs]
    if kind == "classify":  # its log probabilities say how sure it is
        best = [max(one.values()) for one in ours]
        assert best == pytest.approx([max(one.values()) for one in theirs], abs=1e-4)


def test_what_was_answered_is_never_asked_again(running, fitted, pairs, tmp_path):
    asked = running()
    xs = [x for x, _ in pairs["classify"]]
    model, _ = fitted(asked, work=tmp_path / "work")
    before = model.predict(xs)
    n = asked.stats()["calls"]

    again, _ = fitted(asked, work=tmp_path / "work")  # as after a crash
    (tmp_path / "session").mkdir()
    again.export(tmp_path / "session")

    assert again.predict(xs) == before
    assert open_session(tmp_path / "session").predict(xs) == before
    assert asked.stats()["calls"] == n + 1  # what it offers, of which nothing is kept


def test_a_model_of_changing_answers_keeps_to_its_first_ones(running, fitted, pairs):
    model, _ = fitted(running(wobble=0.5))
    xs = [x for x, _ in pairs["classify"]][:30]

    first, measured = model.predict(xs), model.inner.measured(xs)

    assert model.predict(xs) == first
    assert 0 < measured["same_again"] < 1


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({}, ("json_schema", True, "max_tokens"), id="all of it"),
        pytest.param({"formats": ["json_object"], "logprobs": False}, ("json_object", False, "max_tokens"), id="less"),
        pytest.param(
            {"formats": [], "cap": "max_completion_tokens"}, ("text", True, "max_completion_tokens"), id="new"
        ),
    ],
)
def test_it_asks_for_what_the_endpoint_offers(options, expected, running, fitted, pairs):
    model, facts = fitted(running(**options))

    assert tuple(facts["offers"][name] for name in ("format", "logprobs", "cap")) == expected
    assert facts["scores"] == ("log probabilities" if expected[1] else "a constant")
    assert decide("classify", model.predict([pairs["classify"][0][0]])[0]) == pairs["classify"][0][1]


def test_without_log_probabilities_the_share_of_the_same_answers_is_the_score(running, fitted, pairs):
    asked = running(wobble=0.3, logprobs=False)
    model, facts = fitted(asked, samples=5)

    scores = model.predict([x for x, _ in pairs["classify"]][:20])

    assert facts["scores"] == "shares of 5 answers"
    assert {round(max(one.values()), 3) for one in scores} <= {round((n + 0.5) / 6, 3) for n in (3, 4, 5)}
    assert asked.stats()["calls"] == 101


def test_an_answer_outside_the_labels_is_asked_for_once_more(running, fitted, pairs):
    model, _ = fitted(running(outside="first"))

    (scores,) = model.predict([pairs["classify"][0][0]])

    assert decide("classify", scores) == pairs["classify"][0][1]


def test_one_that_stays_outside_is_a_counted_failure_with_the_shares_of_the_labels(running, fitted, pairs):
    asked = running(outside="always")
    model, _ = fitted(asked)

    scores = model.predict(["one", "two"])

    assert scores == [{"card": 0.5, "refund": 0.5}] * 2
    assert model.inner.measured(["one", "two"])["outside"] == 1.0
    with pytest.raises(SetupError, match="no valid answer to 20 of 20 texts, mostly no label of the list"):
        model.predict([f"text {n}" for n in range(20)])


def test_what_is_written_holds_no_text_and_no_key(running, fitted, monkeypatch, tmp_path):
    monkeypatch.setenv("THE_KEY", "sk-secret-123")
    asked = running()
    model, _ = fitted(asked, work=tmp_path / "work", key_variable="THE_KEY", examples=0)

    model.predict(["a very private matter"])
    (tmp_path / "session").mkdir()
    model.export(tmp_path / "session")

    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert asked.stats()["keys"] == ["Bearer sk-secret-123"]
    assert b"private" not in written
    assert b"sk-secret" not in written


def test_a_key_that_is_not_there_is_named(running, fitted):
    with pytest.raises(SetupError) as caught:
        fitted(running(), key_variable="NO_SUCH_KEY")

    assert (caught.value.what, caught.value.fix) == (
        "the variable NO_SUCH_KEY is not set",
        "export NO_SUCH_KEY=… before the command",
    )


def test_the_examples_are_of_every_label_and_the_prompt_has_a_version(running, fitted):
    asked = running()
    model, facts = fitted(asked, examples=4, descriptions={"card": "all about cards"})
    other, _ = fitted(asked, examples=4)

    system, *shown = asked.stats()["prompts"][0][:9]
    assert '"card": all about cards' in system["content"]
    assert [json.loads(one["content"])["label"] for one in shown[1::2]] == ["card", "refund"] * 2
    assert facts["prompt"] == model.inner.prompt.version != other.inner.prompt.version
