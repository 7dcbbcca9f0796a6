"""What a channel reads of a notice it is to carry.

A notice is JSON that fireline wrote, but a channel trusts no body: what is missing or of another
kind is left empty, and a body that is no notice at all is said as it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import orjson

from fireline.core.values.priority import Priority
from fireline.ports.channel import Message


@dataclass(frozen=True, slots=True)
class Notice:
    """The parts of a notice. `link` opens the page with the one button that acknowledges."""

    kind: str
    alert: int | None
    priority: Priority
    title: str
    text: str
    owner: str
    runbook: str
    reason: str
    link: str
    drill: bool

    @property
    def is_urgent(self) -> bool:
        """Whether somebody may be woken for it."""
        return self.priority <= Priority.P2


def notice_in(message: Message) -> Notice:
    """Read the notice in a message."""
    said = _said(message.body)
    alert = said.get("alert")
    return Notice(
        kind=_text(said, "kind") or "message",
        alert=alert if isinstance(alert, int) else None,
        priority=_priority(_text(said, "priority")),
        title=clean(message.subject) or clean(_text(said, "title")) or "fireline",
        text=clean(_text(said, "text")),
        owner=clean(_text(said, "owner")),
        runbook=clean(_text(said, "runbook")),
        reason=clean(_text(said, "reason")),
        link=_text(said, "link"),
        drill=said.get("drill") is True,
    )


def clean(text: str) -> str:
    """Replace what no encoding can carry; a page is not lost for a broken character."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")


def clipped(text: str, longest: int) -> str:
    """Return text no longer than this; an ellipsis shows where it was cut."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def clipped_bytes(text: str, longest: int) -> str:
    """Return text whose UTF-8 is no longer than this."""
    whole = text.encode("utf-8", "replace")
    if len(whole) <= longest:
        return text
    return whole[: max(longest - 3, 0)].decode("utf-8", "ignore") + "…"


def _said(body: str) -> Mapping[str, object]:
    try:
        read: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        read = None
    return cast("dict[str, object]", read) if isinstance(read, dict) else {"text": body}


def _text(said: Mapping[str, object], name: str) -> str:
    found = said.get(name)
    return found if isinstance(found, str) else ""


def _priority(name: str) -> Priority:
    return Priority[name] if name in Priority.__members__ else Priority.P3
