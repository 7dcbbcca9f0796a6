"""Something is wrong: a person says so, and whoever is on call is told."""

from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.signals.entity import Entity
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Refusal
from fireline.doors.web.incident_forms import NotAnOption
from fireline.doors.web.shell import FRESH, Again, Caller, back, page, render
from fireline.usecases import plans, reports
from fireline.usecases.plans import NoPlan
from fireline.usecases.reports import MAX_ENTITY, MAX_WHAT, Report

_FORM = "report"
_KINDS = ("host", "pod", "address", "account", "principal", "asset")


async def offer(caller: Caller) -> Response:
    """Show the form."""
    return await _show(caller, FRESH)


async def report(caller: Caller) -> Response:
    """Take a report, and go to its alert."""
    caller.reach(None)
    fields = await caller.fields()
    try:
        told = _report(fields)
        async with caller.desk.transaction() as tx:
            plan = await plans.current(tx)
            key = await reports.report(tx, plan, told, by=caller.principal.actor)
    except Refusal as refusal:
        return await _show(caller, Again(_FORM, fields, refusal))
    number = await reports.alert_of_report(caller.desk.transaction, key)
    if number is None:
        return back("/", said="It was taken; its alert is on the way.")
    return back(f"/alerts/{number}", said="It was taken, and whoever is on call is being told.")


async def _show(caller: Caller, again: Again) -> Response:
    caller.reach(None)
    async with caller.desk.transaction() as tx:
        try:
            plan = await plans.current(tx)
            services, rules = sorted(plan.services), plan.definitions.priorities
        except NoPlan:
            services, rules = [], ()
    return render(
        caller,
        "report.html",
        here="inbox",
        status=again.status,
        again=again,
        services=services,
        rules=rules,
        priorities=tuple(Priority),
        kinds=_KINDS,
        most=MAX_WHAT,
        most_entity=MAX_ENTITY,
    )


def _report(fields: Mapping[str, str]) -> Report:
    wanted = fields.get("priority", "")
    if wanted not in Priority.__members__:
        msg = "Say how bad it is."
        raise NotAnOption(msg)
    kind, value = fields.get("kind", ""), fields.get("value", "").strip()
    return Report(
        what=fields.get("what", ""),
        service=fields.get("service", ""),
        priority=Priority[wanted],
        since=_since(fields.get("since", "").strip()),
        details=fields.get("details", ""),
        entities=(Entity(kind, value[:MAX_ENTITY]),) if value and kind in _KINDS else (),
    )


def _since(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        msg = "Since when is a date and a time, in UTC."
        raise NotAnOption(msg) from None


ROUTES = (
    page("/report", offer, Permission.RESPOND),
    page("/report", report, Permission.RESPOND, methods=("POST",)),
)
