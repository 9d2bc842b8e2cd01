"""Every reviewed text answered by a challenger that has not learned from it, so that all of them can be compared on.

Where the gold set is small, the scenario's own rows are asked likewise, of twins of both: so many questions more say
how much is lost of what was known.

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


def fitting(scenario: Scenario, artifacts: Mapping[str, Artifact], name: str) -> tuple[Fit, bool]:
    """Return what fits a model with the recipe of the scenario, and whether that is quick."""
    pretrained, kind = artifacts["pretrain"], registry.model(name)
    chosen = artifacts["select"].facts | {"model": name}
    folder = scenario.root / chosen["base"]
    base = str(folder) if folder.is_dir() else chosen["base"]
    recipe = s5_finetune.recipe(scenario.settings["finetune"], chosen, seed=scenario.seed, base=base)

    def fit(train: Sequence[Pair], dev: Sequence[Pair]) -> Any:
        as_it_is = "skipped" in pretrained.facts or name != artifacts["select"].facts["model"]
        model = kind() if as_it_is else kind.load(pretrained.path / "model")
        with tempfile.TemporaryDirectory() as work:
            model.fit(train, dev, recipe=recipe, work=Path(work))
        return model

    return fit, bool(kind.plain)


class Twins:
    """Champion and challenger, fitted anew without what they are asked."""

    def __init__(
        self, scenario: Scenario, artifacts: Mapping[str, Artifact], decided: Sequence[Decided], champion: Bundle
    ) -> None:
        self.scenario, self.artifacts, self.champion = scenario, artifacts, champion
        self.bundle = open_bundle(artifacts["deploy"].path)
        self.rows = [_rows(artifacts["prepare"].path / f"{part}.jsonl") for part in ("train", "dev")]
        self.pairs = [{key: (row["x"], as_y(row["y"])) for key, row in part.items()} for part in self.rows]
        both = {**self.rows[0], **self.rows[1]}
        ours = {key for key, row in both.items() if str(row["line"]).startswith(overlay.FILE)}
        self.base = sorted(both.keys() - ours)
        self.reviewed: dict[str, tuple[Decided, Any]] = {}
        for one in decided:
            cleaned = self.bundle.clean(scenario.task.Request(**one.request))
            if isinstance(cleaned, Reject):
                continue
            key = fingerprint(scenario.task.to_x(cleaned, scenario.options)).hex()
            if key in ours:
                self.reviewed[key] = one, cleaned

    def on_reviewed(self, known: Collection[str]) -> tuple[Sat, Sat]:
        """Return how both answered reviewed texts: all, and those drawn by chance.

        Left out are texts that a user disputed, since only those are disputed that the champion got wrong; those that
        the champion has learned from, `known` by their requests' ids; and those that `prepare` left out of training.
        """
        asked = {
            key: one
            for key, one in self.reviewed.items()
            if one[0].reason != "disputed" and one[0].reviewed.request_id not in known
        }
        fit, quick = fitting(self.scenario, self.artifacts, self.bundle.about["model"])
        keys = list(asked)[-MOST_COMPARED:]
        scores = answers(self.pairs[0], self.pairs[1], keys, fit, quick=quick) if keys else {}
        keys = [key for key in keys if key in scores]
        theirs = said(self.champion, [self.scenario.task.Request(**asked[key][0].request) for key in keys])
        mine = [self._label(asked[key][1], scores[key]) for key in keys]
        all_of = self._sat(keys, theirs, mine, tagged=False)
        at = [n for n, key in enumerate(keys) if asked[key][0].reason == "sampled"]
        return all_of, self._sat([keys[n] for n in at], [theirs[n] for n in at], [mine[n] for n in at], tagged=False)

    def on_known(self, known: Collection[str]) -> Sat:
        """Return how both answered the scenario's own training rows; none where a fit takes long.

        The champion's twin learned from those reviewed texts alone that the champion knows.
        """
        fits = [fitting(self.scenario, self.artifacts, one.about["model"]) for one in (self.champion, self.bundle)]
        keys = self.base[:MOST_COMPARED] if all(quick for _, quick in fits) else []
        if not keys:
            return self._sat([], [], [])
        new = {key for key, (one, _) in self.reviewed.items() if one.reviewed.request_id not in known}
        old = [{key: pair for key, pair in part.items() if key not in new} for part in self.pairs]
        made = [answers(pairs[0], pairs[1], keys, fit) for pairs, (fit, _) in zip((old, self.pairs), fits, strict=True)]
        rows = {**self.rows[0], **self.rows[1]}
        requests = {key: self.scenario.task.Request(**rows[key]["request"]) for key in keys}
        theirs, mine = ([self._label(requests[key], scores[key]) for key in keys] for scores in made)
        return self._sat(keys, theirs, mine)

    def _label(self, cleaned: Any, scores: Scores) -> Any:
        return label_in(self.scenario.task.to_response(cleaned, scores, self.scenario.options))

    def _sat(
        self, keys: Sequence[str], champion: Sequence[Any], challenger: Sequence[Any], *, tagged: bool = True
    ) -> Sat:
        rows, names = {**self.rows[0], **self.rows[1]}, self.scenario.settings["evaluate"].slices
        gold = [as_y(rows[key]["y"]) for key in keys]
        tags = [rows[key]["tags"] if tagged else {} for key in keys]
        tags = [{name: one[name] for name in names if name in one} for one in tags]
        return Sat(gold=gold, champion=champion, challenger=challenger, tags=tags)


def said(bundle: Bundle, requests: Sequence[Any]) -> list[Any]:
    """Return the label, or the set of labels, that a bundle answers each request with; nothing where it rejects one."""
    nothing: Any = "" if bundle.task.kind == "classify" else frozenset()
    return [nothing if isinstance(one, Reject) else label_in(one) for one in bundle.answer(requests)]


def label_in(response: Any) -> Any:
    return response.label if hasattr(response, "label") else frozenset(response.labels)


def _rows(path: Path) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in read_lines(path)}
