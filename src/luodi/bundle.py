"""A bundle: the folder of the last step, opened, checked, and answering requests in this process."""

import dataclasses
import difflib
import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import luodi
from luodi import registry
from luodi.contracts import Reject, Scores
from luodi.data.wash import Washer
from luodi.errors import LuodiError, SetupError
from luodi.metrics import calibration
from luodi.runtime.marked import Said
from luodi.runtime.session import open_session
from luodi.store import MANIFEST, MEASURED, digest_file, read_json, read_lines, write_json, write_lines, write_text
from luodi.text import squeezed

ABOUT, MODEL, EXAMPLES, CARD = "bundle.json", "model", "examples.jsonl", "card.md"
NEEDED = frozenset({"scenario", "task", "options", "temperature", "threshold", "promise", "files"})
UNLISTED = frozenset({ABOUT, MANIFEST, MEASURED})  # the list itself, and the two records that the store adds
RENEW = "luodi run makes a fresh bundle"
READS_ALIKE = 0.6
"""The share of characters, in order, by which two texts count as one answer that was rounded otherwise."""


class Bundle:
    """A model with its task, options, temperature and threshold: all that is needed to answer requests.

    The model itself is opened when it is first asked, so that whoever has it in another process holds it once.
    """

    def __init__(self, path: Path, about: Mapping[str, Any], examples: Sequence[Mapping[str, Any]] = ()) -> None:
        self.path, self.about, self.examples = path, about, tuple(examples)
        self.task = registry.task(about["task"])
        self.options = _options(self.task, about["options"], path)
        washing = about.get("wash") or {}
        self.washer = Washer(
            washing.get("clean"), washing.get("personal", "keep"), washing.get("lines", ()), washing.get("kinds", ())
        )
        self.patience_seconds = float(about.get("patience_seconds", 0))
        self.whole = bool(about.get("whole"))  # it is asked for whole texts, since each question costs
        self.max_batch, self.max_wait_ms = int(about.get("max_batch", 32)), float(about.get("max_wait_ms", 5))

    @cached_property
    def session(self) -> Any:
        """The exported model, open. Raises `SetupError` where it cannot be."""
        return open_session(self.path / MODEL)

    def answer(self, requests: Sequence[Any]) -> list[Any]:
        """Return for each request, in order, the task's `Response`, or a `Reject` with its reason."""
        cleaned = [self.clean(request) for request in requests]
        asked = [request for request in cleaned if not isinstance(request, Reject)]
        answers = iter(self.scores([self.task.to_x(request, self.options) for request in asked]))
        return [one if isinstance(one, Reject) else self.respond(one, next(answers)) for one in cleaned]

    def clean(self, request: Any) -> Any:
        """Return the request as the model's training data was cleaned, or a `Reject` with its reason."""
        return self.task.clean(self.washer.wash(request), self.options)

    def cuts(self, request: Any, cleaned: Any) -> bool:
        """Say whether cleaning has cut a text off, because the task takes only so many characters."""
        most = getattr(self.options, "max_characters", None)
        if getattr(self.task, "verbatim", False):  # what is too long is refused there
            return False
        if most is None or all(len(one) < most - 1 for one in _texts(cleaned)):  # white space at the cut is stripped
            return False
        return any(len(squeezed(one)) > most for one in _texts(self.washer.wash(request)))

    def scores(self, xs: Sequence[Any]) -> list[Any]:
        """Return the calibrated probabilities of each x, in order. Raises `SetupError` if one is no number."""
        return [one.scores for one in self.marked_scores(xs)]

    def marked_scores(self, xs: Sequence[Any]) -> list[Said]:
        """Return the scores of each x, whether the model saw only the beginning of it, and a network's vector."""
        if not xs:
            return []
        marked = getattr(self.session, "predict_marked", None)
        made: list[Said] = marked(xs) if marked is not None else list(map(Said, self.session.predict(xs)))
        assert len(made) == len(xs)
        if self.task.kind == "rank":
            return made
        temperature = float(self.about["temperature"])
        made = [one._replace(scores=calibration.sharpen(self.task.kind, one.scores, temperature)) for one in made]
        if not all(math.isfinite(p) for one in made for p in _probabilities(one.scores)):
            raise SetupError("the model answers with something that is no number", where=str(self.path), fix=RENEW)
        return made

    def respond(self, request: Any, scores: Scores) -> Any:
        """Return the response to a cleaned request, marked where a person should look."""
        response = self.task.to_response(request, scores, self.options)
        if self.task.kind == "rank":
            return response
        # a draft names what its model found; a task may find more, when it holds the text against its source
        failed = self.task.kind == "generate" and bool(getattr(response, "flags", ()))
        return dataclasses.replace(response, handed_over=failed or self.hands_over(scores))

    def hands_over(self, scores: Scores) -> bool:
        """Say whether a person should look: never without a promise, always where none could be made.

        A text that was written and failed a check is always looked at.
        """
        if self.task.kind == "generate" and scores.get("flags"):
            return True
        if self.about["promise"] is None:
            return False
        threshold = self.about["threshold"]
        return threshold is None or calibration.confidence(self.task.kind, scores) < float(threshold)

    def replay(self, tolerance: float = 0.02) -> None:
        """Answer the bundled examples again. Raises `SetupError` if a label differs, or a score by more than this."""
        self.compare(self.answer(self.example_requests()), tolerance)

    def example_requests(self) -> list[Any]:
        """Return the bundled examples' requests."""
        return [self.task.Request(**_tupled(line["request"])) for line in self.examples]

    def compare(self, answers: Sequence[Any], tolerance: float = 0.02) -> None:
        """Compare answers with those of the examples. Raises `SetupError` where one differs by more than this."""
        for n, (line, answer) in enumerate(zip(self.examples, answers, strict=True), start=1):
            got = asdict(answer)
            for name, expected in line["response"].items():
                same = _reads_alike if self.task.kind == "generate" else _alike
                if name != "handed_over" and not same(expected, got.get(name), tolerance):
                    raise SetupError(
                        f"the bundle answers differently than when it was made: {name!r} of example {n}",
                        where=str(self.path / EXAMPLES),
                        fix=RENEW,
                    )


def open_bundle(path: Path, *, check: bool = True) -> Bundle:
    """Open a bundle and its model. Raises `SetupError` where it is none, or where any file has changed."""
    bundle = read_bundle(path, check=check)
    with _telling(path):
        assert bundle.session
    return bundle


def newest(home: Path) -> Path | None:
    """Return the bundle that was made or changed last below the home of a scenario."""
    found = sorted(home.glob(f"deploy/*/{ABOUT}"), key=lambda file: (file.stat().st_mtime, str(file)))
    return found[-1].parent if found else None


def read_bundle(path: Path, *, check: bool = True) -> Bundle:
    """Read all of a bundle but its model. Raises `SetupError` as `open_bundle` does."""
    try:
        about = read_json(path / ABOUT)
    except (OSError, ValueError):
        raise SetupError("this folder holds no bundle", where=str(path), fix=RENEW) from None
    missing = NEEDED - set(about) if isinstance(about, dict) else NEEDED
    if missing:
        raise SetupError(f"{ABOUT} lacks {', '.join(sorted(missing))}", where=str(path / ABOUT), fix=RENEW)
    if check:
        _check(path, about["files"])
    with _telling(path):
        examples = list(read_lines(path / EXAMPLES))
        bundle = Bundle(path, about, examples)
    if not examples:
        raise SetupError("the bundle holds no example to try itself on", where=str(path / EXAMPLES), fix=RENEW)
    return bundle


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except LuodiError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SetupError(f"the bundle cannot be opened: {error}", where=str(path), fix=RENEW) from error


def write_bundle(folder: Path, *, requests: Sequence[Any], card: str, **values: Any) -> Bundle:
    """Complete a folder that holds `model/`: examples with their answers, the card, and last `bundle.json`.

    `values` are the entries of `bundle.json`; `files` and `version` are filled in. Requests that the task
    rejects are left out of the examples; at least one has to stay.
    """
    about = {"version": luodi.__version__} | values
    assert not (NEEDED - {"files"}) - set(about), "bundle.json would be incomplete"
    bundle = Bundle(folder, about)
    answered = zip(requests, bundle.answer(requests), strict=True)
    good = [(one, got) for one, got in answered if not isinstance(got, Reject)]
    examples = [{"request": asdict(one), "response": asdict(got)} for one, got in good]
    assert examples, "a bundle needs an example"
    write_lines(folder / EXAMPLES, examples)
    write_text(folder / CARD, card)
    write_json(folder / ABOUT, about | {"files": {}})
    reseal(folder)
    return open_bundle(folder, check=False)


def reseal(folder: Path) -> None:
    """Note the files of a bundle as they are now."""
    files = {name: digest_file(folder / name) for name in _names(folder)}
    write_json(folder / ABOUT, read_json(folder / ABOUT) | {"files": files})


def repack(bundle: Bundle, folder: Path, save: Callable[[Path], None]) -> Bundle:
    """Write a bundle like another one, with the model that `save` leaves in a folder; examples are answered anew."""
    (folder / MODEL).mkdir(parents=True)
    save(folder / MODEL)
    requests = bundle.example_requests()
    card = (bundle.path / CARD).read_text(encoding="utf-8")
    values = {key: value for key, value in bundle.about.items() if key not in {"files", "version"}}
    return write_bundle(folder, requests=requests, card=card, **values)


def _probabilities(scores: Any) -> Iterable[float]:
    if isinstance(scores, dict):
        return (scores["score"],) if "text" in scores else scores.values()
    return (one["score"] for one in scores)


def _texts(request: Any) -> list[str]:
    return [one for field in dataclasses.fields(request) if isinstance(one := getattr(request, field.name), str)]


def _tupled(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request's fields as they were before JSON made lists of tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in request.items()}


def _options(task: Any, values: Mapping[str, Any], path: Path) -> Any:
    try:
        return task.Options(**values)
    except TypeError as error:
        raise SetupError(f"the bundle's options do not fit its task: {error}", where=str(path), fix=RENEW) from None


def _check(folder: Path, files: Any) -> None:
    if not isinstance(files, dict):
        raise SetupError(f"{ABOUT} lists no files", where=str(folder / ABOUT), fix=RENEW)
    found, listed = set(_names(folder)), set(files)
    for name in sorted(listed - found):
        raise SetupError(f"the bundle's file {name!r} is missing", where=str(folder), fix=RENEW)
    for name in sorted(found - listed):
        raise SetupError(f"the file {name!r} is not part of the bundle", where=str(folder), fix=RENEW)
    for name in sorted(found):
        if digest_file(folder / name) != files[name]:
            raise SetupError(f"the bundle's file {name!r} has changed", where=str(folder), fix=RENEW)


def _names(folder: Path) -> Iterator[str]:
    """Yield the relative path of every file that the list covers; a link or a device is refused, never followed."""
    for root, folders, files in os.walk(folder):
        for one in (Path(root) / name for name in (*folders, *files)):
            name = one.relative_to(folder).as_posix()
            if one.is_symlink() or not (one.is_file() or one.is_dir()):
                raise SetupError(f"{name!r} is not a plain file", where=str(folder), fix=RENEW)
            if one.is_file() and name not in UNLISTED:
                yield name


def _reads_alike(expected: Any, got: Any, tolerance: float) -> bool:
    """Compare what was written: on another processor a word may be another one where two are nearly as likely."""
    if isinstance(expected, str) and isinstance(got, str):
        return difflib.SequenceMatcher(None, expected, got, autojunk=False).ratio() >= READS_ALIKE
    return isinstance(expected, list | tuple | bool) or _alike(expected, got, 10 * tolerance)


def _alike(expected: Any, got: Any, tolerance: float) -> bool:
    """Compare two JSON values: numbers within the tolerance, lists of labels in any order, the rest exactly."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(_alike(expected[key], got[key], tolerance) for key in expected)
    if isinstance(expected, list) and isinstance(got, list | tuple) and expected and "score" in expected[0]:
        # A ranking: of two items with nearly one score, another machine may put the other one first.
        pairs = zip(expected, got, strict=True) if len(expected) == len(got) else ()
        near = [abs(a["score"] - b["score"]) <= tolerance * max(1.0, abs(a["score"])) for a, b in pairs]
        return bool(near) and all(near)
    if isinstance(expected, list) and isinstance(got, list | tuple):
        return sorted(map(json.dumps, expected)) == sorted(map(json.dumps, got))
    if isinstance(expected, float) and isinstance(got, float | int):
        return abs(expected - got) <= tolerance
    return bool(expected == got)
