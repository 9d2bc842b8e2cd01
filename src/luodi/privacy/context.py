"""What the words around a number say it is: the label nearest before it counts, then one right after it."""

import re
from functools import lru_cache

BEFORE, BEFORE_CHINESE = 40, 24  # characters; "registered mobile number on file is:" fits
AFTER = 14

ENGLISH: dict[str, str] = {
    "phone": (
        "phone phones telephone tel tele mobile mobiles mob cell cellphone cellular call calls called calling fax"
        " whatsapp sms text texts contact contacts reach reached dial dialed hotline helpline ring desk office"
        " landline answering registered message messages wechat viber signal telegram line"
    ),
    "bank_card": "card cards cc visa mastercard maestro amex pan debit account acct",
    "resident_id": "id identity citizen",
    "passport": "passport passports",
    "travel_permit": "permit permits eep",
    "plate": "plate plates licence license registration vehicle car",
    "ssn": "ssn ssns social security itin tin",
    "social_credit_code": "uscc usci taxpayer tax business credit",
    "hk_id": "hkid identity id",
    "tw_id": "id arc identity",
    "ip": "ip ips ipv4 ipv6 address addr host server login logged from client gateway dns",
    "thing": (  # what is counted, sold, sent or built: no person behind it
        "order orders po invoice invoices tracking track waybill parcel shipment awb sku skus part parts item items"
        " model models serial serials sn version versions ver v build builds firmware release isbn issn doi batch lot"
        " product products article articles ref reference ticket tickets case timestamp timestamps epoch barcode ean"
        " upc asin imei transaction transactions price total amount usd eur gbp rmb cny sum coordinates lat lon lng"
        " latitude longitude hash commit uuid guid section sections chapter chapters page pages population revenue"
        " score unit units row rows code codes"
    ),
}
CHINESE: dict[str, str] = {  # two characters each, of longer words the last two; `第` alone
    "phone": (
        "电话 手机 座机 热线 致电 拨打 来电 联系 联络 传真 微信 客服 短信 分机 電話 手機 傳真"
        " 聯絡 聯繫 行動 撥打 市話 打给"
    ),
    "bank_card": (
        "银行 信用 储蓄 借记 卡号 账号 帐号 账户 帐户 尾号 转账 打款 汇款 收款 銀行 卡號 帳號 帳戶 资卡 我卡"
    ),
    "resident_id": "身份 身分 证件 証件 證件",
    "passport": "护照 護照",
    "travel_permit": "通行 回乡 回鄉 台胞 臺胞",
    "plate": "车牌 車牌 牌照 号牌 车号 车辆 車輛 轿车 开车 停车 驾驶 车主 违章",
    "ssn": "社保 社安",
    "social_credit_code": "信用 税号 纳税 执照 识别 机构 代码 开票",
    "hk_id": "身份 身分",
    "tw_id": "身份 身分 居留",
    "ip": "地址 登录 登錄 主机 务器 网关 来自",
    "thing": (  # what is counted, sold, sent or built: no person behind it
        "订单 单号 運單 运单 快递 物流 流水 型号 版本 批次 批号 编号 编码 货号 条码 条形 序列"
        " 发票 金额 价格 总计 合计 工号 学号 间戳 交易 订舱 货运 合同 凭证 坐标 经度 纬度 房号"
        " 航班 车次 票号 案号 文号 編號 訂單 單號 型號 序號 发货 規格 规格 人口 点击 浏览 阅读"
        " 播放 粉丝 积分 余额 数量 库存 取件 验证 章节 会议 书号 第"
    ),
}
FILLERS = frozenset({"number", "no", "num", "nr", "id", "is", "was", "are", "of", "the", "code", "on", "file"})
WHOSE = frozenset({"my", "your", "his", "her", "our", "their", "this", "same"})
"""Before "number", these make it a telephone's."""
WEAK = frozenset({"passport", "travel_permit", "ssn", "hk_id"})
"""Written like one another: the nearest label of all decides."""

TOKEN = re.compile(r"[A-Za-z]+|[\u4e00-\u9fff]")
MONEY_BEFORE, MONEY_AFTER = re.compile(r"[$€£¥￥]\s?$"), re.compile(r"\s?(?:[元€£%]|美元|万|dollars|USD|EUR|RMB|CNY)")
GLUE = re.compile(r"[ \t:#(\[\"'=\-.号码数字为是的量編编]{0,10}")  # may stand between a label and its number
SKIP = re.compile(r"[\s\-(,]{0,3}")


def _by_word(table: dict[str, str]) -> dict[str, tuple[str, ...]]:
    kinds: dict[str, tuple[str, ...]] = {}
    for kind, words in table.items():
        for word in words.split():
            kinds[word] = (*kinds.get(word, ()), kind)
    return kinds


KINDS_OF, KINDS_OF_CHINESE = _by_word(ENGLISH), _by_word(CHINESE)


def near(text: str, start: int, end: int, kind: str) -> int:
    """Say what the words around `text[start:end]` make of it: 1 the kind, -1 some thing, 0 nothing said.

    The nearest label before it counts; one of a thing only when no other word stands between: after 快递单号 comes the
    number of a parcel, after 快递员 that of a person.

    >>> near("my phone is 5551234", 12, 19, "phone"), near("order no 5551234", 9, 16, "phone")
    (1, -1)
    >>> near("order it, then 5551234", 15, 22, "phone")
    0
    """
    before = text[max(0, start - BEFORE) : start]
    if not before.isascii():
        before = before[-BEFORE_CHINESE:]
    if MONEY_BEFORE.search(before[-2:]) or MONEY_AFTER.match(text, end):
        return -1
    labels = labels_in(before)
    for_it, against = labels.get(kind, -1), labels.get("thing", -1)
    if for_it >= 0 and for_it >= against:
        return 1 if kind not in WEAK or for_it >= max(labels.values()) else 0
    if against >= 0 and GLUE.fullmatch(before, against):
        return -1
    return 1 if kind in first_label(text[end : end + AFTER]) else 0


@lru_cache(maxsize=256)
def labels_in(before: str) -> dict[str, int]:
    """Return where the last label of each kind ends.

    A tag such as `[PHONE]` and a pseudonym such as `PHONE_7f3a9c` are no labels: masking must not make one.
    """
    ends: dict[str, int] = {}
    last: tuple[str, ...] = ()
    previous = ""
    for match in TOKEN.finditer(before):
        word, end = match[0].lower(), match.end()
        if word.isascii():
            kinds = () if _is_tag(before, *match.span()) else KINDS_OF.get(word, ())
            if word == "number" and previous in WHOSE:
                kinds = ("phone",)
            if word in FILLERS:
                ends.update(dict.fromkeys(last, end))
        else:
            kinds = KINDS_OF_CHINESE.get(before[end - 2 : end]) or KINDS_OF_CHINESE.get(word, ())
        ends.update(dict.fromkeys(kinds, end))
        last = kinds or (last if word in FILLERS else ())
        previous = word
    return ends


def first_label(after: str) -> tuple[str, ...]:
    """Return the kinds of the label that stands right after a number: "555 1234 (office)", "… 手机"."""
    at = SKIP.match(after).end()  # type: ignore[union-attr]  # it matches nothing at all, too
    token = TOKEN.match(after, at)
    if token is None or "\n" in after[:at] or "," in after[:at]:
        return ()
    if token[0].isascii():
        return KINDS_OF.get(token[0].lower(), ()) if not _is_tag(after, *token.span()) else ()
    return KINDS_OF_CHINESE.get(after[at : at + 2], ())


def _is_tag(text: str, start: int, end: int) -> bool:
    return text[max(0, start - 1) : start] in {"[", "_"} or text[end : end + 1] in {"_", "]"}
