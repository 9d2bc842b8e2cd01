"""From a text to what a word search compares: stems of English words, words and pairs of characters in Chinese."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from luodi.stem import stem

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:['’][^\W_{HAN}]+)*")
_IS_HAN = re.compile(rf"[{HAN}]")
_STOP = """
a about above after again all also am an and any are as at be because been before being between both but by can could
did do does doing during each few for from further had has have having he her here hers him his how i if in into is it
its itself just me more most my no nor not of off on once only or other our out over own same she should so some such
than that the their them then there these they this those through to too under until up upon very was we were what when
where which while who whom why will with would you your 的 了 吗 呢 啊 吧 是 在 和 与 我 你 他 她 它 们 有 就 都 也 很
这 那 要 会 能 可以 什么 怎么 如何 哪 请问 一个 我们 你们 他们 这个 那个
"""
STOP = frozenset(_STOP.split())


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield every term with the place it stands at: `text[start:end]`.

    >>> list(spans("Refunds, 退款"))
    [('refund', 0, 7), ('退款', 9, 11)]
    """
    for found in _RUN.finditer(text):
        if _IS_HAN.match(found[0]):
            yield from _chinese(found[0], found.start())
        else:
            term = _word(found[0])
            if term:
                yield term, found.start(), found.end()


def terms(text: str) -> list[str]:
    """Return the terms of a text, in order, without the words that stand in every text.

    >>> terms("How do I get the Refunds?")
    ['get', 'refund']
    """
    return [term for term, _, _ in spans(text)]


def key(term: str) -> int:
    """Return a term as 64 bits: an index holds no word."""
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


@lru_cache(maxsize=200_000)
def _word(word: str) -> str:
    plain = unicodedata.normalize("NFKC", word).lower().replace("’", "'")
    plain = plain.removesuffix("'s").replace("'", "")
    return "" if plain in STOP else stem(plain)


def _chinese(run: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Yield words of three characters or more, and every pair of characters; one that stands alone is a term itself."""
    import rjieba

    if len(run) == 1:
        if run not in STOP:
            yield run, at, at + 1
        return
    for n in range(len(run) - 1):
        pair = run[n : n + 2]
        if pair not in STOP:
            yield pair, at + n, at + n + 2
    place = at
    for word in rjieba.cut(run):
        if len(word) > 2:
            yield word, place, place + len(word)
        place += len(word)
