"""Escalations of the plan, each drawn as the path an alert takes when nobody answers."""

from datetime import UTC, datetime

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.values.ids import PolicyId, ServiceId
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.doors.web.shell import Again, Caller, page, render
from fireline.usecases import escalation_ahead, plans
from fireline.usecases.escalation_ahead import EscalationView

_FORM = "ahead"
_LONGEST = 40


class MomentUnclear(Refusal):
    """The moment an escalation is asked about cannot be understood."""

    kind = Kind.INVALID
    code = "escalation.moment_unclear"


async def listing(caller: Caller) -> Response:
    """List the escalations of the plan."""
    async with caller.desk.transaction() as tx:
        lines = escalation_ahead.list_escalations(await plans.current(tx))
    return render(caller, "escalations.html", here="on-call", lines=lines)


async def path(caller: Caller) -> Response:
    """Draw one escalation as a path: when, who, why, by which ways."""
    asked = dict(caller.request.query_params)
    policy = PolicyId(caller.request.path_params["policy"])
    priority = Priority.__members__.get(asked.get("priority", ""), Priority.P1)
    service = ServiceId(asked["service"]) if asked.get("service") else None
    refusal: Refusal | None = None
    at: datetime | None = None
    try:
        at = _moment(asked.get("at", ""))
    except MomentUnclear as unclear:
        refusal = unclear
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        view: EscalationView = await escalation_ahead.show_escalation(
            tx, plan, policy, priority=priority, at=at, service=service
        )
    again = Again(_FORM, asked, refusal)
    return render(
        caller,
        "escalation.html",
        here="on-call",
        status=again.status,
        again=again,
        view=view,
        priorities=tuple(Priority),
        services=sorted(plan.services),
    )


def _moment(said: str) -> datetime | None:
    try:
        return datetime.fromisoformat(said).replace(tzinfo=UTC) if said else None
    except ValueError:
        msg = f"{said[:_LONGEST]!r} is not a moment."
        raise MomentUnclear(msg, hint="Write one such as 2026-12-24T03:00, in UTC.") from None


ROUTES = (
    page("/escalations", listing, Permission.SEE),
    page("/escalations/{policy}", path, Permission.SEE),
)
