"""A contract is worth what its suite checks: models that break it, each in one way, are found out."""

import json
import pickle
import random

import pytest

from luodi.models.majority import Majority
from luodi.runtime.engine_constant import Constant
from luodi.testing import check_model


class Reversed(Majority):
    def predict(self, xs):
        shares = [1 / (1 + len(x)) for x in reversed(xs)]
        return [{"billing": share, "login": 1 - share} for share in shares]


class Shorter(Majority):
    def predict(self, xs):
        return super().predict([x for x in xs if x])


class NotForNothing(Majority):
    def predict(self, xs):
        return super().predict(xs or [""])


class Unsure(Majority):
    def predict(self, xs):
        return [{label: p / 2 for label, p in one.items()} for one in super().predict(xs)]


class Sociable(Majority):
    def predict(self, xs):
        return [{"billing": 1 / len(xs), "login": 1 - 1 / len(xs)} for _ in xs]


class Forgetful(Majority):
    @classmethod
    def load(cls, folder):
        return cls(Constant({"billing": 0.9, "login": 0.1}))


class Pickling(Majority):
    def save(self, folder):
        super().save(folder)
        (folder / "model.bin").write_bytes(pickle.dumps(self.inner.scores))


class Zipping(Majority):
    def export(self, folder):
        super().export(folder)
        (folder / "model.npz").write_bytes(b"PK\x03\x04")


class Moody(Majority):
    def save(self, folder):
        super().save(folder)
        (folder / "mood.json").write_text(json.dumps(random.random()))


class Grabbing(Majority):
    def fit(self, train, dev, *, recipe, work):
        facts = super().fit(train, dev, recipe=recipe, work=work)
        train.pop()
        return facts


class Otherwise(Majority):
    def export(self, folder):
        Constant({"billing": 0.1, "login": 0.9}).save(folder)


@pytest.mark.parametrize(
    ("model", "breach"),
    [
        (Shorter, "answers to"),
        (NotForNothing, "an empty list with an empty one"),
        (Unsure, "do not sum to 1"),
        (Sociable, "otherwise in company"),
        (Reversed, "otherwise in company"),
        (Forgetful, "loading changed the answers"),
        (Pickling, "is a pickle"),
        (Zipping, "is not one of"),
        (Moody, "two fits with one seed differ"),
        (Grabbing, "changed the pairs"),
        (Otherwise, "answers .* otherwise"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_breach_is_found_and_named(model, breach, pairs, tmp_path):
    with pytest.raises(AssertionError, match=breach):
        check_model(model, pairs["classify"][:16], tmp_path)


def test_the_model_they_are_made_from_keeps_the_contract(pairs, tmp_path):
    check_model(Majority, pairs["classify"][:16], tmp_path)
