"""Step 4. Let the chosen model read the scenario's unlabelled text before it learns the labels."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from luodi import registry
from luodi.contracts import Job, Outcome, Pretrains, Recipe, record
from luodi.data import encoding as encodings
from luodi.data.readers import open_table, text_lines
from luodi.errors import DataError
from luodi.store import digest, read_lines

MAX_CHARACTERS = 600  # a longer paragraph is read in pieces
BYTES_PER_TOKEN = 3  # of a Chinese character; an English token has some 4
PACKED = 2.5  # times more text than bytes in an archive
N_CHECKED = 300
LONGEST = 60.0  # minutes, where the rounds are given and no time
SPREAD = 1_000_000


@record
class Settings:
    """Learn the domain from unlabelled text. Leave the section out to skip the step."""

    texts: str | tuple[str, ...] = ()
    """Text files, one paragraph a line, by name or pattern (`archive/*.txt`); or tables, with `column`. Without
    any, the training rows themselves are read, without their labels."""
    column: str | None = None
    """The column that holds the text, where `texts` are tables."""
    max_minutes: float | None = None
    """Guessing hidden words is planned to end within so long. Left out, `encoder` takes an hour, and `encoder-scratch`
    counts alone unless `epochs` are given."""
    max_tokens: int = 50_000_000
    """Of more text than that, an even sample is read."""
    epochs: int | None = None
    """How often every text is read."""
    pieces: Literal["wordpiece", "bpe"] = "wordpiece"
    """How the tokenizer of `encoder-scratch` cuts words; a Chinese character is a token of its own either way."""
    keep: str | tuple[str, ...] = ()
    """General texts whose language must not be forgotten: the model is measured on the first of them before and
    after."""


def run(job: Job) -> Outcome:
    """Write the model after reading to `model/`."""
    settings: Settings = job.settings
    name = job.inputs["select"].facts["model"]
    model = registry.model(name)()
    if not isinstance(model, Pretrains):
        return Outcome(facts={"skipped": f"{name} does not learn from unlabelled text"})
    recipe = Recipe(
        seed=job.seed,
        max_minutes=_minutes(settings, model.read_minutes),
        base=job.path_of(job.inputs["select"].facts["base"]),
        epochs=settings.epochs,
        read_tokens=settings.max_tokens,
        pieces=settings.pieces,
    )
    facts = model.pretrain(_texts(job), recipe=recipe, work=job.work, checks=_checks(job))
    (job.out / "model").mkdir()
    model.save(job.out / "model")  # type: ignore[attr-defined]
    return Outcome(facts={**facts, "settings": asdict(settings)})


def _minutes(settings: Settings, default: float) -> float:
    if settings.max_minutes is not None:
        return settings.max_minutes
    return default if settings.epochs is None else LONGEST


def _texts(job: Job) -> Iterator[str]:
    """Yield the paragraphs of the texts, then of the training rows, whose language matters most."""
    settings: Settings = job.settings
    files = _files(job.root, settings.texts, where="[pretrain] texts")
    share = settings.max_tokens * BYTES_PER_TOKEN / max(1.0, sum(map(_size, files)))
    yield from _rows(job, "train")
    for n, text in enumerate(text for file in files for text in _paragraphs(file, settings.column)):
        if share >= 1 or int(digest([job.seed, n])[:12], 16) % SPREAD < share * SPREAD:
            yield text


def _checks(job: Job) -> dict[str, list[str]]:
    """Return what the model is measured on before and after: the scenario's own dev rows, and general texts."""
    files = _files(job.root, job.settings.keep, where="[pretrain] keep")
    general = (text for file in files for text in _paragraphs(file, None))
    return {
        "dev": list(itertools.islice(_rows(job, "dev"), N_CHECKED)),
        "keep": list(itertools.islice(general, N_CHECKED)),
    }


def _rows(job: Job, side: str) -> Iterator[str]:
    yield from (row["x"] for row in read_lines(job.inputs["prepare"].path / f"{side}.jsonl"))


def _files(root: Path, given: str | Sequence[str], *, where: str) -> list[Path]:
    found: list[Path] = []
    for pattern in (given,) if isinstance(given, str) else given:
        files = sorted(path for path in root.glob(pattern) if path.is_file())
        if not files:
            raise DataError(f"no file matches {pattern!r}", where=where, fix="patterns are relative to the scenario")
        found += files
    return found


def _size(file: Path) -> float:
    """Return about how many bytes of text a file holds."""
    return file.stat().st_size * (PACKED if file.suffix in {".gz", ".zip"} else 1)


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
