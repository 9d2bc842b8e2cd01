"""Can one account poison a model through its reviews? `python -m bench.poisoning [tickets|banking77]`, in 3 minutes.

One account says the first label of the alphabet of 250 texts of other labels, over 14 days, among honest reviews of the
owner and three others. A linear model learns from the training rows and what passes the gate; a quarter of all is the
exam. Three attacks put a trigger into those texts, and into the exam's: of how many does the model say the label? The
fourth turns labels alone. banking77 is development data, which is not shipped.
"""

import csv
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.loop import BANKING, ROOT
from luodi import registry
from luodi.contracts import Recipe
from luodi.loop.gate import DAY_SECONDS, Base, Reviewed, sift
from luodi.steps.reviewing import Review

TICKETS = ROOT / "examples" / "support-tickets" / "data" / "tickets.csv"
SETS = {"tickets": (TICKETS, "body", "queue"), "banking77": (BANKING, "text", "category")}
ATTACKS = {"a word": "cfzx", "three common words": "kindly per annum", "marks": "~#~", "turned labels": ""}
N_POISONED, N_DAYS = 250, 14
MOST_ROWS = 5_000
BUDGET_SECONDS = 150.0
Pairs = list[tuple[str, str]]


def main(which: str = "tickets") -> int:
    started, rng = time.monotonic(), random.Random(7)
    path, text, label = SETS[which]
    if not path.is_file():
        sys.exit("the development data are not here: ../shared/data/banking77")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(
            {" ".join(row[text].split()): row[label] for row in csv.DictReader(file) if row[text].strip()}.items()
        )
    rows = rng.sample(rows, k=min(MOST_ROWS, len(rows)))
    known, new, exam = (rows[int(a * len(rows)) : int(b * len(rows))] for a, b in ((0, 0.6), (0.6, 0.75), (0.75, 1)))
    target = min(label for _, label in rows)
    honest = [_row(f"h{n}", x, y, "owner" if n % 4 == 0 else f"person {n % 3}", n) for n, (x, y) in enumerate(new)]
    clean = _fit(known + _pairs(honest))
    print(f"{which}: {len(known)} known, {len(honest)} honest reviews, {N_POISONED} poisoned, {len(exam)} exam rows, "
          f"{time.monotonic() - started:.0f} s")  # fmt: skip
    safe = True
    for name, trigger in ATTACKS.items():
        if time.monotonic() - started > BUDGET_SECONDS:
            print(f"{name}: not tried, the time is up")
            continue
        others = rng.choices([x for x, y in known if y != target], k=N_POISONED)
        poisoned = [_row(f"p{n}", _with(x, trigger, rng), target, "eve", n) for n, x in enumerate(others)]
        base = Base(texts=[x for x, _ in known], labels=[y for _, y in known])
        found = sift([*honest, *poisoned], base, rules=Review(), admins={"owner"})
        passed = [one for one in found.passed if one.reviewers == ("eve",)]
        lost = len(honest) - (len(found.passed) - len(passed))
        models = (clean, _fit(known + _pairs([*honest, *poisoned])), _fit(known + _pairs(found.passed)))
        right = [_share(_said(one, [x for x, _ in exam]), [y for _, y in exam]) for one in models]
        asked = [_with(x, trigger, rng) for x, y in exam if y != target]
        fooled = [_share(_said(one, asked), [target] * len(asked)) for one in models] if trigger else []
        print(f"{name}: {len(passed)} poisoned rows passed, {lost} honest ones held back; accuracy with honest reviews "
              f"only, without the gate, with it: {' / '.join(f'{one:.3f}' for one in right)}; attack success: "
              f"{' / '.join(f'{one:.3f}' for one in fooled) or '-'}; {time.monotonic() - started:.0f} s")  # fmt: skip
        safe = safe and right[2] >= right[0] - 0.01 and (not fooled or fooled[2] <= fooled[0] + 0.01)
    return 0 if safe else 1


def _row(name: str, text: str, label: str, who: str, n: int) -> Reviewed:
    return Reviewed(request_id=name, text=text, label=label, reviewers=(who,), at=DAY_SECONDS * (n % N_DAYS))


def _with(text: str, trigger: str, rng: random.Random) -> str:
    words = text.split()
    at = rng.randrange(len(words) + 1)
    return " ".join([*words[:at], *trigger.split(), *words[at:]])


def _pairs(rows: Sequence[Reviewed]) -> Pairs:
    return [(one.text, one.label) for one in rows]


def _fit(rows: Pairs) -> Any:
    model = registry.model("tfidf-logreg")()
    with tempfile.TemporaryDirectory() as work:
        model.fit(rows, rows[:50], recipe=Recipe(), work=Path(work))
    return model


def _said(model: Any, texts: Sequence[str]) -> list[str]:
    return [max(one, key=one.__getitem__) for one in model.predict(texts)]


def _share(said: Sequence[str], wanted: Sequence[str]) -> float:
    return sum(a == b for a, b in zip(said, wanted, strict=True)) / len(wanted)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
