"""Does a text say what its source says? Numbers, dates, names and negations of an output, checked against the source.

A sentence that nearly repeats one of the source is held against that sentence: a number from elsewhere in the document
is wrong there. Any other sentence is held against the whole source. What is found is a reason to look, and no proof.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from luodi import sentences
from luodi.runtime.quantities import Quantity, agree, quantities
from luodi.runtime.terms import HAN, STOP, terms
from luodi.stem import stem

KINDS = ("number", "date", "name", "negation")
NEAR = 0.7  # of a sentence's terms in one of the source's: it repeats that one
REPEATS = 0.9  # and so many of its words follow each other there too
MORE = 0.3  # another sentence is looked at as well where it adds so much
MOST_SENTENCES = 3  # that one sentence of the output is made of
SHORT = 3  # words: a longer piece that was left out is a clause, with its negation
_TOKEN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:['’.&-][^\W_{HAN}]+)*")
_CAPITAL = re.compile(rf"(?<![\w{HAN}])[A-Z][^\W_{HAN}]*(?:['’.&-][^\W_{HAN}]+)*")
_IS_HAN = re.compile(rf"[{HAN}]")
_NAME_TAGS = frozenset(("nr", "nrt", "nrfg", "ns", "nt", "nz"))
_NO = frozenset(
    ("not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without", "cannot", "nowhere", "hardly")
)
_NO_HAN = re.compile(
    "^(?:没有?|不|未|无|非|别|勿|莫|并非|并未|从未|尚未|不[会能是要可曾再]|没能|绝不|决不|毫无|无法|无须|不得)$"
)
_NO_NAME = frozenset("mr mrs ms dr prof sir lord lady monday i am pm ok tv".split())  # noqa: SIM905


class Finding(NamedTuple):
    """Something that an output says and its source does not, or that it leaves out of what it repeats."""

    kind: str
    """One of `KINDS`."""
    text: str
    start: int
    end: int
    """Its place in the output; of a negation that was left out, the sentence."""


class Source:
    """A document to hold outputs against; reading it is the work, so that it is read once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sentences = sentences.split(text)
        self._exact = {_plain(one) for one in self.sentences}
        self._terms = [frozenset(terms(one)) for one in self.sentences]
        self._where: dict[str, list[int]] = defaultdict(list)
        for n, one in enumerate(self._terms):
            for term in one:
                self._where[term].append(n)
        self._all: _Scope | None = None

    def check(self, output: str) -> list[Finding]:
        """Return what is wrong in an output, sentence by sentence.

        >>> [(one.kind, one.text) for one in Source("Sales rose 5% in May. Ms Li did not resign.").check(
        ...     "Sales rose 6% in May. Ms Lu did resign.")]
        [('number', '6%'), ('name', 'Lu'), ('negation', 'Ms Lu did resign.')]
        """
        made = []
        for start, end in sentences.places(output):
            found = self.check_sentence(output[start:end])
            made += [one._replace(start=one.start + start, end=one.end + start) for one in found]
        return made

    def check_sentence(self, sentence: str) -> list[Finding]:
        """Return what is wrong in one sentence."""
        if _plain(sentence) in self._exact:
            return []
        claims = quantities(sentence)
        spans = [(one.start, one.end) for one in claims]
        names = [one for one in _names(sentence) if not any(a < one[2] and one[1] < b for a, b in spans)]
        spans += [(start, end) for _, start, end, _ in names]
        near = self._nearest(frozenset(terms(sentence)), frozenset(terms(_without(sentence, spans))))
        repeated = " ".join([self.sentences[n] for n in sorted(near)])
        strict = bool(near) and _repeats(repeated, sentence, _without(sentence, spans))
        scope = _Scope(repeated) if strict else self._whole()
        made = [Finding(one.kind, one.text, one.start, one.end) for one in scope.missing(claims, strict=strict)]
        made += [Finding("name", *one) for one in scope.unknown(names, strict=strict)]
        if strict:
            made += [Finding("name", *one) for one in self._strangers(sentence, made)]
            if _negated(self.sentences[near[0]], sentence):
                made.append(Finding("negation", sentence, 0, len(sentence)))
        return sorted(made, key=lambda one: (one.kind == KINDS[-1], one.start))

    def _strangers(self, sentence: str, found: Sequence[Finding]) -> Iterator[tuple[str, int, int]]:
        """Yield Chinese nouns of a sentence that repeats another one, where the whole source has none of them."""
        for word, tag, start in _tagged(sentence):
            new = tag[:1] == "n" and len(word) > 1 and _IS_HAN.match(word) and word not in self.text
            if new and not any(one.start <= start < one.end for one in found):
                yield word, start, start + len(word)

    def _whole(self) -> "_Scope":
        if self._all is None:
            self._all = _Scope(self.text)
        return self._all

    def _nearest(self, all_terms: frozenset[str], plain: frozenset[str]) -> list[int]:
        """Return the sentences that one is made of, nearest first; none where it is made of others.

        `plain` are its terms without those of names and numbers, which may be what is wrong.
        """
        left = plain if len(plain) >= 2 else all_terms
        n_terms, near = len(left), list[int]()
        while left and len(near) < MOST_SENTENCES:
            counts = Counter(n for term in left for n in self._where.get(term, ()))
            if not counts:
                break
            best = min(counts, key=lambda n: (-counts[n], len(self._terms[n]), n))
            if near and counts[best] < max(2, MORE * n_terms):
                # a heading without a full stop, that the sentence behind it has become one with
                whole = [n for n in counts if len(self._terms[n]) > 1 and self._terms[n] <= all_terms and n not in near]
                if not whole:
                    break
                best = min(whole)
            near.append(best)
            left = left - self._terms[best]
        return near if n_terms >= 2 and len(left) <= (1 - NEAR) * n_terms else []


class _Scope:
    """The part of a source that a sentence is held against."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = text.lower()
        self.quantities = quantities(text)
        found = [one.lower() for one in _TOKEN.findall(text)]
        self.words = (
            frozenset(found) | {_bare(one) for one in found} | {p for one in found for p in re.split("[-.&]", one)}
        )
        self.stems = frozenset(map(stem, self.words))
        self.starts = frozenset(one[:4] for one in self.words if len(one) > 3)
        self.initials = _initials(text)
        self.years = {int(v) for one in self.quantities for v in one.values if one.kind == "number" and v < 3000} | {
            value for one in self.quantities for name, value in one.parts if name == "year"
        }

    def missing(self, claims: Sequence[Quantity], *, strict: bool) -> Iterator[Quantity]:
        """Yield numbers and dates that do not stand here; where it is `strict`, as often as that."""
        left = list(self.quantities)
        for claim in claims:
            at = next((n for n, one in enumerate(left) if agree(claim, one, rounds=not strict)), None)
            if at is not None and strict:
                del left[at]
            elif at is None and not self._dated(claim):
                yield claim

    def _dated(self, claim: Quantity) -> bool:
        """Say whether a year, or the rest of a date, stands here by itself."""
        if claim.kind == "number":
            return claim.unit == "" and any(value in self.years for value in claim.values)
        year = dict(claim.parts).get("year")
        rest = tuple(one for one in claim.parts if one[0] != "year")
        if year is None or year not in self.years:
            return False
        return not rest or any(agree(claim._replace(parts=rest), one) for one in self.quantities)

    def unknown(self, names: Iterable[tuple[str, int, int, bool]], *, strict: bool) -> Iterator[tuple[str, int, int]]:
        """Yield names that do not stand here, with their places."""
        for name, start, end, first in names:
            if not self._knows(name, strict=strict, first=first):
                yield name, start, end

    def _knows(self, name: str, *, strict: bool, first: bool) -> bool:
        if _IS_HAN.match(name):
            return name in self.text
        word = _bare(name.lower())
        if word in self.words or stem(word) in self.stems or (word in self.initials and len(word) > 1):
            return True
        if strict:
            return False
        return first or word[:4] in self.starts  # a demonym; and any word has a capital where a sentence begins


def _names(sentence: str) -> Iterator[tuple[str, int, int, bool]]:
    """Yield words that are names, or parts of one, their places, and whether a sentence begins there."""
    capitals = list(_CAPITAL.finditer(sentence))
    n_words = len(_TOKEN.findall(sentence))
    if len(capitals) <= max(3, 0.8 * n_words):  # a headline may have a capital at every word
        for n, found in enumerate(capitals):
            first = not re.search(r"\w", sentence[: found.start()])
            word = _bare(found[0].lower())
            if word in STOP or word in _NO_NAME or word in _NO or (first and _is_common(word)):
                continue
            alone = n + 1 == len(capitals) or capitals[n + 1].start() > found.end() + 1
            yield found[0], *found.span(), first and alone
    for word, tag, start in _tagged(sentence):
        if tag in _NAME_TAGS and len(word) > 1 and _IS_HAN.match(word):
            yield word, start, start + len(word), False


def _tagged(text: str) -> list[tuple[str, str, int]]:
    """Return the words of a text with Chinese in it, their parts of speech, and where they begin."""
    if not _IS_HAN.search(text):
        return []
    import rjieba

    made, at = [], 0
    for word, tag in rjieba.tag(text):
        made.append((str(word), str(tag), at))
        at += len(word)
    return made


def _is_common(word: str) -> bool:
    """Say whether a word that begins a sentence is no name by its ending."""
    return word.endswith(("ing", "ed", "ly", "ers", "ors", "ists", "tion", "ments", "ies", "ness"))


@lru_cache(maxsize=50_000)
def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word)


def _initials(text: str) -> frozenset[str]:
    """Return what words with capitals that follow each other begin with: "bbc" of British Broadcasting Corporation."""
    runs = re.findall(r"(?:[A-Z][\w’']*(?: (?:of|for|the|and|&) | ))+[A-Z][\w’']*", text)
    return frozenset("".join(char for char in run if char.isupper()).lower() for run in runs)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text))


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text without some stretches: what a changed name or number leaves of a sentence."""
    made, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            made.append(text[at:start])
            at = end
    kept = " ".join([*made, text[at:]])
    return kept if len(terms(kept)) >= 2 else ""


def _repeats(source: str, sentence: str, plain: str) -> bool:
    """Say whether a sentence has nearly all of its words from a stretch of the source, in the same order.

    `plain` is the sentence without names and numbers, which may be what is wrong.
    """
    a, b = _words(source), _words(sentence)
    same = sum(one.size for one in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())
    n_words = len(_words(plain)) if plain else len(b)
    return same >= n_words - max(1.0, (1 - REPEATS) * n_words)


def _negated(source: str, sentence: str) -> bool:
    """Say whether a sentence that repeats another one has a "not" more, or one less, where it repeats it."""
    a, b = _words(source), _words(sentence)
    steps = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for n, (_, i, j, k, m) in enumerate(steps):
        if steps[n][0] == "equal":
            continue
        before, after = _count(a[i:j]), _count(b[k:m])
        if after > before:
            return True
        inside = 0 < n < len(steps) - 1 or j - i <= 1
        if before > after and inside and j - i <= SHORT + (m - k):
            return True
    return False


def _words(text: str) -> list[str]:
    made = list[str]()
    for one in re.findall(rf"[{HAN}]+|[^\W_{HAN}]+(?:['’-][^\W_{HAN}]+)*", text):
        if _IS_HAN.match(one):
            made += [word for word, _, _ in _tagged(one)]
        else:
            made.append(one.lower().replace("’", "'"))
    return made


def _count(words: Sequence[str]) -> int:
    return sum(one in _NO or one.endswith("n't") or bool(_NO_HAN.match(one)) for one in words)
