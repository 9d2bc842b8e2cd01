"""A search for a better recipe within a time: many on few rows, the best third on thrice as many, the last on all.

Source: Jamieson and Talwalkar 2016, "Non-stochastic Best Arm Identification and Hyperparameter Optimization"
(successive halving). The recipe as it stands is always among the last, and stays unless another one is surely better.
"""

import random
import shutil
from dataclasses import replace
from pathlib import Path

from luodi import registry
from luodi.contracts import Facts, Job, Recipe, record
from luodi.log import bar_for
from luodi.steps import contest, trial
from luodi.store import read_json, write_json

THIRD, SMALLEST, MOST_TRIALS = 3, 300, 27
N_RESAMPLES = 1_000
STARTS_S = 6.0  # of a process with torch, in each trial


@record
class Tried:
    """One recipe on some rows, and what it came to on dev."""

    number: int
    """0 is the recipe as it stands."""
    choices: Facts
    rows: int
    value: float
    folder: Path


def run(job: Job, name: str, how: Recipe) -> Facts:
    """Write the best model to `model/`; return what it learned, and the trail of trials as `search`."""
    sizes = _sizes(job)
    found = _Search(job, name, how, sizes)
    standing = found.tries(0, {}, sizes[0])
    choices = found.drawn(_n_trials(job, standing, sizes))
    bar = bar_for(total=len(choices), doing="search")
    for rows in sizes:
        tried = []
        for number, one in choices.items():
            tried.append(found.tries(number, one, rows))
            bar.update(1)
        best = sorted(tried, key=lambda one: (-one.value, one.number))
        choices = {one.number: one.choices for one in best[: max(1, len(best) // THIRD)]}
    bar.close()
    standing = found.tries(0, {}, sizes[-1])
    finalists = [one for one in found.trail if one.rows == sizes[-1] and one.number]
    best_one = max(finalists, key=lambda one: one.value, default=standing)
    gain = contest.paired(job, best_one.folder, standing.folder, n_resamples=N_RESAMPLES)
    chosen = best_one if gain["low"] > 0 else standing
    shutil.copytree(chosen.folder / "model", job.out / "model", dirs_exist_ok=True)
    learned: Facts = read_json(chosen.folder / "result.json")["facts"]
    trail = [{"number": one.number, "rows": one.rows, "value": one.value, **one.choices} for one in found.trail]
    return learned | {"search": {"trials": trail, "chosen": chosen.number, "best": best_one.number, "gain": gain}}


def sizes_of(n: int) -> list[int]:
    """Return on how many rows recipes are tried, fewest first.

    >>> sizes_of(9_000), sizes_of(500)
    ([1000, 3000, 9000], [500])
    """
    made = [n]
    while len(made) < 3 and made[0] // THIRD >= SMALLEST:
        made.insert(0, made[0] // THIRD)
    return made


class _Search:
    """Runs trials, each in a process of its own, and takes those that an earlier, interrupted search has run."""

    def __init__(self, job: Job, name: str, how: Recipe, sizes: list[int]) -> None:
        self.job, self.name, self.how = job, name, how
        whole = job.inputs["prepare"].path / "train.jsonl"
        self.rows = {one.n: one.path for one in contest.samples(job.work, whole, sizes[:-1], job.seed)}
        self.rows[sizes[-1]] = whole
        self.trail: list[Tried] = []

    def drawn(self, n: int) -> dict[int, Facts]:
        """Return n recipes that differ, by number; what the scenario sets is not drawn."""
        space = registry.model(self.name)().space()
        free = {key: values for key, values in space.items() if getattr(self.how, key) is None}
        rng, made = random.Random(f"{self.job.seed}/search"), list[Facts]()
        for _ in range(20 * n):
            one = {key: rng.choice(values) for key, values in free.items()}
            if one not in made and len(made) < n and any(value is not None for value in one.values()):
                made.append(one)
        return dict(enumerate(made, start=1))

    def tries(self, number: int, choices: Facts, rows: int) -> Tried:
        """Fit a recipe on so many rows, once."""
        again = next((one for one in self.trail if (one.number, one.rows) == (number, rows)), None)
        if again is not None:
            return again
        folder = self.job.work / "search" / f"{number}-{rows}"
        if not (folder / "result.json").is_file():
            before = self.job.inputs["pretrain"]
            trial.run(
                trial.Order(
                    model=self.name,
                    train=str(self.rows[rows]),
                    dev=str(self.job.inputs["prepare"].path / "dev.jsonl"),
                    folder=str(folder),
                    recipe=replace(self.how, **choices),
                    before=None if "skipped" in before.facts else str(before.path / "model"),
                    export=False,
                )
            )
        gold, given = contest.answers(self.job, folder)
        value = float(registry.metric(self.job.task.metrics[0])(gold, given))
        made = Tried(number=number, choices=choices, rows=rows, value=value, folder=folder)
        self.trail.append(made)
        return made


def _n_trials(job: Job, standing: Tried, sizes: list[int]) -> int:
    """Return how many recipes the time allows, judged by the first; noted, so that a rerun keeps to it."""
    file = job.work / "search" / "plan.json"
    if file.is_file():
        return int(read_json(file)["n"])
    seconds = read_json(standing.folder / "result.json")["seconds"]
    per_row = seconds / sizes[0]
    left = 60 * job.settings.search_minutes - (len(sizes) > 1) * (per_row * sizes[-1] + STARTS_S)
    n = 0
    while n < MOST_TRIALS and _cost(n + 1, per_row, sizes) <= left:
        n += 1
    write_json(file, {"n": n})
    return n


def _cost(n: int, per_row: float, sizes: list[int]) -> float:
    total = 0.0
    for rows in sizes:
        total += n * (per_row * rows + STARTS_S)
        n = max(1, n // THIRD)
    return total


def _sizes(job: Job) -> list[int]:
    return sizes_of(int(job.inputs["prepare"].facts["rows"]["train"]))
