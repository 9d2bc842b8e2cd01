"""Templates: rows that differ by numbers and names only."""

import itertools
import random

from luodi.quality import templates

NAMES = [f"{a}{b}" for a in ("An", "Bo", "Cy", "De", "Ed") for b in ("a", "lia", "rik", "ton", "win", "mar", "sa")]
OTHERS = ["".join(letters) for letters in itertools.product("bdfgk", "aeiou", "lmnrst", "aeiou", "bdfgk")]


def prose(n, *, seed=4):
    rng = random.Random(seed)
    return [" ".join(rng.sample(OTHERS, 12)) for _ in range(n)]


def test_rows_that_differ_by_numbers_and_names_have_one_template():
    rng = random.Random(5)
    made = [
        f"Dear {rng.choice(NAMES)}{rng.choice(OTHERS)}, your order {n} will arrive on 2026-03-{n % 28}."
        for n in range(60)
    ]

    found = templates.find(prose(140) + made)

    assert found.n_templates == 1
    assert found.top[0].pattern == "dear … your order 0 will arrive on 0"
    assert (found.top[0].n_rows, found.top[0].share, found.share) == (60, 0.3, 0.3)
    assert set(found.of_row[140:]) == {140}
    assert found.of_row[:140].tolist() == list(range(140))
    assert found.top[0].rows == (140, 141, 142)


def test_chinese_templates_are_found_by_character():
    rng = random.Random(6)
    made = [f"尊敬的{chr(0x4E00 + rng.randrange(9_000))}先生，您的订单{n}已经发货，请注意查收" for n in range(40)]
    other = ["".join(chr(0x4E00 + rng.randrange(9_000)) for _ in range(20)) for _ in range(60)]

    found = templates.find(other + made)

    assert found.top[0].n_rows == 40
    assert found.top[0].pattern.startswith("尊 敬 的 … 先 生")


def test_prose_has_no_template():
    assert templates.find(prose(300)).share == 0


def test_a_few_rows_alike_are_no_template_and_no_rows_have_none():
    found = templates.find(prose(100) + ["We are closed on this day of the week"] * 9)

    assert found.top == ()
    assert templates.find([]).share == 0
    assert templates.find(["", "!"]).n_templates == 0
