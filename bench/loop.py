"""From an empty folder to a better model in charge: `python -m bench.loop [tickets|banking77] [SEED]`.

A champion learns without a sub-topic. Traffic brings that topic, through a real server; a simulated reviewer, who knows
the truth and errs on 3 of 100, works the review queue over HTTP, 300 reviews at most; `luodi challenge --promote`
trains a challenger and hands it over; the server swaps it in while it runs. The same later traffic, none of which was
reviewed, is asked before and after.

tickets: the support-tickets of the examples, where repairs and returns go to one team, and the champion has never seen
a return. banking77: groups of intents are labels and one intent is new (development data, which is not shipped).
"""

import csv
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from luodi.loop.compare import Sat, recent

ROOT = Path(__file__).parents[1]
MOST_REVIEWS, ERRS = 300, 0.03
KNOWN = 0.65  # so much of what is not new is there to learn from; the rest comes in
NEW = 0.25  # so much of what comes in first is of the new topic, half of it at most; what is left comes later
PAUSE_SECONDS = 0.01  # of a flood, the queue takes a hundred each half second
SWAP_SECONDS = 60.0
BANKING = ROOT.parent / "shared" / "data" / "banking77" / "train.csv"
GROUPS = {  # the first whose word stands in the name of an intent
    "exchange": "exchange currency currencies fiat",
    "top-up": "top",
    "cash": "cash atm",
    "charges": "refund charge debit statement",
    "transfers": "transfer beneficiary receiving balance",
    "identity": "identity verify age funds details terminate",
    "cards": "card contactless visa pin passcode payment apple",
}
NEW_INTENT = "lost_or_stolen_phone"
SCENARIO = """name = "{name}"
task = "text-classification"
goal = "Send each message to the team that can answer it."
[define]
train = "data.csv"
automate = {{ precision = 0.95 }}
[select]
models = ["majority", "tfidf-logreg", "nb-svm"]
"""
"""The promise is what `luodi new` writes, the models are those that learn in seconds; all else is the default."""


@dataclass(frozen=True)
class Message:
    text: str
    label: str
    is_new: bool


def tickets() -> list[Message]:
    path = ROOT / "examples" / "support-tickets" / "data" / "tickets.csv"
    team = {"repairs": "aftersales", "returns": "aftersales"}
    return [
        Message(text, team.get(queue, queue), queue == "returns")
        for text, queue in _rows(path, "body", "queue").items()
    ]


def banking77() -> list[Message]:
    if not BANKING.is_file():
        sys.exit("the development data are not here: ../shared/data/banking77")
    found = [
        Message(text, _group(intent), intent == NEW_INTENT)
        for text, intent in _rows(BANKING, "text", "category").items()
    ]
    rest = random.Random(1).sample([one for one in found if not one.is_new], k=2_500)
    return [*rest, *(one for one in found if one.is_new)]


def _group(intent: str) -> str:
    parts = intent.lower()
    return next((group for group, words in GROUPS.items() if any(word in parts for word in words.split())), "other")


def _rows(path: Path, text: str, label: str) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {" ".join(row[text].split()): row[label] for row in csv.DictReader(file) if row[text].strip()}


def main(which: str = "tickets", seed: int = 52) -> int:
    started = time.monotonic()
    rng = random.Random(seed)
    messages = {"tickets": tickets, "banking77": banking77}[which]()
    topic = rng.sample([one for one in messages if one.is_new], k=sum(one.is_new for one in messages))
    rest = rng.sample([one for one in messages if not one.is_new], k=sum(not one.is_new for one in messages))
    known, tail = rest[: int(KNOWN * len(rest))], rest[int(KNOWN * len(rest)) :]
    half = len(tail) // 2
    n_now = min(len(topic) // 2, round(half * NEW / (1 - NEW)))
    first, later = [*topic[:n_now], *tail[:half]], [*topic[n_now:], *tail[half:]]
    rng.shuffle(first)
    n_first, n_later = sum(one.is_new for one in first), sum(one.is_new for one in later)
    _say(
        started, f"{which}, seed {seed}: {len(known)} messages to learn from, {len(first)} come in, {len(later)} later"
    )
    _say(started, f"the new topic is {n_first} and {n_later} of those; the champion sees none of it")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / which
        _write(root, which, known)
        verdict = _luodi("run", str(root), "--json")["verdict"]
        _say(started, f"champion: {verdict['sentence']}")
        with _serving(root) as (data, admin):
            truth = dict(zip((one["id"] for one in _ask(data, first)), first, strict=True))
            _say(started, _review(admin, which, truth, rng))
            before = _ask(data, later)
            report = _luodi("challenge", str(root), "--promote", "--json", codes=(0, 1))
            for check in report["checks"]:
                _say(started, f"{check['name']}: {'yes' if check['met'] else 'NO'}, {check['says']}")
            held = sum(report["held_back"].values())
            _say(started, f"challenger learned from {report['learned_from']} reviewed texts, {held} held back: "
                          f"{'BEATS' if report['beats'] else 'does NOT beat'} the champion")  # fmt: skip
            hot = _swapped(data, which, report["release"])
            _say(started, f"in charge, without a restart: {'yes' if hot else 'NO'}")
            after = _ask(data, later)
    good = _compare(started, later, before, after)
    return 0 if report["beats"] and hot and good else 1


def _say(started: float, what: str) -> None:
    print(f"{time.monotonic() - started:5.0f} s  {what}", flush=True)


def _write(root: Path, name: str, rows: list[Message]) -> None:
    root.mkdir(parents=True)
    (root / "scenario.toml").write_text(SCENARIO.format(name=name), encoding="utf-8")
    with (root / "data.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("text", "label"))
        table.writerows((one.text, one.label) for one in rows)


def _luodi(*arguments: str, codes: tuple[int, ...] = (0, 1)) -> Any:
    command = [sys.executable, "-m", "luodi", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in codes, done.stderr[-2_000:]
    return json.loads(done.stdout)


@contextmanager
def _serving(root: Path) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Serve a scenario as a user does; yield a client of each listener, with the owner's token."""
    command = [sys.executable, "-m", "luodi", "serve", str(root), "--port", "0", "--admin-port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        urls: list[str] = []
        while len(urls) < 2:
            line = process.stdout.readline()
            assert line, "the service did not start"
            urls += [one.rstrip("/") for one in re.findall(r"http://[\w.\[\]:]+", line)]
        token = (root / ".luodi" / "token").read_text().strip()
        headers = {"authorization": f"Bearer {token}"}
        with (
            httpx.Client(base_url=urls[0], headers=headers, timeout=60) as data,
            httpx.Client(base_url=urls[1], headers=headers, timeout=60) as admin,
        ):
            yield data, admin
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def _ask(data: httpx.Client, messages: list[Message]) -> list[dict[str, Any]]:
    """Send the messages one by one, as customers would."""
    answers = []
    for one in messages:
        answer = data.post("/predict", json={"text": one.text})
        answers.append(answer.raise_for_status().json())
        time.sleep(PAUSE_SECONDS)
    return answers


def _review(admin: httpx.Client, name: str, truth: dict[str, Message], rng: random.Random) -> str:
    """Work the queue until it is empty or enough was done; return what was done."""
    time.sleep(2)  # the queue is written every half second
    labels, reasons, n_new, n_wrong = sorted({one.label for one in truth.values()}), Counter[str](), 0, 0
    while reasons.total() < MOST_REVIEWS:
        items = admin.get(f"/v1/{name}/queue", params={"limit": 20}).raise_for_status().json()["items"]
        if not items:
            break
        for item in items[: MOST_REVIEWS - reasons.total()]:
            right = truth[item["request_id"]]
            label = rng.choice(labels) if rng.random() < ERRS else right.label
            body = {"request_id": item["request_id"], "label": label}
            admin.post(f"/v1/{name}/reviews", json=body).raise_for_status()
            reasons[item["reason"]] += 1
            n_new += right.is_new
            n_wrong += label != right.label
    why = ", ".join(f"{n} {reason.replace('_', ' ')}" for reason, n in reasons.most_common())
    return f"{reasons.total()} reviews of {len(truth)} answers ({why}), {n_new} of the new topic, {n_wrong} mistaken"


def _swapped(data: httpx.Client, name: str, release: str | None) -> bool:
    """Wait until the release answers."""
    until = time.monotonic() + SWAP_SECONDS
    while release and time.monotonic() < until:
        served = {one["name"]: one["release"] for one in data.get("/v1").raise_for_status().json()["scenarios"]}
        if served[name] == release:
            return True
        time.sleep(0.2)
    return False


def _compare(started: float, later: list[Message], before: list[dict[str, Any]], after: list[dict[str, Any]]) -> bool:
    """Say how right both models are on later traffic, by topic; return whether the aims are reached."""
    gains = {}
    for name, is_new in (("the new topic", True), ("the rest", False)):
        at = [n for n, one in enumerate(later) if one.is_new == is_new]
        sat = Sat(
            gold=[later[n].label for n in at],
            champion=[before[n]["label"] for n in at],
            challenger=[after[n]["label"] for n in at],
            tags=[{}] * len(at),
        )
        found = recent(sat).numbers
        gains[name] = found["challenger"] - found["champion"], found["interval"], found["p"]
        low, high = (100 * one for one in found["interval"])
        _say(started, f"later traffic, {name}: {found['champion']:.1%} right before, {found['challenger']:.1%} after")
        _say(started, f"    {100 * gains[name][0]:+.1f} points ({low:+.1f} to {high:+.1f}), n = {len(at)}")
    _say(started, f"handed over: {sum(one['handed_over'] for one in before)} before, "
                  f"{sum(one['handed_over'] for one in after)} after, of {len(later)}")  # fmt: skip
    gain, (low, _), _ = gains["the new topic"]
    _, (_, high), _ = gains["the rest"]
    return gain >= 0.15 and low > 0 and high >= 0


if __name__ == "__main__":
    sys.exit(main(*(int(one) if one.isdecimal() else one for one in sys.argv[1:])))
