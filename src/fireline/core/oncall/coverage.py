"""Who is on call over a span of time, and where nobody is.

Says the same as `on_call` at every moment of the span, computed from hand-over to hand-over.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fireline.core.oncall.duty import Because, Duty, latest
from fireline.core.oncall.rotation import watches
from fireline.core.oncall.schedule import Layer, Override, Schedule
from fireline.core.values.time import Span


@dataclass(frozen=True, slots=True)
class Shift:
    """One person on call, for one reason, from one moment to another."""

    span: Span
    duty: Duty


def shifts(schedule: Schedule, overrides: Sequence[Override], span: Span) -> tuple[Shift, ...]:
    """List who is on call through a span, in order; moments in no shift have nobody."""
    answer: list[Shift] = []
    for layer in schedule.layers:
        answer = _cover(answer, layer_shifts(layer, span))
    return tuple(_joined(_cover(answer, _standing_in(overrides, span))))


def gaps(schedule: Schedule, span: Span, overrides: Sequence[Override] = ()) -> tuple[Span, ...]:
    """List the stretches of a span in which nobody is on call."""
    found: list[Span] = []
    at = span.start
    for shift in shifts(schedule, overrides, span):
        if at < shift.span.start:
            found.append(Span(at, shift.span.start))
        at = shift.span.end
    if at < span.end:
        found.append(Span(at, span.end))
    return tuple(found)


def layer_shifts(layer: Layer, span: Span) -> tuple[Shift, ...]:
    """List who carries one layer, whatever lies above it: a row of the schedule's chart."""
    return tuple(
        Shift(Span(watch.start, watch.end), Duty(watch.person, Because.ROTATION, layer.name))
        for watch in watches(layer, span)
    )


def _standing_in(overrides: Sequence[Override], span: Span) -> list[Shift]:
    near = [o for o in overrides if o.span.start < span.end and span.start < o.span.end]
    edges = {edge for o in near for edge in (o.span.start, o.span.end) if edge in span}
    moments = sorted(edges | {span.start, span.end})
    found: list[Shift] = []
    for start, end in pairwise(moments):
        wins = latest([override for override in near if start in override.span])
        if wins is not None:
            found.append(Shift(Span(start, end), Duty(wins.person, Because.OVERRIDE)))
    return found


def _cover(below: Sequence[Shift], above: Sequence[Shift]) -> list[Shift]:
    """Lay `above` over `below`; both in order, without overlaps. One pass."""
    answer: list[Shift] = []
    coming = iter(above)
    top = next(coming, None)
    for shift in below:
        at = shift.span.start
        while top is not None and top.span.start < shift.span.end:
            if at < top.span.start:
                answer.append(Shift(Span(at, top.span.start), shift.duty))
            at = max(at, top.span.end)
            if top.span.end > shift.span.end:
                break
            answer.append(top)
            top = next(coming, None)
        if at < shift.span.end:
            answer.append(Shift(Span(at, shift.span.end), shift.duty))
    if top is not None:
        answer += [top, *coming]
    # A shift that reaches past those below it was kept until its end: put it back in its place.
    answer.sort(key=lambda shift: shift.span.start)
    return answer


def _joined(ordered: Iterable[Shift]) -> Iterator[Shift]:
    """Make one shift of neighbours that say the same."""
    held: Shift | None = None
    for shift in ordered:
        if held is None:
            held = shift
        elif held.duty == shift.duty and held.span.end == shift.span.start:
            held = Shift(Span(held.span.start, shift.span.end), held.duty)
        else:
            yield held
            held = shift
    if held is not None:
        yield held
