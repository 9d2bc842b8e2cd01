"""A large model behind an OpenAI-compatible endpoint, asked with a prompt; only where `[select] remote` names one.

It learns nothing: training rows become labels, or the length of what people wrote, and a few examples in the prompt.
What the endpoint offers (a schema for answers, log probabilities) is found out by one question and then kept to.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from luodi.contracts import Facts, Kind, Recipe
from luodi.errors import SetupError
from luodi.runtime import offers as offered
from luodi.runtime.asking import RefusedError
from luodi.runtime.endpoint import Endpoint, host_of, is_here
from luodi.runtime.engine_remote import Remote
from luodi.runtime.engine_remote_text import RemoteText
from luodi.runtime.prompt import Prompt, choose
from luodi.runtime.prompt_text import Writing
from luodi.runtime.session import read_about
from luodi.train.answers import labels_of

JOURNAL = "answers.jsonl"
Pairs = Sequence[tuple[Any, Any]]
Make = Callable[[dict[str, Any]], Any]
"""What an endpoint offers to a model that asks for that."""


class RemoteModel:
    """A prompt made of training rows."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag", "generate")
    license: ClassVar[str] = "the provider's terms"
    plain: ClassVar[bool] = False

    def __init__(self, inner: Remote | RemoteText | None = None) -> None:
        self.inner = inner

    def fit(self, train: Pairs, dev: Pairs, *, recipe: Recipe, work: Path) -> Facts:
        """Choose examples, and find out what the endpoint offers. Raises `SetupError` where it cannot be asked."""
        assert recipe.remote is not None, "an endpoint takes part where the scenario names one"
        endpoint = Endpoint(**recipe.remote)
        made = _writes if isinstance(train[0][0], Mapping) else _labels
        make, told = made(train, endpoint, recipe.seed)
        offers = _offers(make, endpoint, train[0][0])
        self.inner = make(offers)
        self.keep(work)
        return {
            "asks": endpoint.model,
            "host": host_of(endpoint.url),
            "here": is_here(endpoint.url),
            "unmasked": endpoint.unmasked,
            "prompt": self.inner.prompt.version,
            "examples": len(self.inner.prompt.examples),
            "scores": _scores_by(endpoint, offers, told),
            "offers": offers,
        }

    def keep(self, work: Path) -> None:
        """Note answers in a folder that outlives a crash, and take those that are there."""
        assert self.inner, "fit or load first"
        self.inner.keep(work / JOURNAL)

    def predict(self, xs: Sequence[Any]) -> list[Any]:
        assert self.inner, "fit or load first"
        return list(self.inner.predict(xs))

    def save(self, folder: Path) -> None:
        assert self.inner, "fit or load first"
        self.inner.save(folder)

    export = save

    @classmethod
    def load(cls, folder: Path) -> Self:
        engine = RemoteText if read_about(folder)["engine"] == "engine_remote_text" else Remote
        return cls(engine.load(folder, patient=True))


def _labels(train: Pairs, endpoint: Endpoint, seed: int) -> tuple[Make, str]:
    """Return what makes a model that gives labels, and how it says how sure it is where samples are asked for."""
    kind, labels = labels_of([y for _, y in train])
    strange = sorted(endpoint.descriptions.keys() - set(labels))
    if strange:
        raise SetupError(f"a description is of no label: {strange[0]!r}", where="[select] remote",
                         fix="describe labels of the training data")  # fmt: skip
    examples = choose(train, labels, endpoint.examples, order=lambda pair: _place(seed, pair[0]))
    prompt = Prompt(kind=kind, labels=tuple(labels), descriptions=endpoint.descriptions, examples=examples)
    n = {label: sum(label == y if kind == "classify" else label in y for _, y in train) for label in labels}
    prior = {label: count / len(train) for label, count in n.items()}
    return lambda offers: Remote(prompt, endpoint, prior, offers, patient=True), "shares of {} answers"


def _writes(train: Pairs, endpoint: Endpoint, seed: int) -> tuple[Make, str]:
    """Return the same for a model that writes texts: short ones before long ones are its examples."""
    if endpoint.descriptions:
        raise SetupError("there are no labels to describe", where="[select] remote", fix="leave out descriptions")
    middle = sorted(len(x["text"]) for x, _ in train)[len(train) // 2]
    ordered = sorted(train, key=lambda pair: (len(pair[0]["text"]) > middle, _place(seed, pair[0]["text"])))
    shown = [(x, min(ys)) for x, ys in ordered[: endpoint.examples]]
    prompt = Writing.of(train, shown)
    return lambda offers: RemoteText(prompt, endpoint, offers, patient=True), "likeness of {} answers"


def _offers(make: Make, endpoint: Endpoint, x: Any) -> dict[str, Any]:
    """Ask once; of what the endpoint refuses, ask for less."""
    offers: dict[str, Any] = offered.ALL | ({"logprobs": False} if endpoint.samples > 1 else {})
    for _ in range(8):
        asked = make(offers)
        try:
            reply = asked.ask(x)
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


def _scores_by(endpoint: Endpoint, offers: dict[str, Any], of_samples: str) -> str:
    if endpoint.samples > 1:
        return of_samples.format(endpoint.samples)
    return "log probabilities" if offers["logprobs"] else "a constant"


def _place(seed: int, text: str) -> str:
    return hashlib.sha256(f"{seed}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


MODEL = RemoteModel
