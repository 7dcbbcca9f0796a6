"""Connect what posts to fireline: a source has a token, a rate, and a silence that is too long."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from fireline.core.values.actor import Actor
from fireline.core.values.json import JsonObject
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.secret import Secret
from fireline.store import pokes, sources
from fireline.usecases.facts import house_stream, record
from fireline.usecases.transaction import Tx

SOURCES = "sources"  # poked when one was connected, changed or retired
DEFAULT_RATE = 500
Card = sources.CardRow
Terms = sources.Terms


class SourceNotFound(Refusal):
    """No source has this name."""

    kind = Kind.NOT_FOUND
    code = "source.not_found"


class SourceTaken(Refusal):
    """A source of this name is connected already."""

    kind = Kind.CONFLICT
    code = "source.taken"


@dataclass(frozen=True, slots=True)
class Connected:
    """A source and its token, the only time it is shown."""

    id: UUID
    name: str
    format: str
    token: Secret


async def connect_source(
    tx: Tx,
    name: str,
    *,
    format: str,  # noqa: A002 - the word of the trade
    terms: Terms,
    by: Actor,
) -> Connected:
    """Connect a source and make its token. Raises SourceTaken."""
    token = _fresh_token(tx)
    new = sources.New(
        id=tx.ids.fresh(),
        name=name,
        format=format,
        token_hash=token_hash(token),
        token_hint=token[-4:],
        made_by=by.name,
        terms=terms,
    )
    made = await sources.create(tx.db, new, now=tx.now)
    if made is None:
        msg = f"There is a source called {name} already."
        raise SourceTaken(msg, hint="Choose another name, or give that one a new token.")
    body: JsonObject = {
        "source": name,
        "format": format,
        "text": f"{by.name} connected the source {name} ({format})",
    }
    await record(tx, house_stream(), "source.connected", by=by, body=body)
    await pokes.poke(tx.db, SOURCES)
    return Connected(made.id, name, format, Secret(token))


async def card_of(tx: Tx, token: Secret) -> Card | None:
    """Return the source a token belongs to, or `None`: unknown, replaced or retired."""
    return await sources.by_token(tx.db, token_hash(token.reveal()))


def token_hash(token: str) -> bytes:
    """Return what is kept of a token. It has 128 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _fresh_token(tx: Tx) -> str:
    # 32 characters of hex: what PagerDuty's clients take for a routing key, and everybody else too.
    return hashlib.sha256(tx.ids.token().encode()).hexdigest()[:32]


def default_terms() -> Terms:
    """Return the terms of a source nobody set any for."""
    return Terms(DEFAULT_RATE, None, None, "", {})
