"""What the words around a number say it is: the label nearest before it counts, then one right after it."""

import re

BEFORE, AFTER = 40, 14  # characters; "registered mobile number on file is:" fits


def words(english: str, chinese: str = "") -> re.Pattern[str]:
    """Return a pattern for whole English words, in any case, and for Chinese words anywhere.

    A tag such as `[PHONE]` and a pseudonym such as `PHONE_7f3a9c` are no words: masking must not make a label.
    """
    whole = rf"(?<![A-Za-z\[])(?:{english})(?![A-Za-z_\]])"
    return re.compile(f"{whole}|{chinese}" if chinese else whole, re.IGNORECASE)


LABELS = {
    "phone": words(
        r"tele?phones?|phones?|tel|tele|mobiles?|mob|cells?|cellphones?|cellular|calls?|called|calling|fax|whats ?app|sms"
        r"|texts? me|text|contacts?|reach|reached|dial|hotlines?|helplines?|rings?|ring me|phone number|phone no|number is"
        r"|my number|your number|this number|his number|her number|desk|office|direct line|landline|answering|registered"
        r"|messages? to|wechat|viber|signal|telegram",
        r"电话|手机|座机|热线|致电|拨打|来电|联系方式|联系我|联系人|联络|联系|传真|微信|客服|短信|分机|手机号|號碼|電話|手機|傳真"
        r"|聯絡|聯繫|行動|撥打|市話",
    ),
    "bank_card": words(
        r"(?:credit|debit|bank|payment|visa|master|amex|maestro)? ?cards?(?: ?(?:#|no\.?|number))?|cc|visa|mastercard"
        r"|maestro|amex|pan|card number|account(?: no\.?| number)?|acct",
        r"银行卡|信用卡|储蓄卡|借记卡|卡号|账号|帐号|账户|帐户|尾号|开户行|转账|打款|汇款|收款|工资卡|銀行卡|卡號|帳號|帳戶|銀行|银行",
    ),
    "resident_id": words(
        r"id|id card|identity card|resident id|id no\.?|id number|citizen id",
        r"身份证|身分证|身份證|证件|身份号码|公民身份|証件|證件|护照或证",
    ),
    "passport": words(r"passports?(?: ?(?:no\.?|number|#))?", r"护照|護照"),
    "travel_permit": words(
        r"(?:travel|home return|entry) permits?|permit(?: no\.?| number)?|eep",
        r"通行证|通行證|回乡证|回鄉證|台胞证|臺胞證|台胞證",
    ),
    "plate": words(
        r"(?:licen[cs]e |number )?plates?|registration|vehicle|car",
        r"车牌|車牌|牌照|号牌|车号|车辆|車輛|轿车|开车|停车|驾驶|车主|违章",
    ),
    "ssn": words(
        r"ssns?|social security(?: ?(?:no\.?|number|#))?|social insurance|tin|itin|tax id",
        r"社保号|社会安全号|社会保障",
    ),
    "social_credit_code": words(
        r"uscc|usci|unified social credit(?: code)?|credit code|business licen[cs]e|tax(?:payer)? (?:id|no\.?|number)",
        r"统一社会信用|社会信用代码|信用代码|信用代碼|税号|纳税人识别号|营业执照|执照|识别号|机构代码",
    ),
    "hk_id": words(r"hkid|hk id|hong kong id(?:entity)?(?: card)?|identity card", r"香港身份|身份证|身份證|身分證"),
    "tw_id": words(r"national id|id|arc", r"身分證|身份證|身份证|身分证|居留證|居留证"),
    "ip": words(
        r"ips?|ip ?address|ipv[46]|address|addr|host|server|login|logged|from|client|gateway|dns",
        r"地址|登录|主机|服务器|网关|登錄",
    ),
    "thing": words(  # what is counted, sold, sent or built: no person behind it
        r"(?:purchase |sales |work )?orders?(?: ?(?:id|no\.?|number|#))?|po|invoices?(?: ?(?:id|no\.?|number|#))?"
        r"|track(?:ing)?(?: ?(?:id|no\.?|number|code|#))?|waybill|parcel|shipment|awb|sku|skus|parts?(?: ?(?:no\.?|number|#))?"
        r"|item(?: ?(?:no\.?|number|#))?|models?(?: ?(?:no\.?|number|#))?|serials?(?: ?(?:no\.?|number|#))?|s/n|sn|versions?"
        r"|ver|v|builds?|firmware|release|isbn|issn|doi|batch|lot|products?(?: ?(?:id|no\.?|code|#))?|articles?|ref"
        r"|reference(?: ?(?:no\.?|number|#))?|tickets?(?: ?(?:id|no\.?|number|#))?|case(?: ?(?:id|no\.?|number|#))?|timestamps?"
        r"|epoch|unix time|barcode|ean|upc|asin|imei|transactions?(?: ?(?:id|no\.?|number|#))|price|total|amount|usd|eur|gbp|rmb"
        r"|cny|sum|coordinates|lat|lon|lng|latitude|longitude|hash|commit|md5|sha1|uuid|guid|sections?|chapters?|page|pages"
        r"|population|revenue|score|units?|kb|mb|gb|row|rows|line|lines|error code|code",
        r"订单|单号|運單|运单|快递单|物流|流水|型号|版本|批次|批号|编号|编码|货号|条码|条形码|序列号|发票|金额|价格|总计|合计"
        r"|工号|学号|时间戳|交易号|订舱|货运|合同号|凭证|坐标|经度|纬度|房号|航班|车次|票号|案号|文号|第|版|章节|編號|訂單|單號|型號"
        r"|序號|发货|規格|规格|元|¥|￥|人口|点击|浏览|阅读|播放|粉丝|积分|余额|数量|库存|取件码|验证码",
    ),
}
MONEY_BEFORE, MONEY_AFTER = re.compile(r"[$€£¥￥]\s?$"), re.compile(r"\s?(?:[元€£%]|美元|万|dollars|USD|EUR|RMB|CNY)")
ADJACENT = 10  # characters between a label and what it labels: "号码是：", " number: #"
PAUSE = re.compile(r"[,.;!?，。；！？、\n]\s?\S")


def near(text: str, start: int, end: int, kind: str) -> int:
    """Say what the words around `text[start:end]` make of it: 1 the kind, -1 some thing, 0 nothing said.

    The nearest label before it counts; one of a thing only when nothing but a few characters stands between.

    >>> near("my phone is 5551234", 12, 19, "phone"), near("order no 5551234", 9, 16, "phone")
    (1, -1)
    >>> near("order it, then 5551234", 15, 22, "phone")
    0
    """
    before = text[max(0, start - BEFORE) : start]
    for_it, against = _last(LABELS[kind], before), _last(LABELS["thing"], before)
    if MONEY_BEFORE.search(before[-2:]) or MONEY_AFTER.match(text, end):
        return -1
    if for_it > against or (for_it == against >= 0):
        return 1
    if against >= 0 and len(before) - against <= ADJACENT and not PAUSE.search(before[against:] + text[start]):
        return -1
    return 1 if LABELS[kind].search(text[end : end + AFTER].split("\n")[0]) else 0


def _last(pattern: re.Pattern[str], before: str) -> int:
    """Return where the last match ends, or -1."""
    end = -1
    for found in pattern.finditer(before):
        end = found.end()
    return end
