"""How far each alert's ladder was climbed."""

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


ROWS: dict[str, type | None] = {"begin": None, "get": LadderRow, "read": LadderRow, "save": None}


async def begin(db: AsyncConnection, alert: UUID, *, due_at: datetime) -> None:
    """Start an alert's ladder."""
    await rows.run(db, _SQL["begin"], {"alert_id": alert, "due_at": due_at})


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
