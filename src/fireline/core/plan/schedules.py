"""Build the schedules a plan's files speak of, and find what in them cannot be."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from fireline.core.oncall.coverage import gaps
from fireline.core.oncall.schedule import (
    Every,
    Hours,
    Layer,
    OnHolidays,
    Rotation,
    Schedule,
    WeekSpan,
)
from fireline.core.plan.document import Loc
from fireline.core.plan.files import EscalationFile
from fireline.core.plan.mistakes import Code, Mistake
from fireline.core.plan.reading import Draft, Read
from fireline.core.plan.schedule_words import (
    WEEKDAYS,
    HoursWords,
    LayerWords,
    RotationWords,
    ScheduleFile,
    WeekSpanWords,
)
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span, instant

COVERED_AHEAD = timedelta(days=90)
MAX_GAPS_LISTED = 10
_TARGETS = {"schedule", "next", "previous"}


def schedule_from(id_: str, said: ScheduleFile) -> Schedule:
    """Build a schedule. A layer of no zone keeps that of the whole; one of no level, its place."""
    layers = tuple(_layer(place, layer, said.zone) for place, layer in enumerate(said.layers))
    return Schedule(ScheduleId(id_), said.name, said.zone, layers, frozenset(said.holidays))


def schedule_mistakes(draft: Draft, now: datetime) -> Iterator[Mistake]:
    """Find layers that cannot be, doubles, and when nobody would be on call."""
    used = _used(draft)
    for read in draft.every(ScheduleFile):
        wrong = (*_of_layers(read), *_doubles(read))
        yield from wrong
        # Gaps that come of another mistake go when that goes.
        if not wrong and read.id in used and read.words.gaps is None:
            yield from _uncovered(read, now)


def _layer(place: int, said: LayerWords, zone: ZoneInfo) -> Layer:
    own = said.zone or zone
    return Layer(
        name=said.name,
        rotation=_rotation(said.rotation, own),
        hours=(*(_hours(each) for each in said.hours), *(_span(each) for each in said.spans)),
        level=place if said.level is None else said.level,
        shadow=said.shadow,
        begins=_moment(said.begins, own),
        ends=_moment(said.ends, own),
        holidays=said.holidays,
    )


def _rotation(said: RotationWords, zone: ZoneInfo) -> Rotation:
    return Rotation(
        turns=tuple(tuple(PersonId(person) for person in together) for together in said.people),
        first_day=said.first_day,
        handover=said.handover,
        every=said.every or Every.DAY,
        length=said.days or said.length or 1,
        zone=zone,
    )


def _hours(said: HoursWords) -> Hours:
    return Hours(frozenset(WEEKDAYS.index(day) for day in said.days), said.start, said.end)


def _span(said: WeekSpanWords) -> WeekSpan:
    return WeekSpan(said.start.day, said.start.at, said.end.day, said.end.at)


def _moment(said: datetime | None, zone: ZoneInfo) -> datetime | None:
    if said is None:
        return None
    return said.astimezone(UTC) if said.tzinfo else instant(said.date(), said.time(), zone)


def _used(draft: Draft) -> frozenset[str]:
    """Return the schedules some escalation tells."""
    told = (
        target.partition(":")
        for escalation in draft.every(EscalationFile)
        for step in escalation.words.steps
        for target in step.notify
    )
    return frozenset(named for kind, _, named in told if kind in _TARGETS)


def _of_layers(read: Read[ScheduleFile]) -> Iterator[Mistake]:
    schedule = schedule_from(read.id, read.words)
    for place, layer in enumerate(schedule.layers):
        loc: Loc = ("layers", place)
        if layer.begins and layer.ends and layer.ends <= layer.begins:
            says = f"layer `{layer.name}` ends before it begins"
            yield read.wrong((*loc, "ends"), Code.FIELD_WRONG, says, "choose a later `ends`")
        if layer.holidays is OnHolidays.ONLY and not schedule.holidays:
            says = f"layer `{layer.name}` covers holidays only, and the schedule names none"
            fix = "list the days under `holidays:` of the schedule"
            yield read.wrong((*loc, "holidays"), Code.FIELD_WRONG, says, fix)
    if all(layer.shadow for layer in schedule.layers):
        says = "every layer is a shadow, so nobody is on call"
        fix = "leave `shadow` out of the layer that carries the pager"
        yield read.wrong(("layers",), Code.FIELD_WRONG, says, fix)


def _doubles(read: Read[ScheduleFile]) -> Iterator[Mistake]:
    names = [layer.name for layer in read.words.layers]
    for place, layer in enumerate(read.words.layers):
        if layer.name in names[:place]:
            says = f"two layers are named `{layer.name}`"
            fix = "give each its own name"
            yield read.wrong(("layers", place, "name"), Code.DUPLICATE_ENTRY, says, fix)
        for at, together in enumerate(layer.rotation.people):
            for person in (one for one, count in Counter(together).items() if count > 1):
                loc: Loc = ("layers", place, "rotation", "people", at)
                says = f"`{person}` stands in one turn twice"
                yield read.wrong(loc, Code.DUPLICATE_ENTRY, says, "keep one")
    for place, day in enumerate(read.words.holidays):
        if day in read.words.holidays[:place]:
            says = f"{day} stands in `holidays` twice"
            yield read.wrong(("holidays", place), Code.DUPLICATE_ENTRY, says, "keep one")


def _uncovered(read: Read[ScheduleFile], now: datetime) -> Iterator[Mistake]:
    """List when nobody would be on call, each gap by itself up to a limit."""
    span = Span(now, now + COVERED_AHEAD)
    found = gaps(schedule_from(read.id, read.words), span)
    fix = "let a layer without hours lie below the others, or say in `gaps` why it is meant"
    for gap in found[:MAX_GAPS_LISTED]:
        says = f"nobody is on call from {_shown(gap.start)} to {_shown(gap.end)}"
        yield read.wrong(("layers",), Code.SCHEDULE_GAP, says, fix)
    more = len(found) - MAX_GAPS_LISTED
    if more > 0:
        says = f"nor in {more} more gap{'s' if more > 1 else ''} in the next 90 days"
        yield read.wrong(("layers",), Code.SCHEDULE_GAP, says, fix)


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
