"""Text from bytes, in blocks of whole lines: lines in another encoding are found, mended and counted."""

import codecs
import itertools
import re
from collections.abc import Iterator

from luodi.contracts import record
from luodi.data import encoding as encodings
from luodi.data import mojibake
from luodi.data.files import Content
from luodi.data.notes import Notes
from luodi.errors import DataError

MAX_LINE = 16 << 20  # bytes of one line; a book has 1 MB
BOM = "\ufeff"
_BOMS, _ZEROS = re.compile("(?:^|(?<=[\r\n]))\ufeff+(?=[^\r\n])"), re.compile("\0+")
_UTF8 = re.compile(rb"(?:[\xe3-\xe9\xef][\x80-\xbf]{2}){3}")  # three signs or characters of Chinese
_ESCAPED = re.compile("[\ud800-\udfff]")
_STATEFUL = ("utf-16", "utf-32", "utf-7", "utf_7", "iso2022", "hz", "idna", "punycode")


@record
class Block:
    """Some whole lines."""

    text: str
    line: int
    """The number of the first, from 1."""
    broken: bool = False
    """Whether some bytes could not be read: they stand in the text as lone surrogates."""


def blocks(content: Content, encoding: str, notes: Notes) -> Iterator[Block]:
    """Yield a content's text. Raises `DataError` for a line that never ends."""
    line = 1
    for text, broken, n in _texts(content, encoding, notes):
        whole = text
        if BOM in whole:
            whole = _without(whole, _BOMS, "a byte order mark before the line was removed", line, notes)
        if "\0" in whole:
            whole = _without(whole, _ZEROS, "zero bytes were removed", line, notes)
        yield Block(text=whole, line=line, broken=broken)
        line += n


def n_lines(text: str) -> int:
    r"""Count the lines of a text, whichever of the three line ends they have.

    >>> n_lines("a\nb\r\nc\rd"), n_lines("a\n")
    (4, 1)
    """
    n = text.count("\n") + (text.count("\r") - text.count("\r\n") if "\r" in text else 0)
    return n + (not text.endswith(("\n", "\r")) and bool(text))


def is_broken(text: str) -> bool:
    """Say whether a text holds bytes that could not be read."""
    return bool(_ESCAPED.search(text))


def _texts(content: Content, encoding: str, notes: Notes) -> Iterator[tuple[str, bool, int]]:
    """Yield text that ends where a line does, whether some of it could not be read, and how many lines it has."""
    if encoding.startswith(_STATEFUL):
        yield from ((text, False, n_lines(text)) for text in _stateful(content, encoding))
        return
    mark = len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0
    encoding = "utf-8" if mark else encoding
    mender = _Mender(encoding, notes)
    rest = bytearray()
    for n, chunk in enumerate(content.chunks()):
        rest += chunk[mark:] if n == 0 else chunk
        end = _last_line_end(rest)
        if end:
            yield mender.text(bytes(rest[:end]))
            del rest[:end]
        elif len(rest) > MAX_LINE:
            raise _endless(content, mender.line)
    if rest:
        yield mender.text(bytes(rest))


class _Mender:
    """Decodes whole lines; counts them, to be able to say where something was found."""

    def __init__(self, encoding: str, notes: Notes) -> None:
        self.encoding, self.notes, self.line = encoding, notes, 1
        self.fallback: str | None = None

    def text(self, raw: bytes) -> tuple[str, bool, int]:
        broken = False
        try:
            text = raw.decode(self.encoding)
        except UnicodeDecodeError:
            text = self._by_line(raw)
            broken = is_broken(text)
        if self.encoding != "utf-8" and _UTF8.search(raw):
            text = "\n".join(self._of_utf8(line, self.line + n) for n, line in enumerate(raw.split(b"\n")))
        if not raw.isascii() and self._suspected(raw, text):
            text = self._mended(text)
        # bytes are counted at ten times the speed of wide characters, and none of these encodings hides a line end
        n = raw.count(b"\n") + (raw.count(b"\r") - raw.count(b"\r\n") if b"\r" in raw else 0)
        n += not raw.endswith((b"\n", b"\r")) and bool(raw)
        self.line += n
        return text, broken, n

    def _suspected(self, raw: bytes, text: str) -> bool:
        if self.encoding == "utf-8":
            return mojibake.suspected(raw, text)
        return any(mark in text for mark in mojibake.MARKS)

    def _mended(self, text: str) -> str:
        lines = text.split("\n")
        for n, line in enumerate(lines):
            if line.isascii():
                continue
            mended = mojibake.mend(line)
            if mended != line:
                lines[n] = mended
                self.notes.add("UTF-8 that had been read in another encoding and saved so was mended", self.line + n)
        return "\n".join(lines)

    def _of_utf8(self, raw: bytes, number: int) -> str:
        """Decode a line of an older encoding, unless it is UTF-8: most UTF-8 can be read as that encoding too."""
        if _UTF8.search(raw) and _reads(raw, "utf-8"):
            self.notes.add(f"in utf-8, in a file of {self.encoding}", number)
            return raw.decode()
        return self._line(raw, number)

    def _by_line(self, raw: bytes) -> str:
        lines = raw.split(b"\n")
        wrong = [line for line in lines if not _reads(line, self.encoding)]
        joint = encodings.legacy(b"\n".join(wrong)[: encodings.SAMPLE])
        self.fallback = joint or self.fallback
        return "\n".join(self._line(line, self.line + n) for n, line in enumerate(lines))

    def _line(self, raw: bytes, number: int) -> str:
        if _reads(raw, self.encoding):
            return raw.decode(self.encoding)
        own = encodings.legacy(raw)
        for name in ("utf-8", own, self.fallback):
            if name and name != self.encoding and _reads(raw, name):
                self.notes.add(f"in {name}, in a file of {self.encoding}", number)
                return raw.decode(name)
        return raw.decode(self.encoding, "surrogateescape")


def _reads(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _last_line_end(raw: bytearray) -> int:
    """Return where the last whole line ends; a carriage return at the very end may be half of a line end."""
    end = raw.rfind(b"\n") + 1
    return end or raw.rfind(b"\r", 0, len(raw) - 1) + 1


def _stateful(content: Content, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass" if encoding.startswith("utf-") else "strict")
    rest, read, line = "", 0, 1
    for chunk in itertools.chain(content.chunks(), [b""]):
        read += len(chunk)
        try:
            rest += decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:  # what it was given ends where we stand, wherever it began
            at = read - len(error.object) + error.start
            raise DataError(
                f"byte {at:,} is not {encoding}",
                where=content.where,
                fix="save the file again as UTF-8, or name its encoding",
            ) from None
        end = max(rest.rfind("\n") + 1, 0) or rest.rfind("\r", 0, len(rest) - 1) + 1
        if end:
            yield rest[:end]
            line += n_lines(rest[:end])
            rest = rest[end:]
        elif len(rest) > MAX_LINE:
            raise _endless(content, line)
    if rest:
        yield rest


def _without(text: str, marks: re.Pattern[str], kind: str, first: int, notes: Notes) -> str:
    for n, line in enumerate(text.split("\n")):
        if marks.search(line):
            notes.add(kind, first + n)
    return marks.sub("", text)


def _endless(content: Content, line: int) -> DataError:
    return DataError(
        f"this line has more than {MAX_LINE >> 20} million characters",
        where=f"{content.where}:{line}",
        fix="no row is so long: is a quotation mark or a line end missing, or is this no table?",
    )
