"""PagerDuty's Events API: v2 with its change events, and v1.

Docs: https://developer.pagerduty.com/docs/events-api-v2-overview,
https://developer.pagerduty.com/docs/send-change-event and
https://developer.pagerduty.com/docs/events-api-v1-overview. What is refused is refused in the
words PagerDuty has for it; what is merely odd (a time, a length) is taken.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fireline.core.signals.decoding import (
    decoded,
    is_object,
    key_of,
    list_of,
    moment_of,
    object_of,
    text_of,
)
from fireline.core.signals.entity import Entity
from fireline.core.signals.labels import entities_of, host_of, service_of, team_of
from fireline.core.signals.notice import (
    MAX_DESCRIPTION,
    MAX_LABELS,
    MAX_TITLE,
    ChangeNotice,
    Notice,
    Said,
    Status,
    Weblink,
)
from fireline.core.signals.payload import Payload, Reading, Unread
from fireline.core.values.priority import Priority

EVENT, CHANGE, EVENT_V1 = "event", "change", "event_v1"  # the three calls
# The key the door made for a trigger that came without one, among a payload's values.
MADE_KEY = "made_key"
SEVERITIES: Mapping[str, Priority] = {
    "critical": Priority.P1,
    "error": Priority.P2,
    "warning": Priority.P3,
    "info": Priority.P5,
}
# What details call what a reader wants first.
_TELLING = ("description", "message", "body", "firing")
_REVISIONS = ("revision", "commit", "sha", "commit_sha", "git_sha", "version", "build")
_STATUSES = {
    "trigger": Status.FIRING,
    "acknowledge": Status.ACKNOWLEDGED,
    "resolve": Status.RESOLVED,
}
_MAX_URL = 4_000
_MAX_VALUE = 4_000
_MAX_LINKS = 50
_MAX_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Event:
    """One post, checked: what is wrong with it, in PagerDuty's words, or nothing."""

    body: Mapping[str, object]
    key: str = ""
    action: str = ""
    errors: tuple[str, ...] = ()
    unparsable: str = ""
    fields: tuple[str, ...] = field(default=())

    @property
    def routing_key(self) -> str:
        """Whose event it is: the source's token."""
        return text_of(self.body.get("routing_key") or self.body.get("service_key"), 255)


def event_of(body: bytes, call: str) -> Event:
    """Decode one post and check what PagerDuty checks."""
    try:
        post = decoded(body)
    except ValueError as error:
        return Event({}, unparsable=str(error))
    if not is_object(post):
        return Event({}, unparsable="an event is an object")
    said = object_of(post)
    match call:
        case "change":
            wrong = _wrong_change(said)
        case "event_v1":
            wrong = _wrong_v1(said)
        case _:
            wrong = _wrong_event(said)
    found = tuple(wrong)
    return Event(
        said,
        key=key_of(said.get("incident_key" if call == EVENT_V1 else "dedup_key")),
        action=text_of(said.get("event_type" if call == EVENT_V1 else "event_action"), 32),
        errors=tuple(why for _, why in found),
        fields=tuple(name for name, _ in found),
    )


def read(payload: Payload) -> Reading:
    """Read an event, a change, or an event of the first version."""
    event = event_of(payload.body, payload.call)
    if event.unparsable:
        return Reading(unread=(Unread("pagerduty.unparsable", "", event.unparsable),))
    if event.errors:
        wrong = zip(event.fields, event.errors, strict=True)
        return Reading(unread=tuple(Unread("pagerduty.invalid", name, why) for name, why in wrong))
    said: Said
    match payload.call:
        case "change":
            said = _change(event.body)
        case "event_v1":
            said = _notice_v1(event, payload.meta.get(MADE_KEY, ""))
        case _:
            said = _notice(event, payload.meta.get(MADE_KEY, ""))
    return Reading((said,))


def _wrong_event(body: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    yield from _blank(body, "routing_key")
    yield from _wrong_action(body, "event_action")
    if body.get("event_action") != "trigger":
        yield from _blank(body, "dedup_key")
        return
    yield from _blank(
        object_of(body.get("payload")), "summary", "source", "severity", at="payload."
    )
    severity = object_of(body.get("payload")).get("severity")
    if severity and text_of(severity, 64).lower() not in SEVERITIES:
        allowed = "'critical', 'warning', 'error' or 'info'"
        why = f"'payload.severity' is invalid (must be one of the following: {allowed})"
        yield "payload.severity", why


def _wrong_change(body: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    yield from _blank(body, "routing_key")
    yield from _blank(object_of(body.get("payload")), "summary", at="payload.")


def _wrong_v1(body: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    yield from _blank(body, "service_key")
    yield from _wrong_action(body, "event_type")
    if body.get("event_type") == "trigger":
        if not text_of(body.get("description"), MAX_TITLE):
            yield "description", "Description is missing or blank"
    else:
        yield from _blank(body, "incident_key")


def _wrong_action(body: Mapping[str, object], name: str) -> Iterator[tuple[str, str]]:
    if not text_of(body.get(name), 32):
        yield name, f"'{name}' is missing or blank"
    elif text_of(body.get(name), 32) not in _STATUSES:
        allowed = "'trigger', 'acknowledge' or 'resolve'"
        yield name, f"'{name}' is invalid (must be one of the following: {allowed})"


def _blank(body: Mapping[str, object], *names: str, at: str = "") -> Iterator[tuple[str, str]]:
    for name in names:
        if not text_of(body.get(name), MAX_TITLE):
            yield f"{at}{name}", f"'{at}{name}' is missing or blank"


def _notice(event: Event, made_key: str) -> Notice:
    body = event.body
    said = object_of(body.get("payload"))
    details = _details(said.get("custom_details"))
    labels = _labels(said, body, details)
    source, client = labels.get("source", ""), labels.get("client", "")
    # Who relays for others names itself as the source, which says nothing of what is broken.
    at_host = host_of_source(source) if source.lower() != client.lower() else None
    found = (*((at_host,) if at_host else ()), *entities_of({**details, "arn": source}))
    return Notice(
        key=event.key or made_key,
        status=_STATUSES[event.action],
        title=text_of(said.get("summary"), MAX_TITLE) or event.key,
        priority=SEVERITIES.get(text_of(said.get("severity"), 64).lower(), Priority.P3),
        at=moment_of(said.get("timestamp")),
        kind=labels.get("class", ""),
        description=_telling(said.get("custom_details")),
        service=details.get("service") or labels.get("component") or labels.get("group", ""),
        team=team_of(details),
        runbook=details.get("runbook_url") or details.get("runbook", ""),
        entities=tuple(dict.fromkeys(found)),
        labels=labels,
        links=tuple(_links(body))[:_MAX_LINKS],
    )


def _notice_v1(event: Event, made_key: str) -> Notice:
    body = event.body
    details = _details(body.get("details"))
    return Notice(
        key=event.key or made_key,
        status=_STATUSES[event.action],
        title=text_of(body.get("description"), MAX_TITLE) or event.key,
        priority=SEVERITIES.get(details.get("severity", "").lower(), Priority.P3),
        description=_telling(body.get("details")),
        service=service_of(details),
        team=team_of(details),
        entities=entities_of(details),
        labels=_labels({}, body, details),
        links=tuple(_links(body))[:_MAX_LINKS],
    )


def _change(body: Mapping[str, object]) -> ChangeNotice:
    said = object_of(body.get("payload"))
    details = _details(said.get("custom_details"))
    return ChangeNotice(
        key="",
        title=text_of(said.get("summary"), MAX_TITLE),
        at=moment_of(said.get("timestamp")),
        service=service_of(details),
        actor=next((details[n] for n in ("actor", "author", "user") if details.get(n)), ""),
        description=_telling(said.get("custom_details")),
        revision=next((details[name] for name in _REVISIONS if details.get(name)), ""),
        entities=entities_of(details),
        labels=_labels(said, body, details),
        links=tuple(_links(body))[:_MAX_LINKS],
    )


def host_of_source(source: str) -> Entity | None:
    """Return the host an event's source names; a sentence or an ARN is none."""
    try:
        return None if source.startswith("arn:") else host_of(source)
    except ValueError:
        return None


def _labels(
    said: Mapping[str, object], body: Mapping[str, object], details: Mapping[str, str]
) -> dict[str, str]:
    """Return what an event says in words of its own; of two with one name, PagerDuty's counts."""
    own = {name: said.get(name) for name in ("source", "severity", "component", "group", "class")}
    named = {name: text_of(value, _MAX_VALUE) for name, value in own.items()}
    named["client"] = text_of(body.get("client"), _MAX_VALUE)
    kept = {**{name: value for name, value in named.items() if value}}
    for name, value in details.items():
        kept.setdefault(name, value)
    return dict(list(kept.items())[:MAX_LABELS])


def _details(value: object) -> dict[str, str]:
    """Return the members of an object by their dotted paths; a text is no object."""
    found: dict[str, str] = {}
    _flatten(value, "", found, _MAX_DEPTH)
    return found


def _flatten(value: object, path: str, found: dict[str, str], depth: int) -> None:
    if len(found) >= MAX_LABELS:
        return
    if is_object(value) and depth:
        for name, member in object_of(value).items():
            inside = text_of(name, 200)
            _flatten(member, f"{path}.{inside}" if path else inside, found, depth - 1)
    elif path and (text := text_of(value, _MAX_VALUE)):
        found[path] = text


def _telling(details: object) -> str:
    if isinstance(details, str):
        return text_of(details, MAX_DESCRIPTION)
    words = object_of(details)
    told = next((words[name] for name in _TELLING if words.get(name)), "")
    return text_of(told, MAX_DESCRIPTION)


def _links(body: Mapping[str, object]) -> Iterator[Weblink]:
    """Give the links and images, of both versions, and where the client is."""
    for link in (*list_of(body.get("links")), *list_of(body.get("contexts"))):
        if href := _address(link, "href"):
            yield Weblink(href, text_of(object_of(link).get("text"), MAX_TITLE))
    for image in (*list_of(body.get("images")), *list_of(body.get("contexts"))):
        if src := _address(image, "src"):
            yield Weblink(src, text_of(object_of(image).get("alt"), MAX_TITLE) or "image")
    if client := _address(body, "client_url"):
        yield Weblink(client, text_of(body.get("client"), MAX_TITLE))


def _address(value: object, name: str) -> str:
    found = text_of(object_of(value).get(name), _MAX_URL)
    return found if found.startswith(("http://", "https://")) else ""
