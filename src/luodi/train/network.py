"""A pretrained encoder with mean pooling and a linear head, in torch: batches in, logits out."""

import json
import shutil
from array import array
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from huggingface_hub.errors import StrictDataclassError
from numpy.typing import NDArray
from safetensors.torch import load_model, save_model
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel
from transformers.utils import logging as transformers_logging

from luodi.contracts import Kind
from luodi.errors import SetupError
from luodi.log import progress
from luodi.runtime.engine_tokens import plain_tokenizer
from luodi.train import bert_pass, grams, starter
from luodi.train.batching import sorted_batches
from luodi.train.bert_pass import BertPass
from luodi.train.device import device, fast, in_force

transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()

ABOUT, WEIGHTS, TOKENIZER = "network.json", "network.safetensors", "tokenizer.json"
CONFIG_KEYS = {  # all that shapes a BERT-like encoder; anything else in a foreign config is dropped unread
    "model_type", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
    "hidden_act", "hidden_dropout_prob", "attention_probs_dropout_prob", "max_position_embeddings", "type_vocab_size",
    "layer_norm_eps", "pad_token_id", "initializer_range", "position_embedding_type", "bos_token_id", "eos_token_id",
    "dim", "n_layers", "n_heads", "hidden_dim", "activation", "dropout", "attention_dropout", "sinusoidal_pos_embds",
    "gram_buckets", "gram_size", "gram_dropout",
}  # fmt: skip
PREDICT_BATCH = 32
ENCODED = 4_096  # texts at a time


class Network(torch.nn.Module):
    """logits = head(mean of the last hidden states over real tokens); `unit` brings that mean to length 1 before."""

    def __init__(self, config: dict[str, Any], n_labels: int, *, dropout: float = 0.1, unit: bool = False) -> None:
        super().__init__()
        self.unit = unit
        clean = {key: value for key, value in config.items() if key in CONFIG_KEYS}
        self.config = clean
        self.encoder, width = _encoder(clean)
        self.is_plain_bert, self.passes = bert_pass.fits(clean), dict[str, BertPass]()
        self.frozen, self.adapted = 0, False
        self.dropout = torch.nn.Dropout(dropout)
        self.head = torch.nn.Linear(width, n_labels)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.answer(self.hidden(ids, mask), mask)

    def told(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits, and the means that they are made of: (batch, n_labels) and (batch, width)."""
        hidden = self.hidden(ids, mask)
        return self.answer(hidden, mask), mean(hidden, mask)

    def pool(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return mean(self.hidden(ids, mask), mask)

    def hidden(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor | None = None) -> torch.Tensor:
        """Return the last hidden states, (batch, time, width): inside `device.fast` on the path that it took.

        `types` says of each token what it is, (batch, time); where it is not given, all are of the first type.
        """
        if (own := self.own_pass(ids)) is None:
            more = {} if types is None else {"token_type_ids": types}
            return self.encoder(input_ids=ids, attention_mask=mask, **more).last_hidden_state  # type: ignore[no-any-return]
        if self.frozen:
            assert types is None, "frozen layers are remembered by the texts alone"
            return self.upper(self.lower(ids, mask), mask)
        with torch.autocast("cpu", enabled=False):
            return own(ids, mask, types)

    @torch.no_grad()
    def lower(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return what the frozen layers make of a batch, nothing dropped; only on a path of `own_pass`."""
        own = self.own_pass(ids)
        assert own is not None
        with torch.autocast("cpu", enabled=False):
            return own(ids, mask, n_layers=self.frozen)

    def upper(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return what the layers that learn make of what `lower` returned."""
        own = self.own_pass(hidden)
        assert own is not None
        with torch.autocast("cpu", enabled=False):
            return own.upper(hidden, mask, self.frozen)

    def answer(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the logits for last hidden states: (batch, time, width) to (batch, n_labels)."""
        pooled = mean(hidden, mask)
        if self.unit:
            pooled = torch.nn.functional.normalize(pooled, dim=-1)
        return self.head(self.dropout(pooled))  # type: ignore[no-any-return]

    def freeze(self, n_layers: int) -> None:
        """Keep the lowest layers, at most all of them, and the tables below them from learning."""
        stack = [one for one in self.encoder.modules() if isinstance(one, torch.nn.ModuleList)][:1]
        self.frozen = min(n_layers, len(stack[0])) if stack else 0
        if not self.frozen:
            return
        for part in (self.encoder.embeddings, *stack[0][: self.frozen]):
            part.requires_grad_(requires_grad=False)

    def own_pass(self, ids: torch.Tensor) -> BertPass | None:
        """Return our own pass for the path that is in force; `None` where the module's own forward is to be used."""
        path = in_force()
        if path is None or ids.device.type != "cpu" or not self.is_plain_bert or self.adapted:
            return None
        if path not in self.passes:
            self.passes[path] = BertPass(self.encoder, path)
        return self.passes[path]


def mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the mean over real tokens, (batch, time, width) to (batch, width) in float32."""
    real = mask[..., None].float()
    pooled: torch.Tensor = (hidden.float() * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)
    return pooled


def _encoder(config: dict[str, Any]) -> tuple[Any, int]:
    """Return an encoder of random weights and its width."""
    if config.get("model_type") == grams.MODEL_TYPE:
        return grams.GramEncoder(config), int(config["hidden_size"])
    try:
        made = AutoConfig.for_model(**config)
    except (KeyError, ValueError, TypeError, StrictDataclassError) as error:
        raise SetupError(f"this encoder's config is not understood: {error}", fix='use base = "starter"') from None
    encoder = AutoModel.from_config(made, attn_implementation="sdpa")
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None  # we pool ourselves
    return encoder, int(getattr(made, "hidden_size", 0) or made.dim)


class Text:
    """A tokenizer with the limit that suits the texts."""

    def __init__(self, file: Path, *, max_tokens: int) -> None:
        self.file, self.max_tokens = file, max_tokens
        self.tokenizer: Tokenizer = plain_tokenizer(file)
        self.tokenizer.enable_truncation(max_tokens)
        self.pad = self.tokenizer.token_to_id("[PAD]") or 0

    def encode(self, texts: Sequence[str]) -> list[Any]:
        """Return the tokens of each text, an array of whole numbers; some texts at a time, as a million are many."""
        return [
            array("i", one.ids)
            for start in range(0, len(texts), ENCODED)
            for one in self.tokenizer.encode_batch_fast(list(texts[start : start + ENCODED]))
        ]

    def batch(self, ids: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return ids and mask, each of shape (batch, longest)."""
        lengths = np.fromiter(map(len, ids), np.int64, len(ids))
        mask = np.arange(lengths.max()) < lengths[:, None]
        padded = np.full(mask.shape, self.pad, np.int64)
        padded[mask] = np.fromiter(chain.from_iterable(ids), np.int64, int(lengths.sum()))
        return torch.from_numpy(padded).to(device()), torch.from_numpy(mask.astype(np.int64)).to(device())


def limit_for(file: Path, texts: Sequence[str], *, most: int) -> int:
    """Return how many tokens to read: enough for 98 of 100 texts, a multiple of 8, at most so many."""
    tokenizer = plain_tokenizer(file)
    lengths = sorted(len(one.ids) for one in tokenizer.encode_batch(list(texts[:2_000])))
    wanted = lengths[min(len(lengths) - 1, int(0.98 * len(lengths)))]
    return min(most, -(-wanted // 8) * 8)


def pretrained(encoder: starter.Encoder, n_labels: int, *, seed: int) -> Network:
    """Return the encoder with a fresh head."""
    config = json.loads((encoder.path / "config.json").read_text(encoding="utf-8"))
    torch.manual_seed(seed)
    network = Network(config, n_labels)
    loaded = AutoModel.from_pretrained(encoder.path, use_safetensors=True, trust_remote_code=False)
    weights = {key: value for key, value in loaded.state_dict().items() if not key.startswith("pooler.")}
    network.encoder.load_state_dict(weights, strict=True)
    return network.to(device())


def save(folder: Path, network: Network, text: Text, kind: Kind, labels: Sequence[str], *, name: str) -> None:
    """Write weights, tokenizer and shape: JSON and safetensors."""
    about = {
        "config": network.config,
        "kind": kind,
        "labels": list(labels),
        "max_tokens": text.max_tokens,
        "base": name,
        "unit": network.unit,
    }
    (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    save_model(network, str(folder / WEIGHTS))
    if text.file != folder / TOKENIZER:
        shutil.copyfile(text.file, folder / TOKENIZER)


def load(folder: Path) -> tuple[Network, Text, dict[str, Any]]:
    """Read what `save` wrote."""
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    network = Network(about["config"], len(about["labels"]), unit=about.get("unit", False))
    load_model(network, str(folder / WEIGHTS))
    return network.to(device()).eval(), Text(folder / TOKENIZER, max_tokens=about["max_tokens"]), about


@torch.inference_mode()
def compute(
    network: Network, text: Text, texts: Sequence[str], *, pooled: bool = False, exact: bool = True, doing: str = ""
) -> NDArray[np.float32]:
    """Return logits (n, n_labels), or pooled vectors (n, width); `exact` computes in float32 throughout."""
    ids = text.encode(texts)
    batches = sorted_batches([len(one) for one in ids], batch_size=PREDICT_BATCH)
    width = network.head.in_features if pooled else network.head.out_features
    out = np.zeros((len(texts), width), dtype=np.float32)
    network.eval()
    for batch in progress(batches, total=len(batches), doing=doing or "predicting"):
        inputs = text.batch([ids[i] for i in batch])
        step = network.pool if pooled else network
        if exact:
            made = step(*inputs)
        else:
            with fast():
                made = step(*inputs)
        out[batch] = made.float().cpu().numpy()
    return out
