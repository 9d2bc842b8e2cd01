"""What the recommender would have earned on impressions that were logged under another one."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from luodi.contracts import Facts, Reject
from luodi.data.readers import open_table
from luodi.errors import DataError, did_you_mean
from luodi.metrics import offpolicy
from luodi.train.lesson import Lesson

COLUMNS = ("user", "item", "propensity", "reward")
PRIOR = 5.0  # impressions' worth of the mean, so that an item shown once is not known to be perfect


Impression = tuple[str, str, float, float]
"""What was shown to whom, how likely that was, and what it earned: user, item, propensity, reward."""


def judge(files: Sequence[Path], session: Any, lesson: Lesson, *, k: int, seed: int, n_resamples: int) -> Facts:
    """Return estimates of the reward per impression if each had shown one of the k best, by chance.

    Raises `DataError` for a row that cannot be used.
    """
    rows = [row for file in files for row in _rows(file)]
    return estimated(rows, session, lesson, k=k, seed=seed, n_resamples=n_resamples)


def estimated(
    rows: Sequence[Impression], session: Any, lesson: Lesson, *, k: int, seed: int, n_resamples: int
) -> Facts:
    """Return the same for impressions. Histories are those of the training events, so nothing later is known."""
    import numpy as np

    users = list(dict.fromkeys(user for user, *_ in rows))
    known = {name: n for n, name in enumerate(lesson.log.users)}
    starts = lesson.train.starts

    def query(user: str) -> dict[str, Any]:
        at = known.get(user)
        mine = () if at is None else lesson.train.item[starts[at] : starts[at + 1]]
        items = [lesson.log.items[one] for one in mine]
        return {"user": user, "items": items, "k": k, "in_stock": False, "reasons": False, "explore": 0.0}

    best = dict(zip(users, session.predict([query(user) for user in users]), strict=True))
    shown = {user: {one["id"] for one in hits} for user, hits in best.items()}
    items = np.array([item for _, item, _, _ in rows])
    propensity, reward = (np.array([row[n] for row in rows], dtype=np.float64) for n in (2, 3))
    wanted = np.array([(item in shown[user]) / max(1, len(shown[user])) for user, item, _, _ in rows])
    names, at = np.unique(items, return_inverse=True)
    mean = float(reward.mean())
    n = np.bincount(at)
    model = dict(zip(names, (np.bincount(at, weights=reward) + PRIOR * mean) / (n + PRIOR), strict=True))
    value = {
        user: float(np.mean([model.get(one, mean) for one in ids])) if ids else mean for user, ids in shown.items()
    }
    found = offpolicy.estimate(
        reward,
        propensity,
        wanted,
        np.array([model[one] for one in items]),
        np.array([value[user] for user, *_ in rows]),
        n_resamples=n_resamples,
        seed=seed,
    )
    return {"n": len(rows), "worth": round(offpolicy.effective_size(propensity, wanted), 1), **found}


def _rows(file: Path) -> list[Impression]:
    table = open_table(file)
    for name in COLUMNS:
        if name not in table.columns:
            fix = f"{did_you_mean(name, table.columns)}; the columns are {', '.join(COLUMNS)}"
            raise DataError(f"no column is called {name!r}", where=f"{file}:1", fix=fix)
    rows = []
    for line, row in table.rows():
        if isinstance(row, Reject):
            raise DataError(row.reason, where=f"{file}:{line}", fix="mend the row, or remove it")
        try:
            propensity, reward = float(row["propensity"]), float(row["reward"])
        except ValueError:
            propensity = reward = float("nan")
        if not (0 < propensity <= 1 and math.isfinite(reward)):
            what = "a propensity lies above 0 and up to 1, and a reward is a number"
            raise DataError(what, where=f"{file}:{line}", fix="log how likely the item was to be shown")
        rows.append((str(row["user"]), str(row["item"]), propensity, reward))
    if not rows:
        raise DataError("there is a header but there are no rows", where=str(file), fix="add rows")
    return rows
