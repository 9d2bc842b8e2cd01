"""A student: what it keeps of its teacher, and what it learns from."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from luodi.contracts import Recipe
from luodi.train import finetuning, student

WORDS = st.lists(st.sampled_from(["my", "card", "is", "lost", "again"]), min_size=1, max_size=12).map(" ".join)


@given(st.lists(WORDS, min_size=1, max_size=5), st.integers(0, 30), st.integers(0, 3))
def test_variants_are_some_of_the_words_in_their_order_and_the_same_every_time(texts, most, seed):
    made = student.variants(texts, most=most, seed=seed)

    assert made == student.variants(texts, most=most, seed=seed)
    assert len(made) == most
    for n, one in enumerate(made):
        left = iter(texts[n % len(texts)].split())
        assert one
        assert all(word in left for word in one.split())


def test_a_student_begins_with_its_teachers_words_and_first_layer(pairs, tiny_encoder, tmp_path):
    teacher = finetuning.begin(pairs["classify"], Recipe(base=str(tiny_encoder)))

    made = student.begin(teacher, [x for x, _ in pairs["classify"]], seed=1, file=tmp_path / "tokenizer.json")

    ours, theirs = made.network.state_dict(), teacher.network.state_dict()
    word, name = made.text.tokenizer.token_to_id("refund"), "encoder.embeddings.word_embeddings.weight"
    assert torch.equal(ours[name][word], theirs[name][teacher.text.tokenizer.token_to_id("refund")])
    layers = {key for key in ours if ".layer." in key}
    assert layers == {key for key in theirs if ".layer.0." in key}
    assert all(torch.equal(ours[key], theirs[key]) for key in layers)


def test_a_student_learns_its_teachers_answers(pairs, tiny_encoder, tmp_path):
    recipe = Recipe(base=str(tiny_encoder), epochs=4, learning_rate=1e-2)
    rows, xs = pairs["classify"], [x for x, _ in pairs["classify"]]
    teacher = finetuning.begin(rows, recipe)
    for name in ("teacher", "student"):
        (tmp_path / name).mkdir()
    finetuning.learn(teacher, rows, rows, recipe=recipe, work=tmp_path / "teacher")

    made, facts = student.learn(teacher, xs, ["my lost card"], lambda _: 0.0, recipe=recipe, work=tmp_path / "student")

    agree = (made.logits(xs).argmax(axis=1) == teacher.logits(xs).argmax(axis=1)).mean()
    assert agree > 0.9
    assert facts["texts"] == (1 + student.VARIANTS) * (len(xs) + 1)
