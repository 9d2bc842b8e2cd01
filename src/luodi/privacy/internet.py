"""E-mail, internet addresses, and links that carry a password."""

import ipaddress
import re

from luodi.privacy.context import AFTER, first_label, near

LOCAL = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u00c0-\u024f-"
LABEL = r"[A-Za-z0-9\u00c0-\u024f-]{1,63}+"
EMAIL = re.compile(rf"(?<![{LOCAL}])[{LOCAL}]{{1,64}}+ ?@ ?{LABEL}(?:\.{LABEL}){{1,8}}+")
SPELLED = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9_.+-]{1,64}+ ?[\[(](?:at|AT|@)[\])] ?[A-Za-z0-9-]{1,63}+"
    r"(?:(?:\.| ?[\[(](?:dot|DOT|\.)[\])] ?)[A-Za-z0-9-]{1,63}+){1,8}+"
)
LAST_LABEL = re.compile(r"\.(?:[A-Za-z\u00c0-\u024f]{2,24}|xn--[A-Za-z0-9-]{2,59})(?![A-Za-z0-9])")
OPENING = "'`{|/=?&#!$%*^~"  # may stand in a local part, but at its beginning it is a quote, a link or a setting
NO_DOMAINS = "png jpg jpeg gif svg webp ico bmp pdf js mjs ts css json html htm map mp4 mp3 zip gz tar whl jar service"
FILES = frozenset(NO_DOMAINS.split())
IP4 = re.compile(
    r"(?<![0-9A-Za-z_.])(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    r"(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}(?![0-9A-Za-z_]|\.[0-9]|-[0-9A-Za-z])"
)
IP6 = re.compile(
    r"(?<![0-9A-Za-z_:.])[0-9A-Fa-f]{0,4}+(?::[0-9A-Fa-f]{0,4}+){2,7}+(?:(?:\.[0-9]{1,3}){3}+)?+(?![0-9A-Za-z_:])"
)
LOGIN = re.compile(
    r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}+://[^\s/@:\"'<>]{0,128}+:[^\s/@\"'<>]{1,256}+@[!#-&(-+.-:=?-~-]{1,2000}+"
)
URL = re.compile(r"(?<![A-Za-z0-9+.-])(?:https?|ftp)://[!#-&(-+.-:=?-~-]{1,2000}+", re.IGNORECASE)
NOBODYS = ("0.", "127.", "255.255.")  # this host, and masks
CLOSING = ".,;:!?)]}"


def emails(text: str) -> list[tuple[int, int, float]]:
    """Return the places of e-mail addresses in folded text."""
    found = []
    for match in EMAIL.finditer(text):
        start = match.start()
        while text[start] in OPENING + ".":
            start += 1
        judged = _email(text, max(start, _after_setting(text, start, match.end())), match.end())
        if judged is not None:
            found.append(judged)
    if "[" in text or "(" in text:
        found += [(*match.span(), 0.8) for match in SPELLED.finditer(text) if match[0].rpartition(".")[2].isalpha()]
    return found


def _after_setting(text: str, start: int, end: int) -> int:
    """Return where the address begins in `to=name@host` or `a/b/name@host`."""
    at = text.index("@", start, end)
    return (
        1 + max(text.rfind(one, start, at) for one in "=/?&#|")
        if any(one in text[start:at] for one in "=/?&#|")
        else start
    )


def _email(text: str, start: int, end: int) -> tuple[int, int, float] | None:
    at = text.index("@", start, end)
    local = text[start:at]
    domain = text[at + 1 : end]
    labels = list(LAST_LABEL.finditer(domain))
    if not local.strip(" .") or not labels or labels[-1].group()[1:].lower() in FILES:
        return None
    if (" " in local + domain) and (local[:-1].strip() == "" or (not domain.islower() and not domain[1:].islower())):
        return None
    end = at + 1 + labels[-1].end()
    if (local.strip() == "git" and text[end : end + 1] == ":") or text[end : end + 1] == "(":
        return None
    return start, end, 0.99


def ips(text: str) -> list[tuple[int, int, float]]:
    """Return the places of internet addresses in folded text, versions 4 and 6, without those that mean "here"."""
    found = []
    for match in IP4.finditer(text):
        if match[0].startswith(NOBODYS):
            continue
        said = near(text, *match.span(), "ip")
        small = all(int(one) < 20 for one in match[0].split("."))  # 1.2.3.4 is a section or a version, or an example
        counted = "thing" in first_label(text[match.end() : match.end() + AFTER])
        if said > 0 or (said == 0 and not small and not counted):
            found.append((*match.span(), 0.95))
    if "::" in text or text.count(":") >= 7:
        found += [(*match.span(), 0.95) for match in IP6.finditer(text) if _is_ip6(match[0])]
    return found


def _is_ip6(value: str) -> bool:
    try:
        address = ipaddress.IPv6Address(value)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified) and any(one.isdigit() for one in value)


def logins(text: str) -> list[tuple[int, int, float]]:
    """Return the places of links that carry a user's name and password."""
    return [(match.start(), _closed(text, *match.span()), 0.995) for match in LOGIN.finditer(text)]


def urls(text: str) -> list[tuple[int, int, float]]:
    """Return the places of links of any kind."""
    return [(match.start(), _closed(text, *match.span()), 0.5) for match in URL.finditer(text)]


def _closed(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] in CLOSING:
        end -= 1
    return end
