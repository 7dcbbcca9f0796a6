"""What a body nobody mapped most likely means: the usual names of fields, and the usual words.

A guess never costs a page: what looks like nothing known is firing, and moderate.
"""

from collections.abc import Iterator, Mapping, Sequence

from fireline.core.signals.bounds import is_page
from fireline.core.signals.entity import (
    ACCOUNT,
    ADDRESS,
    ASSET,
    HOST,
    POD,
    PRINCIPAL,
    REGION,
    Entity,
)
from fireline.core.signals.fields import single_text
from fireline.core.signals.notice import Status, Weblink
from fireline.core.signals.severities import SEVERITIES
from fireline.core.signals.tidying import labels_of
from fireline.core.values.json import JsonObject, JsonValue
from fireline.core.values.priority import Priority


def _words(*lines: str) -> list[str]:
    return " ".join(lines).split()


_RESOLVED = frozenset(
    _words(
        "resolved resolve ok okay closed close recovered recovery up success successful succeeded",
        "normal healthy cleared clear fixed inactive green passed 0",
    )
)
_ACKNOWLEDGED = frozenset(_words("acknowledged acknowledge acked ack"))
# A bare number is a priority here, where nothing says whose scale it is on.
_BY_WORD = {**SEVERITIES, **{str(each.value): each for each in Priority}}

KEYS = (
    "dedup_key",
    "dedupkey",
    "alias",
    "fingerprint",
    "incident_key",
    "alert_id",
    "alertid",
    "incident_id",
    "key",
    "uid",
    "uuid",
    "id",
)
TITLES = (
    "title",
    "summary",
    "subject",
    "headline",
    "alertname",
    "alert_name",
    "name",
    "message",
    "text",
    "event",
    "reason",
    "description",
    "msg",
    "error",
)
STATUSES = ("status", "state", "alert_status", "alert_state", "event_action", "transition")
PRIORITIES = ("priority", "severity", "level", "urgency", "sev", "criticality")
SERVICES = ("service", "service_name", "servicename", "application", "app", "component", "project")
DESCRIPTIONS = ("description", "details", "detail", "message", "body", "text", "msg", "reason")
TIMES = ("at", "time", "timestamp", "occurred_at", "started_at", "starts_at", "startsat", "date")
LINKS = ("url", "link", "href", "html_url", "web_url", "dashboard_url", "permalink", "runbook_url")
_ENTITIES = {
    HOST: ("host", "hostname", "instance", "server", "node", "machine"),
    ADDRESS: ("ip", "address", "source_ip", "src_ip", "ip_address", "client_ip"),
    POD: ("pod", "pod_name"),
    ACCOUNT: ("account", "account_id", "aws_account"),
    REGION: ("region",),
    PRINCIPAL: ("user", "username", "principal", "actor"),
    ASSET: ("arn", "resource", "resource_arn", "asset"),
}
_SHOWN_ELSEWHERE = frozenset({"key", "title", "description", "details", "message", "text", "body"})
_LONGEST_ENTITY = 512


def status_of(value: JsonValue) -> Status:
    """Read a status in anybody's words. What is not known to be over is firing."""
    word = word_of(value)
    if word in _RESOLVED:
        return Status.RESOLVED
    return Status.ACKNOWLEDGED if word in _ACKNOWLEDGED else Status.FIRING


def priority_of(value: JsonValue) -> Priority | None:
    """Read a priority or a severity; `None` when it is none that is known."""
    return _BY_WORD.get(word_of(value))


def word_of(value: JsonValue) -> str:
    """Return a value as one small word, to look it up by."""
    return str(value).strip().lower() if isinstance(value, str | int | float | bool) else ""


def lowered(item: JsonObject) -> JsonObject:
    """Return the fields under small names, so that they are found however they are written."""
    low = {name.casefold().replace("-", "_"): value for name, value in item.items()}
    return {**low, **{name: value for name, value in item.items() if name in low}}


def first_of(item: JsonObject, names: Sequence[str]) -> JsonValue:
    """Return the first of some fields, by their small names, that is there and not empty."""
    for name in names:
        if (found := item.get(name)) not in (None, "", [], {}):
            return found
    return None


def text_in(item: JsonObject, names: Sequence[str]) -> str:
    """Return the first of some fields that holds a text or a number."""
    for name in names:
        if found := single_text(first_of(item, (name,))).strip():
            return found
    return ""


def guess_status(item: JsonObject) -> Status:
    """Guess a status: by its usual names, or by a plain `resolved: true`."""
    if item.get("resolved") is True:
        return Status.RESOLVED
    return status_of(first_of(item, STATUSES))


def guess_key(item: JsonObject) -> str:
    """Guess what a source calls the problem: its id, else the title and what it is about."""
    if found := text_in(item, KEYS):
        return found
    title = text_in(item, TITLES)
    about = (text_in(item, SERVICES), text_in(item, _ENTITIES[HOST]))
    return " | ".join(part for part in (title, *about) if part) if title else ""


def guess_entities(item: JsonObject) -> tuple[Entity, ...]:
    """Guess what it happened on, and who did it."""
    found = ((kind, text_in(item, names)) for kind, names in _ENTITIES.items())
    return tuple(Entity(kind, value[:_LONGEST_ENTITY]) for kind, value in found if value)


def guess_links(item: JsonObject) -> tuple[Weblink, ...]:
    """Guess where a person can read more."""
    return tuple(Weblink(href, name) for name, href in _addresses(item))


def guess_labels(item: JsonObject) -> Mapping[str, str]:
    """Return what stands beside title and description, and what is in `labels`, as text."""
    inner = first_of(item, ("labels", "attributes"))
    both = [*item.items(), *(inner.items() if isinstance(inner, Mapping) else ())]
    single = [(name, value) for name, value in both if name not in _SHOWN_ELSEWHERE]
    return labels_of((name, single_text(value)) for name, value in single)


def guess_tags(item: JsonObject) -> tuple[str, ...]:
    """Return the tags, as a list or separated by commas."""
    found = first_of(item, ("tags",))
    if isinstance(found, str):
        return tuple(tag.strip() for tag in found.split(",") if tag.strip())
    if isinstance(found, Sequence):
        return tuple(text for each in found if (text := single_text(each)))
    return ()


def _addresses(item: JsonObject) -> Iterator[tuple[str, str]]:
    for name in LINKS:
        href = single_text(first_of(item, (name,)))
        if is_page(href):
            yield name, href
