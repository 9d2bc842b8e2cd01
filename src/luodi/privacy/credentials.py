"""Secrets: keys by the shape their vendors give them, and whatever stands behind a word such as "password"."""

import math
import re
from collections import Counter
from collections.abc import Iterator

EDGE = r"(?<![A-Za-z0-9_\-])"
END = r"(?![A-Za-z0-9_\-])"
PRIVATE = r"[A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?"
VENDORS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = tuple(  # any of the pieces in the text, then the shape
    (pieces, re.compile(pattern))
    for pieces, pattern in (
        (("AKIA", "ASIA"), rf"{EDGE}A(?:KIA|SIA)[A-Z0-9]{{16}}{END}"),  # Amazon
        (("LTAI",), rf"{EDGE}LTAI[A-Za-z0-9]{{12,26}}+{END}"),  # Alibaba Cloud
        (("AKID",), rf"{EDGE}AKID[A-Za-z0-9]{{28,40}}+{END}"),  # Tencent Cloud
        (("AIza",), rf"{EDGE}AIza[A-Za-z0-9_\-]{{35}}{END}"),  # Google
        (("GOCSPX-",), rf"{EDGE}GOCSPX-[A-Za-z0-9_\-]{{20,40}}+"),
        (("ya29.",), rf"{EDGE}ya29\.[A-Za-z0-9_\-]{{20,400}}+"),
        (("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), rf"{EDGE}gh[pousr]_[A-Za-z0-9]{{30,255}}+"),  # GitHub
        (("github_pat_",), rf"{EDGE}github_pat_[A-Za-z0-9_]{{22,255}}+"),
        (("glpat-",), rf"{EDGE}glpat-[A-Za-z0-9_\-]{{20,64}}+"),  # GitLab
        (("xox",), rf"{EDGE}xox[abeoprs]-[A-Za-z0-9\-]{{10,250}}+"),  # Slack
        (("hooks.slack.com",), r"hooks\.slack\.com/services/[A-Za-z0-9/]{20,100}+"),
        (
            ("sk-", "sk_", "rk_", "pk_"),
            rf"{EDGE}(?:sk|rk|pk)(?:-|_live_|_test_)[A-Za-z0-9_\-]{{16,255}}+",
        ),  # OpenAI, Stripe
        (("hf_",), rf"{EDGE}hf_[A-Za-z0-9]{{30,64}}+{END}"),  # Hugging Face
        (("npm_",), rf"{EDGE}npm_[A-Za-z0-9]{{36}}{END}"),
        (("pypi-",), rf"{EDGE}pypi-[A-Za-z0-9_\-]{{40,255}}+"),
        (("SG.",), rf"{EDGE}SG\.[A-Za-z0-9_\-]{{16,32}}+\.[A-Za-z0-9_\-]{{30,64}}+"),  # SendGrid
        (
            ("eyJ",),
            rf"{EDGE}eyJ[A-Za-z0-9_\-]{{8,4000}}+\.[A-Za-z0-9_\-]{{8,8000}}+\.[A-Za-z0-9_\-]{{8,2000}}+",
        ),  # JWT, RFC 7519
        (("dop_v1_",), rf"{EDGE}dop_v1_[a-f0-9]{{64}}{END}"),  # DigitalOcean
        (
            ("PRIVATE KEY",),
            rf"-----BEGIN {PRIVATE}-----(?:[^-]{{0,20000}}+-----END {PRIVATE}-----)?",
        ),
    )
)
BY_PIECE = tuple((piece, pattern) for pieces, pattern in VENDORS for piece in pieces)
BASIC = re.compile(
    r"(?<![A-Za-z])Authorization\W{1,4}+Basic {1,3}+([A-Za-z0-9+/]{8,2000}+={0,2}+)", re.IGNORECASE
)  # RFC 7617
BEARER = re.compile(r"(?<![A-Za-z])[Bb][Ee][Aa][Rr][Ee][Rr] {1,3}+([A-Za-z0-9._~+/\-]{16,4000}+={0,2}+)")
# "passwords", "keynote" and "password-manager" are no labels, hence the look behind.
ASSIGNED = re.compile(
    r"(?:(?P<password>pass(?:w(?:or)?d|phrase|code)|(?<![A-Za-z])(?:pwd|pass|pin)(?![A-Za-z])|密码|口令|密碼)"
    r"|secret|token|api[ _\-]?key|(?<![A-Za-z])key|secret[ _\-]?key|access[ _\-]?key|credential"
    r"|密钥|令牌|秘钥|密鑰|私钥)(?<![A-Za-z](?=[A-Za-z0-9_\-]))"
    r"[\"'\]》」]?+\s{0,3}+(?:is|was|为|是)?+\s{0,3}+(?P<sign>:=|[:=]>?)?+\s{0,3}+[\"'「《(<]?+"
    r"(?P<value>[A-Za-z0-9!@#$%^&*+/=_~?.\-]{4,512}+)",
    re.IGNORECASE,
)
PIECES = "passw passp passc pwd pass pin secret token key credential 密码 口令 密碼 密钥 令牌 秘钥 密鑰 私钥"
WORDS = tuple(PIECES.split())
"""Without one of these, in small letters, nothing is assigned."""
STARRED = re.compile(r"[*xX•.\-_#]+$|(?:[A-Z]{2,20}_)+[0-9a-f]{12}$")
DESCRIPTIONS = (
    "true false null none undefined required optional string changeme password passwd secret token incorrect wrong"
    " invalid reset forgot forgotten expired here below above your"
)
DESCRIBING = frozenset(DESCRIPTIONS.split())
"""Behind "password:", these describe it."""
LEAST_BITS = 2.7  # per character: 32 random hexadecimal ones have 3.0 to 3.8, "1111222233334444" has 2
LEAST_CAPITALS = 0.25  # of random letters half are; of camelCaseNames a sixth


def secrets(text: str) -> list[tuple[int, int, float]]:
    """Return the places of secrets in folded text."""
    there = dict.fromkeys(pattern for piece, pattern in BY_PIECE if piece in text)
    found = [(*match.span(), 0.999) for pattern in there for match in pattern.finditer(text)]
    lowered = text.lower()
    if "bearer" in lowered:
        found += [(*match.span(1), 0.995) for match in BEARER.finditer(text)]
    if "basic" in lowered:
        found += [(*match.span(1), 0.995) for match in BASIC.finditer(text)]
    return found + _assigned(text, lowered)


def _assigned(text: str, lowered: str) -> list[tuple[int, int, float]]:
    if not any(word in lowered for word in WORDS):
        return []
    found = []
    for match in _assignments(text, lowered):
        value = match["value"].rstrip(".,?")
        if _is_secret(value, is_password=match["password"] is not None, sign=match["sign"]):
            found.append((match.start("value"), match.start("value") + len(value), 0.97))
    return found


def _assignments(text: str, lowered: str) -> Iterator[re.Match[str]]:
    if len(text) != len(lowered):  # a few letters have small forms of two characters
        yield from ASSIGNED.finditer(text)
        return
    end = 0
    for at in sorted({at for word in WORDS for at in _places_of(word, lowered)}):
        if at >= end and (match := ASSIGNED.match(text, at)):
            end = match.end()
            yield match


def _places_of(word: str, text: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _is_secret(value: str, *, is_password: bool, sign: str | None) -> bool:
    if len(value) < 4 or STARRED.match(value) or value.lower() in DESCRIBING:
        return False
    mixed = any(one.isdigit() for one in value) and any(one.isalpha() for one in value)
    if is_password:
        return (
            mixed
            or (value.isdigit() and len(value) >= 6)
            or (sign is not None and (len(value) >= 6 or value.isdigit()))
        )
    n_capitals = sum(one.isupper() for one in value)
    shuffled = len(value) >= 20 and LEAST_CAPITALS <= n_capitals / len(value) <= 1 - LEAST_CAPITALS
    return len(value) >= 16 and (mixed or shuffled) and bits_per_character(value) >= LEAST_BITS


def bits_per_character(value: str) -> float:
    """Return the entropy of a text's characters.

    >>> bits_per_character("aaaa"), bits_per_character("abcd")
    (0.0, 2.0)
    """
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values()) or 0.0
