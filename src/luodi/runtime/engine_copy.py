"""The source itself as its translation, given terms put in: what any translator has to beat."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from luodi.contracts import Draft, Material
from luodi.runtime.session import write_about
from luodi.runtime.translated import drafts

SURE = 0.01


class Copy:
    """Answers with what it is given."""

    def predict(self, xs: Sequence[Material]) -> list[Draft]:
        return drafts(xs, lambda sentences: [(one, SURE) for one in sentences])

    def save(self, folder: Path) -> None:
        write_about(folder, "engine_copy")

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls()


ENGINE = Copy
