"""How well names are found on what was held out, and how fast: `python -m bench.names`."""

import random
import time
from collections import Counter
from collections.abc import Sequence

from bench.names_material import sets
from bench.train_names import halves
from luodi.privacy.names import LINE, find_many

LIKE = {"address": "place", "location": "place"}


def main() -> None:
    _, news = halves(sets.people_daily())
    _, bank = sets.presidio()
    for name, rows in (
        ("zh, People's Daily, held-out tenth", news),
        ("en, presidio-research, held-out templates (seen by weights made with --whole)", [row for _, row in bank]),
        ("en, presidio-research, the smaller set", sets.presidio_small()),
    ):
        print(f"{name}: {len(rows):,} texts")
        for measure, (recall, precision, n) in measured(rows).items():
            print(f"  {measure:<28} recall {recall:.4f}  precision {precision:.4f}  n {n:,}")
    for name, text in (("zh", "".join(text for text, _ in news)), ("en", "\n".join(row[0] for _, row in bank))):
        print(f"{name}: {speed(text):.1f} ms per 1,000 characters (median of 7, texts of 1,000 characters)")


def measured(rows: Sequence[sets.Marked]) -> dict[str, tuple[float, float, int]]:
    """Return recall, precision and the number of true names: exact spans, spans that touch, and characters.

    A city or country counts as the same as an address, since sets differ in where an address ends.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for (text, marks), findings in zip(rows, find_many([text for text, _ in rows]), strict=True):
        gold = {(LIKE.get(kind, kind), *part) for kind, start, end in marks for part in _lines(text, start, end)}
        found = {(LIKE.get(one.kind, one.kind), one.start, one.end) for one in findings}
        for kind in ("person", "organization", "place"):
            _count(counts, kind, {one for one in gold if one[0] == kind}, {one for one in found if one[0] == kind})
        _count(counts, "exact, kinds apart", gold, found)
        _count(counts, "exact, any kind", {one[1:] for one in gold}, {one[1:] for one in found})
        for name, these, those in (("gold", gold, found), ("found", found, gold)):
            touched = sum(any(one[1] < other[2] and other[1] < one[2] for other in those) for one in these)
            counts["touched, any kind", name] += len(these)
            counts["touched, any kind", f"{name} right"] += touched
        _count(counts, "characters, any kind", _characters(gold), _characters(found))
    names = dict.fromkeys(name for name, _ in counts)
    return {
        name: (
            counts[name, "gold right"] / max(1, counts[name, "gold"]),
            counts[name, "found right"] / max(1, counts[name, "found"]),
            counts[name, "gold"],
        )
        for name in names
    }


def _count(counts: Counter[tuple[str, str]], name: str, gold: set, found: set) -> None:
    counts[name, "gold"] += len(gold)
    counts[name, "found"] += len(found)
    counts[name, "gold right"] += len(gold & found)
    counts[name, "found right"] += len(gold & found)


def _characters(spans: set) -> set[int]:
    return {n for _, start, end in spans for n in range(start, end)}


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the parts of a span on each line, without spaces and commas at their ends."""
    parts = []
    for line in LINE.finditer(text, start, end):
        bare = line.group().strip(" ,\t")
        if bare:
            at = line.start() + line.group().index(bare)
            parts.append((at, at + len(bare)))
    return parts


def speed(text: str, *, length: int = 1_000) -> float:
    """Return milliseconds of one core per 1,000 characters, on texts of `length` characters one after the other."""
    rng = random.Random(0)
    times = []
    for _ in range(7):
        starts = [rng.randrange(len(text) - length) for _ in range(20)]
        started = time.process_time()
        for start in starts:
            find_many([text[start : start + length]])
        times.append((time.process_time() - started) / len(starts) * 1_000_000 / length)
    return sorted(times)[len(times) // 2]


if __name__ == "__main__":
    main()
