"""Storms: so many problems of one service at once that one summary serves people better.

The summary is told like any alert; what it speaks for is kept and shown, and told by nobody else.
Another service's alerts, and one of the same service more urgent than the storm, are told as ever.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from fireline.core.signals.notice import Notice, Status
from fireline.core.values.ids import ServiceId
from fireline.core.values.priority import Priority

# ANSI/ISA-18.2-2016 and EEMUA 191 call more than ten alarms in ten minutes for one person a flood.
# Alerts here are whole problems already, so more than ten of one service within a minute are one,
# seen before ten minutes are over; ten quiet minutes end it.
MAX_OPENED_PER_MINUTE = 10
CALM_AFTER = timedelta(minutes=10)
MAX_LISTED = 5
NOBODYS = "nobody's"


@dataclass(frozen=True, slots=True)
class Opened:
    """One alert a storm's summary counts."""

    title: str
    priority: Priority


def is_storm(opened_in_last_minute: int) -> bool:
    """Say whether so many new alerts of one service, this one included, are a storm."""
    return opened_in_last_minute > MAX_OPENED_PER_MINUTE


def speaks_for(storm: Priority, opened: Priority) -> bool:
    """Say whether a storm's summary tells enough of a new alert: it is at least as urgent."""
    return storm <= opened


def storm_key(service: ServiceId | None) -> str:
    """Name a service's storm: while it lasts, it is one problem."""
    return f"storm:{service or ''}"


def title(service: ServiceId | None, name: str, alerts: int) -> str:
    """Say how many alerts a storm speaks for by now."""
    return f"Storm: {alerts} alerts of {name if service else NOBODYS} at once"


def summary(service: ServiceId | None, name: str, opened: Iterable[Opened]) -> Notice:
    """Word the one alert people are told of instead of all of these."""
    alerts = tuple(opened)
    worst = min((alert.priority for alert in alerts), default=Priority.P3)
    by_title = Counter(alert.title for alert in alerts)
    by_priority = Counter(alert.priority for alert in alerts)
    counted = ", ".join(f"{by_priority[each]} {each.name}" for each in sorted(by_priority))
    lines = [f"{times} x {title}" for title, times in by_title.most_common(MAX_LISTED)]
    if len(by_title) > MAX_LISTED:
        lines.append(f"and {len(by_title) - MAX_LISTED} other titles")
    said = (
        "More than"
        f" {MAX_OPENED_PER_MINUTE} alerts opened within a minute, so this one is told for all of"
        f" them ({counted}). They are in the list of alerts; acknowledging this one stops the"
        " telling, and one that is more urgent is told by itself."
    )
    return Notice(
        key=storm_key(service),
        status=Status.FIRING,
        title=title(service, name, len(alerts)),
        priority=worst,
        kind="storm",
        description="\n".join([said, "", *lines]),
        service=service or "",
    )
