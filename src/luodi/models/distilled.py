"""A small student of the fine-tuned encoder: one layer and fewer words, taught by the answers of the whole.

Learning takes as long as the encoder's and then some, so it is a candidate only where a scenario names it.
"""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Self

from luodi.contracts import Facts, Kind, Recipe
from luodi.train import finetuning, network, pretraining, starter, student
from luodi.train.fitted import FittedNetwork
from luodi.train.own_engine import TwiceExported

TEXTS = "unlabelled.json"
TEACHING = 0.5  # share of the time that the teacher may take


class Distilled(TwiceExported):
    """Fine-tunes an encoder, and keeps what a smaller network learns of it."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag")
    license: ClassVar[str] = "Apache-2.0"
    read_minutes: ClassVar[float] = 60.0

    def __init__(self, inner: FittedNetwork | None = None, texts: Sequence[str] = ()) -> None:
        super().__init__(inner)
        self.texts = list(texts)

    def fit(
        self, train: Sequence[tuple[str, Any]], dev: Sequence[tuple[str, Any]], *, recipe: Recipe, work: Path
    ) -> Facts:
        folders = work / "teacher", work / "student"
        for folder in folders:
            folder.mkdir(exist_ok=True)
        teacher = finetuning.begin(train, recipe, self.inner)
        hurried = replace(recipe, max_minutes=TEACHING * recipe.max_minutes)
        taught = finetuning.learn(teacher, train, dev, recipe=hurried, work=folders[0], doing="teacher")
        self.inner, learned = student.learn(
            teacher,
            [x for x, _ in train],
            self.texts,
            lambda one: finetuning.dev_score(one, dev),
            recipe=hurried,
            work=folders[1],
        )
        self.texts = []
        return learned | {"teacher": taught, "base": teacher.base, "max_tokens": teacher.text.max_tokens}

    def pretrain(
        self, texts: Iterable[str], *, recipe: Recipe, work: Path, checks: Mapping[str, Sequence[str]] | None = None
    ) -> Facts:
        """Let the teacher read on in unlabelled texts; the student learns from its answers to the first of them."""
        iterator = iter(texts)
        self.texts = list(itertools.islice(iterator, student.MOST_TEXTS))
        again = itertools.chain(self.texts, iterator)
        encoder = starter.find(recipe.base)
        self.inner, facts = pretraining.go_on(encoder, again, recipe=recipe, work=work, checks=checks)
        return facts

    def sketch(self, train: Sequence[tuple[str, Any]], *, recipe: Recipe, folder: Path) -> None:
        """Export a student that nobody has taught."""
        teacher = finetuning.begin(train, recipe, self.inner)
        with TemporaryDirectory() as work:
            file = Path(work) / network.TOKENIZER
            student.begin(teacher, [x for x, _ in train], seed=recipe.seed, file=file).export(folder)

    def refuses(self, texts: Sequence[str], *, recipe: Recipe) -> str | None:
        """Say why the encoder is the wrong one for these texts."""
        return starter.stranger(starter.find(recipe.base), texts)

    def save(self, folder: Path) -> None:
        super().save(folder)
        if self.texts:
            (folder / TEXTS).write_text(json.dumps(self.texts, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        kept = folder / TEXTS
        texts = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else ()
        return cls(FittedNetwork.load(folder), texts)


MODEL = Distilled
