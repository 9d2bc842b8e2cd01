import asyncio
import contextlib
import shutil

import pytest

from luodi.bundle import read_bundle, reseal
from luodi.errors import SetupError
from luodi.ledger import audit, shelf
from luodi.ledger.ledger import open_ledger
from luodi.monitor import alarms
from luodi.runtime.engine_constant import Constant
from luodi.serve.counters import Counters
from luodi.serve.endpoint import Answered, Endpoint
from luodi.serve.limits import Limits
from luodi.serve.releases import Releases


@pytest.fixture
def first(tmp_path, other):
    return other(tmp_path / "deploy" / "first", {"lost card": 0.7, "refund": 0.3})


@pytest.fixture
def second(tmp_path, other):
    return other(tmp_path / "deploy" / "second", {"lost card": 0.2, "refund": 0.8})


@contextlib.asynccontextmanager
async def serving(bundle, home):
    """The releases of one scenario, started; its ledger stays when they stop."""
    with open_ledger(home) as ledger:
        endpoint = Endpoint(read_bundle(bundle), limits=Limits(), counters=Counters())
        releases = Releases(endpoint, ledger, home=home)
        await releases.start()
        try:
            yield releases
        finally:
            await releases.stop()


async def ask(releases, n=1):
    """Ask n times, and return (release, label) of each answer."""
    found = []
    for _ in range(n):
        (one,) = await releases.endpoint.answer([{"text": "hello"}])
        assert isinstance(one, Answered)
        found.append((one.body["release"], one.body["label"]))
    return found


def stages(releases):
    rows = releases.ledger.read(lambda one: shelf.all_of(one, "tickets"))
    return {one["bundle"].rpartition("/")[2]: one["stage"] for one in rows}


def test_a_release_takes_over_and_the_previous_one_is_back_at_once(first, second, tmp_path):
    async def main():
        async with serving(first, tmp_path) as releases:
            before = await ask(releases)
            row = await releases.release(second, "champion", by="owner", note="better")
            after = await ask(releases)
            ready = set(releases.lanes)
            back = await releases.roll_back(by="owner")
            again = await ask(releases)
            actions = [one["action"] for one in releases.ledger.read(lambda one: audit.recent(one, limit=9))]
            return before, after, again, row, back, ready, stages(releases), actions

    before, after, again, row, back, ready, where, actions = asyncio.run(main())

    assert after == [(row["id"], "refund")]
    assert again == before == [(back["id"], "lost card")]
    assert ready == {row["id"], back["id"]}
    assert where == {"first": "champion", "second": "retired"}
    assert actions == ["release.rollback", "release.champion", "release.champion"]


def test_what_was_rolled_back_does_not_return_by_itself(first, second, tmp_path):
    async def main():
        async with serving(first, tmp_path) as releases:
            await releases.release(second, "champion", by="owner")
            await releases.roll_back(by="owner")
        async with serving(second, tmp_path) as releases:  # the last run is still the second
            return await ask(releases), stages(releases)

    ((_, label),), where = asyncio.run(main())

    assert label == "lost card"
    assert where == {"first": "champion", "second": "retired"}


def test_a_new_run_becomes_the_champion_at_the_next_start(first, second, tmp_path):
    async def main():
        async with serving(first, tmp_path):
            pass
        async with serving(second, tmp_path) as releases:
            return await ask(releases), stages(releases)

    ((_, label),), where = asyncio.run(main())

    assert label == "refund"
    assert where == {"first": "previous", "second": "champion"}


def damaged(folder):
    (folder / "card.md").write_text("another card")


def answers_otherwise(folder):
    Constant({"lost card": 0.9, "refund": 0.1}).save(folder / "model")
    reseal(folder)


@pytest.mark.parametrize(
    ("harm", "why"),
    [(damaged, "has changed"), (answers_otherwise, "answers differently"), (lambda one: None, "other labels")],
    ids=["damaged", "answers otherwise", "other labels"],
)
def test_a_broken_candidate_is_refused_with_the_reason_and_the_old_one_answers(first, other, tmp_path, harm, why):
    scores = {"lost card": 0.2, "refund": 0.8} if why != "other labels" else {"lost card": 0.2, "theft": 0.8}
    candidate = other(tmp_path / "deploy" / "candidate", scores)
    harm(candidate)

    async def main():
        async with serving(first, tmp_path) as releases:
            with pytest.raises(SetupError, match=why):
                await releases.release(candidate, "champion", by="owner")
            rows = releases.ledger.read(lambda one: shelf.all_of(one, "tickets"))
            return await ask(releases), rows[0], len(releases.lanes)

    ((_, label),), row, n_open = asyncio.run(main())

    assert label == "lost card"
    assert row["stage"] == "broken" and why in row["note"]
    assert n_open == 1


def test_a_bundle_of_another_scenario_is_refused(first, other, tmp_path):
    stranger = other(tmp_path / "deploy" / "stranger", {"lost card": 0.7, "refund": 0.3}, scenario="letters")

    async def main():
        async with serving(first, tmp_path) as releases:
            await releases.release(stranger, "shadow", by="owner")

    with pytest.raises(SetupError, match="of the scenario 'letters'"):
        asyncio.run(main())


def test_a_canary_answers_its_share_and_a_list_is_answered_by_one_release(first, second, tmp_path):
    async def main():
        async with serving(first, tmp_path) as releases:
            row = await releases.release(second, "canary", by="owner", share=0.3)
            lists = [await releases.endpoint.answer([{"text": "a"}, {"text": "b"}]) for _ in range(200)]
            return row["id"], [[(one.body["release"], one.body["label"]) for one in answers] for answers in lists]

    canary, lists = asyncio.run(main())

    assert all(a == b for a, b in lists)
    assert all((label == "refund") == (release == canary) for (release, label), _ in lists)
    assert 30 <= sum(release == canary for (release, _), _ in lists) <= 95


def test_a_shadow_is_compared_and_never_answers(first, second, tmp_path):
    async def main():
        async with serving(first, tmp_path) as releases:
            row = await releases.release(second, "shadow", by="owner")
            answers = await ask(releases, 20)
            for _ in range(200):
                if releases.tallies[row["id"]].n_compared == 20:
                    break
                await asyncio.sleep(0.01)
            return answers, releases.tallies[row["id"]]

    answers, tally = asyncio.run(main())

    assert {label for _, label in answers} == {"lost card"}
    assert (tally.n_compared, tally.agree) == (20, 0.0)


def test_a_release_that_another_process_wrote_down_is_followed(first, second, tmp_path):
    async def main():
        async with serving(first, tmp_path) as releases:
            with open_ledger(tmp_path) as elsewhere:
                elsewhere.write_now(lambda one: shelf.add(one, "tickets", second, stage="champion", by="owner"))
            for _ in range(400):
                if (await ask(releases))[0][1] == "refund":
                    return True
                await asyncio.sleep(0.02)
            return False

    assert asyncio.run(main())


def test_a_champion_of_the_table_that_is_gone_is_marked_broken_and_the_previous_one_answers(first, second, tmp_path):
    async def main():
        async with serving(first, tmp_path) as releases:
            await releases.release(second, "champion", by="owner")
        shutil.rmtree(second)
        async with serving(first, tmp_path) as releases:
            return await ask(releases), stages(releases)

    ((_, label),), where = asyncio.run(main())

    assert label == "lost card"
    assert where == {"first": "champion", "second": "broken"}


@pytest.mark.parametrize("stage", ["canary", "champion"])
def test_a_release_that_hands_over_more_is_taken_back_by_itself(first, other, tmp_path, stage):
    promise = {"precision": 0.9, "threshold": 0.95}
    timid = other(tmp_path / "deploy" / "timid", {"lost card": 0.7, "refund": 0.3}, promise=promise, threshold=0.95)

    async def main():
        async with serving(first, tmp_path) as releases:
            await ask(releases, 100)
            row = await releases.release(timid, stage, by="owner", share=0.5)
            for _ in range(40):
                await ask(releases, 20)
                await asyncio.sleep(0.1)
                if row["id"] not in releases.lanes:  # the table says so a moment before it is so
                    break
            found = releases.ledger.read(lambda one: alarms.recent(one, "tickets"))
            return (await ask(releases))[0][0] != row["id"], stages(releases), found

    old_answers, where, found = asyncio.run(main())

    assert old_answers and where == {"first": "champion", "timid": "retired"}
    assert "hands over 100.0%" in found[0]["details"]["about"]
