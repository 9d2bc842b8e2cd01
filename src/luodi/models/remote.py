"""A large model behind an OpenAI-compatible endpoint, asked with a prompt; only where `[select] remote` names one.

It learns nothing: training rows become labels and a few examples in the prompt. What the endpoint offers (a schema for
answers, log probabilities) is found out by one question and then kept to.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from luodi.contracts import Facts, Kind, Recipe, Scores
from luodi.errors import SetupError
from luodi.runtime import offers as offered
from luodi.runtime.asking import RefusedError
from luodi.runtime.endpoint import Endpoint, host_of, is_here
from luodi.runtime.engine_remote import Remote
from luodi.runtime.prompt import Prompt, choose
from luodi.train.answers import labels_of

JOURNAL = "answers.jsonl"


class RemoteModel:
    """A prompt made of training rows."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag")
    license: ClassVar[str] = "the provider's terms"
    plain: ClassVar[bool] = False

    def __init__(self, inner: Remote | None = None) -> None:
        self.inner = inner

    def fit(
        self, train: Sequence[tuple[str, Any]], dev: Sequence[tuple[str, Any]], *, recipe: Recipe, work: Path
    ) -> Facts:
        """Choose examples, and find out what the endpoint offers. Raises `SetupError` where it cannot be asked."""
        assert recipe.remote is not None, "an endpoint takes part where the scenario names one"
        endpoint = Endpoint(**recipe.remote)
        kind, labels = labels_of([y for _, y in train])
        strange = sorted(endpoint.descriptions.keys() - set(labels))
        if strange:
            raise SetupError(f"a description is of no label: {strange[0]!r}", where="[select] remote",
                             fix="describe labels of the training data")  # fmt: skip
        examples = choose(train, labels, endpoint.examples, order=lambda pair: _place(recipe.seed, pair[0]))
        prompt = Prompt(kind=kind, labels=tuple(labels), descriptions=endpoint.descriptions, examples=examples)
        n = {label: sum(label == y if kind == "classify" else label in y for _, y in train) for label in labels}
        prior = {label: count / len(train) for label, count in n.items()}
        offers = self._offers(prompt, endpoint, prior, train[0][0])
        self.inner = Remote(prompt, endpoint, prior, offers, patient=True)
        self.keep(work)
        return {
            "asks": endpoint.model,
            "host": host_of(endpoint.url),
            "here": is_here(endpoint.url),
            "unmasked": endpoint.unmasked,
            "prompt": prompt.version,
            "examples": len(examples),
            "scores": _scores_by(endpoint, offers),
            "offers": offers,
        }

    def _offers(self, prompt: Prompt, endpoint: Endpoint, prior: Scores, text: str) -> dict[str, Any]:
        """Ask once; of what the endpoint refuses, ask for less."""
        offers: dict[str, Any] = offered.ALL | ({"logprobs": False} if endpoint.samples > 1 else {})
        for _ in range(8):
            asked = Remote(prompt, endpoint, prior, offers, patient=True)
            try:
                reply = asked.ask(text)
            except RefusedError as error:
                weaker = offered.weakened(offers, error.message)
                if error.status not in offered.RETRIED or weaker is None:
                    what = f"{endpoint.model} refuses the simplest question (status {error.status})"
                    raise SetupError(what, where=host_of(endpoint.url), fix="is it a chat model?") from None
                offers = weaker
            else:
                return offers | {"logprobs": offers["logprobs"] and bool(reply.logprobs)}
            finally:
                asked.close()
        raise AssertionError("every refusal takes something away")

    def keep(self, work: Path) -> None:
        """Note answers in a folder that outlives a crash, and take those that are there."""
        assert self.inner, "fit or load first"
        self.inner.keep(work / JOURNAL)

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        assert self.inner, "fit or load first"
        return self.inner.predict(xs)

    def save(self, folder: Path) -> None:
        assert self.inner, "fit or load first"
        self.inner.save(folder)

    export = save

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(Remote.load(folder, patient=True))


def _scores_by(endpoint: Endpoint, offers: dict[str, Any]) -> str:
    if endpoint.samples > 1:
        return f"shares of {endpoint.samples} answers"
    return "log probabilities" if offers["logprobs"] else "a constant"


def _place(seed: int, text: str) -> str:
    return hashlib.sha256(f"{seed}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


MODEL = RemoteModel
