"""Sources as people see them: who posts, how much, how lately, and what was read in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.signals.notice import Beat, ChangeNotice, Notice, Said
from fireline.core.signals.payload import Payload, Reading, Unread
from fireline.core.signals.readers import read
from fireline.core.values.json import JsonValue
from fireline.store import payloads
from fireline.store import source_views as store
from fireline.store.payloads import PayloadRow
from fireline.store.source_views import LineRow
from fireline.store.sources import SourceRow
from fireline.usecases.sources import find_source
from fireline.usecases.transaction import Tx

LATELY = timedelta(hours=1)
MAX_PAGE = 100
MAX_SHOWN_BYTES = 4_000
MAX_SHOWN_SAID = 20
# Settings whose names have one of these in them are shown as dots, unless they are references.
_SECRET = ("secret", "token", "password", "key")
_REFERENCES = ("env:", "file:")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source in a list. `state` is one word: heard, never heard, quiet, retired."""

    name: str
    format: str
    state: str
    service: str | None
    last_seen_at: datetime | None
    kept: int
    lately: int
    quarantined: int
    firing: int
    quiet_seconds: int | None
    quiet_since: datetime | None


@dataclass(frozen=True, slots=True)
class SourcePage:
    """Sources by name; `next` leads to more."""

    items: tuple[SourceLine, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source: what is set of it, and how it does. Of its token, the last four characters."""

    name: str
    format: str
    state: str
    connected_at: datetime
    connected_by: str
    token_hint: str
    last_seen_at: datetime | None
    kept: int
    lately: int
    quarantined: int
    firing: int
    rate_per_second: int
    quiet_seconds: int | None
    quiet_since: datetime | None
    service: str | None
    mapping: str
    settings: Mapping[str, JsonValue]
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class SaidView:
    """One thing that was read in a payload."""

    what: str
    key: str
    status: str
    title: str
    priority: str
    service: str
    description: str
    entities: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadingView:
    """What a payload says, the first twenty things of it, and what of it could not be read."""

    said: tuple[SaidView, ...]
    more: int
    unread: tuple[Unread, ...]


@dataclass(frozen=True, slots=True)
class PayloadView:
    """A body as it came, its beginning made printable, and what is read in it now."""

    id: UUID
    received_at: datetime
    format: str
    call: str
    size: int
    body: str
    meta: Mapping[str, JsonValue]
    sorted_at: datetime | None
    reading: ReadingView


@dataclass(frozen=True, slots=True)
class PayloadPage:
    """What a source sent, the newest first; `next` leads to older ones."""

    items: tuple[PayloadView, ...]
    next: UUID | None


async def list_sources(
    tx: Tx, *, after: str = "", retired: bool = False, limit: int = MAX_PAGE
) -> SourcePage:
    """List sources by name; `after` is the `next` of a page."""
    rows = await store.listed(
        tx.db, since=first_id(tx.now - LATELY), after=after, retired=retired, limit=limit + 1
    )
    lines = tuple(_line(row) for row in rows[:limit])
    return SourcePage(lines, lines[-1].name if len(rows) > limit else None)


async def look_at_source(tx: Tx, name: str) -> SourceView:
    """Show one source. Raises SourceNotFound."""
    row = await find_source(tx, name)
    counts = await store.counts(tx.db, row.id, since=first_id(tx.now - LATELY))
    return SourceView(
        name=row.name,
        format=row.format,
        state=_state(row),
        connected_at=row.registered_at,
        connected_by=row.made_by,
        token_hint=row.token_hint,
        last_seen_at=row.last_seen_at,
        kept=row.kept,
        lately=counts.lately,
        quarantined=row.quarantined,
        firing=counts.firing,
        rate_per_second=row.rate_per_second,
        quiet_seconds=row.quiet_seconds,
        quiet_since=row.quiet_since,
        service=row.service,
        mapping=row.mapping,
        settings={name: _shown(name, value) for name, value in row.settings.items()},
        retired_at=row.retired_at,
    )


async def list_payloads(
    tx: Tx, name: str, *, before: UUID | None = None, limit: int = 20
) -> PayloadPage:
    """List what a source sent last, with what is read in it now, by its present mapping."""
    source = await find_source(tx, name)
    rows = await payloads.of_source(tx.db, source.id, before=before, limit=limit + 1)
    views = tuple(payload_view(row, read_row(row, source.mapping)) for row in rows[:limit])
    return PayloadPage(views, views[-1].id if len(rows) > limit else None)


def read_row(row: PayloadRow, mapping: str) -> Reading:
    """Read a body that was kept, with a mapping."""
    return read(Payload(row.format, row.call, row.body, row.received_at, row.meta, mapping))


def payload_view(row: PayloadRow, reading: Reading) -> PayloadView:
    """Show a body and what is read in it."""
    return PayloadView(
        id=row.id,
        received_at=row.received_at,
        format=row.format,
        call=row.call,
        size=len(row.body),
        body=row.body[:MAX_SHOWN_BYTES].decode("utf-8", "replace"),
        meta=row.meta,
        sorted_at=row.sorted_at,
        reading=reading_view(reading),
    )


def reading_view(reading: Reading) -> ReadingView:
    """Show what a payload says."""
    shown = tuple(_said(one) for one in reading.said[:MAX_SHOWN_SAID])
    return ReadingView(shown, len(reading.said) - len(shown), reading.unread[:MAX_SHOWN_SAID])


def first_id(moment: datetime) -> UUID:
    """Return the smallest id that can have been made at a moment."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _line(row: LineRow) -> SourceLine:
    return SourceLine(
        name=row.name,
        format=row.format,
        state=_state(row),
        service=row.service,
        last_seen_at=row.last_seen_at,
        kept=row.kept,
        lately=row.lately,
        quarantined=row.quarantined,
        firing=row.firing,
        quiet_seconds=row.quiet_seconds,
        quiet_since=row.quiet_since,
    )


def _state(row: LineRow | SourceRow) -> str:
    if row.retired_at is not None:
        return "retired"
    if row.quiet_since is not None:
        return "quiet"
    return "heard" if row.last_seen_at is not None else "never heard"


def _shown(name: str, value: JsonValue) -> JsonValue:
    reference = isinstance(value, str) and value.startswith(_REFERENCES)
    secret = any(word in name.casefold() for word in _SECRET)
    return "•••" if secret and not reference else value


def _said(said: Said) -> SaidView:
    match said:
        case Notice():
            entities = tuple(f"{one.kind}: {one.value}" for one in said.entities)
            return SaidView(
                "notice",
                said.key,
                said.status.value,
                said.title,
                said.priority.name,
                said.service,
                said.description[:500],
                entities,
                said.tags,
            )
        case ChangeNotice():
            return SaidView("change", said.key, "", said.title, "", said.service, "", (), ())
        case Beat():
            return SaidView("beat", said.name, "", said.name, "", "", "", (), ())
