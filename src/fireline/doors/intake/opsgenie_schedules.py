"""Schedules of the plan as the Opsgenie API shows them: rotations, who is on call, the timeline.

Shapes follow https://docs.opsgenie.com/docs/schedule-api and .../docs/who-is-on-call-api.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, assert_never

from fireline.core.oncall.coverage import Shift
from fireline.core.oncall.duty import Because
from fireline.core.oncall.schedule import (
    Every,
    Hours,
    Layer,
    Rotation,
    Schedule,
    WeekSpan,
)
from fireline.core.plan.plan import Plan
from fireline.core.signals.decoding import moment_of
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span, instant
from fireline.doors.intake.opsgenie_config import named, running_plan
from fireline.doors.intake.opsgenie_lists import number_in
from fireline.doors.intake.opsgenie_shapes import address_of, moment
from fireline.doors.intake.opsgenie_wire import Answer, Call, Way, invalid, not_found, shown
from fireline.usecases import oncall
from fireline.usecases.oncall import OnCallView, ScheduleView

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = {"days": 1, "weeks": 7, "months": 31}
_LONGEST_DAYS = 372
_WEEK = 7
_MONTH = 30


async def schedules(call: Call) -> Answer:
    """List the schedules, with their rotations when asked for."""
    plan = await running_plan(call)
    whole = "rotation" in call.query.get("expand", "").split(",")
    return shown([_schedule(plan, one, whole=whole) for one in plan.schedules.values()])


async def schedule(call: Call) -> Answer:
    """Show one schedule."""
    plan = await running_plan(call)
    return shown(_schedule(plan, named_schedule(call, plan, "identifierType"), whole=True))


async def rotations(call: Call) -> Answer:
    """List one schedule's rotations."""
    plan = await running_plan(call)
    found = named_schedule(call, plan, "scheduleIdentifierType")
    return shown(_rotations(plan, found), _parent=parent(found))


async def rotation(call: Call) -> Answer:
    """Show one rotation."""
    plan = await running_plan(call)
    found = named_schedule(call, plan, "scheduleIdentifierType")
    for one in _rotations(plan, found):
        if call.names["rotation"] in {one["id"], one["name"]}:
            return shown(one)
    msg = "Rotation does not exist"
    raise not_found(msg)


async def on_calls(call: Call) -> Answer:
    """Say who is on call on one schedule."""
    plan = await running_plan(call)
    found = named_schedule(call, plan, "scheduleIdentifierType")
    return shown(_on_call(plan, found, await _who(call, plan, found), flat=_flat(call)))


async def all_on_calls(call: Call) -> Answer:
    """Say who is on call on every schedule."""
    plan = await running_plan(call)
    known = plan.schedules.values()
    return shown(
        [_on_call(plan, one, await _who(call, plan, one), flat=_flat(call)) for one in known]
    )


async def next_on_calls(call: Call) -> Answer:
    """Say who is next on one schedule."""
    plan = await running_plan(call)
    found = named_schedule(call, plan, "scheduleIdentifierType")
    view = await _who(call, plan, found)
    people = [shift.duty.person for shift in view.next]
    data: dict[str, Any] = {"_parent": parent(found)}
    if _flat(call):
        names = [_address(plan, person) for person in people]
        return shown({**data, "nextOnCallRecipients": names, "exactNextOnCallRecipients": names})
    shapes = [_recipient(plan, person) for person in people]
    return shown({**data, "nextOnCallParticipants": shapes, "exactNextOnCallParticipants": shapes})


async def timeline(call: Call) -> Answer:
    """Lay out one schedule over days, weeks or months."""
    plan = await running_plan(call)
    found = named_schedule(call, plan, "identifierType")
    unit = call.query.get("intervalUnit", "weeks").lower()
    if unit not in _UNITS:
        raise invalid(field="intervalUnit", why=f"intervalUnit must be one of {', '.join(_UNITS)}")
    days = max(number_in(call, "interval", 1, most=_LONGEST_DAYS), 1) * _UNITS[unit]
    async with call.desk.transaction() as tx:
        start = _date(call) or tx.now
        span = Span(start, start + timedelta(days=min(days, _LONGEST_DAYS)))
        view = await oncall.shifts(tx, plan, found.id, span)
    data: dict[str, Any] = {
        "_parent": parent(found),
        "startDate": moment(span.start),
        "endDate": moment(span.end),
        "finalTimeline": {"rotations": _laid_out(plan, found, view.result)},
    }
    asked = call.query.get("expand", "").split(",")
    if "base" in asked:
        base = [shift for layer in view.layers for shift in layer.shifts]
        data["baseTimeline"] = {"rotations": _laid_out(plan, found, base)}
    if "override" in asked:
        data["overrideTimeline"] = {"rotations": _stood_in(plan, view)}
    if "forwarding" in asked:
        data["forwardingTimeline"] = {"rotations": []}
    return shown(data)


def _schedule(plan: Plan, one: Schedule, *, whole: bool) -> Mapping[str, Any]:
    shape = {
        "id": one.id,
        "name": one.name,
        "description": "",
        "timezone": one.zone.key,
        "enabled": True,
    }
    return {**shape, "rotations": _rotations(plan, one)} if whole else shape


def _rotations(plan: Plan, one: Schedule) -> list[Mapping[str, Any]]:
    return [_rotation(plan, one, layer, number) for number, layer in enumerate(one.layers)]


def _rotation(plan: Plan, one: Schedule, layer: Layer, number: int) -> Mapping[str, Any]:
    turns = layer.rotation
    restriction = _restriction(layer.hours)
    return {
        "id": rotation_id(one, number),
        "name": layer.name,
        "startDate": moment(instant(turns.first_day, turns.handover, turns.zone)),
        **_turns_of(turns),
        "participants": [participant(plan, person) for person in turns.people],
        **({"timeRestriction": restriction} if restriction else {}),
    }


def _turns_of(rotation: Rotation) -> Mapping[str, Any]:
    """Write how long turns are. There are no months there: one is told as thirty days."""
    match rotation.every:
        case Every.HOUR:
            return {"type": "hourly", "length": rotation.length}
        case Every.WEEK:
            return {"type": "weekly", "length": rotation.length}
        case Every.MONTH:
            return {"type": "daily", "length": rotation.length * _MONTH}
        case Every.DAY if rotation.length % _WEEK == 0:
            return {"type": "weekly", "length": rotation.length // _WEEK}
        case Every.DAY:
            return {"type": "daily", "length": rotation.length}


def _restriction(hours: Sequence[Hours | WeekSpan]) -> Mapping[str, Any] | None:
    """Write the hours a layer covers; every day alike is one interval of the day."""
    match hours:
        case []:
            return None
        case [Hours(weekdays=days) as each] if len(days) == _WEEK:
            return {"type": "time-of-day", "restriction": _interval(each)}
        case _:
            spans = [span for each in hours for span in _spans(each)]
            return {"type": "weekday-and-time-of-day", "restrictions": spans}


def _spans(hours: Hours | WeekSpan) -> Iterator[Mapping[str, Any]]:
    match hours:
        case Hours():
            for day in sorted(hours.weekdays):
                last = day if hours.end > hours.start else (day + 1) % _WEEK
                yield {"startDay": _DAYS[day], "endDay": _DAYS[last], **_interval(hours)}
        case WeekSpan():
            first, last = _DAYS[hours.from_day], _DAYS[hours.to_day]
            yield {"startDay": first, "endDay": last, **_interval(hours)}
        case _:
            assert_never(hours)


def _interval(hours: Hours | WeekSpan) -> Mapping[str, int]:
    return {
        "startHour": hours.start.hour,
        "startMin": hours.start.minute,
        "endHour": hours.end.hour,
        "endMin": hours.end.minute,
    }


def _on_call(plan: Plan, found: Schedule, view: OnCallView, *, flat: bool) -> Mapping[str, Any]:
    people = [shift.duty.person for shift in view.now if not oncall.is_shadow(shift)]
    if flat:
        names = [_address(plan, person) for person in people]
        return {"_parent": parent(found), "onCallRecipients": names}
    shapes = [_recipient(plan, person) for person in people]
    return {"_parent": parent(found), "onCallParticipants": shapes}


def _laid_out(plan: Plan, one: Schedule, shifts: Iterable[Shift]) -> list[Mapping[str, Any]]:
    """Put shifts under their layers. Whoever stands in does so for the topmost."""
    names = [layer.name for layer in one.layers]
    periods: list[list[Mapping[str, Any]]] = [[] for _ in names]
    for shift in shifts:
        standing_in = shift.duty.because in {Because.OVERRIDE, Because.ADDED}
        place = names.index(shift.duty.layer) if shift.duty.layer else len(names) - 1
        type_ = "override" if standing_in else "default"
        periods[place].append(_period(plan, shift.span, shift.duty.person, type_))
    return [
        {"id": rotation_id(one, number), "name": name, "order": float(number), "periods": found}
        for number, (name, found) in enumerate(zip(names, periods, strict=True))
    ]


def _stood_in(plan: Plan, view: ScheduleView) -> list[Mapping[str, Any]]:
    found = [
        _period(plan, one.span, one.person, "override") for one in view.overrides if one.person
    ]
    return [
        {"id": f"{view.schedule}-overrides", "name": "Overrides", "order": 0.0, "periods": found}
    ]


def _period(plan: Plan, span: Span, person: PersonId, type_: str) -> Mapping[str, Any]:
    return {
        "startDate": moment(span.start),
        "endDate": moment(span.end),
        "type": type_,
        "recipient": _recipient(plan, person),
    }


def participant(plan: Plan, person: PersonId) -> Mapping[str, str]:
    """Write a person as somebody who takes part."""
    return {"type": "user", "id": person, "username": _address(plan, person)}


def _recipient(plan: Plan, person: PersonId) -> Mapping[str, str]:
    return {"id": person, "type": "user", "name": _address(plan, person)}


def _address(plan: Plan, person: PersonId) -> str:
    known = plan.people.get(person)
    return address_of(known) if known else person


def parent(one: Schedule) -> Mapping[str, Any]:
    """Write what an answer belongs to."""
    return {"id": one.id, "name": one.name, "enabled": True}


def rotation_id(one: Schedule, number: int) -> str:
    """Name a layer by its place: the plan gives layers no ids."""
    return f"{one.id}-{number}"


async def _who(call: Call, plan: Plan, found: Schedule) -> OnCallView:
    async with call.desk.transaction() as tx:
        return await oncall.who(tx, plan, found.id, _date(call))


def _date(call: Call) -> datetime | None:
    text = call.query.get("date", "")
    if not text:
        return None
    found = moment_of(text.replace(" ", "+"))
    if found is None:
        raise invalid(field="date", why="date must be in ISO 8601: 2026-01-31T09:00:00Z")
    return found


def _flat(call: Call) -> bool:
    return call.query.get("flat", "").lower() == "true"


def named_schedule(call: Call, plan: Plan, word: str) -> Schedule:
    """Return the schedule a path names. Raises NotDone."""
    return named(call, plan.schedules, lambda one: (one.id, one.name), by=word)


_ONE = "/v2/schedules/{id}"
WAYS = (
    Way("GET", "/v2/schedules", schedules),
    Way("GET", "/v2/schedules/on-calls", all_on_calls),
    Way("GET", _ONE, schedule),
    Way("GET", f"{_ONE}/rotations", rotations),
    Way("GET", f"{_ONE}/rotations/{{rotation}}", rotation),
    Way("GET", f"{_ONE}/on-calls", on_calls),
    Way("GET", f"{_ONE}/next-on-calls", next_on_calls),
    Way("GET", f"{_ONE}/timeline", timeline),
)
