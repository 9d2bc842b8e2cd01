"""What recommenders learn, against the full matrices and the frameworks that they stand for."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from luodi.contracts import Recipe
from luodi.runtime.scorers import Blend, Content, Popular, Visit
from luodi.train import factoring, lesson, logs, neighboring, wording
from luodi.train.choosing import Asked, blend_weights, ndcg
from luodi.train.sequence_net import SequenceNet, Shape, SoftmaxLoss, padded
from luodi.train.sequencing import _windows, as_scorer

OTHERS = [f"thing number {n}" for n in range(20)]
EVENT = st.tuples(st.integers(0, 5), st.integers(0, 8), st.integers(0, 50))


def dense(rows):
    made = np.zeros((len(rows), rows.width))
    for n in range(len(rows)):
        columns, values = rows.row(n)
        made[n, columns] = values
    return made


def a_matrix(n_users=300, n_items=40, seed=0):
    rng = np.random.default_rng(seed)
    return sparse.csr_matrix((rng.random((n_users, n_items)) < 0.1).astype(np.float32))


def test_ease_is_the_closed_form_of_its_paper():
    x = a_matrix()
    inverse = np.linalg.inv((x.T @ x).toarray() + 20 * np.eye(40))
    expected = inverse / -np.diag(inverse)
    np.fill_diagonal(expected, 0)

    found = neighboring._kept(neighboring._inverse(x, 20.0))

    assert np.allclose(dense(found), expected, atol=1e-6)


def test_companions_are_the_co_counts_of_two_and_more():
    x = a_matrix(60, 12)
    expected = (x.T @ x).toarray()
    np.fill_diagonal(expected, 0)
    expected[expected < 2] = 0

    found = lesson.top_rows(x, 12, lambda block, _: block)

    assert np.array_equal(dense(found), expected)


def test_blocks_change_nothing(monkeypatch):
    x = a_matrix(60, 12)
    whole = dense(lesson.top_rows(x, 5, lambda block, _: block))

    monkeypatch.setattr(lesson, "BLOCK", 10)

    assert np.array_equal(dense(lesson.top_rows(x, 5, lambda block, _: block)), whole)


def test_a_session_gets_the_factors_that_the_library_gives_its_user(taught):
    scorer, facts = factoring.als(taught.lesson, taught.dev, recipe=Recipe())
    model = factoring._fitted(
        factoring.AlternatingLeastSquares,
        lesson.matrix(taught.lesson.train),
        factors=factoring.WIDTH,
        alpha=facts["alpha"],
        regularization=facts["regularization"],
        iterations=15,
        random_state=7,
    )
    x = lesson.matrix(taught.lesson.train)

    theirs = np.asarray(model.recalculate_user(0, x[0]))

    ours = scorer._user(Visit(-1, x[0].indices))
    assert np.allclose(ours, theirs, atol=0.02 * np.abs(theirs).max())  # theirs solves by a few conjugate gradients


def test_the_served_network_scores_as_the_trained_one():
    torch.manual_seed(1)
    net = SequenceNet(Shape(n_items=30, width=16, max_events=8)).eval()
    histories = [np.array([1, 2, 3]), np.array([4]), np.arange(12)]

    found = as_scorer(net).scores([Visit(-1, one) for one in histories])

    last = [one[-8:] for one in histories]
    with torch.no_grad():
        hidden = net(padded(last))[torch.arange(3), torch.tensor([len(one) - 1 for one in last])]
        expected = (hidden @ net.items.weight.T).numpy()
    assert np.allclose(found, expected, atol=1e-4)


def test_a_visitor_without_a_history_scores_nothing():
    net = SequenceNet(Shape(n_items=5, width=16, max_events=8)).eval()

    assert not as_scorer(net).scores([Visit(-1, np.zeros(0, dtype=np.int32))]).any()


def test_the_loss_in_chunks_and_its_gradients_are_those_of_cross_entropy():
    torch.manual_seed(1)
    hidden, weight = torch.randn(50, 8, requires_grad=True), torch.randn(20, 8, requires_grad=True)
    target = torch.randint(20, (50,))
    expected = torch.nn.functional.cross_entropy(hidden @ weight.T, target)
    gradients = torch.autograd.grad(expected, [hidden, weight])

    loss = SoftmaxLoss.apply(hidden, weight, target)

    loss.backward()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    assert torch.allclose(hidden.grad, gradients[0], atol=1e-6)
    assert torch.allclose(weight.grad, gradients[1], atol=1e-6)


def test_every_event_but_the_first_is_an_answer_once():
    windows = _windows(np.arange(120))

    assert sorted(one for each in windows for one in each[1:].tolist()) == list(range(1, 120))


def test_an_item_that_nobody_touched_is_found_by_its_words():
    titles = ["green tea", "black tea", "hammer", "green tea tin", *OTHERS]
    items = wording.vectors({"title": titles, "price": ["1"] * len(titles)}, len(titles))

    scores = Content(items, items.turned()).scores([Visit(-1, np.array([0], dtype=np.int32))])[0]

    assert scores.argsort()[::-1].tolist()[:3] == [0, 3, 1] and scores[2] == 0


def test_chinese_titles_are_cut_into_pairs():
    titles = ["绿茶 一盒", "绿茶礼盒", "锤子", *OTHERS]
    items = wording.vectors({"title": titles}, len(titles))

    scores = Content(items, items.turned()).scores([Visit(-1, np.array([0], dtype=np.int32))])[0]

    assert scores[1] > 0 == scores[2]


def test_a_blend_is_no_worse_on_dev_than_its_best_part():
    rng = np.random.default_rng(0)
    parts = [Popular(rng.random(30).astype(np.float32)) for _ in range(3)]
    nothing = np.zeros(0, dtype=np.int32)
    questions = [Asked(Visit(-1, nothing), np.array([rng.integers(30)], dtype=np.int32)) for _ in range(40)]

    weights, value = blend_weights(parts, questions, again=False)

    assert value >= max(ndcg(one, questions, again=False) for one in parts) - 1e-9
    assert value == pytest.approx(ndcg(Blend(parts, weights), questions, again=False), abs=1e-6)


@given(st.lists(EVENT, min_size=8, max_size=60), st.booleans())
def test_a_cut_by_time_learns_nothing_from_after_a_question(triples, again):
    gatherer = logs.Gatherer()
    for user, item, time in triples:
        gatherer.add(str(user), str(item), time)
    log = gatherer.events()

    cut = logs.cut(log, "time", dev=0.2, test=0.2, again=again)

    for questions in (cut.dev, cut.test):
        for one in questions:
            assert not len(cut.train) or cut.train.time.max() < one.at
            mine = log.item[log.user == one.user]
            assert np.array_equal(one.history, mine[: len(one.history)])
            assert again or not set(one.gold.tolist()) & set(one.history.tolist())


@given(st.lists(EVENT, min_size=1, max_size=60))
def test_events_come_back_from_disk_as_they_were(tmp_path_factory, triples):
    gatherer = logs.Gatherer()
    for user, item, time in triples:
        gatherer.add(f"u{user}", f"../{item}\u202e", time)
    log, folder = gatherer.events(links=[(0, 0)]), tmp_path_factory.mktemp("log")

    log.save(folder)

    again = type(log).load(folder)
    assert again.users == log.users and again.items == log.items
    assert all(np.array_equal(getattr(again, name), getattr(log, name)) for name in ("user", "item", "time", "links"))
    assert (np.diff(log.user) >= 0).all()
