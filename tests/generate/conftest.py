"""A small shop whose order mails are translated."""

import csv

import pytest

from luodi import runner, scenario

THINGS = {
    "lamp": "Lampe",
    "kettle": "Kessel",
    "power bank": "Powerbank",
    "cable": "Kabel",
    "tent": "Zelt",
    "mat": "Matte",
}
SAYS = {"is new": "ist neu", "is sold out": "ist ausverkauft", "costs {n} euros": "kostet {n} Euro",
        "comes with {{a}} for {n} days": "kommt mit {{a}} für {n} Tage", "weighs {n} g": "wiegt {n} g"}  # fmt: skip
SCENARIO = """
name = "shop-mails"
task = "translation"

[options]
source = "en"
target = "de"
glossary = "glossary.csv"

[define]
train = "mails.csv"
succeed = { "generation.chrf" = 0.2, "checks.faithfulness" = 0.6 }
automate = { precision = 0.6, good = 0.4 }

[prepare]
columns = { source = "en", target = "de", kind = "kind" }
near_duplicates = false

[select]
models = ["copy-source", "translation-memory"]

[evaluate]
slices = ["kind"]
n_resamples = 100
"""


@pytest.fixture(scope="session")
def translated(tmp_path_factory):
    """Run a scenario once."""
    root = tmp_path_factory.mktemp("shop")
    with (root / "mails.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["en", "de", "kind"])
        for thing, ding in THINGS.items():
            for says, sagt in SAYS.items():
                for when, wann in (("", ""), (" today", " heute"), (" again", " wieder"), (", at last", ", endlich")):
                    n = 7 + len(thing) * len(says)
                    ours, theirs = (one.replace("{n}", str(n)).replace("{{a}}", "{a}") for one in (says, sagt))
                    table.writerow([f"The {thing} {ours}{when}.", f"{ding}: {theirs}{wann}.", says.split()[0]])
    (root / "glossary.csv").write_text("term,translation\npower bank,Powerbank\n", encoding="utf-8")
    (root / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    return runner.run(scenario.load(root))
