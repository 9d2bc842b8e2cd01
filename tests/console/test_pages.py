"""The pages in a real browser, in front of answers by the contract."""

import json

from playwright.sync_api import expect
from tests.console.conftest import TOKEN

from luodi.serve import routes_console

ALL = {
    "#/": "Waits for you",
    "#/s/support-tickets/live": "Recent requests",
    "#/s/support-tickets/health": "What moved: Shares of labels.",
    "#/s/support-tickets/review": "The courier left the parcel",
    "#/s/support-tickets/releases": "Train a challenger",
    "#/s/support-tickets/try": "Or one of the bundled examples",
    "#/s/support-tickets/report": "Open it in a tab of its own",
    "#/s/shop/try": "Just looked at",
    "#/keys": "help desk",
    "#/audit": "The chain is intact.",
}
WORDS = [
    "等你处理",
    "最近的请求",
    "标签分布",
    "courier",
    "训练挑战者",
    "自带的例子",
    "新标签页",
    "刚看过",
    "desk",
    "记录链完整",
]
CHINESE = dict(zip(ALL, WORDS, strict=True))
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def sees(page, text):
    page.get_by_text(text, exact=False).first.wait_for()


def test_each_page_shows_what_it_is_for_and_complains_of_nothing(visit, backend):
    found = visit()

    for address, text in ALL.items():
        found.page.goto(f"{backend.url}/{address}")
        sees(found.page, text)

    assert found.wrong == []


def test_each_page_fits_a_phone_in_the_dark_and_in_chinese(visit, backend):
    found = visit(viewport={"width": 360, "height": 740}, color_scheme="dark", locale="zh-CN")
    wider = {}

    for address in ALL:
        found.page.goto(f"{backend.url}/{address}")
        sees(found.page, CHINESE[address])
        expect(found.page.locator(".skeleton")).to_have_count(0)
        wider[address] = found.page.evaluate(WIDER)

    assert all(one <= 0 for one in wider.values()), wider
    assert found.page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(21, 22, 26)"
    assert found.page.evaluate("() => document.documentElement.lang") == "zh-CN"
    assert found.wrong == []


def test_somebody_logs_in_with_a_key_and_out_again(visit, backend):
    found = visit(logged_in=False)
    page = found.page

    page.get_by_label("Token or key").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    sees(page, "this key is wrong")
    sees(page, "paste it again")
    page.get_by_label("Token or key").fill(TOKEN)
    page.get_by_role("button", name="Log in").click()
    sees(page, "Waits for you")
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Token or key").wait_for()

    assert ("DELETE", "/session", None) in backend.heard


def test_a_link_with_the_token_logs_in_and_takes_it_out_of_the_address(visit):
    found = visit(f"#token={TOKEN}", logged_in=False)

    sees(found.page, "Waits for you")

    assert TOKEN not in found.page.url and found.page.evaluate("() => history.length") <= 2
    assert not any(TOKEN in one for one in found.asked)


def test_who_is_no_longer_known_is_asked_to_log_in(visit):
    found = visit("#/keys")
    sees(found.page, "help desk")

    found.page.context.clear_cookies()
    found.page.get_by_role("link", name="Audit trail").click()

    found.page.get_by_label("Token or key").wait_for()


def test_what_goes_wrong_is_told_with_its_remedy(visit, backend):
    backend.said["/v1/support-tickets/health"] = {"numbers": None}  # no answer by the contract: our own mistake
    found = visit("#/s/support-tickets/health")

    sees(found.page, "This page made a mistake.")

    assert found.page.get_by_role("button", name="Try again").is_visible()


def test_the_language_is_switched_and_remembered(visit):
    page = visit("#/keys").page
    sees(page, "API keys")

    page.get_by_role("button", name="中文").click()
    sees(page, "新建密钥")
    page.reload()

    sees(page, "新建密钥")


def test_the_light_is_switched_and_remembered(visit):
    page = visit("#/").page
    colour = "() => getComputedStyle(document.body).backgroundColor"

    page.get_by_label("Appearance").select_option("dark")
    dark = page.evaluate(colour)
    page.reload()
    sees(page, "Overview")

    assert dark == page.evaluate(colour) == "rgb(21, 22, 26)"


def test_both_tables_of_words_have_the_same_keys_and_the_same_blanks(visit):
    words = visit("#/").page.evaluate("async () => (await import('/console/words.js')).WORDS")

    def blanks(text):
        return sorted(part.partition("}")[0] for part in text.split("{")[1:])

    assert words["en"].keys() == words["zh"].keys()
    assert all(one.strip() for table in words.values() for one in table.values())
    assert [key for key in words["en"] if blanks(words["en"][key]) != blanks(words["zh"][key])] == []


def test_whoever_may_only_review_sees_no_more(visit, backend):
    backend.said["/session"] = {"name": "Mei", "scopes": ["review"]}

    page = visit("#/keys").page
    sees(page, "does not have the scope")

    links = page.locator(".menu a").all_inner_texts()
    assert [one.split("\n")[0] for one in links] == ["Overview", "Live", "Health", "Review", "Releases", "Report"]


def test_the_files_are_small_and_run_nothing_that_comes_with_data():
    files = {path: path.read_text(encoding="utf-8") for path in routes_console.FILES.values()}
    scripts = "".join(text for path, text in files.items() if path.suffix == ".js")

    assert sum(len(text.encode()) for text in files.values()) < 160_000
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "http://"):
        assert word not in scripts.replace("http://www.w3.org/2000/svg", "")
    assert "unsafe" not in json.dumps(routes_console.HEADERS)
