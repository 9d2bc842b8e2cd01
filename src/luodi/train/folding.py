"""Traditional Chinese characters are read as their simplified ones: what is learned of either is known of both."""

import re
from collections.abc import Sequence

from opencc import OpenCC

HAN, KANA = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[\u3040-\u30ff]")
FIRST, LAST = 0x3400, 0x9FFF  # where nearly all characters in use stand
MOST_KANA = 0.01
Folded = tuple[str, str]
"""Characters, and in the same order those that they are read as."""


def table(texts: Sequence[str]) -> Folded:
    """Return which characters are read as which; none unless the texts are Chinese.

    Source: OpenCC, "Traditional Chinese to Simplified Chinese", each character by itself. That it also knows words is
    needed the other way only, where one character becomes one of several.
    """
    text = "".join(texts)
    n_han, n_kana = (len(one.findall(text)) for one in (HAN, KANA))
    if not n_han or 2 * n_han < sum(map(str.isalpha, text)) or n_kana > MOST_KANA * n_han:
        return "", ""
    simplify = OpenCC("t2s").convert
    pairs = [(one, simplify(one)) for one in map(chr, range(FIRST, LAST + 1))]
    changed = [(one, other) for one, other in pairs if other != one and len(other) == 1]
    return "".join(one for one, _ in changed), "".join(other for _, other in changed)
