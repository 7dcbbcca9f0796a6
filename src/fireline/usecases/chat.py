"""Do what people ask for in a chat, as themselves, and say in a few lines what was done."""

from datetime import datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from fireline.core.escalation.answers import ByNumber, read
from fireline.core.oncall.asked import (
    HELP,
    Answered,
    Asked,
    Cover,
    Requests,
    Take,
    Who,
    read_request,
)
from fireline.core.oncall.coverage import Shift
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span, instant
from fireline.usecases import contacts, oncall, plans, shift_requests
from fireline.usecases.alert_desk import lock_alert
from fireline.usecases.alerts import find_alert
from fireline.usecases.oncall import OnCallView
from fireline.usecases.replies import carry_out
from fireline.usecases.shift_requests import RequestView, Wanted
from fireline.usecases.transaction import Tx

STRANGER = (
    "Fireline does not know who you are here. Somebody must put your member ID into the plan's"
    " people.yaml, or you can add it to your contacts."
)
MAX_LINES = 30


async def hear_chat(tx: Tx, channel: str, address: str, text: str) -> str:
    """Do what somebody asks for on a chat channel; return what to say to them.

    `address` is theirs there, as the chat vouches for it. A stranger is told how to be known.
    Raises what the use cases raise.
    """
    plan = await plans.current(tx)
    person = await _whose(tx, plan, channel, address)
    if person is None:
        return STRANGER
    return await _answer(tx, plan, person, text)


async def _whose(tx: Tx, plan: Plan, channel: str, address: str) -> PersonId | None:
    """Find the one person who is reached at an address; what two people share is nobody's."""
    known = await contacts.as_said(tx, plan, tuple(plan.people))
    found = [
        id_
        for id_, person in known.items()
        if any(
            one.channel == channel and one.address == address and one.verified
            for one in person.contacts
        )
    ]
    return found[0] if len(found) == 1 else None


async def _answer(tx: Tx, plan: Plan, person: PersonId, text: str) -> str:
    asked = read_request(text)
    if asked is not None:
        return await _request(tx, plan, person, asked)
    answer = read(text)
    if not isinstance(answer, ByNumber):
        return HELP
    view = await find_alert(tx, answer.number)
    return await carry_out(tx, answer.verb, await lock_alert(tx, view.id), Human(person))


async def _request(tx: Tx, plan: Plan, person: PersonId, asked: Asked) -> str:
    zone = plan.people[person].zone
    match asked:
        case Who(schedule=name):
            wanted = [ScheduleId(name)] if name else sorted(plan.schedules)[:MAX_LINES]
            views = [await oncall.who(tx, plan, one) for one in wanted]
            return "\n".join(_holds(plan, view, zone) for view in views) or "There is no schedule."
        case Take(schedule=name, until=until):
            schedule = ScheduleId(name)
            end = _next(tx.now, until, zone)
            await oncall.take(tx, plan, schedule, person, until=end, by=Human(person))
            return "You have the pager. " + _holds(plan, await oncall.who(tx, plan, schedule), zone)
        case Cover(schedule=name, until=until):
            return await _cover(tx, plan, person, ScheduleId(name), _next(tx.now, until, zone))
        case Requests():
            waiting = (await shift_requests.requests(tx))[:MAX_LINES]
            return "\n".join(_wants(plan, one, zone) for one in waiting) or "No request waits."
        case Answered(number=number, accepted=accepted):
            answer = shift_requests.accept if accepted else shift_requests.decline
            view = await answer(tx, plan, number, person, by=Human(person))
            return f"Request {number} is {view.state}."
        case _:
            assert_never(asked)


async def _cover(
    tx: Tx, plan: Plan, person: PersonId, schedule: ScheduleId, until: datetime | None
) -> str:
    rest = await shift_requests.shift_at(tx, plan, schedule, person, tx.now)
    given = Span(rest.start, min(until, rest.end)) if until else rest
    view = await shift_requests.ask(tx, plan, Wanted(schedule, person, given), by=Human(person))
    return f"Your teammates are asked. The first to accept has the pager: request {view.number}."


def _next(now: datetime, at: time | None, zone: ZoneInfo) -> datetime | None:
    """Return when a clock next shows a time; `None` for no time."""
    if at is None:
        return None
    today = now.astimezone(zone).date()
    moment = instant(today, at, zone)
    return moment if moment > now else instant(today + timedelta(days=1), at, zone)


def _holds(plan: Plan, view: OnCallView, zone: ZoneInfo) -> str:
    if not view.now:
        coming = f" Next: {_people(plan, view.next)}." if view.next else ""
        return f"{view.name}: nobody.{coming}"
    until = min(shift.span.end for shift in view.now)
    return f"{view.name}: {_people(plan, view.now)} until {_clock(until, zone)}"


def _people(plan: Plan, shifts: tuple[Shift, ...]) -> str:
    return ", ".join(
        plan.people[one.duty.person].name if one.duty.person in plan.people else one.duty.person
        for one in shifts
    )


def _wants(plan: Plan, view: RequestView, zone: ZoneInfo) -> str:
    asker = plan.people[view.asker].name if view.asker in plan.people else view.asker
    given = f"{_clock(view.given.start, zone)} to {_clock(view.given.end, zone)}"
    return f"{view.number}: {view.kind} of {view.schedule} for {asker}, {given}"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %d %b %H:%M}"
