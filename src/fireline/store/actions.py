"""Actions, and every call made for one, as they are remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.core.assets.ref import AssetRef
from fireline.core.runbooks.action import ActionPlan, Conflict
from fireline.core.runbooks.cloud import Call
from fireline.core.runbooks.state import ENDED, ActionState
from fireline.core.values.ids import ActionId, ApprovalId, RunId
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("actions.sql")
MAX_LISTED = 500
DO = "do"
UNDO = "undo"


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action, exactly as its query returns it."""

    id: ActionId
    number: int
    run_id: RunId
    position: int
    round: int
    kind: str
    asset_kind: str
    asset_account: str
    asset_id: str
    asset_region: str
    call: dict[str, Any]
    inverse: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]
    summary: str
    diff: str
    blast: dict[str, Any]
    state: str
    note: str
    planned_at: datetime
    executed_at: datetime | None
    verified_at: datetime | None
    ended_at: datetime | None
    tries: int
    due_at: datetime | None
    undo_asked_by: str | None
    undo_asked_at: datetime | None
    conflict: dict[str, Any] | None

    @property
    def stands(self) -> ActionState:
        """The state, as the core speaks of it."""
        return ActionState(self.state)

    @property
    def plan(self) -> ActionPlan:
        """What was planned, exactly."""
        return ActionPlan(
            kind=self.kind,
            asset=AssetRef(self.asset_kind, self.asset_account, self.asset_id, self.asset_region),
            call=call_of(self.call),
            inverse=call_of(self.inverse),
            before=self.before,
            after=self.after,
            summary=self.summary,
            diff=self.diff,
        )


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One call that changes a cloud: intended, and settled when it is known what became of it."""

    id: UUID
    action_id: ActionId
    way: str
    approval_id: ApprovalId | None
    asked_by: str
    call: dict[str, Any]
    intended_at: datetime
    settled_at: datetime | None
    outcome: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Place:
    """Which step of which run an action is for, and which attempt at it this is."""

    run: RunId
    position: int
    round: int


@dataclass(frozen=True, slots=True)
class Intent:
    """A call about to be made. `approval` is what allows it; an undo is asked for by a person."""

    id: UUID
    action: ActionId
    way: str
    approval: ApprovalId | None
    asked_by: str
    call: Call


@dataclass(frozen=True, slots=True)
class Passing:
    """An action passing from one state to another."""

    was: ActionState
    state: ActionState
    note: str = ""
    due_at: datetime | None = None
    conflict: Conflict | None = None


ROWS: dict[str, type | None] = {
    "add": None,
    "of_runs": ActionRow,
    "get": ActionRow,
    "numbered": ActionRow,
    "set_state": None,
    "read_again": None,
    "set_due": None,
    "ask_undo": None,
    "undo_settled": None,
    "intend": None,
    "settle": None,
    "effects_of": EffectRow,
}


def call_of(stored: Mapping[str, Any]) -> Call:
    """Return a call as it was stored."""
    return Call(
        stored["service"], stored["operation"], stored["resource"], dict(stored["parameters"])
    )


async def add(
    db: AsyncConnection,
    action: ActionId,
    plan: ActionPlan,
    *,
    place: Place,
    blast: Mapping[str, Any],
    now: datetime,
) -> None:
    """Remember a planned action. Its content never changes afterwards."""
    values = {
        "id": action,
        "run_id": place.run,
        "position": place.position,
        "round": place.round,
        "kind": plan.kind,
        "asset_kind": plan.asset.kind,
        "asset_account": plan.asset.account,
        "asset_id": plan.asset.id,
        "asset_region": plan.asset.region,
        "call": Jsonb(plan.call.json),
        "inverse": Jsonb(plan.inverse.json),
        "before": Jsonb(plan.before),
        "after": Jsonb(plan.after),
        "summary": plan.summary,
        "diff": plan.diff,
        "blast": Jsonb(blast),
        "now": now,
    }
    await rows.run(db, _SQL["add"], values)


async def of_runs(db: AsyncConnection, runs: Sequence[RunId]) -> list[ActionRow]:
    """List the actions of some runs, in the order they were planned."""
    values = {"run_ids": list(runs), "limit": MAX_LISTED}
    return await rows.many(db, ActionRow, _SQL["of_runs"], values)


async def get(db: AsyncConnection, action: ActionId) -> ActionRow | None:
    """Return an action."""
    return await rows.maybe(db, ActionRow, _SQL["get"], {"id": action})


async def numbered(db: AsyncConnection, number: int) -> ActionRow | None:
    """Return an action by the number people use."""
    return await rows.maybe(db, ActionRow, _SQL["numbered"], {"number": number})


async def set_state(
    db: AsyncConnection, action: ActionId, passing: Passing, *, now: datetime
) -> bool:
    """Pass an action to another state. `False`: it was no longer where it was thought to be."""
    torn = passing.conflict
    values = {
        "id": action,
        "was": passing.was,
        "state": passing.state,
        "note": passing.note,
        "due_at": passing.due_at,
        "ended": passing.state in ENDED,
        "conflict": Jsonb({"before": torn.before, "left": torn.left, "present": torn.present})
        if torn
        else None,
        "now": now,
    }
    return await rows.run(db, _SQL["set_state"], values) == 1


async def read_again(db: AsyncConnection, action: ActionId, due_at: datetime) -> None:
    """Say when an action's asset is to be read again."""
    await rows.run(db, _SQL["read_again"], {"id": action, "due_at": due_at})


async def set_due(db: AsyncConnection, action: ActionId, due_at: datetime | None) -> None:
    """Say when, or that never, an action's asset is to be read again; the count stays."""
    await rows.run(db, _SQL["set_due"], {"id": action, "due_at": due_at})


async def ask_undo(db: AsyncConnection, action: ActionId, *, by: str, now: datetime) -> None:
    """Write down that a person wants an action undone."""
    await rows.run(db, _SQL["ask_undo"], {"id": action, "by": by, "now": now})


async def undo_settled(db: AsyncConnection, action: ActionId) -> None:
    """Write down that the wish to undo has been answered, one way or another."""
    await rows.run(db, _SQL["undo_settled"], {"id": action})


async def intend(db: AsyncConnection, intent: Intent, *, now: datetime) -> None:
    """Write down that a call is about to be made. Twice for one approval cannot be written."""
    values = {
        "id": intent.id,
        "action_id": intent.action,
        "way": intent.way,
        "approval_id": intent.approval,
        "asked_by": intent.asked_by,
        "call": Jsonb(intent.call.json),
        "now": now,
    }
    await rows.run(db, _SQL["intend"], values)


async def settle(
    db: AsyncConnection, action: ActionId, *, outcome: str, detail: str, now: datetime
) -> bool:
    """Write down what became of the call on its way. `False`: none was."""
    values = {"action_id": action, "outcome": outcome, "detail": detail, "now": now}
    return await rows.run(db, _SQL["settle"], values) == 1


async def effects_of(db: AsyncConnection, actions: Sequence[ActionId]) -> list[EffectRow]:
    """List the calls made for some actions, oldest first."""
    values = {"action_ids": list(actions), "limit": MAX_LISTED}
    return await rows.many(db, EffectRow, _SQL["effects_of"], values)
