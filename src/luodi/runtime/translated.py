"""Texts translated sentence by sentence: cut, masked, translated, filled, put together, and held against the source."""

import re
from collections.abc import Callable, Sequence

from luodi.contracts import Draft, Material
from luodi.runtime import keeping, segments

Translate = Callable[[Sequence[str]], Sequence[tuple[str, float]]]
"""Masked sentences to their translations, with marks, and how sure each is, 0 to 1."""
SIMPLIFIED, TRADITIONAL = (
    "这们时说国对个会来为问么东车长门见边过进还让给话语课钱",
    "這們時說國對個會來為問麼東車長門見邊過進還讓給話語課錢",
)
"""Common characters that only one of the two ways of writing Chinese has."""
EMPTY_SCORE = 1.0


def by_temperature(xs: Sequence[Material], write: Callable[[list[Material], float], Sequence[Draft]]) -> list[Draft]:
    """Return what is written for each x; those of one temperature are written together."""
    heats = [x.get("temperature", 0.0) for x in xs]
    made: dict[int, Draft] = {}
    for heat in sorted(set(heats)):
        rows = [n for n, one in enumerate(heats) if one == heat]
        made.update(zip(rows, write([xs[n] for n in rows], heat), strict=True))
    return [made[n] for n in range(len(xs))]


def drafts(xs: Sequence[Material], translate: Translate, *, language: str = "") -> list[Draft]:
    """Return the translation of each x, marked with what it fails to carry over. A sentence is translated once."""
    cuts = [segments.cut(x["text"]) for x in xs]
    masks = [
        [keeping.mask(piece.text, x.get("terms")) for piece in pieces if piece.is_sentence]
        for x, pieces in zip(xs, cuts, strict=True)
    ]
    different = list(dict.fromkeys(one.text for each in masks for one in each))
    known = dict(zip(different, translate(different), strict=True)) if different else {}
    made = []
    for x, pieces, masked in zip(xs, cuts, masks, strict=True):
        found = [known[one.text] for one in masked]
        filled = [tidy(keeping.fill(text, one.values)) for (text, _), one in zip(found, masked, strict=True)]
        to = x.get("language") or language
        made.append(whole(x, pieces, filled, [float(one) for _, one in found], language=to))
    return made


def whole(
    x: Material, pieces: Sequence[segments.Piece], told: Sequence[str], scores: Sequence[float], *, language: str
) -> Draft:
    """Return the translation of a text from those of its sentences, as sure as the least sure of them."""
    text = segments.join(pieces, told, language)
    draft = Draft(text=text, score=max(0.0, min(1.0, min(scores, default=EMPTY_SCORE))))
    flags = flags_of(x, text, language)
    return Draft(**draft, flags=flags) if flags else draft


def flags_of(x: Material, text: str, language: str) -> list[str]:
    """Return the checks that a translation fails: those of `keeping.lost`, `empty` and `script`."""
    found = keeping.lost(x["text"], text, x.get("terms"))
    if x["text"].strip() and not text.strip():
        found.append("empty")
    if language.lower()[:2] == "zh" and script(text) == "mixed":
        found.append("script")
    if keeping.MARK.search(text) and not keeping.MARK.search(x["text"]):
        found.append("placeholder")
    return sorted(set(found))


def script(text: str) -> str:
    """Say in which way of writing Chinese a text is: "simplified", "traditional", "mixed" or, where none shows, "".

    >>> script("这个"), script("這個"), script("这個"), script("大")
    ('simplified', 'traditional', 'mixed', '')
    """
    simple, full = (any(one in text for one in each) for each in (SIMPLIFIED, TRADITIONAL))
    return "mixed" if simple and full else "simplified" if simple else "traditional" if full else ""


def tidy(text: str) -> str:
    """Return a sentence without spaces before marks of punctuation or doubled ones, as joining pieces leaves them.

    >>> tidy("Hold 12 %  , please .")
    'Hold 12 %, please.'
    """
    return re.sub(r" +([,.;:!?])(?=\s|$)", r"\1", re.sub(" {2,}", " ", text)).strip()
