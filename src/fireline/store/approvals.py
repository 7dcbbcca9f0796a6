"""Approvals and the answers given to them, as they are remembered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.core.runbooks.approval import ApprovalState, Asked
from fireline.core.values.ids import ActionId, ApprovalId, PersonId
from fireline.core.values.json import JsonObject, digest
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("approvals.sql")
MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One approval, exactly as its query returns it."""

    id: ApprovalId
    number: int
    action_id: ActionId
    content: dict[str, Any]
    content_hash: str
    requester: PersonId
    needed: int
    state: str
    asked_at: datetime
    expires_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class VoteRow:
    """One person's answer."""

    approval_id: ApprovalId
    person: PersonId
    decision: str
    reason: str
    at: datetime


ROWS: dict[str, type | None] = {
    "add": None,
    "get": ApprovalRow,
    "numbered": ApprovalRow,
    "of_actions": ApprovalRow,
    "waiting": ApprovalRow,
    "set_state": None,
    "vote": None,
    "votes": VoteRow,
}


@dataclass(frozen=True, slots=True)
class NewApproval:
    """What is asked, of how many people, until when."""

    id: ApprovalId
    action: ActionId
    content: JsonObject
    requester: PersonId
    needed: int
    expires_at: datetime


def asked(row: ApprovalRow, votes: Sequence[VoteRow]) -> Asked:
    """Return the approval the core speaks of."""
    return Asked(
        state=ApprovalState(row.state),
        content_hash=row.content_hash,
        requester=row.requester,
        needed=row.needed,
        approvers=frozenset(
            v.person for v in votes if v.approval_id == row.id and v.decision == "approve"
        ),
        expires_at=row.expires_at,
    )


async def add(db: AsyncConnection, new: NewApproval, *, now: datetime) -> None:
    """Ask for an approval, bound to the hash of its content."""
    values = {
        "id": new.id,
        "action_id": new.action,
        "content": Jsonb(new.content),
        "content_hash": digest(new.content),
        "requester": new.requester,
        "needed": new.needed,
        "expires_at": new.expires_at,
        "now": now,
    }
    await rows.run(db, _SQL["add"], values)


async def get(db: AsyncConnection, approval: ApprovalId) -> ApprovalRow | None:
    """Return an approval."""
    return await rows.maybe(db, ApprovalRow, _SQL["get"], {"id": approval})


async def numbered(db: AsyncConnection, number: int) -> ApprovalRow | None:
    """Return an approval by the number people use."""
    return await rows.maybe(db, ApprovalRow, _SQL["numbered"], {"number": number})


async def of_actions(db: AsyncConnection, actions: Sequence[ActionId]) -> list[ApprovalRow]:
    """List the approvals asked for some actions."""
    values = {"action_ids": list(actions), "limit": MAX_LISTED}
    return await rows.many(db, ApprovalRow, _SQL["of_actions"], values)


async def waiting(db: AsyncConnection, *, limit: int = MAX_LISTED) -> list[ApprovalRow]:
    """List what waits for an answer, the soonest to run out first."""
    return await rows.many(db, ApprovalRow, _SQL["waiting"], {"limit": limit})


async def set_state(
    db: AsyncConnection,
    approval: ApprovalId,
    *,
    was: ApprovalState,
    state: ApprovalState,
    now: datetime,
) -> bool:
    """Settle an approval. `False`: it no longer stood where it was thought to."""
    values = {"id": approval, "was": was, "state": state, "now": now}
    return await rows.run(db, _SQL["set_state"], values) == 1


async def vote(
    db: AsyncConnection,
    row: ApprovalRow,
    *,
    person: PersonId,
    decision: str,
    reason: str,
    now: datetime,
) -> None:
    """Keep one person's answer. The database refuses the requester's own."""
    values = {
        "approval_id": row.id,
        "requester": row.requester,
        "person": person,
        "decision": decision,
        "reason": reason,
        "now": now,
    }
    await rows.run(db, _SQL["vote"], values)


async def votes(db: AsyncConnection, approvals: Sequence[ApprovalId]) -> list[VoteRow]:
    """List the answers given to some approvals, oldest first."""
    values = {"approval_ids": list(approvals), "limit": MAX_LISTED}
    return await rows.many(db, VoteRow, _SQL["votes"], values)
