"""Which side each row comes to stand on: out, training, dev, exam, or the exam questions that training has seen."""

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import field
from typing import Any

from luodi.contracts import Job, record
from luodi.data import corrections, split
from luodi.data.dedupe import N_PRINT, PARTS, Dropped, Seen, leave_out, twins
from luodi.data.spool import Spool
from luodi.errors import DataError

MOST_TIED = 0.02  # of all rows; texts of a larger family are a template, which must be able to stand on both sides
LEAST_TIED = 20
MOST_CONFLICTS = 1_000
NEARLY_SEEN, MOST_COMPARED = 0.8, 20
"""An exam's row leaves where a text of training shares so much with it; of a family so many are compared."""


@record
class Decided:
    """What was decided about all rows of a spool."""

    sides: list[str]
    """"train", "dev", "test", "seen" or "" for each row."""
    dropped: list[Dropped]
    family: dict[int, int]
    """Row to the first row of its family of near-duplicates, for rows that have one."""
    conflicts: list[tuple[int, int]] = field(default_factory=list)
    """Pairs of near-duplicates whose answers differ."""
    facts: dict[str, Any]


def decide(job: Job, spool: Spool, signatures: Sequence[bytes]) -> Decided:
    """Apply corrections, fold labels, leave out duplicates, and split."""
    settings = job.settings
    facts: dict[str, Any] = {}
    labelled = job.task.kind in {"classify", "tag"}
    excluded = _correct(job, spool, facts)
    if labelled and settings.fold_labels:
        facts["folded"] = _fold(spool)
    excluded_rows = {one.index for one in excluded}
    dropped = excluded + _exact(spool, settings.seen, excluded_rows, several=job.task.kind == "generate")
    out = {one.index for one in dropped}
    family = _families(spool, signatures, settings.similarity, out) if settings.near_duplicates else {}
    dropped += _seen_nearly(spool, family, settings.seen) if settings.seen != "keep" else []
    seen = {one.index for one in dropped if one.seen}
    out = {one.index for one in dropped}
    sides = ["" if n in out else PARTS[spool.parts[n]] for n in range(len(spool))]
    _split(job, spool, sides, family)
    if getattr(job.task, "learns_every_label", False):
        _bring_back(spool, sides)
    for index in seen:
        sides[index] = "seen"
    conflicts = _conflicts(spool, family, out) if labelled else []
    facts["near"] = {"rows": len(family), "families": len(set(family.values())), "conflicts": len(conflicts)}
    return Decided(
        sides=sides,
        dropped=sorted(dropped, key=lambda one: one.index),
        family=family,
        conflicts=conflicts[:MOST_CONFLICTS],
        facts=facts,
    )


def _correct(job: Job, spool: Spool, facts: dict[str, Any]) -> list[Dropped]:
    """Apply the corrections beside the scenario file: by the text's fingerprint and the label it bears."""
    found = job.inputs["define"].facts["files"].get("corrections")
    if not found:
        return []
    wanted = {(one.key, one.given): one for one in corrections.read(job.root / found[0]["name"])}
    applied = Counter[str]()
    dropped = []
    used = set()
    for n in range(len(spool)):
        key = bytes(spool.origins[N_PRINT * n : N_PRINT * (n + 1)]).hex()
        y = spool.y(n)
        one = wanted.get((key, corrections.label_text(y))) or wanted.get((key, ""))
        if one is None:
            continue
        used.add((one.key, one.given))
        applied[one.decided] += 1
        if one.decided == "accepted":
            value = corrections.label_value(one.corrected, like=y)
            spool.ys[n] = spool.answer(json.dumps(value, ensure_ascii=False))
        elif one.decided == "excluded":
            dropped.append(Dropped(index=n, reason="left out by a correction"))
    facts["corrections"] = {
        **{name: applied[name] for name in corrections.DECISIONS},
        "unused": len(wanted) - len(used),
    }
    return dropped


def _fold(spool: Spool) -> dict[str, dict[str, int]]:
    """Make one of labels that differ only by case, width, space or marks; return spelling to other spellings."""
    from luodi.quality.labels import plain

    rows = Counter(spool.ys)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for number, n in rows.items():
        y = json.loads(spool.answers[number])
        for label in [y] if isinstance(y, str) else y:
            spellings[plain(label)][label] += n
    chosen = {label: counts.most_common(1)[0][0] for counts in spellings.values() for label in counts}
    changed = {label: best for label, best in chosen.items() if label != best}
    if not changed:
        return {}
    new = {number: _folded(spool, number, chosen) for number in rows}
    spool.ys = array("I", [new[number] for number in spool.ys])
    folded: dict[str, dict[str, int]] = defaultdict(dict)
    for label, best in sorted(changed.items()):
        folded[best][label] = spellings[plain(label)][label]
    return dict(folded)


def _folded(spool: Spool, number: int, chosen: dict[str, str]) -> int:
    y = json.loads(spool.answers[number])
    made = chosen[y] if isinstance(y, str) else sorted({chosen[label] for label in y})
    return spool.answer(json.dumps(made, ensure_ascii=False))


def _exact(spool: Spool, seen: Seen, excluded: set[int], *, several: bool) -> list[Dropped]:
    groups = [[n for n in group if n not in excluded] for group in twins(spool.prints)]
    parts, ys = spool.parts, spool.ys
    return leave_out(
        groups,
        part_of=lambda n: PARTS[parts[n]],
        y_of=lambda n: ys[n],
        where=spool.where,
        seen=seen,
        several=several,
    )


def _families(spool: Spool, signatures: Sequence[bytes], similarity: float, out: set[int]) -> dict[int, int]:
    """Return the first row of its family for every row that is nearly the same as another one."""
    import numpy as np

    from luodi.quality import near

    kept = [n for n in range(len(spool)) if n not in out]
    bands = np.frombuffer(b"".join(signatures), np.uint32).reshape(len(spool), -1)
    found = near.clusters(bands[kept], lambda rows: spool.texts(kept[n] for n in rows), threshold=similarity)
    first = found.cluster.tolist()
    sizes = Counter(first)
    most = max(LEAST_TIED, int(MOST_TIED * len(kept)))
    return {kept[n]: kept[head] for n, head in enumerate(first) if 1 < sizes[head] <= most}


def _members(family: dict[int, int]) -> dict[int, list[int]]:
    members: dict[int, list[int]] = defaultdict(list)
    for index in sorted(family):
        members[family[index]].append(index)
    return members


def _seen_nearly(spool: Spool, family: dict[int, int], seen: Seen) -> list[Dropped]:
    """Return the rows that leave because a part that keeps its rows holds nearly the same.

    A chain of near-duplicates may link texts that are unlike, so the two are compared themselves.
    """
    import numpy as np

    from luodi.quality import near

    order = -1 if seen == "test" else 1  # whose rows stay: those of the first part, or those of the last
    leaves, stays = list[int](), list[int]()
    for members in _members(family).values():
        for n in members:
            others = [one for one in members if order * spool.parts[one] > order * spool.parts[n]][:MOST_COMPARED]
            leaves += [n] * len(others)
            stays += others
    if not leaves:
        return []
    alike = near.Grams(lambda rows: spool.texts(rows), len(spool)).similarities(np.array(leaves), np.array(stays))
    first: dict[int, int] = {}
    for n, other, similarity in zip(leaves, stays, alike.tolist(), strict=True):
        if similarity >= NEARLY_SEEN:
            first.setdefault(n, other)
    return [
        Dropped(index=n, reason=f"nearly the same stands in {spool.where(other)}", seen=seen == "test")
        for n, other in sorted(first.items())
    ]


def _conflicts(spool: Spool, family: dict[int, int], out: set[int]) -> list[tuple[int, int]]:
    pairs = []
    for head, members in _members(family).items():
        pairs += [(head, n) for n in members if n != head and n not in out and spool.ys[n] != spool.ys[head]]
    return pairs


def _split(job: Job, spool: Spool, sides: list[str], family: dict[int, int]) -> None:
    """Split what was given as training, for the parts that were not given; `sides` is changed in place."""
    settings = job.settings
    if not 0 < settings.dev + settings.test < 0.9:
        raise DataError("dev and test leave too little to learn from", where="[prepare]", fix="dev = 0.1, test = 0.2")
    given = {PARTS[part] for part in set(spool.parts)}
    wanted = {"test": (settings.test, settings.max_test), "dev": (settings.dev, settings.max_dev)}
    shares = {part: share for part, share in wanted.items() if part not in given}
    rows = [n for n, side in enumerate(sides) if side == "train" and not spool.own[n]]
    places = _tied(spool, rows, family)
    places_only = job.task.kind in {"extract", "generate"}
    stratum_of = [str(answer != "[]") if places_only else _stratum(answer) for answer in spool.answers]
    strata = [stratum_of[spool.ys[n]] for n in rows]
    if settings.split == "time":
        if "time" not in settings.columns:
            fix = 'write [prepare] columns = { time = "your column" }'
            raise DataError('split = "time" needs a column of times', where="[prepare]", fix=fix)
        found = split.by_time([spool.times[n] for n in rows], places, shares)
    else:
        cut = split.parts if settings.split == "hash" else split.stratified
        # An exam that an earlier run cut from these rows took the lowest places, which are empty now: dev stays above.
        found = cut(places, strata, wanted if settings.split == "hash" and settings.seen == "train" else shares)
    for n, side in zip(rows, found, strict=True):
        sides[n] = side if side in shares else "train"


def _bring_back(spool: Spool, sides: list[str]) -> None:
    """Let training have a row of every label: an answer that nobody learned can never be given."""
    known = {spool.ys[n] for n, side in enumerate(sides) if side == "train"}
    for n, side in enumerate(sides):
        if side in {"dev", "test"} and spool.ys[n] not in known:
            sides[n] = "train"
            known.add(spool.ys[n])


def _tied(spool: Spool, rows: Sequence[int], family: dict[int, int]) -> list[int]:
    """Return the rows' places, the same for all that belong together by group or by near-duplication."""
    leader: dict[int, int] = {}

    def find(place: int) -> int:
        while place in leader:
            place = leader[place]
        return place

    for n in rows:
        head = family.get(n, n)
        a, b = find(spool.places[head]), find(spool.places[n])
        if a != b:
            leader[b] = a
    return [find(spool.places[n]) for n in rows]


def _stratum(answer: str) -> str:
    y = json.loads(answer)
    return y if isinstance(y, str) else "|".join(sorted(y)[:1])
