"""Keep what is sent at least once exactly once, by the id its maker gave it.

The id is noted in the same transaction that keeps the body: a message is never taken for heard that
was not kept.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from fireline.core.signals.decoding import key_of
from fireline.core.values.ids import PayloadId
from fireline.store import payloads, seen_messages
from fireline.store.sources import Registered
from fireline.usecases.intake import Source
from fireline.usecases.transaction import Tx

# EventBridge tries for a day, and SNS, whose messages are refused after an hour, for less.
REMEMBERED = timedelta(hours=25)
_SWEPT_FOR_EACH = 4


@dataclass(frozen=True, slots=True)
class Message:
    """A body and its maker's id for it; an empty id is nobody's, and the body is always kept."""

    id: str
    body: bytes
    format: str
    meta: Mapping[str, str] = field(default_factory=dict[str, str])


async def keep_once(
    tx: Tx, source: Source | Registered, messages: Sequence[Message]
) -> tuple[PayloadId, ...]:
    """Keep the messages nobody heard before; return the payloads they became."""
    messages = [replace(each, id=key_of(each.id)) for each in messages]
    ids = {each.id for each in messages if each.id}
    fresh = set(await seen_messages.see(tx.db, source.id, ids, now=tx.now)) if ids else set[str]()
    kept: list[payloads.New] = []
    for each in messages:
        if each.id and each.id not in fresh:
            continue
        fresh.discard(each.id)  # told twice in one call
        kept.append(
            payloads.New(
                id=tx.ids.fresh(),
                source_id=source.id,
                drill_id=source.drill_id,
                format=each.format,
                call="",
                meta=json.dumps(dict(each.meta)),
                body=each.body,
            )
        )
    if kept:
        await payloads.keep(tx.db, kept, now=tx.now)
        await seen_messages.sweep(
            tx.db, before=tx.now - REMEMBERED, limit=_SWEPT_FOR_EACH * len(kept)
        )
    return tuple(PayloadId(each.id) for each in kept)


async def is_fresh(tx: Tx, source: Source, id_: str) -> bool:
    """Note a message that keeps no body; say whether it was heard for the first time."""
    return bool(await seen_messages.see(tx.db, source.id, [key_of(id_)], now=tx.now))
