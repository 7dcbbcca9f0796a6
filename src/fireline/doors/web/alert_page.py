"""One alert's page: what happened, on what, whose it is, what to do first, and who is told."""

from collections.abc import Iterable

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.values.refusals import Refusal
from fireline.doors.web.shell import FRESH, Again, Caller, page, render
from fireline.usecases import alert_gathering, alerts, changes, learned_links, plans
from fireline.usecases.alert_desk import reach_alert
from fireline.usecases.alert_views import AlertView, FindingView
from fireline.usecases.changes import SuspectView
from fireline.usecases.transaction import Tx


async def alert(caller: Caller) -> Response:
    """Show one alert: what happened, who is told, what was found."""
    return await show(caller, FRESH)


async def show(caller: Caller, again: Again) -> Response:
    """Render the page of an alert, with a form that was refused as it was typed."""
    async with caller.desk.transaction() as tx:
        found = await alerts.find_alert(tx, caller.request.path_params["number"])
        caller.reach(found.drill)
        people, suspects = await _planned(tx, found)
        now = tx.now
    return render(
        caller,
        "alert.html",
        here="inbox",
        topics=(f"alert:{found.id}",),
        status=again.status,
        alert=found,
        found=_together(found.findings),
        people=people,
        suspects=suspects,
        again=again,
        now=now,
    )


async def posted(caller: Caller) -> Response:
    """Show what a source posted that first spoke of a symptom, as it came."""
    number, symptom = (caller.request.path_params[name] for name in ("number", "symptom"))
    async with caller.desk.transaction() as tx:
        found = await reach_alert(tx, number)
        caller.reach(found.drill)
        body = await alert_gathering.posted(tx, found.id, symptom)
        now = tx.now
    return render(caller, "posted.html", here="inbox", posted=body, number=number, now=now)


async def learned(caller: Caller) -> Response:
    """List what people taught grouping."""
    caller.reach(None)
    async with caller.desk.transaction() as tx:
        links = await learned_links.list_links(tx)
        now = tx.now
    return render(caller, "learned.html", here="inbox", links=links, now=now)


async def _planned(tx: Tx, found: AlertView) -> tuple[list[str], tuple[SuspectView, ...]]:
    """Return the people an alert can be given to, and the changes that may have caused it."""
    try:
        plan = await plans.current(tx)
    except Refusal:
        # The alert is shown all the same when there is no plan, or none that can be read.
        return [], ()
    return sorted(plan.people), await changes.suspects_of_alert(tx, plan, found.id)


def _together(findings: Iterable[FindingView]) -> list[tuple[FindingView, int]]:
    """Put what one rule found of one doer again and again in one line: the first, and how often."""
    lines: dict[tuple[str, str, str], list[FindingView]] = {}
    for finding in findings:
        lines.setdefault((finding.rule, finding.event, finding.who), []).append(finding)
    return [(same[0], len(same)) for same in lines.values()]


ROUTES = (
    page("/alerts/learned", learned, Permission.SEE),
    page("/alerts/{number:int}", alert, Permission.SEE),
    page("/alerts/{number:int}/symptoms/{symptom:int}", posted, Permission.SEE),
)
