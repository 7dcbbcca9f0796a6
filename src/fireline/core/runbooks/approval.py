"""Approvals: a person says yes to exact content, once, for a while.

An approval is bound to the hash of everything that would happen. Whoever approves sends back the
hash of what they saw, so that nobody approves what they did not see.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from fireline.core.runbooks.action import ActionPlan
from fireline.core.values.actor import Actor, Human
from fireline.core.values.ids import PersonId, RevisionId
from fireline.core.values.json import JsonObject, digest

LASTS = timedelta(minutes=30)


class ApprovalState(StrEnum):
    """Where an approval stands. Only `approved` lets anything happen, and only once."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    VOID = "void"


class Decision(StrEnum):
    """What a person answers."""

    APPROVE = "approve"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Asked:
    """An approval as it stands: who asked, what for, and who has said yes so far."""

    state: ApprovalState
    content_hash: str
    requester: PersonId
    needed: int
    approvers: frozenset[PersonId]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """The answer counts; the approval now stands so."""

    state: ApprovalState


class NotDecided(StrEnum):
    """Why an answer does not count. The values are refusal codes and never change."""

    MACHINE = "approval.human_only"
    OWN_REQUEST = "approval.own_request"
    EXPIRED = "approval.expired"
    SETTLED = "approval.settled"
    OTHER_CONTENT = "approval.other_content"
    TWICE = "approval.twice"


@dataclass(frozen=True, slots=True)
class Usable:
    """The action may be executed now, once."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """The approval lets nothing happen. `state` is what it becomes."""

    state: ApprovalState
    why: str


def content_of(
    plan: ActionPlan, *, revision: RevisionId, requester: PersonId, run: UUID, needed: int
) -> JsonObject:
    """Return everything an approval binds to, as it is shown and hashed."""
    return {
        "kind": plan.kind,
        "asset": str(plan.asset),
        "account": plan.asset.account,
        "call": plan.call.json,
        "inverse": plan.inverse.json,
        "before": digest(plan.before),
        "after": digest(plan.after),
        "revision": revision,
        "requester": requester,
        "run": str(run),
        "approvals": needed,
    }


def decide(
    asked: Asked, decision: Decision, *, by: Actor, content_hash: str, now: datetime
) -> Decided | NotDecided:
    """Count a person's answer, or say why it does not count."""
    why = _why_not(asked, by=by, content_hash=content_hash, now=now)
    if why is not None or not isinstance(by, Human):
        return why or NotDecided.MACHINE
    if decision is Decision.REFUSE:
        return Decided(ApprovalState.REFUSED)
    enough = len(asked.approvers | {by.person}) >= asked.needed
    return Decided(ApprovalState.APPROVED if enough else ApprovalState.WAITING)


def usable(asked: Asked, *, content_hash: str, drifted: bool, now: datetime) -> Usable | Unusable:
    """Say whether an approval still lets its action happen.

    `content_hash` is of what would be done now; `drifted` says that the asset, just read again, is
    not as it was when people looked.
    """
    if asked.state is not ApprovalState.APPROVED:
        return Unusable(asked.state, f"the approval is {asked.state}")
    if len(asked.approvers - {asked.requester}) < asked.needed:
        return Unusable(ApprovalState.VOID, "too few people approved it")
    if now >= asked.expires_at:
        return Unusable(ApprovalState.EXPIRED, "the approval ran out before it was used")
    if content_hash != asked.content_hash:
        return Unusable(ApprovalState.VOID, "this is not what was approved")
    if drifted:
        return Unusable(ApprovalState.VOID, "somebody changed it after it was approved")
    return Usable()


def _why_not(asked: Asked, *, by: Actor, content_hash: str, now: datetime) -> NotDecided | None:
    if not isinstance(by, Human):
        return NotDecided.MACHINE
    if by.person == asked.requester:
        return NotDecided.OWN_REQUEST
    if asked.state is not ApprovalState.WAITING:
        return NotDecided.SETTLED
    if now >= asked.expires_at:
        return NotDecided.EXPIRED
    if content_hash != asked.content_hash:
        return NotDecided.OTHER_CONTENT
    return NotDecided.TWICE if by.person in asked.approvers else None
