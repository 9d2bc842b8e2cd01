"""SIGKILL trainings at random moments, go on, and compare the final weights: `python -m bench.kills_in_training 300`.

Each kind of training learns with a tiny network, in a process that is forked when all libraries are loaded, so that
hundreds of kills take minutes; a checkpoint is written after every step. What a kind leaves behind is told as one
SHA-256 over all its final weights. `bench.kill_drill` does the same to whole runs.
"""

import hashlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from luodi.contracts import Material, Recipe
from luodi.models.encoder import Encoder
from luodi.models.encoder_few import EncoderFew
from luodi.models.reader_encoder import ReaderEncoder
from luodi.models.seq2seq import Seq2SeqModel
from luodi.runtime.engine_recommender import Rules
from luodi.train import embedding, logs, loop, pretraining, sequencing, starter
from luodi.train.lesson import Lesson

WORDS = [f"word{n}" for n in range(60)]
KILLS_PER_ROUND, MOST_SECONDS = 5, 60.0


def write_encoder(folder: Path) -> Path:
    """Write a BERT of random weights that knows our words."""
    vocabulary = {word: n for n, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(vocabulary), **shape)).save_pretrained(folder)
    return folder


def texts(n: int) -> list[tuple[str, str]]:
    """Return texts of some of our words, labelled by which half more of them are from."""
    rng = random.Random(1)
    made = [rng.choices(range(len(WORDS)), k=rng.randint(3, 12)) for _ in range(n)]
    return [(" ".join(WORDS[i] for i in one), "high" if sum(one) > 30 * len(one) else "low") for one in made]


def digest(weights: dict[str, Any]) -> str:
    """Return the SHA-256 of all weights, by name."""
    found = hashlib.sha256()
    for name in sorted(weights):
        found.update(name.encode() + np.ascontiguousarray(weights[name]).tobytes())
    return found.hexdigest()


def of(net: torch.nn.Module) -> str:
    return digest({name: one.detach().numpy() for name, one in net.state_dict().items()})


def fine_tuned(base: Path, work: Path, **how: Any) -> str:
    pairs, model = texts(200), Encoder()
    model.fit(pairs[40:], pairs[:40], recipe=Recipe(base=str(base), epochs=4, **how), work=work)
    assert model.inner
    return of(model.inner.deep.network)


def pretrained(base: Path, work: Path) -> str:
    recipe = Recipe(base=str(base), epochs=6)
    read = [x for x, _ in texts(300)]
    return of(pretraining.go_on(starter.find(str(base)), read, recipe=recipe, work=work)[0].network)


def adapted(base: Path, work: Path) -> str:
    recipe = Recipe(base=str(base), epochs=6)
    net, text, _ = embedding.begin(recipe)
    pairs = [(x, " ".join(reversed(x.split()))) for x, _ in texts(200)]
    embedding.adapt(net, text, pairs, lambda: 0.0, recipe=recipe, work=work)
    return of(net)


def sequence(_: Path, work: Path) -> str:
    rng, gatherer = random.Random(1), logs.Gatherer()
    for user in range(120):
        at = rng.randrange(30)
        for step in range(rng.randint(4, 9)):
            gatherer.add(f"u{user}", f"i{(at + 2 * step) % 30}", 1000 * user + step)
    log = gatherer.events(links=[])
    cut = logs.cut(log, "leave-one-out", dev=0.1, test=0.2, again=False)
    dev = [
        ({"user": log.users[q.user], "items": list(logs.names(log, q.history))}, frozenset(logs.names(log, q.gold)))
        for q in cut.dev
    ]
    lesson = Lesson(train=cut.train, log=log, rules=Rules())
    return digest(sequencing.sequence(lesson, dev, recipe=Recipe(epochs=6), work=work)[0].weights)


def few(base: Path, work: Path) -> str:
    pairs, model = texts(24), EncoderFew()
    model.fit(pairs, pairs[:8], recipe=Recipe(base=str(base)), work=work)
    assert model.inner
    return of(model.inner.network)


def reader(base: Path, work: Path) -> str:
    rows = [
        ({"question": " ".join(x.split()[:2]), "passage": x}, frozenset({f"0:{len(x.split()[0])}"}))
        for x, _ in texts(200)
    ]
    model = ReaderEncoder()
    model.fit(rows[40:], rows[:40], recipe=Recipe(base=str(base), epochs=2), work=work)
    assert model.inner
    return of(model.inner.net)


def translator(_: Path, work: Path) -> str:
    rows = [(Material(text=x), frozenset({" ".join(reversed(x.split()))})) for x, _ in texts(120)]
    model = Seq2SeqModel()
    model.fit(rows[20:], rows[:20], recipe=Recipe(epochs=2), work=work)
    assert model.inner
    return of(model.inner.net)


KINDS: dict[str, Callable[[Path, Path], str]] = {
    "encoder": fine_tuned,
    "encoder, a layer frozen": lambda base, work: fine_tuned(base, work, frozen_layers=1),
    "encoder, low rank": lambda base, work: fine_tuned(base, work, lora_rank=2),
    "pre-training": pretrained,
    "search, adapted": adapted,
    "sequence recommender": sequence,
    "few labels": few,
    "reader": reader,
    "translator": translator,
}


def start(learn: Callable[[Path, Path], str], base: Path, work: Path) -> int:
    """Fork a process that learns and leaves its digest beside `work`; return its number."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        work.mkdir(exist_ok=True)
        (work.parent / "digest").write_text(learn(base, work), encoding="ascii")
        code = 0
    finally:
        if code:
            traceback.print_exc()
        os._exit(code)


def finish(learn: Callable[[Path, Path], str], base: Path, work: Path) -> tuple[str, float]:
    """Learn to the end; return the digest and the seconds it took."""
    started = time.monotonic()
    _, status = os.waitpid(start(learn, base, work), 0)
    assert status == 0, "an undisturbed training failed"
    return (work.parent / "digest").read_text(encoding="ascii"), time.monotonic() - started


def kill(learn: Callable[[Path, Path], str], base: Path, work: Path, after: float) -> bool:
    """Learn for so many seconds, then SIGKILL; say whether it was still learning."""
    process = start(learn, base, work)
    time.sleep(after)
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    return os.WIFSIGNALED(status)


def main(n_kills: int, seed: int = 7) -> int:
    """Share the kills among the kinds; return 1 where any round ended with other weights."""
    torch.set_num_threads(1)
    loop.CHECKPOINT_SECONDS = 0.0
    rng, bad, done = random.Random(seed), 0, 0
    each = -(-n_kills // len(KINDS))
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "base"
        base.mkdir()
        write_encoder(base)
        for name, learn in KINDS.items():
            work = Path(folder) / "round" / "work"
            work.mkdir(parents=True)
            reference, seconds = finish(learn, base, work)
            kills = rounds = others = 0
            while kills < each:
                shutil.rmtree(work.parent)
                work.mkdir(parents=True)
                for _ in range(min(KILLS_PER_ROUND, each - kills)):
                    kills += kill(learn, base, work, rng.uniform(0.02, seconds))
                others += finish(learn, base, work)[0] != reference
                rounds += 1
            shutil.rmtree(work.parent)
            print(f"{name}: {kills} kills in {rounds} rounds, {others} without {reference[:12]} at the end", flush=True)
            bad, done = bad + others, done + kills
    print(f"{done} kills, {bad} rounds with other weights")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:] or ["60"])))
