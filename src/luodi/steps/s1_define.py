"""Step 1. Which files, byte for byte; what success means."""

import hashlib
from dataclasses import field
from pathlib import Path
from typing import Any

from luodi.contracts import Job, Outcome, record
from luodi.errors import DataError, ScenarioError


@record
class Automate:
    """When the service may answer alone."""

    precision: float
    """The share of right answers among those given alone, 0 to 1."""
    confidence: float = 0.95
    """How sure the promise is: it holds in this share of repetitions of the whole procedure."""


@record
class Price:
    """What computing costs."""

    core_hour: float = 0.05
    """One processor core for an hour, in US dollars."""


@record
class Settings:
    """What we have, and what success means."""

    train: str | tuple[str, ...]
    """Labelled data: a CSV, TSV, JSONL or Parquet file (or several), gzipped or not; relative to this file."""
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

    def files(self, part: str) -> tuple[str, ...]:
        """Return the file names of a part: "train", "dev" or "test"."""
        value = getattr(self, part)
        return (value,) if isinstance(value, str) else tuple(value)


def look(root: Path, settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """Return size and SHA-256 of every data file. Raises `DataError` where one cannot be read."""
    parts = {part: [_fingerprint(root, name) for name in settings.files(part)] for part in ("train", "dev", "test")}
    return parts | {table: [_fingerprint(root, name)] for table, name in sorted(settings.tables.items())}


def run(job: Job) -> Outcome:
    """Record the data files and the targets."""
    settings: Settings = job.settings
    if settings.automate and not (0.5 <= settings.automate.precision < 1 and 0.5 <= settings.automate.confidence < 1):
        raise ScenarioError(
            "[define] automate: precision and confidence lie between 0.5 and 1",
            fix="write automate = { precision = 0.97 }",
        )
    automate = settings.automate
    return Outcome(
        facts={
            "files": look(job.root, settings),
            "succeed": dict(settings.succeed),
            "automate": {"precision": automate.precision, "confidence": automate.confidence} if automate else None,
            "price": {"core_hour": settings.price.core_hour},
        }
    )


def _fingerprint(root: Path, name: str) -> dict[str, Any]:
    path = root / name
    if not path.is_file():  # a folder, a device or a pipe would never end or never open
        raise DataError("this is not a data file", where=str(path), fix="name a CSV, TSV, JSONL or Parquet file")
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except PermissionError:
        raise DataError("this file may not be read", where=str(path), fix="change its permissions") from None
    if path.stat().st_size == 0:
        raise DataError("the file is empty", where=str(path), fix="name a file with a header and rows")
    return {"name": name, "bytes": path.stat().st_size, "sha256": digest}
