"""What is found, in the ways people write it, and what is left alone."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.errors import ScenarioError
from luodi.privacy.find import ALL, KINDS, find
from luodi.privacy.folding import FOLDED, fold

WRITTEN = {
    "phone": [
        ("手机 {}", "+86 138-0013-8000"),
        ("{}", "13800138000"),
        ("电话{}联系", "13800138000"),
        ("手机：{}", "１３８００１３８０００"),
        ("座机 {}", "010-8888 8888"),
        ("前台{}", "021-61234567转801"),
        ("call {}. 23,582,270 people came", "+91 98027 46942"),
        ("快递员 {}", "13800138000"),
        ("取件人{}", "13800138000"),
        ("order from {} please", "415-555-2671"),
        ("第二个号 {}", "13800138000"),
        ("{}", "0912345678"),
        ("传真{}", "0755-26781234-802"),
        ("?phone={}&n=1", "4155552671"),
        ("Phone: {}", "8 (771) 000 9998"),
        ("热线 {}", "400-800-8820"),
        ("{}", "4008-123-123"),
        ("香港 {}", "(852) 2345 6789"),
        ("台湾 {}", "0912-345-678"),
        ("/ {}", "(02)2345-6789"),
        ("（{}）", "+86 13800138000"),
        ("{}", "0086 138 0013 8000"),
        ("{}", "(415) 555-2671"),
        ("{}", "415.555.2671"),
        ("{}", "+1-415-555-2671 ext. 22"),
        ("{}", "+44 20 7946 0958"),
        ("{}", "+44 (0)20 7946 0958"),
        ("ring {}", "020 7946 0958"),
        ("{}", "+49 30 123456"),
        ("{}", "06 12 34 56 78"),
        ("call me at {}.", "329 7730"),
        ("Phone:\n{}", "0431 35 06 90"),
        ("Tel. {}", "001-748-088-2851x818"),
    ],
    "email": [
        ("邮箱{}。", "li.si@163.com"),
        ("<{}>", "a.b+c@mail.example.co.uk"),
        ("mailto:{}?subject=x", "ann@example.org"),
        ("{}", "ＺＨＡＮＧ＠example．com"),
        ("'{}'", "o_neil@firma.de"),
        ("{}，谢谢", "12345@qq.com"),
    ],
    "resident_id": [
        ("身份证号：{}", "11010519491231002X"),
        ("{}，", "11010519491231002x"),
        ("{}", "110105 19491231 002X"),
        ("{}", "1101 0519 4912 3100 2X"),
        ("老身份证 {}", "110105491231002"),
    ],
    "social_credit_code": [("税号{}", "91350100M000100Y43"), ("{}", "91350100m000100y43")],
    "bank_card": [
        ("卡号 {}", "6222 0212 3456 7890 128"),
        ("{}", "6222021234567890128"),
        ("{}", "4111-1111-1111-1111"),
        ("charged to {}.", "3782 822463 10005"),
        ("card {}", "6759649826438453"),
    ],
    "passport": [
        ("护照 {}", "E12345678"),
        ("护照号码：{}", "EA1234567"),
        ("passport no. {}", "593506422"),
        ("Passport: {}", "G12345678"),
    ],
    "travel_permit": [("港澳通行证 {}", "C12345678"), ("回乡证{}", "H12345678"), ("台胞证 {}", "12345678")],
    "plate": [
        ("车牌 {}", "京A·12345"),
        ("{}", "粤BD12345"),
        ("{}挪车", "粤B12345D"),
        ("{}", "沪A 8K123"),
        ("{}", "京A1234学"),
    ],
    "iban": [("to {} please", "GB82 WEST 1234 5698 7654 32"), ("{}", "DE89370400440532013000")],
    "ssn": [("SSN {}", "123-45-6789"), ("social security number: {}", "123456789")],
    "tw_id": [("身分證 {}", "A123456789")],
    "hk_id": [("{}", "A123456(3)"), ("香港身份证 {}", "A1234563")],
    "ip": [("从 {} 登录", "47.100.23.8"), ("{}", "2001:db8::8a2e:370:7334"), ("IP {}", "1.2.3.4")],
    "url_credentials": [("用 {}，", "postgres://bob:s3cr3t@db.example.com:5432/x")],
    "secret": [
        ("{}", "AKIAIOSFODNN7EXAMPLE"),
        ("token {}", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
        ("{}", "sk-proj-abcdefghijklmnopqrstuvwx"),
        ("Authorization: Bearer {}", "abcdefghijklmnop.123456"),
        ("{}", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLWhlcmU"),
        ("password={}", "hunter2"),
        ('"password": "{}"', "correct-horse"),
        ("密码：{}", "Abc12345"),
        ("密码 {}", "123456"),
        ("Authorization: Basic {}", "dXNlcjpwYXNzd29yZA=="),
        ("初始密码是{}，", "Abc12345!"),
        ("api_key: '{}'", "9f8e7d6c5b4a39281706"),
        ("API key {}", "DFLmoKhSaRACldiOrDIKAaIerUdnQwts"),
        ("AWS_SECRET_ACCESS_KEY={}", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY"),
        ("{}", "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc=\n-----END RSA PRIVATE KEY-----"),
    ],
}
NOBODYS = [
    "订单号：20240515123456",
    "快递单号 SF1234567890123",
    "运单号：4200123456789",
    "身份证号 110105194912310021 校验不过",
    "身份证号 110105194913310021 没有这一天",
    "卡号 6222021234567890123 输错一位",
    "代码 91350100M000100Y44",
    "于 2024-05-06 13:20:11 更新",
    "时间戳 1700000000000",
    "ISBN 978-7-302-51234-5",
    "升级到 10.2.1.4 版本",
    "更新到 1.0.2.241 版本",
    "坐标 39.904200, 116.407400",
    "共 12,345,678.90 元",
    "阅读量 13800138 次",
    "请求 550e8400-e29b-41d4-a716-446655440000 超时",
    "关注 @zhangsan 获取更多",
    "密码错误，请重试；忘记密码请点这里",
    "密码：[SECRET]，电话 [PHONE]",
    "EMAIL_7f3a9c1b02de PHONE_138001380001",
    "SKU 415-555-2671 and part 123-45-6789",
    "order number 4155552671",
    "lodash@4.17.21, logo@2x.png, git@github.com:foo/bar",
    "listening on 127.0.0.1, mask 255.255.255.0, ::1",
    "12:30:45, 00:1A:2B:3C:4D:5E, std::vector",
    "the limit is 941250 tokens; forgot my password twice",
    "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "https://example.com/story/13/02/14/2318247",
    "token: getUserAccessTokenFromTheStore",
    "a password-manager and a keynote",
    "pi is 3.141592653589793",
    "from 1998 to 2024, pages 100-200",
    "https://example.com/?q=a:b@c",
]


@pytest.mark.parametrize(
    ("kind", "sentence", "value"),
    [(kind, sentence, value) for kind, ways in WRITTEN.items() for sentence, value in ways],
)
def test_it_is_found_as_people_write_it(kind, sentence, value):
    found = find(sentence.replace("{}", value))

    assert [(one.kind, one.value) for one in found] == [(kind, value)]


@pytest.mark.parametrize("text", NOBODYS)
def test_what_only_looks_personal_is_left_alone(text):
    assert find(text) == []


@pytest.mark.parametrize("text", ["E12345678", "12345678", "A1234563", "123456789", "329 7730"])
def test_a_weak_shape_needs_a_word_beside_it(text):
    assert find(text) == []


def test_only_the_kinds_that_are_asked_for_are_found():
    text = "13800138000, li@example.com, https://example.com/a"

    assert [one.kind for one in find(text, kinds=["email"])] == ["email"]
    assert [one.value for one in find(text, kinds={"url"})] == ["https://example.com/a"]


def test_a_kind_that_nobody_knows_is_refused_with_a_suggestion():
    with pytest.raises(ScenarioError) as raised:
        find("", kinds=["e-mail"])

    assert (raised.value.what, raised.value.where) == ("no kind of personal data is called 'e-mail'", "kinds")
    assert raised.value.fix == "did you mean 'email'?"


def test_every_kind_has_an_example_here():
    assert set(WRITTEN) == set(KINDS)
    assert set(KINDS) < set(ALL)


PIECES = st.sampled_from(
    [value for ways in WRITTEN.values() for _, value in ways]
    + ["手机", "card ", "，", " ", "\n", "no. ", "-", "/", "2024", "İ", "ß", "：", "x", "0", "@", "."]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join))
def test_a_finding_lies_where_it_says_and_overlaps_no_other(text):
    found = find(text)

    assert all(text[one.start : one.end] == one.value and one.value for one in found)
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))
    assert all(0 < one.score <= 1 and one.kind in KINDS for one in found)


@given(st.text() | st.text(st.sampled_from([chr(code) for code in FOLDED])))
def test_folding_keeps_every_place(text):
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)
