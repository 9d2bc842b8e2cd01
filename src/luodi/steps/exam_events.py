"""The last exam of a task that ranks: every item of the catalogue stands against the right ones, none is sampled."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from luodi.contracts import Facts, Job, Outcome
from luodi.metrics import abtest, ranking
from luodi.steps import sitting
from luodi.steps.sitting import Sitting
from luodi.train.lesson import Lesson

LIFT = 0.05
N_LISTED = 20
AGES = ((0, "never seen"), (5, "1–4 events"), (20, "5–19 events"), (10**12, "20 events or more"))
"""Items by how often they stand in the training events, up to so many."""


def run(job: Job, dev_rows: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Outcome:
    """Write the model to be served to `session/`, the exam's answers to `exam.jsonl`, the rest to `details.json`."""
    session, exam, parity = sitting.exported(job, dev_rows, rows)
    lesson = Lesson.load(job.inputs["prepare"].path)
    return sitting.outcome(
        job,
        exam,
        parity,
        by=("history", *(tag for tag in exam.rows[0]["tags"] if tag != "history")),
        details={"misses": _misses(exam), "item_ages": _by_age(job, exam, lesson)},
        beyond=_beyond(job, exam, lesson),
        ab_test=_ab_test(sitting.measure(job, "ranking.hit_at_10", exam), lesson),
        off_policy=_off_policy(job, session, lesson),
    )


def _ab_test(hit: Facts, lesson: Lesson) -> Facts | None:
    """Plan a test that would see the hit rate rise by a twentieth, with as many visitors a day as have events."""
    rate = hit["value"]
    times = lesson.log.time
    days = max(1.0, (int(times.max()) - int(times.min())) / 86_400)
    if not 0 < rate < 0.95:
        return None
    per_day = len(lesson.log) / days
    return {"rate": rate, "lift": LIFT, "per_day": round(per_day, 1), **abtest.plan(rate, LIFT, per_day=per_day)}


def _off_policy(job: Job, session: Any, lesson: Lesson) -> Facts | None:
    files = job.inputs["define"].facts["files"].get("impressions")
    if not files:
        return None
    from luodi.steps import exam_offpolicy

    paths = [job.root / one["name"] for one in files]
    n, k = job.settings.n_resamples, lesson.rules.k
    return exam_offpolicy.judge(paths, session, lesson, k=k, seed=job.seed, n_resamples=n)


def _by_age(job: Job, exam: Sitting, lesson: Lesson) -> Facts:
    """Measure right items by how often they stand in the training events: new ones are the hard ones."""
    counts = _counts(lesson)
    result: Facts = {}
    low = -1
    for high, name in AGES:
        gold = [frozenset(one for one in each if low < counts.get(one, 0) <= high) for each in exam.gold]
        at = [n for n, one in enumerate(gold) if one]
        floor, low = low, high
        if at:
            part = Sitting(
                rows=[exam.rows[n] for n in at], gold=[gold[n] for n in at], answers=[exam.answers[n] for n in at],
                scores=[exam.scores[n] for n in at],
            )  # fmt: skip
            result[name] = {"n": len(at), "recall_at_50": sitting.measure(job, "ranking.recall_at_50", part)}
            result[name] |= _shares(exam, {one for one in lesson.log.items if floor < counts.get(one, 0) <= high})
    return result


def _shares(exam: Sitting, items: Collection[str]) -> Facts:
    """Return which share of the places shown, 10 a list, and of the right items these items have."""
    shown = [one in items for answer in exam.answers for one in answer[:10]]
    wanted = [one in items for gold in exam.gold for one in gold]
    return {"shown": sum(shown) / max(1, len(shown)), "wanted": sum(wanted) / max(1, len(wanted))}


def _bias(exam: Sitting, lesson: Lesson) -> Facts:
    """Return, for visitors by how much is known of them, the share of hits of fame among what is shown and wanted.

    Hits of fame are the fewest items that have half of the training events. A share that is shown far above what is
    wanted is popularity bias. Source: Abdollahpouri et al. 2019, "The Unfairness of Popularity Bias in Recommendation".
    """
    counts = sorted(_counts(lesson).items(), key=lambda one: (-one[1], one[0]))
    half, total, head = sum(n for _, n in counts) / 2, 0, set[str]()
    for item, n in counts:
        if total >= half:
            break
        head.add(item)
        total += n
    members: dict[str, list[int]] = defaultdict(list)
    for n, row in enumerate(exam.rows):
        members[row["tags"].get("history", "")].append(n)
    parts = {name: sitting.part(exam, at) for name, at in sorted(members.items())}
    return {
        "n_items": len(head),
        "visitors": {name: {"n": len(one.rows), **_shares(one, head)} for name, one in parts.items()},
    }


def _counts(lesson: Lesson) -> dict[str, int]:
    import numpy as np

    n = np.bincount(lesson.train.item, minlength=len(lesson.train.items))
    return {item: int(one) for item, one in zip(lesson.train.items, n, strict=True) if one}


def _beyond(job: Job, exam: Sitting, lesson: Lesson) -> Facts:
    """Measure coverage, novelty, diversity, popularity and fairness, and what the exam would have earned."""
    table = lesson.log.table
    category = dict(zip(lesson.log.items, table.get("category", ()), strict=False))
    found = ranking.beyond(exam.answers, _counts(lesson), category, len(lesson.log.items))
    found["fame"] = _bias(exam, lesson)
    prices = dict(zip(lesson.log.items, table.get("price", ()), strict=False))
    if prices:
        found["revenue_per_1000"] = _revenue(exam, prices)
    column = job.options.fair
    if column in table:
        found["exposure"] = _exposure(exam, dict(zip(lesson.log.items, table[column], strict=True)))
    return found


def _revenue(exam: Sitting, prices: dict[str, Any]) -> float:
    """Return the prices of right items among the first 10, per 1,000 lists: what was bought anyway, and was shown."""
    total = 0.0
    for gold, answer in zip(exam.gold, exam.answers, strict=True):
        for item in set(answer[:10]) & gold:
            try:
                total += float(str(prices.get(item) or 0).strip("$€£¥￥ ").replace(",", ""))
            except ValueError:
                continue
    return 1_000 * total / len(exam.gold)


def _exposure(exam: Sitting, groups: dict[str, str]) -> Facts:
    """Return each group's share of exposure and of right items; equal shares are merit-fair.

    Exposure of a place is 1 / log2(place + 1). Source: Singh and Joachims 2018, "Fairness of Exposure in Rankings".
    """
    import math

    shown: dict[str, float] = defaultdict(float)
    earned: dict[str, float] = defaultdict(float)
    for gold, answer in zip(exam.gold, exam.answers, strict=True):
        for place, item in enumerate(answer[:10], start=1):
            shown[groups.get(item, "")] += 1 / math.log2(place + 1)
        for item in gold:
            earned[groups.get(item, "")] += 1
    totals = sum(shown.values()) or 1.0, sum(earned.values()) or 1.0
    return {
        group: {"exposure": shown[group] / totals[0], "merit": earned[group] / totals[1]}
        for group in sorted(shown.keys() | earned.keys())
    }


def _misses(exam: Sitting) -> list[Facts]:
    """Return some questions without a hit among the first 50, with what was shown instead."""
    missed = [n for n, (gold, answer) in enumerate(zip(exam.gold, exam.answers, strict=True)) if not gold & set(answer)]
    return [
        {"where": exam.rows[n]["line"], "gold": sorted(exam.gold[n])[:5], "shown": list(exam.answers[n][:5])}
        for n in missed[:N_LISTED]
    ]
