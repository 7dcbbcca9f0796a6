"""`fireline import verify`: whether everybody is on call here exactly when they are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fireline.core.plan.compiling import reopen_plan
from fireline.core.plan.importing.bringing import TITLES, bring_in
from fireline.core.plan.importing.comparing import (
    Difference,
    carried_here,
    carried_there,
    differences,
)
from fireline.core.plan.importing.layers import moment_text
from fireline.core.plan.importing.saved import Taken
from fireline.core.plan.lengths import length_text
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import ScheduleId
from fireline.core.values.time import Span
from fireline.doors.cli.client import USAGE
from fireline.doors.cli.import_writing import people_of, texts_of
from fireline.doors.cli.terminal import give_up, say

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Compared:
    """One schedule, compared. `here`: whether the plan has it at all."""

    schedule: str
    span: Span
    here: bool
    different: tuple[Difference, ...]

    @property
    def minutes(self) -> int:
        """How many minutes differ, begun ones counted whole."""
        spans = [one.span.length for one in self.different]
        return sum(-(-length // _MINUTE) for length in spans)


def compare(taken: Taken, folder: Path, span: Span, now: datetime) -> tuple[Compared, ...]:
    """Compare every schedule that can be here with the other system's own timeline."""
    texts = texts_of(folder)
    plan = reopen_plan(texts)
    if not isinstance(plan, Plan):
        hint = f"Find what is wrong with it: fireline plan check {folder}"
        give_up(f"The plan in {folder} cannot be read.", hint, code=USAGE)
    found = bring_in(taken, people_of(texts), now=now)
    compared: list[Compared] = []
    for slug, there in sorted(carried_there(taken, found).items()):
        schedule = plan.schedules.get(ScheduleId(slug))
        here = carried_here(schedule, found.overrides, span) if schedule else ()
        different = differences(there, here, span)
        compared.append(Compared(slug, span, schedule is not None, different))
    return tuple(compared)


def span_of(taken: Taken, start: datetime | None, end: datetime | None) -> Span:
    """Return what is compared: all that was read, or the part of it that was asked for."""
    told = taken.told
    if told is None:
        hint = "Read the account again, with `fireline import verify … --key`, or with --save."
        give_up("The file holds no timelines to compare with.", hint, code=USAGE)
    begins, ends = start or told.start, end or told.end
    if begins >= ends or begins < told.start or ends > told.end:
        hint = "Name --from and --until within that, or read the account again."
        read = f"{moment_text(told.start)} to {moment_text(told.end)}"
        give_up(f"Timelines were read from {read}.", hint, code=USAGE)
    return Span(begins, ends)


def told(compared: Sequence[Compared]) -> Mapping[str, object]:
    """Return the comparison for programs."""
    return {
        "same": all(one.here and not one.different for one in compared),
        "schedules": [
            {
                "schedule": one.schedule,
                "in_plan": one.here,
                "from": moment_text(one.span.start),
                "until": moment_text(one.span.end),
                "minutes_different": one.minutes,
                "differences": [
                    {
                        "start": moment_text(each.span.start),
                        "end": moment_text(each.span.end),
                        "there": list(each.there),
                        "here": list(each.here),
                    }
                    for each in one.different
                ],
            }
            for one in compared
        ],
    }


def draw(compared: Sequence[Compared], source: str, now: datetime) -> None:
    """Print the comparison for people: every stretch that differs."""
    title = TITLES[source]
    if not compared:
        say(f"{title} has no schedule that could be here.")
    for one in compared:
        whole = one.span.length // _MINUTE
        if not one.here:
            say(f"{one.schedule}: it is not in the plan. Import it first.")
        elif not one.different:
            say(f"{one.schedule}: all {whole:,} minutes are the same.")
        else:
            say(f"{one.schedule}: {one.minutes:,} of {whole:,} minutes differ:")
            for each in one.different:
                say(f"  {_stretch(each, title, now)}")


def _stretch(one: Difference, title: str, now: datetime) -> str:
    start, end = one.span.start.astimezone(UTC), one.span.end.astimezone(UTC)
    past = ", past" if end <= now else ""
    length = length_text(one.span.length)
    there, here = ", ".join(one.there) or "nobody", ", ".join(one.here) or "nobody"
    when = f"{start:%a %d %b %Y %H:%M} to {end:%a %d %b %Y %H:%M} UTC ({length}{past})"
    return f"{when}: {title} has {there}; here {here}"
