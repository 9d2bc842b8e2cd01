"""A small network that learns a large one's answers: from the texts it learned from, from variants of them, and others.

Sources: Hinton, Vinyals and Dean 2015, "Distilling the Knowledge in a Neural Network"; Tang et al. 2019, "Distilling
Task-Specific Knowledge from BERT into Simple Neural Networks", sections 3.2 (the distance of logits as the loss) and
3.3 (variants by dropped words and by n-grams); Jiao et al. 2020, "TinyBERT", section 3.1 (the distance of
hidden states, here of the last one's mean). The student keeps the teacher's first layer and those of its words that the
scenario uses.
"""

import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from luodi.contracts import Facts, Recipe
from luodi.runtime import quantize
from luodi.runtime.engine_network import GraphSession
from luodi.train import network, wordpieces
from luodi.train.batching import seed_of
from luodi.train.device import device
from luodi.train.fitted import FittedNetwork
from luodi.train.loop import Loop, Schedule

LAYERS, WORDS = 1, 8_000  # at the starter's width 4.9 million weights, a byte each in int8
MOST_TEXTS = 20_000  # that the teacher is asked about
VARIANTS = 10  # of a text, at most
DROPPED, CUT = 0.15, 0.25  # share of the words left out; of the variants that are an n-gram (Tang et al.: 0.1, 0.25)
BATCH, LEARNING_RATE, STEPS = 32, 5e-4, 2_500
AVERAGE = 0.99
VECTORS = 1.0  # how much the distance of the vectors before the last layer counts; that of the logits counts 1


def learn(
    teacher: FittedNetwork,
    xs: Sequence[str],
    others: Sequence[str],
    score: Callable[[FittedNetwork], float],
    *,
    recipe: Recipe,
    work: Path,
) -> tuple[FittedNetwork, Facts]:
    """Return a student of the teacher and its curves; `others` are texts without labels, `score` looks at dev."""
    texts = [*xs, *others[: MOST_TEXTS - len(xs)]]
    texts += variants(texts, most=min(MOST_TEXTS - len(texts), VARIANTS * len(texts)), seed=recipe.seed)
    student = begin(teacher, [*xs, *others], seed=recipe.seed, file=work / network.TOKENIZER)
    wanted, meant = (torch.from_numpy(one).to(device()) for one in asked(teacher, texts, work=work))
    net, text = student.network, student.text
    with torch.no_grad():
        if teacher.kind == "classify":  # what is added to all logits changes no answer
            wanted = wanted - wanted.mean(dim=1, keepdim=True)
            net.head.weight.sub_(net.head.weight.mean(dim=0))
            net.head.bias.sub_(net.head.bias.mean())
        scale = wanted.std()
        wanted = wanted / scale
        net.head.weight.div_(scale)
        net.head.bias.div_(scale)
    spread = meant.var(dim=0).mean()
    ids = text.encode(texts)

    def loss(batch: list[int]) -> torch.Tensor:
        logits, vectors = net.told(*text.batch([ids[n] for n in batch]))
        answers = torch.nn.functional.mse_loss(logits.float(), wanted[batch])
        return answers + VECTORS * torch.nn.functional.mse_loss(vectors, meant[batch]) / spread

    schedule = Schedule(
        epochs=recipe.epochs or max(1, round(STEPS * BATCH / len(texts))),
        batch_size=BATCH,
        learning_rate=LEARNING_RATE,
        max_minutes=recipe.max_minutes,
        average=AVERAGE,
    )
    loop = Loop(
        net,
        [len(one) for one in ids],
        loss,
        lambda: score(student),
        schedule=schedule,
        seed=recipe.seed,
        work=work,
        doing="student",
    )
    return student, loop.run() | {"texts": len(texts)}


def begin(teacher: FittedNetwork, texts: Sequence[str], *, seed: int, file: Path) -> FittedNetwork:
    """Return a network of the teacher's first layer and the words that the texts use, which `file` will name."""
    old = wordpieces.prune(teacher.text.file, texts, most=WORDS, out=file)
    most = teacher.text.max_tokens
    changed = {"vocab_size": len(old), "num_hidden_layers": LAYERS, "max_position_embeddings": most}
    torch.manual_seed(seed)
    made = network.Network(teacher.network.config | changed, len(teacher.labels))
    theirs = teacher.network.state_dict()
    mine = {}
    for name, value in made.state_dict().items():
        given = theirs[name]
        if name.endswith("word_embeddings.weight"):
            given = given[old]
        elif name.endswith("position_embeddings.weight"):
            given = given[:most]
        mine[name] = given.to(value.device)
    made.load_state_dict(mine)
    text = network.Text(file, max_tokens=most)
    return FittedNetwork(teacher.kind, teacher.labels, made.to(device()), text, f"student of {teacher.base}")


def asked(
    teacher: FittedNetwork, texts: Sequence[str], *, work: Path
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the teacher's logits (n, n_labels) and vectors (n, width), computed as it would be served."""
    plain, quick = work / "plain", work / "quick"
    for folder in (plain, quick):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    teacher.export(plain)
    quantize.make(plain, "bf16", [], quick)
    made = GraphSession.load(quick).outputs(texts)
    for folder in (plain, quick):
        shutil.rmtree(folder)
    return made.logits, made.vectors


def variants(texts: Sequence[str], *, most: int, seed: int) -> list[str]:
    """Return so many texts with words left out, or a stretch of words alone; those of one word are left as they are."""
    made = []
    for n in range(most):
        words = texts[n % len(texts)].split()
        rng = random.Random(seed_of(seed, "variant", n))
        if rng.random() < CUT:
            length = rng.randint(1, max(1, len(words)))
            start = rng.randint(0, max(0, len(words) - length))
            words = words[start : start + length]
        else:
            words = [word for word in words if rng.random() >= DROPPED] or words
        made.append(" ".join(words))
    return made
