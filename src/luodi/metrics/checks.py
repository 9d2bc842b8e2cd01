"""What checks of a written text against its source found: a quality that no expected answer can tell.

Unlike other metrics these need no right answers: they are measured on whatever a task flags in its responses.
"""

from collections.abc import Sequence

from luodi.contracts import Kind
from luodi.metrics.paired import wilson

METRICS = ("faithfulness",)
FAITHFULNESS = "checks.faithfulness"
Flags = Sequence[Sequence[str]]
"""For each text, the kinds of what was found against it; nothing for a good one."""


def measured_for(kind: Kind) -> tuple[str, ...]:
    """Return what is measured for every task of a kind, besides the metrics that it names itself."""
    return (FAITHFULNESS,) if kind == "generate" else ()


def faithfulness(gold: object, predicted: Flags) -> float:
    """Share of texts that the checks find nothing against, 0 to 1; `predicted` are the flags of each.

    >>> faithfulness(None, [[], ["number"], [], []])
    0.75
    """
    return sum(not one for one in predicted) / len(predicted) if predicted else 0.0


def interval(flags: Flags) -> dict[str, float]:
    """Return the share of texts without a finding, with Wilson's 95 % interval: `value`, `low`, `high`.

    Resampling would call ten texts without a finding certain; this says what ten texts can show.

    >>> {name: round(one, 3) for name, one in interval([[]] * 10).items()}
    {'value': 1.0, 'low': 0.722, 'high': 1.0}
    """
    value = faithfulness(None, flags)
    low, high = wilson(sum(not one for one in flags), len(flags))
    return {"value": value, "low": low, "high": high}
