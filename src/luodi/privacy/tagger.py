"""A small convolutional tagger in plain numpy: columns of feature numbers in, one tag per position out.

The network is embeddings, a projection, a few dilated convolutions with residual connections (Strubell et al. 2017,
"Fast and Accurate Entity Recognition with Iterated Dilated Convolutions") and a linear-chain CRF (Lafferty et al.
2001), learned by `luodi.train.tagger` and read from one safetensors file.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from luodi.errors import SetupError

FORBIDDEN = -1e4  # an impossible transition
BATCH_POSITIONS = 2_048  # keeps what a layer holds, (positions, width), inside the cache of one core

Ids = NDArray[np.int32]
Floats = NDArray[np.float32]


class Tagger:
    """Weights and arithmetic. `kinds` are what it finds; tags are O and B-, I-, E-, S- of each kind."""

    def __init__(self, kinds: Sequence[str], columns: Sequence[int], tensors: dict[str, Floats], about: Any) -> None:
        self.kinds, self.columns, self.tensors = tuple(kinds), tuple(columns), tensors
        self.dilations: list[int] = about["dilations"]
        self.tables = [tensors[f"table.{n}"] for n in range(max(columns) + 1)]
        allowed = forbidden(len(self.kinds))
        self.transitions = np.maximum(tensors["transitions"], FORBIDDEN) + allowed
        self.start, self.end = tensors["start"] + allowed[0], tensors["end"] + allowed[:, 0]  # as if O stood around
        self.bias: float = about["bias"]  # added to the tags that open a name: recall for precision
        self.keys = np.zeros(0, np.uint32)  # which word each row of the first table belongs to, where words are known

    def tag(self, sequences: Sequence[Ids]) -> list[tuple[NDArray[np.int8], Floats]]:
        """Return for each sequence, shape (time, n_columns), its tags and how sure each position is part of a name."""
        out: list[tuple[NDArray[np.int8], Floats]] = [(np.zeros(0, np.int8), np.zeros(0, np.float32))] * len(sequences)
        order = sorted((n for n in range(len(sequences)) if len(sequences[n])), key=lambda n: len(sequences[n]))
        start = 0
        while start < len(order):
            stop = start + 1
            while stop < len(order) and (stop + 1 - start) * len(sequences[order[stop]]) <= BATCH_POSITIONS:
                stop += 1
            batch = order[start:stop]
            lengths = np.array([len(sequences[n]) for n in batch])
            scores = self.emissions([sequences[n] for n in batch])
            tags, sure = self._decode(scores, lengths), 1 - _softmax(scores)[..., 0]
            for row, n in enumerate(batch):
                mine = tags[row, : lengths[row]]
                out[n] = mine, sure[row, : len(mine)]
            start = stop
        return out

    def emissions(self, sequences: Sequence[Ids]) -> Floats:
        """Return the scores of all tags, shape (n, longest, n_tags); what lies beyond a sequence's end is 0.

        The network runs over all sequences in one row, with gaps as wide as a convolution looks, so that no time goes
        into padding.
        """
        weights, gap = self.tensors, max(self.dilations)
        starts = np.cumsum([0, *(len(one) + gap for one in sequences)])
        ids = np.zeros((starts[-1], len(self.columns)), np.int32)
        mask = np.zeros((starts[-1], 1), np.float32)
        for start, one in zip(starts, sequences, strict=False):
            ids[start : start + len(one)] = one
            mask[start : start + len(one)] = 1
        embedded = np.concatenate([self.tables[table][ids[:, n]] for n, table in enumerate(self.columns)], axis=-1)
        hidden = np.maximum(embedded @ weights["in.w"] + weights["in.b"], 0) * mask  # (positions, width)
        for layer, dilation in enumerate(self.dilations):
            change = np.maximum(_convolved(hidden, weights, layer, dilation), 0)
            hidden = _normalized(hidden + change, weights, layer) * mask
        scores: Floats = hidden @ weights["out.w"] + weights["out.b"]
        scores[:, 1::4] += self.bias  # B-: a name more
        scores[:, 4::4] += self.bias  # S-
        out = np.zeros((len(sequences), max(len(one) for one in sequences), scores.shape[-1]), np.float32)
        for row, (start, one) in enumerate(zip(starts, sequences, strict=False)):
            out[row, : len(one)] = scores[start : start + len(one)]
        return out

    def _decode(self, scores: Floats, lengths: NDArray[np.int64]) -> NDArray[np.int8]:
        """Viterbi over the whole batch at once."""
        n, longest, n_tags = scores.shape
        best = self.start + scores[:, 0]
        back = np.zeros((longest, n, n_tags), np.int8)
        ends = np.zeros((n, n_tags), np.float32)
        for time in range(1, longest):
            ends[lengths == time] = best[lengths == time]
            paths = best[:, :, None] + self.transitions  # (n, from, to)
            back[time] = paths.argmax(axis=1)
            best = paths.max(axis=1) + scores[:, time]
        ends[lengths == longest] = best[lengths == longest]
        current = (ends + self.end).argmax(axis=1)
        tags = np.zeros((n, longest), np.int8)
        rows = np.arange(n)
        for time in range(longest - 1, -1, -1):
            inside = lengths > time
            tags[inside, time] = current[inside]
            current = np.where(inside, back[time, rows, current], current)
        return tags

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the weights. Raises `SetupError` where the file is missing or no tagger's."""
        try:
            with safe_open(path, framework="numpy") as file:
                about = json.loads(file.metadata()["about"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        except (OSError, KeyError, ValueError) as error:
            raise SetupError(
                "the weights that find names cannot be read", where=str(path), fix="reinstall luodi"
            ) from error
        keys = tensors.pop("keys", None)
        made = cls(about["kinds"], about["columns"], {name: _wide(name, tensors) for name in tensors}, about)
        made.keys = made.keys if keys is None else keys
        return made


def spans(tags: NDArray[np.int8]) -> list[tuple[int, int, int]]:
    """Return (kind, start, end) of every run of tags, in order.

    >>> spans(np.array([0, 1, 2, 3, 8, 0], np.int8))
    [(0, 1, 4), (1, 4, 5)]
    """
    found, start = [], 0
    for time in np.flatnonzero(tags):
        kind, place = divmod(int(tags[time]) - 1, 4)
        if place in {0, 3}:
            start = int(time)
        if place in {2, 3}:
            found.append((kind, start, int(time) + 1))
    return found


def forbidden(n_kinds: int) -> Floats:
    """Return 0 for each pair of tags that may follow each other and `FORBIDDEN` for the others, (n_tags, n_tags)."""
    n_tags = 1 + 4 * n_kinds
    out = np.full((n_tags, n_tags), FORBIDDEN, np.float32)
    opens = [0, *(tag for tag in range(1, n_tags) if (tag - 1) % 4 in {0, 3})]
    for tag in range(n_tags):
        if tag == 0 or (tag - 1) % 4 in {2, 3}:
            out[tag, opens] = 0
        else:
            inside = tag - (tag - 1) % 4 + 1
            out[tag, [inside, inside + 1]] = 0
    return out


def _convolved(hidden: Floats, weights: dict[str, Floats], layer: int, dilation: int) -> Floats:
    """Return each position seen together with those `dilation` to its left and right, shape (positions, width)."""
    width = hidden.shape[-1]
    left, middle, right = weights[f"conv.{layer}.w"].reshape(3, width, width)
    out: Floats = hidden @ middle + weights[f"conv.{layer}.b"]
    out[dilation:] += hidden[:-dilation] @ left
    out[:-dilation] += hidden[dilation:] @ right
    return out


def _normalized(hidden: Floats, weights: dict[str, Floats], layer: int) -> Floats:
    centered = hidden - hidden.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt(np.square(centered).mean(axis=-1, keepdims=True) + 1e-5)
    out: Floats = centered * scale * weights[f"norm.{layer}.w"] + weights[f"norm.{layer}.b"]
    return out


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    out: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return out


def _wide(name: str, tensors: dict[str, Any]) -> Floats:
    """Return a stored tensor as float32; a table is stored as int8 with one scale per column."""
    scale = tensors.get(f"{name}.scale")
    wide: Floats = tensors[name].astype(np.float32)
    if scale is not None:
        wide *= scale
    return wide
