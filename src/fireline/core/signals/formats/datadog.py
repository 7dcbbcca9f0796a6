"""Datadog's webhooks: the template fireline recommends, or what Datadog posts without one.

Shape: https://docs.datadoghq.com/integrations/webhooks/. Whoever sets up the webhook writes the
body; `docs/how-to/connect-falco-and-others.md` has the template. The body Datadog writes itself has
no key and no state, so those are read out of its title ("[Triggered] CPU is high").
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from fireline.core.signals.decoding import moment_of
from fireline.core.signals.entity import HOST, POD, Entity
from fireline.core.signals.fields import Wrong, first, flat, inner, read_object, text
from fireline.core.signals.notice import Notice, Status, Weblink
from fireline.core.signals.payload import Payload, Reading
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority

# $ALERT_TRANSITION: https://docs.datadoghq.com/integrations/webhooks/#variables
_OVER = frozenset({"recovered", "warn recovered", "no data recovered", "success"})
_TYPES: Mapping[str, Priority] = {
    "error": Priority.P2,
    "warning": Priority.P3,
    "info": Priority.P5,
    "success": Priority.P5,
}
_GRADES = {priority.name.lower(): priority for priority in Priority}
# [Triggered on {host:web-1}] CPU is high; the group is a part of the problem's name.
_TITLE = re.compile(r"(?:\[P[1-5]\] ?)?\[([\w -]+?)(?: on \{([^}]*)\})?\] ?(.*)", re.DOTALL)
_NOT_FILLED = re.compile(r"\$[A-Z_]+")


def read(payload: Payload) -> Reading:
    """Read one post of a webhook."""
    return read_object(payload.body, "datadog", _notice)


def _notice(raw: JsonObject) -> Notice:
    # A variable Datadog has no value for is left as it is written.
    said = {
        name: "" if isinstance(value, str) and _NOT_FILLED.fullmatch(value) else value
        for name, value in raw.items()
    }
    title = first(said, "title", "event_title", "alert_title")
    if not title:
        raise Wrong(code="no_field", field="title", why="title is missing or empty")
    parsed = _TITLE.fullmatch(title)
    transition = first(said, "transition", "alert_transition") or (parsed[1] if parsed else "")
    over = transition.lower() in _OVER
    tags = tuple(_tags(first(said, "tags", "event_tags")))
    scope = first(said, "scope", "alert_scope") or ((parsed[2] or "") if parsed else "")
    pairs = dict(_pairs((*_tags(scope), *tags)))
    return Notice(
        key=_key(said, parsed[3] if parsed else title, scope),
        status=Status.RESOLVED if over else Status.FIRING,
        title=parsed[3] if parsed and parsed[3] else title,
        priority=_priority(said, transition),
        at=moment_of(said.get("date")) or moment_of(said.get("last_updated")),
        kind=first(said, "alert_id", "event_type") or "datadog",
        description=first(said, "msg", "body", "event_msg", "text_only_msg"),
        service=pairs.get("service", ""),
        team=pairs.get("team", ""),
        entities=tuple(_entities(pairs, first(said, "host", "hostname"))),
        tags=("datadog", *tags),
        labels={**flat(said), **flat(inner(said, "org"), under="org"), **pairs},
        links=(Weblink(first(said, "link", "url"), "Datadog"),),
        by="Datadog" if over else "",
    )


def _key(said: JsonObject, bare_title: str, scope: str) -> str:
    aggregate, cycle = first(said, "agg", "aggreg_key"), first(said, "cycle", "alert_cycle_key")
    if aggregate or cycle:
        return f"{aggregate}:{cycle}"
    monitor = text(said, "alert_id")
    return f"{monitor or bare_title}:{scope}"


def _priority(said: JsonObject, transition: str) -> Priority:
    given = _GRADES.get(first(said, "priority", "alert_priority").lower())
    if given is not None:
        return given
    if transition.lower() in ("warn", "re-warn"):
        return Priority.P3
    return _TYPES.get(first(said, "type", "alert_type").lower(), Priority.P3)


def _tags(written: str) -> Iterator[str]:
    yield from (tag for each in written.split(",") if (tag := each.strip()))


def _pairs(tags: Iterable[str]) -> Iterator[tuple[str, str]]:
    for tag in tags:
        name, colon, value = tag.partition(":")
        if colon:
            yield name, value


def _entities(pairs: Mapping[str, str], host: str) -> Iterator[Entity]:
    yield Entity(HOST, host or pairs.get("host", ""))
    pod, space = pairs.get("pod_name", ""), pairs.get("kube_namespace", "")
    yield Entity(POD, f"{space}/{pod}" if pod and space else pod)
