"""Approvals: what waits for a second person, exactly as it will be done."""

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.runbooks.approval import Decision
from fireline.core.values.ids import ApprovalId
from fireline.doors.web.shell import Caller, back, page, render
from fireline.usecases import approvals, undo


async def waiting(caller: Caller) -> Response:
    """List what waits."""
    async with caller.desk.transaction() as tx:
        found = await approvals.list_waiting(tx)
        now = tx.now
    own = caller.principal.drill
    shown = [view for view in found if own is None or view.run.drill == own]
    # A new approval plans the moment it runs out; one that is decided is told on its incident.
    topics = ("due:approval", *{f"incident:{view.run.incident_id}" for view in shown})
    return render(
        caller, "approvals.html", here="approvals", topics=topics, approvals=shown, now=now
    )


async def approval(caller: Caller) -> Response:
    """Show one approval: the whole change, what else it touches, and two buttons."""
    async with caller.desk.transaction() as tx:
        found = await approvals.find_approval(tx, caller.request.path_params["number"])
        now = tx.now
    caller.reach(found.run.drill)
    topics = (f"incident:{found.run.incident_id}",)
    return render(caller, "approval.html", here="approvals", topics=topics, view=found, now=now)


async def decide(caller: Caller) -> Response:
    """Approve or refuse what was shown; the form carries the hash of it."""
    number: int = caller.request.path_params["number"]
    wanted = await caller.field("decision")
    decision = Decision.APPROVE if wanted == "approve" else Decision.REFUSE
    content_hash, reason = await caller.field("content_hash"), await caller.field("reason")
    async with caller.desk.transaction() as tx:
        found = await approvals.find_approval(tx, number)
        caller.reach(found.run.drill)
        state = await approvals.decide(
            tx,
            ApprovalId(found.approval.id),
            decision,
            content_hash,
            by=caller.principal.actor,
            reason=reason,
        )
    return back(f"/approvals/{number}", said=f"The approval is {state.value}.")


async def undo_action(caller: Caller) -> Response:
    """Ask for an action to be undone."""
    async with caller.desk.transaction() as tx:
        run, action = await undo.action_called(tx, caller.request.path_params["number"])
        caller.reach(run.drill)
        await undo.undo_action(tx, action.id, by=caller.principal.actor)
    return back(f"/runs/{run.number}", said="The undo was asked for.")


async def make_permanent(caller: Caller) -> Response:
    """Keep what an action changed for good."""
    reason = await caller.field("reason")
    async with caller.desk.transaction() as tx:
        run, action = await undo.action_called(tx, caller.request.path_params["number"])
        caller.reach(run.drill)
        await undo.make_permanent(tx, action.id, by=caller.principal.actor, reason=reason)
    return back(f"/runs/{run.number}", said="It is kept for good.")


ROUTES = (
    page("/approvals", waiting, Permission.SEE),
    page("/approvals/{number:int}", approval, Permission.SEE),
    page("/approvals/{number:int}/decide", decide, Permission.APPROVE, methods=("POST",)),
    page("/actions/{number:int}/undo", undo_action, Permission.RESPOND, methods=("POST",)),
    page(
        "/actions/{number:int}/make-permanent",
        make_permanent,
        Permission.RESPOND,
        methods=("POST",),
    ),
)
