"""Models that sum up by choosing sentences: each keeps its contract, and learns what is to be learned."""

import random

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from luodi import registry
from luodi.contracts import Recipe
from luodi.metrics import rouge
from luodi.runtime import outline, salience
from luodi.runtime.engine_selector import How, Length, Selector
from luodi.testing_generate import check_writer
from luodi.train import selecting

SELECTORS = ("lead", "textrank", "sentence-selector")
SUBJECTS = "council harbor school bakery museum hospital station library theater market".split()  # noqa: SIM905
TALK = (
    "People stood in the rain and waited.", "Somebody brought tea.", "It was a quiet morning in town.",
    "Nobody could say why.", "The band played until noon.", "A dog ran across the square.",
)  # fmt: skip


def articles(n, seed=1, *, query=False):
    """Return articles whose summary is the one sentence with a sum of money, somewhere behind the first."""
    rng = random.Random(seed)
    made = []
    for _ in range(n):
        subject = rng.choice(SUBJECTS)
        key = f"The {subject} will get {rng.randrange(2, 90)} million dollars from the {rng.choice(SUBJECTS)} fund."
        lines = rng.sample(TALK, 5)
        lines.insert(rng.randrange(2, 6), key)
        x = {"text": f"News of the {subject}\n\n" + " ".join(lines), "form": "news"}
        made.append((x | {"query": f"What about the {subject}?"} if query else x, frozenset({key})))
    return made


@pytest.mark.parametrize("name", SELECTORS)
def test_a_selector_keeps_its_contract(name, tmp_path):
    check_writer(name, articles(30), tmp_path)


def test_with_questions_a_selector_compares_what_sentences_mean(tiny_encoder, tmp_path):
    check_writer("sentence-selector", articles(12, query=True), tmp_path, recipe=Recipe(base=str(tiny_encoder)))

    assert (tmp_path / "exported" / "encoder").is_dir()


def test_a_selector_learns_which_sentences_people_choose(tmp_path):
    held = articles(40, seed=2)
    worth = {}
    for name in SELECTORS:
        model = registry.model(name)()
        model.fit(articles(60), articles(20, seed=3), recipe=Recipe(), work=tmp_path)
        made = [one["text"] for one in model.predict([x for x, _ in held])]
        worth[name] = rouge.rouge_1([y for _, y in held], made)

    assert worth["sentence-selector"] > 0.95 > worth["lead"]


def test_trees_add_up_to_what_the_library_says():
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(600, 5)).astype(np.float32)
    labels = ((rows[:, 0] > 0) ^ (rows[:, 1] > 0.3)).astype(float)

    trees = selecting.grown(rows, labels, seed=3)

    theirs = HistGradientBoostingClassifier(
        random_state=3, early_stopping=False, **{**selecting.TREES, **selecting.SMALL}
    ).fit(rows.astype(np.float64), labels)
    assert trees.chances(rows) == pytest.approx(theirs.predict_proba(rows.astype(np.float64))[:, 1])
    assert len(trees.chances(rows[:0])) == 0


def test_the_oracle_takes_the_sentences_that_come_nearest_to_the_reference():
    read = salience.Read(outline.read("It rained. Profits rose by a fifth. Somebody left. The chief resigned."))

    assert selecting.oracle(read, {"The chief resigned as profits rose."}).tolist() == [0, 1, 0, 1]
    assert selecting.oracle(read, {"完全不同"}).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(("limits", "n"), [({"max_sentences": 2}, 2), ({"max_characters": 60}, 2), ({}, 3)])
def test_a_summary_is_as_long_as_asked_or_as_learned(limits, n):
    session = Selector(How(length=Length(unit="sentences", intercept=float(np.log(3)))))
    text = " ".join(f"Sentence number {one} is this." for one in range(9))

    (draft,) = session.predict([{"text": text, **limits}])

    assert len(draft["sources"]) == n
    assert len(draft["text"]) <= limits.get("max_characters", 1_000)


def test_what_was_said_already_is_not_said_again():
    said = "The harbor will get forty million dollars from the fund."
    text = f"{said} {said} {said} Nobody knew about the new bridge. {said}"
    length = Length(unit="sentences", intercept=float(np.log(2)))

    drafts = [Selector(How(by="rank", apart=one, length=length)).predict([{"text": text}])[0] for one in (0.0, 2.0)]

    assert "bridge" not in drafts[0]["text"] and "bridge" in drafts[1]["text"]


def test_a_question_leads_to_the_sentences_that_speak_of_it():
    text = "Costs rose. Costs rose again in May. The new bridge opens in June. Costs fell later."
    session = Selector(How(by="rank", length=Length(unit="sentences")))

    (draft,) = session.predict([{"text": text, "query": "When does the bridge open?"}])

    assert draft["text"] == "The new bridge opens in June."


def test_sections_of_a_report_are_summed_up_one_by_one():
    text = "# Costs\n\nThey rose. Why?\n\n# Staff\n\nTwo left. One came."

    (draft,) = Selector(How()).predict([{"text": text, "form": "report", "section_sentences": 1}])

    assert draft["sections"] == [[0], [2]]


def test_lengths_are_learned_in_the_unit_that_tells_more():
    texts = [" ".join(f"This is sentence {n} of {size}." for n in range(size)) for size in range(5, 40)]
    reads = [salience.Read(outline.read(one)) for one in texts]
    golds = [{" ".join(one.split(". ")[0] + "." for _ in range(1))} for one in texts]

    length = selecting.length_of(reads, golds)

    assert length.of(1_000) <= length.most * length.times
    assert selecting.length_of(reads, [{one} for one in texts]).slope == pytest.approx(1.0)
