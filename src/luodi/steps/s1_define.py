"""Step 1. Which files, byte for byte; what success means."""

from dataclasses import field
from pathlib import Path
from typing import Any

from luodi.contracts import Job, Outcome, record
from luodi.data import corrections, papers, sources
from luodi.errors import ScenarioError
from luodi.steps import retrieving
from luodi.steps.trial import learns_from

GOOD = 0.5


@record
class Automate:
    """When the service may answer alone."""

    precision: float
    """The share of right answers among those given alone, 0 to 1."""
    confidence: float = 0.95
    """How sure the promise is: it holds in this share of repetitions of the whole procedure."""
    good: float = GOOD
    """Of texts that are written: right is one whose own value of the first metric reaches this."""


@record
class Price:
    """What computing costs."""

    core_hour: float = 0.05
    """One processor core for an hour, in US dollars."""


@record
class Settings:
    """What we have, and what success means."""

    train: str | tuple[str, ...]
    """Labelled data: a table (CSV, TSV, JSON, JSONL, Parquet, Arrow, Excel; gzip and zip are unpacked), a folder, a
    pattern (`data/*.csv`), or a database (`sqlite:///f.db?table=t`), or several; relative to this file. Two text files
    whose lines belong together are `data/train.{zh,en}`, a table with the columns zh and en. For search, the documents:
    a folder, or a table with one in each row."""
    dev: str | tuple[str, ...] = ()
    """Labelled data to choose by. Without it, `prepare` sets a part of `train` aside."""
    test: str | tuple[str, ...] = ()
    """Labelled data for the last exam. Without it, `prepare` sets a part of `train` aside."""
    tables: dict[str, str] = field(default_factory=dict)
    """Further tables that the task may use, by its name for them: `items = "items.csv"`."""
    succeed: dict[str, float] = field(default_factory=dict)
    """Targets by metric: a quality must reach its number, a `cost.…` must stay below its number."""
    automate: Automate | None = None
    """Answer alone only where this precision can be promised; the rest goes to a person."""
    price: Price = field(default_factory=Price)
    """What computing costs, for the cost per 1,000 requests."""
    corrections: str = corrections.FILE
    """Corrections of labels, as `luodi labels` writes them; a file that is not there changes nothing."""
    reviewed: str = ""
    """Texts from traffic that people labelled, as `luodi challenge` writes them: rows to learn from beside `train`."""

    def files(self, part: str) -> tuple[str, ...]:
        """Return the file names of a part: "train", "dev" or "test"."""
        value = getattr(self, part)
        return (value,) if isinstance(value, str) else tuple(value)


def look(root: Path, settings: Settings, *, learns_from: str = "rows") -> dict[str, list[dict[str, Any]]]:
    """Return name, size and SHA-256 of every table. Raises `DataError` where one cannot be read.

    A folder, a pattern or an archive counts as the tables, or the documents, in it, each by itself.
    """
    expand = documents if learns_from == "documents" else sources.expand
    found = {
        part: [sources.fingerprint(one) for name in settings.files(part) for one in expand(root, name)]
        for part in ("train", "dev", "test")
    }
    for table, name in sorted(settings.tables.items()):
        found[table] = [sources.fingerprint(one) for one in sources.expand(root, name)]
    for name, file in (("corrections", settings.corrections), ("reviewed", settings.reviewed)):
        if file and (root / file).is_file():
            found[name] = [sources.fingerprint(one) for one in sources.expand(root, file)]
    return found


def documents(root: Path, name: str) -> list[sources.Source]:
    """Return the documents that a name means, or where it means a table, that."""
    return sources.expand(root, name) if papers.is_table(root, name) else papers.expand(root, name)


def run(job: Job) -> Outcome:
    """Record the data files and the targets."""
    settings: Settings = job.settings
    if settings.automate and not (0.5 <= settings.automate.precision < 1 and 0.5 <= settings.automate.confidence < 1):
        raise ScenarioError(
            "[define] automate: precision and confidence lie between 0.5 and 1",
            fix="write automate = { precision = 0.97 }",
        )
    automate = settings.automate
    what = learns_from(job.task)
    folders = [one for one in settings.files("train") if (job.root / one).is_dir()] if what == "documents" else []
    retriever = retrieving.fingerprint(job)
    return Outcome(
        facts={
            **({"folders": folders} if what == "documents" else {}),
            **({"retriever": retriever} if retriever else {}),
            "files": look(job.root, settings, learns_from=what),
            "succeed": dict(settings.succeed),
            "automate": {"precision": automate.precision, "confidence": automate.confidence} if automate else None,
            **({"good": automate.good if automate else GOOD} if job.task.kind == "generate" else {}),
            "price": {"core_hour": settings.price.core_hour},
        }
    )
