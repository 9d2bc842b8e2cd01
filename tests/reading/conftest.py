"""A town of a dozen documents in the format of SQuAD, answered; and questions over a library that is searched."""

import csv
import json

import pytest
from tests.search.conftest import write_library

import luodi as package

TOWNS = ("Aldra", "Borno", "Calver", "Dusk", "Elmet", "Farnow", "Gilden", "Harrow", "Ister", "Jorvik", "Kelm", "Lunt")
SCENARIO = """\
name = "towns"
task = "question-answering"

[options]
unanswerable = 0.5

[define]
train = "towns.json"
succeed = { "extraction.f1" = 0.2 }
automate = { precision = 0.5 }

[prepare]
dev = 0.3
test = 0.3

[select]
models = ["reader-overlap"]
n_resamples = 20

[evaluate]
n_resamples = 20
"""
OPEN = """\
name = "library-answers"
task = "question-answering"

[options]
retriever = "../library"
passages = 3

[define]
train = "questions.csv"

[prepare]
dev = 0.3
test = 0.3

[select]
models = ["reader-overlap"]
n_resamples = 20

[evaluate]
n_resamples = 20
"""
ASKED = [
    ("How many days until money comes back?", "ten days"), ("What is never refunded?", "Gift cards"),
    ("When does the shop open?", "nine"), ("When does the shop close?", "six"),
    ("Which day is the shop closed?", "Sundays"), ("What are spades made of?", "ash and steel"),
    ("With what is the handle oiled?", "linseed"), ("When is the handle oiled?", "every autumn"),
    ("订单多久发货？", "四十八小时内"), ("偏远地区几天送达？", "七天"), ("满多少元包邮？", "九十九元"),
    ("Who is the king of the moon?", ""), ("How tall is the tower?", ""), ("What does the parrot eat?", ""),
]  # fmt: skip


def towns():
    """Return articles of two paragraphs with two questions each; the fourth of every town is asked for in vain."""
    articles = []
    for n, name in enumerate(TOWNS):
        texts = [
            f"{name} lies on the river Om{n}. The town has {40 + n} bridges. Its market was founded in {1200 + n}.",
            f"The mayor of {name} is Ann Q{n}. Her port is P{n}. The bells of {name} ring at {n + 1} o'clock.",
        ]
        asked = [
            [
                (f"How many bridges does {name} have?", f"{40 + n} bridges"),
                ("When was the market founded?", f"{1200 + n}"),
            ],
            [(f"Who is the mayor of {name}?", f"Ann Q{n}"), (f"What does the king of {name} eat?", "")],
        ]
        paragraphs = [
            {"context": text, "qas": [_question(text, *one) for one in some]}
            for text, some in zip(texts, asked, strict=True)
        ]
        articles.append({"title": name, "paragraphs": paragraphs})
    return {"version": "2.0", "data": articles}


def _question(text, question, answer):
    answers = [{"text": answer, "answer_start": text.index(answer)}] if answer else []
    return {"id": question, "question": question, "answers": answers, "is_impossible": not answers}


@pytest.fixture(scope="session")
def answered(tmp_path_factory):
    """A finished run over given passages, not to be changed."""
    folder = tmp_path_factory.mktemp("towns")
    (folder / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    (folder / "towns.json").write_text(json.dumps(towns()), encoding="utf-8")
    return package.run(package.load(folder))


def write_open(folder):
    """Write the scenario that searches before it reads, and its questions."""
    folder.mkdir()
    (folder / "scenario.toml").write_text(OPEN, encoding="utf-8")
    with (folder / "questions.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("question", "answers"), *ASKED])
    return folder


@pytest.fixture(scope="session")
def searched(tmp_path_factory):
    """A finished run that finds its passages, not to be changed."""
    root = tmp_path_factory.mktemp("open")
    (root / "library").mkdir()
    package.run(package.load(write_library(root / "library")))
    return package.run(package.load(write_open(root / "answers")))
