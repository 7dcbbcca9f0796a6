"""When the simulated AWS delivers. Apart, so that who launches a lab need not read all of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timetable:
    """How late AWS is, and how often it repeats itself (every nth object; 0 is never)."""

    eventbridge_lag: float = 0.5
    trail_interval: float = 3.0
    repeat_every: int = 3
