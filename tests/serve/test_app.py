"""What a client sends and gets, asked of a real server."""

import json

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luodi.ledger.ids import is_id

PROBLEM = "application/problem+json"
RESPONSE = {"label": "lost card", "score": 0.7, "handed_over": False, "scores": {"lost card": 0.7, "refund": 0.3}}


def without_ids(body: dict) -> dict:
    """An answer without the two names that are new each time."""
    assert is_id(body.pop("id"))
    assert is_id(body.pop("release"))
    return body


def is_problem(answer: httpx.Response, status: int) -> dict:
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["fix"]
    return problem


def test_one_request_gets_one_response(client):
    answer = client.post("/predict", json={"text": "my card is gone"})

    assert (answer.status_code, without_ids(answer.json())) == (200, RESPONSE)
    assert "server" not in answer.headers


def test_a_list_is_answered_in_order_with_errors_in_their_places(client):
    answer = client.post("/predict", json=[{"text": "a"}, {"text": " "}, {"txt": "b"}, {"text": "boom"}, {"text": "c"}])

    assert answer.status_code == 200
    first, empty, unknown, boom, last = answer.json()
    assert first["id"] != last["id"]
    assert without_ids(first) == without_ids(last) == RESPONSE
    assert (empty["error"]["status"], empty["error"]["detail"]) == (422, "empty text")
    assert unknown["error"]["status"] == 400
    assert "did you mean 'text'?" in {one["fix"] for one in unknown["error"]["faults"]}
    assert boom["error"]["status"] == 500


def test_an_empty_list_is_answered_by_an_empty_list(client):
    assert client.post("/predict", json=[]).json() == []


def test_a_text_that_the_task_rejects_is_a_422(client):
    assert is_problem(client.post("/predict", json={"text": "  "}), 422)["detail"] == "empty text"


def test_a_failing_model_is_a_500_that_tells_nothing_of_the_inside(client):
    answer = client.post("/predict", json={"text": "boom"})

    is_problem(answer, 500)
    assert "Traceback" not in answer.text
    assert "RuntimeError" not in answer.text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(b"", "not JSON", id="nothing"),
        pytest.param(b"{", "not JSON", id="half an object"),
        pytest.param(b'{"text": "\xff"}', "UTF-8", id="another encoding"),
        pytest.param(b'{"text": "\\ud800"}', "UTF-8", id="half a surrogate pair"),
        pytest.param(b'{"\\ud800": 1}', "UTF-8", id="half a surrogate pair as a name"),
        pytest.param(b'{"text": NaN}', "not JSON", id="not a number"),
        pytest.param(b'{"text": "a", "text": "b"}', "twice", id="one name twice"),
        pytest.param(b"1" * 5000, "not JSON", id="a number too long to read"),
        pytest.param(b"[" * 100_000, "not JSON", id="deeper than the parser goes"),
        pytest.param(b"[" * 50 + b"]" * 50, "deeper", id="deeper than we go"),
        pytest.param(b"7", "dict", id="a number"),
        pytest.param(b'{"text": 7}', "string", id="a number as the text"),
    ],
)
def test_a_body_that_is_no_request_is_a_400_that_says_why(client, body, said):
    assert said in is_problem(client.post("/predict", content=body), 400)["detail"]


def test_too_many_texts_in_one_call_are_refused(client):
    assert "257" in is_problem(client.post("/predict", json=[{"text": "a"}] * 257), 413)["detail"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just("text"), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_body_breaks_the_server(client, body):
    answer = client.post("/predict", content=body)

    assert answer.status_code < 500
    json.loads(answer.content)


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer wrong", "Basic a-token-for-the-tests", "Bearer \xe9"], ids=repr
)
@pytest.mark.parametrize("path", ["/predict", "/metrics", "/openapi.json", "/nowhere"])
def test_without_the_token_nothing_is_told(server, path, header):
    headers = {} if header is None else {b"authorization": header.encode("latin-1")}

    answer = httpx.get(server.url + path, headers=headers)

    is_problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_needs_no_token(server, path):
    assert httpx.get(server.url + path).status_code == 200


def test_readiness_and_figures_say_whether_the_ledger_keeps_up(client):
    assert client.get("/health/ready").json() == {"status": "ready", "ledger": {"writes": True, "unrecorded": 0}}
    assert {name: figures(client)[name] for name in ("luodi_unrecorded", "luodi_ledger_broken")} == {
        "luodi_unrecorded": 0,
        "luodi_ledger_broken": 0,
    }


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost.evil.example", "", "192.0.2.7"])
def test_another_host_name_is_refused_against_dns_rebinding(client, host):
    is_problem(client.get("/health/live", headers={"host": host}), 421)


def test_an_unknown_path_is_a_404_and_an_unknown_method_a_405(client):
    is_problem(client.get("/predict/"), 404)
    assert is_problem(client.get("/predict"), 405)["fix"] == "use POST"


def test_the_description_fits_what_is_answered(client):
    document = client.get("/openapi.json").json()

    post = document["paths"]["/v1/tickets/predict"]["post"]
    assert document["openapi"] == "3.1.0"
    assert (
        document["components"]["schemas"]["tickets.Request"]["properties"]["text"]["description"]
        == "What is to be labelled."
    )
    answered = document["components"]["schemas"]["tickets.Response"]["properties"]
    assert set(answered) == {*RESPONSE, "id", "release", "truncated"}
    example = post["requestBody"]["content"]["application/json"]["example"]
    shown = post["responses"]["200"]["content"]["application/json"]["example"]
    assert without_ids(shown) == without_ids(client.post("/predict", json=example).json())


def test_the_figures_count_requests_rejects_and_answers(client):
    before = figures(client)
    client.post("/predict", json=[{"text": "a"}, {"text": ""}])

    after = figures(client)

    for name in (
        'luodi_requests_total{route="/v1/{scenario}/predict",status="200"}',
        'luodi_rejects_total{reason="empty text",scenario="tickets"}',
        'luodi_answers_total{scenario="tickets"}',
        'luodi_batch_size_count{scenario="tickets"}',
        "luodi_predict_seconds_count",
    ):
        assert after[name] == before.get(name, 0) + 1


def figures(client: httpx.Client) -> dict[str, float]:
    lines = client.get("/metrics").text.splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}
