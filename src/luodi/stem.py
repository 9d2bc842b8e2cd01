"""English words down to their stems, so that "policies" finds "policy".

Source: Porter 1980, "An algorithm for suffix stripping", steps 1 to 5.
"""

import re
from functools import lru_cache

_C, _V = "[^aeiou]", "[aeiouy]"
_CC, _VV = f"{_C}[^aeiouy]*", f"{_V}[aeiou]*"
_M_0 = re.compile(f"^({_CC})?{_VV}{_CC}")
_M_1 = re.compile(f"^({_CC})?{_VV}{_CC}({_VV})?$")
_M_MORE = re.compile(f"^({_CC})?{_VV}{_CC}{_VV}{_CC}")
_VOWEL = re.compile(f"^({_CC})?{_V}")
_CVC = re.compile(f"^{_CC}{_V}[^aeiouwxy]$")
_DOUBLE = re.compile(r"([^aeiouylsz])\1$")
_STEP_2 = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "bli": "ble", "alli": "al",
    "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate", "ator": "ate", "alism": "al",
    "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble", "logi": "log",
}  # fmt: skip
_STEP_3 = {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
_STEP_4 = (
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "al", "er",
    "ic", "ou",
)  # fmt: skip


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the stem of a lower-case word; what is short or not of a to z stays.

    >>> [stem(one) for one in ("policies", "relational", "hopping", "generalizations", "ponies", "sky")]
    ['polici', 'relat', 'hop', 'gener', 'poni', 'sky']
    """
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return word
    first_y = word[0] == "y"
    if first_y:
        word = "Y" + word[1:]
    for step in (_plural, _past, _y, _second, _third, _fourth, _last):
        word = step(word)
    return "y" + word[1:] if first_y else word


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _M_0.match(word[:-3]) else word
    for end in ("ed", "ing"):
        rest = word[: -len(end)]
        if word.endswith(end) and _VOWEL.match(rest):
            if rest.endswith(("at", "bl", "iz")) or (_M_1.match(rest) and _CVC.match(rest)):
                return rest + "e"
            return rest[:-1] if _DOUBLE.search(rest) else rest
    return word


def _y(word: str) -> str:
    return word[:-1] + "i" if word.endswith("y") and _VOWEL.match(word[:-1]) else word


def _second(word: str) -> str:
    return _replaced(word, _STEP_2)


def _third(word: str) -> str:
    return _replaced(word, _STEP_3)


def _replaced(word: str, endings: dict[str, str]) -> str:
    for end in sorted(endings, key=len, reverse=True):
        if word.endswith(end):
            rest = word[: -len(end)]
            return rest + endings[end] if _M_0.match(rest) else word
    return word


def _fourth(word: str) -> str:
    for end in _STEP_4:
        if word.endswith(end):
            rest = word[: -len(end)]
            return rest if _M_MORE.match(rest) else word
    if word.endswith(("sion", "tion")):
        return word[:-3] if _M_MORE.match(word[:-3]) else word
    return word


def _last(word: str) -> str:
    if word.endswith("e"):
        rest = word[:-1]
        if _M_MORE.match(rest) or (_M_1.match(rest) and not _CVC.match(rest)):
            word = rest
    return word[:-1] if word.endswith("ll") and _M_MORE.match(word) else word
