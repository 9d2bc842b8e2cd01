"""`POST /feedback`: was an answer right, and if not, what would have been; of a list, what was taken."""

from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response

from luodi.contracts import record
from luodi.ledger import feedback
from luodi.ledger.feedback import Opinion, OtherBodyError, UnknownRequestError
from luodi.ledger.ids import is_id
from luodi.ledger.notes import redacted
from luodi.serve.bodies import read_as, takes
from luodi.serve.problems import ProblemError
from luodi.serve.routes import PREFIX, Route
from luodi.serve.routes_predict import as_json
from luodi.serve.service import Service

MAX_LABEL, MAX_COMMENT, MAX_KEY = 200, 2_000, 200
HEADER = "idempotency-key"


@record
class Feedback:
    """What a user says about an answer: whether it was right, the label that would have been, or the item taken."""

    id: str
    """Of the answer."""
    right: bool | None = None
    label: str | None = None
    item: str | None = None
    """Of a recommendation: what the visitor took after it, shown or not."""
    kind: str = ""
    """Of an item: what was done, as the option `kinds` names it."""
    comment: str = ""


async def take(service: Service, http: Request) -> Response:
    """Keep feedback, once, and say so when it is on the disk."""
    endpoint = service.endpoint(http)
    once = http.headers.get(HEADER, "")
    if not (once.isascii() and once.isprintable() and 0 < len(once) <= MAX_KEY):
        fix = f"send the header Idempotency-Key with 1 to {MAX_KEY} characters of your own, the same at every new try"
        raise ProblemError(400, "feedback needs an idempotency key", fix=fix)
    said = await read_as(Feedback, service, http)
    if said.item is not None and endpoint.bundle.task.kind != "rank":
        raise ProblemError(400, "this scenario shows no items", fix='send either "right" or "label"')
    opinion = _opinion(said, endpoint.record)
    known = service.ledger.scenario_of(said.id) == endpoint.name

    async def add() -> tuple[str, bool]:
        return await service.ledger.write(
            lambda connection: feedback.add(
                connection,
                opinion,
                scenario=endpoint.name,
                key_id=http.state.caller.key,
                idempotency_key=once,
                known=known,
            )
        )

    try:
        try:
            made, new = await add()
        except IntegrityError:  # another process on the same database was a moment faster with the same key
            made, new = await add()
    except UnknownRequestError:
        raise ProblemError(404, "there is no answer of this id", fix="send the id that came with the answer") from None
    except OtherBodyError:
        fix = "make a new key for each feedback"
        raise ProblemError(409, "this idempotency key came with another body before", fix=fix) from None
    return as_json({"id": made}, 201 if new else 200)


def _opinion(said: Feedback, keep: str) -> Opinion:
    if sum(one is not None for one in (said.right, said.label, said.item)) != 1:
        fix = 'send one of "right", "label", or of a list, "item"'
        raise ProblemError(400, "this says nothing, or two things", fix=fix)
    if said.kind and said.item is None:
        raise ProblemError(400, "a kind belongs to an item", fix='send "item" with it')
    label = said.label if said.item is None else said.item
    if max(len(label or ""), len(said.kind)) > MAX_LABEL or len(said.comment) > MAX_COMMENT:
        fix = f"a label has up to {MAX_LABEL} characters, a comment up to {MAX_COMMENT:,}"
        raise ProblemError(400, "this is too long", fix=fix)
    if not is_id(said.id):
        raise ProblemError(404, "there is no answer of this id", fix="send the id that came with the answer")
    if said.item is not None:  # ids and words of the scenario's own; an item stands for the label, its kind beside it
        return Opinion(request_id=said.id, right=None, label=said.item, comment=said.kind)
    comment = {"full": said.comment, "none": ""}.get(keep)
    return Opinion(
        request_id=said.id,
        right=said.right,
        label=label if keep == "full" or label is None else redacted(label),
        comment=redacted(said.comment) if comment is None else comment,
    )


ROUTES = (
    Route(
        method="POST",
        path=PREFIX + "/feedback",
        scope="feedback",
        handler=take,
        about="Say whether an answer was right, which label would have been, or which item was taken.",
        answers=takes(
            Feedback,
            example={"id": "01k0000000000000000000000z", "label": "refund"},
            headers={"Idempotency-Key": "Of your own making, the same at every new try."},
            answers={
                "201": "It is on the disk.",
                "200": "It was there before; nothing changed.",
                "409": "The key came with another body before.",
            },
        ),
    ),
)
