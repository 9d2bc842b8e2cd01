"""What the rows look like: lengths, scripts, labels. Numbers only, so that it may travel with a bundle."""

import json
import unicodedata
from array import array
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
SAMPLE = 2_000


class Profile:
    """Grows row by row, and keeps of each row its length and its answer alone."""

    def __init__(self) -> None:
        self._lengths, self._answers = array("I"), Counter[str]()
        self._first: list[bytes] = []

    def add(self, n_characters: int, answer: str, line: bytes) -> None:
        """Take one more row: its length, its answer as JSON, its line as it is written."""
        self._lengths.append(n_characters)
        self._answers[answer] += 1
        if len(self._first) < SAMPLE:
            self._first.append(line)

    def describe(self) -> dict[str, Any]:
        """Return the profile of all rows so far."""
        texts = [str(json.loads(line)["x"]) for line in self._first]
        counts = Counter[str]()
        for answer, n in self._answers.items():
            y = json.loads(answer)
            for label in (y,) if isinstance(y, str) else y:
                counts[label] += n
        return described(sorted(self._lengths), texts, counts)


def describe(texts: Sequence[str], ys: Sequence[Any]) -> dict[str, Any]:
    """Return the profile of some examples."""
    return described(sorted(len(text) for text in texts), texts, label_counts(ys))


def described(lengths: Sequence[int], texts: Sequence[str], labels: Counter[str]) -> dict[str, Any]:
    """Return a profile from sorted lengths, some of the texts, and the number of rows of each label."""
    return {
        "rows": len(lengths),
        "characters": {f"p{round(100 * q)}": lengths[min(len(lengths) - 1, int(q * len(lengths)))] for q in QUANTILES}
        if lengths
        else {},
        "scripts": scripts(texts),
        "labels": dict(sorted(labels.items(), key=lambda item: (-item[1], item[0]))),
    }


def label_counts(ys: Sequence[Any]) -> Counter[str]:
    """Count the labels; an answer of several labels counts for each of them."""
    return Counter(label for y in ys for label in ((y,) if isinstance(y, str) else sorted(y)))


def scripts(texts: Sequence[str], *, sample: int = SAMPLE) -> dict[str, float]:
    """Return the share of letters by script, of the first texts.

    >>> scripts(["abc 你"])
    {'latin': 0.75, 'cjk': 0.25}
    """
    counts = Counter(_script(letter) for text in texts[:sample] for letter in text[:500] if letter.isalpha())
    return {name: round(n / counts.total(), 4) for name, n in counts.most_common()}


@cache
def _script(letter: str) -> str:
    if "a" <= letter.lower() <= "z":
        return "latin"
    name = unicodedata.name(letter, "OTHER").split()[0].lower()
    return {"cjk": "cjk", "latin": "latin"}.get(name, name)
