"""Lines that stand under or over many texts: signatures, footers, disclaimers, headers of quoted mails.

Learnt from the data and kept as hashes, so that the list can travel with a model without a word of anyone's mail.
"""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Set

HEAD, TAIL = "h", "t"
LOOKED_AT = {HEAD: 4, TAIL: 12}  # lines from either end: boilerplate stands there, the message between
MIN_SHARE = {HEAD: 0.3, TAIL: 0.02}  # of the texts with more than one line; what many open with may be their subject
MIN_TEXTS = 20
MIN_CHARACTERS = 8  # "Hi," and "Thanks" are not worth a rule
MOST_LINES = 200_000  # counted at a time; beyond that the rare ones are forgotten
REPLY = re.compile(
    r"on .{5,120} wrote:|-{2,} ?(?:original|forwarded) message ?-{2,}"
    r"|在.{4,60}写道[:：]|-{2,} ?(?:原始|转发)邮件 ?-{2,}"
    r"|(?:from|to|sent|cc|发件人|收件人|发送时间|抄送|主题)[:：].{0,200}"
)
"""A header of a quoted mail: names and dates differ, so its shape is what is counted."""


class Boilerplate:
    """Counts lines, and says which are boilerplate. Raises nothing; memory is bounded."""

    def __init__(self) -> None:
        self.n_texts = 0
        self.counts = Counter[str]()
        self.by_label = Counter[tuple[str, str]]()
        self.labels = Counter[str]()

    def add(self, text: str, label: str = "") -> None:
        """Count the first and last lines of a text that has several."""
        if "\n" not in text:
            return
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            return
        self.n_texts += 1
        self.labels[label] += 1
        first, last = lines[:-1][: LOOKED_AT[HEAD]], lines[1:][-LOOKED_AT[TAIL] :]
        for key in {end + key for end, found in ((HEAD, first), (TAIL, last)) for key in map(key_of, found) if key}:
            self.counts[key] += 1
            self.by_label[key, label] += 1
        if len(self.counts) > MOST_LINES:
            self._forget()

    def lines(self) -> tuple[str, ...]:
        """Return the hashes of lines that come often and say nothing about the label, with the end they stand at."""
        least = {end: max(MIN_TEXTS, math.ceil(share * self.n_texts)) for end, share in MIN_SHARE.items()}
        return tuple(sorted(key for key, n in self.counts.items() if n >= least[key[0]] and not self._tells(key, n)))

    def _tells(self, key: str, n: int) -> bool:
        """Say whether a line goes with one label far more often than chance allows: then it is no mere frame."""
        for label, all_of_label in self.labels.items():
            share, expected = self.by_label[key, label] / n, all_of_label / self.n_texts
            if share > expected + 0.1 + 3 * math.sqrt(expected * (1 - expected) / n):
                return True
        return False

    def _forget(self) -> None:
        kept = {key for key, _ in self.counts.most_common(MOST_LINES // 4)}
        self.counts = Counter({key: n for key, n in self.counts.items() if key in kept})
        self.by_label = Counter({pair: n for pair, n in self.by_label.items() if pair[0] in kept})


def learn(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the boilerplate lines of some texts, as hashes."""
    found = Boilerplate()
    for text in texts:
        found.add(text)
    return found.lines()


def strip(text: str, lines: Set[str]) -> str:
    r"""Return the text without boilerplate at its ends. A text that is nothing else stays as it is.

    >>> strip("The tap drips.\n\nSent from my phone", {TAIL + key_of("Sent from my phone")})
    'The tap drips.'
    """
    rows = text.splitlines()
    start, end = 0, len(rows)
    while end > start and (not rows[end - 1].strip() or TAIL + key_of(rows[end - 1]) in lines):
        end -= 1
    while start < end and (not rows[start].strip() or HEAD + key_of(rows[start]) in lines):
        start += 1
    return text if start == end or end - start == len(rows) else "\n".join(rows[start:end])


def key_of(line: str) -> str:
    """Return the hash of a line without its case, spacing and digits; empty for one that is too short to tell.

    >>> key_of("Ticket 4711, page 2") == key_of("ticket  0815, page 3"), key_of("Hi,")
    (True, '')
    """
    plain = re.sub(r"\d+", "0", " ".join(line.casefold().split()))
    if REPLY.fullmatch(plain):
        plain = "a header of a quoted mail"
    if len(plain) < MIN_CHARACTERS:
        return ""
    return hashlib.blake2b(plain.encode("utf-8", "replace"), digest_size=8).hexdigest()
