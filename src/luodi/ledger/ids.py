"""Names for things that are public: they say when, and nothing else; nobody can guess the next one."""

import secrets
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, in lower case: its order is the order of numbers
LENGTH = 26
RANDOM_BITS = 80


def new_id(at: float | None = None) -> str:
    """Return 26 characters that sort by time: 48 bits of milliseconds, 80 bits of chance.

    >>> new_id(1.0) < new_id(2.0), len(new_id())
    (True, 26)
    """
    number = int((time.time() if at is None else at) * 1_000) << RANDOM_BITS | secrets.randbits(RANDOM_BITS)
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH)))


def is_id(text: str) -> bool:
    """Say whether a text can be one of these names.

    >>> is_id(new_id()), is_id("../../etc/passwd")
    (True, False)
    """
    return len(text) == LENGTH and set(text) <= set(ALPHABET)
