"""S8: a thousand attempts to run a script, through every field that shows what others wrote."""

import itertools

import pytest
from tests.console import answers
from tests.console.test_pages import ALL

RUNS = "owned=1"
ATTEMPTS = [
    "<script>{}</script>", "<img src=x onerror={}>", "<svg onload={}>", "<iframe srcdoc='<script>parent.{}</script>'>",
    "javascript:{}", "\"><script>{}</script>", "'><img src=//evil.example/x onerror={}>", "<body onload={}>",
    "<details open ontoggle={}>", "<a href='javascript:{}'>x</a>", "{{{{constructor.constructor('{}')()}}}}",
    "<math><mtext></table><mglyph><style><img src=x onerror={}>", "</title><script>{}</script>",
    "<link rel=stylesheet href=//evil.example/x.css>{}", "<style>@import '//evil.example/x.css'</style>{}",
    "<base href=//evil.example/>{}", "<meta http-equiv=refresh content='0;url=//evil.example/'>{}",
    "<form action=//evil.example/><input autofocus onfocus={}>", "`${{{}}}`", "</script><script>{}</script>",
    "<template><script>{}</script></template>", "<object data='javascript:{}'>", "<embed src='javascript:{}'>",
    "data:text/html,<script>{}</script>", "&lt;script&gt;{}&lt;/script&gt;",
]  # fmt: skip
WRAPS = ["%s", " %s ", "\u202e%s", "%s\u0000", "ﬁ%s", "中文%s", "%s%%3Cscript%%3E", "&#60;%s"]
CASES = [str.lower, str.title, str.upper, str.swapcase, lambda one: one.replace("<", "<\t")]
MADE = (wrap % case(one).format(RUNS) for one, wrap, case in itertools.product(ATTEMPTS, WRAPS, CASES))
PAYLOADS = [f"{one}<!--{n}-->" for n, one in enumerate(MADE)]
KEPT = {"stage", "state", "kind", "method", "level"}  # words of ours, which no outsider chooses


def poisoned(value, payloads, key=""):
    """Return the same answer with an attempt in the place of every text, and of every key that is a name."""
    if isinstance(value, str):
        return value if key in KEPT else next(payloads)
    if isinstance(value, list):
        return [poisoned(one, payloads, key) for one in value]
    if isinstance(value, dict):
        names = key in {"scores", "metrics", "details"}
        return {next(payloads) if names else name: poisoned(one, payloads, name) for name, one in value.items()}
    return value


@pytest.fixture
def hostile(backend):
    """A backend all of whose texts are attempts; scenarios keep their names, or no address would lead to them."""
    payloads = itertools.cycle(PAYLOADS)
    used = set()

    def taking():
        for one in payloads:
            used.add(one)
            yield one

    source, plain = taking(), backend.answer

    def answer(path, query):
        made = poisoned(plain(path, query), source)
        if path == "/v1":
            for one, name in zip(made["scenarios"], ("support-tickets", "shop"), strict=True):
                one["name"] = name
        elif path.endswith("/explain") and made["tokens"]:
            for one in made["tokens"]:
                one["start"], one["end"] = 0, 0
        return made

    backend.answer, backend.used = answer, used
    return backend


def opened(found, page):
    """Open whatever a page hides."""
    for one in page.locator("summary").all():
        one.click()
    for one in page.locator(".example, .scorename").all()[:3]:
        one.click()
    page.wait_for_load_state("networkidle")
    return page.evaluate("() => window.owned") is None and found.wrong == []


@pytest.mark.slow
def test_a_thousand_attempts_through_every_field_run_nothing_and_fetch_nothing(visit, hostile):
    assert len(set(PAYLOADS)) == 1_000
    while len(hostile.used) < len(PAYLOADS):
        for address in ALL:
            survives(visit, hostile, address)


@pytest.mark.parametrize("address", ["#/s/support-tickets/live", "#/s/support-tickets/try"])
def test_some_attempts_run_nothing_and_fetch_nothing(visit, hostile, address):
    survives(visit, hostile, address)


def survives(visit, hostile, address):
    found = visit(address)
    found.page.wait_for_load_state("networkidle")
    assert opened(found, found.page), (address, found.wrong)
    assert [one for one in found.asked if not one.startswith(hostile.url)] == []
    assert found.page.locator("script").count() == 1 and found.page.locator("img, base, object").count() == 0
    assert set(found.page.locator("iframe").evaluate_all("all => all.map((one) => one.sandbox.value)")) <= {""}
    found.page.context.close()


def test_a_page_whose_texts_are_attempts_still_shows_them_as_they_are(visit, hostile):
    payload = answers.TEXTS[0] = "<img src=x onerror=owned=1>"
    hostile.answer = type(hostile).answer.__get__(hostile)

    page = visit("#/s/support-tickets/review").page
    page.locator("blockquote", has_text=payload).wait_for()

    assert page.evaluate("() => window.owned") is None
