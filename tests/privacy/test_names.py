"""People, organizations, addresses and places are found, and nothing else is."""

import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.privacy.names import find_many, find_names

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"


def found(text):
    return {(one.kind, one.value) for one in find_names(text)}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Hello, my name is Oliver Brandt and I lost my card.", "person", "Oliver Brandt"),
        ("Please call Dr. Fatima Haddad back.", "person", "Fatima Haddad"),
        ("hi, this is priya venkatesan, where is my order?", "person", "priya venkatesan"),
        ("I moved to Lisbon last year.", "location", "Lisbon"),
        ("Ship it to 48 Willow Lane, please.", "address", "48 Willow Lane"),
        ("I used to work at Blackwood Logistics Ltd. in Leeds.", "location", "Leeds"),
        ("I have worked for Microsoft since 2011.", "organization", "Microsoft"),
        ("我叫王小明，想查一下订单。", "person", "王小明"),
        ("联系人：李娜 13800138000", "person", "李娜"),
        ("昨天我去了南京。", "location", "南京"),
        ("我在招商银行办了一张卡。", "organization", "招商银行"),
        ("收货地址：浙江省杭州市西湖区文三路123号2幢501室", "address", "浙江省杭州市西湖区文三路123号2幢501室"),
        ("客户 Michael Brown 要求退款。", "person", "Michael Brown"),
    ],
)
def test_a_name_is_found_with_its_kind(text, kind, value):
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "How do I reset my password?",
        "The meeting is on Monday at three.",
        "My Visa card was declined at the ATM in March.",
        "WHY IS MY ORDER STILL NOT HERE???",
        "Best regards",
        "请问什么时候发货？",
        "高兴，终于收到货了",
        "手机屏幕碎了可以换吗，白天没人在家",
        "",
        " \n\t ",
        "12345 67890",
        "😀😀😀",
    ],
)
def test_nothing_is_found_where_there_is_no_name(text):
    assert found(text) == set()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mr. Henderson called.", "Henderson"),
        ("Please ask Mrs. Clara Olsen.", "Clara Olsen"),
        ("张伟先生您好，您的快递到了。", "张伟"),
        ("尊敬的陈丽华女士，您的账单已出。", "陈丽华"),
        ("I saw Emma Fischer's letter.", "Emma Fischer"),
    ],
)
def test_a_title_or_a_genitive_is_no_part_of_a_name(text, name):
    assert [one.value for one in find_names(text) if one.kind == "person"] == [name]


def test_offsets_count_characters_even_after_emoji_and_wide_letters():
    text = "👩‍👩‍👧 𝒳 Hello, I am Oliver Brandt 😀.\n您好😀，我叫王小明。"

    findings = find_names(text)

    assert [one.value for one in findings if one.kind == "person"] == ["Oliver Brandt", "王小明"]
    assert all(text[one.start : one.end] == one.value for one in findings)


def test_a_finding_ends_with_its_line():
    text = "Ship to:\nOliver Brandt\n48 Willow Lane\nLeeds"

    findings = find_names(text)

    assert {"Oliver Brandt", "48 Willow Lane"} <= {one.value for one in findings}
    assert not any("\n" in one.value for one in findings)


def test_a_name_that_is_sure_is_found_again_where_nothing_speaks_for_it():
    text = "My name is Oliver Brandt. -- x Oliver Brandt x -- [Oliver Brandt]"

    assert [one.value for one in find_names(text)].count("Oliver Brandt") == 3


def test_the_parts_of_an_address_are_one_finding():
    values = [
        one.value for one in find_names("请寄到广东省深圳市南山区科技路18号3栋502，谢谢") if one.kind == "address"
    ]

    assert values == ["广东省深圳市南山区科技路18号3栋502"]


def test_many_texts_are_answered_like_one_after_the_other():
    texts = ["My name is Oliver Brandt.", "我叫王小明。", "", "Paris is far.", "no names here"]

    assert find_many(texts) == [find_names(text) for text in texts]
    assert find_many([]) == []


@given(
    st.text(max_size=60),
    st.sampled_from(["Oliver Brandt", "王小明", "48 Willow Lane, Leeds", "\r\n", "İ", "ﬁ", "\x00"]),
)
@settings(max_examples=60, deadline=None)
def test_findings_of_any_text_lie_in_order_inside_it(text, name):
    text = text + name + text

    findings = find_names(text)

    assert all(text[one.start : one.end] == one.value != "" for one in findings)
    assert all(left.end <= right.start for left, right in pairwise(findings))
    assert all(0 <= one.score <= 1 for one in findings)
    assert not any("\n" in one.value or one.value != one.value.strip() for one in findings)


@pytest.mark.parametrize(
    "one", ["Oliver Brandt met Clara Olsen in Leeds. ", "王小明和李娜在南京见面", "a" * 9, "Jo Jo-", "\n"]
)
def test_time_grows_with_length_and_no_faster(one):
    find_names(one)
    times = []
    for length in (4_000, 16_000):
        text = (one * length)[:length]
        started = time.process_time()
        find_names(text)
        times.append(time.process_time() - started)

    assert times[1] < 12 * times[0] + 0.2  # four times the length; 16 would be quadratic


def test_names_are_found_without_torch_and_without_openvino():
    code = (
        "import sys; from luodi.privacy.names import find_names; "
        "n = len(find_names('I am Oliver Brandt. \\n我叫王小明')); "
        "print(n, {'torch', 'openvino', 'transformers'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["2", "set()"]


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the public sets are not beside this checkout (../shared/data)")
def test_names_in_chinese_news_that_was_held_out_are_found_as_promised(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from bench import names as bench
    from bench.train_names import halves

    _, news = halves(bench.sets.people_daily())

    recall, precision, n = bench.measured(news)["exact, any kind"]

    assert n > 7_000
    assert recall >= 0.93 and precision >= 0.88


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the public sets are not beside this checkout (../shared/data)")
def test_names_in_english_messages_that_nothing_was_learned_from_are_found_as_promised(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from bench import names as bench

    recall, precision, n = bench.measured(bench.sets.presidio_small())["touched, any kind"]

    assert n > 100
    assert recall >= 0.95 and precision >= 0.9
