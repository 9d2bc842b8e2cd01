"""Documents to a verdict, a service, and an index that follows the folder and forgets."""

import json
import shutil
import time

import pytest
from starlette.testclient import TestClient
from tests.search.conftest import DOCUMENTS, QUESTIONS, SCENARIO, write_library

import luodi as package
from luodi import reindex
from luodi.bundle import open_bundle
from luodi.errors import DataError, Faults
from luodi.ledger import shelf
from luodi.ledger.ledger import open_ledger
from luodi.serve.app import make_app
from luodi.serve.auth import Token
from luodi.serve.limits import Hosts, Limits
from luodi.serve.server import Running, service_of
from luodi.store import read_lines
from luodi.terminal import bundle_path, summary

TOKEN = "a-token-for-the-tests"


def all_bytes(folder):
    return b"".join(one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file())


@pytest.fixture(scope="module")
def bundle(library):
    return open_bundle(library.artifacts["deploy"].path)


@pytest.fixture(scope="module")
def client(bundle, tmp_path_factory):
    token = Token(value=TOKEN, given=True)
    ledger = open_ledger(tmp_path_factory.mktemp("ledger"))
    service = service_of([bundle], token=token, hosts=Hosts("testserver"), limits=Limits(), ledger=ledger)
    with TestClient(Running(make_app(service), service), headers={"authorization": f"Bearer {TOKEN}"}) as made:
        yield made


def test_a_run_ends_in_a_verdict_and_counts_what_was_judged(library):
    facts = library.artifacts["prepare"].facts

    assert library.verdict.word in {"MET", "NOT MET"}
    assert facts["documents"] == len(DOCUMENTS) and facts["rows"]["in"] == facts["rows"]["kept"]
    asked = facts["questions"]
    assert (asked["made"], asked["n"], asked["by"]) == (False, len(QUESTIONS), "passage")
    assert facts["rejected"] == {"a judgement of a document that is not there": 1}
    assert library.artifacts["deploy"].facts["served_agree"] == 1.0
    told = summary("prepare", facts)
    assert told.startswith(f"{facts['passages']} passages; questions: {asked['pairs']} train, ")


def test_a_hit_says_where_it_stands_and_which_words_were_asked_for(client):
    answer = client.post("/predict", json={"query": "Are gift cards refunded?", "k": 2}).json()

    hit = answer["hits"][0]
    assert (hit["document"], hit["heading"], hit["title"]) == ("refunds.md", "Refunds › Gift cards", "Refunds")
    assert hit["id"] == f"refunds.md#{hit['start']}" and hit["end"] - hit["start"] == len(hit["text"])
    assert "refunded" in [hit["text"][start:end] for start, end in hit["highlights"]]


def test_chinese_is_found_by_its_words(client):
    hits = client.post("/predict", json={"query": "偏远地区要几天送到"}).json()["hits"]

    assert hits[0]["document"] == "配送.md"


def test_a_filter_and_an_order_by_document_hold(client):
    one = client.post("/predict", json={"query": "shop spades refunds", "filters": {"folder": "garden"}}).json()
    each = client.post("/predict", json={"query": "gift cards refunded money", "by": "document"}).json()

    assert {hit["document"] for hit in one["hits"]} == {"garden/tools.html"}
    assert [hit["id"] for hit in each["hits"]] == ["refunds.md"]


@pytest.mark.parametrize("body", [{"query": " "}, {"query": "x", "k": 0}], ids=["empty", "k"])
def test_a_request_out_of_bounds_is_refused_with_its_reason(client, body):
    assert client.post("/predict", json=body).status_code == 422


def test_nothing_in_common_is_no_hit(client):
    assert client.post("/predict", json={"query": "xylophone"}).json()["hits"] == []


def test_without_judged_questions_some_are_made(tmp_path):
    text = SCENARIO.replace('tables = { questions = "questions.csv" }\n', "")

    done = package.run(package.load(write_library(tmp_path, text=text)), until="prepare")

    facts = done.artifacts["prepare"].facts
    assert facts["questions"]["made"] and facts["rows"]["test"] > 0


@pytest.mark.slow
def test_the_card_says_that_nobody_judged(tmp_path):
    text = SCENARIO.replace('tables = { questions = "questions.csv" }\n', "")

    done = package.run(package.load(write_library(tmp_path, text=text)))

    assert done.artifacts["evaluate"].facts["questions"]["made"]
    assert "Nobody had judged" in (done.artifacts["deploy"].path / "card.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_rows_of_a_table_are_documents_with_columns_to_filter_by(tmp_path):
    rows = "nr,body,team\n" + "".join(
        f"{n},alpha beta gamma delta epsilon zeta topic{n} words,{'ab'[n % 2]}\n" for n in range(40)
    )
    write_library(tmp_path, text=SCENARIO.replace('"docs"', '"rows.csv"').replace("tables =", "# tables =").replace(
        "dev = 0.4", 'columns = { id = "nr", text = "body" }\ndev = 0.4'
    ))  # fmt: skip
    (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")

    bundle = open_bundle(package.run(package.load(tmp_path)).artifacts["deploy"].path)

    asked = bundle.task.Request(query="topic7", filters={"team": "b"}, by="document")
    assert next(one.id for one in bundle.answer([asked])[0].hits) == "7"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        pytest.param('"docs"', '"dox"', "'dox' does not exist", id="folder"),
        pytest.param("questions =", "queries =", "no use for a table 'queries'", id="table"),
    ],
)
def test_what_is_not_there_is_refused_early(tmp_path, old, new, what):
    with pytest.raises(Faults) as caught:
        package.load(write_library(tmp_path, text=SCENARIO.replace(old, new, 1)))

    assert what in str(caught.value)


def test_of_a_removed_document_no_file_of_the_scenario_holds_a_word(own):
    trace = b"linseed"
    assert trace in all_bytes(own.home)

    made = reindex.remove(own.bundle, ["tools.html"], own.home)

    assert made.removed == ("garden/tools.html",) and trace not in all_bytes(own.home)
    bundle = open_bundle(own.bundle)
    bundle.replay()
    assert bundle.answer([bundle.task.Request(query="linseed spades")])[0].hits == ()


def test_sync_makes_the_index_hold_what_the_folder_holds(own, luodi):
    folder = own.root / "docs"
    (folder / "refunds.md").write_text("# Refunds\n\nMoney comes back within twenty days.\n", encoding="utf-8")
    (folder / "new.md").write_text("# Pets\n\nA hamster may come along.\n", encoding="utf-8")
    (folder / "hours.txt").unlink()

    told = luodi("index", own.root, "sync", folder, "--json")

    made = json.loads(told.out)
    assert (made["added"], made["changed"], made["removed"]) == (["new.md"], ["refunds.md"], ["hours.txt"])
    bundle = open_bundle(own.bundle)
    assert bundle.answer([bundle.task.Request(query="hamster")])[0].hits[0].document == "new.md"
    assert b"Sundays it stays" not in all_bytes(own.home) and b"within ten days" not in all_bytes(own.bundle)


def test_a_service_that_runs_answers_from_the_changed_index_and_keeps_no_passage(own, luodi):
    folder, token = own.root / "docs", Token(value=TOKEN, given=True)
    service = service_of(
        [open_bundle(own.bundle)], token=token, hosts=Hosts("testserver"), limits=Limits(), ledger=open_ledger(own.home)
    )
    with TestClient(Running(make_app(service), service), headers={"authorization": f"Bearer {TOKEN}"}) as client:

        def found(query):
            return [one["document"] for one in client.post("/predict", json={"query": query}).json()["hits"]]

        assert found("linseed") == ["garden/tools.html"] and found("hamster") == []
        (folder / "new.md").write_text("# Pets\n\nA hamster may come along.\n", encoding="utf-8")
        (folder / "garden" / "tools.html").unlink()
        told = luodi("index", own.root, "sync", folder)
        until = time.monotonic() + 60
        while found("hamster") != ["new.md"] and time.monotonic() < until:
            time.sleep(0.1)
        assert found("hamster") == ["new.md"] and found("spades of ash") == []

    assert "released as" in told.out and bundle_path(own.root) == (own.bundle, own.home)
    assert b"Oil the handle" not in all_bytes(own.home)
    with open_ledger(own.home) as ledger:
        rows = ledger.read(lambda one: shelf.all_of(one, "library"))
    assert [one["stage"] for one in rows] == ["champion", "retired"]


def test_a_document_is_added_and_what_cannot_be_read_is_told(own, luodi, tmp_path):
    (tmp_path / "extra.md").write_text("# Parking\n\nTwo places for bicycles.\n", encoding="utf-8")
    (tmp_path / "broken.pdf").write_bytes(b"no pdf")

    told = luodi("index", own.root, "add", tmp_path / "extra.md", tmp_path / "broken.pdf")

    assert told.code == 0 and "added    1 document: extra.md" in told.out and "left out" in told.out


def test_a_document_that_is_not_there_is_not_removed(own, refused):
    assert "did you mean 'refunds.md'" in refused("index", own.root, "remove", "refund.md")


def test_an_index_is_for_search_alone(own, tmp_path):
    with pytest.raises(DataError, match="no document is called"):
        reindex.remove(own.bundle, ["nothing.md"], own.home)


def test_a_new_scenario_is_guessed_from_a_folder_of_documents(luodi, own, tmp_path):
    shutil.rmtree(own.home)

    told = luodi("new", tmp_path / "fresh", "--data", own.root / "docs", "--yes")

    scenario = package.load(tmp_path / "fresh")
    assert told.code == 0 and scenario.task_name == "semantic-search" and "4 documents" in told.out


def test_no_line_of_dev_or_exam_is_learned_from(library):
    folder = library.artifacts["prepare"].path
    asked = {one["x"]["query"] for part in ("dev", "test") for one in read_lines(folder / f"{part}.jsonl")}

    assert asked and not asked & {one["query"] for one in read_lines(folder / "pairs.jsonl")}
