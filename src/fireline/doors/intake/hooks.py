"""Webhooks: one POST for each format, kept as it came and read afterwards.

A hook that must be proven before it is kept (a signature over the body) names its check here.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fireline.core.signals.formats.github import EVENT as GITHUB_EVENT
from fireline.core.signals.formats.sentry import RESOURCE as SENTRY_RESOURCE
from fireline.doors.intake import aws, changes, grafana, kubernetes, sentry, sns
from fireline.doors.intake.desk import Turned, body_of, desk_of, token_of
from fireline.usecases.sources import Card

# Looks at a post before it is kept; returns an answer to give instead, or raises Turned.
Check = Callable[[Request, Card, bytes], Awaitable[Response | None]]


@dataclass(frozen=True, slots=True)
class Hook:
    """How one format posts: which headers its reader needs, and what is proven first."""

    headers: tuple[str, ...] = ()
    check: Check | None = None


# By format. Each format's reader is in core/signals/readers.py under the same name.
HOOKS: Mapping[str, Hook] = {
    "alertmanager": Hook(),
    "datadog": Hook(),
    "deploy": Hook(check=changes.check_deploy),
    "eventbridge": Hook(check=aws.check_event),
    "falco": Hook(),
    "findings": Hook(),
    "github": Hook((GITHUB_EVENT,), changes.check_github),
    "gitlab": Hook(check=changes.check_gitlab),
    "grafana": Hook(check=grafana.proven),
    "kubernetes_audit": Hook(check=kubernetes.check_audit),
    "sentry": Hook((SENTRY_RESOURCE,), sentry.check_sentry),
    "sns": Hook(check=sns.check_sns),
    "splunk": Hook(),
}


async def receive(request: Request) -> Response:
    """Keep one webhook's body; answer 202 once it is committed."""
    format_ = request.path_params["format"]
    hook = HOOKS.get(format_)
    desk = desk_of(request)
    card = await desk.admit(token_of(request), format_)
    if hook is None:
        raise Turned(HTTPStatus.NOT_FOUND, f"There is no integration called {format_}.")
    body = await body_of(request)
    if hook.check is not None:
        answer = await hook.check(request, card, body)
        if answer is not None:
            return answer
    meta = {name: request.headers[name] for name in hook.headers if name in request.headers}
    accepted = await desk.keep(card, body, meta=meta)
    said = {"status": "accepted", "payload": str(accepted.payload)}
    return JSONResponse(said, HTTPStatus.ACCEPTED)


ROUTES = (
    Route("/integrations/{format}/{token}", receive, methods=["POST"]),
    Route("/integrations/{format}", receive, methods=["POST"]),
)
