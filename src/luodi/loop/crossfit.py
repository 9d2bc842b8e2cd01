"""Every reviewed text answered by a challenger that has not learned from it, so that all of them can be compared on.

Source: Stone 1974, "Cross-Validatory Choice and Assessment of Statistical Predictions". The challenger that answers for
a fold learned from the same rows as the one to be put in charge, less that fold, by the same model and recipe.
"""

import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from luodi import registry
from luodi.bundle import Bundle, open_bundle
from luodi.contracts import Artifact, Reject, Scores
from luodi.data.dedupe import fingerprint
from luodi.loop import overlay
from luodi.loop.compare import Sat
from luodi.loop.gate import ALIKE
from luodi.loop.likeness import families
from luodi.loop.overlay import Decided
from luodi.scenario import Scenario
from luodi.steps import s5_finetune
from luodi.store import as_y, read_lines

LEARNED = "learned.json"
"""In the folder of a challenge: the ids of the requests that its challenger learned from."""
MOST_COMPARED = 2_000
FEW = 100  # below so many texts, three folds are enough work
FEW_FOLDS, MANY_FOLDS = 3, 5

Pair = tuple[Any, Any]
Fit = Callable[[Sequence[Pair], Sequence[Pair]], Any]
"""Training and dev pairs to a fitted model."""


def folds(texts: Sequence[str]) -> list[int]:
    """Return the fold of each text: content alone decides, and texts that are nearly the same share one.

    >>> folds(["the parcel is late", "nothing alike", "The parcel is late!"])
    [1, 2, 1]
    """
    n = FEW_FOLDS if len(texts) < FEW else MANY_FOLDS
    return [int.from_bytes(fingerprint(texts[head])[:8], "big") % n for head in families(texts, ALIKE)]


def answers(
    train: Mapping[str, Pair], dev: Mapping[str, Pair], keys: Sequence[str], fit: Fit, *, quick: bool = True
) -> dict[str, Scores]:
    """Return the scores of the rows that `keys` name, each by a model that learned from neither it nor its fold.

    `train` and `dev` hold all rows by key. Where a model is not `quick`, one fold alone is fitted and answered.
    """
    rows = {**train, **dev}
    place = folds([str(rows[key][0]) for key in keys])
    made: dict[str, Scores] = {}
    for fold in sorted(set(place))[: None if quick else 1]:
        out = [key for key, its in zip(keys, place, strict=True) if its == fold]
        hidden = set(out)
        model = fit(*([pair for key, pair in part.items() if key not in hidden] for part in (train, dev)))
        made |= zip(out, model.predict([rows[key][0] for key in out]), strict=True)
    return made


def fitting(scenario: Scenario, artifacts: Mapping[str, Artifact]) -> tuple[Fit, bool]:
    """Return what fits the model that a run has chosen, as that run did, and whether it is quick."""
    chosen, pretrained = artifacts["select"].facts, artifacts["pretrain"]
    kind = registry.model(chosen["model"])
    folder = scenario.root / chosen["base"]
    base = str(folder) if folder.is_dir() else chosen["base"]
    recipe = s5_finetune.recipe(scenario.settings["finetune"], chosen, seed=scenario.seed, base=base)

    def fit(train: Sequence[Pair], dev: Sequence[Pair]) -> Any:
        model = kind() if "skipped" in pretrained.facts else kind.load(pretrained.path / "model")
        with tempfile.TemporaryDirectory() as work:
            model.fit(train, dev, recipe=recipe, work=Path(work))
        return model

    return fit, bool(kind.plain)


def compared(
    scenario: Scenario,
    artifacts: Mapping[str, Artifact],
    decided: Sequence[Decided],
    champion: Path,
    known: Collection[str],
) -> tuple[Sat, Sat]:
    """Return how both models answered reviewed texts that they had not learned from: all, and those drawn by chance.

    Left out are texts that a user disputed, since only those are disputed that the champion got wrong; those that the
    champion has learned from, `known` by their requests' ids; and those that `prepare` has left out of training.
    """
    rows = [_rows(artifacts["prepare"].path / f"{part}.jsonl") for part in ("train", "dev")]
    ours = {key: row for part in rows for key, row in part.items() if str(row["line"]).startswith(overlay.FILE)}
    bundle = open_bundle(artifacts["deploy"].path)
    asked: dict[str, tuple[Decided, Any]] = {}
    for one in decided:
        cleaned = bundle.clean(scenario.task.Request(**one.request))
        if one.reason == "disputed" or one.reviewed.request_id in known or isinstance(cleaned, Reject):
            continue
        key = fingerprint(scenario.task.to_x(cleaned, scenario.options)).hex()
        if key in ours:
            asked[key] = one, cleaned
    keys = list(asked)[-MOST_COMPARED:]
    fit, quick = fitting(scenario, artifacts)
    pairs = [{key: (row["x"], as_y(row["y"])) for key, row in part.items()} for part in rows]
    scores = answers(pairs[0], pairs[1], keys, fit, quick=quick) if keys else {}
    keys = [key for key in keys if key in scores]
    theirs = said(open_bundle(champion), [scenario.task.Request(**asked[key][0].request) for key in keys])
    mine = [label_in(scenario.task.to_response(asked[key][1], scores[key], scenario.options)) for key in keys]
    gold = [as_y(ours[key]["y"]) for key in keys]
    by_chance = [n for n, key in enumerate(keys) if asked[key][0].reason == "sampled"]

    def sat(at: Sequence[int]) -> Sat:
        gold_, old, new = ([column[n] for n in at] for column in (gold, theirs, mine))
        return Sat(gold=gold_, champion=old, challenger=new, tags=[{}] * len(at))

    return sat(range(len(keys))), sat(by_chance)


def said(bundle: Bundle, requests: Sequence[Any]) -> list[Any]:
    """Return the label, or the set of labels, that a bundle answers each request with; nothing where it rejects one."""
    nothing: Any = "" if bundle.task.kind == "classify" else frozenset()
    return [nothing if isinstance(one, Reject) else label_in(one) for one in bundle.answer(requests)]


def label_in(response: Any) -> Any:
    return response.label if hasattr(response, "label") else frozenset(response.labels)


def _rows(path: Path) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in read_lines(path)}
