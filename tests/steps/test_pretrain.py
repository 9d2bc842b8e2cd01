"""The step `pretrain`: which texts are read, of how many, and what is said about them."""

from types import SimpleNamespace

import pytest

from luodi import registry
from luodi.contracts import Artifact, Job
from luodi.errors import DataError
from luodi.models import encoder_scratch
from luodi.steps import s4_pretrain
from luodi.store import write_lines
from luodi.train import pretraining

HEADLINES = [f"球队{n}今日比赛进球" for n in range(60)]


@pytest.fixture
def job(tmp_path):
    """Return a function that makes a job: the files of `archive/` to read, and the rows of a scenario."""
    prepared, archive = tmp_path / "prepared", tmp_path / "archive"
    prepared.mkdir()
    archive.mkdir()
    for side, rows in (("train", HEADLINES), ("dev", HEADLINES[:9])):
        write_lines(prepared / f"{side}.jsonl", ({"x": x, "y": "体育"} for x in rows))

    def make(model="encoder-scratch", **settings):
        for name in ("out", "work"):
            (tmp_path / name).mkdir(exist_ok=True)
        found = {
            "select": Artifact(
                step="select", key="", path=tmp_path, digest="", facts={"model": model, "base": "starter"}, measured={}
            ),
            "prepare": Artifact(step="prepare", key="", path=prepared, digest="", facts={}, measured={}),
        }
        task = registry.task("text-classification")
        return Job(
            name="news",
            goal="",
            task_name="text-classification",
            task=task,
            options=task.Options(),
            settings=s4_pretrain.Settings(**settings),
            seed=7,
            root=tmp_path,
            inputs=found,
            out=tmp_path / "out",
            work=tmp_path / "work",
        )

    return SimpleNamespace(make=make, archive=archive)


def test_the_step_reads_files_and_rows_and_says_what_became_of_the_language(job, monkeypatch):
    monkeypatch.setattr(encoder_scratch, "SIZE", pretraining.Size(layers=1, width=32, gram_size=8, vocabulary=200))
    (job.archive / "a.txt").write_text("\n".join(f"股票{n}今日上涨" for n in range(40)), encoding="utf-8")
    (job.archive / "general.txt").write_text("今天天气很好\n" * 5, encoding="utf-8")
    asked = job.make(texts="archive/a.txt", keep="archive/general.txt", epochs=2, pieces="bpe")

    facts = s4_pretrain.run(asked).facts

    assert facts["texts"] == 100
    assert set(facts["checks"]) == {"dev", "keep"}
    assert facts["checks"]["dev"]["after"] < facts["checks"]["dev"]["before"]
    learned = encoder_scratch.EncoderScratch.load(asked.out / "model").inner.deep
    assert learned.base == "scratch"
    assert type(learned.text.tokenizer.model).__name__ == "BPE"


def test_an_encoder_that_starts_counts_alone_unless_it_is_told_how_long_to_guess(job, monkeypatch):
    monkeypatch.setattr(encoder_scratch, "SIZE", pretraining.Size(layers=1, width=32, gram_size=8, vocabulary=200))
    (job.archive / "a.txt").write_text("\n".join(f"股票{n}今日上涨" for n in range(1_200)), encoding="utf-8")

    counted = s4_pretrain.run(job.make(texts="archive/a.txt")).facts

    assert counted["steps"] == 0
    assert counted["contexts"] > 0
    assert counted["perplexity_after"] < counted["perplexity_before"]
    assert s4_pretrain._minutes(s4_pretrain.Settings(max_minutes=5.0), 0.0) == 5.0
    assert s4_pretrain._minutes(s4_pretrain.Settings(epochs=2), 0.0) == s4_pretrain.LONGEST


def test_of_a_large_folder_an_even_sample_is_read_the_same_one_every_time(job):
    for name in "ab":
        lines = (f"{name} paragraph number {n} of a large archive" for n in range(3_000))
        (job.archive / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")
    size = sum(file.stat().st_size for file in job.archive.iterdir())
    asked = job.make(texts="archive/*.txt", max_tokens=size // s4_pretrain.BYTES_PER_TOKEN // 4)

    once, again = (list(s4_pretrain._texts(asked))[len(HEADLINES) :] for _ in range(2))

    assert once == again
    assert 1_300 < len(once) < 1_700
    assert 600 < sum(text.startswith("b") for text in once) < 900


def test_a_long_paragraph_is_read_in_pieces_and_nothing_is_lost(job):
    (job.archive / "a.txt").write_text("x" * 1_500 + "\n\n short  one", encoding="utf-8")

    texts = list(s4_pretrain._texts(job.make(texts="archive/a.txt")))[len(HEADLINES) :]

    assert texts == ["x" * 600, "x" * 600, "x" * 300, "short one"]


def test_a_column_of_a_table_is_read(job):
    (job.archive / "a.csv").write_text("id,body\n1,hello there\n2,good bye\n", encoding="utf-8")

    texts = list(s4_pretrain._texts(job.make(texts=("archive/*.csv",), column="body")))[len(HEADLINES) :]

    assert texts == ["hello there", "good bye"]


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        pytest.param({"texts": "nowhere/*.txt"}, "no file matches", id="a pattern that matches nothing"),
        pytest.param({"keep": "nowhere/*.txt"}, "no file matches", id="general texts that are not there"),
        pytest.param({"texts": "archive/a.csv", "column": "text"}, "no column is called 'text'", id="a wrong column"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_a_remedy(job, settings, what):
    (job.archive / "a.csv").write_text("id,body\n1,hello there\n", encoding="utf-8")

    with pytest.raises(DataError, match=what) as caught:
        s4_pretrain.run(job.make(**settings))

    assert caught.value.fix


def test_a_model_that_does_not_read_is_left_alone(job):
    assert "does not learn" in s4_pretrain.run(job.make(model="nb-svm")).facts["skipped"]
