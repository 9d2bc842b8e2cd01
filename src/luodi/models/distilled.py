"""A small student of the fine-tuned encoder: a fifth of its size, several times its speed, for most of its quality.

Learning takes as long as the encoder's and then some, so it is a candidate only where a scenario names it.
"""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Self

from luodi.contracts import Facts, Kind, Recipe, Scores
from luodi.train import finetuning, pretraining, starter, student
from luodi.train.fitted import FittedNetwork

TEXTS = "unlabelled.json"
TEACHING = 0.5  # share of the time that the teacher may take


class Distilled:
    """Fine-tunes an encoder, and keeps what a smaller network learns of it."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag")
    license: ClassVar[str] = "Apache-2.0"
    plain: ClassVar[bool] = False

    def __init__(self, inner: FittedNetwork | None = None, texts: Sequence[str] = ()) -> None:
        self.inner, self.texts = inner, list(texts)

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

    def refuses(self, texts: Sequence[str], *, recipe: Recipe) -> str | None:
        """Say why the encoder is the wrong one for these texts."""
        return starter.stranger(starter.find(recipe.base), texts)

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        assert self.inner, "fit or load first"
        return self.inner.predict(xs)

    def save(self, folder: Path) -> None:
        assert self.inner, "fit or load first"
        self.inner.save(folder)
        if self.texts:
            (folder / TEXTS).write_text(json.dumps(self.texts, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        kept = folder / TEXTS
        texts = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else ()
        return cls(FittedNetwork.load(folder), texts)

    def export(self, folder: Path) -> None:
        assert self.inner, "fit or load first"
        self.inner.export(folder)


MODEL = Distilled
