"""The API server's audit webhook: log records, which the plan's rules judge.

Docs: https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#webhook-backend. A body is an
EventList of up to 400 events; the API server sends it again after an answer that is not 2xx.
"""

from starlette.requests import Request
from starlette.responses import Response

from fireline.doors.intake.aws import keep_records
from fireline.usecases.sources import Card


async def check_audit(request: Request, card: Card, body: bytes) -> Response:
    """Keep the events of a list as signals."""
    return await keep_records(request, card, body)
