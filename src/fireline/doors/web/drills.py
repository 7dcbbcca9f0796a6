"""Drills: start one, and watch its story as it is told."""

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.values.ids import DrillId, ScenarioId
from fireline.core.values.refusals import Refusal
from fireline.doors.web.incident_forms import NotAnOption
from fireline.doors.web.shell import FRESH, Again, Caller, back, page, render
from fireline.usecases import drill_views, drills, plans
from fireline.usecases.alerts import INBOX
from fireline.usecases.plans import NoPlan

# A story of seconds: its page looks that often, for what comes from alerts it did not know of.
_LOOKS_EVERY = "1s"


async def listing(caller: Caller) -> Response:
    """List drills, with a form to start one."""
    return await _list(caller, FRESH)


async def start(caller: Caller) -> Response:
    """Start a drill and go to its story."""
    caller.reach(None)
    fields = await caller.fields()
    pace = fields.get("pace", "").strip()
    try:
        if pace and not pace.isdecimal():
            msg = "The pace is a whole number."
            raise NotAnOption(msg)
        async with caller.desk.transaction() as tx:
            plan = await plans.current(tx)
            scenario = ScenarioId(fields.get("scenario", ""))
            wanted = int(pace) if pace else None
            made = await drills.start(tx, plan, scenario, pace=wanted, by=caller.principal.actor)
            number = (await drill_views.look(tx, made)).number
    except Refusal as refusal:
        return await _list(caller, Again("start", fields, refusal))
    return back(f"/drills/{number}")


async def drill(caller: Caller) -> Response:
    """Tell the story of one drill so far, and its score once it is over."""
    async with caller.desk.transaction() as tx:
        view = await drill_views.find_drill(tx, caller.request.path_params["number"])
        now = tx.now
    caller.reach(DrillId(view.id))
    running = view.finished_at is None
    return render(
        caller,
        "drill.html",
        here="drills",
        topics=(f"drill:{view.id}", INBOX),
        view=view,
        every=_LOOKS_EVERY if running else "",
        now=now,
    )


async def abort(caller: Caller) -> Response:
    """End a drill now, without a score."""
    number: int = caller.request.path_params["number"]
    async with caller.desk.transaction() as tx:
        found = await drill_views.find_drill(tx, number)
        caller.reach(DrillId(found.id))
        why = f"{caller.principal.person} said the abort word"
        await drills.abort(tx, DrillId(found.id), by=caller.principal.actor, why=why)
    return back(f"/drills/{number}", said="The drill was aborted.")


async def note_lesson(caller: Caller) -> Response:
    """Write down what the drill taught."""
    number: int = caller.request.path_params["number"]
    lesson = await caller.field("lesson")
    async with caller.desk.transaction() as tx:
        found = await drill_views.find_drill(tx, number)
        caller.reach(DrillId(found.id))
        await drills.note_lesson(tx, DrillId(found.id), lesson, by=caller.principal.actor)
    return back(f"/drills/{number}", said="Written down.")


async def _list(caller: Caller, again: Again) -> Response:
    async with caller.desk.transaction() as tx:
        found = await drill_views.list_drills(tx)
        try:
            scenarios = list((await plans.current(tx)).scenarios.values())
        except NoPlan:
            scenarios = []
        now = tx.now
    own = caller.principal.drill
    lines = [line for line in found if own is None or line.id == own]
    topics = tuple(f"drill:{line.id}" for line in lines if line.finished_at is None)
    return render(
        caller,
        "drills.html",
        here="drills",
        topics=topics[:16],
        status=again.status,
        again=again,
        lines=lines,
        scenarios=scenarios,
        now=now,
    )


ROUTES = (
    page("/drills", listing, Permission.SEE),
    page("/drills", start, Permission.CONFIGURE, methods=("POST",)),
    page("/drills/{number:int}", drill, Permission.SEE),
    page("/drills/{number:int}/abort", abort, Permission.CONFIGURE, methods=("POST",)),
    page("/drills/{number:int}/lesson", note_lesson, Permission.CONFIGURE, methods=("POST",)),
)
