"""The sentences of an alert: how sure it is, who is being told or why nobody is, how it flaps.

Read at three in the morning: short, and in the order they are asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fireline.core.alerting.flapping import FLAPS_AT
from fireline.core.values.priority import Priority

_VERY, _FAIRLY = 80, 50
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure it is that this is real, and that it is one problem; each with its reason."""

    word: str
    because: str


@dataclass(frozen=True, slots=True)
class Telling:
    """What decides who is told: how the alert stands, and how far its ladder was climbed.

    `ladder` is waiting, answered, exhausted or withdrawn. Alerts are named by their numbers.
    """

    state: str
    ladder: str
    now: datetime
    people: tuple[str, ...] = ()
    next_step_at: datetime | None = None
    acknowledged_by: str | None = None
    merged_into: int | None = None
    snoozed_until: datetime | None = None
    suppressed: bool = False
    suppressed_until: datetime | None = None
    told_by: int | None = None
    untold_why: str | None = None


def how_sure(source: int | None, links: Sequence[float], rule: Priority | None) -> Sureness:
    """Say how sure an alert is: by its source's word, its weakest link, and its rule's level."""
    said: list[str] = []
    grades: list[int] = []
    if source is not None:
        said.append(f"its source says {source} of 100")
        grades.append(source)
    if links:
        weakest = round(min(links) * 100)
        said.append(f"its weakest link says {weakest} of 100 that it is one problem")
        grades.append(weakest)
    if rule is not None:
        said.append(f"a rule of the plan found it, as {rule.name} {rule.label}")
    if not grades:
        word = "A rule says so" if rule is not None else "Its source says so"
        return Sureness(word, "; ".join(said) or "with no figure for how sure it is")
    return Sureness(_grade(min(grades)), "; ".join(said))


def who_is_told(telling: Telling) -> str:
    """Say who is being told of an alert, or why nobody is."""
    if telling.state == "resolved":
        into = telling.merged_into
        return f"Nobody: it is part of alert #{into} now." if into else "Nobody: it is over."
    if telling.state == "acknowledged":
        return f"Nobody else: {telling.acknowledged_by} acknowledged it."
    return _quiet(telling) or _told(telling)


def _quiet(telling: Telling) -> str:
    """Say what keeps a firing alert quiet; empty when nothing does."""
    now = telling.now
    # What became critical since is told in spite of its snooze.
    rests = telling.snoozed_until is not None and telling.ladder != "waiting"
    if rests and telling.snoozed_until is not None and telling.snoozed_until > now:
        return f"Nobody until {clock(telling.snoozed_until, now)}: it is snoozed."
    if telling.suppressed:
        until = telling.suppressed_until
        when = f"until {clock(until, now)}" if until else "until the silence is lifted"
        why = telling.untold_why or "a silence holds it"
        return f"Nobody {when}: {why}."
    if telling.told_by is not None:
        return f"Nobody of this one: storm #{telling.told_by} speaks for it."
    # What waits to see whether it stays has a ladder, and a reason why nobody was told at once.
    if telling.untold_why and telling.ladder != "waiting":
        return f"Nobody: {telling.untold_why}."
    return ""


def _told(telling: Telling) -> str:
    names = _and(telling.people)
    if telling.ladder == "waiting":
        waiting = f" ({telling.untold_why})" if telling.untold_why else ""
        step = _due(telling.next_step_at, telling.now)
        return f"{names or f'Nobody yet{waiting}'}; the next step is {step}."
    if telling.ladder == "exhausted":
        were = "were" if len(telling.people) > 1 else "was"
        return f"{names or 'Everybody'} {were} told, and nobody answered."
    return f"{names or 'Nobody'}."


def how_it_flaps(flaps: int, since: datetime | None, now: datetime) -> str:
    """Say how often a flapping alert has fired; empty when it does not flap."""
    if flaps < FLAPS_AT:
        return ""
    return f"{ordinal(flaps)} time " + (f"since {clock(since, now)}" if since else "in an hour")


def ordinal(number: int) -> str:
    """Write a number as a place: 1st, 2nd, 3rd, 11th."""
    teen = 10 < number % 100 < 14
    ending = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def clock(moment: datetime, now: datetime) -> str:
    """Write a moment in UTC, with its day when that is not today."""
    same = moment.date() == now.date()
    return f"{moment:%H:%M} UTC" if same else f"{moment:%d %b %H:%M} UTC"


def _due(step: datetime | None, now: datetime) -> str:
    if step is None or step <= now:
        return "due now"
    seconds = int((step - now).total_seconds())
    return f"in {seconds} s" if seconds < _MINUTE else f"in {-(-seconds // _MINUTE)} min"


def _grade(figure: int) -> str:
    if figure >= _VERY:
        return "Very sure"
    return "Fairly sure" if figure >= _FAIRLY else "Unsure"


def _and(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
