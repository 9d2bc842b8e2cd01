"""Checksums and rules of numbers that identify a person, a firm, a card or an account. All take folded text.

Every function answers for one candidate whose shape was already seen: digits and capital letters, no separators.
"""

import datetime as dt

# GB/T 2260-2007, first two digits; 81 to 83 are residence permits of Hong Kong, Macau, Taiwan
PROVINCE_CODES = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
)
PROVINCES = frozenset(PROVINCE_CODES.split())
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999: 2^i mod 11
RESIDENT_DIGITS = "10X98765432"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
CREDIT_WEIGHTS = tuple(pow(3, n, 31) for n in range(17))

CARDS: tuple[tuple[int, int, frozenset[int]], ...] = (  # ISO/IEC 7812: first and last prefix, lengths
    (4, 4, frozenset({13, 16, 19})),  # Visa; 19 too for older Chinese debit cards
    (51, 55, frozenset({16})),  # Mastercard
    (2221, 2720, frozenset({16})),
    (34, 34, frozenset({15})),  # American Express
    (37, 37, frozenset({15})),
    (62, 62, frozenset({16, 17, 18, 19})),  # UnionPay
    (81, 81, frozenset({16, 17, 18, 19})),  # UnionPay, since 2019; RuPay
    (60, 60, frozenset({16, 19})),  # Discover, RuPay, older Chinese cards
    (644, 659, frozenset({16, 19})),  # Discover
    (3528, 3589, frozenset({16, 19})),  # JCB
    (300, 305, frozenset({14, 16, 19})),  # Diners Club
    (36, 36, frozenset({14, 16, 19})),
    (38, 39, frozenset({14, 16, 19})),
    (9558, 9558, frozenset({19})),  # ICBC before UnionPay's own prefix
    (103, 103, frozenset({19})),  # Agricultural Bank, likewise
    (690755, 690755, frozenset({15, 18})),  # China Merchants Bank, likewise
)
MAESTRO = ((50, 50), (56, 59), (61, 61), (63, 63), (66, 69))  # 12 to 19 digits: only where the text speaks of a card

# SWIFT IBAN registry, release 98: country and length
IBANS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20"
    " EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30"
    " KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23"
    " PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26"
    " UA29 VA22 VG24 XK20 YE30"
)
IBAN_LENGTHS = {one[:2]: int(one[2:]) for one in IBANS.split()}

TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # the n-th stands for 10 + n


def resident_id(number: str) -> bool:
    """Say whether 18 characters are a resident ID of mainland China: region, birthday in the past, checksum.

    Permits of foreigners that begin with 9 (since 2023) carry the region one place later.
    Source: GB 11643-1999; the checksum is ISO 7064 MOD 11-2.

    >>> resident_id("11010519491231002X"), resident_id("110105194912310021"), resident_id("110105194913310020")
    (True, False, False)
    """
    region = number[1:3] if number[0] == "9" else number[:2]
    if region not in PROVINCES or not was_a_day(number[6:10], number[10:12], number[12:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], RESIDENT_WEIGHTS, strict=True))
    return RESIDENT_DIGITS[total % 11] == number[17]


def old_resident_id(number: str) -> bool:
    """Say whether 15 digits are a resident ID as issued before 1999: region, city, birthday in the 1900s; no checksum.

    >>> old_resident_id("110105491231002"), old_resident_id("110105491331002"), old_resident_id("990105491231002")
    (True, False, False)
    """
    city = int(number[2:4])
    return (
        number[:2] in PROVINCES
        and (1 <= city <= 53 or city == 90)
        and number[4:6] != "00"
        and was_a_day("19" + number[6:8], number[8:10], number[10:12])
    )


def was_a_day(year: str, month: str, day: str) -> bool:
    """Say whether there was such a day since 1900, today included."""
    try:
        return dt.date(1900, 1, 1) <= dt.date(int(year), int(month), int(day)) <= dt.date.today()
    except ValueError:
        return False


def social_credit_code(code: str) -> bool:
    """Say whether 18 characters are a unified social credit code of a Chinese organization.

    Source: GB 32100-2015, mod 31.

    >>> social_credit_code("91350100M000100Y43"), social_credit_code("91350100M000100Y44")
    (True, False)
    """
    values = [CREDIT_ALPHABET.find(one) for one in code]
    if min(values) < 0 or code[2:4] not in PROVINCES | {"10"}:  # 10: registered with the State itself
        return False
    total = sum(value * weight for value, weight in zip(values[:17], CREDIT_WEIGHTS, strict=True))
    return (31 - total % 31) % 31 == values[17]


def organization_code(code: str) -> bool:
    """Say whether nine characters are an organization's own code, places 9 to 17 of its credit code.

    Source: GB 11714-1997, mod 11.

    >>> organization_code("D2143569X"), organization_code("D21435691")
    (True, False)
    """
    total = sum(int(one, 36) * weight for one, weight in zip(code[:8], (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return "0X987654321"[total % 11] == code[8]


def luhn(digits: str) -> bool:
    """Say whether the last digit is the check digit of the others. Source: ISO/IEC 7812-1, annex B.

    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    total = sum(map(int, digits[-1::-2])) + sum(sum(divmod(2 * int(one), 10)) for one in digits[-2::-2])
    return total % 10 == 0


def bank_card(digits: str, *, spoken_of: bool = False) -> bool:
    """Say whether this is a card number: a known prefix of the right length, and Luhn.

    `spoken_of` admits Maestro's vague prefixes, for texts that call the number a card.

    >>> bank_card("6222021234567890128"), bank_card("1111111111111117"), bank_card("0000000000000000")
    (True, False, False)
    """
    known = any(
        first <= int(digits[: len(str(first))]) <= last and len(digits) in lengths for first, last, lengths in CARDS
    )
    vague = spoken_of and 12 <= len(digits) <= 19 and any(a <= int(digits[:2]) <= b for a, b in MAESTRO)
    return (known or vague) and len(set(digits)) > 1 and luhn(digits)


def iban(code: str) -> bool:
    """Say whether this is an international account number: the country's length, and mod 97 = 1 (ISO 13616).

    >>> iban("GB82WEST12345698765432"), iban("GB82WEST12345698765433"), iban("GB82WEST1234569876543")
    (True, False, False)
    """
    if len(code) != IBAN_LENGTHS.get(code[:2]):
        return False
    return int("".join(str(int(one, 36)) for one in code[4:] + code[:4])) % 97 == 1


def ssn(digits: str) -> bool:
    """Say whether nine digits may be a US social security number: no area 000, 666, 9xx; no group 00; no serial 0000.

    Source: Social Security Administration, POMS RM 10201.035.

    >>> ssn("123456789"), ssn("666456789"), ssn("900456789"), ssn("123006789")
    (True, False, False, False)
    """
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in {"000", "666"} and area[0] != "9" and group != "00" and serial != "0000"


def tw_id(code: str) -> bool:
    """Say whether this is a national or resident ID of Taiwan: a letter, nine digits, and their weighted sum mod 10.

    >>> tw_id("A123456789"), tw_id("A123456788")
    (True, False)
    """
    letter = 10 + TW_LETTERS.index(code[0])
    second = (10 + TW_LETTERS.index(code[1])) % 10 if code[1].isalpha() else int(code[1])
    total = letter // 10 + letter % 10 * 9 + second * 8
    total += sum(int(digit) * weight for digit, weight in zip(code[2:9], range(7, 0, -1), strict=True))
    return (total + int(code[9])) % 10 == 0


def hk_id(code: str) -> bool:
    """Say whether this is a Hong Kong identity card number without its brackets: mod 11, A for 10.

    >>> hk_id("A1234563"), hk_id("A1234564"), hk_id("AB9876543")
    (True, False, True)
    """
    body, check = code[:-1].rjust(8), code[-1]
    values = [36 if one == " " else int(one, 36) for one in body]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return (11 - total % 11) % 11 == int(check, 16)
