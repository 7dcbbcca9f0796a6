"""Two zones at once: the clocks a reader chose for the on-call pages, and one to compare with."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fireline.core.plan.plan import Plan
from fireline.core.values.ids import PersonId
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.time import Span, instant
from fireline.doors.web.shell import Caller

_UTC = ZoneInfo("UTC")


class ZoneUnclear(Refusal):
    """There is no such time zone."""

    kind = Kind.INVALID
    code = "oncall.zone_unclear"


class TimesUnclear(Refusal):
    """Two times cannot be understood."""

    kind = Kind.INVALID
    code = "override.times_unclear"


@dataclass(frozen=True, slots=True)
class Clocks:
    """The zone times are shown in, and the one they are compared with."""

    zone: ZoneInfo
    beside: ZoneInfo

    def at(self, moment: datetime) -> str:
        """Say a moment: `Mon 30 Mar 09:00`."""
        return _at(moment.astimezone(self.zone))

    def both(self, moment: datetime) -> str:
        """Say a moment on both clocks: `Mon 30 Mar 09:00, 06:00 in UTC`."""
        here, there = moment.astimezone(self.zone), moment.astimezone(self.beside)
        if self.zone.key == self.beside.key:
            return _at(here)
        day = f"{there:%a} " if there.date() != here.date() else ""
        return f"{_at(here)}, {day}{there:%H:%M} in {self.beside.key}"

    def typed(self, moment: datetime) -> str:
        """Write a moment as a field for a date and a time has it."""
        return f"{moment.astimezone(self.zone):%Y-%m-%dT%H:%M}"

    def days(self, now: datetime, length: timedelta) -> Span:
        """Return so many days, from the beginning of the one that is."""
        first = now.astimezone(self.zone).date()
        start = instant(first, time(), self.zone)
        return Span(start, instant(first + length, time(), self.zone))

    @property
    def query(self) -> str:
        """The choice, as it stands in an address."""
        return urlencode({"zone": self.zone.key, "beside": self.beside.key})


def clocks_of(caller: Caller, plan: Plan) -> Clocks:
    """Return what the address asks for; otherwise the reader's own zone, and UTC."""
    known = plan.people.get(PersonId(caller.principal.person))
    own = known.zone if known else _UTC
    query = caller.request.query_params
    zone = zone_named(query["zone"]) if query.get("zone") else own
    return Clocks(zone, zone_named(query["beside"]) if query.get("beside") else _UTC)


def zones_of(plan: Plan, clocks: Clocks) -> list[str]:
    """List the zones worth offering: those of schedules and people, and UTC."""
    zones = {schedule.zone.key for schedule in plan.schedules.values()}
    zones |= {person.zone.key for person in plan.people.values()}
    return sorted(zones | {"UTC", clocks.zone.key, clocks.beside.key})


def zone_named(name: str) -> ZoneInfo:
    """Return a zone. Raises ZoneUnclear."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        msg = f"There is no time zone {name[:60]!r}."
        raise ZoneUnclear(msg, hint="Write one such as Europe/Berlin.") from None


def span_typed(start: str, end: str, zone: ZoneInfo) -> Span:
    """Read two fields for a date and a time. Raises TimesUnclear."""
    try:
        return Span(_typed(start, zone), _typed(end, zone))
    except ValueError:
        msg = f"Give a start and a later end, in {zone.key}."
        raise TimesUnclear(msg, hint="Write them as 2026-12-24T09:00.") from None


def moment_typed(said: str, zone: ZoneInfo) -> datetime:
    """Read one field for a date and a time. Raises TimesUnclear."""
    try:
        return _typed(said, zone)
    except ValueError:
        msg = f"{said[:40]!r} is no moment."
        raise TimesUnclear(msg, hint="Write one such as 2026-12-24T09:00.") from None


def _typed(said: str, zone: ZoneInfo) -> datetime:
    found = datetime.fromisoformat(said)
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    return instant(found.date(), found.time(), zone)


def _at(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b %H:%M}"
