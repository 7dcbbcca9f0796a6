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
MAX_LISTED = 100


@dataclass(frozen=True, slots=True)
class LadderRow:
    """One ladder, exactly as its query returns it."""

    alert_id: UUID
    state: str
    taken: int
    due_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    answered: list[str]
    lapses_at: datetime | None
    climb: int

    @property
    def value(self) -> State:
        """The state the core speaks of."""
        who = tuple(PersonId(one) for one in self.answered)
        match self:
            case LadderRow(state="waiting", due_at=datetime() as due):
                return Waiting(self.taken, due, who)
            case LadderRow(state="answered", ended_at=datetime() as at, ended_by=str() as by):
                return Answered(self.taken, PersonId(by), at, self.due_at, self.lapses_at, who)
            case LadderRow(state="exhausted", ended_at=datetime() as at):
                return Exhausted(self.taken, at, who)
            case LadderRow(state="withdrawn", ended_at=datetime() as at):
                return Withdrawn(self.taken, at)
            case _:
                msg = f"the database holds a ladder that cannot be: {self}"
                raise AssertionError(msg)


@dataclass(frozen=True, slots=True)
class TurnRow:
    """Whose turn it is, counted from nought."""

    turn: int


@dataclass(frozen=True, slots=True)
class ComingTurnRow:
    """Whose turn would be next at a step."""

    step: int
    turn: int


@dataclass(frozen=True, slots=True)
class MovedRow:
    """When a person last did something."""

    at: datetime | None


ROWS: dict[str, type | None] = {
    "begin": None,
    "begin_again": None,
    "begin_many": None,
    "stop_many": None,
    "get": LadderRow,
    "read": LadderRow,
    "save": None,
    "take_turn": TurnRow,
    "coming_turns": ComingTurnRow,
    "moved_at": MovedRow,
}
NEVER_NULL = {
    ("take_turn", "turn"): "either the alert had a turn, or one was taken just now",
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
    row = await hold(db, alert)
    return row.value if row else None


async def hold(db: AsyncConnection, alert: UUID) -> LadderRow | None:
    """Return a ladder with which climb it is, held for this transaction."""
    return await rows.maybe(db, LadderRow, _SQL["get"], {"alert_id": alert})


async def read(db: AsyncConnection, alert: UUID) -> LadderRow | None:
    """Return a ladder as it stands, holding nothing."""
    return await rows.maybe(db, LadderRow, _SQL["read"], {"alert_id": alert})


async def save(db: AsyncConnection, alert: UUID, state: State) -> None:
    """Write down how far a ladder was climbed."""
    values: dict[str, object] = {
        "alert_id": alert,
        "taken": state.taken,
        "due_at": None,
        "ended_at": None,
        "ended_by": None,
        "lapses_at": None,
        "answered": list[str](),
        **_written(state),
    }
    await rows.run(db, _SQL["save"], values)


async def take_turn(db: AsyncConnection, alert: UUID, *, policy: str, step: int) -> int:
    """Return whose turn it is at a step, for one alert: always the same, another for the next."""
    values = {"alert_id": alert, "policy": policy, "step": step}
    return (await rows.one(db, TurnRow, _SQL["take_turn"], values)).turn


async def coming_turns(
    db: AsyncConnection, policy: str, *, limit: int = MAX_LISTED
) -> dict[int, int]:
    """Say whose turn would be next at each step of a policy that has told somebody in turn."""
    values = {"policy": policy, "limit": limit}
    found = await rows.many(db, ComingTurnRow, _SQL["coming_turns"], values)
    return {row.step: row.turn for row in found}


async def moved_at(db: AsyncConnection, alert: UUID, *, since: datetime) -> datetime | None:
    """Say when a person last did something about an alert or its incident, after a moment."""
    values = {"alert_id": alert, "since": since}
    return (await rows.one(db, MovedRow, _SQL["moved_at"], values)).at


def _written(state: State) -> dict[str, object]:
    match state:
        case Waiting(due=due, answered=answered):
            return {"state": "waiting", "due_at": due, "answered": list(answered)}
        case Answered(by=by, at=at, climbs=climbs, lapses=lapses, answered=answered):
            written = {"due_at": climbs, "lapses_at": lapses, "answered": list(answered)}
            return {"state": "answered", "ended_at": at, "ended_by": by, **written}
        case Exhausted(at=at, answered=answered):
            return {"state": "exhausted", "ended_at": at, "answered": list(answered)}
        case Withdrawn(at=at):
            return {"state": "withdrawn", "ended_at": at}
        case _:
            assert_never(state)
