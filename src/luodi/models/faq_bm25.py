"""Find the nearest known question by its words and by pieces of them: BM25, without a network."""

from typing import ClassVar

from luodi.train.asking import Asking


class FaqBm25(Asking):
    """Quick to fit; the one to beat."""

    license: ClassVar[str] = "Apache-2.0"
    plain: ClassVar[bool] = True
    wants: ClassVar[frozenset[str]] = frozenset({"words", "pieces"})


MODEL = FaqBm25
