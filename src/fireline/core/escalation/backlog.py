"""Which of many messages that wait for one person are sent by themselves, and which as one.

After an outage, or in a storm, dozens of pages are due at once. The worst and newest goes out as
always; the rest become one message. Nobody is ever told nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.values.priority import Priority

# So many at once are each sent by themselves.
MANY = 5
# A page that waited so long is old news: then two are many.
OLD = timedelta(minutes=10)
# P1s are told one by one, but of one incident to one person no more than one in so long.
APART = timedelta(minutes=1)
# What another message speaks for is sent by itself after so long, when that did not arrive.
SPOKEN_FOR = timedelta(seconds=60)
# Overdue by so much, a page waits until what sources said meanwhile is sorted, but no longer than…
OVERDUE = timedelta(seconds=60)
# …this.
HELD = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Waits:
    """A message that is due: of which alert, how bad, and what it is about.

    `about` is the incident of the alert, or its service where there is none.
    """

    wish: UUID
    alert: UUID
    priority: Priority
    about: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Gathering:
    """Each message is in exactly one place: `alone`, `carrier`, or `carried` by it."""

    alone: tuple[UUID, ...]
    carrier: UUID | None = None
    carried: tuple[UUID, ...] = ()


def worst_first(waits: Iterable[Waits]) -> list[Waits]:
    """Order by what matters: the worst first, of equals the newest."""
    newest = sorted(waits, key=lambda one: (one.due, one.wish), reverse=True)
    return sorted(newest, key=lambda one: one.priority)


def is_crowd(count: int, oldest: datetime, now: datetime, *, brief: bool) -> bool:
    """Tell whether so many messages, the first due at `oldest`, are too many to be sent singly.

    `brief` is for what interrupts most and holds least, SMS and voice: there, two are many.
    """
    return count >= 2 and (brief or count > MANY or oldest < now - OLD)


def gather(
    waits: Sequence[Waits], now: datetime, *, brief: bool, told: Collection[str] = ()
) -> Gathering:
    """Decide which of one person's messages on one channel go alone, and which go as one.

    The worst and newest always goes, alone; in brief, with all the others in it. So does the newest
    P1 of each incident, unless one of it is among `told`: those the person was told of within
    `APART`.
    """
    ordered = worst_first(waits)
    oldest = min((one.due for one in waits), default=now)
    if not is_crowd(len(waits), oldest, now, brief=brief):
        return Gathering(tuple(one.wish for one in ordered))
    first, *others = ordered
    seen = {*told, first.about}
    alone = [] if brief else [first.wish]
    rest: list[UUID] = []
    for one in others:
        if one.priority is Priority.P1 and one.about not in seen:
            alone.append(one.wish)
            seen.add(one.about)
        else:
            rest.append(one.wish)
    if brief:
        return Gathering(tuple(alone), first.wish, tuple(rest))
    if len(rest) < 2:
        return Gathering((*alone, *rest))
    return Gathering(tuple(alone), rest[0], tuple(rest[1:]))
