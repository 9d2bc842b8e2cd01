"""The review queues of a service: one for each scenario whose answers people can review."""

from collections.abc import Iterable

from luodi.ledger.ledger import Ledger
from luodi.loop.queue import Queue
from luodi.serve.endpoint import Endpoint
from luodi.steps.reviewing import Review

KINDS = ("classify", "tag")


def queues(endpoints: Iterable[Endpoint], ledger: Ledger) -> list[Queue]:
    """Let the answers of all scenarios be seen by a queue each, but for those of whose texts nothing is kept."""
    made = []
    for one in endpoints:
        if one.bundle.task.kind in KINDS and one.record != "none":
            rules = Review(**one.bundle.about.get("review", {}))  # bundles from before have the usual ones
            queue = Queue(one.name, one.bundle.task.kind, rules, ledger)
            one.watchers.append(queue.see)
            made.append(queue)
    return made


def labels_of(endpoint: Endpoint) -> list[str]:
    """Return the labels that a scenario has."""
    return sorted(endpoint.bundle.examples[0]["response"].get("scores", {}))
