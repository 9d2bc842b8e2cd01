"""The whole service on a real PostgreSQL."""

import uuid

import psycopg
import pytest


@pytest.fixture
def database(postgres_server):
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{postgres_server}&options=-csearch_path%3D{name}"
        connection.execute(f"DROP SCHEMA {name} CASCADE")


def test_a_service_keeps_answers_feedback_keys_and_trail_in_postgres(serve, bundle, database, tmp_path):
    with serve(tmp_path / "home", bundle, LUODI_DATABASE=database) as server, server.client() as admin:
        key = admin.post("/keys", json={"name": "a", "scopes": ["predict", "feedback"]}).json()["key"]
        with server.client("data", key) as client:
            asked = client.post("/predict", json={"text": "卡 and li@example.com"}).json()["id"]
            body, once = {"id": asked, "label": "refund"}, {"idempotency-key": "k"}
            statuses = [client.post("/feedback", json=body, headers=once).status_code for _ in range(2)]
        (found,) = admin.get("/requests").json()["requests"]
        audit = admin.get("/audit").json()
        exported = admin.get("/export?what=requests&format=jsonl").text

    assert statuses == [201, 200]
    assert found["request"]["text"] == "卡 and [EMAIL]" and found["feedback"][0]["label"] == "refund"
    assert audit["intact"] and "key.new" in [one["action"] for one in audit["entries"]]
    assert asked in exported
    assert not (tmp_path / "home" / "ledger.db").exists()
