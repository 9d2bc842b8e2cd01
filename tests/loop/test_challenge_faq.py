"""What people ask in other words is learned by a FAQ from reviewed traffic."""

import csv
import json
from pathlib import Path

import pytest
from tests.loop.test_challenge import maker, review_all

from luodi.bundle import open_bundle

SCENARIO = """\
name = "tiny"
task = "faq"

[define]
train = "faq.csv"

[prepare]
dev = 0.2
test = 0.2
near_duplicates = false

[select]
models = ["faq-bm25"]
n_resamples = 20

[evaluate]
n_resamples = 20
"""
ANSWERS = {
    "delivery": ("parcel", "courier", "tracking"), "refund": ("refund", "money", "charged"),
    "login": ("password", "account", "locked"), "opening": ("shop", "open", "sunday"),
}  # fmt: skip
FRAMES = (
    "where is my {}", "what about the {}", "a question on {}", "the {} please", "I need help with {}", "tell me of {}",
    "any news of my {}", "problem with the {}",
)  # fmt: skip
SLANG = {"delivery": "zaploo", "refund": "dosh", "login": "creds", "opening": "hoursies"}
"""Words that people use and that no question of the FAQ has."""


@pytest.fixture
def folder(tmp_path, luodi):
    made = tmp_path / "tiny"
    made.mkdir()
    (made / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    rows = [(frame.format(word), label, f"All about {label}.") for label, words in ANSWERS.items() for word in words
            for frame in FRAMES]  # fmt: skip
    with (made / "faq.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label", "answer"), *rows])
    assert luodi("run", made).code in {0, 1}
    return made


def answer_to(bundle, text):
    (response,) = bundle.answer([bundle.task.Request(text=text)])
    return response.label, response.answer


def test_paraphrases_from_reviewed_traffic_are_answered_by_the_challenger(folder, luodi):
    numbers = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    asked = [(f"{word} {n} {label[::-1]}", label) for label, word in SLANG.items() for n in numbers]
    review_all(folder, maker(), asked)

    told = luodi("challenge", folder, "--json")
    report = json.loads(told.out)
    bundle = open_bundle(Path(report["bundle"]))

    assert {one["name"]: one["met"] for one in report["checks"]}["recent"], report["checks"]
    assert report["learned_from"] > 24
    for label, word in SLANG.items():
        assert answer_to(bundle, f"{word} thirteen") == (label, f"All about {label}.")
