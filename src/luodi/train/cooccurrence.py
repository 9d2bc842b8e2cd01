"""Where the tables of a small encoder begin: at what each token and n-gram shares its texts with, counted beforehand.

Half a minute of counting gives a small network what ten minutes of guessing words do not (docs/logbook.md): words
that occur beside the same words have vectors that are alike, so few labels speak for many words.

Source: Levy, Goldberg and Dagan 2015, "Improving Distributional Similarity with Lessons Learned from Word Embeddings",
sections 2.2, 3.2 and 3.3 (positive pointwise mutual information with smoothed contexts; the root of singular values).
"""

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from sklearn.utils.extmath import randomized_svd

from luodi.contracts import Facts
from luodi.log import progress
from luodi.train import grams
from luodi.train.token_cache import Reading

MOST_TOKENS = 2_000_000  # of the first texts, where the training rows are; more would cost minutes and gigabytes
FIRST = 50_000  # pieces whose words are contexts: an archive behind them may be of another kind
CONTEXTS = 10_000  # the most frequent words; 5,000 do nearly as well
WINDOW = 32  # tokens; what is farther apart in a long text says little of each other
SMOOTHING = 0.75
ROUNDS = 3  # of the randomized decomposition
LEAST_TEXTS = 1_000  # fewer say nothing of most words
AT_ONCE = 16_384  # units whose words are counted together
WORD, ONE = np.uint64(0x9E3779B97F4A7C15), np.uint64(1)  # a word is a hash of its tokens

I64 = NDArray[np.int64]
F32 = NDArray[np.float32]


def begin(encoder: grams.GramEncoder, ids: Reading, *, seed: int) -> Facts:
    """Set the tables of tokens, pairs and triples to vectors of length 1, and join them so that all of them count.

    Does nothing where the texts are too few. Returns how many units and words were counted.
    """
    if len(ids) < LEAST_TEXTS:
        return {}
    token, starts, place = _flat(ids)
    piece = np.cumsum(place % WINDOW == 0) - 1
    words, units = _words(piece, token, starts), _units(encoder, piece, token, place)
    if words.shape[1] < 2:  # the same word in every text
        return {}
    vectors = _vectors(_associations(units, words), width=encoder.join.out_features, seed=seed)
    seen = np.asarray(units.sum(axis=0)).ravel() > 0
    _set(encoder, torch.from_numpy(vectors), torch.from_numpy(seen))
    return {"units": int(seen.sum()), "contexts": words.shape[1]}


def _flat(ids: Reading) -> tuple[I64, NDArray[np.bool_], I64]:
    """Return of every token its id, whether a word starts there, and its place in its text."""
    ends = ids.ends[: max(1, int(np.searchsorted(ids.ends, MOST_TOKENS)))]
    marked = np.asarray(ids.tokens[: ends[-1]]).astype(np.int64)
    lengths = np.diff(ends, prepend=0)
    place = np.arange(len(marked)) - np.repeat(ends - lengths, lengths)
    return marked >> 1, (marked & 1).astype(np.bool_), place


def _words(piece: I64, token: I64, starts: NDArray[np.bool_]) -> sp.csr_matrix:
    """Return which of the most frequent words each piece holds, (n_pieces, n_contexts)."""
    first = np.flatnonzero(starts | (np.diff(piece, prepend=-1) != 0))
    inside = np.arange(len(token)) - np.repeat(first, np.diff(np.append(first, len(token))))
    hashed = np.add.reduceat((token.astype(np.uint64) + ONE) * WORD ** (inside.astype(np.uint64) + ONE), first)
    kept, which = np.unique(hashed, return_inverse=True)
    made = _held(piece[first], which, len(kept), n_rows=int(piece[-1]) + 1)
    often = np.asarray(made[:FIRST].sum(axis=0)).ravel()
    return made[:, np.sort(np.argsort(-often, kind="stable")[:CONTEXTS])]


def _units(encoder: grams.GramEncoder, piece: I64, token: I64, place: I64) -> sp.csr_matrix:
    """Return which tokens, pairs and triples each piece holds, (n_pieces, vocabulary + 2 * buckets)."""
    vocabulary, buckets = encoder.get_input_embeddings().num_embeddings, encoder.buckets
    begins = place == 0
    before = np.where(begins, 0, np.append(0, token[:-1]))
    after = np.where(np.append(begins[1:], True), 0, np.append(token[1:], 0))
    pair, triple = grams.hashed(before, token, after, buckets)
    unit = np.concatenate([token, vocabulary + pair, vocabulary + buckets + triple])
    return _held(np.tile(piece, 3), unit, vocabulary + 2 * buckets, n_rows=int(piece[-1]) + 1)


def _held(row: I64, column: I64, n_columns: int, *, n_rows: int) -> sp.csr_matrix:
    """Return 1 where a row holds a column, however often."""
    place = np.unique(row * n_columns + column)
    ones = np.ones(len(place), dtype=np.float32)
    return sp.csr_matrix((ones, (place // n_columns, place % n_columns)), shape=(n_rows, n_columns))


def _associations(units: sp.csr_matrix, words: sp.csr_matrix) -> sp.csr_matrix:
    """Return the positive pointwise mutual information of units and words, (n_units, n_contexts)."""
    by_unit = units.T.tocsr()
    of_unit = by_unit @ np.asarray(words.sum(axis=1)).ravel()
    of_word = (words.T @ np.asarray(units.sum(axis=1)).ravel()) ** SMOOTHING
    made = []
    starts = range(0, by_unit.shape[0], AT_ONCE)
    for start in progress(starts, total=len(starts), doing="counting"):
        together = (by_unit[start : start + AT_ONCE] @ words).tocoo()
        expected = of_unit[start + together.row] * (of_word / of_word.sum())[together.col]
        information = np.log(together.data / expected, dtype=np.float32)
        more = information > 0
        cells = information[more], (together.row[more], together.col[more])
        made.append(sp.csr_matrix(cells, shape=together.shape))
    return sp.vstack(made, format="csr")


def _vectors(associations: sp.csr_matrix, *, width: int, seed: int) -> F32:
    """Return a vector of length 1 for each unit, (n_units, width); 0 where nothing is known."""
    most = min(width, *(n - 1 for n in associations.shape))
    left, singular, _ = randomized_svd(associations, most, n_iter=ROUNDS, random_state=seed)
    made = left * np.sqrt(singular)
    made /= np.linalg.norm(made, axis=1, keepdims=True) + 1e-9
    return np.pad(made, ((0, 0), (0, width - most))).astype(np.float32)


@torch.no_grad()
def _set(encoder: grams.GramEncoder, vectors: torch.Tensor, seen: torch.Tensor) -> None:
    tokens, size = encoder.get_input_embeddings().weight, encoder.pairs.embedding_dim
    assert size <= encoder.join.out_features, "the pairs' places are the first of a token's"
    vectors = vectors.to(tokens.device)
    n = len(tokens)
    tokens[seen[:n]] = vectors[:n][seen[:n]]
    for at, table in enumerate((encoder.pairs, encoder.triples)):
        start = n + at * encoder.buckets
        table.weight.copy_(vectors[start : start + encoder.buckets, :size])
    one = torch.eye(size, device=tokens.device)
    encoder.join.weight.zero_()
    encoder.join.weight[:size] = torch.cat([one / 2, one / 2, one], dim=1)  # a token has two pairs and one triple
