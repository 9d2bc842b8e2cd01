"""Clean text, with receipts: what was changed, how often, and what it looked like before.

The same cleaner runs over training data and over every request, so a text that needs nothing costs next to nothing.
"""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from importlib.util import find_spec
from typing import Any

from luodi.contracts import record
from luodi.data import boilerplate, markup
from luodi.errors import SetupError
from luodi.text import shorten

MOST_PASSES = 8  # one step may uncover work for another: "&amp;lt;b&amp;gt;" is a tag after the second
EXAMPLES = 5
LONGEST = 4_000  # characters of an example that are kept until it is shown
AROUND = 40  # characters shown before and after the first change


@record
class Cleaning:
    """What to clean. The same is done to training data and to requests."""

    mojibake: bool = True
    """Mend text that was decoded wrongly: "cafÃ©" becomes "café", "鐨勯棶棰" becomes Chinese again."""
    markup: bool = True
    """Turn HTML entities into characters and drop HTML tags. "a < b" stays."""
    normalize: bool = True
    """Write every character in one way (Unicode NFC)."""
    width: bool = False
    """Make full-width letters and digits ordinary: "ＡＢＣ１２３" becomes "ABC123"."""
    invisible: bool = True
    """Drop control and zero-width characters, except where emoji and scripts need them."""
    direction: bool = True
    """Drop marks that turn the direction of writing, which can hide what a text says."""
    boilerplate: bool = True
    """Drop signatures, footers and quoted headers that many texts end or begin with; learnt from the data."""
    spaces: bool = True
    """Make runs of white space one space, keep line breaks, strip the ends."""


STEPS = tuple(one.name for one in fields(Cleaning))
"""In the order in which they are done."""

BROKEN_LATIN = re.compile(
    "[\u00c2\u00c3\u00c5\u00c4\u00c6\u00ce\u00cf\u00d0\u00d1\u00d7-\u00d9\u00e0-\u00ef\u00f0\u0102]"
    "[\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
"""The first byte of a character in UTF-8, read as Latin, and a further one after it."""
HAN = "".join(bytes((first, second)).decode("gb18030") for first in (0xE2, 0xE3, *range(0xE4, 0xEA), 0xEF)
              for second in range(0x80, 0xC0))  # fmt: skip
BROKEN_HAN = re.compile(f"[{HAN}]")
"""The first two bytes of a Chinese character or mark in UTF-8, read as GBK: rare characters, all of them."""
MAYBE_BROKEN = re.compile(f"[\u00c2-\u00f0\u0102{HAN}]")
FULL_WIDTH = re.compile("[０-９Ａ-Ｚａ-ｚ]")
ORDINARY_WIDTH = {ord(one): chr(ord(one) - 0xFEE0) for one in map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B),
                                                                    *range(0xFF41, 0xFF5B)))}  # fmt: skip
LATIN_CONTROLS = {n: bytes((n,)).decode("cp1252") for n in range(0x80, 0xA0) if n not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
"""Dashes and quotation marks of Windows that were read as Latin-1: nobody writes the control characters they became."""
CONTROLS = re.compile("[\x80-\x9f]")
LINE_END = re.compile("\r\n?|[\x0b\x0c\u2028\u2029]")
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u115f\u1160\u180e\u200b-\u200d\u2060-\u2064\u206a-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
JOINERS = {"\u200c", "\u200d"}
DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
MARKS = {"\u200e", "\u200f", "\u061c"}
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


class Cleaner:
    """Cleans texts; deterministic, and a clean text comes back as it is. `lines` are hashes that `Boilerplate` learnt.

    >>> Cleaner().clean("Anna&#39;s\\u200b bag")
    ("Anna's bag", ('markup', 'invisible'))
    >>> Cleaner().clean("nothing to do")
    ('nothing to do', ())
    """

    def __init__(self, settings: Cleaning | None = None, lines: Collection[str] = ()) -> None:
        self.settings = settings or Cleaning()
        self.lines = frozenset(lines)
        wanted = [name for name in STEPS if getattr(self.settings, name)]
        if "boilerplate" in wanted and not self.lines:
            wanted.remove("boilerplate")
        if "mojibake" in wanted and "ftfy" not in sys.modules and find_spec("ftfy") is None:
            raise SetupError(
                "mending wrongly decoded text needs the package 'ftfy', which is not installed",
                where="[prepare.clean] mojibake",
                fix='pip install "luodi[data]", or mojibake = false',
            )
        self.steps = [(name, self._step(name)) for name in wanted]
        self.calm = [one for one in self.steps if one[0] not in {"mojibake", "markup"}]

    def clean(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return the text as it should be, and the names of the steps that changed it. Linear in its length."""
        if not self.steps or self._needs_nothing(text):
            return text, ()
        cleaned, changes = self._settle(text, self.steps)
        if cleaned is None:  # entities within entities without end: nobody writes so, and it could go on for ever
            cleaned, changes = self._settle(text, self.calm)
        assert cleaned is not None, "the calm steps do not settle"
        return cleaned, tuple(name for name in STEPS if name in changes)

    def _settle(self, text: str, steps: list[tuple[str, Callable[[str], str]]]) -> tuple[str | None, set[str]]:
        changes = set[str]()
        for _ in range(MOST_PASSES):
            before = text
            for name, step in steps:
                after = step(text)
                if after != text:
                    changes.add(name)
                    text = after
            if text == before:
                return text, changes
        return None, changes

    def _needs_nothing(self, text: str) -> bool:
        """Say quickly that no step would change a text; one of several lines, or with "&", "<", ";", is looked at."""
        if not text.isprintable() or "<" in text or "&" in text or ";" in text or "  " in text:
            return False
        if text[:1] == " " or text[-1:] == " ":
            return False
        if text.isascii():
            return True
        if not unicodedata.is_normalized("NFC", text) or MAYBE_BROKEN.search(text):
            return False
        return not self.settings.width or FULL_WIDTH.search(text) is None

    def _step(self, name: str) -> Callable[[str], str]:
        return {
            "mojibake": mend, "markup": _markup, "normalize": _normalize, "width": _width, "invisible": _invisible,
            "direction": _direction, "boilerplate": self._boilerplate, "spaces": _spaces,
        }[name]  # fmt: skip

    def _boilerplate(self, text: str) -> str:
        return boilerplate.strip(text, self.lines) if "\n" in text else text


class Receipts:
    """Counts the changes, and keeps the first few of each kind to show."""

    def __init__(self) -> None:
        self.n_texts = self.n_changed = 0
        self.counts = Counter[str]()
        self.examples: dict[str, list[tuple[str, str]]] = {}

    def note(self, before: str, after: str, changes: tuple[str, ...]) -> None:
        """Count what was done to one text."""
        self.n_texts += 1
        if not changes:
            return
        self.n_changed += 1
        for name in changes:
            self.counts[name] += 1
            shown = self.examples.setdefault(name, [])
            if len(shown) < EXAMPLES:
                shown.append((before[:LONGEST], after[:LONGEST]))

    def as_json(self, hide: Callable[[str], str] = str) -> dict[str, Any]:
        """Return it all as plain JSON; `hide` masks what is personal in the examples."""
        steps = {
            name: {
                "n": self.counts[name],
                "examples": [
                    dict(zip(("before", "after"), around(hide(a), hide(b)), strict=True))
                    for a, b in self.examples.get(name, ())
                ],
            }
            for name in STEPS
            if self.counts[name]
        }
        return {"n_texts": self.n_texts, "n_changed": self.n_changed, "steps": steps}


def merged(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Return two receipts, as JSON, as one; of each kind the first few examples stay."""
    steps = {}
    for name in STEPS:
        found = [one["steps"][name] for one in (ours, theirs) if name in one.get("steps", {})]
        if found:
            examples = [example for one in found for example in one["examples"]]
            steps[name] = {"n": sum(one["n"] for one in found), "examples": examples[:EXAMPLES]}
    totals = {name: ours.get(name, 0) + theirs.get(name, 0) for name in ("n_texts", "n_changed")}
    return totals | {"steps": steps}


def around(before: str, after: str) -> tuple[str, str]:
    """Return the two texts from a little before their first difference on, cut to what a line can show."""
    same = next(
        (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    start = max(0, same - AROUND)
    lead = "…" if start else ""
    return lead + shorten(before[start:], 2 * AROUND), lead + shorten(after[start:], 2 * AROUND)


def mend(text: str) -> str:
    """Mend text that was UTF-8 and was read as something else; whatever is not surely broken stays.

    >>> mend("cafÃ©, naïve"), mend("Größe")
    ('café, naïve', 'Größe')
    """
    if text.isascii():
        return text
    if BROKEN_HAN.search(text):
        text = _mend_han(text)
    if BROKEN_LATIN.search(text):
        import ftfy

        text = ftfy.fix_encoding(text)
    return text if _is_plain(text) or not CONTROLS.search(text) else text.translate(LATIN_CONTROLS)


def _mend_han(text: str) -> str:
    """Read the characters as the bytes they once were. Real Chinese is hardly ever valid UTF-8 after that."""
    try:
        mended = text.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return text
    return mended if len(mended) < len(text) else text


def _markup(text: str) -> str:
    return markup.strip(text) if "<" in text or ";" in text else text


def _normalize(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _width(text: str) -> str:
    return text.translate(ORDINARY_WIDTH) if FULL_WIDTH.search(text) else text


def _invisible(text: str) -> str:
    if _is_plain(text):
        return text
    return INVISIBLE.sub(lambda found: found[0] if _is_needed(text, found.start()) else "", text)


def _is_needed(text: str, at: int) -> bool:
    """Say whether an invisible character does its work: a joiner inside emoji or a joined script, a tag in a flag."""
    one = text[at]
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if "\U000e0020" <= one <= "\U000e007f":
        return before == "\U0001f3f4" or "\U000e0020" <= before <= "\U000e007f"
    if one not in JOINERS or not before:
        return False
    if one == "\u200d" and _is_emoji(before) and after and _is_emoji(after):
        return True
    return _is_joined(before) and (one == "\u200d" or (bool(after) and _is_joined(after)))


def _is_emoji(one: str) -> bool:
    return one >= "\U0001f000" or "\u2190" <= one <= "\u2bff" or one in "\ufe0f\u3030\u303d"


def _is_joined(one: str) -> bool:
    """Say whether a letter belongs to a script that joins: Arabic, Syriac, the Indic ones, Khmer, Mongolian."""
    return "\u0600" <= one <= "\u0fff" or "\u1780" <= one <= "\u18af" or "\ufb50" <= one <= "\ufefc"


def _direction(text: str) -> str:
    if _is_plain(text) or not DIRECTION.search(text):
        return text
    keep = MARKS if RIGHT_TO_LEFT.search(text) else set[str]()
    return DIRECTION.sub(lambda found: found[0] if found[0] in keep else "", text)


def _spaces(text: str) -> str:
    if not _is_plain(text):
        text = re.sub(r"[^\S\n]", " ", LINE_END.sub("\n", text))
    if "  " in text:
        text = re.sub(" {2,}", " ", text)
    if "\n" in text:
        text = text.replace(" \n", "\n").replace("\n ", "\n")
        if "\n\n\n" in text:
            text = re.sub(r"\n{3,}", "\n\n", text)
    return text.strip()


def _is_plain(text: str) -> bool:
    """Say quickly that a text has no white space but spaces and line feeds, and nothing that cannot be seen."""
    return text.isprintable() or ("\n" in text and text.replace("\n", "").isprintable())
