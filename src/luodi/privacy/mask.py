"""Take personal data out of a text: a tag in its place, or a pseudonym that stays the same for the same value."""

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

from luodi.contracts import record
from luodi.errors import ScenarioError
from luodi.privacy.find import KINDS, find, known
from luodi.privacy.finding import Finding
from luodi.privacy.folding import fold

Mode = Literal["keep", "mask", "pseudonymize"]

TAG_LETTERS = 12  # of hexadecimal, 48 bits: among a million values two meet by chance once in 500 such sets
KEY_BYTES = 16  # the least that a key must have
MOBILE = re.compile(r"(?:00)?86(1[3-9][0-9]{9})$")
EXTENSION = re.compile(r"ext\.?|extension|x|#|转|轉|分机|分機")


def mask(text: str, findings: Sequence[Finding]) -> str:
    """Put a tag such as `[EMAIL]` in the place of each finding.

    >>> mask("write to li@example.com", find("write to li@example.com"))
    'write to [EMAIL]'
    """
    return _replaced(text, findings, lambda one: f"[{one.kind.upper()}]")


def pseudonymize(text: str, findings: Sequence[Finding], key: bytes) -> str:
    """Put a pseudonym such as `EMAIL_7f3a9c1b02de` in the place of each finding.

    The same value gets the same pseudonym, however it is written, in every text under this key; without the key nobody
    can try out values (HMAC-SHA-256, RFC 2104). Whoever has the key can: keep it apart from the texts.
    Raises `ScenarioError` when the key has fewer than 16 bytes.
    """
    check_key(key)
    return _replaced(text, findings, lambda one: pseudonym(one, key))


def pseudonym(finding: Finding, key: bytes) -> str:
    """Return the name that stands for a finding's value under a key."""
    message = f"{finding.kind}\0{normal(finding)}".encode()
    return f"{finding.kind.upper()}_{hmac.new(key, message, hashlib.sha256).hexdigest()[:TAG_LETTERS]}"


def normal(finding: Finding) -> str:
    """Return one way to write a value, for all the ways it is written in.

    >>> from luodi.privacy.find import find
    >>> {normal(one) for one in find("手机 138 0013 8000 或 +86-13800138000 或 １３８００１３８０００")}
    {'13800138000'}
    """
    value = fold(finding.value)
    if finding.kind == "phone":
        number, *extension = EXTENSION.split(value.lower(), maxsplit=1)
        digits = _kept(number, str.isdigit)
        mobile = MOBILE.match(digits)
        if mobile:
            digits = mobile[1]
        elif number.lstrip(" (").startswith("+") and digits.startswith("1"):
            digits = digits[1:]  # North American numbers are mostly written without their 1
        return "x".join([digits, *(_kept(one, str.isdigit) for one in extension)])
    if finding.kind in {"secret", "url", "url_credentials"}:
        return value
    if finding.kind in {"email", "ip"}:
        return value.replace(" ", "").lower()
    if finding.kind in {"person", "organization", "address"}:
        return " ".join(value.casefold().split())
    return _kept(value, str.isalnum).upper()


@record
class Personal:
    """What to do with personal data: keep it, mask it, or put pseudonyms in its place."""

    mode: Mode = "mask"
    kinds: tuple[str, ...] = KINDS
    """Kinds to look for; `person`, `organization` and `address` are found by a model."""
    key: bytes = b""
    """For `pseudonymize`: 16 bytes or more, kept apart from the data."""

    def __post_init__(self) -> None:
        """Refuse kinds that nobody knows and a key that is too short."""
        known(self.kinds)
        if self.mode == "pseudonymize":
            check_key(self.key)

    def apply(self, text: str) -> tuple[str, dict[str, int]]:
        """Return the text without its personal data, and how many of each kind were found.

        What was masked once holds nothing more to mask. With `keep` the text stays as it is and is only counted.

        >>> Personal(mode="mask").apply("电话：138 0013 8000 或 021-61234567")
        ('电话：[PHONE] 或 [PHONE]', {'phone': 2})
        """
        counts = Counter[str]()
        while found := find(text, kinds=self.kinds):
            counts.update(one.kind for one in found)
            if self.mode == "keep":
                break
            text = mask(text, found) if self.mode == "mask" else pseudonymize(text, found, self.key)
        return text, dict(sorted(counts.items()))


def check_key(key: bytes) -> None:
    """Raise `ScenarioError` for a key that is too short to keep a secret."""
    if len(key) < KEY_BYTES:
        raise ScenarioError(
            f"the key for pseudonyms has {len(key)} bytes, and {KEY_BYTES} are the least",
            where="key",
            fix="make one with: openssl rand -hex 32",
        )


def _replaced(text: str, findings: Sequence[Finding], name: Callable[[Finding], str]) -> str:
    parts, at = [], 0
    for one in sorted(findings, key=lambda one: one.start):
        assert text[one.start : one.end] == one.value and one.start >= at, "findings of another text, or overlapping"
        parts += [text[at : one.start], name(one)]
        at = one.end
    return "".join([*parts, text[at:]])


def _kept(value: str, wanted: Callable[[str], bool]) -> str:
    return "".join(one for one in value if wanted(one))
