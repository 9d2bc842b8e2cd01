"""The grammar of the pictures: elements, scales, axes. Colours come from the page's style sheet, by class."""

import math
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup, escape

from luodi.contracts import record

Write = Callable[[float], str]


def tag(name: str, content: str = "", /, **attributes: str | float | None) -> Markup:
    """Return an element; a trailing underscore goes, other underscores become hyphens, `None` is left out.

    >>> tag("text", "a < b", x=1.25, class_="axis", text_anchor="end")
    Markup('<text x="1.25" class="axis" text-anchor="end">a &lt; b</text>')
    """
    given = {key.removesuffix("_").replace("_", "-"): value for key, value in attributes.items() if value is not None}
    inside = Markup().join(Markup(' {}="{}"').format(key, _plain(value)) for key, value in given.items())
    return Markup("<{}{}>{}</{}>").format(name, inside, escape(content), name)


def join(parts: Iterable[str]) -> Markup:
    """Put elements one after the other; text among them is escaped."""
    return Markup().join(parts)


def drawing(width: float, height: float, parts: Iterable[str], *, title: str, kind: str = "chart") -> Markup:
    """Return a picture with its text alternative."""
    content = join([tag("title", title), *parts])
    size = {"width": 1.15 * width, "height": 1.15 * height}  # at most; the style sheet lets it shrink
    return tag("svg", content, viewBox=f"0 0 {_plain(width)} {_plain(height)}", class_=kind, role="img", **size)


def ornament(width: float, height: float, parts: Iterable[str], *, kind: str) -> Markup:
    """Return a picture that repeats what stands beside it, and so is silent to a screen reader."""
    box = f"0 0 {_plain(width)} {_plain(height)}"
    return tag("svg", join(parts), viewBox=box, class_=kind, aria_hidden="true", focusable="false")


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


@record
class Scale:
    """From values to places: linear, or logarithmic where every value is above zero."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False
    whole: bool = False
    """Only whole numbers are marked, as for steps and epochs."""

    def __call__(self, value: float) -> float:
        """Return the place of a value; what lies outside is put on the edge.

        >>> [Scale(low=0, high=1, start=100, end=0)(value) for value in (-1, 0.25, 9)]
        [100.0, 75.0, 0.0]
        """
        low, high, at = (math.log10(max(one, 1e-12)) if self.log else one for one in (self.low, self.high, value))
        share = (at - low) / (high - low) if high > low else 0.5
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)

    def ticks(self, n: int = 5) -> list[float]:
        """Return round values to mark.

        >>> Scale(low=0.5, high=1, start=0, end=1).ticks(), Scale(low=0.2, high=30, start=0, end=1, log=True).ticks()
        ([0.5, 0.6, 0.7, 0.8, 0.9, 1.0], [1.0, 10.0])
        """
        found = _log_ticks(self.low, self.high) if self.log else _ticks(self.low, self.high, n)
        return [at for at in found if not self.whole or at == int(at)]


def _ticks(low: float, high: float, n: int) -> list[float]:
    if high <= low:
        return [low]
    rough = (high - low) / n
    unit = 10.0 ** math.floor(math.log10(rough))
    step = unit * min((1, 2, 2.5, 5, 10), key=lambda m: abs(m * unit - rough))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(k * step, 12) for k in range(first, last + 1)]


def _log_ticks(low: float, high: float) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0)):
        found = [round(m * 10.0**p, 12) for p in powers for m in factors if low <= m * 10.0**p <= high]
        if len(found) >= 2:
            break
    return found


def around(
    values: Sequence[float], *, margin: float = 0.08, least: float, within: tuple[float, float]
) -> tuple[float, float]:
    """Return a range that holds the values with some air, at least so wide, inside the possible.

    >>> around([0.8, 0.9], least=0.2, within=(0, 1))
    (0.75, 0.95)
    """
    low, high = min(values), max(values)
    air = max((high - low) * margin, (least - (high - low)) / 2)
    return round(max(within[0], low - air), 6), round(min(within[1], high + air), 6)


def around_log(values: Sequence[float]) -> tuple[float, float]:
    """Return a range that holds positive values with air on a logarithmic scale, at least a factor of ten wide."""
    low, high = math.log10(min(values)), math.log10(max(values))
    air = max((high - low) * 0.08, (1 - (high - low)) / 2)
    return 10 ** (low - air), 10 ** (high + air)


def frame(x: Scale, y: Scale, *, write_x: Write, write_y: Write, x_name: str, y_name: str, n: int = 5) -> list[Markup]:
    """Return the grid, the axes and their names."""
    parts = [tag("line", x1=x.start, x2=x.end, y1=y(at), y2=y(at), class_="grid") for at in y.ticks(n)]
    parts += [
        tag("text", write_y(at), x=x.start - 8, y=y(at), dy="0.35em", text_anchor="end", class_="tick")
        for at in y.ticks(n)
    ]
    parts.append(tag("line", x1=x.start, x2=x.end, y1=y.start, y2=y.start, class_="axis"))
    for at in x.ticks(n):
        parts.append(tag("line", x1=x(at), x2=x(at), y1=y.start, y2=y.start + 4, class_="axis"))
        parts.append(tag("text", write_x(at), x=x(at), y=y.start + 20, text_anchor="middle", class_="tick"))
    parts.append(tag("text", x_name, x=x.end, y=y.start + 42, text_anchor="end", class_="name"))
    parts.append(tag("text", y_name, x=0, y=y.end - 20, class_="name"))
    return parts


def path(points: Sequence[tuple[float, float]], kind: str) -> Markup:
    """Return a line through some places."""
    steps = " ".join(f"{'L' if n else 'M'}{_plain(x)} {_plain(y)}" for n, (x, y) in enumerate(points))
    return tag("path", d=steps, class_=kind)


def width_of(text: str) -> float:
    """Estimate the width of a text in ems.

    >>> width_of("ab"), width_of("中文")
    (1.1, 2.0)
    """
    return round(sum(1.0 if unicodedata.east_asian_width(one) in "WF" else 0.55 for one in text), 2)


def fit(text: str, ems: float) -> str:
    """Cut a text to so many ems.

    >>> fit("a rather long name", 5), fit("短", 5)
    ('a rathe…', '短')
    """
    if width_of(text) <= ems:
        return text
    while text and width_of(text) > ems - 0.8:
        text = text[:-1]
    return text.rstrip() + "…"
