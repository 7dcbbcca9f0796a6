"""Kubernetes: one audit event in, one event or the reason why not.

Shape: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/#audit-k8s-io-v1-Event.
The record goes along untouched, as CloudTrail's does, since rules are matched against it. A request
is told of in up to three stages; its answer is what counts, so what was merely received has an id
of its own, and an answer that began and ended is one event. What it is about is named as the
inventory names it. An event does not say of which cluster it is: who hands it over must.
"""

from collections.abc import Mapping
from datetime import datetime

from fireline.core.assets.kubernetes import TABLE, kind_of
from fireline.core.assets.ref import AssetRef
from fireline.core.signals.cloudtrail import storable
from fireline.core.signals.decoding import moment_of
from fireline.core.signals.event import Event, Outcome, Rejected, Who
from fireline.core.signals.fields import first, inner, listed, number, single_text, text
from fireline.core.signals.tidying import clean
from fireline.core.values.json import JsonObject

MAX_WORD = 256
MAX_TEXT = 4096
_READING = frozenset({"get", "list", "watch", "head", "options"})
_REFUSED = frozenset({401, 403})
_FAILED_FROM = 400
_RECEIVED = "RequestReceived"


def is_audit_event(record: Mapping[str, object]) -> bool:
    """Say whether a record is one of the API server's."""
    return "auditID" in record and "verb" in record


def normalise(record: JsonObject, cluster: str = "") -> Event | Rejected:
    """Turn one audit event of a cluster into an event; never raises, whatever the record is."""
    id_, verb = text(record, "auditID"), text(record, "verb")
    if not id_ or len(id_) > MAX_WORD:
        return Rejected("kubernetes.no_audit_id", "the event has no auditID")
    if not verb or len(verb) > MAX_WORD:
        return Rejected("kubernetes.no_verb", "the event has no verb")
    at = _moment(record)
    if at is None:
        why = "the event has neither requestReceivedTimestamp nor stageTimestamp"
        return Rejected("kubernetes.no_timestamp", why)
    return _event(storable(record), clean(cluster, MAX_WORD), verb, at)


def _event(record: JsonObject, cluster: str, verb: str, at: datetime) -> Event:
    id_, what = text(record, "auditID"), inner(record, "objectRef")
    resource = clean(text(what, "resource") or "url", MAX_WORD)
    subresource = clean(text(what, "subresource"), MAX_WORD)
    status = int(number(inner(record, "responseStatus"), "code") or 0)
    received = text(record, "stage") == _RECEIVED
    return Event(
        external_id=f"{id_}/{_RECEIVED}" if received else id_,
        kind=".".join(each for each in ("kubernetes", verb, resource, subresource) if each),
        time=at,
        account=cluster,
        region="",
        who=_who(record),
        assets=_assets(record, cluster),
        outcome=_outcome(status),
        error_code=str(status) if status >= _FAILED_FROM else "",
        read_only=verb in _READING,
        record=record,
    )


def _moment(record: JsonObject) -> datetime | None:
    names = ("requestReceivedTimestamp", "stageTimestamp", "timestamp")
    return next((found for name in names if (found := moment_of(record.get(name)))), None)


def _who(record: JsonObject) -> Who:
    user = inner(record, "user")
    acting = inner(record, "impersonatedUser") or user
    name = clean(text(acting, "username"), MAX_TEXT)
    address = next(iter(listed(record, "sourceIPs")), None)
    return Who(
        kind="ServiceAccount" if name.startswith("system:serviceaccount:") else "User",
        name=name,
        # The name is what identifies somebody in a cluster; there is no longer one.
        arn=name,
        account="",
        access_key="",
        address=clean(single_text(address), MAX_WORD),
        user_agent=clean(text(record, "userAgent"), MAX_TEXT),
    )


def _assets(record: JsonObject, cluster: str) -> tuple[AssetRef, ...]:
    what = inner(record, "objectRef")
    # A name that the server made up is in its answer alone, where the audit policy keeps answers.
    made_up = text(inner(inner(record, "responseObject"), "metadata"), "name")
    resource, name = text(what, "resource"), text(what, "name") or made_up
    if not resource or not name:
        return ()
    kind = clean(kind_of(resource), MAX_WORD)
    row = TABLE.get(kind)
    space = first(what, "namespace") if row is None or row.namespaced else ""
    return (AssetRef(kind, cluster, clean(f"{space}/{name}" if space else name)),)


def _outcome(status: int) -> Outcome:
    if status in _REFUSED:
        return Outcome.REFUSED
    return Outcome.FAILED if status >= _FAILED_FROM else Outcome.SUCCEEDED
