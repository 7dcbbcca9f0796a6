"""What Alertmanager posts to a webhook, format 4, and Grafana after it: a group of alerts.

A group mixes alerts that fire and alerts that are over, so each alert's own status counts. See
https://prometheus.io/docs/alerting/latest/configuration/#webhook_config.
"""

from collections.abc import Callable, Iterable, Mapping

from fireline.core.signals.bounds import MAX_SAID
from fireline.core.signals.decoding import (
    decoded,
    is_object,
    key_of,
    list_of,
    moment_of,
    object_of,
    text_of,
)
from fireline.core.signals.formats.prometheus import Episode, PrometheusAlert, notice_of
from fireline.core.signals.notice import Notice, Status, Weblink
from fireline.core.signals.payload import Payload, Reading, Unread

TRUNCATED = "truncated_alerts"
_MAX_VALUE = 25_000
# What else of one alert people can follow or read: links, and text to add.
More = Callable[[Mapping[str, object]], tuple[Iterable[Weblink], str]]


def read(payload: Payload) -> Reading:
    """Read a webhook of Alertmanager's."""
    try:
        post = decoded(payload.body)
    except ValueError as error:
        return Reading(unread=(Unread("alertmanager.unreadable", "", str(error)),))
    if not isinstance(object_of(post).get("alerts"), list):
        why = "There is no list of alerts in it."
        return Reading(unread=(Unread("alertmanager.no_alerts", "alerts", why),))
    return group(object_of(post), nothing_more)


def group(post: Mapping[str, object], more: More) -> Reading:
    """Read a group of alerts. What is no alert is set apart; its neighbours are not."""
    said: list[Notice] = []
    unread: list[Unread] = []
    members = list_of(post.get("alerts"))
    if len(members) > MAX_SAID:
        why = f"A group holds at most {MAX_SAID} alerts; this one has {len(members)}."
        unread.append(Unread("alertmanager.too_many", "alerts", why, MAX_SAID))
    for position, member in enumerate(members[:MAX_SAID]):
        if is_object(member):
            said.append(_member(object_of(member), post, more))
        else:
            field, why = f"alerts[{position}]", "An alert is an object."
            unread.append(Unread("alertmanager.not_an_alert", field, why, position))
    return Reading(tuple(said), tuple(unread))


def nothing_more(_: Mapping[str, object]) -> tuple[Iterable[Weblink], str]:
    """Add nothing to an alert."""
    return (), ""


def texts_of(value: object) -> dict[str, str]:
    """Return an object's members as texts, without the empty ones."""
    return {
        name: text
        for name, member in object_of(value).items()
        if (text := text_of(member, _MAX_VALUE))
    }


def _member(member: Mapping[str, object], post: Mapping[str, object], more: More) -> Notice:
    labels = texts_of(member.get("labels")) or texts_of(post.get("commonLabels"))
    words = texts_of(member.get("annotations")) or texts_of(post.get("commonAnnotations"))
    links, text = more(member)
    cut = post.get("truncatedAlerts")
    if isinstance(cut, int) and cut > 0:
        labels |= {TRUNCATED: str(cut)}
        text = f"{text}\n{cut} more alerts of this group were left out by the sender.".strip()
    group_key = key_of(post.get("groupKey"))
    # A group without labels at all still has a name: nothing that fires is without a key.
    key = key_of(member.get("fingerprint")) or ("" if labels else group_key)
    return notice_of(
        PrometheusAlert(labels, words, text_of(member.get("generatorURL"), _MAX_VALUE)),
        _episode(member, post),
        key=key,
        group=group_key,
        links=links,
        more=text,
    )


def _episode(member: Mapping[str, object], post: Mapping[str, object]) -> Episode:
    status = str(member.get("status") or post.get("status") or "").lower()
    if status == "resolved":
        return Episode(Status.RESOLVED, moment_of(member.get("endsAt")))
    # Anything else fires: better told once too often than not at all.
    return Episode(Status.FIRING, moment_of(member.get("startsAt")))
