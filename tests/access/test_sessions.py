"""The console's login: a cookie that no script reads, no other site can use, and that ends with its key."""

import pytest

from luodi.serve.sessions import MAX_SESSIONS, Sessions


@pytest.fixture
def browser(server):
    """A client as a browser is one: it keeps cookies and has no key."""
    with server.client(key="") as one:
        yield one


def own(server, **more):
    return {"origin": server.urls["admin"], "luodi-csrf": "1"} | more


def log_in(browser, key="a-token-for-the-tests", **headers):
    return browser.post("/session", json={"key": key}, headers=headers)


def test_a_key_opens_a_session_that_says_whose_it_is(browser, new_key):
    _, key = new_key("review", "predict")

    answer = log_in(browser, key)

    assert (answer.status_code, answer.json()) == (200, {"name": "a test", "scopes": ["predict", "review"]})
    assert browser.get("/session").json() == answer.json()


def test_the_cookie_is_for_this_site_and_no_script(browser):
    cookie = log_in(browser).headers["set-cookie"].lower()

    assert cookie.startswith("luodi_session=")
    assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= set(cookie.split("; "))
    assert "secure" not in cookie and "domain" not in cookie


def test_behind_tls_the_cookie_is_for_tls_alone(browser, server):
    there = server.urls["admin"].replace("http:", "https:")

    assert "; secure" in log_in(browser, origin=there).headers["set-cookie"].lower()


def test_a_wrong_key_opens_nothing_and_is_noted_without_flooding_the_trail(browser, admin, said):
    for _ in range(20):
        said(log_in(browser, "luodi_wrong"), 401)

    noted = [one for one in admin.get("/audit").json()["entries"] if one["action"] == "login.failed"]
    assert 1 <= len(noted) <= 2 and noted[-1]["actor"] == "nobody"
    assert browser.get("/session").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"luodi-csrf": "1"},
        {"luodi-csrf": "1", "origin": "null"},
        {"luodi-csrf": "1", "origin": "http://evil.example"},
        {"luodi-csrf": "1", "origin": "http://127.0.0.1:1"},
        {"luodi-csrf": "1", "origin": "http://127.0.0.1.evil.example"},
    ],
    ids=["nothing", "no origin", "null", "another site", "another port", "a longer name"],
)
def test_another_sites_page_can_change_nothing_with_the_cookie(browser, headers, said):
    log_in(browser)

    for method, path in (("POST", "/keys"), ("DELETE", "/session"), ("DELETE", "/keys/x")):
        said(browser.request(method, path, headers=headers, json={"name": "a", "scopes": ["admin"]}), 403)
    assert browser.get("/keys").status_code == 200


def test_the_sign_alone_is_not_enough_and_the_origin_alone_neither(browser, server, said):
    log_in(browser)

    said(browser.delete("/session", headers={"origin": server.urls["admin"]}), 403)


def test_the_consoles_own_page_can_work(browser, server):
    log_in(browser)

    made = browser.post("/keys", headers=own(server), json={"name": "a", "scopes": ["predict"]})

    assert made.status_code == 201


def test_another_sites_page_cannot_log_its_visitor_in(browser, said):
    said(log_in(browser, origin="http://evil.example"), 403)


def test_logging_out_ends_the_session_on_the_server_too(browser, server, said):
    log_in(browser)
    kept = browser.cookies["luodi_session"]

    assert browser.delete("/session", headers=own(server)).status_code == 200

    said(browser.get("/session", headers={"cookie": f"luodi_session={kept}"}), 401)


def test_a_session_ends_with_its_key(browser, admin, new_key, said):
    key_id, key = new_key("review")
    log_in(browser, key)
    assert browser.get("/session").status_code == 200

    admin.delete(f"/keys/{key_id}")

    said(browser.get("/session"), 401)


def test_a_session_may_no_more_than_its_key(browser, server, new_key, said):
    _, key = new_key("review")
    log_in(browser, key)

    said(browser.post("/keys", headers=own(server), json={"name": "a", "scopes": ["admin"]}), 403)


def test_the_data_listener_takes_no_cookie(browser, server, said):
    log_in(browser)

    with server.client("data", key="", cookies=dict(browser.cookies)) as client:
        said(client.get("/v1"), 401)


def test_sessions_are_bounded_and_the_oldest_ends():
    sessions = Sessions()
    first, *_, last = [sessions.begin("k") for _ in range(MAX_SESSIONS + 1)]

    assert (sessions.key_of(first), sessions.key_of(last)) == (None, "k")
