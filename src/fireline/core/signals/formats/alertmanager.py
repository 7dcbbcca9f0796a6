"""What Prometheus and amtool post to an Alertmanager; and an Alertmanager's own webhook.

The API's checks and their words are those of Alertmanager 0.25, measured; see
https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml. One thing is better here:
a member that is wrong never costs its neighbours, whatever is wrong with it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from fireline.core.signals.bounds import MAX_SAID, MAX_UNREAD
from fireline.core.signals.decoding import decoded, is_list, is_object, moment_of, object_of
from fireline.core.signals.formats import alertmanager_webhook
from fireline.core.signals.formats.prometheus import Episode, PrometheusAlert, notice_of
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Payload, Reading, Unread

API = "alerts"  # the call; the webhook's has no name
RESOLVE_AFTER = timedelta(minutes=5)  # Alertmanager's resolve_timeout
# What is wrong, which decides how Alertmanager answers: 400 with an object, 422, 400 with a text.
UNPARSABLE = "alertmanager.unparsable"
MISSING = "alertmanager.missing"
BAD_LINK = "alertmanager.bad_link"
INVALID = "alertmanager.invalid"
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
_BAD_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")
_GO_TYPES = {"str": "string", "bool": "bool", "int": "number", "float": "number", "list": "array"}
_GO_TIME = '"2006-01-02 15:04:05"'


@dataclass(frozen=True, slots=True)
class Posted:
    """One alert of a post that could be read."""

    alert: PrometheusAlert
    starts_at: datetime | None
    ends_at: datetime | None


class _Wrong(Exception):  # noqa: N818 - it carries what is wrong to where it is counted
    def __init__(self, code: str, field: str, why: str) -> None:
        super().__init__(why)
        self.code, self.field, self.why = code, field, why


def read(payload: Payload) -> Reading:
    """Read what was posted to the API, or by an Alertmanager's webhook."""
    if payload.call != API:
        return alertmanager_webhook.read(payload)
    posted, wrong = members(payload.body)
    return Reading(tuple(_notice(one, payload.received_at) for one in posted), wrong)


def members(body: bytes) -> tuple[tuple[Posted, ...], tuple[Unread, ...]]:
    """Tell the alerts of a post that can be read from those that cannot."""
    if not body.strip():
        return (), (Unread(MISSING, "", "alerts in body is required"),)
    try:
        post = decoded(body)
    except ValueError as error:
        return (), (Unread(UNPARSABLE, "", _syntax(str(error))),)
    if post is None:
        return (), ()
    if not is_list(post):
        why = f"json: cannot unmarshal {_go(post)} into Go value of type models.PostableAlerts"
        return (), (Unread(UNPARSABLE, "", why),)
    return _told_apart(post)


def _told_apart(post: Sequence[object]) -> tuple[tuple[Posted, ...], tuple[Unread, ...]]:
    posted: list[Posted] = []
    wrong: list[Unread] = []
    if len(post) > MAX_SAID:
        why = f"a post holds at most {MAX_SAID} alerts, and this one has {len(post)}: divide it"
        wrong.append(Unread(INVALID, f"[{MAX_SAID}]", why, MAX_SAID))
    for position, member in enumerate(post[:MAX_SAID]):
        try:
            posted.append(_posted(member, position))
        except _Wrong as found:
            # Its neighbours still count; more of the same says nothing new.
            if len(wrong) <= MAX_UNREAD:
                wrong.append(Unread(found.code, f"[{position}]{found.field}", found.why, position))
    return tuple(posted), tuple(wrong)


def _notice(posted: Posted, now: datetime) -> Notice:
    ends_at = posted.ends_at
    if ends_at is not None and ends_at <= now:
        return notice_of(posted.alert, Episode(Status.RESOLVED, ends_at))
    starts_at = posted.starts_at
    # Nobody says when it ends: it counts as over when nobody repeats it.
    ends_at = ends_at or max(now, starts_at or now) + RESOLVE_AFTER
    return notice_of(posted.alert, Episode(Status.FIRING, starts_at, ends_at))


def _posted(member: object, position: int) -> Posted:
    if not is_object(member):
        raise _Wrong(UNPARSABLE, "", f"json: cannot unmarshal {_go(member)} into an alert")
    alert = object_of(member)
    annotations = _texts(alert, "annotations", ".annotations")
    ends_at = _moment(alert, "endsAt")
    starts_at = _moment(alert, "startsAt")
    labels = _texts(alert, "labels", "Alert.labels")
    generator = alert.get("generatorURL") or ""
    if not isinstance(generator, str):
        raise _mistyped(generator, "Alert.generatorURL", "string", ".generatorURL")
    if alert.get("labels") is None:
        raise _Wrong(MISSING, ".labels", f"{position}.labels in body is required")
    if generator and not _is_uri(generator):
        why = f'{position}.generatorURL in body must be of type uri: "{generator}"'
        raise _Wrong(BAD_LINK, ".generatorURL", why)
    labels = {name: value for name, value in labels.items() if value}
    _check(labels, annotations, starts_at, ends_at)
    return Posted(PrometheusAlert(labels, annotations, generator), starts_at, ends_at)


def _check(
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
    starts_at: datetime | None,
    ends_at: datetime | None,
) -> None:
    if starts_at and ends_at and ends_at < starts_at:
        raise _Wrong(INVALID, ".endsAt", "start time must be before end time")
    if not labels:
        raise _Wrong(INVALID, ".labels", "at least one label pair required")
    for kind, field, named in (
        ("label set", ".labels", labels),
        ("annotations", ".annotations", annotations),
    ):
        for name in named:
            if not _NAME.fullmatch(name):
                raise _Wrong(INVALID, field, f'invalid {kind}: invalid name "{name}"')


def _texts(alert: Mapping[str, object], name: str, go: str) -> dict[str, str]:
    value = alert.get(name)
    if value is None:
        return {}
    if not is_object(value):
        raise _mistyped(value, go, "models.LabelSet", f".{name}")
    found: dict[str, str] = {}
    for key, text in object_of(value).items():
        if text is not None and not isinstance(text, str):
            raise _mistyped(text, go, "string", f".{name}.{key}")
        found[key] = text or ""
    return found


def _moment(alert: Mapping[str, object], name: str) -> datetime | None:
    value = alert.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _mistyped(value, f".{name}", "string", f".{name}")
    found = moment_of(value)
    if found is None and not value.startswith("0001-01-01"):
        raise _Wrong(
            UNPARSABLE, f".{name}", f'parsing time "{value}" as {_GO_TIME}: cannot parse it'
        )
    return found


def _mistyped(value: object, go: str, wanted: str, field: str) -> _Wrong:
    why = f"json: cannot unmarshal {_go(value)} into Go struct field {go} of type {wanted}"
    return _Wrong(UNPARSABLE, field, why)


def _go(value: object) -> str:
    return _GO_TYPES.get(type(value).__name__, "object" if is_object(value) else "null")


def _syntax(said: str) -> str:
    return "unexpected EOF" if "end of data" in said or "EOF" in said else said


def _is_uri(text: str) -> bool:
    if _BAD_ESCAPE.search(text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme) or text.startswith("/")
