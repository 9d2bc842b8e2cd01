"""A pretrained encoder that learns where in a passage the answer begins and ends, or that it is not there.

Source: Devlin et al. 2019, "BERT", sections 4.2 and 4.3. Where an answer may be one of several places, their
probabilities are summed: Clark and Gardner 2018, "Simple and Effective Multi-Paragraph Reading Comprehension".
"""

import json
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_model, save_model

from luodi.contracts import Facts, Span
from luodi.log import progress
from luodi.metrics import extraction
from luodi.runtime import engine_tokens
from luodi.runtime.reading import Found, Limits, Scribe, Window, answers, candidates, gold_places, passages_of
from luodi.runtime.session import write_about
from luodi.runtime.spans import places, read, texts
from luodi.train import export, network, starter
from luodi.train.batching import seed_of, sorted_batches
from luodi.train.device import device, fast
from luodi.train.loop import Loop, Schedule
from luodi.train.refusing import best_bias

ABOUT, WEIGHTS, TOKENIZER = "reader.json", "reader.safetensors", network.TOKENIZER
PREDICT_BATCH = 16
MOST_LOOKED = 600  # dev questions that decide, at the end of each round, which weights are kept
MOST_EMPTY = 2  # windows of found passages of which none holds the answer
Place = tuple[int, int]


class SpanNet(torch.nn.Module):
    """logits = head(last hidden states): for each token that the answer begins there, and that it ends there.

    Both texts have one token type, as in RoBERTa: the starter was never shown a second one.
    """

    def __init__(self, inner: network.Network) -> None:
        super().__init__()
        self.inner, self.config = inner, inner.config

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return logits of shape (batch, time, 2)."""
        hidden = self.inner.hidden(ids, mask)  # (batch, time, width)
        return self.inner.head(self.inner.dropout(hidden))  # type: ignore[no-any-return]


class SpanReader:
    """A network with its tokenizer: questions and passages in, spans with probabilities out."""

    net: Any
    scribe: Any

    def __init__(self, net: SpanNet, scribe: Scribe, *, base: str, nothing: float | None) -> None:
        self.net, self.scribe, self.base, self.nothing = net, scribe, base, nothing

    def feed(self, windows: Sequence[Window]) -> tuple[torch.Tensor, ...]:
        """Return what the network takes of some windows."""
        return padded([one.ids for one in windows], self.scribe.pad)

    def answer_lengths(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has."""
        return [len(one.ids) for one in self.scribe.tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def found(self, xs: Sequence[dict[str, Any]], *, exact: bool = True, doing: str = "reading") -> list[list[Found]]:
        """Return for each x the likeliest spans of all windows of all its passages, as `candidates` does."""
        windows = [(n, place, one) for n, x in enumerate(xs) for place, one in self.scribe.all_windows(x)]
        batches = sorted_batches([len(one.ids) for *_, one in windows], batch_size=PREDICT_BATCH)
        made: list[list[tuple[int, list[Found]]]] = [[] for _ in xs]
        for batch in progress(batches, total=len(batches), doing=doing):
            logits = self.logits([windows[n][2] for n in batch], exact=exact)
            for n, one in zip(batch, logits, strict=True):
                at, place, window = windows[n]
                spans = candidates(window, one, self.scribe.limits.max_answer)
                made[at].append((n, [span._replace(passage=place) for span in spans]))
        return [[span for _, spans in sorted(each, key=lambda one: one[0]) for span in spans] for each in made]

    @torch.inference_mode()
    def logits(self, windows: Sequence[Window], *, exact: bool = True) -> NDArray[np.float32]:
        """Return the logits of some windows, shape (n, longest, 2)."""
        self.net.eval()
        inputs = self.feed(windows)
        if exact:
            return self.net(*inputs).float().cpu().numpy()  # type: ignore[no-any-return]
        with fast():
            return self.net(*inputs).float().cpu().numpy()  # type: ignore[no-any-return]

    def predict(self, xs: Sequence[dict[str, str]], *, exact: bool = True) -> list[list[Span]]:
        """Return the answers to each x, best first."""
        found = self.found(xs, exact=exact)
        return [answers(x, one, nothing=self.nothing) for x, one in zip(xs, found, strict=True)]

    def judged(self, pairs: Sequence[tuple[dict[str, str], Any]]) -> tuple[float | None, float]:
        """Return the bias towards "no answer" that suits some questions best, and the mean F1 with it."""
        xs = [x for x, _ in pairs]
        best: list[tuple[float, str]] = []
        for x, found in zip(xs, self.found(xs, exact=False), strict=True):
            spans = answers(x, found, nothing=0.0)
            p = next(one["score"] for one in spans if one["start"] == one["end"])
            first = next((one for one in spans if one["start"] < one["end"]), None)
            odds = float(np.log(max(first["score"], 1e-12) / max(p, 1e-12))) if first else -30.0
            best.append((odds, read(x, first) if first else ""))
        gold = [texts(x, y) for x, y in pairs]
        values = extraction.table(gold, [text for _, text in best])[0][:, 0]
        return best_bias(values.tolist(), [float(not one) for one in gold], [odds for odds, _ in best])

    def limit_answers(
        self, pairs: Sequence[tuple[dict[str, str], Any]], *, share: float, least: int, slack: float
    ) -> None:
        """Let answers be as long, in tokens, as that share of the gold ones, and some more."""
        golds = [text for x, y in pairs for text in texts(x, y)]
        lengths = sorted(self.answer_lengths(golds))
        most = lengths[min(len(lengths) - 1, int(share * len(lengths)))] if lengths else 0
        self.scribe.limits = replace(self.scribe.limits, max_answer=max(least, int(slack * most)))

    def save(self, folder: Path) -> None:
        limits = self.scribe.limits
        about = {
            "config": getattr(self.net, "config"),  # noqa: B009 -- of a `SpanNet`
            "base": self.base,
            "nothing": self.nothing,
            "limits": asdict(limits),
        }
        (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
        save_model(self.net, str(folder / WEIGHTS))
        if self.scribe.file != folder / TOKENIZER:
            shutil.copyfile(self.scribe.file, folder / TOKENIZER)

    def export(self, folder: Path) -> None:
        export.write_graph(folder, self.net)
        shutil.copyfile(self.scribe.file, folder / engine_tokens.TOKENIZER)
        limits = self.scribe.limits
        about = {"kind": "extract", "labels": [], "max_tokens": limits.max_tokens, "pad": self.scribe.pad}
        more = {"precision": "f32", "nothing": self.nothing, "limits": asdict(limits)}
        write_about(folder, "engine_reader", **about, **more)

    @classmethod
    def load(cls, folder: Path) -> Self:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        scribe = Scribe(folder / TOKENIZER, Limits(**about["limits"]))
        net = SpanNet(network.Network(about["config"], 2))
        load_model(net, str(folder / WEIGHTS))
        return cls(net.to(device()).eval(), scribe, base=about["base"], nothing=about["nothing"])


def pretrained(encoder: starter.Encoder, limits: Limits, *, seed: int) -> SpanReader:
    """Return the encoder with a fresh head for spans."""
    source = network.pretrained(encoder, 2, seed=seed)
    most = min(limits.max_tokens, int(source.config.get("max_position_embeddings", 512)))
    shorter = {"max_question": min(limits.max_question, most // 3), "stride": min(limits.stride, most // 4)}
    scribe = Scribe(encoder.path / network.TOKENIZER, replace(limits, max_tokens=most, **shorter))
    return SpanReader(SpanNet(source), scribe, base=f"{encoder.name} {encoder.sha256[:12]}", nothing=None)


def is_reader(folder: Path) -> bool:
    """Say whether a folder holds a reader that was saved, which can go on learning."""
    return (folder / ABOUT).is_file()


def depth_of(net: Any) -> Callable[[str], int]:
    """Return a function from parameter name to distance from the head: 0 for the head, 1 for the top layer, …"""
    layers = int(net.config.get("num_hidden_layers") or net.config.get("n_layers") or 0)

    def depth(name: str) -> int:
        parts = name.split(".")
        numbers = [int(part) for part in parts if part.isdigit()]
        return 0 if "head" in parts else layers - numbers[0] if numbers else layers + 1

    return depth


def padded(ids: Sequence[list[int]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids and mask, each of shape (batch, longest)."""
    longest = max(len(one) for one in ids)
    made, mask = (torch.zeros((len(ids), longest), dtype=torch.int64) for _ in range(2))
    made += pad
    for row, one in enumerate(ids):
        made[row, : len(one)] = torch.tensor(one, dtype=torch.int64)
        mask[row, : len(one)] = 1
    return made.to(device()), mask.to(device())


class Lessons:
    """Windows with the places of their answers: what is learned from."""

    def __init__(self, reader: SpanReader, pairs: Sequence[tuple[dict[str, Any], Any]], *, seed: int) -> None:
        """Of windows without the answer, where there are others with it, as many stay as there are with it.

        In passages that were found, the answer is wherever its words stand: Mintz et al. 2009, "Distant supervision".
        """
        self.reader, scribe = reader, reader.scribe
        self.windows: list[Window] = []
        self.gold: list[list[Place]] = []
        for n, (x, y) in enumerate(pairs):
            right = [_right(x, text, y) for text in passages_of(x)]
            numbered = scribe.all_windows(x)
            windows = [one for _, one in numbered]
            found = [gold_places(one, right[place]) for place, one in numbered]
            full = [at for at, one in enumerate(found) if one]
            empty = [at for at, one in enumerate(found) if not one]
            if full:
                rng = random.Random(seed_of(seed, "windows", n))
                empty = rng.sample(empty, k=min(len(empty), len(full)))
            elif not x.get("passage"):
                empty = random.Random(seed_of(seed, "windows", n)).sample(empty, k=min(len(empty), MOST_EMPTY))
            elif any(right):  # an answer that no window holds whole teaches nothing
                continue
            for at in [*full, *empty]:
                self.windows.append(windows[at])
                self.gold.append(found[at])

    @property
    def lengths(self) -> list[int]:
        return [len(one.ids) for one in self.windows]

    def loss(self, batch: Sequence[int]) -> torch.Tensor:
        """Return the mean negative log-probability of the right beginnings and ends."""
        windows = [self.windows[n] for n in batch]
        logits = self.reader.net(*self.reader.feed(windows)).float()  # (batch, time, 2)
        allowed, gold = (torch.zeros(logits.shape, dtype=torch.bool) for _ in range(2))
        for row, n in enumerate(batch):
            window = windows[row]
            allowed[row, 0] = True
            allowed[row, window.first : window.first + len(window.spans)] = True
            for start, end in self.gold[n] or [(0, 0)]:
                gold[row, start, 0] = gold[row, end, 1] = True
        logits = logits.masked_fill(~allowed.to(logits.device), -1e4)
        right = logits.masked_fill(~gold.to(logits.device), -1e4)
        loss: torch.Tensor = (logits.logsumexp(dim=1) - right.logsumexp(dim=1)).mean()
        return loss


def learn(
    reader: SpanReader,
    train: Sequence[tuple[dict[str, Any], Any]],
    dev: Sequence[tuple[dict[str, Any], Any]],
    *,
    schedule: Schedule,
    seed: int,
    work: Path,
    depth: Callable[[str], int] = lambda name: 0,
) -> Facts:
    """Train a reader, keep the weights that are best on dev, and learn from all of dev when to say "no answer"."""
    lessons = Lessons(reader, train, seed=seed)
    looked = dev[:: max(1, len(dev) // MOST_LOOKED)]
    loop = Loop(
        reader.net,
        lessons.lengths,
        lessons.loss,
        lambda: reader.judged(looked)[1],
        schedule=schedule,
        seed=seed,
        work=work,
        depth=depth,
        doing="reader",
    )
    facts = loop.run()
    reader.nothing = reader.judged(dev)[0]
    limits = reader.scribe.limits
    return facts | {
        "windows": len(lessons.windows), "max_answer": limits.max_answer, "nothing": reader.nothing,
    }  # fmt: skip


def _right(x: dict[str, Any], passage: str, y: Any) -> list[Place]:
    if x.get("passage"):
        return spread(passage, places(y))
    return spread(passage, [(at, at + len(text)) for text in y if (at := passage.find(text)) >= 0])


def spread(passage: str, gold: Sequence[Place]) -> list[Place]:
    """Return the places of gold answers, and every further place where the same words stand.

    Which of them an annotator meant is often unknown, as in data that gives the words alone.
    """
    made = set[Place]()
    for place in gold:
        text = passage[slice(*place)]
        made.add(place)
        at = passage.find(text) if text else -1
        while at >= 0 and len(made) < 64:
            end = at + len(text)
            if not (passage[at - 1 : at].isalnum() and text[0].isalnum() and text.isascii()) and not (
                passage[end : end + 1].isalnum() and text[-1].isalnum() and text.isascii()
            ):
                made.add((at, end))
            at = passage.find(text, end)
    return sorted(made)
