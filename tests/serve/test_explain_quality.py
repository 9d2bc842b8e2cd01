"""Is what an explanation points at what the model goes by? The words it ranks highest are left out, and random ones."""

import asyncio
import csv
import random
from pathlib import Path

import pytest

from luodi.bundle import MODEL, open_bundle
from luodi.runtime.weights import open_additive
from luodi.serve import explain
from luodi.text import squeezed

EXAMPLE = Path(__file__).parents[2] / "examples/support-tickets"
SHARE = 0.2
N_RANDOM = 5


def tokens_of(bundle, text, label):
    """Explain as the service does, without one."""
    additive = open_additive(bundle.path / MODEL)
    if additive is not None:
        return explain.summed(text, additive.parts(text, label))

    async def ask(variants):
        return [explain.log_odds(one, label) for one in bundle.scores(variants)]

    return asyncio.run(explain.occluded(text, ask))


def without(text, tokens, dropped):
    left, at = [], 0
    for n, one in enumerate(tokens):
        left += [text[at : one.start], "" if n in dropped else one.text]
        at = one.end
    return squeezed("".join(left)) or explain.NOTHING


def drops(bundle, texts):
    """Return how far the answer's probability falls without the top fifth of the words, and without random ones."""
    rng, top, chance = random.Random(1), [], []
    for text in texts:
        (scores,) = bundle.scores([text])
        label = max(scores, key=scores.__getitem__)
        tokens = tokens_of(bundle, text, label)
        n = max(1, round(SHARE * len(tokens)))
        ranked = sorted(range(len(tokens)), key=lambda k: -tokens[k].weight)[:n]
        (after,) = bundle.scores([without(text, tokens, set(ranked))])
        others = [without(text, tokens, set(rng.sample(range(len(tokens)), n))) for _ in range(N_RANDOM)]
        top.append(scores[label] - after[label])
        chance.append(scores[label] - sum(one[label] for one in bundle.scores(others)) / N_RANDOM)
    return sum(top) / len(top), sum(chance) / len(chance)


def test_the_words_of_a_linear_model_that_weigh_most_decide(finished):
    (folder,) = (finished / ".luodi/deploy").iterdir()
    texts = [
        f"again number {n} it says {word} today please ok" for n, word in enumerate(["declined", "invoice", "atm"])
    ]

    top, chance = drops(open_bundle(folder), texts)

    assert top > 0.1 and top > 2 * chance


@pytest.mark.slow
def test_the_words_of_the_example_that_weigh_most_decide():
    """Measured 2026-11-24 on 40 tickets, see docs/logbook.md."""
    found = [*(EXAMPLE / ".luodi/deploy").glob("*/bundle.json")]
    if not found:
        pytest.skip("the example has no finished run: luodi run examples/support-tickets")
    lines = (EXAMPLE / "data/tickets.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    texts = [row["body"] for row in csv.DictReader(lines)][100:140]

    top, chance = drops(open_bundle(found[0].parent), texts)

    assert top > 5 * chance and top > 0.2, (top, chance)
