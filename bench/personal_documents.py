"""20,000 invented documents, Chinese and English, with personal data in them and with much that only looks like it.

Nothing here knows the patterns of `luodi.privacy`: check digits are worked out by this file's own code, and formats are
those of forms, e-mails, chats and logs.
"""

import random
import string
import uuid
from collections.abc import Callable
from typing import NamedTuple

Maker = Callable[[random.Random], str]

ZH_NAMES = [
    "张伟",
    "王芳",
    "李娜",
    "刘洋",
    "陈静",
    "杨帆",
    "赵敏",
    "黄磊",
    "周杰",
    "吴倩",
    "徐丽",
    "孙浩",
    "马超",
    "朱琳",
    "胡军",
    "郭亮",
]
EN_NAMES = ["Anna Brown", "John Miller", "Maria Lopez", "Wei Chen", "Tom Baker", "Lucy Gray", "Omar Khan", "Eva Novak"]
DOMAINS = [
    "qq.com",
    "163.com",
    "126.com",
    "gmail.com",
    "outlook.com",
    "sina.cn",
    "foxmail.com",
    "company.com.cn",
    "mail.example.org",
    "uni.edu.cn",
    "acme.co.uk",
    "firma.de",
    "my-shop.io",
]
PROVINCES = [
    "110105",
    "310104",
    "440305",
    "330106",
    "320102",
    "510107",
    "420111",
    "610113",
    "370202",
    "350203",
    "430102",
    "210102",
    "120101",
    "500112",
    "650102",
    "540102",
]


class Document(NamedTuple):
    """A text and what is personal in it: (kind, start, end)."""

    text: str
    spans: list[tuple[str, int, int]]
    language: str
    n_negatives: int


def digits(rng: random.Random, n: int, first: str = string.digits) -> str:
    return rng.choice(first) + "".join(rng.choices(string.digits, k=n - 1))


def letters(rng: random.Random, n: int, of: str = string.ascii_lowercase) -> str:
    return "".join(rng.choices(of, k=n))


def birthday(rng: random.Random) -> tuple[int, int, int]:
    return rng.randint(1935, 2018), rng.randint(1, 12), rng.randint(1, 28)


def mod11_2(body: str) -> str:
    rest = 0
    for one in body:  # ISO 7064's recursive form
        rest = (rest + int(one)) * 2 % 11
    return "0123456789X"[(12 - rest) % 11]


def resident_id(rng: random.Random) -> str:
    year, month, day = birthday(rng)
    body = f"{rng.choice(PROVINCES)}{year}{month:02}{day:02}{digits(rng, 3)}"
    whole = body + mod11_2(body)
    style = rng.random()
    if style < 0.75:
        return whole
    if style < 0.85:
        return whole.lower()
    return f"{whole[:6]} {whole[6:14]} {whole[14:]}"


def old_resident_id(rng: random.Random) -> str:
    year, month, day = birthday(rng)
    return f"{rng.choice(PROVINCES)}{year % 100 if year < 2000 else 71:02}{month:02}{day:02}{digits(rng, 3)}"


def check_luhn(body: str) -> str:
    total = 0
    for n, one in enumerate(reversed(body)):
        value = int(one) * (2 if n % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def bank_card(rng: random.Random) -> str:
    prefix, length = rng.choice(
        [
            ("622202", 19),
            ("621700", 19),
            ("622848", 19),
            ("621661", 19),
            ("622588", 16),
            ("625912", 16),
            ("4", 16),
            ("4", 16),
            ("5" + rng.choice("12345"), 16),
            (rng.choice(["34", "37"]), 15),
            ("6011", 16),
            ("3530", 16),
            ("2345", 16),
        ]
    )
    body = prefix + digits(rng, length - 1 - len(prefix))
    whole = body + check_luhn(body)
    gap = rng.choice(["", "", "", " ", " ", "-"])
    if gap and length == 15:
        return gap.join([whole[:4], whole[4:10], whole[10:]])
    return gap.join(whole[n : n + 4] for n in range(0, length, 4)) if gap else whole


def credit_code(rng: random.Random) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    head = rng.choice(["91", "91", "91", "92", "12", "51", "93"]) + rng.choice(PROVINCES)
    organization = "MA" + letters(rng, 6, alphabet) if rng.random() < 0.6 else letters(rng, 8, string.digits)
    weights = [3, 7, 9, 10, 5, 8, 4, 2]
    rest = 11 - sum(int(one, 36) * weight for one, weight in zip(organization, weights, strict=True)) % 11
    organization += "0" if rest == 11 else "X" if rest == 10 else str(rest)
    body, total, weight = head + organization, 0, 1
    for one in body:
        total, weight = total + alphabet.index(one) * weight, weight * 3 % 31
    return body + alphabet[-total % 31]


def mobile(rng: random.Random) -> str:
    head = rng.choice(
        [
            "130",
            "131",
            "135",
            "136",
            "137",
            "138",
            "139",
            "150",
            "151",
            "155",
            "158",
            "159",
            "166",
            "176",
            "177",
            "180",
            "185",
            "186",
            "187",
            "188",
            "189",
            "191",
            "198",
            "199",
        ]
    )
    a, b = digits(rng, 4), digits(rng, 4)
    return rng.choice(
        [head + a + b] * 5
        + [
            f"{head} {a} {b}",
            f"{head}-{a}-{b}",
            f"+86 {head}{a}{b}",
            f"+86 {head}-{a}-{b}",
            f"+86{head}{a}{b}",
            f"86-{head}{a}{b}",
            f"(+86){head}{a}{b}",
            f"0086 {head} {a} {b}",
            f"（+86）{head} {a} {b}",
            wide(head + a + b),
        ]
    )


def wide(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) for one in text)


def zh_phone(rng: random.Random) -> str:
    if rng.random() < 0.6:
        return mobile(rng)
    big = rng.choice(["010", "021", "020", "022", "025", "028", "027", "029"])
    small = rng.choice(["0755", "0571", "0512", "0531", "0311", "0431", "0591", "0898"])
    eight = digits(rng, 8, "568")
    return rng.choice(
        [
            f"{big}-{eight}",
            f"{big} {eight}",
            f"({big}) {eight}",
            f"（{big}）{eight}",
            f"{big}-{eight[:4]}-{eight[4:]}",
            f"{big}-{eight[:4]} {eight[4:]}",
            f"{small}-{eight}",
            f"{small} {eight}",
            f"{big}-{eight}转{digits(rng, 3, '1258')}",
            f"{big}-{eight} 转 {digits(rng, 4, '1258')}",
            f"+86-{big[1:]}-{eight}",
            f"+86 {big[1:]} {eight[:4]} {eight[4:]}",
            f"400-{digits(rng, 3)}-{digits(rng, 4)}",
            f"400{digits(rng, 1, '68')}-{digits(rng, 3)}-{digits(rng, 3)}",
            f"+852 {digits(rng, 4, '29')} {digits(rng, 4)}".replace("+852 9", "+852 6"),
            f"(852) 2{digits(rng, 3, '3578')} {digits(rng, 4)}",
            f"0912-{digits(rng, 3)}-{digits(rng, 3)}",
            f"(02)2{digits(rng, 3, '357')}-{digits(rng, 4)}",
            f"+886 912 {digits(rng, 3)} {digits(rng, 3)}",
        ]
    )


def en_phone(rng: random.Random) -> str:
    area = rng.choice(["415", "212", "650", "303", "512", "617", "206", "312", "404", "702", "713", "818"])
    a, b = digits(rng, 3, "2345678"), digits(rng, 4)
    a = "4" + a[1:2] + "7" if a.endswith("11") else a
    american = [
        f"({area}) {a}-{b}",
        f"{area}-{a}-{b}",
        f"{area}.{a}.{b}",
        f"+1 {area} {a} {b}",
        f"+1-{area}-{a}-{b}",
        f"+1 ({area}) {a}-{b}",
        f"1-{area}-{a}-{b}",
        f"{area}-{a}-{b} ext. {digits(rng, 3)}",
        f"({area}) {a}-{b} x{digits(rng, 4)}",
        f"({area}){a}-{b}",
        f"+1{area}{a}{b}",
    ]
    world = [
        f"+44 20 7946 0{digits(rng, 3)}",
        f"+44 (0)20 7946 0{digits(rng, 3)}",
        f"+49 30 {digits(rng, 7, '23456')}",
        f"+33 1 4{digits(rng, 1)} {digits(rng, 2)} {digits(rng, 2)} {digits(rng, 2)}",
        f"+81 3-5{digits(rng, 3, '2345')}-{digits(rng, 4)}",
        f"+61 4{digits(rng, 2, '012')} {digits(rng, 3)} {digits(rng, 3)}",
        f"+91 98{digits(rng, 3)} {digits(rng, 5)}",
        f"+65 9{digits(rng, 3, '01234567')} {digits(rng, 4)}",
        f"020 7946 0{digits(rng, 3)}",
        f"06 {digits(rng, 2, '1236')} {digits(rng, 2)} {digits(rng, 2)} {digits(rng, 2)}",
        f"+34 6{digits(rng, 2, '0123')} {digits(rng, 3)} {digits(rng, 3)}",
    ]
    return rng.choice(american if rng.random() < 0.7 else world)


def email(rng: random.Random) -> str:
    local = rng.choice(
        [
            letters(rng, rng.randint(4, 10)),
            f"{letters(rng, 5)}.{letters(rng, 6)}",
            f"{letters(rng, 6)}_{digits(rng, 3)}",
            digits(rng, 9, "123456789"),
            f"{letters(rng, 6)}+{letters(rng, 4)}",
            f"{letters(rng, 1).upper()}{letters(rng, 5)}-{letters(rng, 4)}",
        ]
    )
    whole = f"{local}@{rng.choice(DOMAINS)}"
    return rng.choice([whole] * 8 + [whole.upper(), whole.replace("@", "＠")])


def plate(rng: random.Random) -> str:
    place = rng.choice("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼") + rng.choice("ABCDEFGHJKL")
    usual = (
        letters(rng, 5, string.digits)
        if rng.random() < 0.5
        else rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") + digits(rng, 4)
    )
    body = rng.choice(
        [usual] * 4
        + [rng.choice("DF") + digits(rng, 5), digits(rng, 5) + rng.choice("DF"), digits(rng, 4) + rng.choice("挂学警")]
    )
    return place + rng.choice(["", "", "·", " ", "-"]) + body


def passport(rng: random.Random) -> str:
    return rng.choice(
        [
            "E" + digits(rng, 8),
            "G" + digits(rng, 8),
            "E" + rng.choice("ABCDEFGH") + digits(rng, 7),
            "PE" + digits(rng, 7),
            digits(rng, 9, "345678"),
        ]
    )


def permit(rng: random.Random) -> str:
    return rng.choice(
        [
            "C" + digits(rng, 8),
            "C" + rng.choice("ABCDEF") + digits(rng, 7),
            "H" + digits(rng, 8),
            "M" + digits(rng, 10),
            "W" + digits(rng, 8),
        ]
    )


def ssn(rng: random.Random) -> str:
    return f"{rng.choice([*range(1, 666), *range(667, 900)]):03}-{rng.randint(1, 99):02}-{rng.randint(1, 9999):04}"


def iban(rng: random.Random) -> str:
    country, bban = rng.choice(
        [
            ("DE", digits(rng, 18)),
            ("GB", letters(rng, 4, string.ascii_uppercase) + digits(rng, 14)),
            ("FR", digits(rng, 23)),
            ("NL", letters(rng, 4, string.ascii_uppercase) + digits(rng, 10)),
            ("ES", digits(rng, 20)),
            ("CH", digits(rng, 17)),
            ("IT", rng.choice("ABCDE") + digits(rng, 22)),
            ("BE", digits(rng, 12)),
            ("NO", digits(rng, 11)),
            ("PL", digits(rng, 24)),
        ]
    )
    rest = 0
    for one in bban + country + "00":
        rest = int(f"{rest}{int(one, 36)}") % 97
    whole = f"{country}{98 - rest:02}{bban}"
    style = rng.random()
    return (
        " ".join(whole[n : n + 4] for n in range(0, len(whole), 4))
        if style < 0.4
        else whole.lower()
        if style < 0.5
        else whole
    )


def ip(rng: random.Random) -> str:
    if rng.random() < 0.8:
        first, last = rng.choice([10, 172, 192, 8, 47, 101, 203, 223]), rng.randint(1, 254)
        return f"{first}.{rng.randint(20, 255)}.{rng.randint(0, 255)}.{last}"
    groups = [f"{rng.randint(1, 0xFFFF):x}" for _ in range(8)]
    return rng.choice([":".join(groups), f"2001:db8::{groups[0]}:{groups[1]}", f"fe80::{':'.join(groups[:4])}"])


def login(rng: random.Random) -> str:
    scheme = rng.choice(["postgres", "mysql", "redis", "https", "ftp", "mongodb+srv", "amqp"])
    password = letters(rng, 10, string.ascii_letters + string.digits + "!$%_-")
    host = f"{letters(rng, 6)}.{rng.choice(['example.com', 'internal', 'cn'])}"
    return f"{scheme}://{letters(rng, 5)}:{password}@{host}{rng.choice(['', ':5432/app', '/db', ':6379/0'])}"


def vendor_key(rng: random.Random) -> str:
    mixed = string.ascii_letters + string.digits
    return rng.choice(
        [
            "AKIA" + letters(rng, 16, string.ascii_uppercase + "234567"),
            "ghp_" + letters(rng, 36, mixed),
            "sk-" + letters(rng, 48, mixed),
            "sk-proj-" + letters(rng, 40, mixed + "_-") + "a",
            f"xoxb-{digits(rng, 11)}-{digits(rng, 11)}-{letters(rng, 24, mixed)}",
            "AIza" + letters(rng, 34, mixed + "_-") + "x",
            "LTAI5t" + letters(rng, 18, mixed),
            "sk_live_" + letters(rng, 24, mixed),
            f"eyJhbGciOiJIUzI1NiJ9.eyJ{letters(rng, 30, mixed)}.{letters(rng, 43, mixed + '_-')}",
            "glpat-" + letters(rng, 20, mixed),
        ]
    )


def password(rng: random.Random) -> str:
    return (
        letters(rng, rng.randint(6, 9)).capitalize() + digits(rng, rng.randint(2, 4)) + rng.choice(["", "!", "@", "#"])
    )


def token(rng: random.Random) -> str:
    return rng.choice([uuid.UUID(int=rng.getrandbits(128)).hex, letters(rng, 32, string.ascii_letters + string.digits)])


def tw_id(rng: random.Random) -> str:
    values = dict(zip("ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36), strict=True))
    letter, body = rng.choice("ABCDEFGHJ"), digits(rng, 8, "12")
    total = values[letter] // 10 + 9 * (values[letter] % 10) + sum(int(one) * (8 - n) for n, one in enumerate(body))
    return f"{letter}{body}{-total % 10}"


def hk_id(rng: random.Random) -> str:
    letter, body = rng.choice("ABCDGKPRVYZ"), digits(rng, 6)
    total = 36 * 9 + (ord(letter) - 55) * 8 + sum(int(one) * (7 - n) for n, one in enumerate(body))
    return f"{letter}{body}({'0123456789A'[-total % 11]})"
