"""Take a post once, however often it is sent: the same key of the same source, for a day."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from fireline.store import idempotency as store
from fireline.usecases.transaction import Tx

REMEMBERED = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Claim:
    """The payload a key stands for. Only when `kept` is it safe to say that it was accepted.

    A post that was claimed and not kept (the database went away between the two) must be kept
    under the id it was claimed with: sent again, it is then neither lost nor there twice.
    """

    payload: UUID
    kept: bool


async def claim(tx: Tx, source: UUID, key: str) -> Claim:
    """Let a key stand for the post that brings it, or find the post it stands for already."""
    digest = hashlib.sha256(key.encode("utf-8", "replace")).digest()
    fresh, since = tx.ids.fresh(), tx.now - REMEMBERED
    row = await store.claim(tx.db, source, digest, payload=fresh, now=tx.now, since=since)
    return Claim(row.payload_id, row.kept)


async def forget(tx: Tx) -> bool:
    """Forget the keys that are a day old. Says whether there may be more."""
    return await store.forget(tx.db, since=tx.now - REMEMBERED) >= store.MAX_FORGOTTEN
