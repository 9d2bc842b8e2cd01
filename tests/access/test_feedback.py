"""Feedback: durable before it is acknowledged, once however often it is sent; and what the console is shown of it."""

import csv
import io
import json

import pytest

from luodi.ledger.ids import is_id, new_id

TEXT = "I am li@example.com and my card is gone"


@pytest.fixture
def asked(data):
    """The id of an answer."""
    return data.post("/predict", json={"text": TEXT}).json()["id"]


def send(client, body, key="k", **headers):
    return client.post("/v1/tickets/feedback", json=body, headers={"idempotency-key": key} | headers)


def test_feedback_is_taken_once_and_has_an_id(data, asked):
    first = send(data, {"id": asked, "right": True}, key=asked)
    again = send(data, {"id": asked, "right": True}, key=asked)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() and is_id(first.json()["id"])


def test_the_same_key_with_another_body_is_a_conflict(data, asked, said):
    send(data, {"id": asked, "right": True}, key=asked)

    said(send(data, {"id": asked, "right": False}, key=asked), 409)
    said(send(data, {"id": asked, "label": "refund"}, key=asked), 409)


def test_the_same_key_of_another_caller_is_another_key(data, server, asked, new_key):
    _, key = new_key("feedback")
    send(data, {"id": asked, "right": True}, key=asked)

    with server.client("data", key) as other:
        assert send(other, {"id": asked, "right": False}, key=asked).status_code == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"right": True}, 400),
        ({"id": new_id()}, 400),
        ({"id": new_id(), "right": True, "label": "refund"}, 400),
        ({"id": new_id(), "right": "perhaps"}, 400),
        ({"id": new_id(), "label": "x" * 201}, 400),
        ({"id": new_id(), "right": True, "comment": "x" * 2_001}, 400),
        ({"id": new_id(), "right": True, "comment": "a\0b"}, 400),
        ({"id": new_id(), "right": True, "more": 1}, 400),
        ({"id": new_id(), "right": True}, 404),
        ({"id": "../../etc/passwd", "right": True}, 404),
    ],
)
def test_feedback_that_says_nothing_or_is_about_nothing_is_refused(data, body, status, said):
    said(send(data, body), status)


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_feedback_without_an_idempotency_key_is_refused(data, asked, key, said):
    problem = said(send(data, {"id": asked, "right": True}, key=key), 400)

    assert "Idempotency-Key" in problem["fix"]


def test_the_console_sees_requests_masked_with_their_feedback(data, admin, asked):
    send(data, {"id": asked, "label": "refund", "comment": "ask ann@example.com"}, key=asked)

    (found,) = [one for one in admin.get("/v1/tickets/requests").json()["requests"] if one["id"] == asked]

    assert found["request"]["text"] == "I am [EMAIL] and my card is gone"
    assert (found["label"], found["handed_over"], found["truncated"]) == ("lost card", False, False)
    assert [(one["label"], one["right"], one["comment"]) for one in found["feedback"]] == [
        ("refund", None, "ask [EMAIL]")
    ]


def test_requests_come_in_pages_last_first_and_by_label(data, admin):
    ids = [data.post("/predict", json={"text": f"text {i}"}).json()["id"] for i in range(5)]
    send(data, {"id": ids[-1], "right": True}, key=ids[-1])  # after it the notes are written

    first = admin.get("/requests", params={"limit": 2}).json()["requests"]
    then = admin.get("/requests", params={"limit": 2, "before": first[-1]["id"]}).json()["requests"]

    assert [one["id"] for one in first + then] == ids[:0:-1]
    assert admin.get("/requests", params={"label": "nothing"}).json() == {"requests": []}
    assert admin.get("/requests", params={"handed_over": "true"}).json() == {"requests": []}


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=a", "before=x", "handed_over=maybe"])
def test_a_query_that_makes_no_sense_is_refused(admin, query, said):
    said(admin.get(f"/requests?{query}"), 400)


def test_exports_hold_every_row_and_no_formula(data, admin, asked):
    evil = '=HYPERLINK("http://evil.example","x")'
    send(data, {"id": asked, "label": evil, "comment": "@SUM(A1)"}, key=asked)

    answer = admin.get("/v1/tickets/export", params={"what": "feedback", "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))

    (row,) = [one for one in rows if one["request_id"] == asked]
    assert (row["label"], row["comment"]) == ("'" + evil, "'@SUM(A1)")
    assert not [cell for one in rows for cell in one.values() if cell[:1] in tuple("=+-@\t\r")]
    assert answer.headers["content-disposition"] == 'attachment; filename="feedback.csv"'


def test_json_lines_are_the_rows_as_they_are(data, admin, asked):
    send(data, {"id": asked, "right": False}, key=asked)

    for what, name in (("requests", "id"), ("feedback", "request_id")):
        lines = admin.get("/v1/tickets/export", params={"what": what, "format": "jsonl"}).text.splitlines()
        assert asked in [json.loads(one)[name] for one in lines]
    entries = admin.get("/audit", params={"limit": 2}).json()["entries"]
    assert [(one["action"], one["details"]["what"]) for one in entries] == [
        ("export", "feedback"),
        ("export", "requests"),
    ]


def test_an_export_of_nothing_known_is_refused(admin, said):
    said(admin.get("/export?what=keys"), 400)
    said(admin.get("/export?what=requests&format=xlsx"), 400)


def test_the_trail_comes_in_pages(admin, new_key):
    for _ in range(3):
        new_key("predict")

    first = admin.get("/audit?limit=2").json()["entries"]
    then = admin.get("/audit", params={"limit": 1, "before": first[-1]["seq"]}).json()["entries"]

    assert [one["action"] for one in first + then] == ["key.new"] * 3
    assert then[0]["seq"] == first[-1]["seq"] - 1
