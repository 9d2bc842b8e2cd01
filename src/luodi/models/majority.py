"""Answer with the shares of the labels, whatever the text: the floor that everything must beat."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from luodi.contracts import Facts, Kind, Recipe, Scores
from luodi.runtime.engine_constant import Constant
from luodi.train.answers import labels_of


class Majority:
    """Counts labels."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag")
    license: ClassVar[str] = "Apache-2.0"
    plain: ClassVar[bool] = True

    def __init__(self, inner: Constant | None = None) -> None:
        self.inner = inner or Constant({})

    def fit(
        self, train: Sequence[tuple[str, Any]], dev: Sequence[tuple[str, Any]], *, recipe: Recipe, work: Path
    ) -> Facts:
        kind, labels = labels_of([y for _, y in train])
        n = {label: sum(y == label if kind == "classify" else label in y for _, y in train) for label in labels}
        self.inner = Constant({label: count / len(train) for label, count in n.items()})
        return {"labels": len(labels)}

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        return self.inner.predict(xs)

    def save(self, folder: Path) -> None:
        self.inner.save(folder)

    export = save

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(Constant.load(folder))


MODEL = Majority
