"""What each character of a text adds to a label, exactly, where the model is a sum: n-grams, or means of token vectors.

The arrays stay on the disk and are mapped, so that a process which only explains holds no second copy of the model.
"""

import json
import re
import struct
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Kind, record
from luodi.runtime import ngrams
from luodi.runtime.engine_ngrams import Ngrams, weigh
from luodi.runtime.engine_tokens import TOKENIZER, Tokens
from luodi.runtime.session import read_about

F64 = NDArray[np.float64]
TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "U64": "<u8", "I64": "<i8"}


@record
class Parts:
    """The logit of a label, taken apart: `base` and the characters add up to it."""

    base: float
    characters: F64
    """Shape (len(text),)."""


class Additive(Protocol):
    """A model whose logit is a sum over the text."""

    def parts(self, text: str, label: str) -> Parts | None:
        """Take a logit apart, less the mean of the other labels where one is chosen; `None` where that fails."""
        ...


def open_additive(folder: Path) -> Additive | None:
    """Return the exported model of a folder as a sum; `None` where it is none."""
    about = read_about(folder)
    if about["engine"] == "engine_ngrams":
        arrays = mapped(folder / "ngrams.safetensors")
        return OfNgrams(Ngrams(about["kind"], about["labels"], about["channels"], **arrays))
    if about["engine"] == "engine_tokens":
        arrays = mapped(folder / "table.safetensors")
        return OfTokens(Tokens(about["kind"], about["labels"], folder / TOKENIZER, **arrays))
    return None


class OfNgrams:
    """Each n-gram's part, spread over its characters in all its places."""

    def __init__(self, model: Ngrams) -> None:
        self.model = model

    def parts(self, text: str, label: str) -> Parts | None:
        """Take a logit apart; `None` where the normalized text cannot be laid beside the text."""
        model = self.model
        normal, origin = aligned(text)
        if normal != ngrams.normalize(text):
            return None
        toward = direction(model.kind, model.labels, label)
        known = _contributions(model, text, toward)
        start, end, grams = ngrams.places(normal, model.channels)
        solid = np.array([not one.isspace() for one in normal])
        before = np.concatenate([[0], np.cumsum(solid)])  # solid characters before each place
        n_solid = before[end] - before[start]
        where = np.searchsorted(known.grams, grams)
        found = where < len(known.grams)
        found[found] = known.grams[where[found]] == grams[found]
        each = known.added[where[found]] / known.times[where[found]]
        blank = n_solid[found] == 0  # the part of speech of a space, which no character can bear
        share = np.where(blank, 0.0, each / np.maximum(n_solid[found], 1))
        step = np.zeros(len(normal) + 1)
        np.add.at(step, start[found], share)
        np.add.at(step, end[found], -share)
        dense = np.where(solid, np.cumsum(step)[:-1], 0.0)
        characters = np.zeros(len(text))
        np.add.at(characters, origin[solid], dense[solid])
        return Parts(base=float(model.bias @ toward + each[blank].sum()), characters=characters)


@record
class _Known:
    grams: NDArray[np.uint64]
    """Sorted."""
    times: NDArray[np.int64]
    added: F64
    """By all places of the n-gram together."""


def _contributions(model: Ngrams, text: str, toward: F64) -> _Known:
    ((rows, grams, n),) = ngrams.counts([text], model.channels)
    _, feature, value = weigh(rows, grams, n, model.vocabulary, model.norm_weight)
    at = np.minimum(np.searchsorted(model.vocabulary, grams), len(model.vocabulary) - 1)
    known = model.vocabulary[at] == grams
    added = (model.weight[feature].astype(np.float64) * value[:, None]) @ toward
    return _Known(grams=grams[known], times=n[known], added=added)


class OfTokens:
    """The row of each token in the table, by the number of tokens."""

    def __init__(self, model: Tokens) -> None:
        self.model = model

    def parts(self, text: str, label: str) -> Parts | None:
        """Take a logit apart."""
        model = self.model
        toward = direction(model.kind, model.labels, label)
        encoded = model.tokenizer.encode(text, add_special_tokens=False)
        base, characters = float(model.bias @ toward), np.zeros(len(text))
        if not encoded.ids:
            return Parts(base=base, characters=characters)
        added = model.table[encoded.ids].astype(np.float64) @ toward / len(encoded.ids)
        for (start, end), one in zip(encoded.offsets, added, strict=True):
            if start < end:
                characters[start:end] += one / (end - start)
            else:  # a token that no character stands for
                base += float(one)
        return Parts(base=base, characters=characters)


def direction(kind: Kind, labels: tuple[str, ...], label: str) -> F64:
    """Return what the logits are multiplied by: one for the label, and the mean of the others where one is chosen.

    >>> direction("classify", ("a", "b", "c"), "a").tolist()
    [1.0, -0.5, -0.5]
    """
    others = -1 / (len(labels) - 1) if kind == "classify" and len(labels) > 1 else 0.0
    made = np.full(len(labels), others)
    made[labels.index(label)] = 1.0
    return made


def aligned(text: str) -> tuple[str, NDArray[np.int64]]:
    """Normalize as `ngrams.normalize` does, cluster by cluster; return for each character where it came from.

    >>> normal, origin = aligned("A ﬁ")
    >>> normal, origin.tolist()
    (' a fi ', [0, 0, 1, 2, 2, 2])
    """
    made, origin = [" "], [0]
    for at, cluster in clusters(text):
        for one in unicodedata.normalize("NFKC", cluster).lower():
            if not re.match(r"\s", one):
                made.append(one)
                origin.append(at)
            elif made[-1] != " ":
                made.append(" ")
                origin.append(at)
    if made[-1] != " " or len(made) == 1:
        made.append(" ")
        origin.append(max(0, len(text) - 1))
    return "".join(made), np.array(origin)


def clusters(text: str) -> Iterator[tuple[int, str]]:
    """Yield each character with the marks that combine with it, and where it stands."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not unicodedata.combining(text[at]):
            yield start, text[start:at]
            start = at


def mapped(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a safetensors file, left on the disk until they are read.

    The form: https://huggingface.co/docs/safetensors, "Format".
    """
    with path.open("rb") as file:
        (n,) = struct.unpack("<Q", file.read(8))
        head = json.loads(file.read(n))
    head.pop("__metadata__", None)
    made: dict[str, NDArray[Any]] = {}
    for name, one in head.items():
        shape, offset = tuple(one["shape"]), 8 + n + one["data_offsets"][0]
        made[name] = (
            np.memmap(path, dtype=TYPES[one["dtype"]], mode="r", offset=offset, shape=shape)
            if all(shape)
            else np.zeros(shape, TYPES[one["dtype"]])
        )
    return made
