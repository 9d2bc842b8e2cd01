"""The sentences of the invented documents, and the numbers in them that are nobody's."""

import datetime as dt
import random
import string
import uuid

from bench import personal_documents as real
from bench.personal_documents import Document, Maker, digits, letters

KINDS: dict[str, Maker] = {
    "resident_id": real.resident_id,
    "old_id": real.old_resident_id,
    "bank_card": real.bank_card,
    "social_credit_code": real.credit_code,
    "zh_phone": real.zh_phone,
    "en_phone": real.en_phone,
    "email": real.email,
    "plate": real.plate,
    "passport": real.passport,
    "travel_permit": real.permit,
    "ssn": real.ssn,
    "iban": real.iban,
    "ip": real.ip,
    "url_credentials": real.login,
    "vendor": real.vendor_key,
    "password": real.password,
    "token": real.token,
    "tw_id": real.tw_id,
    "hk_id": real.hk_id,
}
REPORTED = {
    "zh_phone": "phone",
    "en_phone": "phone",
    "vendor": "secret",
    "password": "secret",
    "token": "secret",
    "old_id": "resident_id",
}


def wrong_resident_id(rng: random.Random) -> str:
    right = real.resident_id(rng).replace(" ", "").upper()
    if rng.random() < 0.5:  # a day that never was, its check digit right
        body = right[:10] + rng.choice(["1332", "0230", "0000", "2504"]) + right[14:17]
        return body + real.mod11_2(body)
    return right[:17] + rng.choice([one for one in "0123456789X" if one != right[17]])


def wrong_card(rng: random.Random) -> str:
    right = real.bank_card(rng).replace(" ", "").replace("-", "")
    return right[:-1] + rng.choice([one for one in string.digits if one != right[-1]])


def wrong_code(rng: random.Random) -> str:
    right = real.credit_code(rng)
    return right[:17] + rng.choice([one for one in "0123456789ABCDEFGH" if one != right[17]])


def moment(rng: random.Random) -> dt.datetime:
    return dt.datetime(2019, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=rng.randrange(200_000_000))


def isbn(rng: random.Random) -> str:
    return rng.choice(
        [
            f"978-7-{digits(rng, 3)}-{digits(rng, 5)}-{digits(rng, 1)}",
            f"978{digits(rng, 10)}",
            f"7-{digits(rng, 3)}-{digits(rng, 5)}-{digits(rng, 1)}",
        ]
    )


def version(rng: random.Random) -> str:
    return rng.choice(
        [
            f"v{rng.randint(1, 20)}.{rng.randint(0, 30)}.{rng.randint(0, 300)}",
            f"{rng.randint(1, 12)}.{rng.randint(0, 9)}.{rng.randint(0, 9)}.{rng.randint(100, 9999)}",
            f"2.{rng.randint(0, 40)}.0-rc{rng.randint(1, 9)}",
        ]
    )


def coordinates(rng: random.Random) -> str:
    return f"{rng.uniform(18, 53):.6f}, {rng.uniform(73, 135):.6f}"


NEGATIVES_ZH: list[tuple[str, Maker]] = [
    ("订单号：{}", lambda rng: f"{moment(rng):%Y%m%d%H%M%S}{digits(rng, rng.randint(2, 6))}"),
    ("订单编号 {} 已发货", lambda rng: digits(rng, 12, "1237")),
    ("快递单号 {}", lambda rng: rng.choice(["SF", "YT", "JD", "ZTO"]) + digits(rng, 13)),
    ("运单号：{}，请查收", lambda rng: digits(rng, 13, "47")),
    ("证件号填成了 {}，系统提示无效", wrong_resident_id),
    ("卡号 {} 输错一位，校验不过", wrong_card),
    ("代码 {} 查不到", wrong_code),
    ("于 {} 更新", lambda rng: f"{moment(rng):%Y-%m-%d %H:%M:%S}"),
    ("时间戳 {}", lambda rng: str(int(moment(rng).timestamp() * 1000))),
    ("日志时间 {}", lambda rng: f"{moment(rng):%Y/%m/%d %H:%M}"),
    ("书号 ISBN {}", isbn),
    ("升级到 {} 版本", version),
    ("坐标 {}", coordinates),
    ("共 {} 元", lambda rng: f"{rng.randint(1000, 99_999_999):,}.{digits(rng, 2)}"),
    ("总计 ¥{}", lambda rng: digits(rng, 8, "123456789")),
    ("阅读量 {} 次", lambda rng: digits(rng, 8, "123456789")),
    ("序列号 {}", lambda rng: letters(rng, 2, string.ascii_uppercase) + digits(rng, 10)),
    (
        "设备型号 {}",
        lambda rng: rng.choice(
            [
                f"HX-{digits(rng, 4)}-{digits(rng, 4)}",
                f"{digits(rng, 3, '123456789')}-{digits(rng, 4)}-{digits(rng, 4)}",
                f"A{digits(rng, 8)}",
            ]
        ),
    ),
    ("请求 {} 超时", lambda rng: str(uuid.UUID(int=rng.getrandbits(128)))),
    ("文件校验值 {}", lambda rng: f"{rng.getrandbits(256):064x}"),
    ("提交 {} 已合并", lambda rng: f"{rng.getrandbits(160):040x}"),
    ("会议号 {}", lambda rng: f"{digits(rng, 3, '123456789')} {digits(rng, 3)} {digits(rng, 3)}"),
    ("关注 @{} 获取更多", lambda rng: letters(rng, 8)),
    ("圆周率约为 {}", lambda rng: f"3.{digits(rng, 12)}"),
    ("人口 {} 人", lambda rng: digits(rng, 8, "123456789")),
    ("条码 {}", lambda rng: "69" + digits(rng, 11)),
    ("密码错误次数过多，{} 分钟后再试", lambda rng: digits(rng, 2, "123456789")),
    ("占比 {}%", lambda rng: f"{rng.uniform(0, 100):.8f}"),
    ("第 {} 期", lambda rng: f"{moment(rng):%Y%m%d}"),
    ("取件码 {}", lambda rng: f"{digits(rng, 1)}-{digits(rng, 1)}-{digits(rng, 4)}"),
]
NEGATIVES_EN: list[tuple[str, Maker]] = [
    ("order number {}", lambda rng: digits(rng, rng.randint(9, 14), "12378")),
    ("Order #{} has shipped", lambda rng: f"{digits(rng, 3)}-{digits(rng, 7)}-{digits(rng, 7)}"),
    (
        "tracking no. {}",
        lambda rng: rng.choice(
            [
                "1Z" + letters(rng, 16, string.ascii_uppercase + string.digits),
                digits(rng, 12),
                "94001" + digits(rng, 17),
            ]
        ),
    ),
    ("invoice INV-{}", lambda rng: f"{moment(rng):%Y}-{digits(rng, 6)}"),
    ("the card {} was mistyped", wrong_card),
    ("at {}", lambda rng: f"{moment(rng):%Y-%m-%dT%H:%M:%SZ}"),
    ("timestamp {}", lambda rng: str(int(moment(rng).timestamp() * 1000))),
    ("epoch {}", lambda rng: str(int(moment(rng).timestamp()))),
    ("on {}", lambda rng: f"{moment(rng):%m/%d/%Y}"),
    ("since {}", lambda rng: f"{moment(rng):%d.%m.%Y}"),
    ("version {} fixes it", version),
    ("ISBN {}", isbn),
    ("located at {}", coordinates),
    ("it cost ${}", lambda rng: f"{rng.randint(1000, 9_999_999):,}.{digits(rng, 2)}"),
    ("SKU {}", lambda rng: f"{digits(rng, 3, '23456789')}-{digits(rng, 3, '23456789')}-{digits(rng, 4)}"),
    ("part {}", lambda rng: f"{digits(rng, 3)}-{digits(rng, 2)}-{digits(rng, 4)}"),
    ("serial number {}", lambda rng: letters(rng, 3, string.ascii_uppercase) + digits(rng, 9)),
    ("request {} failed", lambda rng: str(uuid.UUID(int=rng.getrandbits(128)))),
    ("sha256 {}", lambda rng: f"{rng.getrandbits(256):064x}"),
    ("commit {}", lambda rng: f"{rng.getrandbits(160):040x}"),
    ("ping @{} on the forum", lambda rng: letters(rng, 8)),
    ("installed lodash@{}", lambda rng: f"{rng.randint(1, 9)}.{rng.randint(0, 30)}.{rng.randint(0, 30)}"),
    ("logo@{}.png is blurred", lambda rng: rng.choice(["2x", "3x"])),
    ("pi is {}", lambda rng: f"3.{digits(rng, 12)}"),
    ("{} people attended", lambda rng: f"{rng.randint(1_000, 99_999_999):,}"),
    ("a budget of {} dollars", lambda rng: digits(rng, 7, "123456789")),
    ("forgot my password and waited {} hours", lambda rng: digits(rng, 2, "123456789")),
    ("the limit is {} tokens", lambda rng: digits(rng, 6, "123456789")),
    ("see https://example.com/p/{}", lambda rng: digits(rng, 10, "123456789")),
    ("sections {}", lambda rng: f"{rng.randint(1, 9)}.{rng.randint(1, 9)}.{rng.randint(1, 9)}.{rng.randint(1, 9)}"),
    ("MAC 00:1A:{}", lambda rng: ":".join(f"{rng.randint(0, 255):02X}" for _ in range(4))),
    ("from {} to 2024", lambda rng: str(rng.randint(1990, 2023))),
]
POSITIVES_ZH: dict[str, list[str]] = {
    "resident_id": ["身份证号：{}", "我的身份证是{}", "{name}，{}", "证件号码 {}", "公民身份号码{}"],
    "old_id": ["老身份证号 {}", "身份证（旧）：{}"],
    "bank_card": ["银行卡号 {}", "打到我卡上 {}", "卡号：{}（工行）", "收款账号{}", "尾号不记得了，全号是{}"],
    "social_credit_code": ["统一社会信用代码：{}", "税号 {}", "开票信息：{}", "信用代码{}"],
    "zh_phone": [
        "电话：{}",
        "手机号{}",
        "{name} {}",
        "请拨打 {}",
        "联系方式 {}",
        "打给我：{}，谢谢",
        "微信同号{}",
        "客服热线：{}",
    ],
    "email": ["邮箱：{}", "发到{}就行", "联系 {}", "邮件地址是 {}，请查收"],
    "plate": ["车牌 {}", "车牌号：{}", "停在门口的{}请挪车", "{}违章了"],
    "passport": ["护照号 {}", "护照：{}", "护照号码是{}"],
    "travel_permit": ["港澳通行证 {}", "通行证号码：{}", "回乡证号 {}"],
    "ip": ["IP 地址 {}", "从 {} 登录", "服务器{}"],
    "url_credentials": ["连接串 {}", "数据库地址：{}"],
    "vendor": ["密钥是 {}", "用了这个 {} 调接口", "key：{}"],
    "password": ["密码：{}", "密码是{}", "初始密码 {}", "登录密码为{}"],
    "token": ["token：{}", "令牌是 {}", "密钥 {}"],
    "tw_id": ["身分證字號：{}", "身分證 {}"],
    "hk_id": ["香港身份证 {}", "身份證號碼：{}"],
}
POSITIVES_EN: dict[str, list[str]] = {
    "resident_id": ["Chinese ID {}", "ID number: {}"],
    "bank_card": ["my card number is {}", "card {}", "charged to {}", "Visa: {}", "please block {}"],
    "en_phone": [
        "call me at {}",
        "Phone: {}",
        "my number is {}",
        "{name}, {}",
        "reach us on {}",
        "Mobile {}",
        "Tel. {}",
        "text {}",
    ],
    "email": ["e-mail {}", "write to {}", "contact: {}", "<{}>", "{name} ({})", "mailto:{}"],
    "passport": ["passport number {}", "passport no. {}", "Passport: {}"],
    "ssn": ["SSN {}", "social security number: {}", "my SSN is {}", "SSN: {} on file"],
    "iban": ["IBAN {}", "transfer to {}", "account {}", "Iban: {}"],
    "ip": ["from {}", "client {}", "IP {}", "blocked address {}"],
    "url_credentials": ["DATABASE_URL={}", "connect to {}"],
    "vendor": ["export KEY={}", "the key is {}", "Authorization: Bearer {}", "use {}"],
    "password": ["password: {}", "password={}", "pwd: {}", "the password is {}", '"password": "{}"'],
    "token": ["api_key={}", "token: {}", "secret: {}", "API key {}", '"access_token": "{}"'],
}
FILLER_ZH = [
    "您好",
    "麻烦尽快处理",
    "谢谢",
    "今天天气不错",
    "这个问题困扰我很久了",
    "附件请查收",
    "如有变动另行通知",
    "客户比较着急",
]
FILLER_EN = [
    "Hello",
    "Please help as soon as you can",
    "Thanks a lot",
    "I have been waiting for days",
    "See the attachment",
    "Nothing else changed",
]


def documents(n: int, seed: int) -> list[Document]:
    """Return n documents, half Chinese; two of five number-like things in them are nobody's."""
    rng = random.Random(seed)
    return [_document(rng, "zh" if index % 2 else "en") for index in range(n)]


def _document(rng: random.Random, language: str) -> Document:
    chinese = language == "zh"
    positives, negatives = (POSITIVES_ZH, NEGATIVES_ZH) if chinese else (POSITIVES_EN, NEGATIVES_EN)
    text, spans, n_negatives = "", [], 0
    for _ in range(rng.randint(2, 6)):
        draw = rng.random()
        if draw < 0.25:
            sentence, value, kind = rng.choice(FILLER_ZH if chinese else FILLER_EN), None, None
        elif draw < 0.58:
            sentence, maker = rng.choice(negatives)
            value, kind, n_negatives = maker(rng), None, n_negatives + 1
        else:
            made = rng.choice(list(positives))
            sentence, value, kind = rng.choice(positives[made]), KINDS[made](rng), REPORTED.get(made, made)
        sentence = sentence.replace("{name}", rng.choice(real.ZH_NAMES if chinese else real.EN_NAMES))
        before, _, after = sentence.partition("{}")
        if value is not None and kind is not None:
            start = len(text) + len(before)
            spans.append((kind, start, start + len(value)))
        text += before + (value or "") + after + rng.choice("，。；\n" if chinese else [". ", ", ", "; ", "\n"])
    return Document(text, spans, language, n_negatives)
