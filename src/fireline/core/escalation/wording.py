"""What a message says: to somebody who reads a letter, a phone or a chat, who listens, to machines.

Much of it was written by whoever set off the alert, so it is kept to one line and in bounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never, cast

import orjson

from fireline.core.alerting.one_line import one_line
from fireline.core.escalation.channels import Form
from fireline.core.escalation.short_text import cut, in_gsm
from fireline.core.values.json import JsonObject, JsonValue, canonical
from fireline.core.values.priority import Priority

# What is left of an SMS for the words that say how to answer it.
MAX_SHORT_PAGE = 124
MAX_SPOKEN_TITLE = 120


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
        "kind": "page",
        "text": _told(occasion),
        "alert": occasion.number,
        "priority": occasion.priority.name,
        "title": one_line(occasion.title),
        "owner": one_line(occasion.owner),
        "runbook": occasion.runbook,
        "reason": occasion.reason,
        "step": occasion.step,
        "drill": occasion.drill,
    }


@dataclass(frozen=True, slots=True)
class Note:
    """What is said beside pages: an alert is yours now, somebody asks for approval.

    `kind` is the word programs read; `said` is what else they are told.
    """

    kind: str
    subject: str
    letter: str
    said: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    drill: bool = False


def body_for(form: Form, occasion: Occasion) -> str:
    """Return the body of a page in one form, without the link that each attempt adds."""
    match form:
        case Form.LETTER:
            return letter(occasion)
        case Form.NOTICE:
            return canonical(notice(occasion))
        case Form.SHORT:
            return short(occasion)
        case Form.SPOKEN:
            return spoken(occasion)
        case _:
            assert_never(form)


def note_for(form: Form, note: Note) -> str:
    """Return the body of a note in one form."""
    drill = "Drill. " if note.drill else ""
    match form:
        case Form.LETTER:
            return note.letter
        case Form.NOTICE:
            told = {"title": note.subject, "text": note.letter, "drill": note.drill}
            return canonical({**told, **note.said, "kind": note.kind})
        case Form.SHORT:
            return cut(in_gsm(one_line(f"Fireline {drill}{note.subject}")), MAX_SHORT_PAGE)
        case Form.SPOKEN:
            return f"This is fireline. {drill}{_aloud(note.subject)}."
        case _:
            assert_never(form)


def short(occasion: Occasion) -> str:
    """Return a page for a small screen, with room left in one SMS for how to answer."""
    drill = "DRILL " if occasion.drill else ""
    head = f"Fireline {drill}#{occasion.number} P{occasion.priority.value}: "
    return cut(in_gsm(head + one_line(occasion.title)), MAX_SHORT_PAGE)


def spoken(occasion: Occasion) -> str:
    """Return a page to be read out; how to answer is said by whoever makes the call."""
    drill = "This is a drill. " if occasion.drill else ""
    return (
        f"This is fireline. {drill}Priority {occasion.priority.value}, alert {occasion.number}."
        f" {_aloud(occasion.title)}. Owner: {_aloud(occasion.owner)}."
    )


def linked(form: Form, body: str, *, key: str, link: str) -> str:
    """Return a page's body with the link and key of one attempt, where its form has room for it."""
    match form:
        case Form.LETTER:
            return with_link(body, link)
        case Form.NOTICE:
            said = cast("dict[str, JsonValue]", orjson.loads(body))
            return canonical({**said, "key": key, "link": link})
        case Form.SHORT | Form.SPOKEN:
            return body
        case _:
            assert_never(form)


def _told(occasion: Occasion) -> str:
    lines = [one_line(line) for line in occasion.happened]
    return "\n".join([*lines, f"First seen {occasion.first_at:%Y-%m-%d %H:%M:%S} UTC."])


def _aloud(text: str) -> str:
    """Leave out what a voice would stumble over."""
    kept = "".join(one if one.isalnum() or one in " .,:'-" else " " for one in one_line(text))
    return cut(" ".join(kept.split()), MAX_SPOKEN_TITLE).rstrip(".")
