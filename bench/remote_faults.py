"""Questions to an endpoint that fails in sixteen ways: `python -m bench.remote_faults [--n 2000] [--share 0.3]`.

The endpoint of the tests, a process of its own with a linear model behind it, fails a share of all calls, each kind as
often as the others, by a seed. Printed: how many questions were answered, how many took longer than their deadline, how
many calls each took, and the time from question to answer. Waiting, not computing, is what takes the time.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from luodi.contracts import Recipe
from luodi.models.tfidf_logreg import TfidfLogreg
from luodi.runtime.asking import Asker
from luodi.runtime.endpoint import Endpoint

PROGRAM = Path(__file__).parents[1] / "tests" / "remote" / "endpoint.py"
DEADLINE_S, AT_ONCE, SLACK_S = 15.0, 16, 0.5
WORDS = {"card": "card bank pin atm", "refund": "refund money paid"}
ROWS = [(f"my {word} number {n}", label) for label in WORDS for n, word in enumerate(WORDS[label].split() * 5)]


async def ask(url: str, n: int) -> tuple[list[float], Counter, Asker]:
    limits = {"timeout_s": DEADLINE_S, "concurrency": AT_ONCE, "max_calls_per_day": 10**9}
    asker = Asker(Endpoint(url=url, model="small", **limits), patient=True, rng=random.Random(1))
    asker.open()
    times, errors = [], Counter()
    free = asyncio.Semaphore(AT_ONCE)

    async def one(i: int) -> None:
        question = {"messages": [{"role": "user", "content": json.dumps({"text": f"{ROWS[i % len(ROWS)][0]} {i}"})}]}
        async with free:
            started = time.monotonic()
            try:
                await asker.ask(question | {"max_tokens": 20})
            except Exception as error:  # noqa: BLE001 - each kind is counted
                errors[type(error).__name__] += 1
            times.append(time.monotonic() - started)

    await asyncio.gather(*(one(i) for i in range(n)))
    await asker.close()
    return times, errors, asker


def main() -> None:
    given = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    n, share = int(given.get("--n", 2_000)), float(given.get("--share", 0.3))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LUODI_STATE"] = folder
        model = TfidfLogreg()
        model.fit(ROWS, ROWS, recipe=Recipe(), work=Path(folder))
        model.export(Path(folder))
        command = [sys.executable, str(PROGRAM), folder, json.dumps({"share": share, "seed": 7})]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            url = process.stdout.readline().strip()
            started = time.monotonic()
            times, errors, asker = asyncio.run(ask(url, n))
            seconds = time.monotonic() - started
            process.kill()
    times.sort()
    late = sum(one > DEADLINE_S + SLACK_S for one in times)
    good = n - errors.total()
    print(f"{n:,} questions, {share:.0%} of calls fail: {good:,} answered ({good / n:.2%}), {late} later than")
    print(f"their {DEADLINE_S:g} s; {asker.n_tries / n:.2f} calls a question; {seconds:.0f} s in all")
    print(f"p50 {times[n // 2]:.2f} s, p99 {times[int(0.99 * n)]:.2f} s, longest {times[-1]:.2f} s")
    print("failed tries:", ", ".join(f"{name} {count}" for name, count in sorted(asker.failures.items())))
    print("not answered:", dict(errors) or "none")


if __name__ == "__main__":
    main()
