"""What torch learned, numpy reads."""

import itertools
import random

import numpy as np
import pytest
import torch

from luodi.errors import SetupError
from luodi.privacy.tagger import FORBIDDEN, Tagger, forbidden, spans
from luodi.train.tagger import Sentence, Shape, export, learn

SHAPE = Shape(
    kinds=("person", "place"),
    tables=((600, 8), (20, 4)),
    columns=(0, 1),
    width=16,
    dilations=(1, 2),
    batch_positions=40,
)


def sentences(n, rng):
    """Words below 10 are ordinary; 10 opens a person of two words, 11 is a place of one."""
    out = []
    for _ in range(n):
        words, tags = [], []
        for _ in range(rng.randint(1, 6)):
            drawn = rng.random()
            more = (
                ([10, rng.randrange(20, 600)], [1, 3])
                if drawn < 0.3
                else ([11], [8])
                if drawn < 0.5
                else ([rng.randrange(10)], [0])
            )
            words += more[0]
            tags += more[1]
        features = np.array([[word, min(word, 19)] for word in words], np.int32)
        out.append(Sentence(features=features, tags=np.array(tags, np.int8)))
    return out


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    path = tmp_path_factory.mktemp("tagger") / "weights.safetensors"
    network = learn(sentences(300, random.Random(0)), SHAPE, n_epochs=10, seed=0)
    export(network, path, bias=0.0)
    return network, Tagger.load(path)


def test_a_tagger_learns_a_rule_and_numpy_answers_as_torch_does(learned):
    network, tagger = learned
    unseen = sentences(50, random.Random(1))

    tags = [one for one, _ in tagger.tag([one.features for one in unseen])]

    right = [spans(tag) == spans(one.tags) for tag, one in zip(tags, unseen, strict=True)]
    assert sum(right) >= 48
    ids = torch.from_numpy(unseen[0].features.astype(np.int64))[None]
    with torch.no_grad():
        expected = network(ids, torch.ones(1, ids.shape[1]))[0].numpy()
    got = tagger.emissions([unseen[1].features, unseen[0].features])[1, : ids.shape[1]]
    assert np.abs(got - expected).max() < 0.1  # int8 tables, float16 weights


def test_the_best_path_is_the_best_of_all_paths(learned):
    _, tagger = learned
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(1, 4, 9)).astype(np.float32) * 3

    found = tagger._decode(scores.copy(), np.array([4]))[0]

    def worth(path):
        steps = sum(scores[0, time, tag] for time, tag in enumerate(path))
        moves = sum(tagger.transitions[a, b] for a, b in itertools.pairwise(path))
        return tagger.start[path[0]] + steps + moves + tagger.end[path[-1]]

    assert tuple(found) == max(itertools.product(range(9), repeat=4), key=worth)


def test_the_answer_for_a_sequence_does_not_depend_on_what_it_is_asked_with(learned):
    _, tagger = learned
    asked = [one.features for one in sentences(20, random.Random(2))]

    together = tagger.tag(asked)

    for features, (tags, sure) in zip(asked, together, strict=True):
        alone, sure_alone = tagger.tag([features])[0]
        assert tags.tolist() == alone.tolist()
        assert np.allclose(sure, sure_alone, atol=1e-4)


def test_a_run_never_goes_on_without_a_beginning():
    allowed = forbidden(2)

    assert allowed[0, 2] == allowed[0, 3] == allowed[1, 0] == allowed[1, 6] == FORBIDDEN
    assert allowed[0, 1] == allowed[1, 2] == allowed[1, 3] == allowed[3, 8] == allowed[4, 0] == 0


def test_weights_that_are_not_there_are_named(tmp_path):
    path = tmp_path / "missing.safetensors"

    with pytest.raises(SetupError) as error:
        Tagger.load(path)

    assert error.value.where == str(path) and error.value.fix
