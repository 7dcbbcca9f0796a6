"""Sentry's webhooks: alerts of rules on issues and metrics, and what becomes of issues.

Shape: https://docs.sentry.io/integrations/integration-platform/webhooks/ and the pages below it.
The header `Sentry-Hook-Resource` says what is posted. An issue is one problem, however many rules
and events tell of it. The signature is the door's to check.
"""

from collections.abc import Callable, Iterator, Mapping

from fireline.core.signals.decoding import moment_of
from fireline.core.signals.entity import HOST, Entity
from fireline.core.signals.fields import (
    Wrong,
    first,
    inner,
    listed,
    read_object,
    required,
    single_text,
    text,
)
from fireline.core.signals.notice import Notice, Status, Weblink
from fireline.core.signals.payload import Payload, Reading
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority

RESOURCE = "sentry-hook-resource"
_LEVELS: Mapping[str, Priority] = {
    "fatal": Priority.P1,
    "error": Priority.P2,
    "warning": Priority.P3,
    "info": Priority.P4,
    "debug": Priority.P5,
    "sample": Priority.P5,
}
_ACTIONS: Mapping[str, Status] = {
    "created": Status.FIRING,
    "unresolved": Status.FIRING,
    "resolved": Status.RESOLVED,
    "ignored": Status.RESOLVED,
    "archived": Status.RESOLVED,
    "assigned": Status.ACKNOWLEDGED,
}
_GRADES = {"critical": Priority.P1, "warning": Priority.P3}
# Sentry speaks of itself and of people's talk; none of it is a problem.
QUIET = frozenset({"installation", "comment", "seer", "preprod_artifact"})


def read(payload: Payload) -> Reading:
    """Read one webhook."""
    resource = payload.meta.get(RESOURCE, "")
    if resource in QUIET:
        return Reading()
    return read_object(payload.body, "sentry", lambda said: _notice(said, resource))


def _notice(said: JsonObject, resource: str) -> Notice | None:
    reader = _READERS.get(resource or _guess(said))
    if reader is None:
        why = f"{resource[:100]!r} is no resource of Sentry that is known"
        raise Wrong(code="unknown_resource", field="Sentry-Hook-Resource", why=why)
    return reader(said)


def _guess(said: JsonObject) -> str:
    """Tell the resource from the body, for one that was posted without its headers."""
    return next((name for key, name in _HOLDERS if key in inner(said, "data")), "")


def _event_alert(said: JsonObject) -> Notice:
    event = inner(said, "data", "event")
    return _of_event(said, event, required(event, "issue_id", "data.event.issue_id"))


def _error(said: JsonObject) -> Notice:
    error = inner(said, "data", "error")
    return _of_event(said, error, required(error, "issue_id", "data.error.issue_id"))


def _of_event(said: JsonObject, event: JsonObject, issue: str) -> Notice:
    tags = dict(_tags(event))
    level = text(event, "level") or tags.get("level", "")
    rule = text(inner(said, "data"), "triggered_rule")
    return Notice(
        key=_key(issue),
        status=Status.FIRING,
        title=text(event, "title") or rule or f"Sentry issue {issue}",
        priority=_LEVELS.get(level, Priority.P3),
        at=moment_of(event.get("datetime")) or moment_of(event.get("timestamp")),
        kind=text(inner(event, "metadata"), "type") or "sentry.event",
        description=first(event, "message", "culprit"),
        service=first(event, "project_slug", "project_name"),
        entities=(Entity(HOST, tags.get("server_name", "")),),
        tags=("sentry",),
        labels={
            "rule": rule,
            "level": level,
            "culprit": text(event, "culprit"),
            "project": text(event, "project"),
            "environment": text(event, "environment") or tags.get("environment", ""),
            "release": text(event, "release") or tags.get("release", ""),
            "platform": text(event, "platform"),
            "issue": issue,
        },
        links=(Weblink(text(event, "web_url"), "Sentry"),),
    )


def _issue(said: JsonObject) -> Notice | None:
    issue = inner(said, "data", "issue")
    id_ = required(issue, "id", "data.issue.id")
    status = _ACTIONS.get(required(said, "action"))
    if status is None:
        return None
    project = inner(issue, "project")
    details = inner(issue, "statusDetails")
    return Notice(
        key=_key(id_),
        status=status,
        title=text(issue, "title") or f"Sentry issue {id_}",
        priority=_LEVELS.get(text(issue, "level"), Priority.P3),
        at=moment_of(issue.get("lastSeen")),
        kind=text(inner(issue, "metadata"), "type") or "sentry.issue",
        description=text(issue, "culprit"),
        service=first(project, "slug", "name"),
        tags=("sentry",),
        labels={
            "issue": id_,
            "short_id": text(issue, "shortId"),
            "level": text(issue, "level"),
            "project": first(project, "slug", "name"),
            "platform": text(issue, "platform"),
            "times": text(issue, "count"),
            "resolved_in": text(details, "inRelease"),
        },
        links=(Weblink(first(issue, "web_url", "permalink"), "Sentry"),),
        by=first(inner(said, "actor"), "name", "id") if status is not Status.FIRING else "",
        note=text(said, "action") if status is Status.RESOLVED else "",
    )


def _metric_alert(said: JsonObject) -> Notice:
    data = inner(said, "data")
    alert = inner(data, "metric_alert")
    id_ = required(alert, "id", "data.metric_alert.id")
    action = required(said, "action")
    rule = inner(alert, "alert_rule")
    projects = [single_text(each) for each in listed(alert, "projects")]
    over = action == "resolved"
    return Notice(
        # One incident of a metric's rule, from the first threshold passed until it is resolved.
        key=f"sentry:metric:{id_}",
        status=Status.RESOLVED if over else Status.FIRING,
        title=first(data, "description_title") or text(alert, "title") or text(rule, "name"),
        priority=_GRADES.get(action, Priority.P3),
        at=moment_of(alert.get("date_closed" if over else "date_started")),
        kind=text(rule, "name") or "sentry.metric",
        description=text(data, "description_text"),
        service=projects[0] if len(projects) == 1 else "",
        tags=("sentry",),
        labels={
            "alert": id_,
            "rule": text(rule, "name"),
            "aggregate": text(rule, "aggregate"),
            "query": text(rule, "query"),
            "environment": text(rule, "environment"),
            "projects": ", ".join(projects),
        },
        links=(Weblink(text(data, "web_url"), "Sentry"),),
        by="Sentry" if over else "",
    )


def _key(issue: str) -> str:
    return f"sentry:issue:{issue}"


def _tags(event: JsonObject) -> Iterator[tuple[str, str]]:
    """Yield an event's tags, which are a list of pairs."""
    for each in listed(event, "tags"):
        match each:
            case [str() as name, str() as value]:
                yield name, value
            case _:
                pass


_READERS: Mapping[str, Callable[[JsonObject], Notice | None]] = {
    "event_alert": _event_alert,
    "error": _error,
    "issue": _issue,
    "metric_alert": _metric_alert,
}
_HOLDERS = (
    ("event", "event_alert"),
    ("metric_alert", "metric_alert"),
    ("issue", "issue"),
    ("error", "error"),
)
