"""Grafana's webhooks: those of its alerting, those before it (Grafana 8 and older), and templates.

Docs: https://grafana.com/docs/grafana/latest/alerting/, "Configure webhook notifications". The
group is Alertmanager's with members of its own; a template of the operator's may be anything.
"""

from collections.abc import Iterable, Iterator, Mapping

from fireline.core.signals.decoding import decoded, key_of, list_of, object_of, text_of
from fireline.core.signals.formats import alertmanager_webhook, generic
from fireline.core.signals.formats.alertmanager_webhook import texts_of
from fireline.core.signals.labels import entities_of, priority_of, service_of, team_of
from fireline.core.signals.notice import MAX_DESCRIPTION, MAX_TITLE, Notice, Status, Weblink
from fireline.core.signals.payload import Payload, Reading, Unread

_LINKS = {
    "dashboardURL": "Dashboard",
    "panelURL": "Panel",
    "imageURL": "Image",
    "silenceURL": "Silence it in Grafana",
}
# The states of old alerts. Grafana says `ok` when one is over, and `paused` when it is not watched.
_STATES = {"ok": Status.RESOLVED, "paused": Status.RESOLVED, "pending": None}
_MAX_URL = 4_000


def read(payload: Payload) -> Reading:
    """Read whichever of the three it is."""
    try:
        post = decoded(payload.body)
    except ValueError as error:
        return Reading(unread=(Unread("grafana.unreadable", "", str(error)),))
    said = object_of(post)
    if not said:
        return Reading(unread=(Unread("grafana.nothing", "", "There is nothing in it."),))
    if isinstance(said.get("alerts"), list) and list_of(said["alerts"]):
        return alertmanager_webhook.group(said, _more)
    if "ruleName" in said or "evalMatches" in said:
        return _of_old(said)
    # A template of somebody's own: whatever it is, somebody wanted it read.
    return generic.read(payload)


def _more(member: Mapping[str, object]) -> tuple[Iterable[Weblink], str]:
    """Give the links of an alert, and the values it was judged by."""
    values = text_of(member.get("valueString"), 2_000) or ", ".join(
        f"{name} = {value}" for name, value in texts_of(member.get("values")).items()
    )
    return tuple(_links(member)), f"Values: {values}" if values else ""


def _links(member: Mapping[str, object]) -> Iterator[Weblink]:
    for name, text in _LINKS.items():
        href = text_of(member.get(name), _MAX_URL)
        if href.startswith(("http://", "https://")):
            yield Weblink(href, text)


def _of_old(said: Mapping[str, object]) -> Reading:
    """Read an alert of Grafana 8 or older: a rule, its state, and the series that matched."""
    status = _STATES.get(text_of(said.get("state"), 32).lower(), Status.FIRING)
    if status is None:
        return Reading()
    series = [object_of(match) for match in list_of(said.get("evalMatches"))]
    labels = texts_of(said.get("tags"))
    for match in series:
        labels = {**texts_of(match.get("tags")), **labels}
    matched = "\n".join(
        f"{text_of(match.get('metric'), 500)} = {text_of(match.get('value'), 100)}"
        for match in series
    )
    name = text_of(said.get("ruleName"), MAX_TITLE)
    rule = key_of(said.get("ruleId")) or name
    text = text_of(said.get("message"), MAX_DESCRIPTION)
    notice = Notice(
        key=key_of(f"{text_of(said.get('orgId'), 20)}/{rule}"),
        status=status,
        title=name or text_of(said.get("title"), MAX_TITLE),
        priority=priority_of(labels),
        kind=name,
        description=f"{text}\n\n{matched}".strip()[:MAX_DESCRIPTION],
        service=service_of(labels),
        team=team_of(labels),
        entities=entities_of(labels),
        labels=labels,
        links=tuple(
            Weblink(href, text)
            for member, text in (("ruleUrl", "Rule"), ("imageUrl", "Image"))
            if (href := text_of(said.get(member), _MAX_URL)).startswith(("http://", "https://"))
        ),
    )
    return Reading((notice,))
