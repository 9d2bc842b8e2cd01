"""`GET /v1/{scenario}`: what is served, and the verdict that it has to keep."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from luodi import verdict
from luodi.bundle import MODEL
from luodi.runtime.session import read_about
from luodi.serve.routes import BOTH, PREFIX, Route
from luodi.serve.routes_predict import as_json
from luodi.serve.routes_report import report_of
from luodi.serve.service import Service
from luodi.store import MEASURED, read_json

if TYPE_CHECKING:
    from luodi.bundle import Bundle


async def about(service: Service, http: Request) -> Response:
    """Say what a scenario is for, which release answers, what was promised, and whether the targets were met."""
    endpoint = service.endpoint(http)
    bundle = endpoint.bundle
    entries = bundle.about
    judged = verdict.judge_bundle(entries, measured(bundle))
    return as_json(
        {
            "name": endpoint.name,
            "task": entries["task"],
            "kind": bundle.task.kind,
            "goal": entries.get("goal", ""),
            "model": entries.get("model", ""),
            "form": entries.get("form", ""),
            "release": endpoint.release,
            "labels": labels(bundle),
            "verdict": asdict(judged) | {"word": judged.word} if judged else None,
            "promise": entries["promise"],
            "metrics": entries.get("metrics", {}),
            "record": entries.get("record", "redacted"),
            "examples": [one["request"] for one in bundle.examples],
            "writes": bool(getattr(bundle.options, "writer", None)),
            "columns": {name: list(getattr(bundle.options, name, ())) for name in ("about", "context")},
            "report": report_of(endpoint) is not None,
        }
    )


def labels(bundle: "Bundle") -> list[str]:
    """Return the labels that a bundle's model knows; none where it ranks."""
    found = read_about(bundle.path / MODEL)
    return list(found.get("labels") or found.get("scores") or ())


def measured(bundle: "Bundle") -> dict[str, Any]:
    """Return what clocks and scales said when the bundle was made; nothing where that did not come along."""
    try:
        found = read_json(bundle.path / MEASURED)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


ROUTES = (
    Route(
        method="GET",
        path=PREFIX,
        scope="any",
        handler=about,
        about="Say what the scenario is for, what it promises, and whether its targets were met.",
        listeners=BOTH,
    ),
)
