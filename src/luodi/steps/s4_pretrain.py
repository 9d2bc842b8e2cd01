"""Step 4. Let the chosen model read the scenario's unlabelled text before it learns the labels."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from luodi import registry
from luodi.contracts import Job, Outcome, Pretrains, Recipe, record
from luodi.data import encoding as encodings
from luodi.data.readers import open_table, text_lines
from luodi.errors import DataError
from luodi.store import read_lines

MAX_CHARACTERS = 600  # a longer paragraph is read in pieces


@record
class Settings:
    """Learn the domain from unlabelled text. Leave the section out to skip the step."""

    texts: str | tuple[str, ...] = ()
    """Text files, one paragraph a line, by name or pattern (`archive/*.txt`); or tables, with `column`. Without
    any, the training rows themselves are read, without their labels."""
    column: str | None = None
    """The column that holds the text, where `texts` are tables."""
    max_minutes: float = 60.0
    """Reading is planned to end within so long."""
    epochs: int | None = None
    """How often every text is read."""


def run(job: Job) -> Outcome:
    """Write the model after reading to `model/`."""
    settings: Settings = job.settings
    name = job.inputs["select"].facts["model"]
    model = registry.model(name)()
    if not isinstance(model, Pretrains):
        return Outcome(facts={"skipped": f"{name} does not learn from unlabelled text"})
    texts = list(_texts(job))
    recipe = Recipe(
        seed=job.seed,
        max_minutes=settings.max_minutes,
        base=job.path_of(job.inputs["select"].facts["base"]),
        epochs=settings.epochs,
    )
    facts = model.pretrain(texts, recipe=recipe, work=job.work)
    (job.out / "model").mkdir()
    model.save(job.out / "model")  # type: ignore[attr-defined]
    return Outcome(facts={**facts, "settings": asdict(settings)})


def _texts(job: Job) -> Iterator[str]:
    settings: Settings = job.settings
    patterns = (settings.texts,) if isinstance(settings.texts, str) else settings.texts
    if not patterns:
        yield from (row["x"] for row in read_lines(job.inputs["prepare"].path / "train.jsonl"))
        return
    for pattern in patterns:
        files = sorted(path for path in job.root.glob(pattern) if path.is_file())
        if not files:
            raise DataError(
                f"no file matches {pattern!r}", where="[pretrain] texts", fix="patterns are relative to the scenario"
            )
        for file in files:
            yield from _paragraphs(file, settings.column)


def _paragraphs(file: Path, column: str | None) -> Iterator[str]:
    if column is None:
        lines: Iterator[str] = text_lines(file, encodings.detect(file))
    else:
        table = open_table(file)
        if column not in table.columns:
            raise DataError(f"no column is called {column!r}", where=str(file), fix=f"use one of {table.columns}")
        lines = (str(row[column]) for _, row in table.rows() if isinstance(row, dict) and row.get(column))
    for line in lines:
        text = " ".join(line.split())
        yield from (text[n : n + MAX_CHARACTERS] for n in range(0, len(text), MAX_CHARACTERS))
