"""How fast the starter encoder learns AG News, and how soon it is right 91 times in 100, against what people write.

`python -m bench.training speed` measures tokens of real text per second on samples of steps, side after side. Seconds
are of processor time on one thread, so that others on the machine disturb the ratio little.
`python -m bench.training until 0.91 [SIDE …]` lets candidates of ours and the per-batch-padded loop learn from an empty
cache, and says when each got there on rows that none learns from. `python -m bench.training profile`
says where a step of ours goes.
"""

import gzip
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from luodi import registry
from luodi.contracts import Recipe
from luodi.train import device, finetuning, network, starter
from luodi.train.loop import Loop, Schedule

DATA = Path(__file__).parents[2] / "shared" / "data" / "ag_news" / "train.tsv.gz"
N_DEV, MOST_EPOCHS = 1_500, 5
PADDED = "padded per batch"
SIDES = ("nb-svm", "encoder-frozen", "encoder", PADDED)
STEPS = {"textbook": 1, PADDED: 6, "Trainer": 12, "luodi": 8}
"""Steps of one window: about as many seconds for each."""


def rows() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return train and dev as (text, label), shuffled once."""
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        read = [line.rstrip("\n").split("\t") for line in file]
    pairs = [(one[1], one[0]) for one in read if one[0].isdigit()]
    random.Random(7).shuffle(pairs)
    return pairs[N_DEV:], pairs[:N_DEV]


class Peer:
    """A sequence classifier of transformers with the starter's weights and tokenizer."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        path = starter.find("starter").path
        labels = sorted({y for _, y in pairs})
        torch.manual_seed(7)
        self.model = AutoModelForSequenceClassification.from_pretrained(path, num_labels=len(labels))
        self.tokenizer = AutoTokenizer.from_pretrained(path)
        self.texts, self.y = [x for x, _ in pairs], [labels.index(y) for _, y in pairs]

    @cached_property
    def features(self) -> list[dict[str, Any]]:
        """Return one dictionary a text, without padding."""
        found = self.tokenizer(self.texts, truncation=True, max_length=512)
        return [{"input_ids": ids, "labels": y} for ids, y in zip(found["input_ids"], self.y, strict=True)]

    def steps(self, *, whole: bool, learning_rate: float = 5e-5) -> Iterator[int]:
        """Learn batches of 16 in float32 with AdamW; yield the real tokens of each. `whole` pads all to the longest."""
        from transformers import DataCollatorWithPadding

        if whole:
            found = self.tokenizer(self.texts, padding=True, truncation=True, max_length=512, return_tensors="pt")
            data = [
                {"input_ids": i, "attention_mask": m, "labels": torch.tensor(y)}
                for i, m, y in zip(found["input_ids"], found["attention_mask"], self.y, strict=True)
            ]
            collate = None
        else:
            data, collate = self.features, DataCollatorWithPadding(self.tokenizer)
        generator = torch.Generator().manual_seed(7)
        loader = torch.utils.data.DataLoader(data, 16, shuffle=True, collate_fn=collate, generator=generator)
        optimizer = torch.optim.AdamW(self.model.parameters(), lr=learning_rate)
        self.model.train()
        while True:
            for batch in loader:
                self.model(**batch).loss.backward()
                optimizer.step()
                optimizer.zero_grad()
                yield int(batch["attention_mask"].sum())

    def trainer(self, n_steps: int) -> tuple[int, float]:
        """Let `Trainer` learn at its defaults; return real tokens and seconds from the second step on."""
        from transformers import DataCollatorWithPadding, Trainer, TrainerCallback, TrainingArguments

        seen, ends, pad = [], [], DataCollatorWithPadding(self.tokenizer)

        def collate(features: list[Any]) -> Any:
            batch = pad(features)
            seen.append(int(batch["attention_mask"].sum()))
            return batch

        class Clock(TrainerCallback):
            def on_step_end(self, *args: Any, **rest: Any) -> None:
                ends.append(time.process_time())

        with tempfile.TemporaryDirectory() as folder:
            how = TrainingArguments(folder, max_steps=n_steps, save_strategy="no", report_to=[], disable_tqdm=True)
            data = random.sample(self.features, k=8 * (n_steps + 2))
            Trainer(self.model, how, data_collator=collate, train_dataset=data, callbacks=[Clock]).train()
        return sum(seen[1:n_steps]), ends[-1] - ends[0]


class Ours:
    """The loop as the encoder model sets it up, a step at a time."""

    def __init__(self, pairs: list[tuple[str, str]], folder: Path) -> None:
        found = starter.find("starter")
        labels = sorted({y for _, y in pairs})
        self.net = network.pretrained(found, len(labels), seed=7)
        file = found.path / network.TOKENIZER
        texts = [x for x, _ in pairs]
        text = network.Text(file, max_tokens=network.limit_for(file, texts, most=finetuning.MAX_TOKENS))
        self.ids, answers = text.encode(texts), torch.tensor([labels.index(y) for _, y in pairs])
        self.net.encoder.get_input_embeddings().sparse = True

        def loss(batch: list[int]) -> torch.Tensor:
            logits = self.net(*text.batch([self.ids[i] for i in batch])).float()
            return torch.nn.functional.cross_entropy(logits, answers[batch])

        schedule = Schedule(
            epochs=3, batch_size=finetuning.batch_size_for(self.ids), learning_rate=finetuning.LEARNING_RATE,
            average=finetuning.AVERAGE, layer_decay=finetuning.LAYER_DECAY,
        )  # fmt: skip
        depth = finetuning.depth_of(self.net)
        lengths = [len(one) for one in self.ids]
        self.loop = Loop(self.net, lengths, loss, float, schedule=schedule, seed=7, work=folder, depth=depth)

    def steps(self) -> Iterator[int]:
        """Yield the real tokens of each step."""
        self.net.train()
        n_steps = 3 * self.loop.steps_per_epoch
        while True:
            epoch, at = divmod(self.loop.state["step"], self.loop.steps_per_epoch)
            batch = self.loop._batches(epoch)[at]
            self.loop._step(n_steps)
            yield sum(len(self.ids[i]) for i in batch)


def timed(steps: Iterator[int]) -> Callable[[int], tuple[int, float]]:
    """Return a function that takes so many steps and says how many real tokens in how many seconds."""

    def run(n: int) -> tuple[int, float]:
        started = time.process_time()
        tokens = sum(next(steps) for _ in range(n))
        return tokens, time.process_time() - started

    return run


def speed(n_rounds: int = 5) -> dict[str, list[float]]:
    """Return tokens per second of the windows of each side, A B C D A B …"""
    torch.set_num_threads(1)
    train, _ = rows()
    peers = [Peer(train) for _ in range(3)]
    with tempfile.TemporaryDirectory() as folder:
        sides = {
            "textbook": timed(peers[0].steps(whole=True)),
            PADDED: timed(peers[1].steps(whole=False)),
            "Trainer": peers[2].trainer,
            "luodi": timed(Ours(train, Path(folder)).steps()),
        }
        found: dict[str, list[float]] = {name: [] for name in sides}
        for name, run in sides.items():
            run(2 if name == "Trainer" else 1)  # warm
        for _ in range(n_rounds):
            for name, run in sides.items():
                tokens, seconds = run(STEPS[name])
                found[name].append(tokens / seconds)
                print(f"{name}: {tokens / seconds:,.0f} tokens/s", file=sys.stderr, flush=True)
    return found


def report(found: dict[str, list[float]]) -> None:
    ours = statistics.median(found["luodi"])
    for name, rates in found.items():
        rate = statistics.median(rates)
        print(f"{name}: {rate:,.0f} tokens/s ({min(rates):,.0f} to {max(rates):,.0f}), luodi × {ours / rate:.1f}")


def until(wanted: float, sides: Sequence[str]) -> dict[str, Any]:
    """Return seconds from nothing to so much accuracy on dev, reading and tokenizing included, for each side."""
    train, dev = rows()
    looks: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
    for side in sides:
        for seconds, value in _looks(side, train, dev, wanted):
            print(f"{side}: {value:.4f} after {seconds:,.0f} s", file=sys.stderr, flush=True)
            looks[side].append((seconds, value))
    first = {side: next((s for s, value in found if value >= wanted), None) for side, found in looks.items()}
    return {"looks": looks, "seconds": first}


def _looks(
    side: str, train: list[tuple[str, str]], dev: list[tuple[str, str]], wanted: float
) -> Iterator[tuple[float, float]]:
    """Yield seconds and accuracy on dev: of the loop four times a round until it is right, of a candidate at its end.

    The encoder looks at dev while it learns; those looks count too, without the n-grams that stand at its side later.
    """
    started, gold = time.perf_counter(), [y for _, y in dev]
    if side == PADDED:
        peer = Peer(train)
        steps, value, n = peer.steps(whole=False), 0.0, 0
        while value < wanted and n < 4 * MOST_EPOCHS:
            for _ in range(len(train) // 16 // 4):
                next(steps)
            value, n = _accuracy(peer, dev), n + 1
            yield time.perf_counter() - started, value
        return
    model, seen, look = registry.model(side)(), [], finetuning.dev_score

    def watched(inner: Any, asked: Any) -> float:
        value = look(inner, asked)
        seen.append((time.perf_counter() - started, value))
        return value

    finetuning.dev_score = watched
    with tempfile.TemporaryDirectory() as folder:
        model.fit(train, dev, recipe=Recipe(), work=Path(folder))
    finetuning.dev_score = look
    yield from seen
    seconds = time.perf_counter() - started  # the last question is asked for the figure alone
    answers = [max(one, key=one.__getitem__) for one in model.predict([x for x, _ in dev])]
    yield seconds, sum(a == y for a, y in zip(answers, gold, strict=True)) / len(dev)


@torch.inference_mode()
def _accuracy(peer: Peer, dev: list[tuple[str, str]]) -> float:
    labels, right = sorted({y for _, y in dev}), 0
    peer.model.eval()
    for start in range(0, len(dev), 32):
        part = sorted(dev, key=lambda pair: len(pair[0]))[start : start + 32]
        batch = peer.tokenizer([x for x, _ in part], padding=True, truncation=True, return_tensors="pt")
        made = peer.model(**batch).logits.argmax(dim=1).tolist()
        right += sum(labels[n] == y for n, (_, y) in zip(made, part, strict=True))
    peer.model.train()
    return right / len(dev)


def profile(n: int = 8) -> None:
    """Print the operations that a step of ours spends most on, in milliseconds."""
    from torch.profiler import ProfilerActivity
    from torch.profiler import profile as profiled

    with tempfile.TemporaryDirectory() as folder:
        run = timed(Ours(rows()[0], Path(folder)).steps())
        run(5)
        with profiled(activities=[ProfilerActivity.CPU]) as made:
            tokens, seconds = run(n)
    print(f"{tokens / seconds:,.0f} tokens/s while profiled, path {device.path()}")
    events = sorted(made.key_averages(), key=lambda one: -one.self_cpu_time_total)
    whole = sum(one.self_cpu_time_total for one in events)
    for one in events[:24]:
        share = one.self_cpu_time_total / whole
        print(f"{one.key[:48]:48} {one.self_cpu_time_total / 1e3 / n:7.1f} ms/step {share:6.1%} {one.count / n:6.0f}")


if __name__ == "__main__":
    what, *rest = sys.argv[1:] or ["speed"]
    if what == "speed":
        report(speed(*map(int, rest)))
    elif what == "until":
        print(json.dumps(until(float(rest[0] if rest else 0.91), rest[1:] or SIDES), indent=1))
    else:
        profile()
