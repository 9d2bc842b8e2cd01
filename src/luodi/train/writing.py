"""A causal language model that learns to write: translations or summaries, each after the text it is of.

Additions of low rank learn (Hu et al. 2021, "LoRA") and are merged; only the answers are learned, not what is asked.
"""

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import torch
from ctranslate2.converters import TransformersConverter
from ctranslate2.converters.transformers import _MODEL_LOADERS  # which it tells nobody otherwise
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from luodi.contracts import Draft, Facts, Material
from luodi.errors import SetupError
from luodi.runtime.engine_decoder import LanguageModel, Manner
from luodi.runtime.engine_tokens import TOKENIZER, plain_tokenizer
from luodi.runtime.session import write_about
from luodi.train import decoder
from luodi.train.batching import sorted_batches
from luodi.train.device import device
from luodi.train.loop import Loop, Schedule

ABOUT = "writer.json"
LOOK_BATCH = 16
MOST_TOKENS = 8_192  # places at a time
Ids = list[tuple[list[int], list[int]]]
"""What is asked, and what is answered, the end marked."""


class Writer:
    """A language model of `transformers`, its pieces, and how it is asked."""

    forms = ("int8", "fp32")
    """What it can be exported as, fastest first."""

    def __init__(self, net: Any, tokenizer: Tokenizer, manner: Manner, *, end: str, base: str) -> None:
        self.net, self.tokenizer, self.manner, self.end, self.base = net, tokenizer, manner, end, base
        self._served: LanguageModel | None = None

    @classmethod
    def of(cls, folder: Path, manner: Manner, *, base: str) -> Self:
        """Return a model that others trained. Raises `SetupError` where it cannot be read."""
        net, tokenizer = decoder.read(folder), plain_tokenizer(folder / TOKENIZER)
        if type(net.config).__name__ not in _MODEL_LOADERS:  # to learn for minutes and then find out would be worse
            raise SetupError(
                f"CTranslate2 cannot serve a model of the kind {net.config.model_type!r}", where=str(folder),
                fix="take one of GPT-2, Llama, Mistral, Qwen, Gemma or Phi",
            )  # fmt: skip
        end, _ = decoder.end_of(tokenizer, folder)
        return cls(net.to(device()), tokenizer, manner, end=end, base=base)

    def encode(self, rows: Sequence[tuple[str, str, str]]) -> Ids:
        """Return the pieces of texts, each with what it is asked about, and its answer; what is too long is cut."""
        end = int(self.tokenizer.token_to_id(self.end) or 0)
        made = []
        for text, query, answer in rows:
            before, after = (self._ids(one) for one in self.manner.around(query))
            asked = self.manner.asked(before, self._ids(text), after)
            made.append((asked, [*self._ids(answer)[: self.manner.longest - 1], end]))
        return made

    def learn(self, train: Ids, dev: Ids, *, rank: int, schedule: Schedule, seed: int, work: Path) -> Facts:
        """Learn, keep the additions that make dev's answers likeliest, and merge them."""
        self._served = None
        torch.manual_seed(seed)
        tuner = decoder.adapt(self.net.base_model, rank)
        for name, one in self.net.named_parameters():
            one.requires_grad_(requires_grad="lora_" in name)
        mean = sum(len(y) for _, y in train) / len(train)

        def surprise(rows: Ids) -> torch.Tensor:
            """Return minus the log-likelihood of all answers, summed."""
            ids, answered = _padded(rows)
            hidden = self.net.base_model(input_ids=ids, attention_mask=_mask(ids, rows), use_cache=False)[0]
            logits = self._logits(hidden[:, :-1][answered[:, 1:]])
            return torch.nn.functional.cross_entropy(logits.float(), ids[:, 1:][answered[:, 1:]], reduction="sum")

        def loss(batch: list[int]) -> torch.Tensor:
            # by the mean length of all answers, not of these: a piece counts as much in whatever batch it is
            return surprise([train[n] for n in batch]) / (len(batch) * mean)

        @torch.no_grad()
        def look() -> float:
            batches = sorted_batches([len(x) + len(y) for x, y in dev], batch_size=LOOK_BATCH)
            whole = sum(float(surprise([dev[n] for n in batch])) for batch in batches)
            return -whole / sum(len(y) for _, y in dev)

        lengths = [len(x) + len(y) for x, y in train]
        loop = Loop(self.net, lengths, loss, look, schedule=schedule, seed=seed, work=work, doing="learning to write")
        facts = loop.run()
        tuner.merge_and_unload()
        self.net.requires_grad_(requires_grad=True).eval()
        return facts

    def predict(self, xs: Sequence[Material]) -> list[Draft]:
        """Return what the model writes, its numbers not rounded; through CTranslate2, whose beam search is fast."""
        if self._served is None:
            with tempfile.TemporaryDirectory() as folder:
                self.export(Path(folder), form="fp32")
                self._served = LanguageModel.load(Path(folder))
        return self._served.predict(xs)

    def save(self, folder: Path) -> None:
        decoder.save(folder, self.net, self.net.config)
        self.tokenizer.save(str(folder / TOKENIZER))
        about = {"manner": asdict(self.manner), "end": self.end, "base": self.base}
        (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False, sort_keys=True), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        tokenizer = plain_tokenizer(folder / TOKENIZER)
        manner = Manner(**about["manner"])
        return cls(decoder.load_whole(folder), tokenizer, manner, end=about["end"], base=about["base"])

    def export(self, folder: Path, *, form: str = "int8") -> None:
        """Write the model for CTranslate2, in "int8" or "fp32"."""
        with tempfile.TemporaryDirectory() as made:
            whole, small = Path(made, "whole"), Path(made, "small")
            self.net.save_pretrained(whole, safe_serialization=True)
            marks = dict.fromkeys(("bos_token", "eos_token", "unk_token"), self.end)  # the converter wants all three
            PreTrainedTokenizerFast(tokenizer_object=self.tokenizer, **marks).save_pretrained(whole)
            TransformersConverter(str(whole)).convert(str(small), quantization="int8" if form == "int8" else None)
            for file in small.iterdir():
                shutil.copyfile(file, folder / file.name)
        self.tokenizer.save(str(folder / TOKENIZER))
        write_about(folder, "engine_decoder", manner=asdict(self.manner), end=self.end)

    def _ids(self, text: str) -> list[int]:
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def _logits(self, hidden: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.net.get_output_embeddings()(hidden)
        cap = getattr(self.net.config, "final_logit_softcapping", None)
        return cap * torch.tanh(logits / cap) if cap else logits


def _padded(rows: Ids) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids, and which of them are answers, both of shape (batch, longest)."""
    longest = max(len(x) + len(y) for x, y in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.int64)
    answered = torch.zeros(len(rows), longest, dtype=torch.bool)
    for n, (x, y) in enumerate(rows):
        ids[n, : len(x) + len(y)] = torch.tensor([*x, *y])
        answered[n, len(x) : len(x) + len(y)] = True
    return ids.to(device()), answered.to(device())


def _mask(ids: torch.Tensor, rows: Ids) -> torch.Tensor:
    """Return 1 where there is a piece, of the shape of ids."""
    sizes = torch.tensor([len(x) + len(y) for x, y in rows], device=ids.device)
    return (torch.arange(ids.shape[1], device=ids.device) < sizes[:, None]).long()
