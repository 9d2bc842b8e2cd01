"""Every reviewed text is answered by a model that learned from neither it nor anything nearly like it."""

import pytest

from luodi.loop import crossfit

TOPICS = {"login": "password account locked browser", "refund": "money back invoice charged"}
KNOWN = {f"known {n}": (f"parcel {n} is late", "delivery") for n in range(5)}
DEV = {f"dev {n}": (f"parcel {n} was lost", "delivery") for n in range(3)}


def reviewed(n):
    labels = [sorted(TOPICS)[k % 2] for k in range(n)]
    return {f"new {k}": (f"{TOPICS[label]} {k} {k * k} {k + 7}", label) for k, label in enumerate(labels)}


class Memory:
    """A model that knows what it has learned, and nothing else."""

    def __init__(self, train, dev):
        self.seen = {text for text, _ in [*train, *dev]}
        self.n_known = sum(label == "delivery" for _, label in [*train, *dev])

    def predict(self, texts):
        return [{"seen": float(text in self.seen), "known": self.n_known} for text in texts]


@pytest.mark.parametrize("n", [2, 40, 150])
def test_no_text_is_answered_by_a_model_that_learned_it_and_all_else_is_learned(n):
    rows = reviewed(n)

    found = crossfit.answers({**KNOWN, **rows}, DEV, list(rows), Memory)

    assert found == {key: {"seen": 0.0, "known": len(KNOWN) + len(DEV)} for key in rows}


def test_a_text_that_went_to_dev_is_hidden_there_too():
    rows = reviewed(40)

    found = crossfit.answers(KNOWN, {**DEV, **rows}, list(rows), Memory)

    assert {one["seen"] for one in found.values()} == {0.0} and set(found) == set(rows)


def test_a_slow_model_is_fitted_once_and_answers_one_fold_of_three():
    rows, fitted = reviewed(90), []

    def fit(train, dev):
        fitted.append(len(train))
        return Memory(train, dev)

    found = crossfit.answers({**KNOWN, **rows}, DEV, list(rows), fit, quick=False)

    assert len(fitted) == 1 and len(found) == len(KNOWN) + len(rows) - fitted[0]
    assert 0.15 * len(rows) < len(found) < 0.6 * len(rows)


def test_texts_that_are_nearly_the_same_are_hidden_together():
    texts = [f"{'my parcel from monday has not arrived yet please help'} {n}" for n in range(9)]
    apart = [f"{word} {word}s {word}ing" for word in ("lamp", "kettle", "carpet", "mirror", "jacket", "bicycle")]

    found = crossfit.folds([*texts, *apart])

    assert len(set(found[:9])) == 1
    assert len(set(found)) > 1
