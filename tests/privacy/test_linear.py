"""No text makes the finder slow: each pattern is bounded or possessive, and time grows as length does."""

import re
import time
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luodi.privacy import context, credentials, find, internet, numbers, phones, windows

MOST_STEPS = 10_000  # ways that one start may be tried, by the bounds of repeats that can backtrack


def patterns() -> dict[str, re.Pattern[str]]:
    modules = (context, credentials, find, internet, numbers, phones, windows)
    named = {
        f"{module.__name__.rpartition('.')[2]}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    }
    named |= {f"phones.{name}": pattern for name, pattern in phones.SHAPES.items()}
    named |= {f"{kind}.{at}": one.pattern for kind, shapes in numbers.SHAPES.items() for at, one in enumerate(shapes)}
    return named | {f"vendor.{pieces[0]}": pattern for pieces, pattern in credentials.VENDORS}


def ways(tree) -> int:
    """Return an upper bound of the ways in which repeats and alternatives can be tried; -1 for no bound."""
    total = 1
    for code, argument in tree:
        n = ways_of(code, argument)
        if n < 0:
            return -1
        total *= n
    return total


def ways_of(code, argument) -> int:
    if code is codes.POSSESSIVE_REPEAT or code is codes.ATOMIC_GROUP:
        return 1
    if code in {codes.MAX_REPEAT, codes.MIN_REPEAT}:
        least, most, inner = argument
        if most is codes.MAXREPEAT:
            return -1
        n = ways(inner)
        return -1 if n < 0 else (n**most if n > 1 and most > 1 else 1) * (most - least + 1)
    if code is codes.SUBPATTERN:
        return ways(argument[-1])
    if code is codes.BRANCH:
        each = [ways(branch) for branch in argument[1]]
        return -1 if min(each) < 0 else sum(each)
    return 1


SIMPLE = {"context.TOKEN", "phones.LAST_GROUP", "phones.DATE", "credentials.STARRED"}
"""Of one class of characters each, or only ever given what a bounded pattern found."""


@pytest.mark.parametrize("name", sorted(patterns().keys() - SIMPLE))
def test_a_pattern_can_be_tried_in_a_bounded_number_of_ways(name):
    tree = parser.parse(patterns()[name].pattern, patterns()[name].flags)

    assert 1 <= ways(tree) <= MOST_STEPS


def test_the_bound_notices_a_pattern_that_explodes():
    assert ways(parser.parse(r"(?:a+)+b")) == -1
    assert ways(parser.parse(r"(?:a{1,9}){1,9}b")) > MOST_STEPS
    assert ways(parser.parse(r"(?:a{1,9}+){1,9}+b")) == 1


NUMBERS = "0|1|9|00|12|138|0912|4111111111111111|13800138000|110105194912310021|GB82|京A"
MARKS = "(|)|+|-|.|/|:|::|@|://|=|_| |  |\n|：|，|#|[at]|-----BEGIN PRIVATE KEY-----"
LETTERS = "a|A|x|E|AKIA|sk-|eyJ|密码|电话|护照|password|key|bearer|ext|转"
PIECES = st.sampled_from("|".join([NUMBERS, MARKS, LETTERS]).split("|"))


def seconds(text: str) -> float:
    started = time.process_time()
    find.find(text)
    return time.process_time() - started


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(PIECES, min_size=1, max_size=4).map("".join))
def test_ten_times_the_text_takes_about_ten_times_as_long(piece):
    short, long = (piece * (n // len(piece)) for n in (20_000, 200_000))

    few = min(seconds(short) for _ in range(2))

    assert min(seconds(long) for _ in range(2)) < 35 * max(few, 0.004)  # a square would be a hundred times as long


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(patterns()))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(piece=st.lists(PIECES, min_size=1, max_size=3).map("".join))
def test_each_pattern_alone_is_as_good(name, piece):
    pattern = patterns()[name]
    if name in SIMPLE - {"context.TOKEN"}:
        return

    def scan(n: int) -> float:
        text = piece * (n // len(piece))
        started = time.process_time()
        for _ in pattern.finditer(text):
            pass
        return time.process_time() - started

    few = min(scan(10_000) for _ in range(2))

    assert min(scan(100_000) for _ in range(2)) < 35 * max(few, 0.002)
