"""Splunk's webhook alert action: a saved search found something.

Shape: https://help.splunk.com/en/splunk-enterprise/alert-and-respond/alerting-manual/10.0/configure-alert-actions/use-a-webhook-alert-action
("Webhook data payload"): `sid`, `search_name` (may be null), `results_link`, `owner`, `app`, and
`result`, the first row, whose values are text. Splunk sends no header of ours, so the token is in
the address, and it never says that something is over.
"""

import re
from collections.abc import Iterator, Mapping

from fireline.core.signals.decoding import moment_of
from fireline.core.signals.entity import ADDRESS, HOST, PRINCIPAL, Entity
from fireline.core.signals.fields import first, flat, inner, read_object, required, text
from fireline.core.signals.notice import Notice, Status, Weblink
from fireline.core.signals.payload import Payload, Reading
from fireline.core.signals.severities import SEVERITIES
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority

# scheduler__admin__search__RMD5…_at_1423235613_132: the run's moment and count come last.
_RUN = re.compile(r"_at_\d+_\d+(?:_[0-9A-F-]+)?$")
# Splunk's own grades of an alert, 1 to 6.
_GRADES = {
    "1": Priority.P5,
    "2": Priority.P5,
    "3": Priority.P4,
    "4": Priority.P3,
    "5": Priority.P2,
    "6": Priority.P1,
}
_ENTITIES: Mapping[str, str] = {
    "host": HOST,
    "dest": HOST,
    "dvc": HOST,
    "src": ADDRESS,
    "src_ip": ADDRESS,
    "clientip": ADDRESS,
    "user": PRINCIPAL,
    "src_user": PRINCIPAL,
}
_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]+")


def read(payload: Payload) -> Reading:
    """Read one alert of a saved search."""
    return read_object(payload.body, "splunk", _notice)


def _notice(said: JsonObject) -> Notice:
    sid = required(said, "sid")
    row = inner(said, "result")
    name = text(said, "search_name") or _RUN.sub("", sid)
    host = first(row, "host", "dest")
    grade = first(row, "severity", "priority", "urgency", "severity_id").lower()
    return Notice(
        # Each run has an id of its own: the search, and on what it fired, are the problem.
        key=f"splunk:{text(said, 'app')}:{name}:{host}",
        status=Status.FIRING,
        title=f"{name} on {host}" if host else name,
        priority=_GRADES.get(grade) or SEVERITIES.get(grade, Priority.P3),
        at=moment_of(row.get("_time")),
        kind=name,
        description=first(row, "_raw", "message", "description"),
        service=text(row, "service"),
        entities=tuple(_entities(row)),
        tags=("splunk",),
        labels={
            "owner": text(said, "owner"),
            "app": text(said, "app"),
            "sid": sid,
            **flat(row),
        },
        links=(Weblink(text(said, "results_link"), "Splunk"),),
    )


def _entities(row: JsonObject) -> Iterator[Entity]:
    for name, kind in _ENTITIES.items():
        value = text(row, name)
        if kind == ADDRESS and value and not _ADDRESS.fullmatch(value):
            kind = HOST  # noqa: PLW2901 - Splunk's `src` is either
        yield Entity(kind, value)
