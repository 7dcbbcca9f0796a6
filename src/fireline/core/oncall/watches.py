"""Who carries one layer, stretch by stretch: its turns in its hours, by those who are there."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from fireline.core.oncall.hours import Piece, covered
from fireline.core.oncall.rotation import turns
from fireline.core.oncall.schedule import Absence, Layer
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span


@dataclass(frozen=True, slots=True)
class Watch:
    """A stretch of one layer: who carries it, and whether for somebody who is away.

    Nobody at all is possible: the layer covers, and there is no one in its ring to do it.
    """

    start: datetime
    end: datetime
    people: tuple[PersonId, ...]
    for_another: bool = False


def watches(
    layer: Layer, holidays: AbstractSet[date], absences: Sequence[Absence], span: Span
) -> Iterator[Watch]:
    """List a layer's stretches within a span, in order, without overlaps."""
    pieces = covered(layer, holidays, span)
    if not pieces:
        return
    ring = layer.rotation.turns
    if not ring:
        yield from (Watch(start, end, ()) for start, end in pieces)
        return
    away = [
        absence
        for absence in absences
        if absence.person in layer.rotation.people
        and absence.span.start < span.end
        and span.start < absence.span.end
    ]
    for start, end, number in _turns_within(layer, pieces):
        for begins, ends in _cut(start, end, away):
            out = {absence.person for absence in away if begins in absence.span}
            yield Watch(begins, ends, *_there(ring, number, out))


def _turns_within(
    layer: Layer, pieces: Sequence[Piece]
) -> Iterator[tuple[datetime, datetime, int]]:
    place = 0
    for turn in turns(layer.rotation, Span(pieces[0][0], pieces[-1][1])):
        while place < len(pieces) and pieces[place][0] < turn.end:
            start, end = max(pieces[place][0], turn.start), min(pieces[place][1], turn.end)
            if start < end:
                yield start, end, turn.number
            if pieces[place][1] > turn.end:
                break
            place += 1


def _cut(start: datetime, end: datetime, away: Sequence[Absence]) -> Iterator[Piece]:
    """Cut a stretch wherever somebody leaves or comes back."""
    if not away:
        yield start, end
        return
    edges = {edge for one in away for edge in (one.span.start, one.span.end) if start < edge < end}
    yield from pairwise(sorted({start, end, *edges}))


def _there(
    ring: Sequence[tuple[PersonId, ...]], number: int, away: AbstractSet[PersonId]
) -> tuple[tuple[PersonId, ...], bool]:
    """Return the people of a turn who are there; of the next turn that has any, if none is.

    A turn that was given to nobody stays nobody's.
    """
    if not ring[number % len(ring)]:
        return (), False
    for further in range(len(ring)):
        together = ring[(number + further) % len(ring)]
        there = tuple(person for person in together if person not in away) if away else together
        if there:
            return there, further > 0
    return (), False
