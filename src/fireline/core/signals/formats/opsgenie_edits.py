"""What clients of the Opsgenie alert API ask to be done to an alert they posted.

The calls and their bodies follow https://docs.opsgenie.com/docs/alert-api-continued.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fireline.core.signals.decoding import moment_of, object_of, text_of
from fireline.core.signals.formats.opsgenie import (
    INVALID,
    MAX_DETAIL_NAME,
    MAX_LABELS,
    MAX_MESSAGE,
    MAX_NOTE,
    MAX_TAG,
    MAX_TAGS,
    MAX_USER,
    MISSING,
    Responder,
    Wrong,
    details_of,
    message_of,
    priority_of,
    responder_of,
    tags_of,
)
from fireline.core.signals.notice import MAX_DESCRIPTION
from fireline.core.values.priority import Priority


@dataclass(frozen=True, slots=True)
class Unacknowledge:
    """Nobody has it after all."""


@dataclass(frozen=True, slots=True)
class AddNote:
    """Write this on its timeline."""

    text: str


@dataclass(frozen=True, slots=True)
class Snooze:
    """Tell nobody until then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Escalate:
    """Take the next step now, of the policy its client names."""

    policy: str


@dataclass(frozen=True, slots=True)
class Assign:
    """Make it somebody's, named by id or e-mail address."""

    owner: str


@dataclass(frozen=True, slots=True)
class AddResponder:
    """Tell these too."""

    responder: Responder


@dataclass(frozen=True, slots=True)
class ChangeTags:
    """Add these tags, or remove them."""

    tags: tuple[str, ...]
    remove: bool


@dataclass(frozen=True, slots=True)
class AddDetails:
    """Set these details."""

    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RemoveDetails:
    """Forget the details of these names."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetPriority:
    """Say how urgent it is."""

    priority: Priority


@dataclass(frozen=True, slots=True)
class SetMessage:
    """Say anew what it is."""

    message: str


@dataclass(frozen=True, slots=True)
class SetDescription:
    """Describe it anew."""

    description: str


@dataclass(frozen=True, slots=True)
class RunAction:
    """Run a custom action of this name."""

    name: str


Edit = (
    Unacknowledge
    | AddNote
    | Snooze
    | Escalate
    | Assign
    | AddResponder
    | ChangeTags
    | AddDetails
    | RemoveDetails
    | SetPriority
    | SetMessage
    | SetDescription
    | RunAction
)

_Reader = Callable[[Mapping[str, object], Mapping[str, str]], Edit]
_UNKNOWN = "opsgenie.unknown_call"


def edit_of(call: str, said: Mapping[str, object], query: Mapping[str, str]) -> Edit:
    """Read what a call asks for, from its body and its query. Raises Wrong.

    A call is a method and the last word of a path: `POST notes`.
    """
    reader = _READERS.get(call)
    if reader is None:
        raise Wrong(_UNKNOWN, "", f"no call is {call!r}")
    return reader(said, query)


def note_of(said: Mapping[str, object]) -> str:
    """Return the note that any call may carry."""
    return text_of(said.get("note"), MAX_NOTE)


def _unacknowledge(_said: Mapping[str, object], _query: Mapping[str, str]) -> Edit:
    return Unacknowledge()


def _note(said: Mapping[str, object], _: Mapping[str, str]) -> Edit:
    text = note_of(said)
    if not text:
        raise Wrong(MISSING, "note", "note is mandatory")
    return AddNote(text)


def _snooze(said: Mapping[str, object], _: Mapping[str, str]) -> Edit:
    until = moment_of(said.get("endTime"))
    if until is None:
        why = "endTime is mandatory, in ISO 8601: 2030-01-31T09:00:00Z"
        raise Wrong(MISSING if said.get("endTime") is None else INVALID, "endTime", why)
    return Snooze(until)


def _escalate(said: Mapping[str, object], _: Mapping[str, str]) -> Edit:
    return Escalate(_named(said, "escalation"))


def _assign(said: Mapping[str, object], _: Mapping[str, str]) -> Edit:
    return Assign(_named(said, "owner"))


def _responder(said: Mapping[str, object], _: Mapping[str, str]) -> Edit:
    responder = responder_of(said.get("responder"))
    if responder is None:
        raise Wrong(MISSING, "responder", "responder is mandatory: its type, and its id or name")
    if responder.type not in {"user", "team", "schedule", "escalation"}:
        why = "responder.type must be one of user, team, schedule, escalation"
        raise Wrong(INVALID, "responder.type", why)
    return AddResponder(responder)


def _team(said: Mapping[str, object], _: Mapping[str, str]) -> Edit:
    return AddResponder(Responder("team", _named(said, "team")))


def _tags(said: Mapping[str, object], _: Mapping[str, str]) -> Edit:
    tags = tags_of(said)
    if not tags:
        raise Wrong(MISSING, "tags", "tags is mandatory: a list of texts")
    return ChangeTags(tags, remove=False)


def _untag(_: Mapping[str, object], query: Mapping[str, str]) -> Edit:
    return ChangeTags(_listed(query, "tags", MAX_TAGS, MAX_TAG), remove=True)


def _details(said: Mapping[str, object], _: Mapping[str, str]) -> Edit:
    details = details_of(said)
    if not details:
        raise Wrong(MISSING, "details", "details is mandatory: texts by name")
    return AddDetails(details)


def _undetail(_: Mapping[str, object], query: Mapping[str, str]) -> Edit:
    return RemoveDetails(_listed(query, "keys", MAX_LABELS, MAX_DETAIL_NAME))


def _priority(said: Mapping[str, object], _: Mapping[str, str]) -> Edit:
    return SetPriority(priority_of(said, None))


def _message(said: Mapping[str, object], _: Mapping[str, str]) -> Edit:
    return SetMessage(message_of(said)[:MAX_MESSAGE])


def _description(said: Mapping[str, object], _: Mapping[str, str]) -> Edit:
    description = text_of(said.get("description"), MAX_DESCRIPTION)
    if not description:
        raise Wrong(MISSING, "description", "description is mandatory")
    return SetDescription(description)


def _action(_: Mapping[str, object], query: Mapping[str, str]) -> Edit:
    name = text_of(query.get("action"), MAX_TAG)
    if not name:
        raise Wrong(MISSING, "action", "the path names no action")
    return RunAction(name)


def _named(said: Mapping[str, object], field: str) -> str:
    """Return what an object names something by: whichever of its names is given."""
    told = object_of(said.get(field))
    names = (text_of(told.get(name), MAX_USER) for name in ("username", "name", "id"))
    found = next((one for one in names if one), "")
    if not found:
        raise Wrong(MISSING, field, f"{field} is mandatory: its id or name")
    return found


def _listed(query: Mapping[str, str], field: str, most: int, longest: int) -> tuple[str, ...]:
    found = [text_of(each, longest) for each in query.get(field, "").split(",")]
    if not any(found):
        raise Wrong(MISSING, field, f"{field} is mandatory in the query, divided by commas")
    return tuple(one for one in found if one)[:most]


_READERS: Mapping[str, _Reader] = {
    "POST unacknowledge": _unacknowledge,
    "POST notes": _note,
    "POST snooze": _snooze,
    "POST escalate": _escalate,
    "POST assign": _assign,
    "POST responders": _responder,
    "POST teams": _team,
    "POST tags": _tags,
    "DELETE tags": _untag,
    "POST details": _details,
    "DELETE details": _undetail,
    "PUT priority": _priority,
    "POST priority": _priority,
    "PUT message": _message,
    "POST message": _message,
    "PUT description": _description,
    "POST description": _description,
    "POST actions": _action,
}
