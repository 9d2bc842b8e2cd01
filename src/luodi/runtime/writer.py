"""A language model that writes answers out of found passages; of what it writes, only what can be checked is kept."""

from collections.abc import Sequence
from typing import Any

from luodi.contracts import record
from luodi.errors import SetupError
from luodi.runtime import citing, offers
from luodi.runtime.asking import Asker, RefusedError
from luodi.runtime.caller import Caller
from luodi.runtime.endpoint import Endpoint
from luodi.runtime.prompt import OutsideError, repair

TRIES = 2


@record
class Draft:
    """What became of one question."""

    sentences: tuple[citing.Cited, ...] = ()
    left_out: int = 0
    """So many more sentences were written, and nothing in the passages holds them up."""
    fault: str = ""
    """Why nothing was written, where that was no decision of the model's."""


class Writer:
    """Asks an endpoint for answers with citations. Any thread may ask."""

    def __init__(self, endpoint: Endpoint, *, patient: bool = False) -> None:
        self.endpoint = endpoint
        self.asker = Asker(endpoint, patient=patient)
        self.caller = Caller(self.asker)
        self.offers: dict[str, Any] = offers.ALL | {"logprobs": False}

    def write(self, question: str, passages: Sequence[str]) -> Draft:
        """Return the sentences that the passages hold up. Whatever goes wrong is said in the draft."""
        if not passages:
            return Draft()
        try:
            claims = self.caller.run(self._ask(question, passages))
        except (SetupError, RefusedError, OutsideError) as error:
            return Draft(fault=getattr(error, "what", str(error)))
        found = [citing.check(one, passages) for one in claims]
        kept = tuple(one for one in found if one is not None)
        return Draft(sentences=kept, left_out=len(found) - len(kept))

    def close(self) -> None:
        """Close all connections."""
        self.caller.close()

    async def _ask(self, question: str, passages: Sequence[str]) -> list[citing.Claim]:
        """Ask; of what the endpoint refuses, ask for less; where the answer is none, ask once more."""
        told, fault = citing.messages(question, passages), OutsideError("no answer")
        for _ in range(TRIES):
            content = await self._said(told)
            try:
                return citing.read(content, len(passages))
            except OutsideError as error:
                fault, told = error, [*told, *repair(content, str(error))]
        raise fault

    async def _said(self, told: list[dict[str, str]]) -> str:
        while True:
            asked = offers.question(
                told, self.offers, dict(citing.SCHEMA), max_tokens=citing.MAX_TOKENS, temperature=0.0
            )
            try:
                return (await self.asker.ask(asked)).content
            except RefusedError as error:
                weaker = offers.weakened(self.offers, error.message)
                if error.status not in offers.RETRIED or weaker is None:
                    raise
                self.offers = weaker
