"""Additions of low rank that learn in place of an encoder's weights, and become part of them afterwards.

Source: Hu et al. 2022, "LoRA: Low-Rank Adaptation of Large Language Models", section 4; the library is peft.
"""

from importlib.util import find_spec
from typing import Any

import torch

from luodi.errors import SetupError
from luodi.train.network import Network

SCALE = 2.0  # of the addition, whatever its rank


class Adapters:
    """The additions to one network's encoder."""

    def __init__(self, net: Network, tuner: Any) -> None:
        self.net, self.tuner = net, tuner

    def merge(self) -> None:
        """Add what was learned to the weights; the network is again what it was, and exports as such."""
        self.net.encoder = self.tuner.merge_and_unload()
        self.net.encoder.requires_grad_(requires_grad=True)
        self.net.adapted = False


def add(net: Network, rank: int, *, seed: int) -> Adapters:
    """Put an addition beside every product of the layers that are not frozen; only they and the head learn then."""
    if find_spec("peft") is None:
        raise SetupError("LoRA needs the package 'peft', which is not installed", fix='pip install "luodi[lora]"')
    from peft import LoraConfig, LoraModel

    products = [
        name
        for name, one in net.encoder.named_modules()
        if isinstance(one, torch.nn.Linear) and one.weight.requires_grad
    ]
    torch.manual_seed(seed)
    config = LoraConfig(r=rank, lora_alpha=int(SCALE * rank), lora_dropout=0.0, target_modules=products)
    tuner = LoraModel(net.encoder, config, "default")
    for name, one in net.encoder.named_parameters():
        one.requires_grad_(requires_grad="lora_" in name)
    net.adapted = True
    return Adapters(net, tuner)
