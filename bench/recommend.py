"""Recommenders at scale: `python -m bench.recommend grow FOLDER N_EVENTS …`, `draw FOLDER`, `serve FOLDER`, and
`sequences FILE FOLDER`.

`grow` simulates a log of each size (a tenth as many items and users), takes it through the contest, and prints how long
each candidate learned, in how much memory, and how fast it answers; it adds that to `growth.json` in the folder, which
`draw` makes a picture of. `serve` starts the service of a finished run and asks it one visitor at a time, then from 16
connections at once. `sequences` writes the scenario by which papers measure: of each line of a file, a user and items
in their order, the last item is the exam and the one before it is to choose by, against the whole catalogue.
"""

import asyncio
import contextlib
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench import picture
from bench.simulate import scale
from luodi import child, runner
from luodi.bundle import newest
from luodi.scenario import load

SCENARIO = """\
name = "scale"
task = "recommendation"

[define]
train = "events.csv"

[prepare]
max_dev = 500
max_test = 1000

[select]
models = {models}
max_minutes = {minutes}
n_resamples = 100
"""
SEQUENCES = """\
task = "recommendation"
goal = "Say what each of these people takes next."

[define]
train = "events.csv"

[prepare]
max_dev = 5000
max_test = 1000000

[select]
models = ["rec-popular", "rec-item-knn", "rec-ease", "rec-sequence", "rec-blend"]
max_minutes = 8

[options]
split = "leave-one-out"
"""
N_ALONE, N_TOGETHER, CONNECTIONS = 1_000, 4_000, 16
GROWTH = "growth.json"
TOKEN = "a-token-for-the-bench"


def grow(folder: Path, sizes: list[int], models: list[str], minutes: float) -> None:
    """Print a line per size and candidate."""
    print(f"{'events':>10} {'step':<14} {'seconds':>8} {'memory MB':>10} {'p50 ms':>8} {'p95 ms':>8} {'size MB':>8}")
    for n in sizes:
        here = folder / str(n)
        here.mkdir(parents=True, exist_ok=True)
        if not (here / "events.csv").exists():
            scale(random.Random(7), here, n, n // 10, n // 10)
        (here / "scenario.toml").write_text(SCENARIO.format(models=json.dumps(models), minutes=minutes))
        scenario = load(here)
        started = time.monotonic()
        runner.run(scenario, until="prepare")
        peak, seconds = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, time.monotonic() - started
        print(f"{n:>10,} {'prepare':<14} {seconds:>8.1f} {peak:>10,.0f}", flush=True)
        _add(folder, {"events": n, "step": "prepare", "seconds": seconds, "memory_mb": peak})
        made = runner.run(scenario, until="select").artifacts["select"]
        for name, one in made.measured["candidates"].items():
            print(
                f"{n:>10,} {name:<14} {one['fit_s']:>8.1f} {one['train_memory_mb']:>10,.0f} {one['p50_ms']:>8.3g} "
                f"{one['p95_ms']:>8.3g} {one['size_mb']:>8.3g}",
                flush=True,
            )
            _add(folder, {"events": n, "step": name, "seconds": one["fit_s"], "memory_mb": one["train_memory_mb"]})


def _add(folder: Path, row: dict[str, object]) -> None:
    path = folder / GROWTH
    rows = json.loads(path.read_text()) if path.is_file() else []
    rows = [one for one in rows if (one["events"], one["step"]) != (row["events"], row["step"])]
    path.write_text(json.dumps([*rows, row], indent=1))


def sequences(file: Path, folder: Path) -> None:
    """Write `events.csv` and a scenario for a file with a user and their items in each line."""
    folder.mkdir(parents=True, exist_ok=True)
    with file.open(encoding="utf-8") as lines, (folder / "events.csv").open("w", encoding="utf-8") as out:
        out.write("user,item\n")
        for line in lines:
            user, *items = line.split()
            out.writelines(f"{user},{item}\n" for item in items)
    (folder / "scenario.toml").write_text(SEQUENCES, encoding="utf-8")


def draw(folder: Path) -> None:
    """Draw what `grow` measured to docs/images/recommend-growth.svg."""
    rows = json.loads((folder / GROWTH).read_text())
    steps = list(dict.fromkeys(one["step"] for one in rows))

    def lines(what: str) -> dict[str, list[tuple[float, float]]]:
        return {step: [(one["events"], one[what]) for one in rows if one["step"] == step] for step in steps}

    picture.over_sizes(
        Path("docs/images/recommend-growth.svg"),
        {"Seconds, by events": lines("seconds"), "Peak memory in MB, by events": lines("memory_mb")},
        limits={"Peak memory in MB, by events": (8_000, "8 GB")},
        title="How long recommenders learn, and in how much memory, as logs grow",
    )


def serve(folder: Path) -> None:
    """Print the latency of one caller and the throughput of many."""
    bundle = newest(load(folder).home)
    assert bundle is not None, "luodi run makes one"
    users = [json.loads(line)["request"]["user"] for line in (bundle / "examples.jsonl").read_text().splitlines()]
    names = json.loads((bundle / "model" / "shelf.json").read_text())["users"]
    rng = random.Random(7)
    bodies = [{"user": rng.choice(names or users)} for _ in range(N_TOGETHER)]
    with _running(bundle) as (port, pid):
        asyncio.run(_ask(port, bodies[:200], connections=1))  # to warm up
        alone = sorted(asyncio.run(_ask(port, bodies[:N_ALONE], connections=1)))
        started, (cpu, _) = time.perf_counter(), _taken(pid)
        together = sorted(asyncio.run(_ask(port, bodies, connections=CONNECTIONS)))
        seconds = time.perf_counter() - started
        after, memory = _taken(pid)
    p50, p95 = statistics.median(alone), alone[int(0.95 * len(alone))]
    print(f"one caller: p50 {p50:.2f} ms, p95 {p95:.2f} ms; {memory:,.0f} MB")
    p50, p95 = statistics.median(together), together[int(0.95 * len(together))]
    print(f"{CONNECTIONS} at once: {N_TOGETHER / seconds:,.0f} requests/s, p50 {p50:.1f} ms, p95 {p95:.1f} ms")
    cpu = 1_000 * (after - cpu) / N_TOGETHER
    print(f"processor time of the service: {cpu:.2f} ms a request, so {1_000 / cpu:,.0f} requests/s for each free core")


def _taken(pid: int) -> tuple[float, float]:
    """Return the seconds of processor time and the MB of memory that a process and its children have taken."""
    seconds = memory = 0.0
    for path in (Path(f"/proc/{one}") for one in _family(pid)):
        fields = (path / "stat").read_text().rpartition(")")[2].split()
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        memory += int((path / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return seconds, memory


def _family(pid: int) -> list[int]:
    children = [int(one) for path in Path(f"/proc/{pid}/task").glob("*/children") for one in path.read_text().split()]
    return [pid, *(each for one in children for each in _family(one))]


@contextlib.contextmanager
def _running(bundle: Path):
    command = child.command("luodi", "serve", str(bundle), "--port", "0")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"LUODI_TOKEN": TOKEN}, text=True)
    try:
        line = next(line for line in process.stdout if "http://" in line)
        yield int(line.rpartition(":")[2].split("/")[0]), process.pid
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


async def _ask(port: int, bodies: list[dict], *, connections: int) -> list[float]:
    """Return the milliseconds of each request."""
    waiting = iter(bodies)
    taken: list[float] = []

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body in waiting:
            data = json.dumps(body).encode()
            head = f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
            head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
            started = time.perf_counter()
            writer.write(head.encode() + data)
            answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            assert answer.startswith("http/1.1 200"), answer
            await reader.readexactly(int(answer.partition("content-length:")[2].split("\r\n")[0]))
            taken.append(1_000 * (time.perf_counter() - started))
        writer.close()

    await asyncio.gather(*(caller() for _ in range(connections)))
    return taken


if __name__ == "__main__":
    what, where = sys.argv[1], Path(sys.argv[2])
    if what == "grow":
        chosen = os.environ.get("MODELS", "rec-popular,rec-item-knn,rec-als,rec-sequence").split(",")
        grow(where, [int(one) for one in sys.argv[3:]], chosen, float(os.environ.get("MINUTES", "2")))
    elif what == "draw":
        draw(where)
    elif what == "sequences":
        sequences(where, Path(sys.argv[3]))
    else:
        serve(where)
