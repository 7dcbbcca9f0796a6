"""Amazon Macie: sensitive data found in a bucket, and buckets opened to others.

Shape: https://docs.aws.amazon.com/macie/latest/user/findings-publish-event-schemas.html
"""

from collections.abc import Iterator

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.aws_names import Place, asset, credential
from fireline.core.signals.cloudtrail_assets import BUCKET, OBJECT
from fireline.core.signals.decoding import moment_of
from fireline.core.signals.entity import ADDRESS, PRINCIPAL, Entity
from fireline.core.signals.fields import inner, number, required, text
from fireline.core.signals.formats.aws_event import AwsEvent, about, service_in, tag_labels
from fireline.core.signals.notice import Notice, Status
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority

_SCORES = {1: Priority.P4, 2: Priority.P3, 3: Priority.P2}
_WORDS = {"low": Priority.P4, "medium": Priority.P3, "high": Priority.P2}


def read(event: AwsEvent) -> tuple[Notice, ...]:
    """Read one finding of Macie. Raises Wrong."""
    detail = event.detail
    key, type_ = required(detail, "id", "detail.id"), required(detail, "type", "detail.type")
    place = Place(
        text(detail, "accountId") or event.place.account,
        text(detail, "region") or event.place.region,
    )
    bucket = inner(detail, "resourcesAffected", "s3Bucket")
    assets = tuple(_assets(detail, place))
    tags = tag_labels(bucket, "tags")
    archived = detail.get("archived") is True
    return (
        Notice(
            key=key,
            status=Status.RESOLVED if archived else Status.FIRING,
            title=text(detail, "title") or type_,
            priority=_priority(inner(detail, "severity")),
            at=moment_of(detail.get("updatedAt")) or event.at,
            kind=type_,
            description=text(detail, "description"),
            service=service_in(tags),
            entities=(*_actors(detail), *about(assets, place)),
            assets=assets,
            tags=("macie", text(detail, "category").lower()),
            labels={
                "account": place.account,
                "region": place.region,
                "count": text(detail, "count"),
                "public": text(inner(bucket, "publicAccess"), "effectivePermission"),
                "sample": text(detail, "sample"),
                **tags,
            },
            by="Macie" if archived else "",
        ),
    )


def _priority(severity: JsonObject) -> Priority:
    score = number(severity, "score")
    known = _SCORES.get(int(score)) if score is not None else None
    return known or _WORDS.get(text(severity, "description").lower(), Priority.P3)


def _assets(detail: JsonObject, place: Place) -> Iterator[AssetRef]:
    bucket = text(inner(detail, "resourcesAffected", "s3Bucket"), "name")
    thing = text(inner(detail, "resourcesAffected", "s3Object"), "key")
    if bucket:
        yield asset(BUCKET, bucket, place)
    if bucket and thing:
        yield asset(OBJECT, f"{bucket}/{thing}", place)
    identity = inner(detail, "policyDetails", "actor", "userIdentity")
    for name in ("assumedRole", "federatedUser", "awsAccount"):
        if key := text(inner(identity, name), "accessKeyId"):
            yield credential(key, place.account)


def _actors(detail: JsonObject) -> Iterator[Entity]:
    actor = inner(detail, "policyDetails", "actor")
    identity = inner(actor, "userIdentity")
    for name in ("assumedRole", "iamUser", "federatedUser", "root"):
        yield Entity(PRINCIPAL, text(inner(identity, name), "arn"))
    yield Entity(ADDRESS, text(inner(actor, "ipAddressDetails"), "ipAddressV4"))
