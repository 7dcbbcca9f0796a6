"""Silences as they are remembered, and the alerts they may hold or hold."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.core.alerting.matching import Matcher
from fireline.core.alerting.silences import Silence
from fireline.core.alerting.windows import Weekly
from fireline.core.values.ids import SilenceId
from fireline.core.values.json import JsonObject
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("silences.sql")
SILENCE = "silence_turn"  # the kind of work that waits in `due`
MAX_OPEN = 5_000
MAX_LISTED = 500
MAX_SYMPTOMS = 200
MAX_ROWS = 100_000
_FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class SilenceRow:
    """One silence, exactly as its query returns it."""

    id: UUID
    number: int
    matchers: list[Mapping[str, Any]]
    starts_at: datetime
    ends_at: datetime | None
    until_resolved: bool
    recurs: Mapping[str, Any] | None
    comment: str
    ticket: str
    broad_why: str
    made_by: str
    made_at: datetime
    changed_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None

    @property
    def value(self) -> Silence:
        """The silence the core speaks of."""
        return Silence(
            id=SilenceId(self.id),
            matchers=tuple(Matcher(**matcher) for matcher in self.matchers),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            until_resolved=self.until_resolved,
            window=None if self.recurs is None else _window(self.recurs),
            by=self.made_by,
            comment=self.comment,
            ticket=self.ticket,
            broad=self.broad_why,
        )


@dataclass(frozen=True, slots=True)
class EditionRow:
    """What a list of silences depends on, in short."""

    edition: str


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """How many live alerts a silence holds."""

    silence_id: UUID
    alerts: int


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """An alert, with one of its symptoms where it has any: what matchers look at."""

    alert_id: UUID
    number: int
    alert_title: str
    priority: int
    state: str
    service: str | None
    team: str | None
    suppressed_by: UUID | None
    alert_key: str
    symptom_id: UUID | None
    key: str | None
    kind: str | None
    title: str | None
    source: str | None
    symptom_service: str | None
    entities: list[list[str]] | None
    tags: list[str] | None
    labels: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class IdRow:
    """Something's id."""

    id: UUID


@dataclass(frozen=True, slots=True)
class ReleasedRow:
    """How an alert stands after nothing holds it any more."""

    id: UUID
    state: str
    untold_why: str | None
    snoozed_until: datetime | None


ROWS: dict[str, type | None] = {
    "add": None,
    "change": None,
    "end": None,
    "begun": None,
    "get": SilenceRow,
    "lock": SilenceRow,
    "numbered": SilenceRow,
    "soon": SilenceRow,
    "edition": EditionRow,
    "listed": SilenceRow,
    "holding": HoldingRow,
    "live": SubjectRow,
    "of_alerts": SubjectRow,
    "past": SubjectRow,
    "doubtful": IdRow,
    "hold": None,
    "seen": None,
    "release": ReleasedRow,
    "fulfilled": IdRow,
}
NEVER_NULL = {
    ("holding", "silence_id"): "the where clause asks for it",
}


async def add(db: AsyncConnection, new: Silence, *, now: datetime) -> None:
    """Place a silence."""
    values = {
        **_changing(new),
        "matchers": Jsonb([_matcher(matcher) for matcher in new.matchers]),
        "until_resolved": new.until_resolved,
        "recurs": None if new.window is None else Jsonb(written(new.window)),
        "by": new.by,
        "now": now,
    }
    await rows.run(db, _SQL["add"], values)


async def change(db: AsyncConnection, changed: Silence, *, now: datetime) -> bool:
    """Write down what may change of a silence. `False`: it was over."""
    return await rows.run(db, _SQL["change"], {**_changing(changed), "now": now}) == 1


async def end(db: AsyncConnection, silence: UUID, *, by: str, now: datetime) -> bool:
    """End a silence. `False`: it was over."""
    return await rows.run(db, _SQL["end"], {"id": silence, "by": by, "now": now}) == 1


async def begun(db: AsyncConnection, silence: UUID, *, now: datetime) -> None:
    """Write down that what fired already is held."""
    await rows.run(db, _SQL["begun"], {"id": silence, "now": now})


async def get(db: AsyncConnection, silence: UUID) -> SilenceRow | None:
    """Return one silence."""
    return await rows.maybe(db, SilenceRow, _SQL["get"], {"id": silence})


async def lock(db: AsyncConnection, silence: UUID) -> SilenceRow | None:
    """Return one silence, held until the transaction ends."""
    return await rows.maybe(db, SilenceRow, _SQL["lock"], {"id": silence})


async def numbered(db: AsyncConnection, number: int) -> SilenceRow | None:
    """Return the silence people call by this number."""
    return await rows.maybe(db, SilenceRow, _SQL["numbered"], {"number": number})


async def soon(
    db: AsyncConnection, *, now: datetime, before: datetime, limit: int = MAX_OPEN
) -> list[SilenceRow]:
    """List the silences that may hold something before a moment."""
    values = {"now": now, "before": before, "limit": limit}
    return await rows.many(db, SilenceRow, _SQL["soon"], values)


async def edition(db: AsyncConnection, *, now: datetime, before: datetime) -> str:
    """Return what changes whenever `soon` would answer otherwise."""
    values = {"now": now, "before": before}
    return (await rows.one(db, EditionRow, _SQL["edition"], values)).edition


async def listed(
    db: AsyncConnection, *, ended: bool, now: datetime, limit: int = MAX_LISTED, offset: int = 0
) -> list[SilenceRow]:
    """List silences: those that stand first, the newest first."""
    values = {"ended": ended, "now": now, "limit": min(limit, MAX_LISTED), "offset": offset}
    return await rows.many(db, SilenceRow, _SQL["listed"], values)


async def holding(db: AsyncConnection, silences: Collection[UUID]) -> dict[UUID, int]:
    """Count the live alerts each silence holds; those that hold none are left out."""
    values = {"ids": list(silences), "limit": len(silences)}
    found = await rows.many(db, HoldingRow, _SQL["holding"], values)
    return {row.silence_id: row.alerts for row in found}


async def live(db: AsyncConnection, *, after: UUID | None, alerts: int) -> list[SubjectRow]:
    """List live alerts of the real world, a page at a time, with the symptoms that fire."""
    values = {
        "after": after or _FIRST,
        "alerts": alerts,
        "symptoms": MAX_SYMPTOMS,
        "limit": MAX_ROWS,
    }
    return await rows.many(db, SubjectRow, _SQL["live"], values)


async def of_alerts(db: AsyncConnection, alerts: Collection[UUID]) -> list[SubjectRow]:
    """List some alerts with the symptoms that fire."""
    values = {"ids": list(alerts), "symptoms": MAX_SYMPTOMS, "limit": MAX_ROWS}
    return await rows.many(db, SubjectRow, _SQL["of_alerts"], values)


async def past(db: AsyncConnection, *, since: datetime, limit: int) -> list[SubjectRow]:
    """List the symptoms raised since a moment, the newest first."""
    return await rows.many(db, SubjectRow, _SQL["past"], {"since": since, "limit": limit})


async def doubtful(db: AsyncConnection, *, now: datetime, limit: int) -> list[UUID]:
    """List held alerts that may have to be told, the most urgent first."""
    found = await rows.many(db, IdRow, _SQL["doubtful"], {"now": now, "limit": limit})
    return [row.id for row in found]


@dataclass(frozen=True, slots=True)
class Hold:
    """How a silence holds an alert. `held_from` is why nobody was told before, if that was so."""

    silence: UUID
    until: datetime | None
    why: str
    held_from: str | None


async def hold(db: AsyncConnection, alert: UUID, how: Hold, *, now: datetime) -> None:
    """Let a silence hold an alert."""
    values = {
        "id": alert,
        "silence": how.silence,
        "until": how.until,
        "why": how.why,
        "held_from": how.held_from,
        "now": now,
    }
    await rows.run(db, _SQL["hold"], values)


async def seen(
    db: AsyncConnection, alert: UUID, *, silence: UUID, until: datetime | None, now: datetime
) -> None:
    """Write down that an alert is held still, maybe by another silence."""
    values = {"id": alert, "silence": silence, "until": until, "now": now}
    await rows.run(db, _SQL["seen"], values)


async def release(db: AsyncConnection, alert: UUID) -> ReleasedRow | None:
    """Let nothing hold an alert. `None`: nothing did."""
    return await rows.maybe(db, ReleasedRow, _SQL["release"], {"id": alert})


async def fulfilled(db: AsyncConnection, *, limit: int = MAX_LISTED) -> list[UUID]:
    """List silences that wait for their alerts to be resolved, when all are."""
    found = await rows.many(db, IdRow, _SQL["fulfilled"], {"limit": limit})
    return [row.id for row in found]


def written(window: Weekly) -> JsonObject:
    """Write a window as JSON holds it."""
    ends: JsonObject = (
        {"lasting_seconds": int(window.end.total_seconds())}
        if isinstance(window.end, timedelta)
        else {"to": window.end.isoformat("minutes")}
    )
    return {
        "zone": window.zone.key,
        "days": sorted(window.weekdays),
        "from": window.start.isoformat("minutes"),
        **ends,
        "weeks": sorted(window.weeks),
    }


def _window(said: Mapping[str, Any]) -> Weekly:
    lasting = said.get("lasting_seconds")
    ends = time.fromisoformat(said["to"]) if lasting is None else timedelta(seconds=lasting)
    return Weekly(
        ZoneInfo(said["zone"]),
        _numbers(said["days"]),
        time.fromisoformat(said["from"]),
        ends,
        _numbers(said["weeks"]),
    )


def _numbers(said: Iterable[Any]) -> frozenset[int]:
    return frozenset(int(each) for each in said)


def _matcher(matcher: Matcher) -> JsonObject:
    return {
        "name": matcher.name,
        "value": matcher.value,
        "is_regex": matcher.is_regex,
        "is_equal": matcher.is_equal,
    }


def _changing(silence: Silence) -> dict[str, object]:
    return {
        "id": silence.id,
        "starts_at": silence.starts_at,
        "ends_at": silence.ends_at,
        "comment": silence.comment,
        "ticket": silence.ticket,
        "broad_why": silence.broad,
    }


def grouped(found: Sequence[SubjectRow]) -> dict[UUID, list[SubjectRow]]:
    """Put rows of one alert together, in their order."""
    by_alert: dict[UUID, list[SubjectRow]] = {}
    for row in found:
        by_alert.setdefault(row.alert_id, []).append(row)
    return by_alert
