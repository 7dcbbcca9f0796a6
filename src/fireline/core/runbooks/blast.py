"""The blast radius: who and what else an action would hit, and whether it may be taken at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from fireline.core.runbooks.action import ActionPlan
from fireline.core.values.json import JsonObject

# AWS makes and keeps these; changing them breaks services or sign-in for everybody.
_RESERVED = ("AWSServiceRoleFor", "AWSReservedSSO_")
_TWO_PEOPLE = 2


@dataclass(frozen=True, slots=True)
class BlastFacts:
    """What is known about the surroundings of an asset.

    `others` are recent users of the identity (address and program) that the alert does not
    suspect. `own` are the ARNs fireline itself acts under. `protected` is the plan's list.
    """

    others: tuple[str, ...]
    own: frozenset[str]
    protected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Allowed:
    """The action may be taken once so many people approve. `touches` counts what it would hit."""

    touches: int
    approvals: int
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """No approval can allow this one."""

    why: str


Blast = Allowed | Forbidden


def judge_blast(
    plan: ActionPlan, state: JsonObject, facts: BlastFacts, *, most: int, approvals: int
) -> Blast:
    """Judge an action: never on what is protected; two people above `most` things touched."""
    why = _why_never(plan, facts)
    if why is not None:
        return Forbidden(why)
    touches = 1 + len(facts.others)
    text = [_others_text(facts.others), *_known(state)]
    if touches <= most:
        return Allowed(touches, approvals, tuple(text))
    text.append(f"It touches {touches}; the runbook allows {most} with fewer than two approvals.")
    return Allowed(touches, max(approvals, _TWO_PEOPLE), tuple(text))


def _why_never(plan: ActionPlan, facts: BlastFacts) -> str | None:
    arn = plan.call.resource
    user = plan.call.parameters.get("UserName", plan.asset.id)
    names = (plan.asset.id, user, arn)
    if any(name in facts.protected for name in names):
        return f"{plan.asset.id} of {user} is protected by the plan"
    if any(_stands_for(own, arn) for own in facts.own):
        return f"{user} is an identity fireline itself acts under"
    if user.startswith(_RESERVED):
        return f"{user} belongs to AWS"
    return None


def _stands_for(own: str, arn: str) -> bool:
    """Say whether an ARN is fireline's own, or the role behind fireline's own session."""
    if own == arn:
        return True
    # arn:aws:sts::111122223333:assumed-role/NAME/session acts as arn:aws:iam::…:role/…/NAME
    head, _, session = own.partition(":assumed-role/")
    role = session.partition("/")[0]
    account = head.rpartition(":")[2]
    return bool(role) and f"::{account}:role/" in arn and arn.rpartition("/")[2] == role


def _others_text(others: Sequence[str]) -> str:
    if not others:
        return "Nobody else was seen using it."
    return f"Also used by {len(others)} the alert does not suspect: {', '.join(others)}."


def _known(state: JsonObject) -> list[str]:
    said = {
        "last_used": "Last used {}.",
        "other_active_keys": "Other active keys of this user: {}.",
        "active_keys": "Active keys of this user: {}.",
    }
    return [text.format(state[name]) for name, text in said.items() if state.get(name) is not None]
