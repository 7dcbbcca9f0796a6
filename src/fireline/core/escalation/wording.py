"""What a page says, in plain text and for machines.

Much of it was written by whoever set off the alert, so it is kept to one line and in bounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fireline.core.alerting.one_line import one_line
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a page is about, in words ready to be read."""

    number: int
    priority: Priority
    title: str
    owner: str
    runbook: str | None
    happened: Sequence[str]
    first_at: datetime
    reason: str
    step: int
    drill: bool


def subject(occasion: Occasion) -> str:
    """Return the one line a phone shows: priority, number, title."""
    drill = " (drill)" if occasion.drill else ""
    return f"P{occasion.priority.value} #{occasion.number} {one_line(occasion.title)}{drill}"


def letter(occasion: Occasion) -> str:
    """Return the text of a page, without the link that each attempt adds."""
    runbook = f"Open the runbook {occasion.runbook}." if occasion.runbook else "No runbook is set."
    return "\n".join(
        [
            subject(occasion),
            *(["This is a drill: nothing real is at stake.", ""] if occasion.drill else [""]),
            "What happened",
            *(f"  - {one_line(line)}" for line in occasion.happened),
            f"  First seen {occasion.first_at:%Y-%m-%d %H:%M:%S} UTC.",
            "",
            f"Owner: {one_line(occasion.owner)}",
            f"Why you: {occasion.reason} (step {occasion.step}).",
            "",
            "What to do next",
            "  1. Acknowledge, so that nobody else is woken.",
            f"  2. {runbook}",
            "  3. Declare an incident if this is real.",
            "",
        ]
    )


def with_link(text: str, link: str) -> str:
    """Add the acknowledge link, which shows a button and changes nothing by being opened."""
    return (
        f"{text}\nAcknowledge: {link}\n"
        "The link opens a page with one button. It works for you alone, acknowledges only, and"
        " signs nobody in.\n"
    )


def notice(occasion: Occasion) -> JsonObject:
    """Return what a machine is told; each attempt adds its key and link."""
    return {
        "alert": occasion.number,
        "priority": occasion.priority.name,
        "title": one_line(occasion.title),
        "owner": one_line(occasion.owner),
        "runbook": occasion.runbook,
        "reason": occasion.reason,
        "step": occasion.step,
        "drill": occasion.drill,
    }
