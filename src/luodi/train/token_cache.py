"""Texts as token ids in a file: written once, read at random places, however many they are.

Memory holds one group of texts while writing, and the pages in use while learning. A note beside each token says
whether a word starts there, so that words can be hidden whole.
"""

import itertools
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from luodi.store import read_json, write_json

TOKENS, ENDS, ABOUT = "tokens.u32", "ends.i64", "reading.json"
GROUP = 2_000  # texts tokenized together
LEAST, MOST_HELD, HELD_EVERY = 4, 300, 20  # tokens that are worth a guess; texts kept to measure by; one of so many
CJK = "\u3400", "\u9fff"

U32 = NDArray[np.uint32]


class Reading:
    """Encoded texts on disk, each an array of `id * 2 + (a word starts here)` with [CLS] and [SEP] around it."""

    def __init__(self, folder: Path) -> None:
        self.about: dict[str, Any] = read_json(folder / ABOUT)
        ends = np.fromfile(folder / ENDS, dtype=np.int64)
        self.starts, self.ends = np.concatenate([[0], ends[:-1]]), ends
        self.tokens: U32 = np.memmap(folder / TOKENS, dtype=np.uint32, mode="r") if len(ends) else np.zeros(0, "u4")

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, n: int) -> U32:
        return self.tokens[self.starts[n] : self.ends[n]]

    def lengths(self) -> list[int]:
        return (self.ends - self.starts).tolist()  # type: ignore[no-any-return]


def read(
    texts: Iterable[str], tokenizer: Tokenizer, folder: Path, *, window: int, most_tokens: int | None
) -> tuple[Reading, Reading]:
    """Return what is read and what is kept to measure by; a rerun finds both in `folder`.

    Longer texts are cut into windows of `window` tokens. After `most_tokens`, no more is read.
    """
    parts = [folder / "read", folder / "held"]
    if not (folder / "done").is_dir():
        partial = folder / "partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        _write(texts, tokenizer, [partial / part.name for part in parts], window=window, most=most_tokens)
        partial.replace(folder / "done")
    read, held = (Reading(folder / "done" / part.name) for part in parts)
    return read, held


def encode(tokenizer: Tokenizer, texts: Sequence[str], *, window: int) -> Iterator[list[U32]]:
    """Yield the windows of each text."""
    first, last = (2 * (tokenizer.token_to_id(one) or 0) + 1 for one in ("[CLS]", "[SEP]"))
    for text, one in zip(texts, tokenizer.encode_batch(list(texts), add_special_tokens=False), strict=True):
        marked = np.array(one.ids, dtype=np.uint32) * 2 + word_starts(text, one)
        size = window - 2
        yield [
            np.concatenate([[first], marked[n : n + size], [last]]).astype(np.uint32)
            for n in range(0, len(marked), size)
        ]


def word_starts(text: str, encoding: Any) -> NDArray[np.bool_]:
    """Say of each token whether a word starts there: by spaces, and by a dictionary where a script has none.

    Source: Cui et al. 2021, "Pre-Training With Whole Word Masking for Chinese BERT", section 3.1.
    """
    words = np.array([-1 if one is None else one for one in encoding.word_ids], dtype=np.int64)
    starts: NDArray[np.bool_] = np.diff(words, prepend=-2) != 0
    if not any(CJK[0] <= character <= CJK[1] for character in text):
        return starts
    import rjieba

    lengths = np.array([len(word) for word in rjieba.cut(text)], dtype=np.int64)
    inside = np.ones(len(text) + 1, dtype=np.bool_)  # characters within a word of the dictionary
    inside[np.concatenate([[0], np.cumsum(lengths)]).clip(max=len(text))] = False
    places = np.array([start for start, _ in encoding.offsets], dtype=np.int64)
    chinese = np.array([CJK[0] <= text[place] <= CJK[1] for place in places], dtype=np.bool_)
    starts &= ~(chinese & inside[places])
    return starts


def _write(
    texts: Iterable[str], tokenizer: Tokenizer, folders: Sequence[Path], *, window: int, most: int | None
) -> None:
    n_texts = n_tokens = n_held = 0
    written = [0, 0]
    for folder in folders:
        folder.mkdir()
    with ExitStack() as files:
        tokens, ends = (
            [files.enter_context((folder / name).open("wb")) for folder in folders] for name in (TOKENS, ENDS)
        )
        for group in _batched(texts):
            for pieces in encode(tokenizer, group, window=window):
                held = n_texts % HELD_EVERY == HELD_EVERY // 2 and n_held < MOST_HELD
                n_texts, n_held = n_texts + 1, n_held + held
                for piece in (one for one in pieces if len(one) >= LEAST):
                    tokens[held].write(piece.tobytes())
                    written[held] += len(piece)
                    ends[held].write(np.int64(written[held]).tobytes())
                    n_tokens += len(piece)
            if most is not None and n_tokens >= most:
                break
    for folder in folders:
        write_json(folder / ABOUT, {"texts": n_texts, "tokens": n_tokens})


def _batched(texts: Iterable[str]) -> Iterator[tuple[str, ...]]:
    iterator = iter(texts)
    while group := tuple(itertools.islice(iterator, GROUP)):
        yield group
