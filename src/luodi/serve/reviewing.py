"""The review queues of a service: one for each scenario whose answers people can review."""

from collections.abc import Iterable
from functools import partial

from luodi.ledger.entries import Served
from luodi.ledger.ledger import Ledger
from luodi.loop.queue import Queue
from luodi.serve.endpoint import Endpoint
from luodi.steps.reviewing import Review

KINDS = ("classify", "tag", "extract")


def queues(endpoints: Iterable[Endpoint], ledger: Ledger) -> list[Queue]:
    """Let the answers of all scenarios be seen by a queue each, by the rules of whichever release is the champion."""
    made = []
    for one in endpoints:
        if one.bundle.task.kind in KINDS:
            queue = Queue(one.name, one.bundle.task.kind, rules_of(one), ledger)
            one.watchers.append(partial(_see, one, queue))
            made.append(queue)
    return made


def rules_of(endpoint: Endpoint) -> Review:
    """Return what the champion's scenario says of reviews; bundles from before have the usual rules."""
    return Review(**endpoint.bundle.about.get("review", {}))


def _see(endpoint: Endpoint, queue: Queue, served: Served) -> None:
    if endpoint.record != "none":  # of whose texts nothing is kept, nothing can be shown
        queue.rules = rules_of(endpoint)
        queue.see(served)


def labels_of(endpoint: Endpoint) -> list[str]:
    """Return the labels that a scenario has."""
    return sorted(endpoint.bundle.examples[0]["response"].get("scores", {}))
