"""The desk where people review: what lies on it, what they say, what that decides, and how far they agree."""

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, exists, func, insert, or_, select, update

from luodi.contracts import record
from luodi.ledger.ids import new_id
from luodi.ledger.tables import KEYS, QUEUE, REQUESTS, REVIEWS
from luodi.metrics import agreement
from luodi.metrics.paired import wilson

OWNER = "owner"
WAITS = ("open", "disputed")
SKIPS = 2  # people who did not know
PLACE = ("answer", "start", "end")  # of an answer out of a passage, so that it can be shown there
ACTIVE_SECONDS = 30 * 86_400.0  # whoever has reviewed within this time can be asked


@record
class Vote:
    """What one person said about one answer."""

    reviewer: str
    label: str
    """"" for: I do not know."""
    at: float


def admins(connection: Connection) -> frozenset[str]:
    """Return the ids of the keys that may do everything: their word settles a dispute."""
    found = connection.execute(select(KEYS.c.id, KEYS.c.scopes))
    return frozenset({OWNER, *(one.id for one in found if "admin" in one.scopes)})


def decide(votes: Sequence[Vote], *, wanted: int, n_people: int, admins: Collection[str]) -> tuple[str, str | None]:
    """Return state and label after these votes, oldest first.

    More than half of as many votes as are wanted decide; where fewer people review, all of them are enough. Where
    people disagree, an administrator who speaks last settles it.

    >>> a, b = Vote(reviewer="a", label="x", at=1.0), Vote(reviewer="b", label="y", at=2.0)
    >>> decide([a], wanted=2, n_people=2, admins=()), decide([a], wanted=2, n_people=1, admins=())
    (('open', None), ('decided', 'x'))
    >>> decide([a, b], wanted=2, n_people=2, admins=()), decide([a, b], wanted=2, n_people=2, admins=("b",))
    (('disputed', None), ('decided', 'y'))
    """
    known = [one for one in votes if one.label]
    if not known:
        return ("skipped" if len(votes) >= SKIPS else "open"), None
    (best, most), *others = Counter(one.label for one in known).most_common()
    if others and known[-1].reviewer in admins:
        return "decided", known[-1].label
    if len(known) < min(wanted, n_people):
        return ("disputed" if others else "open"), None
    return ("decided", best) if 2 * most > len(known) else ("disputed", None)


def listing(
    connection: Connection, scenario: str, *, reviewer: str, is_admin: bool, limit: int, reason: str | None = None
) -> dict[str, Any]:
    """Return what waits for this reviewer, most important first: `waiting` and `items`.

    A second person is not told what the first one said; in a dispute all is shown.
    """
    mine = exists().where(REVIEWS.c.request_id == QUEUE.c.request_id, REVIEWS.c.reviewer == reviewer)
    wanted = and_(QUEUE.c.scenario == scenario, QUEUE.c.state.in_(WAITS))
    wanted = and_(wanted, or_(~mine, QUEUE.c.state == "disputed") if is_admin else ~mine)
    if reason:
        wanted = and_(wanted, QUEUE.c.reason == reason)
    joined = QUEUE.join(REQUESTS, REQUESTS.c.id == QUEUE.c.request_id)
    wanted = and_(wanted, REQUESTS.c.request.is_not(None))
    found = connection.execute(
        select(
            QUEUE.c.request_id, QUEUE.c.reason, QUEUE.c.at, QUEUE.c.state, REQUESTS.c.request, REQUESTS.c.scores,
            REQUESTS.c.label, REQUESTS.c.confidence, REQUESTS.c.kept, REQUESTS.c.response,
        )
        .select_from(joined)
        .where(wanted)
        .order_by(QUEUE.c.priority.desc(), QUEUE.c.at)
        .limit(limit)
    ).mappings().all()  # fmt: skip
    votes = _votes(connection, [one["request_id"] for one in found if one["state"] == "disputed"])
    n = connection.scalar(select(func.count()).select_from(joined).where(wanted))
    return {"waiting": n or 0, "items": [_item(one, votes) for one in found]}


def kept(connection: Connection, scenario: str, request_id: str) -> dict[str, Any] | None:
    """Return a request and its answer as the ledger kept them; `None` where there is none."""
    found = connection.execute(
        select(REQUESTS.c.request, REQUESTS.c.response).where(
            REQUESTS.c.id == request_id, REQUESTS.c.scenario == scenario
        )
    ).first()
    return None if found is None else {"request": found.request, "response": found.response}


def _item(one: Mapping[Any, Any], votes: Mapping[str, list[Vote]]) -> dict[str, Any]:
    names = ("request_id", "reason", "at", "state", "request", "label", "confidence", "kept")
    response = one["response"] or {}
    reviews = [{"reviewer": vote.reviewer, "label": vote.label} for vote in votes.get(one["request_id"], [])]
    made = {name: one[name] for name in names} | {"scores": one["scores"] or {}, "reviews": reviews}
    return made | ({name: response[name] for name in PLACE} if set(PLACE) <= set(response) else {})


def _votes(connection: Connection, ids: Sequence[str]) -> dict[str, list[Vote]]:
    found = connection.execute(
        select(REVIEWS).where(REVIEWS.c.request_id.in_(ids)).order_by(REVIEWS.c.at, REVIEWS.c.id)
    )
    votes: dict[str, list[Vote]] = defaultdict(list)
    for one in found:
        votes[one.request_id].append(Vote(reviewer=one.reviewer, label=one.label, at=one.at))
    return votes


def review(
    connection: Connection, scenario: str, request_id: str, *, reviewer: str, label: str, note: str = ""
) -> tuple[str, str | None] | None:
    """Keep what a person says, and return the state and label that it leads to; `None` where nothing waits.

    One opinion each: whoever speaks again has changed their mind.
    """
    waits = connection.execute(
        select(QUEUE.c.wanted).where(QUEUE.c.request_id == request_id, QUEUE.c.scenario == scenario)
    ).first()
    if waits is None:
        return None
    now = time.time()
    mine = and_(REVIEWS.c.request_id == request_id, REVIEWS.c.reviewer == reviewer)
    values = {"label": label, "note": note, "at": now}
    if not connection.execute(update(REVIEWS).where(mine).values(values)).rowcount:
        row = {"id": new_id(now), "request_id": request_id, "scenario": scenario, "reviewer": reviewer}
        connection.execute(insert(REVIEWS).values(row | values))
    active = and_(REVIEWS.c.scenario == scenario, REVIEWS.c.at > now - ACTIVE_SECONDS)
    n_people = connection.scalar(select(func.count(REVIEWS.c.reviewer.distinct())).where(active)) or 1
    votes = _votes(connection, [request_id])[request_id]
    state, decided = decide(votes, wanted=waits.wanted, n_people=n_people, admins=admins(connection))
    done = {"state": state, "label": decided, "decided_at": now if decided else None}
    connection.execute(update(QUEUE).where(QUEUE.c.request_id == request_id).values(done))
    return state, decided


def summary(connection: Connection, scenario: str) -> dict[str, Any]:
    """Return how much is decided, how far people agree, and how often answers given alone were right."""
    counted = select(QUEUE.c.state, func.count()).where(QUEUE.c.scenario == scenario).group_by(QUEUE.c.state)
    states = {str(state): int(n) for state, n in connection.execute(counted)}
    reviews = connection.execute(
        select(REVIEWS.c.request_id, REVIEWS.c.reviewer, REVIEWS.c.label).where(REVIEWS.c.scenario == scenario)
    ).all()
    by_request: dict[str, dict[str, str]] = defaultdict(dict)
    for one in reviews:
        if one.label:
            by_request[one.request_id][one.reviewer] = one.label
    units = [list(votes.values()) for votes in by_request.values()]
    decided = _decided(connection, scenario)
    settled = {one.request_id: one.decided for one in decided}
    people = sorted({one.reviewer for one in reviews})
    return {
        **{state: states.get(state, 0) for state in ("decided", "open", "disputed", "skipped")},
        "agreement": agreement.raw(units),
        "kappa": _kappa(by_request, people),
        "alpha": agreement.krippendorff_alpha(units),
        "by_reviewer": [_of_reviewer(one, reviews, by_request, settled) for one in people],
        "by_label": _by_label(decided),
        "precision": precision(connection, scenario),
    }


def _decided(connection: Connection, scenario: str) -> Sequence[Any]:
    return connection.execute(
        select(
            QUEUE.c.request_id, QUEUE.c.label.label("decided"), QUEUE.c.reason, QUEUE.c.probability,
            REQUESTS.c.label.label("answered"), REQUESTS.c.handed_over,
        )
        .join(REQUESTS, REQUESTS.c.id == QUEUE.c.request_id)
        .where(QUEUE.c.scenario == scenario, QUEUE.c.state == "decided")
    ).all()  # fmt: skip


def _kappa(by_request: Mapping[str, Mapping[str, str]], people: Sequence[str]) -> float | None:
    """Return Cohen's kappa: of two people, or the mean over all pairs that met, each weighing by how often."""
    found = []
    for n, one in enumerate(people):
        for other in people[n + 1 :]:
            both = [(votes[one], votes[other]) for votes in by_request.values() if one in votes and other in votes]
            kappa = agreement.cohen_kappa([a for a, _ in both], [b for _, b in both])
            if kappa is not None:
                found.append((len(both), kappa))
    return sum(n * kappa for n, kappa in found) / sum(n for n, _ in found) if found else None


def _of_reviewer(
    name: str, reviews: Sequence[Any], by_request: Mapping[str, Mapping[str, str]], settled: Mapping[str, str]
) -> dict[str, Any]:
    """Count what one person did; their agreement is that with what was decided where others had a say too."""
    shared = [
        request for request, votes in by_request.items() if name in votes and len(votes) > 1 and request in settled
    ]
    same = sum(by_request[request][name] == settled[request] for request in shared)
    mine = [one.label for one in reviews if one.reviewer == name]
    return {
        "reviewer": name,
        "reviewed": len(mine),
        "skipped": mine.count(""),
        "shared": len(shared),
        "agreement": same / len(shared) if shared else None,
    }


def _by_label(decided: Sequence[Any]) -> list[dict[str, Any]]:
    counts = Counter(one.decided for one in decided)
    right = Counter(one.decided for one in decided if one.decided == one.answered)
    return [{"label": label, "decided": n, "answered_so": right[label]} for label, n in sorted(counts.items())]


def precision(connection: Connection, scenario: str, since: float = 0.0) -> dict[str, Any]:
    """Estimate how often answers given alone were right, from those that chance drew: value, interval, n.

    Each weighs by the inverse of the probability that drew it (Horvitz and Thompson 1952); the interval is Wilson's on
    the effective number, (Σw)² / Σw² (Kish 1965).
    """
    rows = connection.execute(
        select(QUEUE.c.label, QUEUE.c.probability, REQUESTS.c.label.label("answered"))
        .join(REQUESTS, REQUESTS.c.id == QUEUE.c.request_id)
        .where(QUEUE.c.scenario == scenario, QUEUE.c.state == "decided", QUEUE.c.reason == "sampled")
        .where(REQUESTS.c.handed_over.is_(False), QUEUE.c.at >= since)
    ).all()
    if not rows:
        return {"value": None, "low": 0.0, "high": 1.0, "n": 0}
    weights = [1 / one.probability for one in rows]
    value = sum(w for w, one in zip(weights, rows, strict=True) if one.label == one.answered) / sum(weights)
    effective = sum(weights) ** 2 / sum(w * w for w in weights)
    low, high = wilson(value * effective, effective)
    return {"value": value, "low": low, "high": high, "n": len(rows)}
