"""What is proven of a change before it is kept: who signed it, and that it can be read.

A source with a `secret` in its settings (a reference such as `env:GITHUB_SECRET`) must sign; one
without is trusted by its token alone.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fireline.core.signals.formats import deploy
from fireline.core.signals.formats.github import EVENT as GITHUB_EVENT
from fireline.core.signals.payload import Payload
from fireline.core.values.secret import Secret
from fireline.doors.intake.desk import IntakeDesk, Turned, desk_of
from fireline.usecases.sources import Card

GITHUB_SIGNATURE = "x-hub-signature-256"
GITLAB_TOKEN = "x-gitlab-token"  # noqa: S105 - a header's name
# Reading a deploy does not ask when it came.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


async def check_github(request: Request, card: Card, body: bytes) -> Response | None:
    """Prove GitHub's signature, and answer its ping.

    Docs: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries: the
    header is `sha256=` and the HMAC-SHA256 of the body, in hex.
    """
    secret = _secret(desk_of(request), card)
    if secret is not None:
        digest = hmac.new(secret.reveal().encode(), body, hashlib.sha256).hexdigest()
        _same(f"sha256={digest}", request.headers.get(GITHUB_SIGNATURE, ""), "X-Hub-Signature-256")
    if request.headers.get(GITHUB_EVENT) == "ping":
        return JSONResponse({"status": "ok", "source": card.name})
    return None


async def check_gitlab(request: Request, card: Card, body: bytes) -> Response | None:
    """Prove GitLab's token.

    Docs: https://docs.gitlab.com/user/project/integrations/webhooks/: the secret itself is in the
    header `X-Gitlab-Token`.
    """
    del body
    secret = _secret(desk_of(request), card)
    if secret is not None:
        _same(secret.reveal(), request.headers.get(GITLAB_TOKEN, ""), "X-Gitlab-Token")
    return None


async def check_deploy(request: Request, card: Card, body: bytes) -> Response | None:
    """Refuse a deploy that cannot be read, naming the field, while its sender still listens."""
    del request, card
    reading = deploy.read(Payload("deploy", "", body, _NEVER))
    if reading.unread:
        wrong = reading.unread[0]
        said = {"status": "refused", "code": wrong.code, "field": wrong.field, "error": wrong.why}
        return JSONResponse(said, HTTPStatus.UNPROCESSABLE_ENTITY)
    return None


def _secret(desk: IntakeDesk, card: Card) -> Secret | None:
    reference = card.settings.get("secret")
    return desk.secrets.reveal(str(reference)) if reference else None


def _same(expected: str, shown: str, header: str) -> None:
    if not hmac.compare_digest(expected.encode(), shown.encode("utf-8", "replace")):
        why = f"{header} does not prove that this comes from who has the source's secret."
        raise Turned(HTTPStatus.UNAUTHORIZED, why)
