"""What every intake route shares: whose token it is, whether it may post now, keeping the post."""

import asyncio
import base64
import binascii
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import UUID

from starlette.requests import ClientDisconnect, Request

from fireline.core.values.secret import Secret
from fireline.doors.intake.cards import Cards
from fireline.ports.ids import Ids
from fireline.ports.secrets import Secrets
from fireline.ports.sns import SnsPeer
from fireline.ports.telephone import Telephone
from fireline.store.hub import Hub
from fireline.usecases.intake import Accepted, Inbox
from fireline.usecases.sources import Card
from fireline.usecases.transaction import Transactions

MAX_BODY_BYTES = 4_000_000
RETRY_AFTER_SECONDS = "5"  # when the database is away
BODY_SECONDS = 20.0  # a body that takes longer is given up
_BURST_SECONDS = 10  # a source may send this many seconds' worth at once


class Turned(Exception):  # noqa: N818 - an answer, not a fault
    """A post that is not taken. Each API says so in its own words; see `status` and `why`."""

    def __init__(self, status: HTTPStatus, why: str, *, retry_after: int | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.why = why
        self.retry_after = retry_after


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


@dataclass(slots=True)
class IntakeDesk:
    """One for each process. Doors call `admit`, then `keep`; both raise Turned.

    `telephones` are the phone companies that may call `home`, which is our public address.
    `slack_signing` is what Slack signs its commands with.
    """

    transaction: Transactions
    hub: Hub
    inbox: Inbox
    ids: Ids
    secrets: Secrets
    sns: SnsPeer | None = None
    telephones: Mapping[str, Telephone] = field(default_factory=dict[str, Telephone])
    home: str = ""
    slack_signing: Secret | None = None
    _cards: Cards = field(init=False)
    _buckets: dict[UUID, _Bucket] = field(default_factory=dict[UUID, _Bucket])

    def __post_init__(self) -> None:
        self._cards = Cards(self.transaction)

    async def admit(self, token: str, *formats: str) -> Card:
        """Return the source whose token this is, if it speaks one of the formats.

        Raises Turned: 401 for a token nobody has, 403 for another format's, 429 when it sends more
        than its rate.
        """
        card = await self._cards.of(token)
        if card is None:
            raise Turned(HTTPStatus.UNAUTHORIZED, "No source has this token.")
        if formats and card.format not in formats:
            why = f"The source {card.name} speaks {card.format}, not {' or '.join(formats)}."
            raise Turned(HTTPStatus.FORBIDDEN, why)
        self._take(card)
        return card

    async def keep(
        self,
        card: Card,
        body: bytes,
        *,
        call: str = "",
        meta: Mapping[str, str] | None = None,
        fresh: UUID | None = None,
    ) -> Accepted:
        """Keep a post; return once it is committed. Raises Unavailable: answer 503, Retry-After."""
        id_ = fresh or self.ids.fresh()
        return await self.inbox.accept(card, body, call=call, meta=meta, fresh=id_)

    def _take(self, card: Card) -> None:
        now, most = time.monotonic(), float(card.rate_per_second * _BURST_SECONDS)
        bucket = self._buckets.setdefault(card.id, _Bucket(most, now))
        bucket.tokens = min(most, bucket.tokens + (now - bucket.at) * card.rate_per_second)
        bucket.at = now
        if bucket.tokens < 1:
            why = f"The source {card.name} sends more than {card.rate_per_second} posts a second."
            raise Turned(HTTPStatus.TOO_MANY_REQUESTS, why, retry_after=1)
        bucket.tokens -= 1


async def body_of(request: Request, most: int = MAX_BODY_BYTES) -> bytes:
    """Read a body. Raises Turned: 413 for one that is too long, 408 for one that does not come."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > most:
        raise _too_large(most)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(request, most)
    except TimeoutError:
        why = f"The body did not come within {BODY_SECONDS:.0f} seconds."
        raise Turned(HTTPStatus.REQUEST_TIMEOUT, why) from None
    except ClientDisconnect:
        raise Turned(HTTPStatus.BAD_REQUEST, "The body did not come to its end.") from None


async def _read(request: Request, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_large(most)
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def desk_of(request: Request) -> IntakeDesk:
    """Return the desk of the application a request came to."""
    desk: IntakeDesk = request.app.state.intake
    return desk


def token_of(request: Request) -> str:
    """Return the token a request shows, empty when there is none.

    It may be in the path, in `Authorization` (Bearer, GenieKey, the password of Basic), or in
    `X-Fireline-Token`.
    """
    in_path = request.path_params.get("token")
    if isinstance(in_path, str):
        return in_path
    kind, _, shown = request.headers.get("authorization", "").partition(" ")
    match kind.lower():
        case "bearer" | "geniekey":
            return shown.strip()
        case "basic":
            return _password(shown)
        case _:
            return request.headers.get("x-fireline-token", "")


def _password(shown: str) -> str:
    try:
        return base64.b64decode(shown, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _too_large(most: int) -> Turned:
    why = f"A post holds at most {most} bytes."
    return Turned(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, why)
