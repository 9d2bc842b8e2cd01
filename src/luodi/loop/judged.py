"""What people say about an answer out of a passage: that it is right, that there is none, or which words are right.

In the queue the first two go by the labels that such answers have anyhow, so that how often answers are right is
counted as it is of labels; any other label is the right answer itself, as it stands in the passage.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from luodi.contracts import Task
from luodi.loop import gate
from luodi.loop.gate import Held
from luodi.loop.overlay import Decided

RIGHT, NONE = "answered", "no answer"


def stands(label: str, request: Mapping[str, Any] | None, response: Mapping[str, Any] | None) -> bool:
    """Say whether an opinion about an answer is one that can be: words have to stand in the passage, if it was given.

    >>> stands("Denver", {"question": "Where?", "passage": "in Denver"}, {"answer": ""})
    True
    >>> stands("Boston", {"question": "Where?", "passage": "in Denver"}, {"answer": "Denver"})
    False
    """
    if label in {"", NONE}:
        return True
    if label == RIGHT:
        return bool((response or {}).get("answer"))
    passage = str((request or {}).get("passage", ""))
    return not passage or label in passage


def right(label: str, response: Mapping[str, Any] | None) -> str:
    """Return the right answer; "" where there is none.

    >>> right("answered", {"answer": "Denver"}), right("no answer", {"answer": "Denver"}), right("Boston", None)
    ('Denver', '', 'Boston')
    """
    if label == NONE:
        return ""
    return str((response or {}).get("answer", "")) if label == RIGHT else label


def row_of(task: Task, one: Decided) -> dict[str, str]:
    """Return a row of the reader's own table: the question, its passage, and its answers as a JSON list."""
    answer = right(one.reviewed.label, one.response)
    return {
        "question": str(one.request["question"]),
        "context": str(one.request.get("passage", "")),
        "answers": json.dumps([answer], ensure_ascii=False) if answer else "",
    }


def sift(
    rows: Sequence[Decided],
    *,
    exam: Collection[str],
    admins: Collection[str],
    agreement: Mapping[str, tuple[int, int]],
) -> tuple[list[Decided], list[Held]]:
    """Return what may be learned from, and what may not with its reason.

    `exam` are passages, or questions where passages are found, that readers are examined on. One account alone brings
    no more rows than all others do; what an administrator or a second person stands by counts in full.
    """
    passed, held, seen, alone = list[Decided](), list[Held](), set[tuple[str, str]](), Counter[str]()
    n_sure = sum(gate.account_of(one.reviewed.reviewers, admins) is None for one in rows)
    for one in sorted(rows, key=lambda each: each.reviewed.request_id[-10:]):  # its random part: nobody comes first
        place = (str(one.request["question"]), str(one.request.get("passage", "")))
        account = gate.account_of(one.reviewed.reviewers, admins)
        reason = None
        if (place[1] or place[0]) in exam:
            reason = "of a passage that readers are examined on"
        elif place in seen:
            reason = "the same question about the same passage is there already"
        elif account is not None and gate.is_poor(*agreement.get(account, (0, 0))):
            reason = "this account rarely agrees with others"
        elif account is not None and alone[account] >= max(gate.LEAST_OF_ALL, n_sure):
            reason = "one account alone may bring no more than all others"
        if reason is not None:
            held.append(Held(row=one.reviewed, reason=reason))
            continue
        seen.add(place)
        if account is not None:
            alone[account] += 1
        passed.append(one)
    return passed, held
