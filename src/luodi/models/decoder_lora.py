"""A local causal language model, adapted by LoRA: for those who have one in a folder and more patience than labels."""

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Self

import torch

from luodi.contracts import Facts, Kind, Recipe
from luodi.errors import SetupError
from luodi.train import decoder, finetuning, network, starter
from luodi.train.answers import class_weights, labels_of, targets
from luodi.train.device import device
from luodi.train.fitted import FittedNetwork
from luodi.train.loop import Loop
from luodi.train.own_engine import TwiceExported

ABOUT = "decoder.json"
MAX_TOKENS = 256


class DecoderLora(TwiceExported):
    """The likelihood of each label's token after the text; additions of low rank learn, and are merged."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag")
    license: ClassVar[str] = "the base model's own"
    engine: ClassVar[Any] = FittedNetwork

    inner: FittedNetwork | None

    def fit(
        self, train: Sequence[tuple[str, Any]], dev: Sequence[tuple[str, Any]], *, recipe: Recipe, work: Path
    ) -> Facts:
        if find_spec("peft") is None:
            raise SetupError("decoder-lora needs the package 'peft'", fix='pip install "luodi[lora]"')
        ys = [y for _, y in train]
        inner = _start([x for x, _ in train], ys, recipe, work)
        net, text = inner.network, inner.text
        ids = text.encode([x for x, _ in train])
        target = targets(ys, inner.labels)
        answers = torch.from_numpy(target).to(device())
        weights = torch.from_numpy(class_weights(target)).to(device()) if recipe.class_weights else None
        rank = recipe.lora_rank or decoder.RANK
        tuner = decoder.adapt(net.body, rank)

        def loss(batch: list[int]) -> torch.Tensor:
            logits = net(*text.batch([ids[i] for i in batch]))
            return finetuning.against(inner.kind, logits, answers[batch], weights)

        lengths = [len(one) for one in ids]
        loop = Loop(
            net,
            lengths,
            loss,
            lambda: finetuning.dev_score(inner, dev),
            schedule=decoder.schedule(len(train), recipe),
            seed=recipe.seed,
            work=work,
            doing="decoder",
        )
        facts = loop.run()
        net.body = tuner.merge_and_unload()
        net.requires_grad_(requires_grad=True)
        self.inner = inner
        return facts | {"base": inner.base, "max_tokens": text.max_tokens, "rank": rank}

    def refuses(self, texts: Sequence[str], *, recipe: Recipe) -> str | None:
        """Say that the base is no causal language model."""
        base = starter.find(recipe.base)
        return None if starter.is_causal(base.path) else f"the base {base.name!r} is no causal language model"

    def sketch(self, train: Sequence[tuple[str, Any]], *, recipe: Recipe, folder: Path) -> None:
        """Export the base under a fresh head."""
        work = folder.with_name(folder.name + ".tokenizer")
        work.mkdir(exist_ok=True)
        _start([x for x, _ in train], [y for _, y in train], recipe, work).export(folder)

    def save(self, folder: Path) -> None:
        assert self.inner, "fit or load first"
        inner = self.inner
        net: Any = inner.network
        decoder.save(folder, net, net.body.config)
        (folder / network.TOKENIZER).write_bytes(inner.text.file.read_bytes())
        about = {"kind": inner.kind, "labels": inner.labels, "max_tokens": inner.text.max_tokens, "base": inner.base}
        (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False, sort_keys=True), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        net: Any = decoder.load(folder, len(about["labels"]))
        text = network.Text(folder / network.TOKENIZER, max_tokens=about["max_tokens"])
        return cls(FittedNetwork(about["kind"], about["labels"], net, text, about["base"]))


def _start(xs: Sequence[str], ys: Sequence[Any], recipe: Recipe, work: Path) -> FittedNetwork:
    """Return the base that the recipe names, under a head of the labels' tokens."""
    base = starter.find(recipe.base)
    kind, labels = labels_of(ys)
    net: Any
    net, file = decoder.pretrained(base.path, labels, seed=recipe.seed, work=work)
    most = min(recipe.max_tokens or MAX_TOKENS, int(getattr(net.body.config, "max_position_embeddings", MAX_TOKENS)))
    text = network.Text(file, max_tokens=network.limit_for(file, xs, most=most))
    return FittedNetwork(kind, labels, net, text, f"{base.name} {base.sha256[:12]}")


MODEL = DecoderLora
