"""A child process that has one bundle open and answers: `python -m luodi.serve.worker FOLDER`, a socket as input.

Whatever happens to the model, a crash, a hang, a leak, happens to this process alone.
"""

import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from luodi.bundle import Bundle, open_bundle
from luodi.errors import LuodiError
from luodi.monitor.meaning import Directions
from luodi.runtime.marked import Said
from luodi.serve import worker_frames
from luodi.serve.worker_frames import Outcome, Scored, Unscored, pack, pack_outcomes

Scores = Callable[[Sequence[Any]], Sequence[Said]]
MAX_DROPPED = 1_000
log = logging.getLogger(__name__)


def main(folder: Path, change: Callable[[Bundle], None] = lambda bundle: None) -> None:
    """Open the bundle, say so, and answer batches until the service ends the conversation.

    `change` may do something to the bundle before it is asked; drills and tests make it slow or deadly.
    """
    for ending in (signal.SIGINT, signal.SIGTERM):  # they reach the whole group; the service drains, then hangs up
        signal.signal(ending, signal.SIG_IGN)
    pipe = socket.socket(fileno=os.dup(0))
    sys.stdout = sys.stderr
    try:
        bundle = open_bundle(folder, check=False)  # the service has looked at every byte of it
        change(bundle)
    except LuodiError as error:
        pipe.sendall(pack({"error": [error.what, error.where, error.fix]}))
        return
    gc.freeze()
    slots = int(getattr(bundle.session, "streams", 1))
    answering = Answering(placing(bundle), pipe)
    for _ in range(slots):
        threading.Thread(target=answering.work, daemon=True).start()
    pipe.sendall(pack({"slots": slots}))
    with pipe.makefile("rb") as frames:
        while (frame := worker_frames.read(frames)) is not None:
            answering.take(frame[0])
    os._exit(0)  # a thread that hangs in the model would keep the process


def placing(bundle: Bundle) -> Scores:
    """Return what scores texts, with their places along the directions that the bundle's reference has."""
    along = Directions.of(bundle.path)

    def scores(xs: Sequence[Any]) -> Sequence[Said]:
        made = bundle.marked_scores(xs)
        if along is None or not made or not len(made[0].vector):
            return [one._replace(vector=()) for one in made]
        places = along.places([one.vector for one in made])
        return [one._replace(vector=place) for one, place in zip(made, places, strict=True)]

    return scores


class Answering:
    """Answers batches from a queue, in as many threads as run `work`."""

    def __init__(self, scores: Scores, pipe: socket.socket) -> None:
        self.scores, self.pipe = scores, pipe
        self.jobs: SimpleQueue[Any] = SimpleQueue()
        self._dropped: dict[int, None] = {}
        self._sending = threading.Lock()

    def take(self, said: dict[str, Any]) -> None:
        """Queue a batch, or note that an x of one is not wanted any more."""
        if "drop" not in said:
            self.jobs.put(said)
            return
        self._dropped[said["drop"]] = None
        while len(self._dropped) > MAX_DROPPED:  # of batches that had begun meanwhile
            del self._dropped[next(iter(self._dropped))]

    def work(self) -> None:
        """Answer batches forever."""
        while True:
            job = self.jobs.get()
            if job["tell"]:
                self._send(pack({"begun": job["n"]}))
            now, batch = time.monotonic(), job["batch"]
            due = [place for place, (n, _, until) in enumerate(batch) if until > now and n not in self._dropped]
            outcomes: list[Outcome] = [Unscored.LATE] * len(batch)
            for place, one in zip(due, each(self.scores, [batch[place][1] for place in due]), strict=True):
                outcomes[place] = one
            self._send(pack_outcomes(job["n"], outcomes))

    def _send(self, frame: bytes) -> None:
        with self._sending:
            try:
                self.pipe.sendall(frame)
            except OSError:
                os._exit(0)  # nobody listens any more


def each(scores: Scores, xs: Sequence[Any]) -> list[Outcome]:
    """Return an outcome for each x. If a batch fails, its halves are tried, so that one x fails alone.

    >>> each(lambda xs: [Said(1 / x) for x in xs], [1, 0])
    [Scored(scores=1.0, truncated=False, meaning=()), <Unscored.FAILED: 'f'>]
    """
    if not xs:
        return []
    try:
        made = scores(xs)
        assert len(made) == len(xs), "the model left some out"
        return [Scored(scores=one.scores, truncated=one.cut, meaning=one.vector) for one in made]
    except Exception as error:  # noqa: BLE001 -- whatever a model raises, its thread lives on
        if len(xs) == 1:
            # The type alone: a message might quote the text.
            log.error("prediction failed", extra={"error": type(error).__name__})  # noqa: TRY400
            return [Unscored.FAILED]
        middle = len(xs) // 2
        return [*each(scores, xs[:middle]), *each(scores, xs[middle:])]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
