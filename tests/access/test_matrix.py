"""Every route × method × scope × listener, asked of a real server by callers of every kind."""

import time

import pytest

from luodi.serve import routes
from luodi.serve.access import SCOPES
from luodi.serve.routes import all_routes

NOBODY = ("none", "wrong", "revoked", "expired")
CALLERS = (*NOBODY, "owner", *SCOPES)
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
LISTENERS = ("data", "admin")
PATHS = sorted({one.path for one in all_routes()})
WITHOUT_A_KEY = {("GET", "/health/live"), ("GET", "/health/ready"), ("POST", "/session")}
STATIC = ("/console",)  # files of the wheel, which hold nobody's data


def is_static(path):
    return path == "/" or path.startswith(STATIC)


@pytest.fixture(scope="module")
def keys(server):
    """A key of each kind."""
    with server.client() as admin:

        def make(*scopes, **more):
            made = admin.post("/keys", json={"name": "matrix", "scopes": list(scopes)} | more).json()
            return made["id"], made["key"]

        found = {scope: make(scope)[1] for scope in SCOPES}
        revoked, found["revoked"] = make(*SCOPES)
        assert admin.delete(f"/keys/{revoked}").status_code == 200
        found["expired"] = make(*SCOPES, days=1e-7)[1]
        time.sleep(0.02)
    return found | {"none": "", "wrong": "luodi_" + "x" * 43, "owner": "a-token-for-the-tests"}


def declared(path, method, listener):
    return next((r for r in all_routes() if (r.path, r.method) == (path, method) and listener in r.listeners), None)


def expected(path, method, listener, caller):
    """Say how the door answers: "in", or the status of the refusal."""
    there = [one for one in all_routes() if one.path == path and listener in one.listeners]
    route = declared(path, "GET" if method == "HEAD" else method, listener)
    if route is None:
        return 401 if caller in NOBODY else 405 if there else 404
    if route.scope == "open":
        return "in"
    if caller in NOBODY:
        return 401
    return "in" if route.scope == "any" or caller in ("owner", route.scope) else 403


def door(answer, route):
    """Say whether a caller came in, by what a real server answered."""
    told = answer.json() if answer.headers.get("content-type", "").startswith("application/problem") else {}
    if answer.status_code == 401 and "token is missing" in told["detail"]:
        return 401
    if answer.status_code == 403 and "has not the scope" in told["detail"]:
        return 403
    if answer.status_code == 404 and route is not None and is_static(route.path):
        return "in"
    if answer.status_code == 405 or (answer.status_code == 404 and "nothing at this path" in told["detail"]):
        return answer.status_code
    return "in"


@pytest.mark.parametrize("listener", LISTENERS)
@pytest.mark.parametrize("path", PATHS)
def test_every_method_of_every_path_answers_each_caller_as_declared(server, keys, path, listener):
    real = path.replace("{scenario}", "tickets").replace("{id}", "01k0000000000000000000000z")
    real = real.replace("{path:path}", "nothing.js").replace("{name}", "nothing")
    asked = {(method, caller) for method in METHODS for caller in CALLERS}
    found, wanted = {}, {}
    with server.client(listener, key="") as client:
        for method, caller in sorted(asked):
            headers = {"authorization": f"Bearer {keys[caller]}"} if keys[caller] else {}
            answer = client.request(method, real, headers=headers, content=b"[")  # a body that no route takes
            found[method, caller] = door(answer, declared(path, method, listener))
            wanted[method, caller] = expected(path, method, listener, caller)

    assert found == wanted


def test_what_is_open_without_a_key_is_little_and_known():
    opened = {(one.method, one.path) for one in all_routes() if one.scope == "open"}
    files = {(method, path) for method, path in opened if method == "GET" and is_static(path)}

    assert opened - files == WITHOUT_A_KEY


def test_nothing_that_manages_stands_on_the_data_listener():
    data = [one for one in all_routes() if "data" in one.listeners]

    assert not [one.path for one in data if one.scope in ("admin", "review")]


def test_a_route_without_a_scope_cannot_be_declared():
    with pytest.raises(TypeError, match="scope"):
        routes.Route(method="GET", path="/x", handler=None, about="")


def test_a_path_and_method_is_declared_once():
    found = [(one.method, one.path) for one in all_routes()]

    assert len(found) == len(set(found))
