"""The command line: a thin skin over the public names. The only file that prints."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

import luodi
from luodi.errors import LuodiError, did_you_mean
from luodi.text import duration, plural, shorten

if TYPE_CHECKING:
    from luodi.runner import Progress, Run
    from luodi.scenario import Scenario

NOT_MET, USER_ERROR = 1, 2
SCENARIO = click.argument("scenario", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for machines.")


class Commands(click.Group):
    """Turns every mistake of the user's into what, where and how to fix it, with exit code 2."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except LuodiError as error:
            _fail(error)
        except OSError as error:
            from luodi.store import explain_os_error

            explained = explain_os_error(error)
            if explained is None:
                raise
            _fail(explained)
        except KeyboardInterrupt:
            click.echo("\nstopped; the same command goes on from here", err=True)
            sys.exit(130)

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)  # in the order of a first day, not of the alphabet


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(luodi.__version__, prog_name="luodi")
def main() -> None:
    """Take a language model into one business scenario: one file, seven steps, one verdict.

    \b
    A first day:
      luodi new tickets --data tickets.csv     look at a table, write tickets/scenario.toml
      luodi run tickets                        from data to verdict; killed, it goes on
      luodi report tickets                     where the page is that shows it all
      luodi serve tickets                      answer over HTTP, on this machine only
      luodi predict tickets new.csv --out answers.csv

    SCENARIO is a scenario file, or the folder that holds `scenario.toml`.
    Exit codes: 0 the targets are met (or none are set), 1 they are not met, 2 something is to be mended.
    """


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--data", type=click.Path(path_type=Path), help="A labelled table: CSV, TSV, JSONL or Parquet.")
@click.option("--template", help="A shipped example to start from; `luodi describe` lists them.")
@click.option("--task", help="The type of scenario, if the guess is wrong.")
@click.option("--text", help="The column of the text, if the guess is wrong.")
@click.option("--label", help="The column of the label, if the guess is wrong.")
@click.option("--yes", is_flag=True, help="Take the guess without asking.")
def new(
    folder: Path,
    data: Path | None,
    template: str | None,
    task: str | None,
    text: str | None,
    label: str | None,
    yes: bool,
) -> None:
    """Write a scenario: from a table, whose columns are looked at, or from a template."""
    from luodi import templates

    if (data is None) == (template is None):
        _fail(
            LuodiError(
                "say where to start from", where="luodi new", fix="pass --data FILE.csv, or --template support-tickets"
            )
        )
    templates.check_free(folder)
    if template is not None:
        written = templates.copy(template, folder)
    else:
        assert data is not None
        from luodi import guess, registry

        if task is not None:
            _known_task(registry.names("tasks"), task)
        found = guess.look(data, task=task, text=text, label=label)
        _show_guess(found)
        if not yes and sys.stdin.isatty() and not click.confirm("Is that right?", default=True):
            _fail(LuodiError("nothing was written", where=str(folder), fix="say --task, --text or --label"))
        written = templates.write(folder, guess.scenario_text(found, name=folder.resolve().name, folder=folder))
    click.echo(f"wrote {written}")
    click.echo(f"next: set the targets in it, then luodi run {folder}")


@main.command()
@SCENARIO
@JSON
def check(scenario: Path, as_json: bool) -> None:
    """Read a scenario file and say all that is wrong with it. Changes nothing."""
    from luodi.scenario import load

    read = load(scenario)
    steps = [name for name in read.settings if name != "pretrain" or name in read.present]
    if as_json:
        click.echo(json.dumps({"ok": True, "name": read.name, "task": read.task_name, "steps": steps}))
    else:
        click.echo(f"{read.name}: {read.task_name}, steps {', '.join(steps)}: nothing to object to")


@main.command()
@SCENARIO
@click.option("--until", metavar="STEP", help="Stop after this step.")
@click.option("--fresh", metavar="STEP", help="Do this step and all after it anew.")
@JSON
def run(scenario: Path, until: str | None, fresh: str | None, as_json: bool) -> None:
    """Run the seven steps, from data to verdict. What has not changed is not done again."""
    from luodi import runner
    from luodi.scenario import load

    read = load(scenario)
    done = runner.run(read, until=until, fresh=fresh, tell=(lambda _: None) if as_json else _tell)
    page = _write_report(read, done) if done.verdict else None
    if as_json:
        click.echo(json.dumps(_as_json(done), ensure_ascii=False))
    elif done.verdict:
        click.secho("verdict   ", nl=False)
        colour = {True: "green", False: "red", None: None}[done.verdict.met]
        click.secho(f"{done.verdict.word:<9} ", fg=colour, bold=True, nl=False)
        click.echo(done.verdict.sentence)
        click.echo(f"report    {_near(page)}")
        click.echo(f"serve it  luodi serve {_near(read.path.parent)}")
    if done.verdict and done.verdict.met is False:
        sys.exit(NOT_MET)


@main.command()
@SCENARIO
@click.option("--language", type=click.Choice(["en", "zh"]), help="The language shown first.")
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
def report(scenario: Path, language: str | None, open_it: bool) -> None:
    """Write the report of the last run again, and say where it is."""
    from luodi.report import page
    from luodi.scenario import load

    read, artifacts = _last_run(load(scenario))
    from luodi import verdict

    target = read.home / "report.html"
    page.write(read, artifacts, verdict.judge(artifacts), target, language)
    click.echo(str(target))
    if open_it:
        click.launch(target.as_uri())


@main.command()
@SCENARIO
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8700, show_default=True, help="The port; 0 takes any that is free.")
def serve(scenario: Path, host: str, port: int) -> None:
    """Answer over HTTP, on this machine and with a token unless told otherwise.

    SCENARIO may also be a bundle by itself, on a machine that has nothing else. LUODI_TOKEN sets the token.
    """
    from luodi.serve.server import serve as serve_forever

    bundle, workspace = _bundle_path(scenario)
    serve_forever(bundle, host=host, port=port, workspace=workspace, say=lambda line: click.echo(line))


@main.command()
@SCENARIO
@click.argument("source", metavar="INPUT", type=click.Path(path_type=Path))
@click.option("--out", "target", required=True, type=click.Path(path_type=Path), help="A .csv, .tsv or .jsonl file.")
@click.option("--column", "columns", multiple=True, metavar="OURS=YOURS", help="Another name of a column in INPUT.")
@JSON
def predict(scenario: Path, source: Path, target: Path, columns: Sequence[str], as_json: bool) -> None:
    """Answer every row of a table: the same rows in the same order, with the answer in further columns."""
    from luodi import batch
    from luodi.bundle import open_bundle
    from luodi.log import bar_for

    bundle_path, _ = _bundle_path(scenario)
    mapping, reading = _reading(scenario)
    for pair in columns:
        ours, equals, yours = pair.partition("=")
        if not equals:
            _fail(LuodiError(f"{pair!r} has no equals sign", where="--column", fix="write --column text=body"))
        mapping[ours] = yours
    bar = bar_for(total=0, doing="answering")
    counts = batch.predict(open_bundle(bundle_path), source, target, columns=mapping, reading=reading, tell=bar.update)
    bar.close()
    if as_json:
        click.echo(json.dumps(counts | {"out": str(target)}))
        return
    handed = f", {counts['handed_over']:,} handed over" if counts["handed_over"] else ""
    refused = f", {counts['rejected']:,} without an answer (see the column error)" if counts["rejected"] else ""
    click.echo(f"{plural(counts['rows'], 'row')} answered{handed}{refused}: {target}")


@main.command()
@SCENARIO
@JSON
def status(scenario: Path, as_json: bool) -> None:
    """Say how far the last run came, and what is out of date."""
    from luodi import runner, verdict
    from luodi.scenario import load

    read = load(scenario)
    artifacts = runner.latest(read)
    judged = verdict.judge(artifacts) if "deploy" in artifacts else None
    if as_json:
        done = {name: name in artifacts for name in runner.NAMES}
        click.echo(json.dumps({"name": read.name, "steps": done, "verdict": judged.word if judged else None}))
        return
    for name in runner.NAMES:
        state = _summary(name, artifacts[name].facts) if name in artifacts else "to do"
        click.echo(f"{name:<9} {state}")
    click.echo(f"verdict   {judged.word}: {judged.sentence}" if judged else f"next: luodi run {scenario}")


@main.command()
@click.argument("name", required=False)
def describe(name: str | None) -> None:
    """Describe a step's settings, a task or a model; without a NAME, list them all."""
    from luodi import catalogue

    click.echo(catalogue.describe(name) if name else catalogue.overview())


def _tell(progress: "Progress") -> None:
    if progress.state == "start" or progress.artifact is None:
        return
    facts, measured = progress.artifact.facts, progress.artifact.measured
    summary = _summary(progress.step, facts)
    if progress.step == "select" and progress.state == "run":
        for name, scales in measured["candidates"].items():
            one = next(one for one in facts["candidates"] if one["model"] == name)
            click.echo(
                f"            {name:<18} {one['value']:.3f} ({one['low']:.3f}–{one['high']:.3f})"
                f"  {scales['p50_ms']:>7.3g} ms {scales['size_mb']:>7.3g} MB  learned in {duration(scales['fit_s'])}"
            )
        summary = measured["why"]
        forecast = measured["forecast"]
        if not facts["whole"]:
            summary += f"; on all {forecast['rows']:,} rows about {duration(forecast['finetune_s'])}"
    took = f"{duration(progress.seconds)}: " if progress.state == "run" and progress.seconds > 2 else ""
    click.echo(f"{progress.step:<9} {progress.state:<9} {took}{summary}")


def _summary(step: str, facts: dict[str, Any]) -> str:
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
        return f"{rows['train']:,} train, {rows['dev']:,} dev, {rows['test']:,} test{left_out}"
    if step == "select":
        return f"{facts['model']}, of {plural(len(facts['candidates']), 'candidate')}"
    if step == "pretrain":
        return f"perplexity {facts['perplexity_before']:.1f} before, {facts['perplexity_after']:.1f} after"
    if step == "finetune":
        return f"{facts['model']}" + (f", from {facts['from']}" if "from" in facts else "")
    if step == "evaluate":
        name, value = next(iter(facts["metrics"].items()))
        words = name.partition(".")[2].replace("_", " ")
        return f"{words} {value['value']:.3f} ({value['low']:.3f}–{value['high']:.3f}) on {facts['n_exam']:,} rows"
    fallen = [one for one in facts["parity"] if not one["ok"]]
    why = "".join(
        f" ({one['form']} was refused: on dev {one['dev']['agree']:.1%} of the same answers, "
        f"{100 * one['dev']['change']:+.1f} points)"
        for one in fallen
    )
    return f"bundle, {facts['form']}{why}; the service agrees with the exam on {facts['served_agree']:.1%} of its rows"


def _write_report(scenario: "Scenario", done: "Run") -> Path:
    from luodi.report import page

    target = scenario.home / "report.html"
    page.write(scenario, done.artifacts, done.verdict, target)
    return target


def _as_json(done: "Run") -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "name": done.scenario.name,
        "verdict": asdict(done.verdict) if done.verdict else None,
        "steps": {name: {"facts": one.facts, "measured": one.measured} for name, one in done.artifacts.items()},
        "report": str(done.scenario.home / "report.html") if done.verdict else None,
    }


def _last_run(scenario: "Scenario") -> tuple["Scenario", dict[str, Any]]:
    from luodi import runner

    artifacts = runner.latest(scenario)
    if "deploy" not in artifacts:
        first = next(name for name in runner.NAMES if name not in artifacts)
        _fail(LuodiError(f"the step {first} is still to do", where=str(scenario.path),
                         fix=f"luodi run {_near(scenario.root)}"))  # fmt: skip
    return scenario, artifacts


def _bundle_path(path: Path) -> tuple[Path, Path]:
    """Return the bundle that a scenario's last run made, or the bundle itself, and where its token is kept."""
    if (path / "bundle.json").is_file():
        return path, path.parent / ".luodi"
    from luodi.scenario import load

    read, artifacts = _last_run(load(path))
    return artifacts["deploy"].path, read.home


def _reading(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the scenario's names of columns and how it reads tables; a bundle by itself has neither."""
    if (path / "bundle.json").is_file():
        return {}, {}
    from luodi.scenario import load

    settings = load(path).settings["prepare"]
    reading = {"delimiter": settings.delimiter, "header": settings.header, "encoding": settings.encoding}
    return dict(settings.columns), reading


def _known_task(names: Mapping[str, str], task: str) -> None:
    if task not in names:
        _fail(LuodiError(f"there is no task {task!r}", where="--task", fix=did_you_mean(task, names)))


def _show_guess(found: Any) -> None:
    click.echo(f"{plural(found.n_rows, 'row')} looked at; this looks like {found.task}")
    click.echo(f"  text   {found.text!r}")
    click.echo(f"  label  {found.label!r}: {shorten(', '.join(found.labels), 80)}")
    if found.group:
        click.echo(f"  group  {found.group!r}: all rows of one stay on one side of the split")
    for row in found.rows:
        click.echo(f"    {shorten(str(row.get(found.label)), 24):<24} {shorten(str(row.get(found.text)), 70)}")


def _near(path: Path | None) -> str:
    """Show a path as short as it can be."""
    assert path is not None
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _fail(error: LuodiError) -> NoReturn:
    from luodi.errors import Faults

    for one in error.faults if isinstance(error, Faults) else (error,):
        click.secho("error: ", fg="red", err=True, nl=False)
        click.echo(str(one), err=True)
    sys.exit(USER_ERROR)
