"""Find the nearest known question by what it means: vectors of the pretrained encoder as it is, in int8."""

from typing import ClassVar

from luodi.train.asking import Asking


class FaqDense(Asking):
    """One channel alone."""

    license: ClassVar[str] = "Apache-2.0"
    plain: ClassVar[bool] = False
    wants: ClassVar[frozenset[str]] = frozenset({"meaning"})


MODEL = FaqDense
