"""One shift: who has it, and everything people can do about it without a mouse."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.oncall.coverage import Shift
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.time import Span
from fireline.doors.web.oncall import name_in, people_of
from fireline.doors.web.oncall_times import Clocks, clocks_of, moment_typed
from fireline.doors.web.shell import Caller, page, render
from fireline.usecases import oncall, plans
from fireline.usecases.oncall import is_shadow

_AROUND = timedelta(days=60)
_MOST_OFFERED = 40


class ShiftNotFound(Refusal):
    """Nobody of that name has the pager then."""

    kind = Kind.NOT_FOUND
    code = "shift.not_found"


@dataclass(frozen=True, slots=True)
class Offer:
    """A shift of somebody else, to take in exchange. `value` is how a form says it."""

    value: str
    words: str


async def shift(caller: Caller) -> Response:
    """Show one shift, with forms to override it, swap it and ask for cover."""
    schedule = ScheduleId(caller.request.path_params["schedule"])
    query = caller.request.query_params
    person = PersonId(query.get("person", ""))
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        clocks, now = clocks_of(caller, plan), tx.now
        at = moment_typed(query.get("at", ""), clocks.zone)
        around = Span(min(at, now) - _AROUND, max(at, now) + _AROUND)
        view = await oncall.shifts(tx, plan, schedule, around)
        found = next((s for s in view.result if s.duty.person == person and at in s.span), None)
        if found is None:
            msg = f"{name_in(plan, person)} does not have the pager of {view.name} then."
            raise ShiftNotFound(msg, hint="Choose a shift on the on-call page.")
        left = Span(max(found.span.start, now), found.span.end) if now < found.span.end else None
        others = [each for each in view.result if each.duty.person != person]
        offers = _offers(plan, others, left, clocks)
    me = caller.principal.person
    return render(
        caller,
        "oncall_shift.html",
        here="on-call",
        schedule=view,
        shift=found,
        around=around,
        left=left,
        who=name_in(plan, person),
        mine=person == me,
        running=found.span.start <= now and not is_shadow(found) and me in plan.people,
        people=[each for each in people_of(plan) if each[0] != person],
        offers=offers,
        clocks=clocks,
        layers=[layer.name for layer in view.layers],
    )


def _offers(plan: Plan, shifts: Sequence[Shift], left: Span | None, clocks: Clocks) -> list[Offer]:
    if left is None:
        return []
    return [
        Offer(
            f"{each.duty.person} {each.span.start.isoformat()} {each.span.end.isoformat()}",
            f"{name_in(plan, each.duty.person)}, {clocks.at(each.span.start)}"
            f" to {clocks.at(each.span.end)}",
        )
        for each in shifts
        if each.span.start >= left.end and not is_shadow(each)
    ][:_MOST_OFFERED]


ROUTES = (page("/on-call/{schedule}/shift", shift, Permission.SEE),)
