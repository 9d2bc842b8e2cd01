"""What the commands of `luodi` share: arguments, how a step is summed up, how a mistake is shown."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from luodi.errors import LuodiError, SetupError
from luodi.text import of_metric, plural, shorten

if TYPE_CHECKING:
    from luodi.scenario import Scenario

NOT_MET, USER_ERROR = 1, 2
SCENARIO = click.argument("scenario", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for machines.")


def summary(step: str, facts: dict[str, Any]) -> str:
    """Say in a line what a step found."""
    if "skipped" in facts:
        return str(facts["skipped"])
    if step == "define":
        files = [one for part in facts["files"].values() for one in part]
        return f"{plural(len(files), 'file')}, {sum(one['bytes'] for one in files) / 1e6:,.1f} MB"
    if step == "prepare":
        rows = facts["rows"]
        reasons = ", ".join(f"{reason} {n:,}" for reason, n in list(facts["rejected"].items())[:3])
        left_out = f", {rows['rejected']:,} left out ({shorten(reasons, 90)})" if rows["rejected"] else ""
        train, before = rows["train"], ""
        if "questions" in facts:  # what a search finds is not what it learns from
            train, before = facts["questions"]["pairs"], f"{facts['passages']:,} passages; questions: "
        return f"{before}{train:,} train, {rows['dev']:,} dev, {rows['test']:,} test{left_out}"
    if step == "select":
        return f"{facts['model']}, of {plural(len(facts['candidates']), 'candidate')}"
    if step == "pretrain":
        said = f"perplexity {facts['perplexity_before']:.1f} before, {facts['perplexity_after']:.1f} after"
        checks = facts.get("checks", {}).items()
        if "contexts" in facts:
            said = f"counted what occurs with {facts['contexts']:,} words; {said}"
        return said + "".join(f"; {name} {one['before']:.1f}, {one['after']:.1f}" for name, one in checks)
    if step == "finetune":
        part = f", {facts['rows']:,} rows: as many as fit into memory or time" if "rows" in facts else ""
        return f"{facts['model']}{part}" + (f", from {facts['from']}" if "from" in facts else "")
    if step == "evaluate":
        name, value = next(iter(facts["metrics"].items()))
        interval = f"({value['low']:.3f}–{value['high']:.3f})"
        return f"{of_metric(name)} {value['value']:.3f} {interval} on {facts['n_exam']:,} rows"
    fallen = [one for one in facts["parity"] if not one["ok"]]
    why = "".join(
        f" ({one['form']} was refused: on dev {one['dev']['agree']:.1%} of the same answers, "
        f"{100 * one['dev']['change']:+.1f} points)"
        for one in fallen
    )
    return f"bundle, {facts['form']}{why}; the service agrees with the exam on {facts['served_agree']:.1%} of its rows"


def last_run(scenario: "Scenario") -> tuple["Scenario", dict[str, Any]]:
    """Return the artifacts of a finished run. Raises `LuodiError` where a step is still to do."""
    from luodi import runner

    artifacts = runner.latest(scenario)
    if "deploy" not in artifacts:
        first = next(name for name in runner.NAMES if name not in artifacts)
        fix = f"luodi run {near(scenario.root)}"
        raise LuodiError(f"the step {first} is still to do", where=str(scenario.path), fix=fix)
    return scenario, artifacts


def bundle_path(path: Path) -> tuple[Path, Path]:
    """Return the bundle that a scenario's last run made, or the bundle itself, and where its token is kept."""
    if (path / "bundle.json").is_file():
        return path, path.parent / ".luodi"
    from luodi.scenario import load

    read = load(path)
    try:
        return last_run(read)[1]["deploy"].path, read.home
    except LuodiError:
        found = _indexed(read.home)  # its documents are not those of a run any more, which is what an index is for
        if found is None:
            raise
        return found, read.home


def _indexed(home: Path) -> Path | None:
    """Return the newest bundle, if it is one whose index followed its documents since."""
    import json

    from luodi import bundle

    found = bundle.newest(home)
    about = json.loads((found / bundle.ABOUT).read_text(encoding="utf-8")) if found else {}
    return found if "indexed" in about else None


def home_of(path: Path) -> Path:
    """Return where the token and the ledger of a scenario, a bundle or a workspace are kept."""
    folder = path if path.is_dir() else path.parent
    if not path.exists():
        raise SetupError(
            "there is nothing here", where=str(path), fix="name a scenario, a bundle or a folder of scenarios"
        )
    return (folder.parent if (folder / "bundle.json").is_file() else folder) / ".luodi"


def released_in(path: Path) -> tuple[str, Path, Path]:
    """Return a scenario's name, the bundle of its last run, and the home whose ledger has its releases.

    That is the scenario's own, or that of the folder of scenarios it stands in, whichever was in use last.
    """
    import json

    bundle, home = bundle_path(path)
    name = json.loads((bundle / "bundle.json").read_text(encoding="utf-8"))["scenario"]
    homes = [one for one in (home, home.parent.parent / ".luodi") if (one / "ledger.db").is_file()]
    return str(name), bundle, max(homes, key=lambda one: (one / "ledger.db").stat().st_mtime, default=home)


def near(path: Path | None) -> str:
    """Show a path as short as it can be."""
    assert path is not None
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def fail(error: LuodiError) -> NoReturn:
    from luodi.errors import Faults

    for one in error.faults if isinstance(error, Faults) else (error,):
        click.secho("error: ", fg="red", err=True, nl=False)
        click.echo(str(one), err=True)
    sys.exit(USER_ERROR)
