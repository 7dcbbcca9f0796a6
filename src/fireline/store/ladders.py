"""How far each alert's ladder was climbed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.escalation.ladder import Answered, Exhausted, State, Waiting, Withdrawn
from fireline.core.values.ids import PersonId
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("ladders.sql")
LADDER = "ladder"


@dataclass(frozen=True, slots=True)
class LadderRow:
    """One ladder, exactly as its query returns it."""

    alert_id: UUID
    state: str
    taken: int
    due_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None

    @property
    def value(self) -> State:
        """The state the core speaks of."""
        match self:
            case LadderRow(state="waiting", due_at=datetime() as due):
                return Waiting(self.taken, due)
            case LadderRow(state="answered", ended_at=datetime() as at, ended_by=str() as by):
                return Answered(self.taken, PersonId(by), at)
            case LadderRow(state="exhausted", ended_at=datetime() as at):
                return Exhausted(self.taken, at)
            case LadderRow(state="withdrawn", ended_at=datetime() as at):
                return Withdrawn(self.taken, at)
            case _:
                msg = f"the database holds a ladder that cannot be: {self}"
                raise AssertionError(msg)


ROWS: dict[str, type | None] = {
    "begin": None,
    "begin_again": None,
    "begin_many": None,
    "stop_many": None,
    "get": LadderRow,
    "read": LadderRow,
    "save": None,
}


async def begin(db: AsyncConnection, alert: UUID, *, due_at: datetime) -> None:
    """Start an alert's ladder."""
    await rows.run(db, _SQL["begin"], {"alert_id": alert, "due_at": due_at})


async def begin_again(db: AsyncConnection, alert: UUID, *, due_at: datetime) -> None:
    """Start an alert's ladder from its first step, whether it was climbed before or not.

    The caller plans it in `due`, too. Pages of an earlier climb stay as they are.
    """
    await rows.run(db, _SQL["begin_again"], {"alert_id": alert, "due_at": due_at})


async def begin_many(db: AsyncConnection, due_at: Mapping[UUID, datetime]) -> None:
    """Start the ladders of new alerts and plan their first steps; the caller pokes `due:ladder`."""
    values = {"alerts": list(due_at), "due_ats": list(due_at.values())}
    await rows.run(db, _SQL["begin_many"], values)


async def stop_many(
    db: AsyncConnection, stops: Mapping[UUID, tuple[str, bool]], *, now: datetime
) -> None:
    """Tell nobody any more of some alerts; each with who stopped it, and whether by answering."""
    values = {
        "now": now,
        "alerts": list(stops),
        "bys": [by for by, _ in stops.values()],
        "answered": [answered for _, answered in stops.values()],
    }
    await rows.run(db, _SQL["stop_many"], values)


async def get(db: AsyncConnection, alert: UUID) -> State | None:
    """Return how far a ladder was climbed, held for this transaction."""
    row = await rows.maybe(db, LadderRow, _SQL["get"], {"alert_id": alert})
    return row.value if row else None


async def read(db: AsyncConnection, alert: UUID) -> LadderRow | None:
    """Return a ladder as it stands, holding nothing."""
    return await rows.maybe(db, LadderRow, _SQL["read"], {"alert_id": alert})


async def save(db: AsyncConnection, alert: UUID, state: State) -> None:
    """Write down how far a ladder was climbed."""
    values = {"alert_id": alert, "taken": state.taken, **_written(state)}
    await rows.run(db, _SQL["save"], values)


def _written(state: State) -> dict[str, object]:
    match state:
        case Waiting(due=due):
            return {"state": "waiting", "due_at": due, "ended_at": None, "ended_by": None}
        case Answered(by=by, at=at):
            return {"state": "answered", "due_at": None, "ended_at": at, "ended_by": by}
        case Exhausted(at=at):
            return {"state": "exhausted", "due_at": None, "ended_at": at, "ended_by": None}
        case Withdrawn(at=at):
            return {"state": "withdrawn", "due_at": None, "ended_at": at, "ended_by": None}
        case _:
            assert_never(state)
