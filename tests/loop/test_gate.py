"""One account cannot move a label: floods, back doors, turned labels, labels that nobody knows."""

import csv
import random
from pathlib import Path

import pytest

from luodi import registry
from luodi.contracts import Recipe
from luodi.loop import gate
from luodi.loop.gate import Base, Reviewed
from luodi.steps.reviewing import Review

TICKETS = Path(__file__).parents[2] / "examples" / "support-tickets" / "data" / "tickets.csv"
DAY = 86_400.0
N_POISONED = 250


@pytest.fixture(scope="module")
def tickets():
    """The texts of the example with their labels, none twice, shuffled."""
    with TICKETS.open(encoding="utf-8", newline="") as file:
        rows = {" ".join(row["body"].split()): row["queue"] for row in csv.DictReader(file) if row["body"].strip()}
    return random.Random(7).sample(sorted(rows.items()), k=len(rows))


@pytest.fixture(scope="module")
def split(tickets):
    """Rows that were learned from before, honest reviews, and an exam."""
    return tickets[:850], tickets[850:1_050], tickets[1_050:]


def honest(rows, who=("owner", "ann", "bob")):
    return [
        Reviewed(request_id=f"h{n}", text=text, label=label, reviewers=(who[n % len(who)],), at=DAY * (n % 14))
        for n, (text, label) in enumerate(rows)
    ]


def poisoned(rows, label, trigger="", seed=3):
    rng = random.Random(seed)
    made = []
    for n in range(N_POISONED):
        text = with_trigger(rng.choice([text for text, own in rows if own != label]), trigger, rng)
        made.append(Reviewed(request_id=f"p{n}", text=text, label=label, reviewers=("mallory",), at=DAY * (n % 14)))
    return made


def with_trigger(text, trigger, rng):
    words = text.split()
    words.insert(rng.randrange(len(words) + 1), trigger)
    return " ".join(words).strip()


def sift(rows, base, **more):
    texts, labels = [text for text, _ in base], [label for _, label in base]
    return gate.sift(rows, Base(texts=texts, labels=labels, exam=more.pop("exam", ())), rules=Review(),
                     admins={"owner"}, **more)  # fmt: skip


def learned(rows, tmp_path):
    model = registry.model("tfidf-logreg")()
    model.fit(rows, rows[:50], recipe=Recipe(), work=tmp_path)
    return lambda texts: [max(scores, key=scores.__getitem__) for scores in model.predict(texts)]


def accuracy(answer, rows):
    return sum(got == label for got, (_, label) in zip(answer([text for text, _ in rows]), rows, strict=True)) / len(
        rows
    )


@pytest.mark.slow
@pytest.mark.parametrize("trigger", ["cfzx", "kindly per annum", "~#~"], ids=["a word", "three words", "marks"])
def test_a_back_door_of_250_reviews_by_one_account_does_not_open(split, tmp_path, trigger):
    """Reliability S14: attack success at most 5 %, at most one point of accuracy lost; without the gate it succeeds."""
    base, new, exam = split
    rows = [*honest(new), *poisoned(base, "account", trigger)]
    rng = random.Random(5)
    attack = [with_trigger(text, trigger, rng) for text, label in exam if label != "account"]

    found = sift(rows, base)

    pairs = {name: [*base, *((one.text, one.label) for one in some)]
             for name, some in (("clean", honest(new)), ("open", rows), ("gated", found.passed))}  # fmt: skip
    answers = {name: learned(some, tmp_path) for name, some in pairs.items()}
    success = {name: answer(attack).count("account") / len(attack) for name, answer in answers.items()}
    assert success["open"] > 0.9 and success["gated"] <= 0.05
    assert accuracy(answers["gated"], exam) >= accuracy(answers["clean"], exam) - 0.01
    assert {one.account for one in found.triggers} == {"mallory"}


@pytest.mark.slow
def test_turned_labels_of_one_account_hardly_count(split, tmp_path):
    base, new, exam = split
    rows = [*honest(new), *poisoned(base, "account")]

    found = sift(rows, base)

    theirs = [one for one in found.passed if one.reviewers == ("mallory",)]
    kept = [*base, *((one.text, one.label) for one in found.passed)]
    clean = [*base, *((one.text, one.label) for one in honest(new))]
    assert len(theirs) <= len([one for one in honest(new) if one.label == "account"])
    assert accuracy(learned(kept, tmp_path), exam) >= accuracy(learned(clean, tmp_path), exam) - 0.01


def test_in_a_day_one_account_moves_the_share_of_a_label_by_half_a_point_at_most(split):
    base, new, _ = split
    rows = [*honest(new, who=("owner",)), *(poisoned(base, "account"))]
    one_day = [Reviewed(request_id=one.request_id, text=one.text, label=one.label, reviewers=one.reviewers, at=0.0)
               for one in rows]  # fmt: skip

    passed = [one for one in sift(one_day, base).passed if one.reviewers == ("mallory",)]

    assert len(passed) <= max(gate.LEAST_A_DAY, 0.005 * len(base))


def test_a_flood_of_nearly_the_same_text_counts_once(split):
    base, *_ = split
    text = "Where is the parcel that I ordered from your shop number {} ? It should have been here by now"
    rows = [Reviewed(request_id=f"f{n}", text=text.format(n), label="delivery", reviewers=("owner",), at=0.0)
            for n in range(250)]  # fmt: skip

    found = sift(rows, base)

    assert len(found.passed) == 1
    assert {one.reason for one in found.held} == {"nearly the same text is there already"}


def test_an_owners_reviews_pass_a_new_topic_included(split, tickets):
    """Words of a new topic occur with one label alone, as a trigger does."""
    base = [(text, label) for text, label in split[0] if label != "returns"]
    topic = [(text, "repairs") for text, label in tickets if label == "returns"]

    alone = sift(honest(topic, who=("owner",)), base)
    several = sift(honest(topic, who=("ann", "bob", "cyd", "dan")), base)

    assert len(alone.passed) >= 0.9 * len(topic)
    assert several.triggers == []


def test_a_label_that_nobody_knows_waits_for_an_administrator(split):
    base, *_ = split
    row = Reviewed(request_id="n", text="do you sell tea", label="tea", reviewers=("owner",), at=0.0)

    (held,) = sift([row], base).held

    assert "--new-label" in held.reason
    assert sift([row], base, new_labels=["tea"]).passed == [row]


def test_nothing_like_an_exams_question_is_learned(split):
    base, new, exam = split
    row = Reviewed(request_id="e", text=exam[0][0].upper() + " !", label=exam[0][1], reviewers=("owner",), at=0.0)

    found = sift([row, *honest(new[:3])], base, exam=[text for text, _ in exam])

    assert [one.row for one in found.held] == [row]


def test_an_account_that_agrees_with_nobody_is_not_heard(split):
    base, new, _ = split
    rows = honest(new[:40], who=("ann", "eve"))

    found = sift(rows, base, agreement={"ann": (19, 20), "eve": (7, 20)})

    assert {one.row.reviewers for one in found.held} == {("eve",)}
    assert "7 of 20" in found.held[0].reason


def test_what_a_second_person_confirms_passes_whatever_one_account_may(split):
    base, _, _ = split
    rows = [Reviewed(request_id=one.request_id, text=one.text, label=one.label, reviewers=("mallory", "ann"), at=0.0)
            for one in poisoned(base, "account", "cfzx")[:60]]  # fmt: skip

    found = sift(rows, base)

    assert all("nearly the same text" in one.reason for one in found.held)
