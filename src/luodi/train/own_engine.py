"""Models that are a thin skin over their fitted form, which may be the very engine that serves them."""

from abc import ABC
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from luodi.contracts import Kind


class OwnEngine(ABC):
    """The contract of a model, but for `fit`, which has to set `inner` to an `engine`."""

    kinds: ClassVar[tuple[Kind, ...]]
    license: ClassVar[str]
    plain: ClassVar[bool] = False
    engine: ClassVar[Any]
    """A class of `runtime` with `predict`, `save` and `load`."""

    def __init__(self, inner: Any = None) -> None:
        self.inner = inner

    def predict(self, xs: Sequence[Any]) -> list[Any]:
        assert self.inner, "fit or load first"
        return list(self.inner.predict(xs))

    def save(self, folder: Path) -> None:
        assert self.inner, "fit or load first"
        self.inner.save(folder)

    export = save

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(cls.engine.load(folder))


class Exported(OwnEngine):
    """The same for models whose fitted form, `engine`, has an `export` of its own."""

    def export(self, folder: Path) -> None:
        assert self.inner, "fit or load first"
        self.inner.export(folder)


class TwiceExported(Exported):
    """The same for models that can be exported for ONNX Runtime too."""

    def export_onnx(self, folder: Path) -> None:
        """Write the same for ONNX Runtime."""
        assert self.inner, "fit or load first"
        self.inner.export_onnx(folder)
