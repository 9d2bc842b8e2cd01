"""Text that was read in the wrong encoding and saved so: UTF-8 taken for cp1252, Latin-1 or GBK.

Only what comes back as strict UTF-8 is mended, so a text that merely looks odd stays as it is.
"""

import re
import unicodedata

from luodi.data.frequent import KNOWN

MARKS = ("锛", "鐨", "銆", "鏄", "鈥", "涓€", "浣犲", "鍦")
"""What "，", "的", "。", "是", "“", "一", "你", "在" become in GBK: one of them stands in nearly any such line."""
_TO_BYTE = {ord(bytes([n]).decode("cp1252")): n for n in range(0x80, 0xA0) if n not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}}
_FOLLOWING = "\x80-\xbf" + "".join(re.escape(chr(code)) for code in _TO_BYTE)
_RUN = re.compile(f"(?:[\xc2-\xdf][{_FOLLOWING}]|[\xe0-\xef][{_FOLLOWING}]{{2}}|[\xf0-\xf4][{_FOLLOWING}]{{3}})+")
_STRETCH = re.compile(r"([^\x00-\x7f]{2,})(\??)")
_CONTROLS = re.compile("[\x80-\x9f]")
MOST_ROUNDS = 3


def suspected(raw: bytes, text: str) -> bool:
    """Say, at the speed of a search, whether text that came as UTF-8 may hold such damage at all."""
    return b"\xc3" in raw or any(mark in text for mark in MARKS)


def mend(line: str) -> str:
    r"""Return a line as it was meant; the same line where nothing is wrong with it.

    >>> mend("cafÃ©, â€œhiâ€\x9d: å¥½")
    'café, “hi”: 好'
    >>> mend("鎴戠殑鎵嬫満")
    '我的手机'
    >>> mend("浣犲ソ锛屼笘鐣?")
    '你好，世�'
    """
    best = line
    for _ in range(MOST_ROUNDS):
        mended = _from_gbk(_RUN.sub(_run, line)) if not line.isascii() else line
        if mended == line:
            break
        line = mended
        if len(_CONTROLS.findall(line)) <= len(_CONTROLS.findall(best)):  # in between there may be some
            best = line
    return best


def _run(found: re.Match[str]) -> str:
    """Return the characters that a run stands for, if they are such as one writes."""
    run = found[0]
    try:
        meant = run.translate(_TO_BYTE).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return run
    rare = any(
        char < "\x80" or "ƀ" <= char <= "Ϳ" or "\u0530" <= char <= "\u1dff" or unicodedata.category(char) == "Cn"
        for char in meant
    )
    alone = len(meant) == 1 and "Ā" <= meant <= "ſ"  # one letter of Polish may be two of German
    return run if rare or alone else meant


def _from_gbk(line: str) -> str:
    """Mend each stretch beyond ASCII whose bytes in GBK are UTF-8; what was lost at its end becomes U+FFFD."""
    return _STRETCH.sub(_stretch, line) if not line.isascii() else line


def _stretch(found: re.Match[str]) -> str:
    stretch, lost = found[1], found[2]
    try:
        raw = stretch.encode("gb18030")
    except UnicodeEncodeError:
        return found[0]
    try:
        meant, end = raw.decode("utf-8"), lost
    except UnicodeDecodeError as error:
        if error.end < len(raw) or error.reason != "unexpected end of data" or not error.start:
            return found[0]
        meant, end = raw[: error.start].decode("utf-8"), "\ufffd"
    likely = sum(
        char in KNOWN for char in meant
    )  # two characters of Chinese may be UTF-8 by chance, and then of no sense
    better = likely > sum(char in KNOWN for char in stretch) and likely >= 0.3 * len(meant)
    return meant + end if better else found[0]
