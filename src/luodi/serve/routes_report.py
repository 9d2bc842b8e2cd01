"""`GET /v1/{scenario}/report`: the HTML report of the scenario's last run, under a policy of its own."""

import base64
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from luodi.serve.problems import ProblemError
from luodi.serve.routes import ADMIN, PREFIX, Route
from luodi.serve.service import Service

if TYPE_CHECKING:
    from luodi.serve.endpoint import Endpoint

FILE, DEPLOY = "report.html", "deploy"
STYLE = re.compile(b"<style>(.*?)</style>", re.DOTALL)
SHOWN = re.compile(b'(<input type="radio" name="language" id="say-(en|zh)"[^>]*?)( checked)?>')


async def report(service: Service, http: Request) -> Response:
    """Return the report; `?lang=` says which of its two languages is shown first."""
    path = report_of(service.endpoint(http))
    if path is None:
        raise ProblemError(404, "there is no report beside this bundle", fix="luodi run writes one")
    page = path.read_bytes()
    language = http.query_params.get("lang", "").encode()
    if language in {b"en", b"zh"}:
        page = SHOWN.sub(lambda one: one[1] + (b" checked>" if one[2] == language else b">"), page)
    headers = {
        "content-security-policy": policy(page),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
    }
    return Response(page, media_type="text/html", headers=headers)


def policy(page: bytes) -> str:
    """Return the policy under which a report is shown: its own style sheet, pictures inside it, and nothing else."""
    found = STYLE.search(page)
    digest = base64.b64encode(hashlib.sha256(found[1] if found else b"").digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox"
    )


def report_of(endpoint: "Endpoint") -> Path | None:
    """Return where the report of a bundle lies; `None` where it has none, as one that was copied by itself."""
    folder = endpoint.bundle.path.resolve().parent
    path = folder.parent / FILE
    return path if folder.name == DEPLOY and path.is_file() and not path.is_symlink() else None


ROUTES = (
    Route(
        method="GET",
        path=PREFIX + "/report",
        scope="any",
        handler=report,
        about="Return the HTML report of the last run.",
        listeners=ADMIN,
    ),
)
