"""The shapes of a schedule: rotations in layers, people standing in, and people away."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span


class Every(StrEnum):
    """What a turn is counted in."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Rotation:
    """A ring of turns, each `length` hours, days, weeks or months long, from `first_day` on.

    The people of one turn carry it together; an empty turn is nobody's. Hand-overs are at
    `handover` on the clocks of `zone`.
    """

    turns: tuple[tuple[PersonId, ...], ...]
    first_day: date
    handover: time
    every: Every
    length: int
    zone: ZoneInfo

    @property
    def people(self) -> tuple[PersonId, ...]:
        """Everybody in the ring, each once, in the order of their turns."""
        return tuple(dict.fromkeys(person for together in self.turns for person in together))


@dataclass(frozen=True, slots=True)
class Hours:
    """Part of each day a layer covers, local time: on `weekdays` (Monday is 0) from, to.

    `end` not after `start` means it runs past midnight.
    """

    weekdays: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class WeekSpan:
    """One stretch of the week a layer covers without a pause, local time; it may pass Sunday.

    From and to the same moment of the week is the whole of it.
    """

    from_day: int
    start: time
    to_day: int
    end: time


class OnHolidays(StrEnum):
    """Whether a layer covers on the schedule's holidays: as ever, not at all, or only then."""

    ALSO = "also"
    NEVER = "never"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class Layer:
    """A rotation, and when it covers: without hours always, from `begins` up to `ends`.

    Of the layers that have anybody, those of the highest level are on call, all of them together.
    A shadow layer listens in and never counts as cover.
    """

    name: str
    rotation: Rotation
    hours: tuple[Hours | WeekSpan, ...] = ()
    level: int = 0
    shadow: bool = False
    begins: datetime | None = None
    ends: datetime | None = None
    holidays: OnHolidays = OnHolidays.ALSO


@dataclass(frozen=True, slots=True)
class Schedule:
    """Layers, and the holidays they mind, whose days are those of each layer's own zone."""

    id: ScheduleId
    name: str
    zone: ZoneInfo
    layers: tuple[Layer, ...]
    holidays: frozenset[date] = frozenset()


class OverrideKind(StrEnum):
    """What an override does with whoever would have been on call."""

    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Override:
    """A change to who is on call, for a while.

    `REPLACE` puts `person` in the place of `instead_of`, or of everybody when that is nobody's
    name. `ADD` lets `person` join. `REMOVE` takes `instead_of` off, or `person`, or everybody.
    With `layers`, only in those layers and while they cover; without, wherever and always.
    """

    span: Span
    kind: OverrideKind
    person: PersonId | None
    instead_of: PersonId | None = None
    layers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away: their turns go to the next in the ring who is there."""

    person: PersonId
    span: Span
