"""A search before a reader: `[options] retriever` names another scenario, whose newest bundle finds the passages."""

import os
import shutil
from pathlib import Path

from luodi.bundle import ABOUT, MODEL, newest
from luodi.contracts import Facts, Job
from luodi.errors import ScenarioError
from luodi.log import progress
from luodi.runtime import engine_open
from luodi.runtime.session import open_session
from luodi.store import digest_file, read_json, read_lines, write_lines

AT_ONCE = 64
TASK = "semantic-search"


def fingerprint(job: Job) -> Facts | None:
    """Return which bundle is meant, and its digest; `None` where the scenario has no retriever.

    Raises `ScenarioError` where there is no bundle of a search.
    """
    name = getattr(job.options, "retriever", "")
    if not name:
        if getattr(job.options, "writer", None):
            fix = 'add retriever = "…", a scenario of semantic-search, or leave the writer out'
            raise ScenarioError("a writer needs passages to write from", where="[options] writer", fix=fix)
        return None
    folder = job.root / name
    found = folder if (folder / ABOUT).is_file() else newest(folder / ".luodi")
    if found is None:
        fix = f"luodi run {name} makes one; a bundle's own folder will do as well"
        raise ScenarioError(f"there is no search at {name!r} yet", where="[options] retriever", fix=fix)
    task = read_json(found / ABOUT).get("task")
    if task != TASK:
        fix = f"name a scenario of the task {TASK}"
        raise ScenarioError(f"{name!r} does {task}, and finds no passages", where="[options] retriever", fix=fix)
    path = os.path.relpath(found, job.root)
    return {"name": name, "path": Path(path).as_posix(), "sha256": digest_file(found / ABOUT)}


def model_of(job: Job) -> Path | None:
    """Return the folder of the search's session."""
    about = job.inputs["define"].facts.get("retriever")
    return job.root / about["path"] / MODEL if about else None


def attach(job: Job, files: list[Path]) -> Facts:
    """Write into the lines of prepared files what the search finds for each question that has no passage.

    Returns, of those that have an answer, the share for which it stands in a passage that was found.
    """
    folder = model_of(job)
    if folder is None:
        return {}
    session = open_session(folder)
    n_asked = n_reachable = 0
    for path in files:
        lines = list(read_lines(path))
        alone = [one for one in lines if not one["x"]["passage"]]
        for start in progress(range(0, len(alone), AT_ONCE), total=len(alone) // AT_ONCE + 1, doing="searching"):
            some = alone[start : start + AT_ONCE]
            hits = engine_open.found(session, [one["x"]["question"] for one in some], job.options.passages)
            for one, passages in zip(some, hits, strict=True):
                one["x"]["found"] = passages
                n_asked += bool(one["y"])
                n_reachable += any(answer in hit["text"] for answer in one["y"] for hit in passages)
        write_lines(path, lines)
    return {"asked": n_asked, "reachable": n_reachable}


def pack(job: Job, session: Path, out: Path) -> None:
    """Write the session of the bundle: the reader's own, or with the search before it."""
    folder = model_of(job)
    if folder is None:
        shutil.copytree(session, out)
    else:
        options = job.options
        engine_open.join(out, folder, session, n_passages=options.passages, writer=options.writer)
