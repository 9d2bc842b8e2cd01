"""Item texts are read once in a run, and what is learned from them does not depend on who read them first."""

import time

import numpy as np
import pytest
import torch

from luodi.contracts import Recipe
from luodi.train import meaning

TEXTS = ["green tea", "", "a teapot", "hammer and nails"]


@pytest.mark.slow
def test_the_second_reader_gets_the_same_vectors_encoder_and_chances_without_the_work(tmp_path):
    seen, seconds = [], []
    for name in ("rec-text", "rec-sequence", "alone"):
        run = tmp_path / ("other" if name == "alone" else "run.partial") / "work" / name / "work"
        run.mkdir(parents=True)
        started = time.monotonic()
        vectors, encoder, base = meaning.read(TEXTS, recipe=Recipe(), work=run)
        seconds.append(time.monotonic() - started)
        graph = {path.name: path.read_bytes() for path in encoder.iterdir()}
        seen.append((vectors, graph, base, torch.rand(5)))

    first, second, alone = seen
    assert not first[0][1].any() and first[0][0].any()
    for other in (second, alone):
        assert np.array_equal(first[0], other[0]) and first[2] == other[2] and torch.equal(first[3], other[3])
    assert first[1] == second[1] and seconds[1] < seconds[0] / 2


@pytest.mark.slow
def test_other_texts_or_lengths_are_read_anew(tmp_path):
    work = tmp_path / "run.partial" / "work" / "rec-text"
    work.mkdir(parents=True)

    folders = {
        meaning.read(texts, recipe=Recipe(max_tokens=n), work=work)[1]
        for texts, n in ((TEXTS, 64), (TEXTS[:3], 64), (TEXTS, 32))
    }

    assert len(folders) == 3 and all(one.is_relative_to(work.parent) for one in folders)
