"""The shapes of a schedule: rotations in layers, and people standing in."""

from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span


@dataclass(frozen=True, slots=True)
class Rotation:
    """A ring of people who hand over every `days` days at `handover`, local time."""

    people: tuple[PersonId, ...]
    first_day: date
    handover: time
    days: int
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Hours:
    """Part of the week a layer covers, local time: on `weekdays` (Monday is 0) from, to.

    `end` not after `start` means it runs past midnight.
    """

    weekdays: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Layer:
    """A rotation, and the hours it covers; no hours means always."""

    name: str
    rotation: Rotation
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Layers from the lowest to the highest: a later one covers those before it."""

    id: ScheduleId
    name: str
    zone: ZoneInfo
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """Someone stands in for whoever would have been on call."""

    span: Span
    person: PersonId
