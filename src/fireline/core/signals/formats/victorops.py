"""Splunk On-Call's REST endpoint, as Alertmanager's `victorops_configs` and others post to it.

Docs: https://help.splunk.com/en/splunk-enterprise/alert-and-respond/splunk-on-call, "REST endpoint
integration". Only `message_type` is required there.
"""

from collections.abc import Mapping

from fireline.core.signals.decoding import decoded, is_object, key_of, moment_of, object_of, text_of
from fireline.core.signals.labels import entities_of, service_of
from fireline.core.signals.notice import (
    MAX_DESCRIPTION,
    MAX_LABELS,
    MAX_TITLE,
    Notice,
    Status,
    Weblink,
)
from fireline.core.signals.payload import Payload, Reading, Unread
from fireline.core.values.priority import Priority

ROUTING_KEY, MADE_KEY = "routing_key", "made_key"  # a payload's values: of the path, of the door
_SAID: Mapping[str, tuple[Status, Priority]] = {
    "CRITICAL": (Status.FIRING, Priority.P1),
    "WARNING": (Status.FIRING, Priority.P3),
    "INFO": (Status.FIRING, Priority.P5),
    "ACKNOWLEDGEMENT": (Status.ACKNOWLEDGED, Priority.P3),
    "ACKNOWLEDGMENT": (Status.ACKNOWLEDGED, Priority.P3),
    "ACK": (Status.ACKNOWLEDGED, Priority.P3),
    "RECOVERY": (Status.RESOLVED, Priority.P3),
    "OK": (Status.RESOLVED, Priority.P3),
}
_OWN = ("message_type", "entity_id", "entity_display_name", "state_message", "state_start_time")
_MAX_VALUE = 4_000


def read(payload: Payload) -> Reading:
    """Read one alert."""
    post, wrong = parsed(payload.body)
    if wrong is not None:
        return Reading(unread=(wrong,))
    status, priority = _SAID[_type(post)]
    names = [name for name in post if name not in _OWN]
    labels = {name[:200]: text_of(post[name], _MAX_VALUE) for name in names[:MAX_LABELS]}
    labels = {name: value for name, value in labels.items() if value}
    key = key_of(post.get("entity_id")) or payload.meta.get(MADE_KEY, "")
    state = text_of(post.get("state_message"), MAX_DESCRIPTION)
    named = text_of(post.get("entity_display_name"), MAX_TITLE)
    notice = Notice(
        key=key,
        status=status,
        title=named or state.partition("\n")[0][:MAX_TITLE] or key or "An alert without a name",
        priority=priority,
        at=moment_of(post.get("state_start_time")),
        description=state,
        service=service_of(labels),
        team=payload.meta.get(ROUTING_KEY, ""),
        entities=entities_of(labels),
        labels=labels,
        links=tuple(
            Weblink(value, name)
            for name, value in labels.items()
            if value.startswith(("http://", "https://"))
        ),
        by=labels.get("ack_author", ""),
        note=labels.get("ack_msg", ""),
    )
    return Reading((notice,))


def parsed(body: bytes) -> tuple[Mapping[str, object], Unread | None]:
    """Decode a post, and say what is wrong with it."""
    try:
        post = decoded(body)
    except ValueError as error:
        return {}, Unread("victorops.unparsable", "", str(error))
    if not is_object(post):
        return {}, Unread("victorops.unparsable", "", "an alert is an object")
    if _type(object_of(post)) not in _SAID:
        why = f"message_type must be one of {', '.join(_SAID)}"
        return object_of(post), Unread("victorops.bad_type", "message_type", why)
    return object_of(post), None


def _type(post: Mapping[str, object]) -> str:
    return text_of(post.get("message_type"), 32).upper()
