"""Declare an incident, from an alert or from what a person saw. Only the title is required."""

from collections.abc import Mapping

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import CategoryId, PersonId
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Refusal
from fireline.doors.web.incident_forms import NotAnOption
from fireline.doors.web.shell import FRESH, Again, Caller, back, page, render
from fireline.usecases import alerts, incidents, plans
from fireline.usecases.alert_views import AlertView
from fireline.usecases.incidents import IncidentFilter
from fireline.usecases.transaction import Tx

_FORM = "declare"


async def offer(caller: Caller) -> Response:
    """Show the form, filled in from an alert if one is named."""
    return await _show(caller, caller.request.query_params.get("alert", ""), FRESH)


async def declare(caller: Caller) -> Response:
    """Declare, and open the command center."""
    fields = await caller.fields()
    try:
        async with caller.desk.transaction() as tx:
            number = await _declare(tx, caller, fields)
    except Refusal as refusal:
        return await _show(caller, fields.get("alert", ""), Again(_FORM, fields, refusal))
    return back(f"/incidents/{number}")


async def _declare(tx: Tx, caller: Caller, fields: Mapping[str, str]) -> int:
    alert = await _alert(tx, caller, fields.get("alert", ""))
    wanted = fields.get("priority", "")
    if wanted not in Priority.__members__:
        msg = "Choose a priority."
        raise NotAnOption(msg)
    made = await incidents.declare(
        tx,
        await plans.current(tx),
        alerts=[alert.id] if alert else [],
        title=fields.get("title", "").strip(),
        priority=Priority[wanted],
        category=CategoryId(fields.get("category", "")),
        lead=PersonId(fields.get("lead") or caller.principal.person),
        by=caller.principal.actor,
    )
    return await incidents.number_of(tx, made)


async def _show(caller: Caller, number: str, again: Again) -> Response:
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        alert = await _alert(tx, caller, number)
        already = await incidents.list_incidents(tx, IncidentFilter(open_only=True, limit=5))
    suggested = _suggested(plan, alert)
    priority = alert.priority if alert else Priority.P3
    return render(
        caller,
        "declare.html",
        here="incidents",
        status=again.status,
        again=again,
        alert=alert,
        suggested=suggested,
        priority=priority.name,
        rules=plan.definitions.priorities,
        categories=plan.definitions.categories,
        people=sorted({*plan.people, caller.principal.person}),
        already=[line for line in already if line.drill == (alert.drill if alert else None)],
    )


async def _alert(tx: Tx, caller: Caller, number: str) -> AlertView | None:
    found = await alerts.find_alert(tx, int(number)) if number.isdecimal() else None
    caller.reach(found.drill if found else None)
    return found


def _suggested(plan: Plan, alert: AlertView | None) -> str:
    """Return the category whose runbook the alert's rule names, else the plan's first."""
    known = plan.definitions.categories
    fits = (each.id for each in known if alert and each.runbook == alert.runbook)
    return next(fits, known[0].id if known else "")


ROUTES = (
    page("/incidents/declare", offer, Permission.RESPOND),
    page("/incidents/declare", declare, Permission.RESPOND, methods=("POST",)),
)
