"""AWS Health: what is wrong, or will be done, with AWS itself.

Shape: https://docs.aws.amazon.com/health/latest/ug/cloudwatch-events-health.html
"""

from collections.abc import Iterator

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.aws_names import Place, ec2, named_by_arn
from fireline.core.signals.decoding import moment_of
from fireline.core.signals.fields import objects, required, text
from fireline.core.signals.formats.aws_event import AwsEvent, about
from fireline.core.signals.notice import Notice, Status
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority

_PRIORITIES = {
    "issue": Priority.P2,
    "investigation": Priority.P3,
    "scheduledChange": Priority.P4,
    "accountNotification": Priority.P4,
}


def read(event: AwsEvent) -> tuple[Notice, ...]:
    """Read one event of Health. Raises Wrong."""
    detail = event.detail
    key = required(detail, "eventArn", "detail.eventArn")
    category, code = text(detail, "eventTypeCategory"), text(detail, "eventTypeCode")
    place = Place(
        text(detail, "affectedAccount") or event.place.account,
        text(detail, "eventRegion") or event.place.region,
    )
    assets = tuple(_assets(detail, place))
    state = text(detail, "statusCode")
    over = state.lower() == "closed"
    described = _description(detail)
    return (
        Notice(
            # One event of Health may concern several accounts of an organisation.
            key=f"{key}:{place.account}" if text(detail, "affectedAccount") else key,
            status=Status.RESOLVED if over else Status.FIRING,
            title=_title(text(detail, "service"), code),
            priority=_PRIORITIES.get(category, Priority.P3),
            at=moment_of(detail.get("startTime")) or event.at,
            kind=code or "health",
            description=described,
            entities=about(assets, place),
            assets=assets,
            tags=("health", category),
            labels={
                "account": place.account,
                "region": place.region,
                "aws_service": text(detail, "service"),
                "category": category,
                "status": state,
                "starts": text(detail, "startTime"),
                "ends": text(detail, "endTime"),
            },
            by="AWS" if over else "",
        ),
    )


def _title(service: str, code: str) -> str:
    """Say AWS_EC2_OPERATIONAL_ISSUE as people do: EC2: operational issue."""
    words = code.removeprefix("AWS_").removeprefix(f"{service.upper()}_").replace("_", " ").lower()
    return f"{service or 'AWS'}: {words or 'health event'}"


def _description(detail: JsonObject) -> str:
    said = objects(detail, "eventDescription")
    english = [each for each in said if text(each, "language").startswith("en")]
    return next((text(each, "latestDescription") for each in (*english, *said)), "")


def _assets(detail: JsonObject, place: Place) -> Iterator[AssetRef]:
    for each in objects(detail, "affectedEntities"):
        value = text(each, "entityValue")
        named = named_by_arn(value, place) or ec2(value, place)
        if named is not None:
            yield named
        elif value:
            service = text(detail, "service").lower() or "resource"
            yield AssetRef(f"aws.{service}", place.account, value, place.region)
