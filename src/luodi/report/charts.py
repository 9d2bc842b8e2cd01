"""The pictures of the report, drawn as SVG without a library. Each returns markup that is safe to put in the page."""

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from luodi.contracts import record
from luodi.report.numbers import interval, number, percent, quality, short
from luodi.report.svg import Scale, Write, around, around_log, drawing, fit, frame, join, ornament, path, tag, width_of

WIDTH, WIDE, HEIGHT = 520, 620, 350
LEFT, RIGHT, TOP, BOTTOM = 56, 20, 38, 52
EM = 13.5  # the letters of a label, rather too wide than too narrow
REACH = 0.35  # what is so much worse than the best is not drawn to scale

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@record
class Candidate:
    """One model in the contest."""

    name: str
    cost: float
    value: float
    low: float
    high: float
    chosen: bool
    refused: bool


def quality_against_cost(
    candidates: Sequence[Candidate],
    *,
    x_name: str,
    y_name: str,
    write_cost: Write,
    asked: float | None,
    asked_cost: float | None,
    words: Mapping[str, str],
) -> Markup:
    """Draw the contest: cost on a logarithmic scale, quality with its interval, the targets as lines.

    `words` holds `title`, `asked` and `asked_cost`, ready to show. Costs must be above zero.
    A candidate far below the others, as one that always says the same, stands on the lower edge with an arrow.
    """
    best = max(one.value for one in candidates)
    near = [one for one in candidates if one.value > best - REACH]
    low, high = around_log([one.cost for one in near] + ([asked_cost] if asked_cost else []))
    ys = [end for one in near for end in (one.low, one.high)] + ([asked] if asked is not None else [])
    bottom, top = around(ys, least=0.1, within=(0, 1))
    x = Scale(low=low, high=high, start=LEFT, end=WIDE - RIGHT, log=True)
    y = Scale(low=bottom, high=top, start=HEIGHT - BOTTOM, end=TOP)
    parts, taken = _targets(x, y, asked, asked_cost, words)
    parts += frame(x, y, write_x=write_cost, write_y=lambda at: f"{at:.3g}", x_name=x_name, y_name=y_name)
    best_of = front(candidates)
    if len(drawn := [one for one in best_of if one.value >= bottom]) > 1:
        parts.append(path(_steps([(x(one.cost), y(one.value)) for one in drawn]), "front"))
    taken += [(x(one.cost) - 9, y(one.value) - 9, x(one.cost) + 9, y(one.value) + 9) for one in candidates]
    taken += [(x(one.cost) - 4, y(one.high), x(one.cost) + 4, y(one.low)) for one in near]
    for one in sorted(candidates, key=lambda one: (not one.chosen, -one.value)):
        parts.append(_candidate(one, x, y, taken, beaten=one not in best_of))
    return drawing(WIDE, HEIGHT, parts, title=words["title"])


def _targets(
    x: Scale, y: Scale, asked: float | None, asked_cost: float | None, words: Mapping[str, str]
) -> tuple[list[Markup], list[Box]]:
    right = x(asked_cost) if asked_cost else x.end
    floor = y(asked) if asked is not None else y.start
    parts, taken = list[Markup](), list[Box]()
    if asked is not None or asked_cost:
        parts.append(tag("rect", x=x.start, y=y.end, width=right - x.start, height=floor - y.end, class_="good"))
    if asked is not None:
        parts.append(tag("line", x1=x.start, x2=x.end, y1=floor, y2=floor, class_="asked"))
        parts.append(tag("text", words["asked"], x=x.start + 6, y=floor + 16, class_="asked"))
        taken.append((x.start, floor + 2, x.start + EM * width_of(words["asked"]), floor + 20))
    if asked_cost:
        end = right > x.end - 60
        parts.append(tag("line", x1=right, x2=right, y1=y.start, y2=y.end, class_="asked"))
        place = {"x": x.end if end else right, "text_anchor": "end" if end else "middle"}
        parts.append(tag("text", words["asked_cost"], y=y.end - 7, class_="asked", **place))
    return parts, taken


def front(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return those that no other beats in both, cheapest first: each buys quality that nothing cheaper has."""
    best: list[Candidate] = []
    for one in sorted(candidates, key=lambda one: (one.cost, -one.value)):
        if not one.refused and (not best or one.value > best[-1].value):
            best.append(one)
    return best


def _steps(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the corners of a line that rises only where a candidate stands: between two, one has the cheaper."""
    corners = [points[0]]
    for at, level in points[1:]:
        corners += [(at, corners[-1][1]), (at, level)]
    return corners


def _candidate(one: Candidate, x: Scale, y: Scale, taken: list[Box], *, beaten: bool) -> Markup:
    at, level, below = x(one.cost), y(one.value), one.value < y.low
    label = fit(one.name, 16) + (f" {quality(one.value)} {'↙' if one.cost < x.low else '↓'}" if below else "")
    left, baseline = _room(at, level, EM * width_of(label), taken, within=(x.start, y.end - 6, x.end + RIGHT, y.start))
    parts = [tag("title", f"{one.name}: {quality(one.value)} ({interval(one.low, one.high)})")]
    if not below:
        parts.append(tag("line", x1=at, x2=at, y1=y(one.low), y2=y(one.high), class_="whisker"))
        for end in (one.low, one.high):
            parts.append(tag("line", x1=at - 4, x2=at + 4, y1=y(end), y2=y(end), class_="whisker"))
    parts.append(tag("circle", cx=at, cy=level, r=7 if one.chosen else 5))
    parts.append(tag("text", label, x=left, y=baseline))
    kind = "chosen" if one.chosen else "refused" if one.refused else "beaten" if beaten else "other"
    return tag("g", join(parts), class_=f"candidate {kind}")


def _room(at: float, level: float, length: float, taken: list[Box], *, within: Box) -> tuple[float, float]:
    """Return where a label beside a dot may start, and its baseline: the first place that is free of others."""
    lines = (4, -10, 18, -26, 34, -42, 50)  # baselines, from the dot's middle
    places = [(start, level + down) for down in lines for start in (at + 12, at - 12 - length)]

    def crowded(place: tuple[float, float]) -> float:
        left, top, right, bottom = place[0], place[1] - 12, place[0] + length, place[1] + 4
        outside = left < within[0] or top < within[1] or right > within[2] or bottom > within[3]
        hits = sum(left < box[2] and box[0] < right and top < box[3] and box[1] < bottom for box in taken)
        return hits + 10 * outside

    left, baseline = min(places, key=crowded)  # the first of the best, so near places win
    taken.append((left - 6, baseline - 12, left + length + 6, baseline + 4))
    return left, baseline


def automation(
    points: Sequence[tuple[float, float]],
    *,
    promised: float | None,
    chosen: tuple[float, float] | None,
    x_name: str,
    y_name: str,
    words: Mapping[str, str],
) -> Markup:
    """Draw precision against the share answered alone. `words` holds `title`, `promised` and `chosen`."""
    ends = [precision for _, precision in points] + [one for one in (promised, chosen[1] if chosen else None) if one]
    low, _ = around([*ends, 1.0], least=0.05, within=(0, 1))
    x = Scale(low=0, high=1, start=LEFT, end=WIDTH - RIGHT)
    y = Scale(low=low, high=1, start=HEIGHT - BOTTOM, end=TOP)
    line = [(x(share), y(precision)) for share, precision in points]
    parts: list[Markup] = []
    if chosen:
        width = x(chosen[0]) - x.start
        parts.append(tag("rect", x=x.start, y=y.end, width=width, height=y.start - y.end, class_="good"))
    parts += frame(x, y, write_x=percent, write_y=lambda at: f"{100 * at:.3g}%", x_name=x_name, y_name=y_name)
    if promised is not None:
        parts.append(tag("line", x1=x.start, x2=x.end, y1=y(promised), y2=y(promised), class_="asked"))
        parts.append(tag("text", words["promised"], x=x.start + 6, y=y(promised) + 15, class_="asked"))
    parts.append(path(line, "curve"))
    if chosen:
        at, level = x(chosen[0]), y(chosen[1])
        left = at > (x.start + x.end) / 2
        place = {"x": at - 10 if left else at + 10, "y": y.start - 12}
        parts.append(tag("line", x1=at, x2=at, y1=level, y2=y.start, class_="drop"))
        parts.append(tag("circle", cx=at, cy=level, r=7, class_="spot"))
        parts.append(tag("text", words["chosen"], text_anchor="end" if left else "start", class_="strong", **place))
    return drawing(WIDTH, HEIGHT, parts, title=words["title"])


def reliability(bins: Sequence[tuple[float, float, int]], *, x_name: str, y_name: str, title: str, rows: str) -> Markup:
    """Draw accuracy against confidence, one dot per bin, its area by the number of rows."""
    side = HEIGHT - TOP - BOTTOM
    x = Scale(low=0, high=1, start=LEFT, end=LEFT + 1.3 * side)
    y = Scale(low=0, high=1, start=HEIGHT - BOTTOM, end=TOP)
    most = max(n for _, _, n in bins)
    parts = frame(x, y, write_x=percent, write_y=percent, x_name=x_name, y_name=y_name)
    parts.append(tag("line", x1=x(0), y1=y(0), x2=x(1), y2=y(1), class_="diagonal"))
    parts.append(path([(x(sure), y(right)) for sure, right, _ in bins], "thread"))
    for sure, right, n in bins:
        tip = tag("title", f"{percent(sure)} → {percent(right)} ({rows}: {n:,})")
        radius = 3 + 9 * math.sqrt(n / most)
        parts.append(tag("circle", tip, cx=x(sure), cy=y(right), r=radius, class_="bubble"))
    return drawing(WIDTH, HEIGHT, parts, title=title)


def line(points: Sequence[tuple[float, float]], *, x_name: str, y_name: str, title: str, dots: bool = False) -> Markup:
    """Draw one series, as a loss by step."""
    width, height = 400, 240
    xs, ys = [at for at, _ in points], [value for _, value in points]
    low, high = around(ys, least=max(0.02, 0.1 * abs(max(ys))), within=(-math.inf, math.inf))
    x = Scale(low=min(xs), high=max(xs), start=LEFT, end=width - RIGHT, whole=True)
    y = Scale(low=low if min(ys) < 0 else max(low, 0.0), high=high, start=height - BOTTOM, end=TOP)
    parts = frame(x, y, write_x=short, write_y=lambda at: f"{at:.4g}", x_name=x_name, y_name=y_name, n=4)
    parts.append(path([(x(at), y(value)) for at, value in points], "curve"))
    shown = points if dots or len(points) == 1 else points[-1:]
    for at, value in shown:
        tip = tag("title", f"{short(at)}: {short(value)}")
        parts.append(tag("circle", tip, cx=x(at), cy=y(value), r=4, class_="spot"))
    return drawing(width, height, parts, title=title)


def against_target(
    value: float, *, low: float | None, high: float | None, asked: float, at_most: bool, met: bool
) -> Markup:
    """Draw a small bar: the asked value as a tick, the allowed side shaded, the measured value with its interval."""
    width, height = 200, 28
    if at_most:
        scale = Scale(low=0, high=max(asked, high or value, value) * 1.15 or 1, start=2, end=width - 2)
    else:
        ends = [one for one in (value, low, high, asked) if one is not None]
        bottom, top = around(ends, margin=0.25, least=0.08, within=(min(0.0, *ends), max(1.0, *ends)))
        scale = Scale(low=bottom, high=top, start=2, end=width - 2)
    tick, at, middle = scale(asked), scale(value), height / 2
    good = (scale.start, tick) if at_most else (tick, scale.end)
    parts = [
        tag("rect", x=scale.start, y=middle - 5, width=scale.end - scale.start, height=10, rx=2, class_="track"),
        tag("rect", x=good[0], y=middle - 5, width=good[1] - good[0], height=10, rx=2, class_="allowed"),
    ]
    if low is not None and high is not None:
        span = max(3.0, scale(high) - scale(low))
        parts.append(tag("rect", x=scale(low), y=middle - 2, width=span, height=4, rx=2, class_="span"))
    elif at_most:
        span = max(2.0, at - scale.start)
        parts.append(tag("rect", x=scale.start, y=middle - 2, width=span, height=4, class_="span"))
    parts.append(tag("line", x1=tick, x2=tick, y1=2, y2=height - 2, class_="tickmark"))
    parts.append(tag("circle", cx=at, cy=middle, r=5.5, class_="dot"))
    return ornament(width, height, parts, kind=f"mini {'is-met' if met else 'is-missed'}")


def whisker(
    value: float,
    low: float | None,
    high: float | None,
    *,
    ends: tuple[float, float],
    mark: float | None,
    kind: str = "",
) -> Markup:
    """Draw a value with its interval on a scale that a column of them shares, and a mark to compare with."""
    width, height = 200, 22
    scale = Scale(low=ends[0], high=ends[1], start=6, end=width - 6)
    middle = height / 2
    parts = [tag("line", x1=0, x2=width, y1=middle, y2=middle, class_="rule")]
    if mark is not None:
        parts.append(tag("line", x1=scale(mark), x2=scale(mark), y1=0, y2=height, class_="tickmark"))
    if low is not None and high is not None:
        span = max(2.0, scale(high) - scale(low))
        parts.append(tag("rect", x=scale(low), y=middle - 2, width=span, height=4, rx=2, class_="span"))
    parts.append(tag("circle", cx=scale(value), cy=middle, r=4.5, class_="dot"))
    return ornament(width, height, parts, kind=f"mini {kind}".strip())


def bar(share: float) -> Markup:
    """Draw a bar of a share between 0 and 1."""
    at = min(1.0, max(0.0, share))
    parts = [
        tag("rect", x=0, y=0, width=100, height=5, rx=1, class_="track"),
        tag("rect", x=0, y=0, width=max(0.8, 100 * at) if at else 0, height=5, rx=1, class_="fill"),
    ]
    return ornament(100, 5, parts, kind="bar")


def box(quantiles: Mapping[str, float], *, longest: float) -> Markup:
    """Draw lengths: 5 to 95 % as a line, the middle half as a box, the median as a tick; logarithmic."""
    width, height = 400, 26
    scale = Scale(low=1, high=max(10.0, longest), start=4, end=width - 4, log=True)
    at = {name: scale(max(1.0, value)) for name, value in quantiles.items() if number(value) is not None}
    middle = height / 2
    parts = [tag("line", x1=0, x2=width, y1=middle, y2=middle, class_="rule")]
    if "p5" in at and "p95" in at:
        parts.append(tag("line", x1=at["p5"], x2=at["p95"], y1=middle, y2=middle, class_="reach"))
    if "p25" in at and "p75" in at:
        span = max(2.0, at["p75"] - at["p25"])
        parts.append(tag("rect", x=at["p25"], y=middle - 7, width=span, height=14, rx=2, class_="half"))
    if "p50" in at:
        parts.append(tag("line", x1=at["p50"], x2=at["p50"], y1=2, y2=height - 2, class_="tickmark"))
    return ornament(width, height, parts, kind="mini wide")
