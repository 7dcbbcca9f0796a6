"""What could not be read: set apart with the reason, and told, so that no page is lost in it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Unread
from fireline.core.values.priority import Priority
from fireline.store import signals
from fireline.store.payloads import UnsortedRow
from fireline.store.signals import SetApart
from fireline.store.sources import CardRow
from fireline.usecases.signals import MAX_QUARANTINED_BYTES
from fireline.usecases.transaction import Tx

_SHOWN = 5
_OVER_AFTER = timedelta(hours=1)


def unread_notice(card: CardRow, row: UnsortedRow, parts: Sequence[Unread]) -> Notice:
    """Say that something a source sent could not be read; over when an hour brings no more."""
    lines = [f"{part.field or 'body'}: {part.why} ({part.code})" for part in parts[:_SHOWN]]
    if len(parts) > _SHOWN:
        lines.append(f"and {len(parts) - _SHOWN} more")
    return Notice(
        key=f"unread:{card.id}",
        status=Status.FIRING,
        title=f"Something {card.name} sent could not be read",
        priority=Priority.P3,
        at=row.received_at,
        kind="unread",
        description="\n".join(lines),
        entities=(Entity("source", card.name),),
        ends_at=row.received_at + _OVER_AFTER,
    )


async def set_apart(
    tx: Tx, unread: Iterable[tuple[UnsortedRow, Unread]], *, drill: UUID | None
) -> None:
    """Keep what could not be read, with the reason."""
    by_source: dict[UUID, list[SetApart]] = {}
    for row, part in unread:
        origin = f"payload:{row.id}#{part.position}"
        digest = hashlib.sha256(f"{part.code}\n{origin}\n{part.field}".encode()).hexdigest()
        apart = SetApart(
            id=tx.ids.fresh(),
            code=part.code,
            why=_storable(f"{part.field or 'body'}: {part.why}"),
            via=row.format,
            origin=origin,
            body=row.body[:MAX_QUARANTINED_BYTES],
            size=len(row.body),
            digest=digest,
        )
        by_source.setdefault(row.source_id, []).append(apart)
    for source, things in by_source.items():
        once = list({thing.digest: thing for thing in things}.values())
        await signals.quarantine(tx.db, once, source=source, drill=drill, now=tx.now)


def _storable(text: str) -> str:
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
