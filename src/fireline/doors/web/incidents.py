"""The list of incidents, and the command center of one: what is broken, who leads, what next."""

from dataclasses import dataclass

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.incidents.checklist import Answer
from fireline.core.incidents.containment import Vector, with_known
from fireline.core.incidents.states import State
from fireline.core.incidents.terms import Frame
from fireline.core.incidents.transitions import NEXT, Reason
from fireline.core.incidents.updates import PublicWord
from fireline.core.plan.plan import Plan
from fireline.core.values.priority import Priority
from fireline.doors.web.shell import FRESH, Again, Caller, page, render
from fireline.usecases import approvals, changes, incidents, plans, runs
from fireline.usecases.approvals import ApprovalView
from fireline.usecases.changes import SuspectView
from fireline.usecases.incidents import IncidentFilter, IncidentView
from fireline.usecases.transaction import Tx

_DISMISSIBLE = frozenset({State.SUSPECTED, State.DECLARED})


@dataclass(frozen=True, slots=True)
class Move:
    """Somewhere the incident can go, and what is still missing for it."""

    to: State
    does: str
    missing: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Room:
    """An incident with everything else its page shows."""

    incident: IncidentView
    plan: Plan
    vectors: tuple[Vector, ...]
    moves: tuple[Move, ...]
    waiting: tuple[ApprovalView, ...]
    suspects: tuple[SuspectView, ...]


async def listing(caller: Caller) -> Response:
    """List incidents: those open and urgent first."""
    shown = caller.request.query_params.get("show", "open")
    async with caller.desk.transaction() as tx:
        found = await incidents.list_incidents(tx, IncidentFilter(open_only=shown != "all"))
        now = tx.now
    own = caller.principal.drill
    lines = [line for line in found if own is None or line.drill == own]
    topics = tuple(f"incident:{line.id}" for line in lines[:15])
    return render(
        caller, "incidents.html", here="incidents", topics=topics, lines=lines, shown=shown, now=now
    )


async def incident(caller: Caller) -> Response:
    """Show one incident's command center."""
    return await command_center(caller, FRESH)


async def command_center(caller: Caller, again: Again) -> Response:
    """Render the command center, perhaps with a form that was refused."""
    async with caller.desk.transaction() as tx:
        found = await incidents.find_incident(tx, caller.request.path_params["number"])
        caller.reach(found.drill)
        room = await _gather(tx, caller, found)
        now = tx.now
    topics = (f"incident:{found.id}", *(f"alert:{alert.id}" for alert in found.alerts))
    return render(
        caller,
        "incident.html",
        here="incidents",
        topics=topics[:16],
        status=again.status,
        incident=found,
        room=room,
        again=again,
        now=now,
        answers=tuple(Answer),
        words=tuple(PublicWord),
        frames=tuple(Frame),
        priorities=tuple(Priority),
        does={card.role: card for card in room.plan.definitions.roles},
        people=sorted(room.plan.people),
    )


async def _gather(tx: Tx, caller: Caller, found: IncidentView) -> _Room:
    waiting = await approvals.list_waiting(tx)
    containment = with_known(await runs.containment_of(tx, found.id), found.vectors)
    moves = [
        Move(
            to,
            does,
            await incidents.why_not(
                tx, found.id, to, by=caller.principal.actor, containment=containment
            ),
        )
        for to, does in _ways(found.state)
    ]
    plan = await plans.of(tx, found.plan_revision)
    return _Room(
        incident=found,
        plan=plan,
        vectors=containment.vectors,
        moves=tuple(moves),
        waiting=tuple(view for view in waiting if view.run.incident_id == found.id),
        suspects=await changes.suspects_of_incident(tx, plan, found.id),
    )


def _ways(state: State) -> list[tuple[State, str]]:
    """List where an incident can go from here, the way onward first."""
    onward = NEXT.get(state)
    ways = [(onward, _DOES[onward])] if onward else []
    if state in _DISMISSIBLE:
        ways.append((State.DISMISSED, "Dismiss: this is no incident"))
    elif state is not State.MERGED:
        ways.append((State.DECLARED, "Reopen with new evidence"))
    return ways


_DOES = {
    State.DECLARED: "Declare it",
    State.CONTAINED: "Mark contained",
    State.ERADICATED: "Mark eradicated",
    State.RECOVERED: "Mark recovered",
    State.IN_REVIEW: "Begin the review",
    State.CLOSED: "Close the incident",
}

ROUTES = (
    page("/incidents", listing, Permission.SEE),
    page("/incidents/{number:int}", incident, Permission.SEE),
)
