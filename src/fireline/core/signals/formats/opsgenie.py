"""What clients of the Opsgenie alert and incident APIs post: create, acknowledge, close.

Fields, limits and defaults follow https://docs.opsgenie.com/docs/alert-api and
https://docs.opsgenie.com/docs/incident-api. Where the vendor counts characters, longer text is cut
here and never turned away: a page is worth more than a limit. Unknown fields are ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from fireline.core.signals.decoding import decoded, key_of, list_of, object_of, text_of
from fireline.core.signals.entity import Entity
from fireline.core.signals.labels import entities_of, host_of, service_of, team_of
from fireline.core.signals.notice import (
    MAX_DESCRIPTION,
    MAX_ENTITIES,
    MAX_LABELS,
    Notice,
    Status,
    Weblink,
)
from fireline.core.signals.payload import Payload, Reading, Unread
from fireline.core.values.priority import Priority

CREATE = "create"
ACKNOWLEDGE = "acknowledge"
CLOSE = "close"
INCIDENT = "incident"
# What the reader needs of a request beyond its body.
KEY = "key"  # which problem an acknowledge or close is about; absent when there is none
REQUEST = "request"  # the request's id: the alias of an alert whose client gave none
USER = "user"  # of a DELETE, which has no body
INCIDENT_PREFIX = "opsgenie-incident:"
INCIDENT_TAG = "opsgenie-incident"
MAX_MESSAGE = 130
MAX_TAGS = 20
MAX_TAG = 50
MAX_ENTITY = 512
MAX_SOURCE = 100
MAX_USER = 100
MAX_NOTE = 25_000
MAX_DETAIL = 8_000
MAX_DETAIL_NAME = 256
MAX_ACTIONS = 10
MAX_RESPONDERS = 50
UNPARSABLE = "opsgenie.unparsable"
MISSING = "opsgenie.missing"
INVALID = "opsgenie.invalid"
_DOMAIN = "entity"  # the kind of an entity that is no host


class Wrong(Exception):  # noqa: N818 - it reads as what is wrong
    """A body the API refuses, and the field that is to blame."""

    def __init__(self, code: str, field: str, why: str) -> None:
        super().__init__(why)
        self.unread = Unread(code, field, why)


@dataclass(frozen=True, slots=True)
class Responder:
    """Who a client wants to be told: a team, user, escalation or schedule, by id or name."""

    type: str
    name: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a create said that a symptom does not hold, for the API to show again."""

    source: str = ""
    entity: str = ""
    actions: tuple[str, ...] = ()
    user: str = ""


def read(payload: Payload) -> Reading:
    """Read one call. Any bytes give a reading."""
    try:
        said = body_of(payload.body)
        match payload.call:
            case "create":
                return Reading((_created(payload, said),))
            case "incident":
                return Reading((_declared(payload, said),))
            case "acknowledge" | "close":
                return _answered(payload, said)
            case other:
                why = f"no call is {other!r}"
                return Reading(unread=(Unread("opsgenie.unknown_call", "", why),))
    except Wrong as wrong:
        return Reading(unread=(wrong.unread,))


def wrong_with(call: str, body: bytes) -> Unread | None:
    """Say what the API refuses a body for, before it is kept; `None` when it takes it."""
    try:
        said = body_of(body)
        if call in {CREATE, INCIDENT}:
            message_of(said)
            priority_of(said, Priority.P3)
    except Wrong as wrong:
        return wrong.unread
    return None


def body_of(body: bytes) -> Mapping[str, object]:
    """Read a body: an object, or nothing at all. Raises Wrong."""
    if not body.strip():
        return {}
    try:
        said = decoded(body)
    except ValueError as error:
        raise Wrong(UNPARSABLE, "body", f"the body is no JSON: {error}") from error
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise Wrong(INVALID, "body", "the body must be a JSON object")
    return object_of(cast("object", said))


def alias_of(text: str) -> str:
    """Return the key an alias is kept under."""
    return key_of(text)


def told_of(body: bytes) -> Told:
    """Read what a create said beyond its symptom. What cannot be read says nothing."""
    try:
        said = body_of(body)
    except Wrong:
        return Told()
    return Told(
        source=text_of(said.get("source"), MAX_SOURCE),
        entity=text_of(said.get("entity"), MAX_ENTITY),
        actions=_texts(said.get("actions"), MAX_ACTIONS, MAX_TAG),
        user=text_of(said.get("user"), MAX_USER),
    )


def message_of(said: Mapping[str, object]) -> str:
    """Return the whole message of a body. Raises Wrong when there is none."""
    message = text_of(said.get("message"), MAX_DESCRIPTION)
    if not message:
        raise Wrong(MISSING, "message", "message is mandatory: say what is wrong")
    return message


def priority_of(said: Mapping[str, object], otherwise: Priority | None) -> Priority:
    """Return the priority a body names. Raises Wrong for what is none."""
    named = text_of(said.get("priority"), 20)
    if not named and otherwise is not None:
        return otherwise
    try:
        return Priority[named.upper()]
    except KeyError as unknown:
        why = f"priority must be one of P1, P2, P3, P4, P5, not {named or 'empty'}"
        raise Wrong(INVALID, "priority", why) from unknown


def tags_of(said: Mapping[str, object]) -> tuple[str, ...]:
    """Return the tags of a body, as many and as long as an alert holds."""
    return _texts(said.get("tags"), MAX_TAGS, MAX_TAG)


def details_of(said: Mapping[str, object]) -> Mapping[str, str]:
    """Return the details of a body: texts by name."""
    found: dict[str, str] = {}
    room = MAX_DETAIL
    for name, value in object_of(said.get("details")).items():
        key = text_of(name, MAX_DETAIL_NAME)
        text = text_of(value, max(room, 0))
        if key and len(found) < MAX_LABELS and room > 0:
            found[key] = text
            room -= len(key) + len(text)
    return found


def responder_of(value: object) -> Responder | None:
    """Return one responder, by whichever of its names is given."""
    said = object_of(value)
    type_ = text_of(said.get("type"), 20).lower()
    names = (text_of(said.get(field), MAX_USER) for field in ("name", "username", "id"))
    name = next((one for one in names if one), "")
    return Responder(type_, name) if name else None


def who(said: Mapping[str, object]) -> str:
    """Return whom a body says it is from."""
    return text_of(said.get("user"), MAX_USER)


def _created(payload: Payload, said: Mapping[str, object]) -> Notice:
    alias = alias_of(text_of(said.get("alias"), MAX_DESCRIPTION))
    return _notice(payload, said, alias or payload.meta.get(REQUEST, ""))


def _declared(payload: Payload, said: Mapping[str, object]) -> Notice:
    # The vendor knows incidents by their ids alone: nothing says that two posts are one.
    return _notice(payload, said, INCIDENT_PREFIX + payload.meta.get(REQUEST, ""))


def _notice(payload: Payload, said: Mapping[str, object], key: str) -> Notice:
    message = message_of(said)
    details = details_of(said)
    source = text_of(said.get("source"), MAX_DESCRIPTION)
    is_incident = payload.call == INCIDENT
    tags = (*tags_of(said), INCIDENT_TAG) if is_incident else tags_of(said)
    return Notice(
        key=key,
        status=Status.FIRING,
        title=message[:MAX_MESSAGE],
        priority=priority_of(said, Priority.P3),
        kind=details.get("alertname", ""),
        description=_description(message, text_of(said.get("description"), MAX_DESCRIPTION)),
        service=text_of(said.get("serviceId"), MAX_ENTITY) or service_of(details),
        team=_team(said) or team_of(details),
        entities=_entities(text_of(said.get("entity"), MAX_ENTITY), details),
        tags=tags,
        labels=details,
        links=(Weblink(source),) if source.startswith(("https://", "http://")) else (),
        by=who(said),
        note=text_of(said.get("note"), MAX_NOTE),
    )


def _answered(payload: Payload, said: Mapping[str, object]) -> Reading:
    key = payload.meta.get(KEY, "")
    if not key:
        return Reading()
    status = Status.ACKNOWLEDGED if payload.call == ACKNOWLEDGE else Status.RESOLVED
    user = who(said) or payload.meta.get(USER, "")
    note = text_of(said.get("note"), MAX_NOTE)
    return Reading((Notice(key, status, key, by=user, note=note),))


def _description(message: str, description: str) -> str:
    """Keep the whole of a message that was cut."""
    if len(message) <= MAX_MESSAGE or description.startswith(message):
        return description
    return f"{message}\n\n{description}".strip()[:MAX_DESCRIPTION]


def _team(said: Mapping[str, object]) -> str:
    named = (responder_of(each) for each in list_of(said.get("responders"))[:MAX_RESPONDERS])
    return next((one.name for one in named if one is not None and one.type == "team"), "")


def _entities(entity: str, details: Mapping[str, str]) -> tuple[Entity, ...]:
    found = entities_of(details)
    if not entity:
        return found
    try:
        host = host_of(entity)
    except ValueError:
        host = None
    return tuple(dict.fromkeys((host or Entity(_DOMAIN, entity), *found)))[:MAX_ENTITIES]


def _texts(value: object, most: int, longest: int) -> tuple[str, ...]:
    """Return texts, each once, from a list or from one text with commas."""
    listed = value.split(",") if isinstance(value, str) else list_of(value)
    found = (text_of(each, longest) for each in listed)
    return tuple(dict.fromkeys(one for one in found if one))[:most]
