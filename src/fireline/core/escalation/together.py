"""What one message says that speaks for several alerts.

It is the page of one of them, with the others told beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never, cast

import orjson

from fireline.core.alerting.one_line import one_line
from fireline.core.escalation.channels import Form
from fireline.core.escalation.short_text import cut, in_gsm
from fireline.core.escalation.wording import MAX_SHORT_PAGE
from fireline.core.values.json import JsonValue, canonical
from fireline.core.values.priority import Priority

MAX_LINES = 50
MAX_PLACES = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One alert that a message speaks for; the first is the one it is the page of."""

    number: int
    priority: Priority
    title: str
    service: str | None

    @property
    def text(self) -> str:
        """Say it in one line."""
        place = f" ({one_line(self.service)})" if self.service else ""
        return f"P{self.priority.value} #{self.number} {one_line(self.title)}{place}"


@dataclass(frozen=True, slots=True)
class Text:
    """A subject and a body, without the link that each attempt adds."""

    subject: str
    body: str


def together(form: Form, text: Text, lines: Sequence[Line], *, home: str) -> Text:
    """Return a page that speaks for several alerts; `home` is where all of them are listed."""
    first = lines[0]
    head = f"{len(lines)} more open on {_places(lines)}"
    subject = cut(f"{head}: P{first.priority.value} #{first.number} {one_line(first.title)}", 240)
    match form:
        case Form.LETTER:
            listed = "\n".join(f"  - {line}" for line in _listed(lines, home))
            why = "So many waited at once that they are told together."
            return Text(subject, f"{head}\n{why}\n\n{listed}\n\nThe first of them:\n\n{text.body}")
        case Form.NOTICE:
            told = cast("dict[str, JsonValue]", orjson.loads(text.body))
            alerts: list[JsonValue] = [line.number for line in lines]
            said = "\n".join(_listed(lines, home))
            body = canonical({**told, "title": subject, "text": said, "alerts": alerts})
            return Text(subject, body)
        case Form.SHORT:
            brief = f"Fireline {len(lines)} open on {_places(lines)}: {first.text}"
            return Text(subject, cut(in_gsm(brief), MAX_SHORT_PAGE))
        case Form.SPOKEN:
            more = f"{len(lines)} alerts are open on {_places(lines)}. This is the worst of them."
            return Text(subject, f"{text.body} {more}")
        case _:
            assert_never(form)


def _listed(lines: Sequence[Line], home: str) -> list[str]:
    listed = [line.text for line in lines[:MAX_LINES]]
    if len(lines) > MAX_LINES:
        listed.append(f"and {len(lines) - MAX_LINES} more: {home}")
    return listed


def _places(lines: Sequence[Line]) -> str:
    named = list(dict.fromkeys(one_line(line.service) for line in lines if line.service))
    if not named:
        return "no service"
    if len(named) > MAX_PLACES or any(line.service is None for line in lines):
        return f"{len(named)} services" if len(named) > 1 else f"{named[0]} and elsewhere"
    return ", ".join(named)
