"""Step 7. Pack all that answering needs, start it as a service, and see that it answers as the exam did."""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, field
from typing import Any, Literal

from luodi.bundle import write_bundle
from luodi.contracts import Facts, Job, Outcome, Reject, record
from luodi.data import sources
from luodi.ledger.entries import as_text, label_of
from luodi.log import progress
from luodi.metrics import calibration
from luodi.monitor import reference
from luodi.monitor.meaning import N_LEARNED, Directions
from luodi.monitor.settings import Watching
from luodi.runtime import measure
from luodi.runtime.marked import Marked
from luodi.runtime.session import open_session
from luodi.steps import card, rehearsal, retrieving
from luodi.steps.reviewing import Review
from luodi.steps.trial import learns_from
from luodi.store import read_json, read_lines, write_json

CARDS = {"rows": card.text, "passages": card.reading, "events": card.ranking, "documents": card.search,
         "written": card.written}  # fmt: skip
N_EXAMPLES = 5
N_MEASURED = 400
N_RANKED = 1_000
TOLERANCE = 0.05  # bfloat16 rounds differently in a batch of another shape
AGREES = 0.99
WRITES_ALIKE = 0.95  # in another batch a number is rounded otherwise, and one word of twenty may become another
WRITING_SECONDS = 25.0  # more than an engine waits for a text, and less than a service for an answer


@record
class Settings:
    """Pack, serve, watch."""

    max_batch: int = 32
    """At most so many texts are answered together."""
    max_wait_ms: float = 5.0
    """While the model is busy, a text waits at most so long for others to join its batch; recommendations never do."""
    record: Literal["redacted", "full", "none"] = "redacted"
    """What the service keeps of requests: all but personal data, all, or figures alone."""
    keep_days: int = 90
    """So long it keeps their texts; figures stay for a year."""
    watch: Watching = field(default_factory=Watching)
    """How traffic and releases are watched, and who is told."""
    review: Review = field(default_factory=Review)
    """Which answers wait for a person, and what may be learned from them."""


def run(job: Job) -> Outcome:
    """Write the bundle; answer the whole exam through its HTTP service and compare."""
    evaluated, prepared = job.inputs["evaluate"], job.inputs["prepare"]
    facts = evaluated.facts
    retrieving.pack(job, evaluated.path / "session", job.out / "model")
    exam = list(read_lines(evaluated.path / "exam.jsonl"))
    if job.task.kind == "rank":  # a list of 50 items is a long answer; so many of them are enough to know
        exam = exam[:N_RANKED]
    settings: Settings = job.settings
    promise = facts["promise"]
    options = settled(job)
    profile = read_json(prepared.path / "profile.json")["train"]
    if job.task.kind != "rank":  # a recommender sees other tastes every day, and has no confidence
        write_json(job.out / reference.FILE, _reference(job, exam))
    write_bundle(
        job.out,
        requests=[job.task.Request(**_tupled(row["request"])) for row in exam[:N_EXAMPLES]],
        card=CARDS[_card(job)](job.task_name, facts, prepared.facts, profile),
        scenario=job.name,
        goal=job.goal,
        task=job.task_name,
        options=_plain(options),
        wash=prepared.facts.get("wash"),
        model=facts["model"],
        form=facts["form"],
        temperature=facts["temperature"],
        threshold=promise["threshold"] if promise else None,
        promise=promise,
        metrics=facts["metrics"],
        review=asdict(settings.review),
        targets={name: job.inputs["define"].facts[name] for name in ("succeed", "automate")},
        max_batch=1 if "remote" in facts else settings.max_batch,
        whole="remote" in facts,
        # a model elsewhere that writes takes its time; one that gives labels, and every one of ours, does not
        patience_seconds=WRITING_SECONDS if "remote" in facts and job.task.kind == "generate" else 0.0,
        record=settings.record,
        keep_days=settings.keep_days,
        watch=asdict(settings.watch),
        target_ms=job.inputs["define"].facts["succeed"].get("cost.p95_ms"),
        # A visit is scored as fast by itself as in company, and so is a text elsewhere: no need to wait for others.
        max_wait_ms=0.0 if job.task.kind == "rank" or "remote" in facts else settings.max_wait_ms,
    )
    served = _served(job, exam, options)
    texts = [job.task.to_x(job.task.Request(**_tupled(row["request"])), job.options) for row in exam[:N_MEASURED]]
    core_hour = job.inputs["define"].facts["price"]["core_hour"]
    scales = measure.measure(job.out / "model", texts, work=job.work, core_hour=core_hour)
    return Outcome(
        facts={"model": facts["model"], "form": facts["form"], "parity": facts["parity"], "served_agree": served},
        measured=scales,
    )


def _reference(job: Job, exam: list[dict[str, Any]]) -> Facts:
    """Return what traffic is held against: dev and exam as the bundle answers them."""
    facts, prepared = job.inputs["evaluate"].facts, job.inputs["prepare"]
    dev = list(read_lines(prepared.path / "dev.jsonl"))
    temperature, kind = facts["temperature"], job.task.kind
    session = open_session(job.out / "model")
    scores = [calibration.sharpen(kind, one, temperature) for one in session.predict([row["x"] for row in dev])]
    all_rows = [*zip(dev, scores, strict=True), *((row, row["scores"]) for row in exam)]
    rows = reference.some(all_rows, reference.MOST_ROWS, job.seed)
    requests = [job.task.Request(**_tupled(row["request"])) for row, _ in rows]
    xs = [job.task.to_x(request, job.options) for request in requests]
    promise = facts["promise"]
    threshold = (1.0 if promise["threshold"] is None else promise["threshold"]) if promise else 0.0
    seen = []
    for request, x, (_, one), place in zip(requests, xs, rows, _places(job, session, xs), strict=True):
        sure = calibration.confidence(kind, one)
        seen.append(
            reference.Seen(
                x=as_text(x),
                label=label_of(_plain(job.task.to_response(request, one, job.options))),
                confidence=sure,
                handed_over=sure < threshold,
                meaning=place,
            )
        )
    train = (as_text(row["x"]) for row in read_lines(prepared.path / "train.jsonl"))
    more = {"metrics": facts["metrics"], "promise": promise}
    return reference.build(train, seen, window=job.settings.watch.window, seed=job.seed, **more)


def _places(job: Job, session: Any, xs: Sequence[Any]) -> Sequence[Sequence[float]]:
    """Return where texts lie along the directions that a network's training texts have, and keep those directions."""
    nowhere: list[Sequence[float]] = [()] * len(xs)
    if not isinstance(session, Marked):
        return nowhere
    prepared = job.inputs["prepare"]
    step = max(1, prepared.facts["rows"]["train"] // N_LEARNED)
    rows = itertools.islice(read_lines(prepared.path / "train.jsonl"), 0, None, step)
    learned, asked = ([one.vector for one in session.predict_marked(some)] for some in ([row["x"] for row in rows], xs))
    along = Directions.learn(learned)
    if along is None:
        return nowhere
    along.save(job.out)
    return [tuple(place) for place in along.places(asked).tolist()]


def _card(job: Job) -> str:
    by_kind = {"extract": "passages", "generate": "written"}
    return by_kind.get(job.task.kind) or learns_from(job.task)


def settled(job: Job) -> Any:
    """Return the options as the service needs them: a task may take up in them what the tables say."""
    settle = getattr(job.task, "settle", None)
    if settle is None:
        return job.options
    files = job.inputs["define"].facts["files"]
    return settle(job.options, {name: _rows(job, entries) for name, entries in files.items()})


def _rows(job: Job, entries: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in entries:
        table = sources.open(sources.expand(job.root, entry["name"])[0])
        for line, row in table.rows():
            if not isinstance(row, Reject):
                yield f"{entry['name']}:{line}", row


def _served(job: Job, exam: list[dict[str, Any]], options: Any) -> float:
    """Return the share of exam rows on which the running service answers as the exam did; too few end the run."""
    same = 0
    with rehearsal.service(job.out, home=job.work / "service") as ask:
        for row, answer in progress(rehearsal.answers(ask, exam), total=len(exam), doing="asking the service"):
            if job.task.kind == "rank":
                same += ids_in(answer) == row["answer"]
                continue
            if job.task.kind == "extract":
                same += answer["answer"] == row["answer"] and (answer["start"] < answer["end"] or not row["answer"])
                continue
            request = job.task.Request(**row["request"])
            expected = _plain(job.task.to_response(request, row["scores"], options))
            same += _alike(expected, answer)
    share = same / len(exam)
    least = WRITES_ALIKE if job.task.kind == "generate" else AGREES
    assert share >= least, f"the service agrees with the exam on {share:.2%} of its rows only"
    return round(share, 6)


def ids_in(answer: Mapping[str, Any]) -> list[str]:
    """Return the ids of a ranking: of the first list in the answer that holds things with an id."""
    lists = (one for one in answer.values() if isinstance(one, list))
    return next(([hit["id"] for hit in one] for one in lists if all("id" in hit for hit in one)), [])


def _alike(expected: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """Compare what was answered: labels exactly, probabilities within the tolerance."""
    for name, value in expected.items():
        got = answer.get(name)
        if name == "handed_over":
            continue
        if isinstance(value, float):
            if not isinstance(got, int | float) or abs(value - got) > TOLERANCE:
                return False
        elif isinstance(value, dict):
            if not isinstance(got, dict) or not _alike(value, got):
                return False
        elif isinstance(value, list | tuple):
            if not _alike_lists(value, got or []):
                return False
        elif value != got:
            return False
    return True


def _alike_lists(expected: Sequence[Any], got: Sequence[Any]) -> bool:
    """Compare labels in any order, and things with fields of their own one by one."""
    if any(isinstance(one, dict) for one in expected):
        return len(expected) == len(got) and all(_alike(a, b) for a, b in zip(expected, got, strict=True))
    return sorted(expected) == sorted(got)


def _tupled(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request's fields as they were before JSON made lists of tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in request.items()}


def _plain(value: Any) -> Facts:
    return json.loads(json.dumps(asdict(value)))  # type: ignore[no-any-return]
