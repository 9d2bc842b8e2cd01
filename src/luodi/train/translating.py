"""A small Transformer that learns to translate from pairs of sentences, and is exported for CTranslate2."""

import copy
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from ctranslate2.converters.transformers import MarianMTLoader
from safetensors.torch import load_file, save_file
from transformers import MarianConfig, MarianMTModel

from luodi.contracts import Draft, Facts, Material, record
from luodi.errors import SetupError
from luodi.runtime import keeping
from luodi.runtime.engine_translate import Translator
from luodi.runtime.session import write_about
from luodi.train import aligning, borrowed, folding, phrasing, segmenting
from luodi.train.batching import sorted_batches
from luodi.train.device import path
from luodi.train.loop import Loop, Schedule
from luodi.train.marian_pass import MarianPass
from luodi.train.pieces import BorrowedPieces, OwnPieces, Pieces

ABOUT, WEIGHTS = "translator.json", "translator.safetensors"
PIECES, FEWEST_PIECES, PAIRS_PER_PIECE = 8_000, 600, 8
MOST_PIECES = 200
"""Of a sentence; a longer one is not learned from."""
POSITIONS = 512
LOOK_BATCH = 64
SMOOTHING = 0.1  # Vaswani et al. 2017, section 5.4
GUIDANCE = 0.2
"""How much a piece counts that is looked for in the wrong place, against one that is guessed wrongly."""
Ids = list[tuple[list[int], list[int]]]


@record
class Size:
    """How large a network is."""

    layers: int = 4
    width: int = 128
    inner: int = 256
    heads: int = 4
    dropout: float = 0.2
    """Small and regularized wins on a few thousand pairs: Wu et al. 2021, "Good for Misconceived Reasons"."""


class Seq2Seq:
    """A network of `transformers`' Marian with its pieces: sentences in, sentences out."""

    forms = ("int8", "fp32")
    """What it can be exported as, fastest first."""

    def __init__(self, net: Any, pieces: Pieces, *, language: str) -> None:
        self.net, self.pieces, self.language = net, pieces, language
        self._served: Translator | None = None

    @classmethod
    def fresh(cls, pairs: Sequence[tuple[str, str]], size: Size, *, language: str, seed: int) -> Self:
        """Return a network that has learned nothing, with pieces learned from the texts."""
        folded = folding.table([ours for ours, _ in pairs])
        read = str.maketrans(*folded)
        texts = [text for ours, theirs in pairs for text in (ours.translate(read), theirs)]
        n_characters = len(set("".join(texts)))
        n_pieces = min(PIECES, FEWEST_PIECES + n_characters + len(pairs) // PAIRS_PER_PIECE)
        pieces = OwnPieces(segmenting.learn(texts, size=n_pieces, marks=keeping.MARKS), folded)
        torch.manual_seed(seed)
        net = MarianMTModel(_config(size, len(pieces.words) + 1))
        for name, one in net.named_parameters():
            if one.ndim > 1 and "embed" not in name and "shared" not in name:
                torch.nn.init.xavier_uniform_(one)
        return cls(net, pieces, language=language)

    @classmethod
    def of(cls, base: str, *, language: str, seed: int) -> Self:
        """Return a network that others trained: a folder, or a name on the hub. Raises `SetupError` for another one."""
        path = borrowed.find(base)
        net = borrowed.network(path, seed=seed)
        pieces = borrowed.pieces(path, language=language)
        if len(pieces.words) + 1 != net.config.vocab_size:
            raise SetupError("its list of pieces and its network are not of one size", where=str(path),
                             fix="copy the folder again")  # fmt: skip
        return cls(net, pieces, language=language)

    def encode(self, pairs: Sequence[tuple[str, str]]) -> Ids:
        """Return the pieces of each pair, the end marked; a pair with a text too long is left out."""
        end = self.net.config.eos_token_id
        ours, theirs = self.pieces.numbers(*zip(*pairs, strict=True))
        ended = (([*one, end], [*other, end]) for one, other in zip(ours, theirs, strict=True))
        return [pair for pair in ended if max(map(len, pair)) <= MOST_PIECES + 1]

    def learn(self, train: Ids, dev: Ids, *, schedule: Schedule, seed: int, work: Path, guided: bool) -> Facts:
        """Learn, and keep the weights that guess most of dev's pieces, each after the right ones before it.

        Where it is `guided`, a head of each layer is told which pieces of the source those to be written come from:
        Chen et al. 2016, "Guided Alignment Training for Topic-Aware Neural Machine Translation", section 3.
        """
        self._served = None
        computed, mean = MarianPass(self.net, path()), sum(len(y) for _, y in train) / len(train)
        if guided:
            phrases, links = self._guides(train, seed)
            train = train + phrases
            links += [np.zeros((0, 0), dtype=np.uint8)] * len(phrases)

        def hidden(rows: Ids, told: Sequence[aligning.Links] = ()) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            source, gold = (_padded([row[n] for row in rows], computed.pad) for n in (0, 1))
            before = torch.full_like(gold, computed.pad)
            before[:, 1:] = gold[:, :-1]
            mask = source != computed.pad
            encoded = computed.encode(source, mask)
            made, astray = computed.decode(before, encoded, mask, _stacked(told, gold, source) if told else None)
            real = (gold != computed.pad).view(-1)
            return made[real], gold.view(-1)[real], astray

        def loss(batch: list[int]) -> torch.Tensor:
            made, gold, astray = hidden([train[n] for n in batch], [links[n] for n in batch] if guided else ())
            # by the mean length of all texts, not of these: a piece counts as much in whatever batch it is
            return (computed.loss(made, gold, SMOOTHING) + GUIDANCE * astray) / (len(batch) * mean)

        @torch.no_grad()
        def look() -> float:
            right = n = 0
            for batch in sorted_batches([len(y) for _, y in dev], batch_size=LOOK_BATCH):
                made, gold, _ = hidden([dev[i] for i in batch])
                guessed = (made.float() @ self.net.lm_head.weight.t() + self.net.final_logits_bias).argmax(dim=-1)
                right, n = right + int((guessed == gold).sum()), n + len(gold)
            return right / n

        lengths = [len(x) + len(y) for x, y in train]
        loop = Loop(
            self.net, lengths, loss, look, schedule=schedule, seed=seed, work=work, doing="learning to translate"
        )
        return loop.run()

    def _guides(self, pairs: Ids, seed: int) -> tuple[Ids, list[aligning.Links]]:
        """Return the phrases that the pairs hold, and where each piece of a translation comes from, theirs included.

        The mark of the end comes from nowhere, and of phrases nothing is told.
        """
        words, end = self.pieces.words, self.net.config.eos_token_id
        marks = [not any(map(str.isalnum, one)) for one in words]
        begins = [
            mark or one.startswith(segmenting.SPACE) or one >= segmenting.UNSPACED or one in keeping.MARKS
            for one, mark in zip(words, marks, strict=True)
        ]
        bare = [(ours[:-1], theirs[:-1]) for ours, theirs in pairs]
        links = aligning.align(bare, n_pieces=len(words) + 1, starts=begins, seed=seed)
        found = phrasing.phrases(bare, links, starts=begins, marks=marks)
        return [([*one, end], [*other, end]) for one, other in found], links

    def predict(self, xs: Sequence[Material]) -> list[Draft]:
        """Return what the network writes, its numbers not rounded; through CTranslate2, whose beam search is fast."""
        if self._served is None:
            with tempfile.TemporaryDirectory() as folder:
                self.export(Path(folder), form="fp32")
                self._served = Translator.load(Path(folder))
        return self._served.predict(xs)

    def save(self, folder: Path) -> None:
        config = {name: one for name, one in self.net.config.to_dict().items() if name != "transformers_version"}
        about = {"config": config, "language": self.language, "borrowed": isinstance(self.pieces, BorrowedPieces)}
        (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
        # by name, once each: which of two names of a shared table is kept would depend on where it lies in memory
        save_file({name: one.detach().contiguous() for name, one in _weights(self.net).items()}, folder / WEIGHTS)
        self.pieces.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        pieces: Pieces = (BorrowedPieces if about.get("borrowed") else OwnPieces).load(folder)
        told = about.get("config")  # which was not written at first, but the size of a network of ours
        n_pieces = len(pieces.words) + 1
        net = MarianMTModel(MarianConfig(**told) if told else _config(Size(**about["size"]), n_pieces))
        with torch.no_grad():
            for name, one in load_file(folder / WEIGHTS).items():
                _weights(net)[name].copy_(one)
        return cls(net.eval(), pieces, language=about["language"])

    def export(self, folder: Path, *, form: str = "int8") -> None:
        """Write the network for CTranslate2, in "int8" or "fp32"."""
        spec = MarianMTLoader().get_model_spec(copy.deepcopy(self.net).eval())  # which writes into what it is given
        words = self.pieces.words
        spec.register_source_vocabulary(words)
        spec.register_target_vocabulary(words)
        spec.config.eos_token, spec.config.unk_token = segmenting.END, segmenting.UNKNOWN
        spec.config.decoder_start_token = segmenting.END
        spec.validate()
        spec.optimize(quantization="int8" if form == "int8" else None)
        with tempfile.TemporaryDirectory() as made:
            spec.save(made)
            for file in Path(made).iterdir():
                shutil.copyfile(file, folder / file.name)
        self.pieces.export(folder)
        write_about(folder, "engine_translate", language=self.language, **self.pieces.about)


def _weights(net: Any) -> dict[str, torch.Tensor]:
    return dict(net.named_parameters()) | {"final_logits_bias": net.final_logits_bias}


def _config(size: Size, n_pieces: int) -> MarianConfig:
    return MarianConfig(
        vocab_size=n_pieces, decoder_vocab_size=n_pieces, d_model=size.width, max_position_embeddings=POSITIONS,
        encoder_layers=size.layers, decoder_layers=size.layers, encoder_ffn_dim=size.inner, decoder_ffn_dim=size.inner,
        encoder_attention_heads=size.heads, decoder_attention_heads=size.heads, activation_function="relu",
        dropout=size.dropout, attention_dropout=0.0, activation_dropout=0.0, init_std=size.width**-0.5,
        pad_token_id=n_pieces - 1, decoder_start_token_id=n_pieces - 1, eos_token_id=0, bos_token_id=None,
        forced_eos_token_id=None, scale_embedding=True, static_position_embeddings=True,
        share_encoder_decoder_embeddings=True, tie_word_embeddings=True,
    )  # fmt: skip


def _stacked(links: Sequence[aligning.Links], gold: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
    """Return links of shape (batch, longest translation, longest source)."""
    made = torch.zeros((len(links), gold.shape[1], source.shape[1]))
    for n, one in enumerate(links):
        made[n, : one.shape[0], : one.shape[1]] = torch.from_numpy(one)
    return made.div_(aligning.WHOLE)


def _padded(rows: Sequence[list[int]], pad: int) -> torch.Tensor:
    """Return ids of shape (batch, longest)."""
    made = torch.full((len(rows), max(map(len, rows))), pad, dtype=torch.int64)
    for n, one in enumerate(rows):
        made[n, : len(one)] = torch.tensor(one, dtype=torch.int64)
    return made
