"""Tables as pictures: bars, one a side, and lines over sizes, both axes logarithmic."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

WIDTH, ROW, LEFT = 720, 38, 210


def write(path: Path, rates: dict[str, float]) -> None:
    """Write an SVG of texts per second."""
    top = max(rates.values())
    scale = (WIDTH - LEFT - 150) / top
    peer = rates["transformers.pipeline"]
    rows = []
    for n, (side, rate) in enumerate(rates.items()):
        y = 46 + n * ROW
        ours = side.startswith("luodi")
        rows.append(
            f'<text x="{LEFT - 10}" y="{y + 17}" text-anchor="end">{side}</text>'
            f'<rect x="{LEFT}" y="{y}" width="{rate * scale:.1f}" height="24" rx="3" '
            f'fill="{"#0b6e4f" if ours else "#9aa5b1"}"/>'
            f'<text x="{LEFT + rate * scale + 8:.1f}" y="{y + 17}">{rate:.0f} texts/s, {rate / peer:.1f}×</text>'
        )
    height = 60 + ROW * len(rates)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="14"><title>Texts per second by engine</title>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
        f'<text x="16" y="26" font-size="16" font-weight="600">Texts per second, starter encoder, two cores</text>'
        f"{''.join(rows)}</svg>\n",
        encoding="utf-8",
    )


COLORS = ("#0b6e4f", "#2e5090", "#b5541c", "#7a3b8f", "#6b7280")
PANEL, TALL, GAP = 300, 220, 70
Lines = Mapping[str, Sequence[tuple[float, float]]]


def over_sizes(path: Path, panels: Mapping[str, Lines], *, limits: Mapping[str, tuple[float, str]], title: str) -> None:
    """Write an SVG with a panel for each name: lines of (size, value); `limits` are drawn across with their words."""
    body = []
    for n, (name, lines) in enumerate(panels.items()):
        left = 60 + n * (PANEL + GAP)
        body.append(_panel(name, lines, left, limits.get(name)))
    names = list(next(iter(panels.values())))
    for n, name in enumerate(names):
        x = 60 + n * 140
        body.append(f'<line x1="{x}" x2="{x + 22}" y1="318" y2="318" stroke="{COLORS[n]}" stroke-width="3"/>')
        body.append(f'<text x="{x + 28}" y="323">{name}</text>')
    width = 60 + len(panels) * (PANEL + GAP)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 340" role="img" '
        f'font-family="system-ui, sans-serif" font-size="13"><title>{title}</title>'
        f'<rect width="{width}" height="340" fill="#fff"/>{"".join(body)}</svg>\n',
        encoding="utf-8",
    )


def _panel(name: str, lines: Lines, left: int, limit: tuple[float, str] | None) -> str:
    points = [one for line in lines.values() for one in line]
    values = [y for _, y in points] + ([limit[0]] if limit else [])
    x_low, x_high = (f(math.log10(x) for x, _ in points) for f in (min, max))
    y_low, y_high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))

    def at(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - x_low) / (x_high - x_low)
        up = (math.log10(y) - y_low) / (y_high - y_low)
        return left + 10 + across * (PANEL - 20), 50 + TALL - up * TALL

    body = [f'<text x="{left}" y="28" font-size="15" font-weight="600">{name}</text>']
    for power in range(y_low, y_high + 1):
        y = at(10**x_low, 10.0**power)[1]
        body.append(f'<line x1="{left}" x2="{left + PANEL}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>')
        body.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:,.0f}</text>')
    for x in sorted({x for x, _ in points}):
        body.append(f'<text x="{at(x, 10.0**y_low)[0]:.1f}" y="292" text-anchor="middle">{x:,.0f}</text>')
    if limit:
        y = at(10**x_low, limit[0])[1]
        body.append(f'<line x1="{left}" x2="{left + PANEL}" y1="{y:.1f}" y2="{y:.1f}" stroke="#b91c1c" '
                    f'stroke-dasharray="5 4"/><text x="{left + PANEL}" y="{y - 5:.1f}" text-anchor="end" '
                    f'fill="#b91c1c">{limit[1]}</text>')  # fmt: skip
    for color, line in zip(COLORS, lines.values(), strict=False):
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*one) for one in sorted(line)))
        body.append(f'<polyline points="{places}" fill="none" stroke="{color}" stroke-width="2.5"/>')
    return "".join(body)
