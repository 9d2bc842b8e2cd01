"""Debian's Apertium, where it and the pair of languages are installed: rules of grammar, no training, any text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Kind, Material, Recipe
from luodi.errors import SetupError
from luodi.runtime import engine_apertium
from luodi.train.own_engine import OwnEngine

Pairs = Sequence[tuple[Material, frozenset[str]]]


class ApertiumModel(OwnEngine):
    """Learns nothing: it is there, or it is not."""

    kinds: ClassVar[tuple[Kind, ...]] = ("generate",)
    license: ClassVar[str] = "GPL-2.0-or-later"
    engine: ClassVar[Any] = engine_apertium.Apertium

    def fit(self, train: Pairs, dev: Pairs, *, recipe: Recipe, work: Path) -> Facts:
        xs = [x for x, _ in train]
        why = self.refuses(xs, recipe=recipe)
        if why:
            raise SetupError(why, where="[select] models", fix=engine_apertium.INSTALL)
        found, language = _direction(xs, engine_apertium.directions() or [])
        assert found, "it would have refused"
        self.inner = engine_apertium.Apertium(found, language)
        return {"direction": found}

    def refuses(self, texts: Any, *, recipe: Recipe) -> str | None:
        """Say that the program or the pair is not installed, or that the scenario does not say which pair it is."""
        if not all(texts[0].get(name) for name in ("source", "language")):
            return "[options] source and target do not say from which language into which"
        known = engine_apertium.directions()
        if known is None:
            return "apertium is not installed"
        pair = f"{texts[0]['source']}-{texts[0]['language']}"
        return None if _direction(texts, known)[0] else f"apertium has no pair {pair} on this machine"


def _direction(xs: Sequence[Material], known: Sequence[str]) -> tuple[str | None, str]:
    return engine_apertium.direction(xs[0]["source"], xs[0]["language"], known), xs[0]["language"]


MODEL = ApertiumModel
