"""Documents come, change and go while a search is in use: its index follows, without learning anything anew.

What goes, goes everywhere: from the bundle and from all that a run has kept. Of a removed document no file holds a word
or a vector afterwards; a service that has the bundle open lets go of it when it starts again.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from luodi import bundle
from luodi.bundle import Bundle, open_bundle
from luodi.contracts import Reject, record
from luodi.data import chunks, papers
from luodi.errors import DataError, did_you_mean
from luodi.runtime.engine_search import INDEX, Searcher
from luodi.runtime.index import FILE, Index
from luodi.runtime.segment import Paper
from luodi.scenario import load
from luodi.steps.prepare_documents import DOCUMENTS, document_of
from luodi.store import MANIFEST, Store, digest_file, read_json, read_lines, write_json, write_lines

REPORT = "report.html"


@record
class Changes:
    """What became of an index."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    rejected: tuple[tuple[str, str], ...] = ()
    """Files that could not be read, with the reason."""
    passages: int = 0
    """How many the index has now."""


def newest(scenario: Path) -> tuple[Path, Path | None]:
    """Return the bundle that a scenario's last run made, and its home; or the bundle itself, which has none.

    A bundle is good for its index even where the documents have changed since, which is when it is wanted most.
    """
    if (scenario / bundle.ABOUT).is_file():
        return scenario, None
    home = load(scenario).home
    found = bundle.newest(home)
    if found is None:
        raise DataError("this scenario has no bundle yet", where=str(scenario), fix=f"luodi run {scenario}")
    return found, home


def add(path: Path, names: Sequence[Path]) -> Changes:
    """Add documents, or folders of them, to the bundle at `path`; what it has in another version is replaced."""
    return _change(path, list(_found(names)), gone=lambda index, wanted: frozenset())


def sync(path: Path, folder: Path, home: Path | None) -> Changes:
    """Make the index of a bundle hold what a folder holds: new files come, changed ones are replaced, others go."""
    wanted = list(_found([folder]))

    def gone(index: Index, names: frozenset[str]) -> frozenset[str]:
        return frozenset(index.documents.keys() - names)

    made = _change(path, wanted, gone=gone)
    if home and made.removed:
        _purge(home, frozenset(made.removed), besides=path)
    return made


def remove(path: Path, names: Sequence[str], home: Path | None) -> Changes:
    """Remove documents from the bundle, and from all that is kept in `home`. Raises `DataError` for an unknown one."""
    known = _searcher(open_bundle(path)).index.documents
    ids = [_known(one, known) for one in names]
    made = _change(path, [], gone=lambda index, wanted: frozenset(ids))
    if home:
        _purge(home, frozenset(ids), besides=path)
    return made


def _known(name: str, known: Iterable[str]) -> str:
    ids = list(known)
    if name in ids:
        return name
    ending = [one for one in ids if one.rpartition("/")[2] == name]
    if len(ending) != 1:
        raise DataError(f"no document is called {name!r}", where="the index", fix=did_you_mean(name, ids))
    return ending[0]


def _found(names: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Yield every document with the folder that its id is relative to."""
    for one in names:
        if one.is_dir():
            yield from ((cast(Path, source.path), one) for source in papers.expand(one, "."))
        else:
            yield cast(Path, papers.expand(one.parent, one.name)[0].path), one.parent


def _searcher(made: Bundle) -> Searcher:
    if not isinstance(made.session, Searcher):
        raise DataError("this scenario searches nothing", where=str(made.path), fix="index is for semantic-search")
    return made.session


def _change(
    path: Path, files: Sequence[tuple[Path, Path]], *, gone: Callable[[Index, frozenset[str]], frozenset[str]]
) -> Changes:
    """Change a copy of the bundle, and put it in the place of the bundle once it is whole."""
    _searcher(open_bundle(path))
    copy, old = path.with_name(path.name + ".partial"), path.with_name(path.name + ".old")
    for one in (copy, old):
        shutil.rmtree(one, ignore_errors=True)
    shutil.copytree(path, copy, copy_function=os.link)  # files are only ever replaced, so both can share them
    try:
        opened = open_bundle(copy, check=False)
        searcher = _searcher(opened)
        wanted, rejected = _new(files, searcher.index)
        names = frozenset(_id(*one) for one in files)
        removed = gone(searcher.index, names)
        before = frozenset(searcher.index.documents)
        if not wanted and not removed:
            return Changes(rejected=tuple(rejected), passages=len(searcher.index))
        searcher.index.remove(removed)
        made = list[str]()
        searcher.index.add(_papers(wanted, opened, rejected, made), searcher.reads())
        _answer_again(opened, removed)
        write_json(copy / bundle.ABOUT, read_json(copy / bundle.ABOUT) | {"indexed": time.time()})
        bundle.reseal(copy)
        if (copy / MANIFEST).is_file():
            Store(copy.parent.parent).reseal(copy)
        passages = len(searcher.index)
        path.rename(old)
        copy.rename(path)
    finally:
        for one in (copy, old):
            shutil.rmtree(one, ignore_errors=True)
    return Changes(
        added=tuple(one for one in made if one not in before),
        changed=tuple(one for one in made if one in before),
        removed=tuple(sorted(removed)),
        rejected=tuple(rejected),
        passages=passages,
    )


def _id(path: Path, base: Path) -> str:
    return path.resolve().relative_to(base.resolve()).as_posix()


def _new(files: Sequence[tuple[Path, Path]], index: Index) -> tuple[list[tuple[Path, Path]], list[tuple[str, str]]]:
    """Return the files that the index has not, or has otherwise."""
    known = {one.id: one.digest for one in index.documents.values()}
    return [one for one in files if known.get(_id(*one)) != digest_file(one[0])], []


def _papers(
    files: Sequence[tuple[Path, Path]], opened: Bundle, rejected: list[tuple[str, str]], made: list[str]
) -> Iterator[Paper]:
    for path, base in files:
        try:
            paper = papers.read(path)
        except DataError as error:
            rejected.append((str(path), error.what))
            continue
        passages = chunks.cut(paper, max_characters=opened.options.passage_characters)
        if not passages:
            rejected.append((str(path), "no text"))
            continue
        document = document_of(path, base=base, paper=paper)
        made.append(document.id)
        yield document, passages


def _answer_again(opened: Bundle, removed: frozenset[str]) -> None:
    """Answer the bundled examples anew: what they quoted may be gone."""
    kept = [one["request"] for one in opened.examples if not _quotes(one["response"]["hits"], removed)]
    requests = [opened.task.Request(**one) for one in kept or [opened.examples[0]["request"] | {"query": "index"}]]
    answers = zip(requests, opened.answer(requests), strict=True)
    lines = [{"request": _plain(one), "response": _plain(got)} for one, got in answers if not isinstance(got, Reject)]
    write_lines(opened.path / bundle.EXAMPLES, lines)


def _quotes(hits: Sequence[Any], removed: frozenset[str]) -> bool:
    """Say whether the first hit, of which a made question may be a part, is gone."""
    return bool(hits) and hits[0]["document"] in removed


def _plain(value: Any) -> Any:
    from dataclasses import asdict

    return json.loads(json.dumps(asdict(value)))


def _purge(home: Path, ids: frozenset[str], *, besides: Path) -> None:
    """Take documents out of every artifact, finished or not, and out of the page that quotes them."""
    store = Store(home)
    with store.lock():
        for file in sorted(home.rglob(FILE)):
            if file.is_file() and besides not in file.parents and (file.parent.name == INDEX):
                Index.open(file.parent).remove(ids)
        for file in sorted(home.rglob("*.jsonl")):
            if besides not in file.parents:
                _without(file, ids)
        for file in sorted(home.rglob("details.json")):
            found = read_json(file)
            if "misses" in found:
                found["misses"] = [one for one in found["misses"] if not _mentions(one["gold"], ids)]
                write_json(file, found)
        for manifest in sorted(home.glob(f"*/*/{MANIFEST}")):
            if manifest.parent != besides:
                if (manifest.parent / bundle.ABOUT).is_file():  # an earlier bundle: it would have to answer again
                    shutil.rmtree(manifest.parent)
                else:
                    store.reseal(manifest.parent)
        (home / REPORT).unlink(missing_ok=True)


def _without(file: Path, ids: frozenset[str]) -> None:
    """Drop the lines that are a removed document, or a question that only it answers."""
    kept, n = [], 0
    for line in read_lines(file):
        n += 1
        if file.name == DOCUMENTS and line["document"]["id"] in ids:
            continue
        right = line.get("y", line.get("right"))
        if isinstance(right, dict | list) and right and _mentions(right, ids):
            continue
        kept.append(line)
    if len(kept) < n:
        write_lines(file, iter(kept))


def _mentions(right: Iterable[str], ids: frozenset[str]) -> bool:
    return any(one in ids or one.rpartition("#")[0] in ids for one in right)
