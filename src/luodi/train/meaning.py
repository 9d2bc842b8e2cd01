"""Item texts through an encoder, and which meanings lead to which: a linear map between them, of low rank."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from luodi.contracts import Facts, Recipe
from luodi.errors import SetupError
from luodi.runtime.scorer_text import Meanings, centered, placed
from luodi.store import digest, shared_by
from luodi.train import starter
from luodi.train.choosing import few, ndcg
from luodi.train.lesson import Lesson, numbered
from luodi.train.wording import FREE_TEXT

if TYPE_CHECKING:
    from luodi.runtime.encoders import Embedder

ENCODER, TEXTS, VECTORS = "encoder", "texts", "vectors.safetensors"
MAX_TOKENS = 64  # of an item's text: title, category and the first sentences
MOST_ITEMS = 200_000  # some ten minutes of one core
CALIBRATION = 60
RANK = 64  # as good as all 384 dimensions (docs/logbook.md, 2026-11-30)
FADES = (0.9, 0.7)
RIDGES = (None, (1.0, 0.03), (1.0, 0.1), (10.0, 0.1))
"""How much the map is held back: of what was before, and of what comes after; `None`: what is alike leads to it."""
MAX_PAIRS, MAX_BEFORE = 200_000, 50
Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]


def text(lesson: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Meanings, Facts]:
    """Return what the encoder makes of all item texts, with the map and the fading that do best on dev."""
    texts = texts_of(lesson.log.table, range(len(lesson.log.items)))
    vectors, encoder, base = read(texts, recipe=recipe, work=work)
    made, facts = mapped(lesson, dev, vectors)
    made.encoder = encoder
    return made, {"base": base, **facts}


def mapped(lesson: Lesson, dev: Sequence[tuple[Any, Any]], vectors: Floats) -> tuple[Meanings, Facts]:
    """Return item vectors, shape (n_items, width), with the map and the fading that do best on dev.

    The map takes the faded sum of the vectors before an event to that of its item, by ridge regression on both sides,
    cut to a low rank. Source: Izenman 1975, "Reduced-rank regression for the multivariate linear model".
    """
    read = vectors.any(axis=1)
    touched = np.bincount(lesson.train.item, minlength=len(vectors)) > 0
    seen = np.flatnonzero(touched & read if (touched & read).any() else read)
    mean = vectors[seen].mean(axis=0)
    unit = centered(vectors, mean)
    questions, again = few(numbered(lesson, dev)), lesson.rules.again
    tried = []
    for fade in FADES:
        sums = _sums(lesson, unit, fade)
        for ridge in RIDGES if sums is not None else (None,):
            before, after = _map(sums, unit[seen], ridge)
            arrays = {"mean": mean, "before": before, "after": after}
            made = Meanings(arrays | placed(vectors, **arrays), fade=fade)
            tried.append((ndcg(made, questions, again=again), made, ridge))
    value, best, ridge = max(tried, key=lambda one: one[0])
    return best, {"fade": best.fade, "map": list(ridge) if ridge else "alike", "dev": round(value, 5)}


def no_texts(lesson: Any, recipe: Recipe) -> str | None:
    """Say why texts are no candidate: there are none, too many, or none that the encoder can read."""
    table, n = lesson.log.table, len(lesson.log.items)
    if not set(table) & set(FREE_TEXT):
        return "there is no item table with a column title or text ([define] tables)"
    if n > MOST_ITEMS:
        return f"the texts of {n:,} items would take too long; {MOST_ITEMS:,} are the most"
    texts = [one for one in texts_of(table, np.linspace(0, n - 1, min(n, starter.LOOKED_AT)).astype(int)) if one]
    try:
        return starter.stranger(starter.find(recipe.base), texts)
    except SetupError as error:
        return error.what


def texts_of(table: Mapping[str, Sequence[Any]], rows: Any) -> list[str]:
    """Return what is read of some items: their texts, and their category as words.

    >>> texts_of({"title": ["Heat (1995)"], "category": ["Action|Crime"], "price": ["9"]}, [0])
    ['Heat (1995). Action, Crime']
    """
    columns = [name for name in (*FREE_TEXT, "category") if name in table]
    cells = ([str(table[name][n] or "").replace("|", ", ").strip() for name in columns] for n in rows)
    return [". ".join(one for one in each if one) for each in cells]


def embedded(encoder: "Embedder", texts: Sequence[str]) -> Floats:
    """Return the vectors of texts, shape (n, width); 0 where there is no text."""
    made = np.zeros((len(texts), encoder.width), dtype=np.float32)
    there = [n for n, one in enumerate(texts) if one]
    made[there] = encoder([texts[n] for n in there])
    return made


def read(texts: Sequence[str], *, recipe: Recipe, work: Path) -> tuple[Floats, Path, str]:
    """Return the vectors of texts, shape (n, width), the folder of the int8 encoder that made them, and its name.

    Whoever reads the same texts in the same run reuses both: making them takes 20 to 50 seconds of two cores. The
    encoder is begun all the same, since that is where the chances of what learns next come from.
    """
    from luodi.train import embedding  # loads torch, which most of a blend can do without

    net, reader, base = embedding.begin(replace(recipe, max_tokens=recipe.max_tokens or MAX_TOKENS))
    said = digest([base, reader.max_tokens, CALIBRATION, list(texts)])
    folder = shared_by(work) / f"{TEXTS}-{said[:16]}"
    if not folder.is_dir():
        partial = folder.with_name(folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        _make(partial, net, reader, texts)
        partial.replace(folder)
    return load_file(folder / VECTORS)["vectors"], folder / ENCODER, base


def _make(folder: Path, net: Any, reader: Any, texts: Sequence[str]) -> None:
    from luodi.runtime.encoders import Embedder
    from luodi.train import embedding

    sample = [texts[n] for n in np.linspace(0, len(texts) - 1, min(len(texts), CALIBRATION)).astype(int)]
    embedding.write(folder / ENCODER, embedding.Vectors(net), reader, [one for one in sample if one])
    save_file({"vectors": embedded(Embedder.load(folder / ENCODER), texts)}, folder / VECTORS)


def _sums(lesson: Lesson, unit: Floats, fade: float) -> tuple[Doubles, Doubles, int] | None:
    """Return the products of what was before with itself and with what came next; `None` without a single pair."""
    width, n = unit.shape[1], 0
    same, next_ = np.zeros((width, width)), np.zeros((width, width))
    events = lesson.train
    middle = unit[np.unique(events.item)].mean(axis=0) if len(events) else 0.0
    histories = [one for one in events.histories() if len(one) > 1]
    for at in np.random.default_rng(7).permutation(len(histories)):
        history = histories[at][-MAX_BEFORE:]
        ages = np.subtract.outer(np.arange(len(history) - 1), np.arange(len(history) - 1))
        before = np.where(ages >= 0, fade ** np.maximum(ages, 0), 0) @ unit[history[:-1]]  # of each event but the first
        before /= np.maximum(np.linalg.norm(before, axis=1, keepdims=True), 1e-9)
        same += before.T @ before
        next_ += before.T @ (unit[history[1:]] - middle)
        n += len(before)
        if n >= MAX_PAIRS:
            break
    return (same, next_, n) if n else None


def _map(
    sums: tuple[Doubles, Doubles, int] | None, unit: Floats, ridge: tuple[float, float] | None
) -> tuple[Floats, Floats]:
    """Return the map as two factors, shapes (width, rank): what leads, and what is led to."""
    width = unit.shape[1]
    around = unit - unit.mean(axis=0)
    spread = (around.T @ around / max(1, len(unit))).astype(np.float64)
    same = spread if sums is None else sums[0] / sums[2]
    whole = np.eye(width)
    if ridge is not None:
        assert sums is not None
        held = [np.trace(one) / width * part * whole for one, part in zip((same, spread), ridge, strict=True)]
        whole = np.linalg.solve(same + held[0], sums[1] / sums[2]) @ np.linalg.inv(spread + held[1])
    (a, a_inverse), (b, b_inverse) = _root(same), _root(spread)
    left, sizes, right = np.linalg.svd(a @ whole @ b)
    half = np.sqrt(sizes[:RANK])
    made = a_inverse @ (left[:, :RANK] * half), b_inverse @ (right[:RANK].T * half)
    return made[0].astype(np.float32), made[1].astype(np.float32)


def _root(matrix: Doubles) -> tuple[Doubles, Doubles]:
    """Return the square root of a symmetric matrix, and its inverse."""
    sizes, vectors = np.linalg.eigh(matrix)
    sizes = np.sqrt(np.maximum(sizes, 1e-6 * max(1e-12, sizes.max())))
    return (vectors * sizes) @ vectors.T, (vectors / sizes) @ vectors.T
