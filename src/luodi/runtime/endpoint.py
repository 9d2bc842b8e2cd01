"""Where a remote model answers, what it costs, and how much may be asked of it: one table of the scenario file."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import field
from math import inf
from urllib.parse import SplitResult, urlsplit

from luodi.contracts import record

VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
RANGES = {
    "price_in": (0, inf),
    "price_out": (0, inf),
    "examples": (0, 64),
    "samples": (1, 9),
    "timeout_s": (1, 600),
    "concurrency": (1, 64),
    "max_usd_per_day": (0, inf),
    "max_calls_per_day": (1, inf),
}
PATH = "/chat/completions"


@record
class Endpoint:
    """An OpenAI-compatible API and a model behind it."""

    url: str
    """The API, as in `https://api.example.com/v1`: https, or plain http on this very machine."""
    model: str
    """What the API calls the model."""
    key_variable: str | None = None
    """The environment variable that holds the key. The key itself is never written anywhere."""
    price_in: float | None = None
    """US dollars for a million tokens of question; needed unless the endpoint is on this machine."""
    price_out: float | None = None
    """US dollars for a million tokens of answer."""
    examples: int = 8
    """So many training rows are shown in the prompt; 0 shows none."""
    descriptions: dict[str, str] = field(default_factory=dict)
    """What a label means, where its name does not say it."""
    samples: int = 1
    """Ask so many times, and take the share of each answer as its score; for servers without log probabilities."""
    timeout_s: float = 30.0
    """An answer that is not there by then, tries and waits included, is given up."""
    concurrency: int = 4
    """Questions that are on their way at once."""
    max_usd_per_day: float = 5.0
    """No question is asked that could cost more, on this machine and day (UTC)."""
    max_calls_per_day: int = 20_000
    """No more questions are asked, on this machine and day."""
    unmasked: bool = False
    """Let personal data leave this machine. Without it, `[prepare] personal` has to mask or pseudonymize."""


def is_here(url: str) -> bool:
    """Say whether a URL means this very machine.

    >>> is_here("http://127.0.0.1:9000/v1"), is_here("https://api.example.com/v1")
    (True, False)
    """
    host = _split(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """Return the name or number that a URL leads to, and its port where it says one.

    >>> host_of("http://127.0.0.1:9000/v1")
    '127.0.0.1:9000'
    """
    return _split(url).netloc


def faults(endpoint: Endpoint, personal: str, *, maskable: bool = True) -> Iterator[tuple[str, str, str]]:
    """Yield key, what is wrong and how to put it right; `personal` is what `[prepare]` does with personal data,
    and `maskable` whether it can do anything else.
    """
    here, parts = is_here(endpoint.url), _split(endpoint.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or (parts.scheme == "http" and not here):
        fix = "write https://…, or http://127.0.0.1:PORT/… for a server on this machine"
        yield "url", "the URL is neither https nor on this machine", fix
    elif parts.username or parts.password or parts.query or parts.fragment:
        yield "url", "the URL holds more than a place", "leave out passwords and parameters; a key has its key_variable"
    if endpoint.key_variable is not None and not VARIABLE.fullmatch(endpoint.key_variable):
        what = "key_variable should be the name of an environment variable, not a key"
        yield "key_variable", what, 'write key_variable = "OPENAI_API_KEY", and export the key under that name'
    if not here and (endpoint.price_in is None or endpoint.price_out is None):
        fix = "add price_in and price_out, in US dollars for a million tokens"
        yield "price_in", "without prices nothing can be compared or capped", fix
    if personal == "keep" and not here and not endpoint.unmasked:
        allow = "unmasked = true here where that is allowed"
        fix = f'write [prepare] personal = "mask", or {allow}' if maskable else f"write {allow}"
        yield "unmasked", "texts would leave this machine with the personal data in them", fix
    for name, (low, high) in RANGES.items():
        value = getattr(endpoint, name)
        if value is not None and not low <= value <= high:
            between = f"{low} or more" if high == inf else f"from {low} to {high}"
            yield name, f"{name} should be {between}, not {value}", f"write a number: {between}"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts
