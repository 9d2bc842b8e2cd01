"""Find the right answer by everything: words, pieces of words, meaning, and a linear head over all ways of asking."""

from typing import ClassVar

from luodi.train.asking import Asking


class FaqHybrid(Asking):
    """How much each counts is learned from dev; without an encoder for the language, words alone stay."""

    license: ClassVar[str] = "Apache-2.0"
    plain: ClassVar[bool] = False
    wants: ClassVar[frozenset[str]] = frozenset({"words", "pieces", "meaning", "linear"})


MODEL = FaqHybrid
