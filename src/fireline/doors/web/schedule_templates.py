"""Three schedules to begin with, drawn before they are saved: weekly, follow the sun, weekends."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from markupsafe import Markup
from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.oncall.coverage import gaps, layer_shifts, shifts
from fireline.core.oncall.people import Person
from fireline.core.oncall.schedule import Schedule
from fireline.core.plan.document import Document, read_document
from fireline.core.plan.plan import Plan
from fireline.core.plan.schedule_words import ScheduleFile
from fireline.core.plan.schedules import schedule_from
from fireline.core.plan.words import SLUG
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.refusals import Kind, Refusal
from fireline.doors.web.oncall_chart import Pens, chart
from fireline.doors.web.oncall_times import Clocks, clocks_of, zones_of
from fireline.doors.web.shell import Caller, back, page, render
from fireline.usecases import plans
from fireline.usecases.oncall import LayerView, ScheduleView

_AHEAD = timedelta(days=14)
# A ring to begin with: a longer one is written by hand.
_MOST_PEOPLE = 12
_SHIFTS_OF_SUN = (("asia-pacific", "00:00", "08:00"), ("europe", "08:00", "16:00"))
_LAST_OF_SUN = ("americas", "16:00", "00:00")


class TemplateNotFound(Refusal):
    """There is no such template."""

    kind = Kind.NOT_FOUND
    code = "schedule_template.not_found"


class IdUnclear(Refusal):
    """What was written is no id."""

    kind = Kind.INVALID
    code = "schedule.id_unclear"


class ScheduleThere(Refusal):
    """The plan has a schedule of this id."""

    kind = Kind.CONFLICT
    code = "schedule.there"


@dataclass(frozen=True, slots=True)
class Told:
    """What a template is filled with. `monday` is when its first turn begins."""

    people: Sequence[Person]
    zone: str
    monday: date


@dataclass(frozen=True, slots=True)
class Template:
    """A schedule to begin with."""

    id: str
    title: str
    says: str
    write: Callable[[Told], str]


@dataclass(frozen=True, slots=True)
class Preview:
    """A template filled in: its file, and the two weeks that come of it."""

    template: Template
    text: str
    svg: Markup


def _ring(people: Sequence[Person]) -> str:
    return f"[{', '.join(person.id for person in people)}]"


def _rotation(people: Sequence[Person], told: Told) -> str:
    return (
        f"    rotation: {{people: {_ring(people)}, first_day: {told.monday}, "
        'handover: "09:00", every: week}\n'
    )


def _weekly(told: Told) -> str:
    return (
        f"name: On call\nzone: {told.zone}\nlayers:\n"
        f"  - name: weekly\n{_rotation(told.people, told)}"
    )


def _sun(told: Told) -> str:
    """Give each third of the day to a third of the people, the easternmost first."""
    noon = datetime.combine(told.monday, datetime.min.time()).replace(hour=12)
    eastern = sorted(told.people, key=lambda one: noon.replace(tzinfo=one.zone).timestamp())
    text = "name: Follow the sun\nzone: UTC\nlayers:\n"
    for place, (name, start, end) in enumerate((*_SHIFTS_OF_SUN, _LAST_OF_SUN)):
        third = eastern[place * len(eastern) // 3 : (place + 1) * len(eastern) // 3]
        text += f"  - name: {name}\n{_rotation(third or eastern, told)}"
        days = "[mon, tue, wed, thu, fri, sat, sun]"
        text += f'    hours: [{{days: {days}, from: "{start}", to: "{end}"}}]\n'
    return text


def _weekend(told: Told) -> str:
    turned = list(reversed(told.people))
    return (
        f"name: Weekdays and weekends\nzone: {told.zone}\nlayers:\n"
        f"  - name: weekdays\n{_rotation(told.people, told)}"
        f"  - name: weekends\n{_rotation(turned, told)}"
        '    spans: [{from: "fri 18:00", to: "mon 09:00"}]\n'
    )


TEMPLATES: Mapping[str, Template] = {
    each.id: each
    for each in (
        Template("weekly", "Weekly", "One person a week, hand-over on Monday at nine.", _weekly),
        Template(
            "follow-the-sun",
            "Follow the sun",
            "Three groups, each awake for eight hours, so that nobody works at night.",
            _sun,
        ),
        Template(
            "weekends",
            "Weekdays and weekends",
            "One person for the week, and another from Friday evening to Monday morning.",
            _weekend,
        ),
    )
}


async def templates(caller: Caller) -> Response:
    """Show the templates with the plan's people, to look at before one is saved."""
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        clocks, now = clocks_of(caller, plan), tx.now
    return render(
        caller,
        "schedule_templates.html",
        here="on-call",
        previews=previews(plan, clocks, now),
        clocks=clocks,
        zones=zones_of(plan, clocks),
    )


async def save(caller: Caller) -> Response:
    """Add a template's schedule to the plan, as a push of its own."""
    caller.reach(None)
    template = TEMPLATES.get(caller.request.path_params["template"])
    if template is None:
        msg = "There is no such template."
        raise TemplateNotFound(msg, hint=f"Known: {', '.join(TEMPLATES)}.")
    named = await caller.field("id")
    if not re.fullmatch(SLUG, named):
        msg = f"{named[:64]!r} is no id."
        raise IdUnclear(msg, hint="Use small letters, digits and hyphens.")
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        if named in plan.schedules:
            msg = f"The plan has a schedule {named} already."
            raise ScheduleThere(msg, hint="Choose another id.")
        text = template.write(_told(plan, clocks_of(caller, plan), tx.now))
        files = {**await plans.files_of(tx, plan.revision), f"schedules/{named}.yaml": text}
        note = f"Schedule {named}, from the template {template.title}"
        await plans.push(tx, files, by=caller.principal.actor, note=note)
    said = f"{named} is in the plan. Name it in an escalation: schedule:{named}."
    return back("/on-call", said=said)


def previews(plan: Plan, clocks: Clocks, now: datetime) -> list[Preview]:
    """Fill every template in, and draw the weeks from its first turn."""
    told = _told(plan, clocks, now)
    return [_preview(plan, each, told, clocks, now) for each in TEMPLATES.values()]


def _told(plan: Plan, clocks: Clocks, now: datetime) -> Told:
    today = now.astimezone(clocks.zone).date()
    monday = today - timedelta(days=today.weekday())
    return Told(list(plan.people.values())[:_MOST_PEOPLE], clocks.zone.key, monday)


def _preview(plan: Plan, template: Template, told: Told, clocks: Clocks, now: datetime) -> Preview:
    text = template.write(told)
    schedule = _schedule(template.id, text)
    span = clocks.days(now, _AHEAD)
    view = ScheduleView(
        schedule=schedule.id,
        name=template.title,
        zone=schedule.zone.key,
        span=span,
        layers=tuple(
            LayerView(layer.name, layer_shifts(schedule, layer, span)) for layer in schedule.layers
        ),
        overrides=(),
        result=shifts(schedule, (), span),
        gaps=gaps(schedule, span),
    )
    pens = Pens(clocks, partial(_name, plan), lambda _: None)
    return Preview(template, text, chart(view, now, pens))


def _schedule(named: str, text: str) -> Schedule:
    document = read_document(f"schedules/{named}.yaml", text)
    if not isinstance(document, Document):
        msg = f"the template {named} does not read: {document}"
        raise AssertionError(msg)  # noqa: TRY004 - ours is wrong, not the caller
    words = ScheduleFile.model_validate_json(json.dumps(document.value))
    return schedule_from(ScheduleId(named), words)


def _name(plan: Plan, person: PersonId) -> str:
    known = plan.people.get(person)
    return known.name if known else person


ROUTES = (
    page("/on-call/templates", templates, Permission.SEE),
    page("/on-call/templates/{template}", save, Permission.CONFIGURE, methods=("POST",)),
)
