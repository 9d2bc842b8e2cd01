"""A causal language model that answers with a label: the likelihood of each label's own token after the text.

The text is read up to an end mark that the tokenizer adds; what the model says comes next, of the tokens that stand for
labels, are the logits. No prompt is needed, since it learns; so it runs in the same engines as any other network.
Source of the idea: Schick and Schütze 2021, "Exploiting Cloze Questions for Few Shot Text Classification", section 3.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_model, save_model
from tokenizers import Tokenizer, processors
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.pytorch_utils import Conv1D

from luodi.contracts import Recipe
from luodi.errors import SetupError
from luodi.train.device import device
from luodi.train.loop import Schedule
from luodi.train.network import TOKENIZER

CONFIG, WEIGHTS = "config.json", "decoder.safetensors"
RANK = 8
LEARNING_RATE = 5e-4  # of additions, which start at zero: more than of weights
EPOCHS = 3
BATCHES = ((200, 4), (1_000, 8))  # few rows are worth more steps
BATCH = 16
LOOKS = 6  # at dev; seldom enough that a slow start is not taken for the end
ENDS = ("<|endoftext|>", "<|im_end|>", "</s>", "<eos>", "[SEP]")


class Decoder(torch.nn.Module):
    """logits = head(last hidden state of the end mark); the head starts as the rows of the labels' tokens."""

    def __init__(self, model: Any, n_labels: int) -> None:
        super().__init__()
        self.body = model.base_model
        embedding = model.get_output_embeddings().weight
        self.head = torch.nn.Linear(embedding.shape[1], n_labels)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.told(ids, mask)[0]

    def told(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits, and the last hidden states that they are made of: (batch, n_labels) and (batch, width)."""
        time = ids.shape[1]
        place = torch.arange(time, device=ids.device)
        past = (place[None, :] <= place[:, None])[None, None] & (mask[:, None, None, :] > 0)  # (batch, 1, time, time)
        # A mask of our own, ready to be added: the ones that the library makes do not survive tracing.
        bias = (1.0 - past.to(self.head.weight.dtype)) * -1e4
        positions = place[None, :].expand(ids.shape[0], time)
        hidden = self.body(input_ids=ids, attention_mask=bias, position_ids=positions, use_cache=False)[0]
        ends = (place[None, :] == mask.sum(dim=1, keepdim=True) - 1).to(hidden.dtype)  # one-hot at the end mark
        last = (hidden * ends[..., None]).sum(dim=1)
        return self.head(last), last


def read(folder: Path) -> Any:
    """Return a causal language model of `transformers` from its folder. Raises `SetupError` where it is none."""
    try:
        return AutoModelForCausalLM.from_pretrained(
            folder, use_safetensors=True, trust_remote_code=False, dtype=torch.float32
        )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        fix = "a causal language model of the library transformers, in safetensors, without code of its own"
        raise SetupError(f"this is no model that can be read: {str(error)[:200]}", where=str(folder), fix=fix) from None


def pretrained(folder: Path, labels: Sequence[str], *, seed: int, work: Path) -> tuple[Decoder, Path]:
    """Return the model under a head of the labels' tokens, and the file of a tokenizer that adds the end mark."""
    made = read(folder)
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    end, number = end_of(tokenizer, folder)
    tokenizer.post_processor = processors.TemplateProcessing(single=f"$A {end}", special_tokens=[(end, number)])
    file = work / TOKENIZER
    tokenizer.save(str(file))
    torch.manual_seed(seed)
    decoder = Decoder(made, len(labels))
    rows = made.get_output_embeddings().weight.detach()
    with torch.no_grad():
        decoder.head.weight.copy_(rows[_tokens(tokenizer, labels)])
        decoder.head.bias.zero_()
    return decoder.to(device()), file


def adapt(body: Any, rank: int) -> Any:
    """Put an addition of low rank beside every product of a body; only they learn of it. Merge them in the end."""
    from peft import LoraConfig, LoraModel

    kinds = {name: type(one) for name, one in body.named_modules() if isinstance(one, torch.nn.Linear | Conv1D)}
    turned = Conv1D in kinds.values()
    config = LoraConfig(
        r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules=list(kinds), fan_in_fan_out=turned
    )
    tuner = LoraModel(body, config, "default")
    for name, one in body.named_parameters():
        one.requires_grad_(requires_grad="lora_" in name)
    return tuner


def schedule(n: int, recipe: Recipe, *, most_tokens: int = 0) -> Schedule:
    """Return how additions learn from so many rows."""
    epochs = recipe.epochs or EPOCHS
    return Schedule(
        epochs=epochs,
        batch_size=next((size for most, size in BATCHES if n <= most), BATCH),
        n_evaluations=min(epochs, LOOKS),
        learning_rate=recipe.learning_rate or LEARNING_RATE,
        max_minutes=recipe.max_minutes,
        most_tokens=most_tokens,
    )


def save(folder: Path, net: torch.nn.Module, config: Any) -> None:
    """Write config and weights."""
    (folder / CONFIG).write_text(json.dumps(config.to_dict(), indent=1, sort_keys=True), encoding="utf-8")
    save_model(net, str(folder / WEIGHTS))


def load(folder: Path, n_labels: int) -> Decoder:
    """Read what `save` wrote of a decoder."""
    decoder = Decoder(fresh(folder), n_labels)
    load_model(decoder, str(folder / WEIGHTS))
    return decoder.to(device()).eval()


def load_whole(folder: Path) -> Any:
    """Read what `save` wrote of a language model."""
    made = fresh(folder)
    load_model(made, str(folder / WEIGHTS))
    return made.to(device()).eval()


def fresh(folder: Path) -> Any:
    """Return a language model as the config says, its weights still to be read."""
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    return AutoModelForCausalLM.from_config(AutoConfig.for_model(**config), attn_implementation="sdpa")


def end_of(tokenizer: Tokenizer, folder: Path) -> tuple[str, int]:
    """Return the mark for the end of a text, and its number. Raises `SetupError` where there is none."""
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    number = config.get("eos_token_id")
    number = number[0] if isinstance(number, list) else number
    own = tokenizer.id_to_token(number) if isinstance(number, int) else None
    for name in (own, *ENDS):
        found = tokenizer.token_to_id(name) if name else None
        if name and found is not None:
            return name, found
    fix = "set eos_token_id in config.json"
    raise SetupError("the tokenizer has no mark for the end of a text", where=str(folder), fix=fix)


def _tokens(tokenizer: Tokenizer, labels: Sequence[str]) -> list[int]:
    """Return a token for each label, no two the same: its first, or the first that is still free."""
    taken: list[int] = []
    for label in labels:
        own = tokenizer.encode(f" {label}", add_special_tokens=False).ids
        free = (n for n in range(tokenizer.get_vocab_size()) if n not in taken)
        taken.append(next((one for one in own if one not in taken), None) or next(free))
    return taken
