"""What translators learn from: pairs of sentences, marks in place of what is carried over."""

from collections.abc import Sequence

from luodi.contracts import Material
from luodi.runtime import keeping, segments

Pairs = Sequence[tuple[Material, frozenset[str]]]


def sentences(pairs: Pairs) -> list[tuple[str, str]]:
    """Return what is learned from: each pair of sentences once, marks in place of what is carried over."""
    made = (
        keeping.mask_both(ours, theirs, x.get("terms"))
        for x, ys in pairs
        for y in sorted(ys)
        for ours, theirs in segments.alike(x["text"], y)
    )
    return list(dict.fromkeys((" ".join(ours.split()), " ".join(theirs.split())) for ours, theirs in made))
