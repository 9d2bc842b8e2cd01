"""Readers: each keeps its contract, learns what is to be learned, and says nothing where it should."""

import random

import pytest

from luodi import registry
from luodi.contracts import Recipe
from luodi.runtime import spans
from luodi.testing_extract import check_reader

READERS = ("reader-overlap", "reader-light", "reader-encoder")
NAMES = ("refund", "invoice", "charge", "money", "paid", "password", "account", "locked", "sign", "email")


def questions(n: int = 24, seed: int = 3, *, without: int = 4) -> list[tuple[dict, frozenset]]:
    """Return questions whose answer stands behind the name that they ask for; of the last ones there is none."""
    rng = random.Random(seed)
    made = []
    for number in range(n):
        names = rng.sample(NAMES, 4)
        words = [rng.choice("abcdefgh") + rng.choice("klmnop") for _ in names]
        passage = ". ".join(f"my {name} is {word}" for name, word in zip(names, words, strict=True)) + "."
        asked = rng.randrange(4)
        start = passage.index(f"{names[asked]} is ") + len(f"{names[asked]} is ")
        y = frozenset({f"{start}:{start + 2}"})
        if number >= n - without:
            names[asked], y = next(one for one in NAMES if one not in names), frozenset()
        made.append(({"question": f"what is my {names[asked]}?", "passage": passage}, y))
    return made


@pytest.mark.parametrize("name", READERS)
def test_a_reader_keeps_its_contract(name, tiny_encoder, tmp_path):
    check_reader(name, questions(), tmp_path, recipe=Recipe(base=str(tiny_encoder), epochs=1, max_minutes=1.0))


def test_a_long_passage_is_read_in_windows_and_its_end_too(tiny_encoder, tmp_path):
    model = registry.model("reader-encoder")()
    model.fit(questions(8), questions(4), recipe=Recipe(base=str(tiny_encoder), epochs=1), work=tmp_path)
    passage = "my email is ab. " * 60 + "my password is zz."

    windows = model.inner.scribe.windows("what is my password?", passage)

    assert len(windows) > 2 and all(len(one.ids) <= 64 for one in windows)
    read = {place for one in windows for place in one.spans}
    assert max(end for _, end in read) == len(passage)


def test_a_light_reader_learns_where_the_answer_stands_and_when_there_is_none(tmp_path):
    train, dev = questions(120, seed=1, without=30), questions(40, seed=2, without=10)
    model = registry.model("reader-light")()

    model.fit(train, dev, recipe=Recipe(epochs=12, max_minutes=1.0), work=tmp_path)

    given = [spans.answer(x, one) for (x, _), one in zip(dev, model.predict([x for x, _ in dev]), strict=True)]
    right = [spans.is_right(spans.texts(x, y), one) for (x, y), one in zip(dev, given, strict=True)]
    assert sum(right) / len(right) > 0.8
    assert model.inner.nothing is not None


@pytest.mark.parametrize("name", READERS)
def test_without_a_question_that_has_no_answer_a_reader_always_answers(name, tiny_encoder, tmp_path):
    model = registry.model(name)()
    pairs = questions(12, without=0)

    model.fit(pairs, pairs, recipe=Recipe(base=str(tiny_encoder), epochs=1), work=tmp_path)

    asked = [{"question": "what is the weather?", "passage": "my email is ab."}]
    assert all(one["start"] < one["end"] for one in model.predict(asked)[0])


def test_a_reader_goes_on_from_another_one(tiny_encoder, tmp_path):
    first, second = registry.model("reader-encoder")(), registry.model("reader-encoder")()
    for name in ("first", "saved", "second"):
        (tmp_path / name).mkdir()
    first.fit(questions(8), questions(4), recipe=Recipe(base=str(tiny_encoder), epochs=1), work=tmp_path / "first")
    first.save(tmp_path / "saved")

    facts = second.fit(
        questions(8), questions(4), recipe=Recipe(base=str(tmp_path / "saved"), epochs=1), work=tmp_path / "second"
    )

    assert facts["base"].startswith(tiny_encoder.name)
    assert second.refuses([x for x, _ in questions(2)], recipe=Recipe(base=str(tmp_path / "saved"))) is None
