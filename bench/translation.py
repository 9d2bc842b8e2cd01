"""How well and how fast is it translated? `python -m bench.translation learn multi30k|tatoeba [minutes] [FOLDER]`
leaves a network in FOLDER, and `python -m bench.translation speed multi30k|tatoeba FOLDER` asks it both ways.

Multi30k from English to German, chosen by its own dev part; Tatoeba from Chinese to English, a twentieth of which is
held out. The sets lie beside the checkout, in `../shared/data`, or where `LUODI_SHARED_DATA` says.
"""

import gzip
import json
import os
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from luodi import registry
from luodi.contracts import Material, Recipe
from luodi.metrics import generation
from luodi.models.seq2seq import Seq2SeqModel
from luodi.runtime.engine_translate import BEAM, END
from luodi.runtime.session import open_session
from luodi.runtime.translated import drafts
from luodi.train.pieces import OwnPieces

DATA = Path(os.environ.get("LUODI_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
HELD_OUT, BATCH, N_SPEED = 0.05, 32, 300
Pairs = list[tuple[Material, frozenset[str]]]


def multi30k(part: str) -> Pairs:
    """Return pairs of captions."""
    folder = DATA / "multi30k" / "task1_raw"
    ours, theirs = (
        gzip.decompress((folder / f"{part}.{one}.gz").read_bytes()).decode("utf-8").splitlines() for one in ("en", "de")
    )
    return [(Material(text=x, language="de"), frozenset({y})) for x, y in zip(ours, theirs, strict=True)]


def tatoeba() -> tuple[Pairs, Pairs]:
    """Return what to learn from and what is held out; all translations of one sentence stand on one side."""
    right: dict[str, set[str]] = {}
    with gzip.open(DATA / "tatoeba_cmn_eng" / "train_dedup_vs_laser.tsv.gz", "rt", encoding="utf-8") as file:
        for line in file:
            english, chinese = line.rstrip("\n").split("\t")[:2]
            right.setdefault(chinese, set()).add(english)
    pairs: Pairs = [(Material(text=x, language="en"), frozenset(ys)) for x, ys in sorted(right.items())]
    random.Random(3).shuffle(pairs)
    n = round(HELD_OUT * len(pairs))
    return pairs[n:], pairs[:n]


def sides(name: str) -> tuple[Pairs, Pairs]:
    """Return what to learn from, and what is held out."""
    return (multi30k("train"), multi30k("val")) if name == "multi30k" else tatoeba()


def judged(rows: Pairs, written: Sequence[Any]) -> dict[str, Any]:
    """Return BLEU and chrF, in hundredths, and how many texts a check sends to a person."""
    gold, texts = [y for _, y in rows], [one["text"] for one in written]
    return {
        "bleu": round(100 * generation.bleu(gold, texts), 2),
        "chrf": round(100 * generation.chrf(gold, texts), 2),
        "flagged": sum(bool(one.get("flags")) for one in written),
        "n": len(rows),
    }


def learn(name: str, minutes: float, folder: Path) -> None:
    """Fit the network and the memory; print what both reach on what is held out."""
    train, dev = sides(name)
    memory = registry.model("translation-memory")()
    memory.fit(train, dev, recipe=Recipe(), work=folder)
    print(json.dumps({"model": "translation-memory"} | judged(dev, memory.predict([x for x, _ in dev]))), flush=True)
    work, saved = folder / "work", folder / "model"
    for one in (work, saved):
        one.mkdir(parents=True, exist_ok=True)
    model, started = Seq2SeqModel(), time.monotonic()
    facts = model.fit(train, dev, recipe=Recipe(max_minutes=minutes), work=work)
    told = {"minutes": round((time.monotonic() - started) / 60, 1), "steps": facts["steps"], "epochs": facts["epochs"]}
    model.save(saved)
    print(json.dumps({"model": "seq2seq"} | told | judged(dev, model.predict([x for x, _ in dev]))), flush=True)


def speed(name: str, folder: Path) -> None:
    """Ask one network through `transformers.generate` and through the served form, and print quality and speed.

    The ratio is told by the clock and by seconds of the processor: on a machine that others use, the clock says little.
    """
    rows = sides(name)[1][:N_SPEED]
    xs = [x for x, _ in rows]
    model = Seq2SeqModel.load(folder / "model")
    clocks, rates = dict[str, float](), dict[str, float]()
    with TemporaryDirectory() as exported:
        model.export(Path(exported))
        session = open_session(Path(exported))
        session.predict(xs[:BATCH])
        for side, answer in (("luodi", session.predict), ("transformers.generate", _peer(model))):
            started, used = time.perf_counter(), time.process_time()
            written = answer(xs)
            clocks[side] = len(xs) / (time.perf_counter() - started)
            rates[side] = len(xs) / (time.process_time() - used)
            told = {"sentences_per_s": round(clocks[side], 1), "per_processor_s": round(rates[side], 1)}
            print(json.dumps({"side": side} | told | judged(rows, written)), flush=True)
    times = {name: round(one["luodi"] / one["transformers.generate"], 1) for name, one in
             (("by_the_clock", clocks), ("by_processor", rates))}  # fmt: skip
    print(json.dumps({"times": times}))


def _peer(model: Seq2SeqModel) -> Any:
    """Return a translator that asks the same network through `transformers`, sentences sorted by length."""
    assert model.inner is not None
    net, pieces = model.inner.net.eval(), model.inner.pieces
    assert isinstance(pieces, OwnPieces)
    words = pieces.tokenizer
    pad, end = net.config.pad_token_id, words.token_to_id(END)

    @torch.inference_mode()
    def translate(sentences: Sequence[str]) -> list[tuple[str, float]]:
        ids = [[*one, end] for one in pieces.numbers(sentences, ())[0]]
        order = sorted(range(len(ids)), key=lambda n: -len(ids[n]))
        made = [""] * len(ids)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            longest = len(ids[batch[0]])
            padded = torch.tensor([ids[n] + [pad] * (longest - len(ids[n])) for n in batch])
            found = net.generate(
                padded, attention_mask=(padded != pad).long(), num_beams=BEAM, max_new_tokens=2 * longest + 20,
                bad_words_ids=[[pad]],
            )  # fmt: skip
            for n, one in zip(batch, found.tolist(), strict=True):
                kept = [token for token in one if token not in {pad, end}]
                made[n] = words.decode(kept, skip_special_tokens=False).strip()
        return [(text, 1.0) for text in made]

    return lambda xs: drafts(xs, translate, language=model.inner.language if model.inner else "")


if __name__ == "__main__":
    if sys.argv[1] == "learn":
        learn(
            sys.argv[2],
            float(sys.argv[3]) if len(sys.argv) > 3 else 60.0,
            Path(sys.argv[4] if len(sys.argv) > 4 else "."),
        )
    else:
        speed(sys.argv[2], Path(sys.argv[3]))
