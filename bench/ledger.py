"""What the ledger costs: `python -m bench.ledger`. About 20 seconds.

Durable writes by 1, 8 and 64 callers who each wait for theirs, against a commit for every write by plain `sqlite3`
with the same journal and the same fsync; and answers noted with their personal data masked.
"""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from luodi.ledger import opening
from luodi.ledger.entries import Served
from luodi.ledger.feedback import Opinion, add
from luodi.ledger.ids import new_id
from luodi.ledger.ledger import Ledger, open_ledger
from luodi.ledger.tables import REQUESTS

SECONDS, N_NOTES = 3.0, 5_000
TEXTS = (
    "I was charged twice for my last order, please send the money back to my card",
    "Please call me at +1 415 555 0132 or write to jo@example.com about invoice 20417",
    "我的银行卡昨天在商场丢失了,请尽快帮我挂失,谢谢",
    "订单一直没有发货,请打我电话 138 0013 8000 联系我",
)


@contextmanager
def a_ledger() -> Iterator[Ledger]:
    with tempfile.TemporaryDirectory() as folder, open_ledger(Path(folder) / "home", "") as ledger:
        yield ledger


def one_by_one() -> float:
    """Commits a second where every write is its own, as most services do it."""
    with tempfile.TemporaryDirectory() as folder:
        base = sqlite3.connect(Path(folder) / "a.db", isolation_level=None)
        mode = "WAL" if opening.wal_is_safe() else "TRUNCATE"
        base.executescript(
            f"PRAGMA journal_mode={mode}; PRAGMA synchronous=FULL; CREATE TABLE t (id TEXT PRIMARY KEY, text)"
        )
        n, until = 0, time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            base.execute("INSERT INTO t VALUES (?, ?)", (new_id(), TEXTS[0]))
            n += 1
        base.close()
    return n / SECONDS


async def together(ledger: Ledger, n_callers: int) -> tuple[float, float]:
    """Acknowledged writes a second, and the 99th percentile of their waiting in ms."""
    waits, until = list[float](), time.perf_counter() + SECONDS

    async def caller() -> None:
        while (started := time.perf_counter()) < until:
            said = Opinion(request_id=new_id(), right=True, label=None, comment="")
            await ledger.write(
                partial(add, opinion=said, scenario="bench", key_id="owner", idempotency_key=new_id(), known=True)
            )
            waits.append(1_000 * (time.perf_counter() - started))

    await asyncio.gather(*(caller() for _ in range(n_callers)))
    return len(waits) / SECONDS, sorted(waits)[int(0.99 * len(waits))]


def notes(ledger: Ledger, keep: str) -> tuple[float, float]:
    """Microseconds that noting an answer takes from the event loop, and answers a second until they are written."""
    answers = [served(TEXTS[i % len(TEXTS)]) for i in range(N_NOTES)]
    before = ledger.read(lambda c: c.scalars(select(func.count()).select_from(REQUESTS)).one())
    started = time.perf_counter()
    for one in answers:
        ledger.note(one, keep=keep)  # type: ignore[arg-type]
    noted = time.perf_counter() - started
    while ledger.scenario_of(answers[-1].id):
        time.sleep(0.005)
    seconds = time.perf_counter() - started
    after = ledger.read(lambda c: c.scalars(select(func.count()).select_from(REQUESTS)).one())
    assert after - before == N_NOTES, "answers were dropped"
    return 1e6 * noted / N_NOTES, N_NOTES / seconds


def served(text: str) -> Served:
    return Served(
        id=new_id(),
        at=time.time(),
        scenario="bench",
        release=new_id(),
        key="owner",
        request={"text": text},
        x=text,
        response={"label": "refund", "score": 0.7, "handed_over": False},
        scores={"refund": 0.7, "lost card": 0.3},
        label="refund",
        confidence=0.7,
        margin=0.4,
        handed_over=False,
        truncated=False,
        latency_ms=3.0,
    )


def main() -> None:
    alone = one_by_one()
    print(f"a commit for each write:       {alone:8,.0f} a second")
    with a_ledger() as ledger:
        for n in (1, 8, 64):
            rate, p99 = asyncio.run(together(ledger, n))
            print(f"group commit, {n:2} callers:      {rate:8,.0f} a second, {rate / alone:4.1f}×, p99 {p99:.1f} ms")
        for keep in ("none", "full", "redacted"):
            cost, rate = notes(ledger, keep)
            print(f"answers kept {keep + ':':9}         {rate:8,.0f} a second, {cost:.1f} µs each in the event loop")


if __name__ == "__main__":
    main()
