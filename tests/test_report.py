import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from luodi.contracts import Artifact
from luodi.report import charts, page, words
from luodi.store import write_json

VOID = {"meta", "link", "input", "br", "img", "hr"}
HOSTILE = "<script>alert(1)</script>\"'&\x00\ud800\u202e 😡 مرحبا " + "长" * 200
QUALITY = {"value": 0.842, "low": 0.821, "high": 0.861}


class Reader(HTMLParser):
    """Follows the tags of a page and keeps what a browser would act upon."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.ids, self.attributes, self.words = [], [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> was never opened"
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def about_of(labels=("billing", "refund", "login"), text="Where is my money?"):
    """Return all that a page can be about; `labels` and `text` are the user's."""
    first, second = labels[0], labels[1]
    exam = {
        "model": "encoder",
        "n_exam": 200,
        "metrics": {"classification.macro_f1": QUALITY},
        "trained": {"classification.macro_f1": 0.8431},
        "parity": [{"form": "int8", "agree": 0.996, "change": -0.001, "ok": True}],
        "per_class": {label: {"precision": 0.8, "recall": 0.7, "f1": 0.75, "n": 9} for label in labels},
        "confusion": {
            "labels": list(labels),
            "counts": [[9 if row == column else 1 for column in range(len(labels))] for row in range(len(labels))],
        },
        "temperature": 1.4,
        "ece": {"before": 0.07, "after": 0.018},
        "reliability": [{"confidence": 0.9, "accuracy": 0.88, "n": 150}],
        "promise": {
            "precision": 0.97, "confidence": 0.95, "threshold": 0.71, "share": 0.775, "measured": 0.981,
            "n_answered": 155, "n_exam": 200,
        },
        "automation_curve": [{"share": k / 10, "precision": 1 - k / 100, "threshold": 0.5} for k in range(1, 11)],
        "baselines": {"majority": QUALITY | {"gain": 0.05, "gain_low": 0.02, "gain_high": 0.08}},
        "slices": {text: {text: {"n": 20, "value": 0.6, "low": 0.5, "high": 0.7}}},
        "mistakes": [{"where": "a.csv:3", "text": text, "gold": first, "predicted": [first, second], "score": 0.97}],
    }  # fmt: skip
    select = {
        "facts": {
            "model": "encoder", "metric": "classification.macro_f1", "sample": 500, "n_dev": 100,
            "candidates": [
                {"model": "majority", "value": 0.03, "low": 0.02, "high": 0.04, "refused": None},
                {"model": "encoder", **QUALITY, "refused": None},
                {"model": "large", "value": None, "low": None, "high": None, "refused": text},
            ],
        },
        "measured": {
            "why": "encoder: the best.",
            "candidates": {"majority": {"usd_per_1k": 1e-7}, "encoder": {"usd_per_1k": 0.002, "p95_ms": 5.6}},
            "machine": {"processor": "some", "cores": 2, "memory_gb": 7.8, "python": "3.11"},
            "forecast": {"seconds": 700},
        },
    }  # fmt: skip
    prepare = {
        "tables": {"a.csv": {"format": "csv", "encoding": "utf-8", "delimiter": "\t", "header": True}},
        "rows": {"in": 1019, "kept": 1000, "rejected": 19, "train": 700, "dev": 100, "test": 200},
        "rejected": {"empty text": 19},
    }
    file = {"name": "a.csv", "bytes": 1234, "sha256": "ab" * 32}
    lengths = {"p5": 1, "p25": 20, "p50": 40, "p75": 60, "p95": 90, "p100": 400}
    part = {"rows": 700, "characters": lengths, "scripts": {"latin": 1.0}, "labels": dict.fromkeys(labels, 5)}
    return {
        "scenario": {"name": text, "task": "text-classification", "goal": text, "seed": 7, "file": "my case.toml"},
        "version": "0.1.0",
        "written": "2026-11-23 19:05",
        "profile": {"train": part, "dev": part},
        "verdict": {
            "met": True, "model": "encoder", "sentence": "encoder meets both targets.",
            "checks": [
                {"metric": "classification.macro_f1", "kind": "quality", "asked": 0.8, "met": True, **QUALITY},
                {"metric": "cost.usd_per_1k", "kind": "cost", "asked": 0.01, "value": 0.002, "met": True},
            ],
        },
        "steps": {
            "define": {"key": "k1", "facts": {"files": {"train": [file]}, "price": {"core_hour": 0.05}}},
            "prepare": {"facts": prepare, "measured": {"seconds": 1.5}},
            "select": select,
            "pretrain": {"facts": {"texts": 9, "perplexity_before": 30.0, "perplexity_after": 20.0}, "measured": {}},
            "finetune": {"facts": {"losses": [[1, 2.0], [2, 1.0]], "dev": [[1, 0.7], [2, 0.8]]}, "measured": {}},
            "evaluate": {"facts": exam, "measured": {}},
            "deploy": {"facts": {"served_agree": 1.0}, "measured": {"p95_ms": 5.6, "usd_per_1k": 0.002}},
        },
    }  # fmt: skip


def edition(text, language):
    """Return the words of one of the page's two editions."""
    start = text.index(f'<div class="edition {language}"')
    end = text.find('<div class="edition zh"', start + 1)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", text[start : end if end > 0 else None]))


def test_the_verdict_comes_first_and_every_section_is_there():
    made = page.render(about_of())

    names = re.findall(r'<section class="(\w+)"', made.split('class="edition zh"')[0])
    assert names == [
        "targets", "choice", "quality", "automation", "reliability", "confusion", "classes", "slices", "baselines",
        "data", "learning", "mistakes", "cost", "again",
    ]  # fmt: skip
    assert made.index("<h1") < made.index("<section")


def test_every_tag_is_closed_and_every_id_is_unique():
    read = Reader(page.render(about_of()))

    assert len(read.ids) == len(set(read.ids))
    links = {value[1:] for name, value in read.attributes if name == "href" and value.startswith("#")}
    assert links <= set(read.ids)


def test_hostile_text_stays_text():
    made = page.render(about_of(labels=(HOSTILE, HOSTILE + "2", "b"), text=HOSTILE))

    read = Reader(made.encode("utf-8").decode())
    assert "script" not in read.tags
    assert "<script>alert(1)</script>" in read.text
    assert "\x00" not in read.text
    assert not [name for name, _ in read.attributes if name.startswith("on") or name == "style"]


def test_the_page_asks_for_nothing_from_outside():
    made = page.render(about_of())

    assert not re.search("https?://|@import|url[(]", made)
    assert not {"script", "iframe", "object", "form"} & set(Reader(made).tags)


def test_the_content_policy_allows_our_style_sheet_and_nothing_else():
    made = page.render(about_of())
    style = made.partition("<style>")[2].partition("</style>")[0]

    assert "default-src 'none'" in made
    assert f"'sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in made


@pytest.mark.parametrize(
    ("language", "first", "word"), [("en", "en", "Met"), ("zh_CN.UTF-8", "zh-Hans", "达标"), ("de", "en", "Met")]
)
def test_both_languages_are_there_and_one_is_shown_first(language, first, word):
    made = page.render(about_of(), language=language)

    assert f'<html lang="{first}">' in made
    assert f"<title>{word} · " in made
    assert made.count(" checked>") == 1
    assert "达标" in edition(made, "zh")
    assert "满足全部 2 项目标" in edition(made, "zh")
    assert "encoder meets both targets." in edition(made, "en")


def test_no_english_phrase_of_ours_stands_in_the_chinese_edition():
    chinese = edition(page.render(about_of()), "zh")

    ours = [english for english, other in words.PHRASES.values() if len(english) > 12 and "{" not in english]
    assert [phrase for phrase in ours if phrase in chinese] == []


def test_both_languages_of_a_phrase_have_the_same_holes():
    for english, chinese in words.PHRASES.values():
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", chinese)), english


@pytest.mark.parametrize("step", ["define", "prepare", "select", "pretrain", "finetune", "evaluate", "deploy"])
def test_a_step_that_is_missing_leaves_its_sections_out(step):
    about = about_of()
    del about["steps"][step]

    assert Reader(page.render(about)).tags.count("h1") == 2


@pytest.mark.parametrize("step", ["prepare", "select", "evaluate", "deploy"])
@pytest.mark.parametrize("empty", [None, {}, [], float("nan")], ids=repr)
def test_a_fact_that_is_missing_leaves_its_part_out(step, empty):
    for where in ("facts", "measured"):
        for key in about_of()["steps"][step].get(where, {}):
            about = about_of()
            about["steps"][step][where][key] = empty

            assert Reader(page.render(about)).tags.count("h1") == 2


@pytest.mark.parametrize("about", [{}, {"verdict": None, "steps": None, "profile": None, "scenario": None}])
def test_a_page_about_nothing_says_that_the_run_is_not_finished(about):
    made = page.render(about)

    assert "Not finished" in Reader(made).text
    assert "<section" not in made


@pytest.mark.parametrize(("met", "word"), [(True, "Met"), (False, "Not met"), (None, "No targets")])
def test_the_verdict_is_one_of_three_words(met, word):
    made = page.render({"verdict": {"met": met, "model": "encoder", "checks": []}})

    assert re.search(rf'<h1 class="\w+">{word}</h1>', made)


def test_a_sentence_may_be_given_in_both_languages():
    made = page.render({"verdict": {"met": True, "sentence": {"en": "It works.", "zh": "可用。"}, "checks": []}})

    assert "It works." in edition(made, "en")
    assert "可用。" in edition(made, "zh")


def test_many_labels_are_shown_as_the_worst_mixups_and_the_page_stays_small():
    made = page.render(about_of(labels=tuple(f"label number {n:03} of many" for n in range(151))))

    assert 'class="matrix' not in made
    assert "commonest mix-ups among 151 labels" in made
    assert len(made.encode()) < 1_500_000


def test_a_tagging_run_without_confusion_has_its_table_of_labels():
    about = about_of()
    about["steps"]["evaluate"]["facts"]["confusion"] = None

    made = page.render(about)

    assert '<section class="confusion"' not in made
    assert '<section class="classes"' in made


def test_a_broken_promise_is_said():
    about = about_of()
    about["steps"]["evaluate"]["facts"]["promise"] |= {"threshold": None, "share": 0.0, "measured": None}

    made = page.render(about)

    assert "every request goes to a person" in made
    assert "全部请求转交人工处理" in made


def test_every_picture_has_a_text_alternative_or_is_silent():
    made = page.render(about_of())

    for start in re.findall(r"<svg[^>]*>(?:<title>[^<]+</title>)?", made):
        assert 'aria-hidden="true"' in start or "<title>" in start


def test_labels_of_neighbouring_dots_do_not_lie_on_each_other():
    taken = []

    places = [charts._room(100, 100, 60, taken, within=(0, 0, 500, 500)) for _ in range(6)]

    boxes = [(left, base - 12, left + 60, base + 4) for left, base in places]
    for n, one in enumerate(boxes):
        for other in boxes[:n]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_write_gathers_from_artifacts_and_takes_the_language_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("LUODI_LANG", "zh")
    scenario = SimpleNamespace(path=tmp_path / "scenario.toml", name="case", task_name="t", goal="g", seed=7)
    write_json(tmp_path / "profile.json", {"train": {"rows": 3, "labels": {"a": 2, "b": 1}}})
    write_json(tmp_path / "details.json", {"mistakes": [{"text": "Wrong!", "gold": "a", "predicted": "b"}]})
    facts = about_of()["steps"]["prepare"]["facts"]
    made = Artifact(step="prepare", key="k", path=tmp_path, digest="d", facts=facts, measured={})

    page.write(scenario, {"prepare": made, "evaluate": made}, None, tmp_path / "report.html")

    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-Hans">' in text
    assert "Labels in training" in text
    assert "Wrong!" in text
    assert str(tmp_path) not in text
