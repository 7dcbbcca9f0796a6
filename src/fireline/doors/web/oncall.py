"""Who is on call, the next two weeks, and standing in for somebody."""

from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.oncall.schedule import Override
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.time import Span
from fireline.doors.web.oncall_chart import chart
from fireline.doors.web.shell import Caller, back, page, render
from fireline.usecases import oncall, plans

_AHEAD = timedelta(days=14)


class TimesUnclear(Refusal):
    """The two times of an override cannot be understood."""

    kind = Kind.INVALID
    code = "override.times_unclear"


async def on_call(caller: Caller) -> Response:
    """Show every schedule: who has the pager now, and the two weeks to come."""
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        span, now = Span(tx.now, tx.now + _AHEAD), tx.now
        shown = [
            (
                await oncall.who(tx, plan, name),
                await oncall.shifts(tx, plan, name, span),
            )
            for name in sorted(plan.schedules)
        ]
    schedules = [(who, view, chart(view, now)) for who, view in shown]
    people = sorted(plan.people)
    return render(
        caller, "oncall.html", here="on-call", schedules=schedules, people=people, now=now
    )


async def override(caller: Caller) -> Response:
    """Let somebody stand in on a schedule."""
    caller.reach(None)
    person = PersonId(await caller.field("person"))
    span = _span(await caller.field("start"), await caller.field("end"))
    schedule = ScheduleId(caller.request.path_params["schedule"])
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        wanted = Override(span, person)
        await oncall.override(tx, plan, schedule, wanted, by=caller.principal.actor)
    return back("/on-call", said=f"{person} stands in.")


def _span(start: str, end: str) -> Span:
    try:
        return Span(
            datetime.fromisoformat(start).replace(tzinfo=UTC),
            datetime.fromisoformat(end).replace(tzinfo=UTC),
        )
    except ValueError as unclear:
        msg = "Give a start and a later end, in UTC."
        raise TimesUnclear(msg) from unclear


ROUTES = (
    page("/on-call", on_call, Permission.SEE),
    page("/on-call/{schedule}/overrides", override, Permission.RESPOND, methods=("POST",)),
)
