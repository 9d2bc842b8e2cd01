"""Met or not met: every target of the scenario against what was measured."""

from collections.abc import Mapping
from typing import Any

from luodi.contracts import Artifact, record
from luodi.text import of_metric, of_unit, price


@record
class Check:
    """One target and what stands against it."""

    metric: str
    kind: str
    """quality, cost or automation."""
    asked: float
    value: float | None
    low: float | None
    high: float | None
    met: bool


@record
class Verdict:
    """The end of a run."""

    met: bool | None
    """`None` where the scenario sets no target."""
    model: str
    sentence: str
    checks: tuple[Check, ...]

    @property
    def word(self) -> str:
        return {True: "MET", False: "NOT MET", None: "NO TARGETS"}[self.met]


def judge(artifacts: Mapping[str, Artifact]) -> Verdict:
    """Hold the targets against exam and scales. A quality is met only if the lower end of its interval meets it."""
    return _judge(artifacts["define"].facts, artifacts["evaluate"].facts, artifacts["deploy"].measured)


def judge_bundle(about: Mapping[str, Any], scales: Mapping[str, Any]) -> Verdict | None:
    """Judge a bundle by what it says of itself and was measured; `None` where one of them did not come along."""
    targets = about.get("targets")
    return _judge(targets, about, scales) if targets is not None and scales else None


def _judge(asked: Mapping[str, Any], exam: Mapping[str, Any], scales: Mapping[str, Any]) -> Verdict:
    checks = [_check(name, float(at), exam, scales) for name, at in asked["succeed"].items()]
    if asked["automate"]:
        checks.append(_automation(exam["promise"]))
    met = all(check.met for check in checks) if checks else None
    return Verdict(met=met, model=exam["model"], sentence=_sentence(exam, scales, checks), checks=tuple(checks))


def _check(name: str, asked: float, exam: Mapping[str, Any], scales: Mapping[str, Any]) -> Check:
    family, _, metric = name.partition(".")
    if family == "cost":
        value = scales[metric]
        return Check(metric=name, kind="cost", asked=asked, value=value, low=None, high=None, met=value <= asked)
    found = exam["metrics"].get(name)
    if found is None:  # a metric of another kind of task: nothing can meet it
        return Check(metric=name, kind="quality", asked=asked, value=None, low=None, high=None, met=False)
    return Check(metric=name, kind="quality", asked=asked, met=found["low"] >= asked, **found)


def _automation(promise: Mapping[str, Any]) -> Check:
    return Check(
        metric="automation.precision",
        kind="automation",
        asked=promise["precision"],
        value=promise["measured"],
        low=None,
        high=None,
        met=promise["threshold"] is not None,
    )


def _sentence(exam: Mapping[str, Any], scales: Mapping[str, Any], checks: list[Check]) -> str:
    name, value = next(iter(exam["metrics"].items()))
    words = [
        exam["model"],
        f"{of_metric(name)} {value['value']:.3f} ({value['low']:.3f}–{value['high']:.3f})",
        of_unit("p50_ms", scales["p50_ms"]),
        of_unit("size_mb", scales["size_mb"]),
        price(scales["usd_per_1k"]),
    ]
    promise = exam["promise"]
    if promise and promise["threshold"] is not None:
        words.append(f"answers {promise['share']:.0%} alone at {promise['precision']:.0%} precision or better")
    elif promise:
        words.append(f"can promise {promise['precision']:.0%} precision for no share of the requests")
    missed = [check.metric for check in checks if not check.met]
    if missed:
        words.append("missed: " + ", ".join(of_metric(name) for name in missed))
    return ", ".join(words)
