"""A SentencePiece model as a tokenizer of ours, so that neither learning nor serving needs another library.

Source: Kudo and Richardson 2018, "SentencePiece"; `sentencepiece_model.proto`, whose few fields are read here as they
stand in the file.
"""

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from luodi.errors import SetupError

SPACE = "\u2581"
UNKNOWN, CONTROL, UNUSED = 2, 3, 5
UNIGRAM = 1
FIX = "take the model's own source.spm and target.spm"
Field = tuple[int, int | bytes]


def tokenizer(file: Path, *, marks: Sequence[str] = ()) -> Tokenizer:
    """Return a tokenizer that cuts as the model in the file does; `marks` are pieces of their own.

    Raises `SetupError` where the file holds no unigram model.
    """
    try:
        pieces, kind, charsmap = _read(file.read_bytes())
        unknown = next(n for n, (_, _, what) in enumerate(pieces) if what == UNKNOWN)
        normalizer = [normalizers.Precompiled(charsmap)] if charsmap else []
    except (struct.error, IndexError, ValueError, StopIteration, TypeError) as error:
        what = f"this is no SentencePiece model ({type(error).__name__})"
        raise SetupError(what, where=str(file), fix=FIX) from None
    if kind != UNIGRAM:
        raise SetupError("this SentencePiece model is no unigram model", where=str(file), fix="take another base")
    made = Tokenizer(models.Unigram([(piece, score) for piece, score, _ in pieces], unknown, False))  # noqa: FBT003
    # nothing is stripped: before a mark a space is a piece of its own, and has to be learned
    made.normalizer = normalizers.Sequence([*normalizer, normalizers.Replace(Regex(" {2,}"), " ")])
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="first", split=True)
    made.decoder = decoders.Metaspace(replacement=SPACE, prepend_scheme="first", split=True)
    made.add_special_tokens(list(marks))
    return made


def _read(content: bytes) -> tuple[list[tuple[str, float, int]], int, bytes]:
    """Return the pieces with score and type, but those that stand in no text; the kind of model; the character map."""
    pieces, kind, charsmap = list[tuple[str, float, int]](), UNIGRAM, b""
    for number, value in _fields(content):
        if number == 1:
            inner = dict(_fields(_bytes(value)))
            what = int(inner.get(3, 1))
            if what not in {CONTROL, UNUSED}:
                score = struct.unpack("<f", _bytes(inner.get(2, b"\0\0\0\0")))[0]
                pieces.append((_bytes(inner[1]).decode("utf-8"), score, what))
        elif number == 2:
            kind = int(dict(_fields(_bytes(value))).get(3, UNIGRAM))
        elif number == 3:
            charsmap = _bytes(dict(_fields(_bytes(value))).get(2, b""))
    return pieces, kind, charsmap


def _bytes(value: int | bytes) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("a number where text belongs")
    return value


def _fields(content: bytes) -> Iterator[Field]:
    """Yield number and value of each field of a protocol buffer's message."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        number, form = key >> 3, key & 7
        if form == 0:
            value, at = _varint(content, at)
            yield number, value
            continue
        size = {1: 8, 5: 4}.get(form)
        if size is None:
            if form != 2:
                raise ValueError("an unknown form of field")
            size, at = _varint(content, at)
        if at + size > len(content):
            raise ValueError("it ends early")
        yield number, content[at : at + size]
        at += size


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
        if shift > 63:
            raise ValueError("a number without an end")
