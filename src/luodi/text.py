"""Small pure functions on text that many tasks share."""

import math
import re
import unicodedata

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_CJK = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_WORDS = re.compile(f"[{_CJK}]|[^\\s{_CJK}]+")


def squeeze(text: str, max_characters: int) -> str:
    r"""Normalize to NFC, make every run of white space one space, strip the ends, and cut.

    >>> squeeze("  two\n\twords ", 20)
    'two words'
    >>> squeeze("abcdef", 3)
    'abc'
    """
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return squeezed(text)[:max_characters].rstrip()


def squeezed(text: str) -> str:
    r"""Make every run of white space one space, and strip the ends.

    >>> squeezed("\ta  b\n")
    'a b'
    """
    # of white space only the ordinary space is printable, so most texts are told to be fine without being cut up
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    return " ".join(text.split())


def shorten(text: str, max_characters: int) -> str:
    """Cut a text for show, with an ellipsis where something is left out.

    >>> shorten("a long story", 7)
    'a long…'
    """
    return text if len(text) <= max_characters else text[: max_characters - 1].rstrip() + "…"


def plural(n: int, noun: str) -> str:
    """Count a noun in English.

    >>> plural(1, "row"), plural(12000, "row")
    ('1 row', '12,000 rows')
    """
    return f"{n:,} {noun}" + ("" if n == 1 else "s")


def price(usd_per_1k: float) -> str:
    """Say what requests cost, in a unit that leaves a readable number.

    >>> price(0.25), price(0.0000036)
    ('$0.25 per 1,000', '$0.0036 per million')
    """
    if usd_per_1k >= 0.001:
        return f"${usd_per_1k:.2g} per 1,000"
    return f"${float(f'{1_000 * usd_per_1k:.2g}'):.10f}".rstrip("0").rstrip(".") + " per million"


def duration(seconds: float) -> str:
    """Say how long something took.

    >>> duration(0.42), duration(12.3), duration(724), duration(7300)
    ('0.4 s', '12 s', '12 min 04 s', '2 h 01 min')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def answer_tokens(text: str) -> list[str]:
    """Return the words of an answer that count when it is compared: no articles, no punctuation, no case.

    As in the official evaluation of SQuAD; each Chinese, Japanese or Korean character is a word.

    >>> answer_tokens("The U.S. in 1998"), answer_tokens("1998年的NBA")
    (['us', 'in', '1998'], ['1998', '年', '的', 'nba'])
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    kept = "".join(char for char in folded if unicodedata.category(char)[0] != "P" and char not in "$+<=>^`|~")
    return _WORDS.findall(_ARTICLES.sub(" ", kept))


_SPELLED = {"f1": "F1", "ndcg": "NDCG", "mrr": "MRR", "chrf": "chrF", "bleu": "BLEU", "rouge_1": "ROUGE-1",
            "rouge_2": "ROUGE-2", "rouge_l": "ROUGE-L", "rouge_lsum": "ROUGE-Lsum"}  # fmt: skip


def of_metric(name: str) -> str:
    """Say a metric as the field does.

    >>> of_metric("classification.macro_f1"), of_metric("rouge.rouge_l"), of_metric("ranking.ndcg_at_10")
    ('macro F1', 'ROUGE-L', 'NDCG@10')
    """
    bare, at, k = name.partition(".")[2].partition("_at_")
    said = _SPELLED.get(bare) or " ".join(_SPELLED.get(one, one) for one in bare.split("_"))
    return f"{said}@{k}" if at else said


def of_unit(name: str, value: float) -> str:
    """Say a quantity with the unit that its name ends in.

    >>> of_unit("p95_ms", 12.345), of_unit("size_mb", 90.4), of_unit("usd_per_1k", 0.004)
    ('12.3 ms', '90.4 MB', '$0.004 per 1,000')
    """
    if name == "usd_per_1k":
        return price(value)
    unit = name.rpartition("_")[2]
    return f"{short(value)} {unit.upper() if unit == 'mb' else unit}"


def short(value: float) -> str:
    """Write a quantity with three digits, or two when it is below 1.

    >>> short(1234.5), short(61.234), short(3.4), short(0.00213), short(0)
    ('1,234', '61.2', '3.4', '0.0021', '0')
    """
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 1:
        return f"{value:.3g}"
    digits = min(8, 1 - math.floor(math.log10(size)))
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")
