"""A local causal language model that learns to write by LoRA: for those who have one in a folder, and some patience."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Kind, Material, Recipe
from luodi.errors import SetupError
from luodi.runtime.engine_decoder import Manner
from luodi.store import read_json
from luodi.train import decoder, starter, writing
from luodi.train.own_engine import Exported
from luodi.train.sentences import sentences

Pairs = Sequence[tuple[Material, frozenset[str]]]
MAX_TOKENS = 1_024
MOST_ANSWER = 512
SPARE = 1.5
"""An answer may have so many times the pieces of the longest that was learned from."""


class DecoderWriter(Exported):
    """What comes after a text and a mark is its translation, or its summary; additions of low rank learn that."""

    kinds: ClassVar[tuple[Kind, ...]] = ("generate",)
    license: ClassVar[str] = "the base model's own"
    engine: ClassVar[Any] = writing.Writer
    forms: ClassVar[tuple[str, ...]] = writing.Writer.forms

    inner: writing.Writer | None

    def fit(self, train: Pairs, dev: Pairs, *, recipe: Recipe, work: Path) -> Facts:
        if find_spec("peft") is None:
            raise SetupError("decoder-writer needs the package 'peft'", fix='pip install "luodi[lora]"')
        base = starter.find(recipe.base)
        form = str(train[0][0].get("form") or "")
        rows, looked = _rows(train, form), _rows(dev, form)
        inner = writing.Writer.of(base.path, _manner(base, train, form, recipe), base=f"{base.name} {base.sha256[:12]}")
        longest = max(len(inner.tokenizer.encode(answer, add_special_tokens=False).ids) for _, _, answer in rows)
        inner.manner = replace(inner.manner, longest=min(inner.manner.longest, round(SPARE * longest) + 1))
        ids = inner.encode(rows)
        rank = recipe.lora_rank or decoder.RANK
        schedule = decoder.schedule(len(ids), recipe, most_tokens=writing.MOST_TOKENS)
        facts = inner.learn(ids, inner.encode(looked), rank=rank, schedule=schedule, seed=recipe.seed, work=work)
        self.inner = inner
        return facts | {"base": inner.base, "max_tokens": inner.manner.window, "rank": rank, "pairs": len(ids)}

    def refuses(self, texts: Sequence[Any], *, recipe: Recipe) -> str | None:
        """Say that the base is no causal language model."""
        base = starter.find(recipe.base)
        return None if starter.is_causal(base.path) else f"the base {base.name!r} is no causal language model"

    def export(self, folder: Path, *, form: str = "int8") -> None:
        """Write it for CTranslate2."""
        assert self.inner, "fit or load first"
        self.inner.export(folder, form=form)


def _rows(pairs: Pairs, form: str) -> list[tuple[str, str, str]]:
    """Return texts, what is asked about each, and what is answered; of translations, pairs of sentences."""
    if form:
        return [(x["text"], x.get("query", ""), y) for x, ys in pairs for y in sorted(ys)]
    return [(ours, "", theirs) for ours, theirs in sentences(pairs)]


def _manner(base: starter.Encoder, train: Pairs, form: str, recipe: Recipe) -> Manner:
    config = read_json(base.path / "config.json")
    known = next((int(config[name]) for name in ("max_position_embeddings", "n_positions") if config.get(name)), None)
    window = min(recipe.max_tokens or MAX_TOKENS, known or MAX_TOKENS)
    language = next((x["language"] for x, _ in train if x.get("language")), "")
    return Manner(form=form, language=language, window=window, longest=min(MOST_ANSWER, window // 2))


MODEL = DecoderWriter
