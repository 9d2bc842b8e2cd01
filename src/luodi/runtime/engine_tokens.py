"""Mean token vectors under a linear head, folded into one table: the mean of the rows of a text's tokens."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from luodi.contracts import Kind, Scores
from luodi.runtime.head import to_scores
from luodi.runtime.session import read_about, write_about

TOKENIZER, TABLE = "tokenizer.json", "table.safetensors"


class Tokens:
    """A table of shape (vocabulary, n_labels) and a bias."""

    def __init__(
        self,
        kind: Kind,
        labels: Sequence[str],
        tokenizer: Path,
        table: NDArray[np.float16],
        bias: NDArray[np.float32],
    ) -> None:
        self.kind, self.labels, self.file = kind, tuple(labels), tokenizer
        self.table, self.bias = table, bias
        self.tokenizer = plain_tokenizer(tokenizer)

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        encoded = self.tokenizer.encode_batch(list(xs), add_special_tokens=False)
        logits = np.array([self.table[one.ids].astype(np.float32).mean(axis=0) if one.ids else 0 * self.bias
                           for one in encoded]).reshape(len(encoded), len(self.labels))  # fmt: skip
        return to_scores(self.kind, self.labels, logits + self.bias)

    def save(self, folder: Path) -> None:
        write_about(folder, "engine_tokens", kind=self.kind, labels=self.labels)
        shutil.copyfile(self.file, folder / TOKENIZER)
        save_file({"table": self.table, "bias": self.bias}, folder / TABLE)

    @classmethod
    def load(cls, folder: Path) -> Self:
        about = read_about(folder)
        return cls(about["kind"], about["labels"], folder / TOKENIZER, **load_file(folder / TABLE))


def plain_tokenizer(file: Path) -> Tokenizer:
    """Return a tokenizer that neither pads nor cuts."""
    made = Tokenizer.from_file(str(file))
    made.no_padding()
    made.no_truncation()
    return made


ENGINE = Tokens
