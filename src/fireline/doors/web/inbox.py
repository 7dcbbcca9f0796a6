"""The alert inbox and one alert's page: what needs a person, and who is being told."""

from collections.abc import Iterable

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.values.ids import AlertId
from fireline.doors.web.shell import Caller, back, page, render
from fireline.usecases import alerts
from fireline.usecases.alert_views import FindingView
from fireline.usecases.alerts import INBOX, AlertFilter

_SHOWN = {
    "open": ("firing", "acknowledged"),
    "firing": ("firing",),
    "acknowledged": ("acknowledged",),
    "resolved": ("resolved",),
}
_PAGE = 100


async def inbox(caller: Caller) -> Response:
    """List what needs a person, the most urgent first."""
    shown = caller.request.query_params.get("show", "open")
    states = _SHOWN.get(shown, _SHOWN["open"])
    start = caller.request.query_params.get("from", "0")
    offset = int(start) if start.isdecimal() else 0
    wanted = AlertFilter(states=states, drill=caller.principal.drill, limit=_PAGE, offset=offset)
    async with caller.desk.transaction() as tx:
        listed = await alerts.list_alerts(tx, wanted)
        total = await alerts.count_alerts(tx, wanted)
        now = tx.now
    more = offset + _PAGE if offset + _PAGE < total else None
    return render(
        caller,
        "inbox.html",
        here="inbox",
        topics=(INBOX,),
        alerts=listed,
        total=total,
        shown=shown,
        choices=tuple(_SHOWN),
        more=more,
        offset=offset,
        now=now,
    )


async def alert(caller: Caller) -> Response:
    """Show one alert: what happened, who is told, what was found."""
    async with caller.desk.transaction() as tx:
        found = await alerts.find_alert(tx, caller.request.path_params["number"])
        now = tx.now
    caller.reach(found.drill)
    return render(
        caller,
        "alert.html",
        here="inbox",
        topics=(f"alert:{found.id}",),
        alert=found,
        found=_together(found.findings),
        now=now,
    )


async def acknowledge(caller: Caller) -> Response:
    """Say that the person who is signed in has it."""
    number, alert_id = await _reached(caller)
    async with caller.desk.transaction() as tx:
        answer = await alerts.acknowledge_alert(tx, alert_id, by=caller.principal.actor)
    said = "You have it." if answer.yours else f"{answer.by} has it already."
    return back(f"/alerts/{number}", said=said)


async def resolve(caller: Caller) -> Response:
    """Say that it is over."""
    number, alert_id = await _reached(caller)
    async with caller.desk.transaction() as tx:
        await alerts.resolve_alert(tx, alert_id, by=caller.principal.actor)
    return back(f"/alerts/{number}", said="Resolved.")


def _together(findings: Iterable[FindingView]) -> list[tuple[FindingView, int]]:
    """Put what one rule found of one doer again and again in one line: the first, and how often."""
    lines: dict[tuple[str, str, str], list[FindingView]] = {}
    for finding in findings:
        lines.setdefault((finding.rule, finding.event, finding.who), []).append(finding)
    return [(same[0], len(same)) for same in lines.values()]


async def _reached(caller: Caller) -> tuple[int, AlertId]:
    number: int = caller.request.path_params["number"]
    async with caller.desk.transaction() as tx:
        found = await alerts.find_alert(tx, number)
    caller.reach(found.drill)
    return number, found.id


ROUTES = (
    page("/", inbox, Permission.SEE),
    page("/alerts/{number:int}", alert, Permission.SEE),
    page("/alerts/{number:int}/acknowledge", acknowledge, Permission.RESPOND, methods=("POST",)),
    page("/alerts/{number:int}/resolve", resolve, Permission.RESPOND, methods=("POST",)),
)
