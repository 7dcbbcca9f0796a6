"""Who is on call, the next two weeks, my own shifts, and what waits for an answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response

from fireline.core.access.roles import Permission, grants
from fireline.core.oncall.clock_changes import OddDay, odd_days
from fireline.core.oncall.coverage import Shift
from fireline.core.oncall.doubles import double_booked
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span
from fireline.doors.web.oncall_chart import Pens, chart
from fireline.doors.web.oncall_times import Clocks, clocks_of, zones_of
from fireline.doors.web.schedule_templates import previews
from fireline.doors.web.shell import Caller, page, render
from fireline.usecases import calendars, leave, oncall, oncall_warnings, plans, shift_requests
from fireline.usecases.calendars import FeedView
from fireline.usecases.leave import LeaveView
from fireline.usecases.oncall import NextView, OnCallView, ScheduleView
from fireline.usecases.oncall_desk import LOOK_AHEAD
from fireline.usecases.shift_requests import RequestView
from fireline.usecases.transaction import Tx

AHEAD = timedelta(days=14)
_MY_DAYS = timedelta(days=60)
_SHOWN = 30


@dataclass(frozen=True, slots=True)
class ScheduleBoard:
    """One schedule as the page shows it."""

    who: OnCallView
    view: ScheduleView
    svg: Markup
    gaps: tuple[Span, ...]
    odd: tuple[OddDay, ...]
    horizon: datetime


@dataclass(frozen=True, slots=True)
class Mine:
    """What the page tells its reader of themselves."""

    person: PersonId
    shifts: tuple[NextView, ...]
    feeds: tuple[FeedView, ...]
    horizon: datetime


async def on_call(caller: Caller) -> Response:
    """Show every schedule: who has the pager now, and the two weeks to come."""
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        clocks, now = clocks_of(caller, plan), tx.now
        boards = [await _board(tx, plan, name, clocks) for name in sorted(plan.schedules)]
        mine = await _mine(tx, plan, caller.principal.person)
        waiting = await shift_requests.requests(tx)
        worries = await oncall_warnings.warnings(tx, plan)
        away = await leave.leaves(tx)
    return render(
        caller,
        "oncall.html",
        here="on-call",
        schedules=boards,
        people=people_of(plan),
        names=partial(name_in, plan),
        link=shift_link,
        clocks=clocks,
        zones=zones_of(plan, clocks),
        mine=mine,
        requests=[_answerable(plan, each, caller) for each in waiting],
        away=[_of(each, caller) for each in away],
        doubles=double_booked({each.view.schedule: each.view.result for each in boards}),
        tired=[each for each in worries if each.person is not None],
        previews=previews(plan, clocks, now) if not boards else (),
        now=now,
    )


def shift_link(schedule: ScheduleId, shift: Shift, clocks: Clocks) -> str:
    """Return where a shift is changed."""
    asked = {"person": shift.duty.person, "at": shift.span.start.isoformat()}
    return f"/on-call/{schedule}/shift?{urlencode(asked)}&{clocks.query}"


def name_in(plan: Plan, person: PersonId) -> str:
    """Return what people call somebody."""
    known = plan.people.get(person)
    return known.name if known else person


def people_of(plan: Plan) -> list[tuple[PersonId, str]]:
    """List everybody, by name."""
    return sorted(((id_, each.name) for id_, each in plan.people.items()), key=lambda one: one[1])


async def _board(tx: Tx, plan: Plan, name: ScheduleId, clocks: Clocks) -> ScheduleBoard:
    span = clocks.days(tx.now, AHEAD)
    view = await oncall.shifts(tx, plan, name, span)
    pens = Pens(
        clocks,
        partial(name_in, plan),
        lambda shift: shift_link(name, shift, clocks) if shift.span.end > tx.now else None,
    )
    return ScheduleBoard(
        who=await oncall.who(tx, plan, name),
        view=view,
        svg=chart(view, tx.now, pens),
        gaps=tuple(_still_to_come(view.gaps, tx.now)),
        odd=odd_days(span, plan.schedules[name].zone),
        horizon=tx.now + LOOK_AHEAD,
    )


def _still_to_come(gaps: Iterable[Span], now: datetime) -> Iterable[Span]:
    return (gap for gap in gaps if gap.end > now)


async def _mine(tx: Tx, plan: Plan, person: PersonId) -> Mine | None:
    if person not in plan.people:
        return None
    # Further than is shown, so that the last shift is seen whole.
    span = Span(tx.now, tx.now + 2 * _MY_DAYS)
    found = await oncall.shifts_of_person(tx, plan, person, span)
    soon = tuple(each for each in found if each.shift.span.start < tx.now + _MY_DAYS)
    return Mine(person, soon[:_SHOWN], await calendars.feeds(tx, person), span.end)


def _answerable(plan: Plan, request: RequestView, caller: Caller) -> tuple[RequestView, list[str]]:
    """Say what the reader may do about a request."""
    me = caller.principal.person
    if request.asker == me:
        return request, ["withdraw"]
    if request.asked == me:
        return request, ["accept", "decline"]
    if request.asked is None and me in plan.people:
        return request, ["accept"]
    return request, []


def _of(each: LeaveView, caller: Caller) -> tuple[LeaveView, bool]:
    mine = each.person == caller.principal.person
    return each, mine or Permission.CONFIGURE in grants(caller.principal.role)


ROUTES = (page("/on-call", on_call, Permission.SEE),)
