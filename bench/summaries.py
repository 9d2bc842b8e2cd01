"""How good are summaries? `python -m bench.summaries bbc|cnn|papers|meetings|meetings-zh|long [folds]`.

Documents are held out; lead and TextRank are as long as what they are compared with. The sets lie beside the checkout,
in `../shared/data`, or where `LUODI_SHARED_DATA` says.
"""

import csv
import gzip
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from luodi import registry, sentences
from luodi.contracts import Recipe
from luodi.metrics import interval, rouge
from luodi.runtime import centrality
from luodi.runtime.engine_selector import How, Selector
from luodi.runtime.session import open_session

DATA = Path(os.environ.get("LUODI_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
Pair = tuple[dict[str, Any], frozenset[str]]
Group = list[Pair]
MODELS = ("lead", "textrank", "sentence-selector")


def lines_of(file: str) -> list[Any]:
    """Return the rows of a file of JSON lines."""
    with gzip.open(DATA / file, "rt", encoding="utf-8") as opened:
        return [json.loads(line) for line in opened]


def bbc() -> list[Group]:
    """Return news with the sentences that were taken out of them; each text once."""
    rows = {row["text"]: row["summary"] for row in lines_of("bbc_news_summary/bbc.jsonl.gz")}
    return [[({"text": text, "form": "news"}, frozenset([summary]))] for text, summary in rows.items()]


def cnn() -> list[Group]:
    """Return news with what their editors wrote."""
    csv.field_size_limit(10**9)
    with gzip.open(DATA / "cnndm_300/cnn_dailymail_subset.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [[({"text": row["article"], "form": "news"}, frozenset([row["highlights"]]))] for row in rows]


def papers(*, abstract: bool = False) -> list[Group]:
    """Return papers with the summaries that people wrote, without the abstract, or with it."""
    made = []
    for row in lines_of("scisummnet/scisummnet.jsonl.gz"):
        parts = [("Abstract", row["abstract"])] if abstract else []
        parts += [(one["title"], one["sentences"]) for one in row["sections"]]
        text = "\n\n".join(f"## {title}\n\n" + "\n".join(lines) for title, lines in parts)
        made.append([({"text": text, "form": "report"}, frozenset([row["human_summary"]]))])
    return made


def meetings() -> list[Group]:
    """Return the questions about each meeting, with what people answered."""
    made = []
    for row in lines_of("qmsum/train.jsonl.gz") + lines_of("qmsum/val.jsonl.gz"):
        text = "\n".join(f"{one['speaker']}: {one['content']}" for one in row["meeting_transcripts"])
        asked = row["general_query_list"] + row["specific_query_list"]
        made.append(
            [({"text": text, "form": "meeting", "query": one["query"]}, frozenset([one["answer"]])) for one in asked]
        )
    return made


def meetings_zh() -> list[Group]:
    """Return parts of Chinese meetings with their summaries."""
    made = []
    for row in lines_of("vcsum/short_dev.txt.gz"):
        turns = zip(row["speaker"], row["context"], strict=True)
        text = "\n".join(f"发言人{speaker}：{''.join(said)}" for speaker, said in turns)
        made.append([({"text": text, "form": "meeting"}, frozenset([row["discussion"]]))])
    return made


SETS: dict[str, Callable[[], list[Group]]] = {
    "bbc": bbc, "cnn": cnn, "papers": papers, "papers-abstract": lambda: papers(abstract=True), "meetings": meetings,
    "meetings-zh": meetings_zh,
}  # fmt: skip


def peers(session: Selector, pairs: Sequence[Pair], made: Sequence[str]) -> dict[str, list[str]]:
    """Return the first sentences, and those of standard TextRank, until they are as long as what was made."""
    found: dict[str, list[str]] = {"lead": [], "textrank": []}
    for (x, _), text in zip(pairs, made, strict=True):
        read, most = session.read({"text": x["text"], "form": x["form"]}), len(rouge.words(text))
        lines = [one.text for one in read.outline.sentences]
        ranks = centrality.page_rank(centrality.overlaps(centrality.counts(read.terms)[0]))
        for name, order in (
            ("lead", range(len(lines))),
            ("textrank", sorted(range(len(lines)), key=lambda n: -ranks[n])),
        ):
            taken, n_words = [], 0
            for n in order:
                size = len(rouge.words(lines[n]))
                if taken and n_words + size / 2 > most:
                    break
                taken.append(n)
                n_words += size
            found[name].append(sentences.joined([lines[n] for n in sorted(taken)]))
    return found


def measure(name: str, groups: list[Group], folds: int, models: Sequence[str]) -> None:
    """Learn from all but one part of the documents and summarize that one; for so many of five parts."""
    random.Random(3).shuffle(groups)
    gold: list[frozenset[str]] = []
    made: dict[str, list[str]] = {one: [] for one in (*models, "lead as long", "textrank as long")}
    facts = {}
    for fold in range(folds):
        held = [one for group in groups[fold::5] for one in group]
        rest = [group for n, group in enumerate(groups) if n % 5 != fold]
        cut = max(1, len(rest) // 10)
        dev, train = [one for group in rest[:cut] for one in group], [one for group in rest[cut:] for one in group]
        gold += [y for _, y in held]
        for one in models:
            started = time.monotonic()
            with TemporaryDirectory() as folder:
                work, out = Path(folder, "work"), Path(folder, "out")
                work.mkdir()
                out.mkdir()
                model = registry.model(one)()
                facts[one] = model.fit(train, dev, recipe=Recipe(), work=work)
                model.export(out)
                session: Any = open_session(out)
                fitted = time.monotonic() - started
                drafts = session.predict([x for x, _ in held])
            made[one] += [draft["text"] for draft in drafts]
            facts[one] |= {
                "fit_s": round(fitted),
                "ms": round(1000 * (time.monotonic() - started - fitted) / len(held), 1),
            }
        for peer, texts in peers(Selector(How()), held, made[models[-1]][-len(held) :]).items():
            made[f"{peer} as long"] += texts
    print(json.dumps({"set": name, "n": len(gold), "facts": facts}), flush=True)
    best = made[models[-1]]
    for one, texts in made.items():
        values = rouge.table(gold, texts)[0].mean(axis=0).round(4).tolist()
        gain = interval.paired(rouge, "rouge_1", gold, best, texts, n_resamples=1_000, seed=1)
        gain = {key: round(value, 4) for key, value in gain.items()}
        print(json.dumps({one: dict(zip(rouge.METRICS, values, strict=True)), f"{models[-1]} gains": gain}), flush=True)


def long(n_pages: int = 300, characters: int = 3_000) -> None:
    """Sum up a report of so many pages, whole and by sections, in a process of its own; print time and memory."""
    groups = papers()
    with TemporaryDirectory() as folder:
        out = Path(folder, "out")
        out.mkdir()
        model = registry.model("sentence-selector")()
        pairs = [one for group in groups[:80] for one in group]
        model.fit(pairs[:60], pairs[60:], recipe=Recipe(), work=Path(folder))
        model.export(out)
        text = "\n\n".join(x["text"] for group in groups[80:] for x, _ in group)[: n_pages * characters]
        Path(folder, "text.txt").write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "bench.summaries", "one", folder], check=True, capture_output=True, text=True
        )
    print(json.dumps({"pages": n_pages, "characters": len(text)} | json.loads(done.stdout.splitlines()[-1])))


def one(folder: str) -> None:
    """Sum up one text and print how long it took."""
    text = Path(folder, "text.txt").read_text(encoding="utf-8")
    started = time.monotonic()
    session: Any = open_session(Path(folder, "out"))
    (draft,) = session.predict([{"text": text, "form": "report", "section_sentences": 2}])
    told = {"seconds": round(time.monotonic() - started, 1), "sections": len(draft["sections"])}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(told | {"summary_sentences": len(draft["sources"]), "peak_mb": peak}))


def main(name: str, folds: int = 1, *models: str) -> None:
    """Measure one set."""
    if name == "long":
        long()
        return
    measure(name, SETS[name](), folds, models or MODELS)
    print(json.dumps({"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


if __name__ == "__main__":
    if sys.argv[1] == "one":
        one(sys.argv[2])
    else:
        main(sys.argv[1], *map(int, sys.argv[2:3]), *sys.argv[3:])
