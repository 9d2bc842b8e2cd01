"""The model card of a bundle: what it is for, how good it was, what it has not seen.

Source: Mitchell et al. 2019, "Model Cards for Model Reporting".
"""

from collections.abc import Mapping
from typing import Any

MANY_LABELS = 30


def text(task: str, exam: Mapping[str, Any], data: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
    """Return the card as Markdown. It quotes no text of the user's."""
    metrics = "\n".join(
        f"| {name} | {value['value']:.4f} | {value['low']:.4f} to {value['high']:.4f} |"
        for name, value in exam["metrics"].items()
    )
    labels = list(profile["labels"])
    shown = ", ".join(f"`{label}`" for label in labels[:MANY_LABELS]) + (" …" if len(labels) > MANY_LABELS else "")
    scripts = ", ".join(f"{name} {share:.0%}" for name, share in list(profile["scripts"].items())[:3])
    rows, characters = data["rows"], profile["characters"]
    return f"""# Model card

**Task** {task} · **model** {exam["model"]} · **form** {exam["form"]}

## What it answers
{len(labels)} labels: {shown}

## How good it was on {exam["n_exam"]:,} rows it had never seen
| metric | value | 95 % interval |
|---|---|---|
{metrics}

Expected calibration error: {exam["ece"]["after"]:.3f}. {_promise(exam["promise"])}
{_leaves(exam.get("remote"))}
## What it learned from
{rows["train"]:,} rows to learn from, {rows["dev"]:,} to choose by, {rows["test"]:,} for the exam; {rows["rejected"]:,}
left out. Half of the texts have {characters.get("p50", 0):,} characters or fewer, 95 of 100 have
{characters.get("p95", 0):,} or fewer. Letters: {scripts or "none"}.

## What to keep in mind
Texts of another kind, length or language than these were not examined. The intervals describe chance in the choice
of exam rows, not a change of the world after them: watch the service, and examine it again on fresh labels.
"""


def ranking(task: str, exam: Mapping[str, Any], data: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
    """Return the card of a task that ranks."""
    metrics = "\n".join(
        f"| {name} | {value['value']:.4f} | {value['low']:.4f} to {value['high']:.4f} |"
        for name, value in exam["metrics"].items()
    )
    rows, beyond = data["rows"], exam["beyond"]
    return f"""# Model card

**Task** {task} · **model** {exam["model"]}

## What it ranks
{data["items"]:,} items for {data["users"]:,} known people, and for anybody's session.

## How good it was on {exam["n_exam"]:,} questions about what happened after all it had learned from
| metric | value | 95 % interval |
|---|---|---|
{metrics}

Every item of the catalogue stood in each ranking; none was sampled. {beyond["coverage"]:.0%} of the catalogue is shown
to somebody; exposure is spread with a Gini coefficient of {beyond["gini"]:.2f} (0 is even, 1 is one item alone).

## What it learned from
{rows["train"]:,} events; {rows["rejected"]:,} rows were left out. Half of the people have
{profile["events_per_user"]["p50"]:,} events or fewer; {profile["untouched_items"]:,} items had no event.

## What it remembers
The bundle holds the ids of its users with the items they had: personal data, wherever an id leads to a person.
{_people(data)}
## What to keep in mind
A log shows what people did among the things they were shown. What was never shown could not be chosen, so the figures
favour what is like the past; only an A/B test measures what a change does.
"""


def _people(data: Mapping[str, Any]) -> str:
    """Say what is kept of a table of users."""
    columns = (data.get("traits") or {}).get("people")
    if not columns:
        return ""
    told = ", ".join(f"`{name}`" for name in columns)
    return f"Of the table of users it holds {told}, as values that many share and as ranges; nothing else of it.\n"


def search(task: str, exam: Mapping[str, Any], data: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
    """Return the card of a search. It quotes no document."""
    metrics = "\n".join(
        f"| {name} | {value['value']:.4f} | {value['low']:.4f} to {value['high']:.4f} |"
        for name, value in exam["metrics"].items()
    )
    questions = data["questions"]
    judged = (
        "Nobody had judged any question, so the exam asked with sentences of the documents, every third word left out. "
        "Such questions flatter whatever compares words."
        if questions["made"]
        else f"{questions['n']:,} questions were judged by people; those of the exam had no part in learning."
    )
    return f"""# Model card

**Task** {task} · **model** {exam["model"]}

## What it searches
{profile["passages"]:,} passages of {profile["documents"]:,} documents. The bundle holds their words:
whoever may ask it may read them.

## How good it was on {exam["n_exam"]:,} questions
| metric | value | 95 % interval |
|---|---|---|
{metrics}

{judged} Every {"passage" if questions["by"] == "passage" else "document"} stood in each ranking; none was sampled.

## What to keep in mind
A question whose answer stands in no document is answered too, with what is nearest. What was never judged counts as
wrong, so the figures are lower bounds where only some right answers are known.
"""


def reading(task: str, exam: Mapping[str, Any], data: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
    """Return the card of a reader. It quotes no passage."""
    metrics = "\n".join(
        f"| {name} | {value['value']:.4f} | {value['low']:.4f} to {value['high']:.4f} |"
        for name, value in exam["metrics"].items()
    )
    rows, always = data["rows"], exam["always"]
    nothing = (
        f"{always['n_without']:,} of them had no answer in their passage; always answering would have reached "
        f"a token F1 of {always['f1']:.4f}."
        if always
        else "All of them had an answer in their passage: whether it knows when there is none was not examined."
    )
    return f"""# Model card

**Task** {task} · **model** {exam["model"]} · **form** {exam["form"]}

## What it answers
Questions about a passage, with words of the passage and their place in it.

## How good it was on {exam["n_exam"]:,} questions it had never seen
| metric | value | 95 % interval |
|---|---|---|
{metrics}

{nothing}
Expected calibration error: {exam["ece"]["after"]:.3f}. {_promise(exam["promise"])}

## What it learned from
{rows["train"]:,} questions to learn from, {rows["dev"]:,} to choose by, {rows["test"]:,} for the exam;
{rows["rejected"]:,} rows left out.

## What to keep in mind
An answer is right where its words are, but for articles, punctuation and case. It may be the words of another place
that reads the same. Passages and questions of another kind or language than these were not examined.
"""


def written(task: str, exam: Mapping[str, Any], data: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
    """Return the card of what writes texts. It quotes none."""
    metrics = "\n".join(
        f"| {name} | {value['value']:.4f} | {value['low']:.4f} to {value['high']:.4f} | "
        f"{exam['signatures'].get(name, '')} |"
        for name, value in exam["metrics"].items()
    )
    rows, good, n_flagged = data["rows"], exam["good"], sum(exam["flags"].values())
    return f"""# Model card

**Task** {task} · **model** {exam["model"]} · **form** {exam["form"]}

## How good it was on {exam["n_exam"]:,} texts it had never seen
| metric | value | 95 % interval | computed as |
|---|---|---|---|
{metrics}

{good["share"]:.0%} of its texts count as good (a value of {good["from"]:g} or more by themselves). {n_flagged:,} checks
failed: what fails one is handed to a person, always. {_promise(exam["promise"])}

## What it learned from
{rows["train"]:,} texts to learn from, {rows["dev"]:,} to choose by, {rows["test"]:,} for the exam;
{rows["rejected"]:,} rows left out.
{_leaves(exam.get("remote"))}
## What to keep in mind
These figures compare letters and words with what one person wrote; another good text may share few of them, and a wrong
one many. Texts of another kind or domain than these were not examined. Read what matters before it is sent.
"""


FORMS = {"keep": "as they are", "mask": "with personal data masked", "pseudonymize": "with personal data replaced"}


def _leaves(remote: Mapping[str, Any] | None) -> str:
    """Say where texts go; nothing where they stay."""
    if remote is None:
        return ""
    where = "stays on this machine, in another program" if remote["here"] else "**leaves this machine**"
    return f"""
## Where texts go
Every text that is asked about {where}: it is sent to `{remote["host"]}`, to the model `{remote["asks"]}`,
{FORMS[remote["personal"]]}, together with {remote["examples"]} training rows as examples (prompt {remote["prompt"]}).
Whoever runs that model may change it at any time; then these figures no longer hold.
"""


def _promise(promise: Mapping[str, Any] | None) -> str:
    if promise is None:
        return "It answers every request itself."
    if promise["threshold"] is None:
        return f"A precision of {promise['precision']:.0%} could not be promised, so a person should see every answer."
    return (
        f"It answers {promise['share']:.0%} of requests alone, at a precision of {promise['precision']:.0%} or better "
        f"with {promise['confidence']:.0%} confidence (measured: {promise['measured']:.1%}); the rest is handed over."
    )
