"""What `schedules/ID.yaml` may say."""

import re
from datetime import date, datetime, time
from typing import Annotated, Literal, NamedTuple, Self, cast

from pydantic import BeforeValidator, Field, PlainValidator, model_validator

from fireline.core.oncall.schedule import Every, OnHolidays
from fireline.core.plan.words import Line, Slug, TimeOfDay, Words, Zone

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_IN_TURN = 20
_WEEK_MOMENT = re.compile(r"(mon|tue|wed|thu|fri|sat|sun) ([0-2][0-9]):([0-5][0-9])", re.ASCII)
_HOURS_IN_DAY = 24


class WeekMoment(NamedTuple):
    """A moment of every week, local time."""

    day: int
    at: time


def _week_moment(value: object) -> WeekMoment:
    found = _WEEK_MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[2]) >= _HOURS_IN_DAY:
        msg = f"{value!r} is no moment of the week: write a day and a time, such as `fri 20:00`"
        raise ValueError(msg)
    return WeekMoment(WEEKDAYS.index(found[1]), time(int(found[2]), int(found[3])))


def _moment(value: object) -> datetime:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        msg = f"{value!r} is no day or time: write one such as 2026-12-01 or 2026-12-01 09:00"
        raise ValueError(msg) from None


def _one_or_more(value: object) -> object:
    """Read one person as a turn of one."""
    match value:
        case str():
            return (value,)
        case list():
            return tuple(cast("list[object]", value))
        case _:
            msg = "a turn is a person, or a list of those who carry it together"
            raise ValueError(msg)


# An empty turn is nobody's, on purpose.
Together = Annotated[tuple[Slug, ...], Field(max_length=MAX_IN_TURN), BeforeValidator(_one_or_more)]
# Without an offset, on the clocks of the layer's zone.
Moment = Annotated[datetime, PlainValidator(_moment)]


class HoursWords(Words):
    """Part of each day, local time. `to` not after `from` runs past midnight."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    start: Annotated[TimeOfDay, Field(alias="from")]
    end: Annotated[TimeOfDay, Field(alias="to")]


class WeekSpanWords(Words):
    """One stretch of the week, local time, such as `fri 20:00` to `mon 08:00`."""

    start: Annotated[WeekMoment, PlainValidator(_week_moment), Field(alias="from")]
    end: Annotated[WeekMoment, PlainValidator(_week_moment), Field(alias="to")]

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.start == self.end:
            msg = "the span is empty: it ends as it starts; for the whole week leave `spans` out"
            raise ValueError(msg)
        return self


class RotationWords(Words):
    """People who take turns. A turn lasts `length` times `every`, or as many `days`."""

    people: Annotated[tuple[Together, ...], Field(min_length=1, max_length=200)]
    first_day: date
    handover: TimeOfDay
    every: Annotated[Every, Field(strict=False)] | None = None
    length: Annotated[int, Field(ge=1, le=1_000)] | None = None
    days: Annotated[int, Field(ge=1, le=366)] | None = None

    @model_validator(mode="after")
    def _has_somebody(self) -> Self:
        if not any(self.people):
            msg = "`people` is a rotation of nobody: name somebody"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _says_how_long_once(self) -> Self:
        if self.every is None and self.days is None:
            msg = "nothing says how long a turn is: add `every: week`, or `day`, `hour`, `month`"
            raise ValueError(msg)
        if self.days is not None and (self.every is not None or self.length is not None):
            other = "every" if self.every is not None else "length"
            msg = f"`days` and `{other}` both say how long a turn is: keep `every` and `length`"
            raise ValueError(msg)
        return self


class LayerWords(Words):
    """A rotation and when it covers; without `hours` and `spans`, always."""

    name: Line
    rotation: RotationWords
    hours: Annotated[tuple[HoursWords, ...], Field(max_length=50)] = ()
    spans: Annotated[tuple[WeekSpanWords, ...], Field(max_length=50)] = ()
    level: Annotated[int, Field(ge=0, le=1_000)] | None = None
    shadow: bool = False
    begins: Moment | None = None
    ends: Moment | None = None
    holidays: Annotated[OnHolidays, Field(strict=False)] = OnHolidays.ALSO
    zone: Zone | None = None


class ScheduleFile(Words):
    """`schedules/ID.yaml`: layers, the lowest first. `gaps` says why some time has nobody."""

    name: Line
    zone: Zone
    layers: Annotated[tuple[LayerWords, ...], Field(min_length=1, max_length=20)]
    holidays: Annotated[tuple[date, ...], Field(max_length=1_000)] = ()
    gaps: Line | None = None
