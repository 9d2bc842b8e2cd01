"""Keys: made, used, paced, rotated, revoked, also from another process."""

import asyncio
import stat
import time

import pytest

from luodi.errors import DataError
from luodi.ledger import keys
from luodi.ledger.ledger import open_ledger
from luodi.serve.keybook import Bucket, KeyBook

PREDICT = {"text": "where is my card"}


def tried(server, key, listener="data", path="/predict"):
    with server.client(listener, key) as client:
        return client.post(path, json=PREDICT)


def eventually(check, seconds=8):
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)


def test_a_key_opens_what_its_scopes_say_and_nothing_else(server, new_key, said):
    _, key = new_key("predict")

    assert key.startswith("luodi_") and len(key) == len("luodi_") + 43
    assert tried(server, key).status_code == 200
    said(tried(server, key, "admin", "/keys"), 403)


def test_a_key_is_kept_as_a_hash_and_shown_once(server, admin, new_key):
    key_id, key = new_key("predict")

    listed = admin.get("/keys")

    assert key_id in listed.text and key not in listed.text and keys.digest(key) not in listed.text


def test_a_revoked_key_opens_nothing_from_that_moment(server, admin, new_key, said):
    key_id, key = new_key("predict")
    assert tried(server, key).status_code == 200

    assert admin.delete(f"/keys/{key_id}").json() == {"id": key_id}

    said(tried(server, key), 401)
    said(admin.delete("/keys/nothing"), 404)


def test_an_expired_key_opens_nothing(server, new_key, said):
    _, key = new_key("predict", days=0.3 / 86_400)
    assert tried(server, key).status_code == 200

    time.sleep(0.4)

    said(tried(server, key), 401)


def test_a_rotated_key_and_its_heir_both_work_for_the_time_of_grace(server, admin, new_key, said):
    key_id, old = new_key("predict", per_minute=100)
    heir = admin.post(f"/keys/{key_id}/rotate", json={"grace_minutes": 60})
    assert heir.status_code == 201
    assert (tried(server, old).status_code, tried(server, heir.json()["key"]).status_code) == (200, 200)

    last = admin.post(f"/keys/{heir.json()['id']}/rotate", json={"grace_minutes": 0})

    said(tried(server, heir.json()["key"]), 401)
    assert tried(server, last.json()["key"]).status_code == 200
    (row,) = [one for one in admin.get("/keys").json()["keys"] if one["id"] == last.json()["id"]]
    assert (row["scopes"], row["per_minute"]) == (["predict"], 100)


def test_a_key_that_calls_too_often_is_told_when_to_come_again(server, new_key, said):
    _, key = new_key("predict", per_minute=3)

    answers = [tried(server, key) for _ in range(4)]

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    said(answers[-1], 429)
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20


def test_a_key_made_and_revoked_by_another_process_counts_within_moments(server):
    with open_ledger(server.home) as other:
        key_id, key = other.write_now(lambda c: keys.create(c, name="shop", scopes=["predict"], by="owner"))
        eventually(lambda: tried(server, key).status_code == 200)
        other.write_now(lambda c: keys.revoke(c, key_id, by="owner"))
        eventually(lambda: tried(server, key).status_code == 401)


def test_when_a_key_was_last_used_is_kept(ledger):
    _, secret = ledger.write_now(lambda c: keys.create(c, name="a", scopes=["predict"], by="owner"))
    book = KeyBook(ledger)
    book.take(book.find(secret))

    asyncio.run(book.write_used())

    assert abs(ledger.read(keys.every)[0].last_used_at - time.time()) < 60


def test_no_key_stands_in_the_database_and_the_trail_says_that_it_was_made(server, new_key, admin):
    key_id, key = new_key("predict")

    content = b"".join(one.read_bytes() for one in server.home.iterdir())
    assert key.encode() not in content and keys.digest(key).encode() in content
    assert stat.S_IMODE((server.home / "ledger.db").stat().st_mode) == 0o600
    noted = admin.get("/audit").json()
    assert (noted["entries"][0]["action"], noted["entries"][0]["subject"]) == ("key.new", key_id)
    assert noted["intact"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"name": "", "scopes": ["predict"]}, "name"),
        ({"name": "a\nb", "scopes": ["predict"]}, "name"),
        ({"name": "shop", "scopes": []}, "scopes"),
        ({"name": "shop", "scopes": ["predikt"]}, "scopes"),
        ({"name": "shop", "scopes": ["predict"], "per_minute": 0}, "per_minute"),
        ({"name": "shop", "scopes": ["predict"], "days": -1}, "days"),
        ({"name": "shop", "scopes": "predict"}, "scopes"),
        ({"scopes": ["predict"]}, "name"),
        ({"name": "shop", "scopes": ["predict"], "admin": True}, "admin"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused_with_its_place(admin, body, where, said):
    assert said(admin.post("/keys", json=body), 400)["where"] == where


def test_keys_are_rotated_and_revoked_with_their_rules(ledger):
    key_id, _ = ledger.write_now(lambda c: keys.create(c, name="a", scopes=["admin", "admin"], by="owner", days=1))
    ledger.write_now(lambda c: keys.revoke(c, key_id, by="owner"))

    with pytest.raises(DataError, match="revoked or expired"):
        ledger.write_now(lambda c: keys.rotate(c, key_id, by="owner"))
    with pytest.raises(DataError, match="no key of this id"):
        ledger.write_now(lambda c: keys.revoke(c, "x", by="owner"))
    assert ledger.read(keys.every)[0].scopes == ("admin",)


@pytest.mark.parametrize("pace", [1, 7, 600])
def test_a_bucket_gives_what_its_minute_has_and_then_as_much_again(pace):
    bucket = Bucket(pace, 0.0)

    assert sum(bucket.take(0.0) == 0 for _ in range(2 * pace)) == pace
    assert bucket.take(0.0) == pytest.approx(60 / pace)
    assert sum(bucket.take(60.0 + i / 1e6) == 0 for i in range(2 * pace)) == pace


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(tmp_path / "home") as one:
        yield one
