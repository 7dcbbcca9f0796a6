"""Slack's slash command: one line of words, signed by Slack, answered to its author alone.

The signature is the one of https://docs.slack.dev/authentication/verifying-requests-from-slack, the
form that of https://docs.slack.dev/interactivity/implementing-slash-commands.
"""

import hmac
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fireline.core.values.refusals import Refusal, Unavailable
from fireline.core.values.secret import Secret
from fireline.doors.intake.desk import Turned, body_of, desk_of
from fireline.usecases import chat

CHANNEL = "slack"
MAX_BODY_BYTES = 64 * 1024
MAX_FIELDS = 100
# What was signed longer ago may have been recorded by somebody who sends it again.
STALE_SECONDS = 300
_UNAVAILABLE = "Fireline could not do this just now. Please try again."


def signed(secret: Secret, timestamp: str, body: bytes) -> str:
    """Return the signature Slack gives a body at a time (seconds since 1970, as text)."""
    text = b"v0:" + timestamp.encode("ascii", "replace") + b":" + body
    return "v0=" + hmac.new(secret.reveal().encode(), text, sha256).hexdigest()


async def command(request: Request) -> Response:
    """Answer one slash command."""
    desk = desk_of(request)
    if desk.slack_signing is None:
        raise Turned(HTTPStatus.UNAUTHORIZED, "Slack's commands are not set up here.")
    body = await body_of(request, MAX_BODY_BYTES)
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    given = request.headers.get("X-Slack-Signature", "")
    if not hmac.compare_digest(
        signed(desk.slack_signing, timestamp, body).encode(), given.encode("utf-8", "replace")
    ):
        raise Turned(HTTPStatus.UNAUTHORIZED, "This was not signed by your Slack app.")
    try:
        form = parse_qs(body.decode("utf-8", "replace"), max_num_fields=MAX_FIELDS)
    except ValueError as many:
        raise Turned(HTTPStatus.BAD_REQUEST, "The form has too many fields.") from many
    member, text = form.get("user_id", [""])[0], form.get("text", [""])[0]
    try:
        async with desk.transaction() as tx:
            if abs(tx.now.timestamp() - _seconds(timestamp)) > STALE_SECONDS:
                raise Turned(HTTPStatus.UNAUTHORIZED, "This was signed too long ago.")
            words = await chat.hear_chat(tx, CHANNEL, member, text)
    except Unavailable:
        words = _UNAVAILABLE
    except Refusal as refusal:
        words = f"{refusal} {refusal.hint or ''}".strip()
    return JSONResponse({"response_type": "ephemeral", "text": _plain(words)})


def _seconds(timestamp: str) -> float:
    return float(timestamp) if timestamp.isascii() and timestamp.isdecimal() else 0.0


def _plain(words: str) -> str:
    """Escape what Slack would read as its own language."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


ROUTES = (Route("/chat/slack/command", command, methods=["POST"]),)
