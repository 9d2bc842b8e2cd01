"""A catalogue changes every day; what was learned about tastes does not. New rows come into a recommender as it is."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from luodi.runtime.engine_recommender import Recommender
from luodi.runtime.rows import Rows
from luodi.runtime.scorers import Blend, Content, Padded, Scorer, readers
from luodi.runtime.shelf import Shelf
from luodi.train import meaning, wording


def restocked(before: Recommender, ids: Sequence[str], columns: Mapping[str, Sequence[Any]]) -> Recommender:
    """Return a recommender with the rows of an item table: known items get its values, others join the catalogue.

    Nothing is learned. An item that is new is found by its words where `rec-content` has a part in the model, and by
    what they mean where `rec-text`, or a `rec-sequence` that reads texts, has; other parts put it last. Items that are
    not in the table stay as they are.
    """
    shelf = before.shelf
    known = {name: n for n, name in enumerate(shelf.items)}
    items = [*shelf.items, *(one for one in dict.fromkeys(ids) if one not in known)]
    known = {name: n for n, name in enumerate(items)}
    names = [*shelf.table, *(name for name in columns if name not in shelf.table)]
    table = {name: [*shelf.table.get(name, [""] * len(shelf)), *[""] * (len(items) - len(shelf))] for name in names}
    for name, cells in columns.items():
        for item, cell in zip(ids, cells, strict=True):
            table[name][known[item]] = cell
    grown = Shelf(
        items,
        table,
        shelf.users,
        Rows(shelf.histories.starts, shelf.histories.columns, shelf.histories.values, len(items)),
        _longer(shelf.companions, len(items)),
        np.concatenate([shelf.counts, np.zeros(len(items) - len(shelf), dtype=np.float32)]),
        shelf.friends,
        traits=shelf.traits,
        people=shelf.people,
    )
    return Recommender(_grown(before.scorer, shelf, grown), grown, before.rules)


def _grown(scorer: Scorer, before: Shelf, shelf: Shelf) -> Scorer:
    if isinstance(scorer, Blend):
        return Blend([_grown(one, before, shelf) for one in scorer.parts], scorer.weights)
    if isinstance(scorer, Content):
        items = wording.vectors(shelf.table, len(shelf))
        return Content(items, items.turned(), fade=scorer.fade)
    if readers(scorer) == [scorer]:
        return _read(scorer, before, shelf)
    return Padded(scorer.inner if isinstance(scorer, Padded) else scorer, len(shelf))


def _read(scorer: Any, before: Shelf, shelf: Shelf) -> Scorer:
    """Read the texts that are new or have changed; the others keep their vectors."""
    texts, known = (meaning.texts_of(one.table, range(len(one))) for one in (shelf, before))
    rows = np.array([n for n, one in enumerate(texts) if n >= len(known) or one != known[n]], dtype=np.int64)
    if not len(rows):
        return scorer  # type: ignore[no-any-return]
    from luodi.runtime.encoders import Embedder  # loads OpenVINO

    assert scorer.encoder is not None, "what was saved has its encoder beside it"
    vectors = meaning.embedded(Embedder.load(scorer.encoder), [texts[n] for n in rows])
    return scorer.restocked(vectors, rows, len(texts))  # type: ignore[no-any-return]


def _longer(rows: Rows, n: int) -> Rows:
    """Return rows with empty ones after them, n by n."""
    starts = np.concatenate([rows.starts, np.full(n - len(rows), rows.starts[-1])])
    return Rows(starts, rows.columns, rows.values, n)
