"""Recommend to a person what comes next: products, articles, people to follow, from a log of who did what and when."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, field, replace
from typing import Any, Literal

from luodi.contracts import Example, Hit, Kind, Reject, record
from luodi.text import squeeze

kind: Kind = "rank"
metrics = (
    "ranking.ndcg_at_10", "ranking.recall_at_10", "ranking.hit_at_10", "ranking.recall_at_50", "ranking.mrr",
)  # fmt: skip
models = (
    "rec-popular", "rec-item-knn", "rec-ease", "rec-als", "rec-bpr", "rec-content", "rec-text", "rec-friends",
    "rec-people", "rec-sequence", "rec-blend",
)  # fmt: skip
learns_from = "events"
tables = ("items", "users", "links", "impressions")
"""What `[define] tables` may name beside the log: a row per item, per person, per friendship, and per thing shown."""
MAX_ID = 200


@record
class Row:
    user: str
    item: str
    time: str = ""
    """Seconds since 1970, or a date as 2026-01-31 or 2026-01-31T09:30; without it, the order of the rows is taken."""
    kind: str = ""
    """What was done: `view`, `buy`; the option `kinds` says what each counts."""
    weight: str = ""
    """How much it counts: a rating, a number of plays."""


@record
class Request:
    user: str = ""
    """Who comes. What the log says of them is taken as what they had; may be left out for a new visitor."""
    items: tuple[str, ...] | None = None
    """What they had, oldest first, in the place of what is remembered."""
    session: tuple[str, ...] = ()
    """What they looked at just now, oldest first, after all that."""
    about: dict[str, str | float] | None = None
    """What is known of the visitor, by columns of the table of users; it goes before what that table says."""
    context: dict[str, str | float] | None = None
    """What is so at the moment, by the columns that the option `context` names: device, campaign, time of the day."""
    k: int = 10
    """How many items to recommend, 1 to 100."""
    exclude: tuple[str, ...] = ()
    """Items not to show."""
    less_like: tuple[str, ...] = ()
    """Items of which the visitor wants less: they, and what is like them, move down."""
    only: tuple[str, ...] | None = None
    """Choose among these items alone."""
    categories: tuple[str, ...] = ()
    """Choose among these categories alone."""
    min_price: float | None = None
    max_price: float | None = None
    in_stock: bool = True
    """Leave out what the item table says is out of stock."""
    again: bool | None = None
    """Whether to show what they had already; left out, what the option `again` says."""
    at: int | None = None
    """The moment, in seconds since 1970, for items that live for days; left out, now."""
    diversity: float = 0.0
    """0 for the best items, up to 1 for the least alike."""
    explore: float | None = None
    """The share of places that chance fills; left out, what the option `explore` says."""


@record
class Item:
    id: str
    score: float
    """Only the order counts: scores of different visitors do not compare."""
    title: str = ""
    because: str = ""
    """together: often goes with `via`; friends: friends have it; reads: its words and columns are like
    those of `via`; alike: is of the category of `via`; people: who has `shared` in common with the visitor has it more
    often than others; moment: it is taken more often where `shared` is so; taste: fits what the visitor had; popular:
    nothing is known of them; chance: shown to learn whether it is liked."""
    via: tuple[str, ...] = ()
    shared: dict[str, str] = field(default_factory=dict)
    """The column and the value that the reason is about."""
    propensity: float = 1.0
    """How likely a place of the list, chosen evenly, was to hold this item: what off-policy estimates divide by."""


@record
class Response:
    items: tuple[Item, ...]
    """Best first. Fewer than asked for where the filters leave no more."""


@record
class Options:
    split: Literal["time", "leave-one-out"] = "time"
    """Examine on what happened last ("time"), or on the last event of each user ("leave-one-out")."""
    kinds: dict[str, float] = field(default_factory=dict)
    """What each kind of event counts; others are left out. Empty, every event counts 1."""
    min_weight: float | None = None
    """Events of less weight are left out: a rating of 2 stars is no recommendation."""
    again: bool = False
    """Whether to recommend what somebody already had, as with groceries."""
    k: int = 10
    """How many items to recommend where a request does not say."""
    lives_days: float | None = None
    """So many days after the time in its column `published` an item is recommended no more; before it, neither."""
    min_together: int = 5
    """Tell "often bought with", and learn of a value of the table of users, only where so many people share it: fewer
    might be known by it."""
    item_columns: dict[str, str] = field(default_factory=dict)
    """Our name = your name, in the item table: item, title, text, category, price, stock, published, and any other."""
    user_columns: dict[str, str] = field(default_factory=dict)
    """Our name = your name, in the table of users: user, and any other."""
    about: tuple[str, ...] = ()
    """The columns of the table of users that may be used, and that a request may say; left out, all of them."""
    context: tuple[str, ...] = ()
    """Columns of the log that say what was so at the event, and is known when somebody asks: device, time of day."""
    link_columns: dict[str, str] = field(default_factory=dict)
    """Our name = your name, in the table of links: user, friend."""
    fair: str | None = None
    """A column of the item table by whose groups exposure is measured, as `seller`."""
    exposure: dict[str, dict[str, float]] = field(default_factory=dict)
    """The least share of exposure in every list: column = { value = share }, as seller = { "small workshop" = 0.3 }."""
    newcomers: float = 0.0
    """The least share of exposure of items that nobody touched yet; `rec-content` and `rec-text` know which fit."""
    explore: float = 0.0
    """The share of places that chance fills, with items among the best hundred, to learn whether they are liked."""


def to_examples(rows: Iterable[Row], options: Options) -> Iterator[Example | Reject]:
    """Yield the questions of dev and test. It needs to see the whole log, and sets their parts itself."""
    from luodi.train import logs  # loads numpy, which a list of tasks can do without

    gatherer = logs.Gatherer()
    for n, row in enumerate(rows, start=1):
        taken = logs.take(gatherer, asdict(row), n, kinds=options.kinds, min_weight=options.min_weight)
        if taken is not None:
            yield Reject(reason=taken)
    parts = logs.cut(gatherer.events(), options.split, dev=0.1, test=0.2, again=options.again)
    for part, questions in (("dev", parts.dev), ("test", parts.test)):
        for one in questions:
            request = Request(user=parts.log.users[one.user], items=logs.names(parts.log, one.history))
            yield Example(request=request, y=frozenset(logs.names(parts.log, one.gold)), part=part)  # type: ignore[arg-type]


def clean(request: Request, options: Options) -> Request | Reject:
    user = squeeze(request.user, MAX_ID)
    if not 1 <= request.k <= 100:
        return Reject(reason="k lies between 1 and 100")
    if not 0 <= request.diversity <= 1:
        return Reject(reason="diversity lies between 0 and 1")
    if request.explore is not None and not 0 <= request.explore <= 1:
        return Reject(reason="explore lies between 0 and 1")
    for name, said, known in (
        ("about", request.about or {}, options.about),
        ("context", request.context or {}, options.context),
    ):
        unknown = _unknown(name, said, known)
        if unknown is not None:
            return Reject(reason=unknown)
    if user == request.user:
        return request
    return Request(**{**_fields(request), "user": user})


def to_x(request: Request, options: Options) -> dict[str, Any]:
    x = _fields(request)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in x.items()}


def to_response(request: Request, prediction: Sequence[Hit], options: Options) -> Response:
    return Response(items=tuple(Item(**one) for one in prediction))


def settle(options: Options, tables: Mapping[str, Iterable[tuple[str, Mapping[str, Any]]]]) -> Options:
    """Return the options with the columns of the table of users that a request may say."""
    if options.about or "users" not in tables:
        return options
    user = options.user_columns.get("user", "user")
    ours = {theirs: name for name, theirs in options.user_columns.items()}
    _, first = next(iter(tables["users"]), ("", dict[str, Any]()))
    return replace(options, about=tuple(ours.get(one, one) for one in first if one != user))


def to_keep(response: dict[str, Any]) -> dict[str, Any]:
    """Return of a response what the ledger keeps: what was shown in which place, and how likely that was."""
    kept = ("id", "score", "because", "propensity")
    return {"items": [{name: one[name] for name in kept} for one in response["items"]]}


def _unknown(name: str, said: Collection[str], known: Collection[str]) -> str | None:
    """Say which column a request names that is none."""
    for one in said:
        if one not in known:
            there = ", ".join(known)
            return f"no column of {name} is called {squeeze(one, MAX_ID)!r}: " + (
                f"there are {there}" if there else "the scenario has none"
            )
    return None


def _fields(request: Request) -> dict[str, Any]:
    return {name: getattr(request, name) for name in Request.__dataclass_fields__}
