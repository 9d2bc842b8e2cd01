"""A call that is sent again gets the same answer."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from luodi.ledger.ids import new_id


def test_the_same_key_and_body_get_the_same_answer_and_id(client):
    headers = {"idempotency-key": new_id()}

    first, again = (client.post("/predict", json={"text": "a"}, headers=headers) for _ in range(2))

    assert first.content == again.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"


def test_calls_that_come_at_the_same_time_are_one(client):
    headers = {"idempotency-key": new_id()}
    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda n: client.post("/predict", json={"text": "a"}, headers=headers), range(8)))

    assert len({one.content for one in answers}) == 1


def test_the_same_key_with_another_body_is_a_409(client):
    headers = {"idempotency-key": new_id()}
    client.post("/predict", json={"text": "a"}, headers=headers)

    answer = client.post("/predict", json={"text": "b"}, headers=headers)

    assert answer.status_code == 409
    assert answer.json()["fix"]


def test_what_failed_is_tried_again(client):
    headers = {"idempotency-key": new_id()}

    assert [client.post("/predict", json={"text": "boom"}, headers=headers).status_code for _ in range(2)] == [500] * 2


@pytest.mark.parametrize("key", ["", "k" * 201, "ключ"], ids=["empty", "long", "not ASCII"])
def test_what_is_no_key_is_refused(client, key):
    answer = client.post("/predict", json={"text": "a"}, headers={b"idempotency-key": key.encode()})

    assert answer.status_code == 400


@pytest.mark.parametrize("given", ["0", "-1", "1.5", "soon", "", "９"], ids=repr)
def test_what_is_no_timeout_is_refused(client, given):
    answer = client.post("/predict", json={"text": "a"}, headers={b"luodi-timeout-ms": given.encode()})

    assert answer.status_code == 400
    assert "Luodi-Timeout-Ms" in answer.json()["detail"]


def test_an_answer_that_would_come_too_late_is_refused(slow_server):
    with slow_server(0.5) as server, server.client() as client:
        late = client.post("/predict", json={"text": "a"}, headers={"luodi-timeout-ms": "100"})
        in_time = client.post("/predict", json={"text": "a"}, headers={"luodi-timeout-ms": "999999999999"})

    assert (late.status_code, in_time.status_code) == (504, 200)
