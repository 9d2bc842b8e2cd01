"""How often is a challenger put in charge that is no better? `python -m bench.loop_chance [REPEATS]`.

The tickets of the examples, cut anew each time; nothing in the traffic is new. A linear model learns from 500; of 300
answers a person reviews those that it is least sure of and some drawn by chance, 150 in all; 200 are the gold set; what
is left says how much better the challenger really is. Cross-fitting and checks are those of `luodi challenge`.

drawn: the champion learned from as many further texts as the challenger learned reviewed ones, and chance drew all of
those. Both are as good on average, so each challenger that is put in charge is a mistake. picked: the challenger too
learned from as many further texts instead of the reviewed ones, which were picked because the champion was unsure: as
good on average, but asked where the other one is weak. known: the challenger learned what the champion did, and the
reviewed texts; it may really be better.
"""

import random
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from bench.loop import tickets
from luodi.loop import compare, crossfit
from luodi.loop.compare import Sat
from luodi.metrics.paired import wilson

N_KNOWN, N_TRAFFIC, N_REVIEWED, N_DRAWN, N_GOLD = 500, 300, 150, 20, 200
METRIC = "classification.macro_f1"
Pairs = list[tuple[str, str]]


class _Linear:
    """Logistic regression on TF-IDF of words that was computed once, so that some thousand fits take minutes."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.place = {text: n for n, text in enumerate(texts)}
        self.matrix = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=2).fit_transform(texts)

    def fit(self, train: Sequence[tuple[str, str]], dev: Sequence[tuple[str, str]]) -> "_Fitted":
        inner = LogisticRegression(C=20.0, tol=0.1, solver="liblinear", dual=True, random_state=7)
        return _Fitted(self, OneVsRestClassifier(inner).fit(self.rows(x for x, _ in train), [y for _, y in train]))

    def rows(self, texts: Iterable[str]) -> Any:
        return self.matrix[[self.place[text] for text in texts]]


class _Fitted:
    def __init__(self, linear: _Linear, inner: Any) -> None:
        self.linear, self.inner = linear, inner

    def predict(self, texts: Sequence[str]) -> list[dict[str, float]]:
        made = self.inner.predict_proba(self.linear.rows(texts))
        return [dict(zip(self.inner.classes_, row.tolist(), strict=True)) for row in made]


def main(repeats: int = 200) -> int:
    started = time.monotonic()
    messages = [(one.text, one.label) for one in tickets()]
    linear = _Linear([text for text, _ in messages])
    print(f"{len(messages)} messages, {repeats} repeats of each kind")
    for kind in ("drawn", "picked", "known"):
        found = [_once(messages, linear, kind, random.Random(f"{kind}/{seed}")) for seed in range(repeats)]
        better = sum(one["recent"] for one in found)
        won = sum(one["promoted"] for one in found)
        low, high = wilson(won, repeats)
        gain = sum(one["gain"] for one in found) / repeats
        print(f"{kind}: better on reviewed texts in {better}, put in charge in {won} of {repeats} "
              f"({won / repeats:.1%}, {low:.1%} to {high:.1%}); on texts left over {100 * gain:+.2f} points, "
              f"{time.monotonic() - started:.0f} s", flush=True)  # fmt: skip
    return 0


def _once(messages: Pairs, linear: _Linear, kind: str, rng: random.Random) -> dict[str, Any]:
    rows = rng.sample(messages, k=len(messages))
    sizes = (N_KNOWN, N_TRAFFIC, N_GOLD, N_REVIEWED, N_REVIEWED)
    known, traffic, gold, more, other = (rows[sum(sizes[:n]) : sum(sizes[: n + 1])] for n in range(5))
    left = rows[sum(sizes) :]
    dev, train = known[:60], known[60:]
    champion = linear.fit(train if kind == "known" else [*train, *more], dev)
    reviewed, drawn = _picked(champion, traffic, rng, by_chance=kind == "drawn")
    challenger = linear.fit([*train, *(other if kind == "picked" else reviewed)], dev)
    mine = _said(challenger, reviewed) if kind == "picked" else _untaught(linear, train, reviewed, dev)
    exam = _sat(gold, _said(champion, gold), _said(challenger, gold))
    theirs = _said(champion, reviewed)
    recent = _sat(reviewed, theirs, mine)
    chance = _sat(*([column[n] for n in drawn] for column in (reviewed, theirs, mine)))
    checks = (
        compare.recent(recent),
        compare.drawn(chance),
        compare.gold([exam], METRIC, seed=7, margin=0.05),
        compare.parts([exam], recent),
    )
    right = [sum(a == y for a, (_, y) in zip(_said(one, left), left, strict=True)) for one in (champion, challenger)]
    return {
        "recent": checks[0].met,
        "promoted": all(one.met for one in checks),
        "gain": (right[1] - right[0]) / len(left),
    }


def _untaught(linear: _Linear, train: Pairs, reviewed: Pairs, dev: Pairs) -> list[str]:
    """Answer each reviewed text by a challenger that has not learned from it."""
    by_key = {str(n): pair for n, pair in enumerate([*train, *reviewed])}
    keys = [str(n) for n in range(len(train), len(by_key))]
    scores = crossfit.answers(by_key, {f"dev {n}": pair for n, pair in enumerate(dev)}, keys, linear.fit)
    return [max(scores[key], key=scores[key].__getitem__) for key in keys]


def _picked(champion: Any, traffic: Pairs, rng: random.Random, *, by_chance: bool) -> tuple[Pairs, list[int]]:
    """Return the reviewed messages, and which of them chance drew."""
    drawn = rng.sample(range(len(traffic)), k=N_REVIEWED if by_chance else N_DRAWN)
    sure = [max(one.values()) for one in champion.predict([text for text, _ in traffic])]
    rest = sorted(set(range(len(traffic))) - set(drawn), key=sure.__getitem__)
    at = [*drawn, *rest[: N_REVIEWED - len(drawn)]]
    return [traffic[n] for n in at], list(range(len(drawn)))


def _said(model: Any, rows: Pairs) -> list[str]:
    return [max(one, key=one.__getitem__) for one in model.predict([text for text, _ in rows])]


def _sat(rows: Pairs, champion: list[str], challenger: list[str]) -> Sat:
    return Sat(gold=[y for _, y in rows], champion=champion, challenger=challenger, tags=[{}] * len(rows))


if __name__ == "__main__":
    sys.exit(main(*(int(one) for one in sys.argv[1:])))
