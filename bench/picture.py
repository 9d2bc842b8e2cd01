"""The inference table as a picture: bars, one a side."""

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
