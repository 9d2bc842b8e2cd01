"""Step 2 for a log of events: read it into arrays, cut it by time or by user, and write down what will be asked.

Ten million events would not fit as records, so what is learned from is a folder of arrays, and only the questions of
dev and exam are lines.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any

from luodi.contracts import Job, Outcome, Reject
from luodi.data import corrections, sources
from luodi.data.readers import Table
from luodi.errors import DataError, did_you_mean
from luodi.log import bar_for
from luodi.runtime.traits import of_user
from luodi.steps import visitors
from luodi.steps.visitors import Visitors
from luodi.steps.visitors import text_of as _text
from luodi.store import write_json, write_lines
from luodi.text import plural
from luodi.train import logs, sharing
from luodi.train.events import Events, Question
from luodi.train.lesson import RULES

EXAM_K = 50
RULED = ("k", "again", "min_together", "lives_days", "exposure", "newcomers", "explore")
"""Options that hold where a request does not say."""
UNSAID = "not known"
"""The group of those of whom the table of users does not say it."""
MAX_LISTED = 10_000
"""Of a log with millions of unusable rows, the first ones are enough to see why; all are counted."""


def run(job: Job) -> Outcome:
    """Write `train/`, the whole log in `log/`, the lines of `dev` and `test`, `rejected.csv` and `profile.json`."""
    gatherer = logs.Gatherer(job.options.context)
    log, people, tables, n_in, rejected, reasons = _log(job, gatherer)
    if not len(log):
        where, why = rejected[0] if rejected else ("", "there is a header but there are no rows")
        raise DataError(
            f"no event can be used of {plural(n_in, 'row')}; the first: {why}", where=where, fix="see the reason"
        )
    _check_groups(job.options, log)
    settings = job.settings
    cut = logs.cut(log, job.options.split, dev=settings.dev, test=settings.test, again=job.options.again)
    log, train = sharing.shared(log, cut.train, gatherer, people.columns, people.users, least=job.options.min_together)
    said = {name: list(values) for name, values in gatherer.context.items()}, cut.log.moments
    parts = {
        "dev": logs.sample(cut.dev, settings.max_dev, seed=job.seed),
        "test": logs.sample(cut.test, settings.max_test, seed=job.seed + 1),
    }
    _check(job, train, parts)
    for name, events in (("train", train), ("log", log)):
        (job.out / name).mkdir()
        events.save(job.out / name)
    write_json(job.out / RULES, {name: getattr(job.options, name) for name in RULED})
    for part, questions in parts.items():
        write_lines(job.out / f"{part}.jsonl", (_line(job, part, log, one, _said(log, said, one)) for one in questions))
    with (job.out / "rejected.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("where", "reason"), *rejected])
    write_json(job.out / "profile.json", {"train": _profile(train)})
    n_rejected = sum(reasons.values())
    return Outcome(
        facts={
            "tables": tables,
            "rows": {"in": n_in, "kept": len(log), "rejected": n_rejected, "train": len(train)}
            | {part: len(questions) for part, questions in parts.items()},
            "asked": {"dev": len(cut.dev), "test": len(cut.test)},
            "users": int((log.starts[1:] > log.starts[:-1]).sum()),
            "people": people.facts() if people.columns else None,
            "traits": _traits(log),
            "items": len(log.items),
            "links": len(log.links),
            "rejected": dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        }
    )


def _log(
    job: Job, gatherer: logs.Gatherer
) -> tuple[Events, Visitors, dict[str, Any], int, list[tuple[str, str]], dict[str, int]]:
    rejected: list[tuple[str, str]] = []
    reasons: dict[str, int] = {}
    described: dict[str, Any] = {}
    n = 0
    files = job.inputs["define"].facts["files"]
    clicked = files.get("reviewed", ())
    rules = {"kinds": job.options.kinds, "min_weight": job.options.min_weight, "forgotten": _forgotten(job)}
    for entry in (*files["train"], *files["dev"], *files["test"], *clicked):
        ours = entry in clicked  # written by us: its columns bear the task's names
        table = sources.open(sources.expand(job.root, entry["name"])[0]) if ours else _open(job, entry["name"])
        described[entry["name"]] = table.describe()
        bar = bar_for(total=0, doing=f"reading {Path(entry['name']).name}")
        columns = {} if ours else job.settings.columns
        context = {} if ours else visitors.context_of(job.task, job.options, columns, table)
        for line, row in _rows(table, _mapping(job.task, columns, table) | context):
            n += 1
            bar.update(1)
            why = row.reason if isinstance(row, Reject) else logs.take(gatherer, row, n, **rules)
            if why is not None:
                reasons[why] = reasons.get(why, 0) + 1
                if len(rejected) < MAX_LISTED:
                    rejected.append((f"{entry['name']}:{line}", why))
        bar.close()
    log, people = _with_tables(job, gatherer, described)
    return log, people, described, n, rejected, reasons


def _forgotten(job: Job) -> frozenset[str]:
    """Return the keys of users whom `luodi forget` took out."""
    files = job.inputs["define"].facts["files"].get("corrections", ())
    found = (one for entry in files for one in corrections.read(job.root / entry["name"]))
    return frozenset(one.key for one in found if one.decided == "excluded")


def _open(job: Job, name: str) -> Table:
    stated = {one: getattr(job.settings, one) for one in ("delimiter", "header", "encoding", "sheet")}
    return sources.open(sources.expand(job.root, name)[0], **stated)


def _rows(table: Table, mapping: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str] | Reject]]:
    for line, row in table.rows():
        if isinstance(row, Reject):
            yield line, row
        else:
            yield line, {ours: _text(row.get(theirs)) for ours, theirs in mapping.items()}


def _mapping(task: Any, columns: Mapping[str, str], table: Table) -> dict[str, str]:
    """Map our names to the log's columns; of those that may be missing, the ones that are there or that are named."""
    mapping = {}
    for one in fields(task.Row):
        theirs = columns.get(one.name, one.name)
        needed = one.default is MISSING or one.name in columns
        if theirs not in table.columns and needed:
            hint = f'write [prepare] columns = {{ {one.name} = "your column" }}'
            fix = f"{did_you_mean(theirs, table.columns)}; {hint}"
            raise DataError(f"no column is called {theirs!r}", where=f"{table.path}:1", fix=fix)
        if theirs in table.columns:
            mapping[one.name] = theirs
    return mapping


def _with_tables(job: Job, gatherer: logs.Gatherer, described: dict[str, Any]) -> tuple[Events, Visitors]:
    """Return the log with item table and links, and the people; links to those without events are left out."""
    files = job.inputs["define"].facts["files"]
    links: list[tuple[int, int]] = []
    for entry in files.get("links", ()):
        table = _open(job, entry["name"])
        described[entry["name"]] = table.describe()
        user, friend = _needed(table, job.options.link_columns, ("user", "friend"))
        for _, row in table.rows():
            if not isinstance(row, Reject):
                pair = gatherer.users.get(_text(row[user]).strip()), gatherer.users.get(_text(row[friend]).strip())
                if pair[0] is not None and pair[1] is not None and pair[0] != pair[1]:
                    links.append((pair[0], pair[1]))
    log = gatherer.events(links=links)
    for entry in files.get("items", ()):
        table = _open(job, entry["name"])
        described[entry["name"]] = table.describe()
        (item,) = _needed(table, job.options.item_columns, ("item",))
        ours = {theirs: name for name, theirs in job.options.item_columns.items()}
        rows = [row for _, row in table.rows() if not isinstance(row, Reject)]
        wanted = [name for name in table.columns if name != item]
        columns = {ours.get(name, name): [_text(row.get(name)) for row in rows] for name in wanted}
        log = logs.with_table(log, [_text(row[item]).strip() for row in rows], columns)
    people = Visitors(users=[], columns={}, n_unusable=0, n_forgotten=0, n_repeated=0)
    for entry in files.get("users", ()):
        table = _open(job, entry["name"])
        described[entry["name"]] = table.describe()
        people = visitors.read(table, job.options.user_columns, job.options.about, _forgotten(job))
        log = logs.with_users(log, people.users)
    return log, people


def _needed(table: Table, columns: Mapping[str, str], names: tuple[str, ...]) -> list[str]:
    found = [columns.get(name, name) for name in names]
    for ours, theirs in zip(names, found, strict=True):
        if theirs not in table.columns:
            option = "item_columns" if "item" in names else "link_columns"
            hint = f'write [options] {option} = {{ {ours} = "your column" }}'
            fix = f"{did_you_mean(theirs, table.columns)}; {hint}"
            raise DataError(f"no column is called {theirs!r}", where=f"{table.path}:1", fix=fix)
    return found


def _check(job: Job, train: Events, parts: Mapping[str, list[Question]]) -> None:
    files = job.inputs["define"].facts["files"]["train"]
    where = ", ".join(one["name"] for one in files)
    if len(train) < 2 or len(set(train.item.tolist())) < 2:
        raise DataError("there are too few events to learn from", where=where, fix="give a longer log")
    for part, questions in parts.items():
        if not questions:
            how = "no user has three events" if job.options.split != "time" else "nobody does anything new in that time"
            fix = "give a longer log" if job.options.split != "time" else f"raise [prepare] {part}, or set again = true"
            raise DataError(f"there is nothing to ask for {part}: {how}", where=where, fix=fix)


def _check_groups(options: Any, log: Events) -> None:
    """See that the groups whose exposure is measured or enforced are there, and get no more than there is."""
    for name, column in [("fair", options.fair)] * bool(options.fair) + [("exposure", one) for one in options.exposure]:
        if column not in log.table:
            fix = f"{did_you_mean(column, log.table)}; it is a column of [define] tables.items"
            raise DataError(f"no column of the items is called {column!r}", where=f"[options] {name}", fix=fix)
    for column, shares in options.exposure.items():
        where, known = f"[options] exposure.{column}", set(map(str, log.table[column]))
        for value, share in shares.items():
            if value not in known:
                raise DataError(f"no item has {value!r} there", where=where, fix=did_you_mean(value, known))
            if not 0 <= share <= 1:
                raise DataError(f"a share of {share:g}", where=where, fix="a share lies between 0 and 1")
        if sum(shares.values()) > 1:
            what = f"the shares add up to {sum(shares.values()):.3g}"
            raise DataError(what, where=where, fix="a list has no more than 1 to share out")


def _line(job: Job, part: str, log: Events, one: Question, context: dict[str, str]) -> dict[str, Any]:
    request = job.task.Request(
        user=log.users[one.user], items=logs.names(log, one.history), context=context or None, k=EXAM_K, in_stock=False,
        at=one.at, explore=0.0,
    )  # fmt: skip
    return {
        "line": f"{part}:{log.users[one.user]}",
        "x": job.task.to_x(request, job.options),
        "y": sorted(logs.names(log, one.gold)),
        "request": asdict(request),
        "tags": {**_groups(log, one.user), "history": known_of(len(one.history))},
    }


def _said(log: Events, said: tuple[dict[str, list[str]], Any], one: Question) -> dict[str, str]:
    """Return what was so when the first event that follows a question began: whoever asks knows it, too.

    What few people share is left out: nothing is learned of it, and it would lie in the bundle's examples.
    """
    values, moments = said
    cells = {name: values[name][moments[one.event, n]] for n, name in enumerate(values)}
    return {name: value for name, value in cells.items() if len(log.traits.of({name: value}, context=True))}


def _groups(log: Events, user: int) -> dict[str, str]:
    """Return what the table of people says of a user, a value a column; of several, the one that most have."""
    found = dict.fromkeys((one.name for one in log.traits.about if one.by != "words"), UNSAID)
    for trait in sorted(of_user(log.people, user).tolist(), reverse=True):
        name, value = log.traits.told(trait)
        found |= {name: value} if name in found else {}
    return found


def _traits(log: Events) -> dict[str, dict[str, int]]:
    """Return the number of traits of each column of the people and of the context."""
    columns = {"people": log.traits.about, "context": log.traits.context}
    return {part: {one.name: len(one.names) for one in all_} for part, all_ in columns.items() if all_}


def known_of(n: int) -> str:
    """Return the group of a visitor of whom so many events are known.

    >>> known_of(0), known_of(7)
    ('new', '5–19 events')
    """
    return "new" if n == 0 else "1–4 events" if n < 5 else "5–19 events" if n < 20 else "20 events or more"


def _profile(train: Events) -> dict[str, Any]:
    """Describe the log: how many, and how unevenly."""
    import numpy as np

    def quantiles(counts: Any) -> dict[str, int]:
        counts = counts[counts > 0]
        return {f"p{at}": int(np.percentile(counts, at)) for at in (5, 50, 95)} | {"max": int(counts.max())}

    per_item = np.bincount(train.item, minlength=len(train.items))
    return {
        "events": len(train),
        "users": len(train.users),
        "items": len(train.items),
        "events_per_user": quantiles(np.bincount(train.user)),
        "events_per_item": quantiles(per_item),
        "untouched_items": int((per_item == 0).sum()),
        "share_of_top_1_percent": float(np.sort(per_item)[::-1][: max(1, len(per_item) // 100)].sum() / len(train)),
        "columns": sorted(train.table),
    }
