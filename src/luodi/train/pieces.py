"""The pieces of words that a translator reads and writes: learned here, or those of a model that others trained."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from tokenizers import Tokenizer

from luodi.runtime.engine_tokens import TOKENIZER, plain_tokenizer
from luodi.runtime.engine_translate import TARGET
from luodi.train import segmenting
from luodi.train.folding import Folded

VOCABULARY, FOLDED = "vocabulary.json", "folded.json"
Rows = list[list[int]]


class Pieces(Protocol):
    """Texts to the numbers of their pieces, in both languages."""

    @property
    def words(self) -> list[str]: ...  # all pieces by number, but the padding, which is the last
    @property
    def about(self) -> dict[str, Any]: ...  # what the engine that serves has to know
    def numbers(self, ours: Sequence[str], theirs: Sequence[str]) -> tuple[Rows, Rows]: ...
    def save(self, folder: Path) -> None: ...
    def export(self, folder: Path) -> None: ...


class OwnPieces:
    """One tokenizer for both languages; some characters of the first are read as others."""

    def __init__(self, tokenizer: Tokenizer, folded: Folded) -> None:
        self.tokenizer, self.folded = tokenizer, folded
        self.words = [str(tokenizer.id_to_token(n)) for n in range(tokenizer.get_vocab_size() - 1)]
        self.about: dict[str, Any] = {"folded": folded} if folded[0] else {}

    def numbers(self, ours: Sequence[str], theirs: Sequence[str]) -> tuple[Rows, Rows]:
        """Return the pieces of texts and of their translations."""
        read = str.maketrans(*self.folded)
        first, second = (
            [one.ids for one in self.tokenizer.encode_batch(list(texts), add_special_tokens=False)]
            for texts in ([one.translate(read) for one in ours], theirs)
        )
        return first, second

    def save(self, folder: Path) -> None:
        self.export(folder)
        (folder / FOLDED).write_text(json.dumps(self.folded, ensure_ascii=False), encoding="utf-8")

    def export(self, folder: Path) -> None:
        """Write what serving needs, but for what `about` tells."""
        self.tokenizer.save(str(folder / TOKENIZER), pretty=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        first, second = json.loads((folder / FOLDED).read_text(encoding="utf-8"))
        return cls(plain_tokenizer(folder / TOKENIZER), (first, second))


class BorrowedPieces:
    """A tokenizer for each language, and one list of pieces for both; what is not in it is unknown."""

    def __init__(self, source: Tokenizer, target: Tokenizer, words: Sequence[str], *, prefix: str) -> None:
        self.source, self.target, self.words, self.prefix = source, target, list(words), prefix
        self.about: dict[str, Any] = {"prefix": prefix}
        self._numbers = {one: n for n, one in enumerate(self.words)}

    def numbers(self, ours: Sequence[str], theirs: Sequence[str]) -> tuple[Rows, Rows]:
        """Return the pieces of texts, after the mark of the language to write, and of their translations."""
        before = [self._numbers[self.prefix]] if self.prefix else []
        return [before + one for one in self._cut(self.source, ours)], self._cut(self.target, theirs)

    def _cut(self, tokenizer: Tokenizer, texts: Sequence[str]) -> Rows:
        unknown = self._numbers[segmenting.UNKNOWN]
        cut = tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [[self._numbers.get(token, unknown) for token in one.tokens] for one in cut]

    def save(self, folder: Path) -> None:
        self.export(folder)
        self.target.save(str(folder / TARGET), pretty=False)
        about = {"words": self.words, "prefix": self.prefix}
        (folder / VOCABULARY).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")

    def export(self, folder: Path) -> None:
        """Write what serving needs: texts are put together from pieces as they are."""
        self.source.save(str(folder / TOKENIZER), pretty=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        about = json.loads((folder / VOCABULARY).read_text(encoding="utf-8"))
        source, target = (plain_tokenizer(folder / one) for one in (TOKENIZER, TARGET))
        return cls(source, target, about["words"], prefix=about["prefix"])
