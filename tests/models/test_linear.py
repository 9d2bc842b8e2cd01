"""The linear models: what they learn from texts that are odd, few, or have nothing in common."""

import pytest

from luodi import registry
from luodi.contracts import Recipe

LINEAR = ["tfidf-logreg", "nb-svm"]
CHINESE = [("退款什么时候到账", "退款"), ("我要退钱", "退款"), ("密码忘了", "登录"), ("登录不上去", "登录")] * 3


def answers(name, pairs, xs, work, dev=None, **recipe):
    model = registry.model(name)()
    facts = model.fit(pairs, pairs if dev is None else dev, recipe=Recipe(**recipe), work=work)
    return facts, [max(one, key=one.get) for one in model.predict(xs)]


@pytest.mark.parametrize("name", LINEAR)
def test_chinese_is_read_by_characters_and_words(name, tmp_path):
    facts, found = answers(name, CHINESE, ["钱没有退", "登录密码错误"], tmp_path)

    assert facts["channels"][0] == "chars:1-3"
    assert found == ["退款", "登录"]


@pytest.mark.parametrize("name", LINEAR)
def test_texts_that_share_nothing_can_be_learned_from(name, tmp_path):
    strangers = [(chr(0x4E00 + 37 * n), "ab"[n % 2]) for n in range(40)]

    _, found = answers(name, strangers, [x for x, _ in strangers] + ["", "z"], tmp_path)

    assert len(found) == 42


@pytest.mark.parametrize("name", LINEAR)
@pytest.mark.parametrize("dev", [[], [("a refund", "never learned")]], ids=["no dev rows", "strange dev rows"])
def test_dev_rows_that_cannot_set_a_temperature_are_no_obstacle(name, dev, pairs, tmp_path):
    _, found = answers(name, pairs["classify"], ["my refund", "my password"], tmp_path, dev=dev)

    assert found == ["billing", "login"]


@pytest.mark.parametrize("name", LINEAR)
def test_a_tag_that_every_row_carries_is_given_to_every_text(name, pairs, tmp_path):
    everywhere = [(x, frozenset({"all", y})) for x, y in pairs["classify"]]
    model = registry.model(name)()

    model.fit(everywhere, everywhere, recipe=Recipe(), work=tmp_path)

    assert all(one["all"] > 0.5 for one in model.predict(["my refund", "what?", ""]))


def test_class_weights_help_the_rare_class(pairs, tmp_path):
    rare = [("my password", "login")] + [(x, y) for x, y in pairs["classify"] if y == "billing"]
    model, weighed = registry.model("tfidf-logreg")(), registry.model("tfidf-logreg")()

    model.fit(rare, [], recipe=Recipe(), work=tmp_path)
    weighed.fit(rare, [], recipe=Recipe(class_weights=True), work=tmp_path)

    assert weighed.predict(["my password"])[0]["login"] > model.predict(["my password"])[0]["login"]


def test_the_majority_is_how_often_each_label_was_seen(tmp_path):
    model = registry.model("majority")()

    model.fit([("x", "a"), ("y", "a"), ("z", "b"), ("", "a")], [], recipe=Recipe(), work=tmp_path)

    assert model.predict(["whatever"]) == [{"a": 0.75, "b": 0.25}]
