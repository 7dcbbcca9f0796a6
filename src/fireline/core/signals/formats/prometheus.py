"""An alert as Prometheus, Alertmanager and Grafana have it: labels name it, annotations tell of it.

What they post differs in the wrapping alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from fireline.core.signals.decoding import text_of
from fireline.core.signals.labels import entities_of, priority_of, service_of, team_of
from fireline.core.signals.notice import (
    MAX_DESCRIPTION,
    MAX_LABELS,
    MAX_TITLE,
    Notice,
    Status,
    Weblink,
)
from fireline.core.signals.tidying import clean

GENERATOR = "Where it comes from"  # the text of the link to the expression that fires
# An annotation that has no place of its own in a notice is kept as a label under this name. No
# label of Prometheus' has a colon in it.
ANNOTATION = "annotation:"
_MAX_VALUE = 4_000
_MAX_URL = 4_000
_PRIME, _OFFSET, _ALL = 0x100000001B3, 0xCBF29CE484222325, 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class PrometheusAlert:
    """One alert's words, whoever posted them."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    generator: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """Where an alert stands: firing or over, since when, until when unless it is said again."""

    status: Status
    at: datetime | None
    ends_at: datetime | None = None


def fingerprint(labels: Mapping[str, str]) -> str:
    """Return what Alertmanager calls an alert: FNV-1a, 64 bits, of its labels in order."""
    return _hashed(tuple(sorted(labels.items())))


def notice_of(
    alert: PrometheusAlert,
    episode: Episode,
    *,
    key: str = "",
    group: str = "",
    links: Iterable[Weblink] = (),
    more: str = "",
) -> Notice:
    """Return what an alert says. `more` is added to its description."""
    labels, words = alert.labels, alert.annotations
    description = _description(words)
    return Notice(
        key=key or fingerprint(labels),
        status=episode.status,
        title=_title(alert),
        priority=priority_of(labels),
        at=episode.at,
        kind=text_of(labels.get("alertname"), MAX_TITLE),
        description=f"{description}\n\n{more}".strip() if more else description,
        service=text_of(service_of(labels), MAX_TITLE),
        team=text_of(team_of(labels), MAX_TITLE),
        runbook=text_of(_runbook(words), _MAX_URL),
        group=group,
        entities=entities_of(labels),
        labels=_kept(labels, words),
        links=(*_links(alert), *links),
        ends_at=episode.ends_at,
    )


def labels_in(kept: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of an alert from what a notice kept."""
    return {name: value for name, value in kept.items() if not name.startswith(ANNOTATION)}


def annotations_in(kept: Mapping[str, str], *, title: str, description: str) -> dict[str, str]:
    """Return the annotations of an alert from what a notice kept: what `notice_of` did, undone."""
    words = {
        name.removeprefix(ANNOTATION): value
        for name, value in kept.items()
        if name.startswith(ANNOTATION)
    }
    alert = PrometheusAlert(labels_in(kept), words)
    if title != _title(alert):
        words["summary"] = title
    if description != _description(words):
        words["description"] = description
    return dict(sorted(words.items()))


def _title(alert: PrometheusAlert) -> str:
    words, labels = alert.annotations, alert.labels
    told = words.get("summary") or words.get("title") or words.get("message")
    named = labels.get("alertname") or ", ".join(f"{k}={v}" for k, v in sorted(labels.items()))
    return text_of(told, MAX_TITLE) or text_of(named, MAX_TITLE) or "An alert without a name"


def _description(words: Mapping[str, str]) -> str:
    return text_of(words.get("description") or words.get("message"), MAX_DESCRIPTION)


def _runbook(words: Mapping[str, str]) -> str:
    return words.get("runbook_url") or words.get("runbook") or ""


def _links(alert: PrometheusAlert) -> Iterable[Weblink]:
    if alert.generator:
        yield Weblink(text_of(alert.generator, _MAX_URL), GENERATOR)
    for name, value in alert.annotations.items():
        if name != "runbook_url" and value.startswith(("http://", "https://")):
            yield Weblink(text_of(value, _MAX_URL), name)


def _kept(labels: Mapping[str, str], words: Mapping[str, str]) -> dict[str, str]:
    """Keep labels as they are, and the annotations a notice has no other place for."""
    # Not stripped: a label's spaces are part of its name.
    kept = {clean(name, _MAX_VALUE): clean(value, _MAX_VALUE) for name, value in labels.items()}
    kept |= {
        ANNOTATION + clean(name, _MAX_VALUE): clean(value, _MAX_VALUE)
        for name, value in words.items()
        if name not in {"summary", "description"} and value
    }
    return dict(list(kept.items())[:MAX_LABELS]) if len(kept) > MAX_LABELS else kept


# The same alert is said every minute, and to hash it is what takes longest in reading it.
@lru_cache(maxsize=16_384)
def _hashed(pairs: tuple[tuple[str, str], ...]) -> str:
    found = _OFFSET
    for byte in b"".join(b"%b\xff%b\xff" % (k.encode(), v.encode()) for k, v in pairs):
        found = ((found ^ byte) * _PRIME) & _ALL
    return f"{found:016x}"
