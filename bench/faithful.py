"""Are errors found in summaries? `python -m bench.faithful`: 1,000 errors of each kind, planted into true extracts.

Three sentences of an article are its extract; one number, date, name or "not" in it is changed. Articles are those of
`cnndm_300` and `bbc_news_summary`, in Chinese of `lctt_zh` and `vcsum`. The sets lie beside the checkout, in
`../shared/data`, or where `LUODI_SHARED_DATA` says.
"""

import csv
import gzip
import json
import os
import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from luodi import sentences
from luodi.runtime.faithful import Source

DATA = Path(os.environ.get("LUODI_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
N = 1_000
MONTHS = "January February March April June July August September October November December".split()  # noqa: SIM905
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()  # noqa: SIM905
AUXILIARY = re.compile(r"\b(?:is|was|are|were|has|have|had|will|would|can|could|should|did|does|do|must|may)\b(?! not)")
NOT = re.compile(r" not\b|(?<=\b(?:has|had|did|was))n't\b|(?<=\b(?:have|does|were|will))n't\b| never\b")
NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+)*\b")
Change = Callable[[str, random.Random], str | None]
NAMES_ZH = (
    "张伟民",
    "李晓东",
    "北京",
    "上海",
    "深圳",
    "微软",
    "谷歌",
    "王建国",
    "日本",
    "华为",
    "陈志强",
    "德国",
    "刘洋",
)


def english() -> list[tuple[str, str]]:
    """Return articles with the summaries that people wrote, or took out of them."""
    csv.field_size_limit(10**9)
    with gzip.open(DATA / "cnndm_300/cnn_dailymail_subset.csv.gz", "rt", encoding="utf-8") as file:
        made = [(row["article"], row["highlights"]) for row in csv.DictReader(file)]
    with gzip.open(DATA / "bbc_news_summary/bbc.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return made + [(row["text"], "") for row in rows[::7]]


def chinese() -> list[tuple[str, str]]:
    """Return articles, and meetings with their summaries."""
    with gzip.open(DATA / "vcsum/short_dev.txt.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    made = [("\n".join("".join(turn) for turn in row["context"]), row["discussion"]) for row in rows]
    for path in sorted((DATA / "lctt_zh").glob("*.jsonl*"))[:1]:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            texts = [json.loads(line)["text"] for line, _ in zip(file, range(400), strict=False)]
        # what is Markdown about, and no prose, is left out
    lines = ([one for one in text.splitlines() if not re.search(r"https?:|^[^\w]|[`$#|_]|\]\[", one)] for text in texts)
    return made + [("\n".join(one), "") for one in lines]


def number(text: str, rng: random.Random) -> str | None:
    """Change a digit."""
    at = [found.start() for found in re.finditer(r"\d", text)]
    if not at:
        return None
    n = rng.choice(at)
    return text[:n] + rng.choice([one for one in "123456789" if one != text[n]]) + text[n + 1 :]


def date(text: str, rng: random.Random) -> str | None:
    """Put another month or day of the week, or another year."""
    found = rng.choice(list(re.finditer(rf"\b(?:{'|'.join(MONTHS + DAYS)}|(?:19|20)\d\d)\b", text)) or [None])
    if found is None:
        return None
    if found[0].isdigit():
        other = str(int(found[0]) + rng.choice([-3, -2, -1, 1, 2]))
    else:
        other = rng.choice([one for one in (MONTHS if found[0] in MONTHS else DAYS) if one != found[0]])
    return text[: found.start()] + other + text[found.end() :]


def name_from(names: list[str]) -> Change:
    """Return a change that puts another name in the place of one."""

    def change(text: str, rng: random.Random) -> str | None:
        found = rng.choice([one for one in NAME.finditer(text) if one[0] not in MONTHS + DAYS] or [None])
        other = rng.choice(names) if names else None
        if found is None or other is None or set(found[0].split()) & set(other.split()):
            return None
        return text[: found.start()] + other + text[found.end() :]

    return change


def negation(text: str, rng: random.Random) -> str | None:
    """Take a "not" out, or put one in."""
    there = list(NOT.finditer(text))
    if there:
        found = rng.choice(there)
        return text[: found.start()] + text[found.end() :]
    helping = list(AUXILIARY.finditer(text))
    if not helping:
        return None
    at = rng.choice(helping).end()
    return f"{text[:at]} not{text[at:]}"


def number_zh(text: str, rng: random.Random) -> str | None:
    """Change a digit, or a Chinese numeral."""
    at = [one.start() for one in re.finditer(r"\d|[二三四五六七八九](?=[个十百千万年月名项次])", text)]
    if not at:
        return None
    n = rng.choice(at)
    pool = "123456789" if text[n].isascii() else "二三四五六七八九"
    return text[:n] + rng.choice([one for one in pool if one != text[n]]) + text[n + 1 :]


def name_zh(text: str, rng: random.Random) -> str | None:
    """Put another name in the place of one."""
    import rjieba

    names = [word for word, tag in rjieba.tag(text) if tag in {"nr", "ns", "nt", "nrt"} and len(word) > 1]
    if not names:
        return None
    old = rng.choice(names)
    return text.replace(old, rng.choice([one for one in NAMES_ZH if one != old]), 1)


def negation_zh(text: str, rng: random.Random) -> str | None:
    """Take a "not" out, or put one in."""
    found = re.search(r"没有|不(?=[会能是要可])", text)
    if found:
        return text[: found.start()] + text[found.end() :]
    found = re.search(r"(?=[会能是要]\w)", text)
    return f"{text[: found.start()]}不{text[found.start() :]}" if found else None


def measure(articles: list[tuple[str, str]], kinds: dict[str, Change], rng: random.Random) -> None:
    """Plant errors and print how many are found, and how often there is an alarm where nothing was changed."""
    sources = [(Source(text), [one for one in sentences.split(text) if 30 < len(one) < 400]) for text, _ in articles]
    sources = [one for one in sources if len(one[1]) >= 3]
    for kind, change in kinds.items():
        found = planted = alarms = tries = 0
        started = time.monotonic()
        while planted < N and tries < 40 * N:
            tries += 1
            source, pool = rng.choice(sources)
            at = sorted(rng.sample(range(len(pool)), k=3))
            lines = [pool[n] for n in at]
            alarms += bool(source.check(sentences.joined(lines)))
            which = rng.randrange(3)
            changed = change(lines[which], rng)
            if changed is None or changed in source.text:
                continue
            planted += 1
            hit = {one.kind for one in source.check(sentences.joined([*lines[:which], changed, *lines[which + 1 :]]))}
            right = {"number", "date"} if kind in {"number", "date"} else {kind.split(" ")[0]}
            found += bool(hit & right)
        print(
            json.dumps(
                {"kind": kind, "planted": planted, "recall": round(found / max(1, planted), 4),
                 "false_alarms": round(alarms / tries, 4), "ms": round(1_000 * (time.monotonic() - started) / tries, 1)}
            ), flush=True,
        )  # fmt: skip
    written = [(source, text) for source, (text, _) in ((Source(a), (b, a)) for a, b in articles if b)]
    lines = [(source, one) for source, text in written for one in sentences.split(text)]
    flagged = [source.check_sentence(one) for source, one in lines]
    counts = {
        kind: sum(any(f.kind == kind for f in one) for one in flagged)
        for kind in ("number", "date", "name", "negation")
    }
    share = round(sum(map(bool, flagged)) / max(1, len(lines)), 4)
    print(json.dumps({"written by people": len(lines), "sentences flagged": share, "by kind": counts}))


def main() -> None:
    """Measure both languages."""
    rng = random.Random(5)
    articles = english()
    names = [found[0] for text, _ in articles[::5] for found in NAME.finditer(text) if found[0] not in MONTHS + DAYS]
    kinds = {"number": number, "date": date, "name": name_from(names), "negation": negation}
    if "chinese" not in sys.argv:
        measure(articles, kinds, rng)
    measure(chinese(), {"number": number_zh, "name": name_zh, "negation": negation_zh}, rng)


if __name__ == "__main__":
    main()
