"""Amazon Inspector: vulnerabilities, exposed ports, weak code; and ECR's own image scans.

Shape: https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html and
https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
"""

from collections.abc import Iterator

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.aws_names import Place, asset, named_by_arn
from fireline.core.signals.decoding import moment_of
from fireline.core.signals.fields import inner, number, objects, required, text
from fireline.core.signals.formats.aws_event import (
    SEVERITIES,
    AwsEvent,
    about,
    service_in,
    tag_labels,
)
from fireline.core.signals.notice import Notice, Status, Weblink
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority

_KINDS = {
    "AWS_EC2_INSTANCE": "aws.ec2.instance",
    "AWS_ECR_REPOSITORY": "aws.ecr.repository",
    "AWS_ECR_CONTAINER_IMAGE": "aws.ecr.image",
    "AWS_LAMBDA_FUNCTION": "aws.lambda.function",
}
_GRAVE = ("CRITICAL", "HIGH")


def read(event: AwsEvent) -> tuple[Notice, ...]:
    """Read one finding of Inspector. Raises Wrong."""
    detail = event.detail
    key = required(detail, "findingArn", "detail.findingArn")
    place = Place(text(detail, "awsAccountId") or event.place.account, event.place.region)
    assets = tuple(_assets(detail, place))
    status, severity = text(detail, "status"), text(detail, "severity")
    weakness = inner(detail, "packageVulnerabilityDetails")
    tags: dict[str, str] = {}
    for resource in objects(detail, "resources"):
        tags |= tag_labels(resource, "tags")
    over = status in ("CLOSED", "SUPPRESSED")
    return (
        Notice(
            key=key,
            status=Status.RESOLVED if over else Status.FIRING,
            title=text(detail, "title") or text(detail, "type") or key,
            priority=SEVERITIES.get(severity, Priority.P4),
            at=moment_of(detail.get("lastObservedAt")) or event.at,
            kind=f"inspector.{text(detail, 'type') or 'finding'}",
            description=text(detail, "description").strip(),
            service=service_in(tags),
            entities=about(assets, place),
            assets=assets,
            tags=("inspector",),
            labels={
                "account": place.account,
                "region": place.region,
                "severity": severity,
                "vulnerability": text(weakness, "vulnerabilityId"),
                "score": text(detail, "inspectorScore"),
                "exploit": text(detail, "exploitAvailable"),
                "fix": text(detail, "fixAvailable"),
                "status": status,
                **tags,
            },
            links=(Weblink(text(weakness, "sourceUrl"), text(weakness, "vulnerabilityId")),),
            by="Inspector" if over else "",
            note=status if over else "",
        ),
    )


def read_scan(event: AwsEvent) -> tuple[Notice, ...]:
    """Read ECR's report of one scanned image: grave findings fire, none of them resolves."""
    detail = event.detail
    repository = required(detail, "repository-name", "detail.repository-name")
    digest, place = text(detail, "image-digest"), event.place
    counts = inner(detail, "finding-severity-counts")
    found = {name: int(number(counts, name) or 0) for name in SEVERITIES}
    worst = next((name for name in _GRAVE if found[name] > 0), None)
    failed = text(detail, "scan-status") == "FAILED"
    image = asset("aws.ecr.image", f"{repository}@{digest}" if digest else repository, place)
    named = (asset("aws.ecr.repository", repository, place), image)
    told = ", ".join(f"{found[name]} {name.lower()}" for name in _GRAVE)
    title = f"{repository}: {told} vulnerabilities in an image"
    return (
        Notice(
            key=f"ecr-scan:{place.account}:{place.region}:{repository}:{digest}",
            status=Status.FIRING if worst or failed else Status.RESOLVED,
            title=f"{repository}: an image could not be scanned" if failed else title,
            priority=SEVERITIES[worst] if worst else Priority.P4,
            at=event.at,
            kind="ecr.image_scan",
            entities=about(named, place),
            assets=named,
            tags=("ecr",),
            labels={
                "account": place.account,
                "region": place.region,
                "repository": repository,
                "digest": digest,
                **{name.lower(): str(count) for name, count in found.items()},
            },
            by="" if worst or failed else "ECR",
        ),
    )


def _assets(detail: JsonObject, place: Place) -> Iterator[AssetRef]:
    for resource in objects(detail, "resources"):
        id_, type_ = text(resource, "id"), text(resource, "type")
        where = Place(place.account, text(resource, "region") or place.region)
        named = named_by_arn(id_, where)
        if named is not None:
            yield named
        elif id_:
            yield asset(_KINDS.get(type_, f"aws.{type_.lower()}"), id_, where)
