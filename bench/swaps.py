"""R5: hot swaps under load: `python -m bench.swaps [--swaps 500] [--rate 200] [--encoder]`.

A real server, a client that sends `rate` requests a second, one in four of them a list, and releases that come and go
as fast as they can: new bundles, rollbacks to the release that is kept ready, and one in ten a broken candidate
(a damaged file, answers that are not its own, another scenario). Each answer is held against what its release gives in
this process. The bundles are n-gram models of a fraction of a megabyte, so that the rate is no load by itself;
`--encoder` swaps int8 encoders instead, from a scenario folder, with fewer swaps.
"""

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

from luodi import registry
from luodi.bundle import ABOUT, open_bundle, read_bundle, reseal, write_bundle
from luodi.contracts import Recipe
from luodi.store import read_json, write_json
from luodi.tasks.text_classification import Request

TOKEN = "a-token-for-the-drill"
TEXTS = (
    "where is my parcel", "the kettle leaks", "I was charged twice", "can I change the address", "do you ship abroad",
    "my password does not work", "which filter fits", "a hundred mugs for our office, with an invoice",
)  # fmt: skip
TOPICS = {
    "delivery": "where parcel courier late track address",
    "repairs": "leaks broken noise warranty spare filter",
    "billing": "charged twice invoice refund card amount",
    "account": "password login email name reset locked",
}
N_BUNDLES, WARM = 12, 10


def small_bundle(folder: Path, seed: int) -> Path:
    """Return a bundle of an n-gram model that learned from invented texts; each seed gives other scores."""
    rng = random.Random(seed)
    rows = [(" ".join(rng.choices(words.split(), k=5)), label) for label, words in TOPICS.items() for _ in range(40)]
    rng.shuffle(rows)
    model = registry.model("tfidf-logreg")()
    (folder / "model").mkdir(parents=True)
    with tempfile.TemporaryDirectory() as work:
        model.fit(rows[:130], rows[130:], recipe=Recipe(seed=seed), work=Path(work))
    model.export(folder / "model")
    values = {
        "scenario": "tickets", "task": "text-classification", "options": {"max_characters": 1_000}, "temperature": 1.0,
        "threshold": None, "promise": None, "model": "tfidf-logreg", "max_wait_ms": 1, "seed": seed,
        "watch": {"rollback": False},  # a busy machine is slower at times, and this drill changes releases by itself
    }  # fmt: skip
    write_bundle(folder, requests=[Request(text=one) for one in TEXTS[:3]], card="# Small\n", **values)
    return folder


def encoder_bundle(folder: Path, source: Path, seed: int) -> Path:
    """Return a copy of a bundle whose temperature is another, so that it answers with other scores."""
    shutil.copytree(source, folder)
    about = {key: value for key, value in read_json(folder / ABOUT).items() if key not in {"files", "version"}}
    about["watch"] = {"rollback": False}
    about["temperature"] = float(about["temperature"]) * (1 + seed / 10)
    write_bundle(folder, requests=read_bundle(source).example_requests(), card="# Encoder\n", **about)
    return folder


def broken(folder: Path, good: Path, kind: int) -> Path:
    """Return a copy of a bundle that is broken in one of three ways."""
    shutil.copytree(good, folder)
    if kind == 0:
        with (folder / "card.md").open("a") as card:
            card.write("!")
    elif kind == 1:
        examples = (folder / "examples.jsonl").read_text()
        (folder / "examples.jsonl").write_text(examples.replace('"delivery"', '"xxx"').replace("0.", "0.0"))
        reseal(folder)
    else:
        about = read_json(folder / ABOUT)
        write_json(folder / ABOUT, about | {"scenario": "another"})
        reseal(folder)
    return folder


class Drill:
    """The client: load on one listener, releases on the other."""

    def __init__(self, pid: int, data: str, admin: str, expected: dict[str, list[dict]], name: str) -> None:
        self.pid, self.data, self.admin, self.expected = pid, data, admin, expected
        self.release_of: dict[str, str] = {}
        self.counts: Counter[str] = Counter()
        self.unchecked: list[tuple[str, str, dict]] = []
        self.latencies: list[float] = []
        self.free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.name, self.memory = name, (0.0, 0.0, 0.0)

    async def load(self, rate: float, ending: asyncio.Event) -> None:
        """Send requests at a steady rate, each at its time, whatever became of those before."""
        started, n, tasks = time.monotonic(), 0, set()
        while not ending.is_set():
            await asyncio.sleep(max(0.0, started + n / rate - time.monotonic()))
            task = asyncio.create_task(self.ask(n))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            n += 1
        await asyncio.gather(*tasks)
        self.counts["rate"] = round(n / (time.monotonic() - started))
        for _, writer in self.free:
            writer.close()

    async def call(self, body: bytes) -> tuple[int, bytes]:
        """Post to /predict over a connection that is free, or a new one; a client of a few lines, to be no load."""
        host, _, port = self.data.removeprefix("http://").partition(":")
        while self.free and self.free[-1][0].at_eof():  # one that nobody used for so long that the service closed it
            self.free.pop()[1].close()
        reader, writer = self.free.pop() if self.free else await asyncio.open_connection(host, int(port))
        lines = (
            "POST /predict HTTP/1.1",
            f"host: {host}",
            f"authorization: Bearer {TOKEN}",
            f"content-length: {len(body)}",
        )
        writer.write("\r\n".join((*lines, "", "")).encode() + body)
        got = await reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", got)[1])
        answer = await reader.readexactly(length)
        self.free.append((reader, writer))
        return int(got.split(None, 2)[1]), answer

    async def ask(self, n: int) -> None:
        """Ask one text, or a list of four, and take down which release said what."""
        texts = [TEXTS[(n + k) % len(TEXTS)] for k in range(4 if n % 4 == 0 else 1)]
        body = [{"text": one} for one in texts] if len(texts) > 1 else {"text": texts[0]}
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(30):
                status, got = await self.call(json.dumps(body).encode())
        except (OSError, EOFError, TimeoutError) as error:
            self.counts[f"failed: {type(error).__name__}"] += 1
            return
        self.latencies.append(1_000 * (time.perf_counter() - begun))
        self.counts["requests"] += 1
        if status != 200:
            self.counts[f"failed: {status}"] += 1
            return
        answers = json.loads(got) if len(texts) > 1 else [json.loads(got)]
        if len({one.get("release") for one in answers}) != 1:
            self.counts["mixed: two releases in a list"] += 1
        self.unchecked += [(one["release"], text, one) for one, text in zip(answers, texts, strict=True)]

    def check(self) -> None:
        """Hold every answer against what its release gives."""
        for release, text, answer in self.unchecked:
            want = self.expected[self.release_of[release]][TEXTS.index(text)]
            same = answer["label"] == want["label"] and abs(answer["score"] - want["score"]) < 1e-4
            self.counts["checked" if same else "mixed: not what its release gives"] += 1

    async def swap(self, n: int, good: list[Path], bad: list[Path]) -> None:
        """Change the release n times: a new one, a rollback, a new one, …; each tenth is a broken candidate."""
        headers = {"authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(base_url=self.admin, headers=headers, timeout=120) as client:
            path = f"/v1/{self.name}/releases"
            rows = (await client.get(path)).json()
            self.release_of[rows["releases"][0]["id"]] = str(good[0])
            memory, new, at = [], True, 0
            for k in range(n):
                if k % 10 == 5:
                    got = await client.post(path, json={"bundle": str(bad[k // 10 % len(bad)])})
                    self.counts["refused" if got.status_code == 409 else f"broken, but {got.status_code}"] += 1
                elif new:
                    at = (at + 1) % len(good)
                    got = await client.post(path, json={"bundle": str(good[at])})
                    self.counts["swapped" if got.status_code == 201 else f"swap failed: {got.text}"] += 1
                    if got.status_code == 201:
                        self.release_of[got.json()["id"]] = str(good[at])
                    new = k % 3 == 2
                else:
                    got = await client.post(f"/v1/{self.name}/rollback", json={})
                    self.counts["rolled back" if got.status_code == 200 else f"rollback failed: {got.text}"] += 1
                    new = True
                if k >= WARM:
                    await asyncio.sleep(0)
                    memory.append(resident_mb(self.pid))
            await asyncio.sleep(5)
            settled = resident_mb(self.pid)
        self.memory = (
            sorted(memory[:20])[len(memory[:20]) // 2],
            sorted(memory[-20:])[len(memory[-20:]) // 2],
            settled,
        )


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process and its children, in MB."""
    family, pages = [pid], 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                family.append(int(entry.name))
    for one in family:
        try:
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def drill(folder: Path, good: list[Path], bad: list[Path], *, n: int, rate: float, name: str) -> Drill:
    """Start the server, swap under load, and return what happened."""
    expected = {}
    for one in good:
        bundle = open_bundle(one)
        expected[str(one)] = [
            {"label": got.label, "score": got.score}
            for got in bundle.answer([bundle.task.Request(text=t) for t in TEXTS])
        ]
    command = [sys.executable, "-m", "luodi", "serve", str(good[0]), "--port", "0", "--admin-port", "0"]
    environment = os.environ | {"LUODI_TOKEN": TOKEN}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=folder) as server:
        assert server.stdout
        try:
            data, admin = ("http://" + server.stdout.readline().partition("http://")[2].strip() for _ in range(2))
            made, ending = Drill(server.pid, data, admin, expected, name), asyncio.Event()
            load = asyncio.create_task(made.load(rate, ending))
            await made.swap(n, good, bad)
            ending.set()
            await load
            made.check()
            return made
        finally:
            server.terminate()


def run(n: int, rate: float, encoder: str) -> dict:
    """Make the bundles, run the drill, and return the figures."""
    folder = Path(tempfile.mkdtemp(prefix="luodi-swaps-"))
    try:
        if encoder:
            source = next(Path(encoder).glob(".luodi/deploy/*"))
            good = [encoder_bundle(folder / f"good{k}", source, k) for k in range(3)]
        else:
            good = [small_bundle(folder / f"good{k}", k) for k in range(N_BUNDLES)]
        bad = [broken(folder / f"bad{k}", good[1], k) for k in range(3)]
        name = read_json(good[0] / ABOUT)["scenario"]
        started = time.monotonic()
        made = asyncio.run(drill(folder, good, bad, n=n, rate=rate, name=name))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    waits = sorted(made.latencies)
    early, late, settled = made.memory
    return {
        "seconds": round(time.monotonic() - started),
        "counts": dict(sorted(made.counts.items())),
        "failed": sum(v for k, v in made.counts.items() if "failed" in k or "but" in k),
        "mixed": sum(v for k, v in made.counts.items() if "mixed" in k),
        "p50_ms": round(waits[len(waits) // 2], 1),
        "p99_ms": round(waits[int(0.99 * len(waits))], 1),
        "memory_mb": {"after warm-up": round(early, 1), "last": round(late, 1), "settled": round(settled, 1)},
        "memory_growth": round(late / early - 1, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.swaps")
    parser.add_argument("--swaps", type=int, default=500)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--encoder", default="", metavar="SCENARIO", help="a scenario folder with a finished run")
    asked = parser.parse_args()
    print(json.dumps(run(asked.swaps, asked.rate, asked.encoder), indent=1))


if __name__ == "__main__":
    main()
