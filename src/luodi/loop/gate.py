"""What of the reviewed may be learned from: one account must not be able to move a label.

Rows that an administrator reviewed, or that two people agree on, pass. Of what one account alone says, floods of nearly
the same text count once, labels that nobody knows wait for an administrator, texts with a trigger are held back, and
the rest counts within limits. Nothing is thrown away: what is held back is listed with its reason, and passes as soon
as a second person agrees, or an administrator reviews it.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

from luodi.contracts import record
from luodi.loop import triggers
from luodi.loop.likeness import families
from luodi.loop.triggers import Trigger
from luodi.steps.reviewing import Review
from luodi.text import plural

DAY_SECONDS = 86_400.0
LEAST_A_DAY, LEAST_OF_LABEL, LEAST_OF_ALL = 5, 5, 20
"""So many rows pass whatever the limits: a small start must be possible."""
ENOUGH_SHARED, LEAST_AGREEMENT = 10, 0.6
ALIKE = 0.6  # to an exam's question or to another reviewed text: the Jaccard similarity of words and pairs


@record
class Reviewed:
    """A text from traffic with the label that people decided on."""

    request_id: str
    text: str
    label: str
    """Several stand between bars."""
    reviewers: tuple[str, ...]
    """Whoever gave this label."""
    at: float
    """When it was decided."""


@record
class Held:
    """A row that is not learned from, and why."""

    row: Reviewed
    reason: str


@record
class Base:
    """What the limits are measured against."""

    texts: Sequence[str]
    """The training rows of the model in charge."""
    labels: Sequence[str]
    """Their labels; several stand between bars."""
    exam: Sequence[str] = ()
    """Texts that must stay unknown: the gold set, and reviewed texts that were set aside."""


@record
class Sifted:
    """What passes, what does not, and the triggers that were found."""

    passed: list[Reviewed]
    held: list[Held]
    triggers: list[Trigger]


def sift(
    rows: Sequence[Reviewed],
    base: Base,
    *,
    rules: Review,
    admins: Collection[str],
    agreement: Mapping[str, tuple[int, int]] | None = None,
    new_labels: Collection[str] = (),
) -> Sifted:
    """Hold back what must not be learned from.

    `agreement` says of an account how often it agreed with what was decided, of how many; `new_labels` are those that
    an administrator has let in.
    """
    gate = _Gate(base, rules, frozenset(admins))
    gate.keep_apart(rows)
    gate.one_of_each()
    known = {label for y in base.labels for label in y.split("|")} | set(new_labels)
    gate.hold(lambda one: _unknown(one, known))
    poor = {name: seen for name, seen in (agreement or {}).items() if is_poor(*seen)}
    gate.hold(lambda one: _disagrees(gate.account(one), poor))
    found = gate.without_triggers()
    gate.within_limits()
    return Sifted(passed=gate.rows, held=gate.held, triggers=found)


def _unknown(one: Reviewed, known: Collection[str]) -> str | None:
    new = sorted({label for label in one.label.split("|") if label} - set(known))
    return f"the label {new[0]!r} is new: an administrator lets it in with --new-label" if new else None


def account_of(reviewers: Collection[str], admins: Collection[str]) -> str | None:
    """Return the one account that a row stands on; `None` where an administrator or a second one stands by it.

    >>> account_of(["mei"], {"owner"}), account_of(["owner"], {"owner"}), account_of(["mei", "tom"], {"owner"})
    ('mei', None, None)
    """
    people = set(reviewers)
    return next(iter(people)) if len(people) == 1 and not people & set(admins) else None


def is_poor(same: int, shared: int) -> bool:
    """Say whether an account agrees with others so rarely that nothing is learned from it alone."""
    return shared >= ENOUGH_SHARED and same < LEAST_AGREEMENT * shared


def _disagrees(account: str | None, poor: Mapping[str, tuple[int, int]]) -> str | None:
    if account is None or account not in poor:
        return None
    same, shared = poor[account]
    return f"this account agrees with others on {same} of {shared} texts"


class _Gate:
    """The rows that are still in, and those that are held."""

    def __init__(self, base: Base, rules: Review, admins: frozenset[str]) -> None:
        self.base, self.rules, self.admins = base, rules, admins
        self.rows: list[Reviewed] = []
        self.held: list[Held] = []

    def account(self, one: Reviewed) -> str | None:
        """Return the one account that a row stands on, if it is one."""
        return account_of(one.reviewers, self.admins)

    def hold(self, why: Callable[[Reviewed], str | None]) -> None:
        """Hold back the rows that there is a reason for."""
        reasons = [(one, why(one)) for one in self.rows]
        self.rows = [one for one, reason in reasons if reason is None]
        self.held += [Held(row=one, reason=reason) for one, reason in reasons if reason is not None]

    def keep_apart(self, rows: Sequence[Reviewed]) -> None:
        """Begin with the rows that are not nearly a text that must stay unknown."""
        self.rows = sorted(rows, key=lambda one: _chance(one.request_id))  # nobody chooses who comes first
        exam = list(self.base.exam)
        heads = families([*exam, *(one.text for one in self.rows)], ALIKE)
        taken = set(heads[: len(exam)])
        near = {one.request_id for one, head in zip(self.rows, heads[len(exam) :], strict=True) if head in taken}
        self.hold(lambda one: "nearly a text that models are examined on" if one.request_id in near else None)

    def one_of_each(self) -> None:
        """Let one of nearly the same texts stand for all; where their labels differ, none."""
        members: dict[int, list[Reviewed]] = defaultdict(list)
        for one, head in zip(self.rows, families([one.text for one in self.rows]), strict=True):
            members[head].append(one)
        reasons = {}
        for group in members.values():
            sure = [one for one in group if self.account(one) is None] or group
            labels = {one.label for one in sure}
            for one in group:
                if len(labels) > 1:
                    reasons[one.request_id] = "nearly the same text has another label"
                elif one is not sure[0]:
                    reasons[one.request_id] = "nearly the same text is there already"
        self.hold(lambda one: reasons.get(one.request_id))

    def without_triggers(self) -> list[Trigger]:
        """Hold back rows of one account with a word that stands for a label there and occurs nowhere else."""
        accounts = [self.account(one) for one in self.rows]
        texts, labels = [one.text for one in self.rows], [one.label for one in self.rows]
        found = triggers.find(texts, labels, accounts, self.base.texts, self.base.labels)
        reason: dict[str, str] = {}
        for one in found:
            why = f"the word {one.word!r} occurs in rows of this account alone, and with {one.label!r}"
            reason |= {self.rows[n].request_id: why for n in one.rows}
        self.hold(lambda one: reason.get(one.request_id))
        return found

    def within_limits(self) -> None:
        """Let an account in up to its limits: by day, by label, in all."""
        a_day = max(LEAST_A_DAY, int(self.rules.per_day * len(self.base.texts)))
        odds = self.rules.per_account / (1 - self.rules.per_account)
        of_label, of_account = Counter[str](), Counter[tuple[str | None, str]]()
        for one in self.rows:
            of_label[one.label] += 1
            of_account[self.account(one), one.label] += 1
        in_all = Counter[str | None]()
        for (account, _), n in of_account.items():
            in_all[account] += n
        n_rows, seen = len(self.rows), Counter[tuple[object, ...]]()

        def why(one: Reviewed) -> str | None:
            account = self.account(one)
            if account is None:
                return None
            others = of_label[one.label] - of_account[account, one.label]
            limits = {
                (account, one.label, int(one.at // DAY_SECONDS)): (a_day, "a day with this label"),
                (account, one.label): (max(LEAST_OF_LABEL, int(odds * others)), "with this label"),
                (account,): (max(LEAST_OF_ALL, int(odds * (n_rows - in_all[account]))), "in all"),
            }
            for key, (most, what) in limits.items():
                if seen[key] >= most:
                    return f"one account alone may bring {plural(most, 'row')} {what}"
            seen.update(limits.keys())
            return None

        self.hold(why)


def _chance(request_id: str) -> bytes:
    return hashlib.blake2b(request_id.encode(), digest_size=8).digest()
