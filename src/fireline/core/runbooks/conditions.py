"""Conditions on acts, in CEL: bounded, typed, without side effects.

A condition speaks of the planned action: its name, its asset, and the state it would change. What
cannot be evaluated does not hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cel_expr_python import cel

from fireline.core.runbooks.action import ActionPlan
from fireline.core.values.conditions import why_not_true_or_false
from fireline.core.values.nothing import keep_none

_STATE = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
keep_none()
_ENV = cel.NewEnv(
    variables={"action": cel.Type.STRING, "asset": _STATE, "before": _STATE, "after": _STATE}
)


def why_not_a_condition(text: str) -> str | None:
    """Say why a text is no condition over a planned action; `None` when it is one."""
    return why_not_true_or_false(_ENV, text)


@dataclass(frozen=True, slots=True)
class Unevaluable:
    """The condition has no answer for this action."""

    why: str


def holds(condition: str, plan: ActionPlan) -> bool | Unevaluable:
    """Say whether a condition is true of a planned action, or why nobody can tell."""
    asset = {"kind": plan.asset.kind, "account": plan.asset.account, "id": plan.asset.id}
    given: Mapping[str, Any] = {
        "action": plan.kind,
        "asset": {**asset, "region": plan.asset.region},
        "before": dict(plan.before),
        "after": dict(plan.after),
    }
    try:
        answer = _ENV.compile(condition).eval(data=given)
    except RuntimeError as error:
        return Unevaluable(str(error).splitlines()[0])
    if answer.type() != cel.Type.BOOL:
        return Unevaluable(str(answer.plain_value()))
    return bool(answer.value())
