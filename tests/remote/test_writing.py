"""A model behind an endpoint that writes: checked like every written text, asked again where it loses something."""

import json

import pytest

from luodi.contracts import Recipe
from luodi.errors import SetupError
from luodi.models.remote import RemoteModel
from luodi.runtime import engine_remote_text
from luodi.runtime.prompt_text import within
from luodi.runtime.session import open_session
from luodi.testing_generate import HARD, check_writer


class Asked(RemoteModel):
    """Answers are a part of what is saved, so two fits are alike when both were asked the same."""

    def fit(self, train, dev, *, recipe, work):
        facts = super().fit(train, dev, recipe=recipe, work=work)
        self.predict([*(x for x, _ in dev), *HARD])
        return facts


def the_system(asked):
    return asked.stats()["prompts"][-1][0]["content"]


@pytest.mark.parametrize("kind", ["translate", "news"])
def test_it_keeps_the_contract_of_a_writer(kind, running, pairs, tmp_path):
    recipe = Recipe(remote={"url": running(kind).url, "model": "small"})

    check_writer(Asked, pairs[kind], tmp_path, recipe=recipe, hard=HARD)


def test_a_translation_is_that_of_the_model_behind_it_and_as_sure_as_its_tokens(running, fitted, pairs):
    asked = running("translate")
    model, facts = fitted(asked, "translate")
    x, (right,) = pairs["translate"][0]

    (draft,) = model.predict([x])

    assert draft == {"text": right, "score": 0.5}
    assert facts["scores"] == "log probabilities" and facts["examples"] == 8
    assert "into the language 'de'" in the_system(asked)


def test_terms_are_told_with_the_text(running, fitted):
    asked = running("translate")
    model, _ = fitted(asked, "translate")

    model.predict([{"text": "The lamp costs 9 euros.", "language": "de", "terms": {"lamp": "Leuchte"}}])

    (told,) = [json.loads(one["content"]) for one in asked.stats()["prompts"][-1] if "lamp costs 9" in one["content"]]
    assert told["terms"] == {"lamp": "Leuchte"}


def test_languages_and_domain_stand_in_the_prompt_and_in_its_version(running, pairs, tmp_path):
    asked = running("translate")
    recipe, versions = Recipe(remote={"url": asked.url, "model": "small"}), set()

    for more in ({}, {"source": "en"}, {"source": "en", "domain": "manuals of power tools"}):
        train = [(x | more, ys) for x, ys in pairs["translate"]]
        model = RemoteModel()
        versions.add(model.fit(train, train, recipe=recipe, work=tmp_path)["prompt"])
        model.inner.close()

    assert len(versions) == 3
    assert "from the language 'en' into the language 'de'" in the_system(asked)
    assert "What the texts are about: manuals of power tools" in the_system(asked)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        pytest.param("translate", "a number of the text is missing or differs", id="a number too many"),
        pytest.param("news", "the text does not say so (number): 4711", id="a number from nowhere"),
    ],
)
def test_what_a_check_finds_is_asked_for_once_more(kind, said, running, fitted, pairs):
    asked = running(kind, spoil="first")
    model, _ = fitted(asked, kind)
    n = asked.stats()["calls"]

    (draft,) = model.predict([pairs[kind][0][0]])

    assert asked.stats()["calls"] == n + 2
    assert said in asked.stats()["prompts"][-1][-1]["content"]
    assert "4711" not in draft["text"] and "flags" not in draft


def test_what_stays_wrong_is_flagged(running, fitted, pairs):
    model, _ = fitted(running("translate", spoil="always"), "translate")

    (draft,) = model.predict([pairs["translate"][0][0]])

    assert draft["text"].endswith("4711") and draft["flags"] == ["number"]


def test_an_answer_that_is_none_is_an_empty_text_that_a_person_has_to_see(running, fitted):
    model, _ = fitted(running("translate", outside="always"), "translate")

    drafts = model.predict([{"text": "One"}, {"text": "Two"}])

    assert [(one["text"], one["flags"]) for one in drafts] == [("", ["empty"])] * 2
    with pytest.raises(SetupError, match="no valid answer to 20 of 20 texts, mostly nothing of the form asked for"):
        model.predict([{"text": f"text {n}"} for n in range(20)])


def test_what_was_written_is_never_asked_for_again(running, fitted, pairs, tmp_path):
    asked = running("news")
    xs = [x for x, _ in pairs["news"]]
    model, _ = fitted(asked, "news", work=tmp_path / "work")
    before = model.predict(xs)
    n = asked.stats()["calls"]

    again, _ = fitted(asked, "news", work=tmp_path / "work")  # as after a crash
    (tmp_path / "session").mkdir()
    again.export(tmp_path / "session")

    assert again.predict(xs) == open_session(tmp_path / "session").predict(xs) == before
    assert asked.stats()["calls"] == n + 1  # what it offers, of which nothing is kept
    measured = again.inner.measured(xs)
    assert measured["same_again"] == 1.0 and measured["outside"] == 0.0 and measured["tokens_out"] == 7


def test_a_long_text_is_summed_up_part_by_part_and_then_as_a_whole(running, fitted):
    asked = running("news")
    model, _ = fitted(asked, "news")
    n = asked.stats()["calls"]
    parts = [f"Chapter {n} is about bridge {n}. " + "The band played on and on. " * 800 + "\n\n" for n in range(1, 4)]

    (draft,) = model.predict([{"text": "".join(parts), "form": "report"}])

    assert asked.stats()["calls"] == n + len(parts) + 1
    assert draft["text"].startswith("Chapter 1 is about bridge 1.")


def test_a_summary_is_no_longer_than_was_asked(running, fitted):
    asked = running("news")
    model, _ = fitted(asked, "news")

    (draft,) = model.predict([{"text": "It rose. It fell. It rose.", "form": "news", "max_sentences": 1}])

    assert "in at most 1 sentences" in the_system(asked)
    assert draft["text"] == "It rose."
    assert within({"max_characters": 5}, "Itrose") == "Itros"


def test_of_several_samples_the_one_most_like_the_others_is_taken(running, fitted, pairs):
    model, facts = fitted(running("translate"), "translate", samples=3)

    (draft,) = model.predict([pairs["translate"][0][0]])

    assert facts["scores"] == "likeness of 3 answers" and draft["score"] == 1.0
    assert engine_remote_text._most_like_the_others([("a b", 0.1), ("a c d", 0.1), ("a b d", 0.1)])[0] == "a b d"


def test_where_somebody_waits_an_answer_takes_at_most_so_long(running, fitted, pairs, tmp_path, monkeypatch):
    model, _ = fitted(running("translate", slow_s=0.5), "translate")
    model.save(tmp_path)
    monkeypatch.setattr(engine_remote_text, "SERVED_S", 0.2)
    session = open_session(tmp_path)

    with pytest.raises(SetupError, match=r"did not write this|gave no answer"):
        session.predict([pairs["translate"][1][0]])
    session.close()


def test_descriptions_of_labels_are_refused(running, fitted):
    with pytest.raises(SetupError, match="no labels to describe"):
        fitted(running("translate"), "translate", descriptions={"a": "b"})
