"""Weights of a blend by how much is known of a visitor."""

import numpy as np
import pytest

from luodi.runtime.scorers import AGES, Blend, Popular, Visit, scorer_of
from luodi.train.choosing import Asked, blend_weights, ndcg

N_ITEMS = 200
NOTHING = np.zeros(0, dtype=np.int32)


def questions(n_each=120, seed=0):
    """Return questions of strangers, who want item 7, and of regulars, who want item 9, some of each something else."""
    rng = np.random.default_rng(seed)
    made = []
    for n in range(2 * n_each):
        history = NOTHING if n % 2 else np.arange(20, 50, dtype=np.int32)
        usual = 7 if n % 2 else 9
        wanted = usual if rng.random() < 0.8 else int(rng.integers(60, N_ITEMS))
        made.append(Asked(Visit(-1, history), np.array([wanted], dtype=np.int32)))
    return made


def favors(item):
    scores = np.random.default_rng(item).random(N_ITEMS).astype(np.float32)
    scores[item] = 5.0
    return Popular(scores)


def test_strangers_and_regulars_get_weights_of_their_own_where_that_is_better():
    parts, asked = [favors(7), favors(9)], questions()

    weights, value = blend_weights(parts, asked, again=False)
    blend = Blend(parts, weights)

    first = [int(row.argmax()) for row in blend.scores([Visit(-1, NOTHING), Visit(-1, np.arange(20, 50))])]
    assert first == [7, 9]
    assert value == pytest.approx(ndcg(blend, asked, again=False), abs=1e-6)


def test_few_questions_of_an_age_or_no_gain_keep_the_common_weights():
    parts = [favors(7), favors(9)]

    few, _ = blend_weights(parts, questions(n_each=40), again=False)
    alike, _ = blend_weights([favors(7), favors(8)], questions(), again=False)

    assert all(row == few[0] for row in few) and all(row == alike[0] for row in alike[1:3])


@pytest.mark.parametrize("weights", [[1.0, 0.5], [[1.0, 0.5]], [[float(n), 1.0] for n in range(len(AGES) + 1)]])
def test_a_blend_is_read_back_as_it_was_written_also_an_older_one(weights):
    blend = Blend([favors(7), favors(9)], weights)
    visits = [Visit(-1, NOTHING), Visit(-1, np.arange(30, dtype=np.int32))]

    again = scorer_of({"kind": "blend", **blend.about()}, blend.arrays())

    assert np.allclose(again.scores(visits), blend.scores(visits))
