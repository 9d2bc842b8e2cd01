"""The data card of a run: what came in, looked at while it passes, by the same engine as `luodi inspect`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from luodi.contracts import Job
from luodi.data.readers import Table
from luodi.log import bar_for
from luodi.store import write_json

FILE = "inspection.json"
MOST_ROWS = 100_000  # looked at; of larger tables the first ones


class Watch:
    """Looks at the rows of training tables on their way, without holding them up for long."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.inspector: Any = None
        self.about: dict[str, Any] = {}
        self.n_rows = 0

    def see(self, name: str, table: Table, mapping: Mapping[str, str], batch: Sequence[tuple[int, Any]]) -> None:
        """Take in some rows of a table; the first table says what the columns are."""
        if not self.job.settings.inspect or self.n_rows >= MOST_ROWS:
            return
        if self.inspector is None:
            self._begin(name, table, mapping)
        for line, row in batch:
            self.inspector.add(line, row)
        self.n_rows += len(batch)

    def write(self, out: Path, tables: Mapping[str, Mapping[str, Any]]) -> None:
        """Look closely at what was taken in, and write it down beside the parts."""
        if self.inspector is None:
            return
        notes = [note for one in tables.values() for note in one.get("notes", ())]
        bar = bar_for(total=0, doing="looking at the data")
        found = self.inspector.finish(about=self.about | {"notes": notes}, tell=lambda _: bar.update(1))
        bar.close()
        write_json(out / FILE, found)

    def _begin(self, name: str, table: Table, mapping: Mapping[str, str]) -> None:
        from luodi.quality.inspection import Inspector

        label = mapping.get("label") or mapping.get("labels")
        self.inspector = Inspector(
            table.columns,
            text=mapping.get("text"),
            label=label,
            separator=getattr(self.job.options, "separator", None) if "labels" in mapping else None,
            seed=self.job.seed,
        )
        files = self.job.inputs["define"].facts["files"]["train"]
        n_bytes = sum(one["bytes"] for one in files)
        self.about = {"name": name, "bytes": n_bytes, "task": self.job.task_name, **table.describe()}
        if len(files) > 1:
            self.about["files"] = len(files)
