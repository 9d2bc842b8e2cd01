"""A small library: four documents about a shop, with questions and what is right for them."""

import csv
import shutil
from types import SimpleNamespace

import pytest

import luodi as package
from luodi.runtime.index import Index
from luodi.runtime.passages import Document, Passage

DOCUMENTS = {
    "refunds.md": "# Refunds\n\nMoney comes back within ten days.\n\n## Gift cards\n\nGift cards are never refunded.\n",
    "hours.txt": "Opening hours\n\nThe shop opens at nine and closes at six. On Sundays it stays closed.\n",
    "garden/tools.html": "<title>Tools</title><h1>Spades</h1><p>Spades are made of ash and steel.</p>"
    "<h2>Care</h2><p>Oil the handle every autumn with linseed.</p><script>never()</script>",
    "配送.md": "# 配送\n\n订单在四十八小时内发货，偏远地区七天送达。\n\n## 运费\n\n满九十九元包邮。\n",
}
QUESTIONS = [
    ("when do I get my money back", "refunds.md", "Money comes back"),
    ("are gift cards refunded", "refunds.md", "Gift cards are never"),
    ("gift card refund", "refunds.md", "Gift cards are never"),
    ("opening on sundays", "hours.txt", "On Sundays"),
    ("when does the shop close", "hours.txt", "The shop opens at nine"),
    ("what are spades made of", "tools.html", "made of ash"),
    ("oil for the handle", "tools.html", "linseed"),
    ("linseed oil in autumn", "tools.html", "linseed"),
    ("多久发货", "配送.md", "四十八小时"),
    ("包邮条件", "配送.md", "九十九元"),
    ("偏远地区几天", "配送.md", "七天送达"),
    ("ten days", "refunds.md", "ten days"),
]
SCENARIO = """\
name = "library"
task = "semantic-search"

[define]
train = "docs"
tables = { questions = "questions.csv" }
succeed = { "ranking.ndcg_at_10" = 0.2 }

[prepare]
dev = 0.4
test = 0.4

[select]
models = ["search-bm25"]
n_resamples = 20

[evaluate]
n_resamples = 20
"""


def write_library(folder, *, text=SCENARIO):
    """Write the scenario with its documents and questions, and one judgement of a document that is not there."""
    for name, content in DOCUMENTS.items():
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    with (folder / "questions.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [("query", "document", "passage"), *QUESTIONS, ("who", "nowhere.md", "nothing")]
        csv.writer(file).writerows(rows)
    return folder


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    """A finished run, not to be changed."""
    folder = write_library(tmp_path_factory.mktemp("library"))
    return package.run(package.load(folder))


@pytest.fixture
def own(library, tmp_path):
    """A copy of the finished run, to be changed."""
    folder = shutil.copytree(library.scenario.root, tmp_path / "own")
    key = library.artifacts["deploy"].key
    return SimpleNamespace(root=folder, home=folder / ".luodi", bundle=folder / ".luodi" / "deploy" / key)


def a_document(name: str, *texts: str, **columns: str):
    """Return a document of a few passages."""
    at, passages = 0, []
    for text in texts:
        passages.append(Passage(text=text, start=at, end=at + len(text), heading="H"))
        at += len(text) + 1
    return Document(id=name, title=name, digest=name, columns=columns), passages


@pytest.fixture
def index(tmp_path):
    made = Index.create(tmp_path / "index")
    made.add(
        [a_document("a", "red apples", "green pears", kind="fruit"), a_document("b", "red carrots", kind="root")], None
    )
    return made
