"""What a translation must carry over as it is: placeholders, tags, numbers, codes, addresses, and given terms.

Before a text is translated they become marks, `<p0>`, `<p1>`, …, which the models have learned to carry over; after it
the marks become again what they stood for. What is still lost is not repaired but told, by flags.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

N_MARKS = 10
MARKS = tuple(f"<p{n}>" for n in range(N_MARKS))
MARK = re.compile(r"<p([0-9])>")
PRIVATE = 0xF0000  # characters that no text has, for as long as marks have no number
NUMBER = r"[0-9]+(?:[.,'\u2009\u00a0 ]?[0-9]{3})*(?:[.,][0-9]+)?"
FORMAL = re.compile(
    r"""
    (?:https?://|www\.)[^\s<>"'，。；、）】」]+       # an address of the web
  | [A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+   # of mail
  | \{\{[^{}\n]{0,80}\}\} | \$?\{[^{}\n]{0,80}\}    # {{name}}, ${name}, {name}, {0}
  | %\([A-Za-z_]\w*\)[sdif] | %[0-9]+\$[sdif@] | %[-+0]?(?:[0-9]*\.[0-9]+)?[sdif@](?![A-Za-z])   # %(name)s, %1$s, %s
  | </?[A-Za-z][^<>\n]{0,200}>                      # <b>, </b>, <a href="…">
  | &(?:[A-Za-z]{2,8}|\#[0-9]{1,6});                # &nbsp;
  | `[^`\n]{1,200}`                                 # code
  | (?<![A-Za-z0-9])(?=[A-Za-z0-9/_-]*[0-9])(?=[0-9/_-]*[A-Z])[A-Z0-9][A-Z0-9/_-]+(?![A-Za-z0-9])   # AB-1234
""",
    re.VERBOSE,
)
PLAIN = re.compile(NUMBER)
BOTH = re.compile(f"{FORMAL.pattern}|(?P<number>{NUMBER})", re.VERBOSE)


class Masked(NamedTuple):
    """A text with marks, and what each of them stands for in the source and in the translation."""

    text: str
    found: tuple[str, ...]
    values: tuple[str, ...]


def mask(text: str, terms: Mapping[str, str] | None = None) -> Masked:
    """Return the text with marks in place of what must be carried over; the first ten of it have one.

    >>> mask("Hold {name} for 12.5 s", {"hold": "halten"})
    Masked(text='<p0> <p1> for <p2> s', found=('Hold', '{name}', '12.5'), values=('halten', '{name}', '12.5'))
    """
    found: list[str] = []
    values: list[str] = []
    by_case = {one.casefold(): to for one, to in (terms or {}).items()}

    def marked(match: re.Match[str]) -> str:
        one = match[0]
        if len(found) == N_MARKS or MARK.fullmatch(one):
            return one
        term = by_case.get(one.casefold()) if match.lastgroup == "term" else None
        found.append(one)
        values.append(one if term is None else term)
        return MARKS[len(found) - 1]

    return Masked(_pattern(terms or {}).sub(marked, text), tuple(found), tuple(values))


def fill(text: str, values: Sequence[str]) -> str:
    """Return the text with what its marks stand for; a mark that stands for nothing is left out.

    >>> fill("<p1> für <p0>", ("12", "Anna"))
    'Anna für 12'
    """
    return MARK.sub(lambda match: values[int(match[1])] if int(match[1]) < len(values) else "", text)


def lost(source: str, text: str, terms: Mapping[str, str] | None = None) -> list[str]:
    """Return what a translation fails to carry over, as flags in alphabetical order.

    `placeholder`: one is missing, or there is one too many; `number`: likewise, whichever way digits are grouped;
    `term`: a given word was not translated as it has to be.

    >>> lost("{name} paid 1,000.5", "{name} zahlte 1.000,5"), lost("{a} 7", "8")
    ([], ['number', 'placeholder'])
    """
    flags = []
    if Counter(_formal(source)) != Counter(_formal(text)):
        flags.append("placeholder")
    if Counter(_digits(source)) != Counter(_digits(text)):
        flags.append("number")
    folded = text.casefold()
    for one, count in Counter(match.casefold() for match in _terms(source, terms or {})).items():
        to = next(to for term, to in (terms or {}).items() if term.casefold() == one)
        if folded.count(to.casefold()) < count:
            flags.append("term")
            break
    return sorted(flags)


def mask_both(source: str, target: str, terms: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Return a text and its translation with the same mark for what stands in both, to learn from.

    What the translation does not carry over stays as it is.

    >>> mask_both("Wait 5 s, Anna", "Anna, warte 5 s"), mask_both("2 men", "zwei Männer")
    (('Wait <p0> s, Anna', 'Anna, warte <p0> s'), ('2 men', 'zwei Männer'))
    """
    masked = mask(source, terms)
    if not masked.values:
        return source, target
    theirs, left = target, dict[int, str]()
    for n, value in enumerate(masked.values):
        at = _place(theirs, value)
        if at < 0:
            left[n] = masked.found[n]
        else:
            theirs = f"{theirs[:at]}{chr(PRIVATE + n)}{theirs[at + len(value) :]}"
    carried = [n for n in range(len(masked.values)) if n not in left]
    for number, n in enumerate(carried):
        theirs = theirs.replace(chr(PRIVATE + n), MARKS[number])
    kept = iter(MARKS)
    ours = MARK.sub(lambda match: left[int(match[1])] if int(match[1]) in left else next(kept), masked.text)
    return ours, theirs


def _place(text: str, value: str) -> int:
    """Return where a value stands in a text and is no part of a longer word or number; -1 where it does not.

    In Chinese, which has no spaces, a number may touch a word.
    """
    word = "0-9A-Za-z" if any("\u2e80" <= one <= "\u9fff" for one in text) else r"\w"
    before = rf"(?<![{word}.,])" if value[0].isalnum() and value[0].isascii() else ""
    after = rf"(?![{word}]|[.,][0-9])" if value[-1].isalnum() and value[-1].isascii() else ""
    found = re.search(before + re.escape(value) + after, text)
    return found.start() if found else -1


def present(text: str, terms: Mapping[str, str]) -> dict[str, str]:
    """Return the terms that stand in a text, as whole words whatever their case; of two that overlap the longer."""
    folded = {match.casefold() for match in _terms(text, terms)}
    return {one: to for one, to in terms.items() if one.casefold() in folded}


def _formal(text: str) -> list[str]:
    return [match[0] for match in FORMAL.finditer(text)]


def _digits(text: str) -> list[str]:
    """Return the digits of each number that is not part of a placeholder, without what groups them."""
    rest = FORMAL.sub(" \n ", text)
    return [re.sub("[^0-9]", "", match[0]) for match in PLAIN.finditer(rest)]


def _terms(text: str, terms: Mapping[str, str]) -> list[str]:
    return [match[0] for match in _term_pattern(terms).finditer(text)] if terms else []


def _term_pattern(terms: Mapping[str, str]) -> re.Pattern[str]:
    longest = sorted(terms, key=lambda one: (-len(one), one))
    return re.compile("|".join(_whole(one) for one in longest) or "(?!)", re.IGNORECASE)


def _whole(term: str) -> str:
    """Return a pattern for a term that is no part of a longer word; Chinese words have no edges."""
    before = r"(?<![^\W\u2e80-\u9fff])" if term[:1].isascii() else ""
    after = r"(?![^\W\u2e80-\u9fff])" if term[-1:].isascii() else ""
    return before + re.escape(term) + after


def _pattern(terms: Mapping[str, str]) -> re.Pattern[str]:
    if not terms:
        return BOTH
    # a group of its own tells terms apart; case counts in everything else
    return re.compile(f"(?P<term>(?i:{_term_pattern(terms).pattern}))|{BOTH.pattern}", re.VERBOSE)
