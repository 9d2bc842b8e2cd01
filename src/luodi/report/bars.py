"""Pictures of counts: how long texts are, how many rows came when. SVG without a library, like the other charts."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from luodi.report.numbers import count, short
from luodi.report.svg import Scale, around, drawing, frame, path, tag

WIDTH, HEIGHT = 620, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 20, 38, 52
GAP = 1.5


def histogram(
    bins: Sequence[tuple[int, int, int]], *, limit: float | None, x_name: str, y_name: str, title: str, limit_name: str
) -> Markup:
    """Draw [from, to) bins on a logarithmic scale; what lies beyond the limit is marked."""
    low, high = max(1, bins[0][0]), max(2, bins[-1][1], math.ceil(1.1 * (limit or 1)))
    x = Scale(low=low, high=high, start=LEFT, end=WIDTH - RIGHT, log=True)
    y = Scale(low=0, high=max(n for _, _, n in bins) * 1.05, start=HEIGHT - BOTTOM, end=TOP, whole=True)
    parts = frame(x, y, write_x=short, write_y=count, x_name=x_name, y_name=y_name, n=4)
    for start, end, n in bins:
        if n:
            tip = tag("title", f"{start:,}–{end - 1:,}: {n:,}")
            beyond = limit is not None and start >= limit
            width = max(1.0, x(end) - x(start) - GAP)
            kind = "column beyond" if beyond else "column"
            parts.append(tag("rect", tip, x=x(start), y=y(n), width=width, height=y.start - y(n), class_=kind))
    if limit is not None:
        at = x(limit)
        parts.append(tag("line", x1=at, x2=at, y1=y.start, y2=y.end, class_="asked"))
        end = at > WIDTH - 160
        place = {"x": at - 6 if end else at + 6, "text_anchor": "end" if end else "start"}
        parts.append(tag("text", limit_name, y=y.end + 4, class_="asked", **place))
    return drawing(WIDTH, HEIGHT, parts, title=title)


def forecast(
    points: Sequence[tuple[float, float]], ahead: Sequence[tuple[float, float, float, float]], *, x_name: str,
    y_name: str, title: str,
) -> Markup:  # fmt: skip
    """Draw measured (rows, value) as a curve, and what lies ahead as (rows, value, low, high) with its intervals."""
    ends = [value for _, value in points] + [end for one in ahead for end in one[1:]]
    low, high = around(ends, least=0.1, within=(0, 1))
    last = max(one[0] for one in (*points, *ahead))
    x = Scale(low=points[0][0] / 1.2, high=last * 1.2, start=LEFT, end=WIDTH - RIGHT, log=True)
    y = Scale(low=low, high=high, start=HEIGHT - BOTTOM, end=TOP)
    parts = frame(x, y, write_x=count, write_y=lambda at: f"{at:.3g}", x_name=x_name, y_name=y_name, n=4)
    parts.append(path([(x(n), y(value)) for n, value in points], "curve"))
    for n, value in points:
        parts.append(tag("circle", tag("title", f"{n:,.0f}: {value:.3f}"), cx=x(n), cy=y(value), r=4, class_="spot"))
    for n, value, least, most in ahead:
        tip = tag("title", f"{n:,.0f}: {value:.3f} ({least:.3f}–{most:.3f})")
        parts.append(tag("line", x1=x(n), x2=x(n), y1=y(least), y2=y(most), class_="reach"))
        parts.append(tag("circle", tip, cx=x(n), cy=y(value), r=5, class_="ahead"))
    return drawing(WIDTH, HEIGHT, parts, title=title)


def periods(counts: Sequence[tuple[str, int]], *, y_name: str, title: str) -> Markup:
    """Draw a column for each period, named where there is room."""
    x = Scale(low=0, high=len(counts), start=LEFT, end=WIDTH - RIGHT)
    y = Scale(low=0, high=max(n for _, n in counts) * 1.05, start=HEIGHT - BOTTOM, end=TOP, whole=True)
    parts = [tag("line", x1=x.start, x2=x.end, y1=y(at), y2=y(at), class_="grid") for at in y.ticks(4)]
    parts += [
        tag("text", count(at), x=x.start - 8, y=y(at), dy="0.35em", text_anchor="end", class_="tick")
        for at in y.ticks(4)
    ]
    width = (x.end - x.start) / len(counts)
    every = max(1, math.ceil(64 / width))
    for at, (name, n) in enumerate(counts):
        tip = tag("title", f"{name}: {n:,}")
        height = y.start - y(n)
        parts.append(tag("rect", tip, x=x(at) + GAP / 2, y=y(n), width=max(1.0, width - GAP), height=height,
                         class_="column"))  # fmt: skip
        if at % every == 0:
            parts.append(tag("text", name, x=x(at + 0.5), y=y.start + 20, text_anchor="middle", class_="tick"))
    parts.append(tag("line", x1=x.start, x2=x.end, y1=y.start, y2=y.start, class_="axis"))
    parts.append(tag("text", y_name, x=0, y=y.end - 20, class_="name"))
    return drawing(WIDTH, HEIGHT, parts, title=title)
