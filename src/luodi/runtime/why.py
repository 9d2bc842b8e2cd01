"""Why an item is shown: what goes with it, which friends have it, what reads like it, who else takes it, or its fame.

Every reason is a fact of the log or the item table, not of the model: it holds whichever model chose the item. What
few people did together is not told, since it might tell who they are.
"""

from typing import Any

import numpy as np

from luodi.runtime.scorer_people import People
from luodi.runtime.scorers import Content, Visit
from luodi.runtime.shelf import Shelf

LOOKED_AT = 30  # of the last events
MIN_FRIENDS = 2  # one friend alone would be named by the count
READS = 0.3  # cosine of words weighed by rarity; a guess: a rare word or three common ones shared


def why(
    item: int,
    visit: Visit,
    shelf: Shelf,
    *,
    min_together: int,
    content: Content | None = None,
    people: People | None = None,
) -> dict[str, Any]:
    """Return `because`, `via`, the ids of items it is about, and for people and moments what is `shared` with them.

    `content` has the words of all items, `people` what each trait asks for; without one nothing is said of it.
    """
    recent = visit.history[-LOOKED_AT:]
    with_it, counts = shelf.companions.row(item) if item < len(shelf.companions) else (recent[:0], np.zeros(0))
    known = {int(one): float(n) for one, n in zip(with_it, counts, strict=True) if n >= min_together}
    together = [int(one) for one in recent if int(one) in known]
    if together:
        strongest = max(together, key=lambda one: known[one])
        return {"because": "together", "via": (shelf.items[strongest],)}
    n_friends = _friends_with(item, visit, shelf)
    if n_friends >= MIN_FRIENDS:
        return {"because": "friends", "via": ()}
    if content is not None and len(recent):
        cosines = content.likeness(item, recent)
        nearest = len(cosines) - 1 - int(cosines[::-1].argmax())  # of equals the later
        if cosines[nearest] >= READS:
            return {"because": "reads", "via": (shelf.items[int(recent[nearest])],)}
    category = shelf.value("category", item)
    if category:
        alike = [int(one) for one in recent[::-1] if shelf.value("category", int(one)) == category]
        if alike:
            return {"because": "alike", "via": (shelf.items[alike[0]],)}
    trait = people.trait_for(item, visit) if people is not None else None
    if trait is not None:
        because = "people" if trait < shelf.traits.n_about else "moment"
        return {"because": because, "via": (), "shared": dict([shelf.traits.told(trait)])}
    return {"because": "taste" if len(recent) else "popular", "via": ()}


def _friends_with(item: int, visit: Visit, shelf: Shelf) -> int:
    if shelf.friends is None or not 0 <= visit.user < len(shelf.friends):
        return 0
    friends, _ = shelf.friends.row(visit.user)
    return sum(bool(item in shelf.history(int(one))) for one in friends[:50])
