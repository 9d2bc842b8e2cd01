"""Sentence vectors of many texts at a glance: a pretrained encoder under OpenVINO, the first tokens alone."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from luodi.runtime import quantize
from luodi.runtime.engine_network import GraphSession
from luodi.train import export, network, starter

MAX_TOKENS = 64


def vectors(texts: Sequence[str], *, base: str = "starter", max_tokens: int = MAX_TOKENS) -> NDArray[np.float32]:
    """Return the mean of the last hidden states of each text, shape (n, width), in bfloat16 where that is quick.

    Raises `SetupError` where there is no encoder of that name.
    """
    encoder = starter.find(base)
    net = network.pretrained(encoder, 1, seed=0)
    width = net.head.in_features
    net.head = torch.nn.Identity()  # type: ignore[assignment]
    text = network.Text(encoder.path / network.TOKENIZER, max_tokens=max_tokens)
    with tempfile.TemporaryDirectory() as folder:
        plain, quick = Path(folder) / "plain", Path(folder) / "quick"
        plain.mkdir()
        export.export(plain, net, text, "classify", [str(n) for n in range(width)])
        quantize.make(plain, "bf16", [], quick)
        return GraphSession.load(quick).logits(texts)
