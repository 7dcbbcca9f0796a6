"""The list of changes, with what each altered; and what may have caused a problem."""

from datetime import datetime

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.signals.notice import ChangeNotice, Kind
from fireline.core.values.ids import AlertId
from fireline.doors.web.shell import Caller, back, page, render
from fireline.usecases import alerts, changes, incidents, plans
from fireline.usecases.changes import CHANGES, Wanted

_PAGE = 50
RECORDABLE = tuple(kind for kind in Kind if kind not in {Kind.CALL, Kind.PLAN})


async def listing(caller: Caller) -> Response:
    """List changes, the latest first, by service, kind, and whether they were planned."""
    asked = caller.request.query_params
    kind, before = asked.get("kind", ""), asked.get("before", "")
    wanted = Wanted(
        service=asked.get("service") or None,
        kind=kind if kind in set(Kind) else None,
        unplanned=asked.get("unplanned") == "on",
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
    )
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        found = await changes.list_changes(tx, wanted, drill=caller.principal.drill, limit=_PAGE)
        now = tx.now
    return render(
        caller,
        "changes.html",
        here="changes",
        topics=(CHANGES,),
        changes=found.items,
        following=found.next,
        wanted=wanted,
        services=sorted(plan.services),
        kinds=tuple(Kind),
        recordable=RECORDABLE,
        now=now,
    )


async def change(caller: Caller) -> Response:
    """Show one change."""
    async with caller.desk.transaction() as tx:
        found = await changes.find_change(tx, caller.request.path_params["number"])
        now = tx.now
    caller.reach(found.drill)
    return render(caller, "change.html", here="changes", change=found, now=now)


async def record(caller: Caller) -> Response:
    """Record a change the person who is signed in tells of."""
    said = await caller.fields()
    kind = said.get("kind", "")
    notice = ChangeNotice(
        key="",
        title=said.get("title", "").strip() or "A change",
        kind=Kind(kind) if kind in set(RECORDABLE) else Kind.OTHER,
        service=said.get("service", ""),
        actor=caller.principal.actor.name,
        planned="unplanned" not in said,
    )
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        made = await changes.record_change(
            tx, plan, notice, by=caller.principal.actor, drill=caller.principal.drill
        )
    return back("/changes", said=f"Change {made.number} is recorded.")


async def of_alert(caller: Caller) -> Response:
    """Show which changes may have caused an alert."""
    number = caller.request.path_params["number"]
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        found = await alerts.find_alert(tx, number)
        caller.reach(found.drill)
        suspects = await changes.suspects_of_alert(tx, plan, AlertId(found.id))
        now = tx.now
    return _suspects(caller, f"#{number} {found.title}", f"/alerts/{number}", suspects, now=now)


async def of_incident(caller: Caller) -> Response:
    """Show which changes may have caused an incident."""
    number = caller.request.path_params["number"]
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        found = await incidents.find_incident(tx, number)
        caller.reach(found.drill)
        suspects = await changes.suspects_of_incident(tx, plan, found.id)
        now = tx.now
    title = f"{found.name} {found.title}"
    return _suspects(caller, title, f"/incidents/{number}", suspects, now=now)


def _suspects(
    caller: Caller,
    title: str,
    back_to: str,
    suspects: tuple[changes.SuspectView, ...],
    *,
    now: datetime,
) -> Response:
    return render(
        caller,
        "suspects.html",
        here="changes",
        title=title,
        back_to=back_to,
        suspects=suspects,
        now=now,
    )


ROUTES = (
    page("/changes", listing, Permission.SEE),
    page("/changes", record, Permission.RESPOND, methods=("POST",)),
    page("/changes/{number:int}", change, Permission.SEE),
    page("/alerts/{number:int}/changes", of_alert, Permission.SEE),
    page("/incidents/{number:int}/changes", of_incident, Permission.SEE),
)
