"""The corpus of disasters: rows in = rows out + rows listed, or a refusal with a place and a remedy."""

import importlib.util
from collections import Counter
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("disasters", Path(__file__).parents[1] / "disasters.py")
disasters = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(disasters)


@pytest.mark.parametrize(
    ("n", "seed"),
    [pytest.param(150, 7, id="150 files"), pytest.param(2_000, 1, id="2000 files", marks=pytest.mark.slow)],
)
def test_of_every_disaster_each_row_comes_out_or_is_listed(n, seed, tmp_path):
    pytest.importorskip("openpyxl")
    found = Counter()

    for case in disasters.corpus(tmp_path, n, seed=seed):
        said = disasters.ordeal(case)
        if said:
            found[f"{case.path.parent.name} {case.kind}: {said}"] += 1

    assert not found
