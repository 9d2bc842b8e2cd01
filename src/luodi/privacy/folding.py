"""Text as the patterns see it: full-width letters and digits, odd dashes and spaces made plain, place by place."""

import re

KEPT = frozenset("，；！？")  # end a number or a link, which their plain twins need not
WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in KEPT}  # full-width ASCII
DASHES = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0xFE63), "-")
SPACES = dict.fromkeys((0x09, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
DOTS = dict.fromkeys((0x2022, 0x2027, 0x22C5, 0x30FB, 0x2219, 0xFF65), "·")
DIGITS = {first + n: str(n) for first in (0x0660, 0x06F0, 0x0966) for n in range(10)}  # Arabic, Persian, Hindi
FOLDED = WIDE | DASHES | SPACES | DOTS | DIGITS


COMMON = {ord(wide): plain for wide, plain in zip("：（）", ":()", strict=True)}  # in any Chinese text
RARE = re.compile(f"[{''.join(chr(code) for code in FOLDED.keys() - COMMON.keys())}]")


def fold(text: str) -> str:
    """Return a text of the same length in plain characters.

    >>> fold("１３８－００１３　８０００")
    '138-0013 8000'
    """
    if text.isascii():
        return text.replace("\t", " ")
    if RARE.search(text):  # a table of translation looks at each character, which is slow
        return text.translate(FOLDED)
    for wide, plain in COMMON.items():
        text = text.replace(chr(wide), plain)
    return text
