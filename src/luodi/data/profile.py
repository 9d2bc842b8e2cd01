"""What the rows look like: lengths, scripts, labels. Numbers only, so that it may travel with a bundle."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


def describe(texts: Sequence[str], ys: Sequence[Any]) -> dict[str, Any]:
    """Return the profile of some examples."""
    lengths = sorted(len(text) for text in texts)
    return {
        "rows": len(texts),
        "characters": {f"p{round(100 * q)}": lengths[min(len(lengths) - 1, int(q * len(lengths)))] for q in QUANTILES}
        if lengths
        else {},
        "scripts": scripts(texts),
        "labels": dict(sorted(label_counts(ys).items(), key=lambda item: (-item[1], item[0]))),
    }


def label_counts(ys: Sequence[Any]) -> Counter[str]:
    """Count the labels; an answer of several labels counts for each of them."""
    return Counter(label for y in ys for label in ((y,) if isinstance(y, str) else sorted(y)))


def scripts(texts: Sequence[str], *, sample: int = 2_000) -> dict[str, float]:
    """Return the share of letters by script, of the first texts.

    >>> scripts(["abc 你"])
    {'latin': 0.75, 'cjk': 0.25}
    """
    counts = Counter(_script(letter) for text in texts[:sample] for letter in text[:500] if letter.isalpha())
    return {name: round(n / counts.total(), 4) for name, n in counts.most_common()}


def _script(letter: str) -> str:
    if "a" <= letter.lower() <= "z":
        return "latin"
    name = unicodedata.name(letter, "OTHER").split()[0].lower()
    return {"cjk": "cjk", "latin": "latin"}.get(name, name)
