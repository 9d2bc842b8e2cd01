"""Run every benchmark, write the table and the picture into the docs: `make bench`."""

import datetime as dt
import json
import sys
from pathlib import Path

from bench import commands, inference, linear, picture
from luodi.runtime.measure import machine

DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- bench begins -->", "<!-- bench ends -->"


def main() -> None:
    found = {"inference": inference.run(), "linear": linear.run(), "commands": commands.run()}
    print(json.dumps(found, indent=1))
    page = DOCS / "benchmarks.md"
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{table(found)}\n{END}{after}", encoding="utf-8")
    (DOCS / "images").mkdir(exist_ok=True)
    picture.write(DOCS / "images" / "bench.svg", found["inference"]["texts_per_s"])


def table(found: dict) -> str:
    here, inferred, line = machine(), found["inference"], found["linear"]
    rates, single = inferred["texts_per_s"], inferred["single_ms"]
    peer = rates["transformers.pipeline"]
    lines = [
        (f"{dt.date.today()}, {here['cores']} cores of {here['processor']}, `make bench`; texts: {inferred['texts']}."),
        "",
        "| batch inference, starter encoder | texts/s | × pipeline |",
        "|---|---|---|",
        *(f"| {side} | {rate:.0f} | {rate / peer:.1f} |" for side, rate in rates.items()),
        "",
        "| one text at a time | p50, ms | p95, ms |",
        "|---|---|---|",
        *(f"| {side} | {one['p50']:.1f} | {one['p95']:.1f} |" for side, one in single.items()),
        "",
        f"| word and character TF-IDF with logistic regression, {line['n']:,} texts | seconds to learn | texts/s |",
        "|---|---|---|",
        *(f"| {side} | {one['fit_s']:.1f} | {one['texts_per_s']:,.0f} |" for side, one in line["sides"].items()),
        "",
        "| command | CPU seconds (median of 5) |",
        "|---|---|",
        *(f"| `{command}` | {seconds:.2f} |" for command, seconds in found["commands"].items()),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
