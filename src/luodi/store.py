"""Artifacts on disk: written whole or not at all, named by what decides them, checked when they are read."""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from luodi.contracts import Artifact, Facts
from luodi.errors import LuodiError, SetupError

MANIFEST, MEASURED, PARTIAL = "artifact.json", "measured.json", ".partial"
"""`measured.json` holds what clocks and scales said; it differs from run to run, so no digest covers it."""


def digest(value: Any) -> str:
    """Return the SHA-256 of a JSON value, as 64 hexadecimal digits.

    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_folder(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by relative path, without our own two records."""
    ours = {folder / MANIFEST, folder / MEASURED}
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path not in ours)
    return {path.relative_to(folder).as_posix(): digest_file(path) for path in files}


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file whole or not at all."""
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    write_text(path, text)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 file whole or not at all: readers see the old file or the new one."""
    with explained(path):
        partial = path.with_name(path.name + ".partial")
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_lines(path: Path, records: Sequence[Any] | Iterator[Any]) -> None:
    """Write one JSON value per line."""
    with explained(path), path.open("w", encoding="utf-8") as file:
        for one in records:
            file.write(json.dumps(one, ensure_ascii=False) + "\n")


def kept_secret(path: Path) -> str:
    """Return the key in a file, 64 hexadecimal digits; made when it is first needed, for its owner's eyes only."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(os.urandom(32).hex())
    return path.read_text(encoding="ascii").strip()


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read one JSON value per line."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def read_pairs(path: Path) -> list[tuple[Any, Any]]:
    """Read the (x, y) pairs that `prepare` wrote; a list of labels comes back as a frozen set."""
    return [(line["x"], as_y(line["y"])) for line in read_lines(path)]


def as_y(value: Any) -> Any:
    """Turn the JSON form of an answer into the one models learn from."""
    return frozenset(value) if isinstance(value, list) else value


def shared_by(work: Path) -> Path:
    """Return the folder that all who learn for one artifact have in common; outside of a run, their own.

    >>> shared_by(Path("4f1a.partial", "work", "rec-blend", "work")).as_posix()
    '4f1a.partial/work'
    >>> shared_by(Path("anywhere")).as_posix()
    'anywhere'
    """
    return next((one for one in (work, *work.parents) if one.parent.suffix == PARTIAL), work)


class Store:
    """The folder `.luodi/` beside a scenario file."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, step: str, key: str) -> Artifact | None:
        """Return the artifact of this key; `None` if it was never finished or its files have changed since."""
        path = self.root / step / key
        try:
            found = self.open(step, key)
            manifest = read_json(path / MANIFEST)
        except (FileNotFoundError, NotADirectoryError, ValueError, LookupError, TypeError):
            return None
        files = digest_folder(path)
        if files != manifest["files"] or found.digest != digest({"facts": found.facts, "files": files}):
            return None
        return found

    def open(self, step: str, key: str) -> Artifact:
        """Return a finished artifact without checking its bytes again."""
        path = self.root / step / key
        return self._artifact(path, read_json(path / MANIFEST))

    def begin(self, step: str, key: str) -> tuple[Path, Path]:
        """Return an empty `out` and the `work` folder of this key, which may hold an earlier try's checkpoints."""
        partial = self.root / step / f"{key}{PARTIAL}"
        out, work = partial / "out", partial / "work"
        with explained(partial):
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
            work.mkdir(exist_ok=True)
        return out, work

    def commit(
        self, step: str, key: str, facts: Facts, measured: Facts, inputs: Mapping[str, str] | None = None
    ) -> Artifact:
        """Make `out` the artifact of this key, by one rename. `inputs` names the keys of what it was made from."""
        partial, path = self.root / step / f"{key}.partial", self.root / step / key
        out = partial / "out"
        facts = json.loads(json.dumps(facts))  # as they will be read again, so that their digest stays the same
        files = digest_folder(out)
        for name in files:
            _sync(out / name)
        write_json(out / MEASURED, measured)
        manifest = {"step": step, "key": key, "inputs": dict(inputs or {}), "facts": facts, "files": files}
        write_json(out / MANIFEST, manifest | {"digest": digest({"facts": facts, "files": files})})
        if path.exists():  # its bytes had changed, or --fresh asked for a new one
            shutil.rmtree(path)
        out.rename(path)
        _sync(path.parent)
        for leftover in path.parent.glob("*.partial"):  # of this key, and of settings that were given up
            shutil.rmtree(leftover, ignore_errors=True)
        return self._artifact(path, read_json(path / MANIFEST))

    def reseal(self, path: Path) -> None:
        """Note the files of an artifact as they are now: after someone was forgotten, its digest is another one."""
        manifest = read_json(path / MANIFEST)
        manifest["files"] = digest_folder(path)
        manifest["digest"] = digest({"facts": manifest["facts"], "files": manifest["files"]})
        write_json(path / MANIFEST, manifest)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep a second run out. The system lets go of the lock when the process ends, however it ends."""
        with explained(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.root / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.read(handle, 200).decode(errors="replace").strip() or "another process"
                raise SetupError(
                    f"this scenario is already being run by {holder}",
                    where=str(self.root / "run.lock"),
                    fix="wait until it has finished, or stop that process",
                ) from None
            os.ftruncate(handle, 0)
            os.write(handle, f"process {os.getpid()} on {socket.gethostname()}".encode())
            yield
        finally:
            os.close(handle)

    def _artifact(self, path: Path, manifest: dict[str, Any]) -> Artifact:
        return Artifact(
            step=manifest["step"],
            key=manifest["key"],
            path=path,
            digest=manifest["digest"],
            facts=manifest["facts"],
            measured=cast(Facts, read_json(path / MEASURED)),
        )


REMEDIES = {
    errno.ENOSPC: ("there is no space left on the disk", "free some space and run again; finished steps are kept"),
    errno.EDQUOT: ("your disk quota is used up", "free some space and run again; finished steps are kept"),
    errno.ENOTDIR: ("there is a file where a folder should be", "move that file away, or choose another folder"),
    errno.EEXIST: ("there is a file where a folder should be", "move that file away, or choose another folder"),
    errno.EISDIR: ("there is a folder where a file should be", "move that folder away, or choose another name"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter one"),
    errno.EROFS: ("the folder is on a read-only disk", "copy the scenario to a folder that you may write to"),
    errno.EACCES: ("this may not be written to", "change its permissions, or copy the scenario elsewhere"),
    errno.EPERM: ("this may not be written to", "change its permissions, or copy the scenario elsewhere"),
}


def explain_os_error(error: Exception, path: Path | None = None) -> SetupError | None:
    """Put a full disk or a read-only folder into words; `None` for what is not the user's to mend."""
    code, name = getattr(error, "errno", None), getattr(error, "filename", None)
    if code is None:  # libraries that write files of their own quote the system's words
        code = next((one for one in (errno.ENOSPC, errno.EDQUOT) if os.strerror(one) in str(error)), None)
    if code not in REMEDIES or (code == errno.EEXIST and name and Path(name).is_dir()):
        return None
    what, fix = REMEDIES[code]
    return SetupError(what, where=str(name or path or ""), fix=fix)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn a full disk, a read-only folder and their like into errors with a remedy."""
    try:
        yield
    except LuodiError:
        raise
    except Exception as error:
        found = explain_os_error(error, path)
        if found is None:
            raise
        raise found from None


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
