"""The page of suspects in a browser: one key, one decision, on disk at once."""

import pytest

from luodi.data import corrections


@pytest.fixture
def page(browser, served):
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(served.url)
    page.locator("#text:not(:empty)").wait_for()
    yield page
    assert not faults
    context.close()


def decided(served):
    return [(int(one.key, 16), one.decided, one.corrected) for one in corrections.read(served.path)]


def press(page, key):
    with page.expect_response("**/decide"):
        page.keyboard.press(key)


def test_keys_decide_and_every_decision_is_on_disk(page, served):
    for key in "akx":
        press(page, key)

    assert decided(served) == [(0, "accepted", "card"), (1, "rejected", ""), (2, "excluded", "")]
    page.locator("#where", has_text="4 of 4").wait_for()

    press(page, "2")  # the second of the other labels

    page.wait_for_selector("#done:not([hidden])")
    assert decided(served)[-1] == (3, "accepted", "delivery")


def test_undo_takes_back_the_last_decision(page, served):
    press(page, "a")
    page.locator("#where", has_text="2 of 4").wait_for()

    press(page, "u")

    page.locator("#where", has_text="1 of 4").wait_for()
    assert decided(served) == []


def test_what_was_decided_before_is_not_asked_again(page, served):
    press(page, "a")

    page.reload()

    page.locator("#where", has_text="2 of 4").wait_for()


def test_the_text_of_a_row_is_text(page):
    page.keyboard.press("s")

    page.locator("#text", has_text="<script>").wait_for()
    assert "owned" not in page.title()


def test_the_page_speaks_chinese_too_and_hides_its_token(page):
    page.click("#language")

    assert "可能标错" in page.inner_text("h1")
    assert "token" not in page.url


def test_the_page_fits_a_phone(browser, served):
    context = browser.new_context(viewport={"width": 360, "height": 700}, color_scheme="dark")
    page = context.new_page()
    page.goto(served.url)
    page.locator("#text:not(:empty)").wait_for()

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
