"""An encoder reads unlabelled text before it sees a label: one that is at hand goes on, or a small one starts.

Source: Gururangan et al. 2020, "Don't Stop Pretraining", for going on with the domain's text.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from luodi.contracts import Facts, Recipe, record
from luodi.errors import DataError
from luodi.train import cooccurrence, grams, network, starter, tokenizing
from luodi.train.batching import seed_of
from luodi.train.device import device
from luodi.train.fitted import FittedNetwork
from luodi.train.loop import Loop, Schedule
from luodi.train.masking import IGNORED, Masked, Masker, perplexity
from luodi.train.token_cache import encode, read

SCRATCH = "scratch"
BUCKETS = (1_021, 4_093, 16_381, grams.MOST_BUCKETS)  # of n-grams, primes: about as many as there are characters
MAX_TOKENS = 128
MIN_TEXTS = 50
GO_ON, START = 1e-4, 1e-3  # learning rates: of weights that know something, of random ones
EPOCHS = 3
START_EPOCHS = 40  # a small corpus is worth reading again and again; time ends it sooner
STEP_TOKENS = 2_500  # fewer leave a step to its overhead, more make too few steps of ten minutes
CHECKED = 300  # texts of each check
LEARNED_FROM = 200_000  # texts that a tokenizer is learned from
NOTHING_GUESSED: Facts = {"losses": [], "dev": [], "steps": 0}


@record
class Size:
    """The shape of an encoder from scratch."""

    layers: int = 2
    width: int = 192
    gram_size: int = 64
    gram_buckets: int = grams.MOST_BUCKETS
    vocabulary: int = tokenizing.VOCABULARY
    dropout: float = 0.1

    def config(self, vocabulary: int, buckets: int) -> dict[str, Any]:
        return {
            "model_type": grams.MODEL_TYPE,
            "vocab_size": vocabulary,
            "hidden_size": self.width,
            "num_hidden_layers": self.layers,
            "num_attention_heads": max(1, self.width // 64),
            "intermediate_size": 4 * self.width,
            "max_position_embeddings": 512,
            "type_vocab_size": 1,
            "pad_token_id": 0,
            "hidden_dropout_prob": 0.0,  # drawing the numbers took a sixth of a step; n-grams drop out instead
            "attention_probs_dropout_prob": 0.0,
            "gram_dropout": self.dropout,
            "gram_buckets": buckets,
            "gram_size": self.gram_size,
        }


def go_on(
    encoder: starter.Encoder,
    texts: Iterable[str],
    *,
    recipe: Recipe,
    work: Path,
    checks: Mapping[str, Sequence[str]] | None = None,
) -> tuple[FittedNetwork, Facts]:
    """Return the encoder after reading `texts`, and the perplexity on held-out texts before and after.

    `checks` are other texts that it is measured on before and after: what it forgot, or learned for the task.
    """
    net = network.pretrained(encoder, 2, seed=recipe.seed)
    file = encoder.path / network.TOKENIZER
    return _reading(net, file, texts, f"{encoder.name} {encoder.sha256[:12]}, read on", recipe, work, checks or {})


def start(
    texts: Iterable[str],
    *,
    recipe: Recipe,
    work: Path,
    size: Size,
    checks: Mapping[str, Sequence[str]] | None = None,
) -> tuple[FittedNetwork, Facts]:
    """Return a small encoder that has read `texts` and nothing else, its tokenizer learned from them too.

    First it is counted what occurs with what, then hidden words are guessed, in no minutes none.
    """
    iterator = iter(texts)
    first = list(itertools.islice(iterator, LEARNED_FROM))
    if len(first) < MIN_TEXTS:
        raise _too_few(len(first))
    made = blank(first, recipe=recipe, work=work, size=size)
    again = itertools.chain(first, iterator)
    return _reading(made.network, made.text.file, again, made.base, recipe, work, checks or {})


def blank(texts: Sequence[str], *, recipe: Recipe, work: Path, size: Size) -> FittedNetwork:
    """Return an encoder of random weights, with a tokenizer that was learned from `texts`."""
    file = work / network.TOKENIZER
    if not file.is_file():
        made = tokenizing.learn(texts, pieces=recipe.pieces, size=size.vocabulary)
        tokenizing.write(made, file.with_suffix(".partial")).replace(file)
    text = network.Text(file, max_tokens=MAX_TOKENS)
    n_characters = sum(map(len, texts))
    buckets = next((n for n in BUCKETS if n >= min(n_characters, size.gram_buckets)), BUCKETS[-1])
    torch.manual_seed(recipe.seed)
    net = network.Network(size.config(text.tokenizer.get_vocab_size(), buckets), 2).to(device())
    return FittedNetwork("classify", ["0", "1"], net, text, SCRATCH)


def _reading(
    net: network.Network,
    file: Path,
    texts: Iterable[str],
    name: str,
    recipe: Recipe,
    work: Path,
    checks: Mapping[str, Sequence[str]],
) -> tuple[FittedNetwork, Facts]:
    most = min(MAX_TOKENS, int(net.config.get("max_position_embeddings", 512)))
    text = network.Text(file, max_tokens=most)
    model = Masked(net).to(device())
    masker = Masker(text.tokenizer, vocabulary=int(model.bias.shape[0]), seed=recipe.seed)
    text.tokenizer.no_truncation()
    ids, held = read(texts, text.tokenizer, work / "texts", window=most, most_tokens=recipe.read_tokens)
    if ids.about["texts"] < MIN_TEXTS or not len(ids):
        raise _too_few(ids.about["texts"])
    lengths = ids.lengths()
    other = {
        key: [one for pieces in encode(text.tokenizer, some[:CHECKED], window=most) for one in pieces]
        for key, some in checks.items()
        if some
    }

    def measured() -> dict[str, float]:
        return {"held_out": perplexity(model, masker, held)} | {
            key: perplexity(model, masker, some) for key, some in other.items()
        }

    def loss(batch: list[int]) -> torch.Tensor:
        tokens, mask, gold = masker([ids[i] for i in batch], seed_of(recipe.seed, "mask", batch))
        where = gold != IGNORED
        return torch.nn.functional.cross_entropy(model(tokens, mask, where).float(), gold[where])

    before = measured()
    counted = cooccurrence.begin(net.encoder, ids, seed=recipe.seed) if name == SCRATCH else {}
    facts = NOTHING_GUESSED
    if recipe.max_minutes:
        facts = Loop(
            model,
            lengths,
            loss,
            lambda: -perplexity(model, masker, held),
            schedule=_schedule(lengths, recipe, fresh=name == SCRATCH),
            seed=recipe.seed,
            work=work,
            doing="reading",
        ).run()
    after = measured()
    fitted = FittedNetwork("classify", ["0", "1"], net, network.Text(file, max_tokens=most), name)
    return fitted, _facts(ids.about, facts | counted, before, after, name)


def _schedule(lengths: Sequence[int], recipe: Recipe, *, fresh: bool) -> Schedule:
    mean = sum(lengths) / len(lengths)
    return Schedule(
        epochs=recipe.epochs or (START_EPOCHS if fresh else EPOCHS),
        batch_size=int(min(256, max(16, STEP_TOKENS // mean))) if fresh else 32,
        learning_rate=recipe.learning_rate or (START if fresh else GO_ON),
        max_minutes=recipe.max_minutes,
        n_evaluations=8 if fresh else 4,
    )


def _facts(
    about: dict[str, Any], learned: Facts, before: dict[str, float], after: dict[str, float], name: str
) -> Facts:
    return {
        "base": name,
        "texts": about["texts"],
        "tokens": about["tokens"],
        "perplexity_before": round(before["held_out"], 3),
        "perplexity_after": round(after["held_out"], 3),
        "checks": {
            key: {"before": round(before[key], 3), "after": round(after[key], 3)} for key in before if key != "held_out"
        },
        "losses": learned["losses"],
        "held_out": [[epoch, round(-value, 3)] for epoch, value in learned["dev"]],
        "steps": learned["steps"],
        **{key: learned[key] for key in ("units", "contexts") if key in learned},
    }


def _too_few(n: int) -> DataError:
    return DataError(
        f"{n} texts are too few to pretrain on",
        where="[pretrain] texts",
        fix=f"give {MIN_TEXTS} texts or more, or leave the section [pretrain] out",
    )
