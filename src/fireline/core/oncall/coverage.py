"""Who is on call over a span of time, and where nobody is.

Says the same as `on_call` at every moment of the span, computed from hand-over to hand-over.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fireline.core.oncall.duty import Because, Duty, decided, duties_of, in_order
from fireline.core.oncall.schedule import Absence, Layer, Override, Schedule
from fireline.core.oncall.watches import watches
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span, utc

_LOOKS = (timedelta(days=10), timedelta(days=60), timedelta(days=400))


@dataclass(frozen=True, slots=True)
class Shift:
    """One person on call, for one reason, from one moment to another."""

    span: Span
    duty: Duty


def shifts(
    schedule: Schedule,
    overrides: Sequence[Override],
    span: Span,
    absences: Sequence[Absence] = (),
) -> tuple[Shift, ...]:
    """List who is on call through a span, by start; those of several people may overlap."""
    return _shifts(_stretches(schedule, overrides, span, absences))


def gaps(
    schedule: Schedule,
    span: Span,
    overrides: Sequence[Override] = (),
    absences: Sequence[Absence] = (),
) -> tuple[Span, ...]:
    """List the stretches of a span in which nobody is on call."""
    found: list[Span] = []
    opened: datetime | None = None
    for start, _, duties in _stretches(schedule, overrides, span, absences):
        if not duties and opened is None:
            opened = start
        elif duties and opened is not None:
            found.append(Span(opened, start))
            opened = None
    if opened is not None:
        found.append(Span(opened, span.end))
    return tuple(found)


def layer_shifts(
    schedule: Schedule, layer: Layer, span: Span, absences: Sequence[Absence] = ()
) -> tuple[Shift, ...]:
    """List who carries one layer, whatever lies above it: a row of the schedule's chart."""
    return _shifts(
        (watch.start, watch.end, duties_of(layer, watch))
        for watch in watches(layer, schedule.holidays, absences, span)
    )


def following(
    schedule: Schedule,
    person: PersonId,
    now: datetime,
    overrides: Sequence[Override] = (),
    absences: Sequence[Absence] = (),
) -> Shift | None:
    """Return somebody's next shift that is still to begin; `None`: none in the next 400 days."""
    moment = utc(now)
    for look in _LOOKS:
        span = Span(moment, moment + look)
        for shift in shifts(schedule, overrides, span, absences):
            mine = shift.duty.person == person and shift.duty.because is not Because.SHADOW
            # One cut short by the end of the look is looked at again, further.
            whole = shift.span.end < span.end or look == _LOOKS[-1]
            if mine and shift.span.start > moment and whole:
                return shift
    return None


_Stretch = tuple[datetime, datetime, tuple[Duty, ...]]


def _stretches(
    schedule: Schedule,
    overrides: Sequence[Override],
    span: Span,
    absences: Sequence[Absence],
) -> Iterator[_Stretch]:
    """Cut a span wherever anything changes, and say who is on call in each piece."""
    rows = [
        [
            (watch.start, watch.end, duties_of(layer, watch))
            for watch in watches(layer, schedule.holidays, absences, span)
        ]
        for layer in schedule.layers
    ]
    near = [o for o in in_order(overrides) if o.span.start < span.end and span.start < o.span.end]
    edges = {edge for row in rows for start, end, _ in row for edge in (start, end)}
    edges |= {edge for o in near for edge in (o.span.start, o.span.end) if edge in span}
    moments = sorted(edges | {span.start, span.end})
    places = [0] * len(rows)
    for place, start in enumerate(moments[:-1]):
        layers: list[tuple[Layer, tuple[Duty, ...]]] = []
        for number, row in enumerate(rows):
            while places[number] < len(row) and row[places[number]][1] <= start:
                places[number] += 1
            if places[number] < len(row) and row[places[number]][0] <= start:
                layers.append((schedule.layers[number], row[places[number]][2]))
        holding = [override for override in near if start in override.span] if near else near
        yield start, moments[place + 1], decided(layers, holding)


def _shifts(stretches: Iterable[_Stretch]) -> tuple[Shift, ...]:
    """Make of each person's neighbouring stretches one shift, as long as they say the same."""
    found: list[tuple[datetime, int, datetime, Duty]] = []
    running: dict[Duty, tuple[datetime, int, datetime]] = {}
    for start, end, duties in stretches:
        before, running = running, {}
        for place, duty in enumerate(duties):
            begun, first, until = before.pop(duty, (start, place, start))
            if until < start:
                found.append((begun, first, until, duty))
                begun, first = start, place
            running[duty] = begun, first, end
        found += [(*each, duty) for duty, each in before.items()]
    found += [(*each, duty) for duty, each in running.items()]
    found.sort(key=lambda each: each[:2])
    return tuple(Shift(Span(start, end), duty) for start, _, end, duty in found)
