"""What every AWS finding has in common, whichever service says it and however it travels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.aws_names import Place, entity_of
from fireline.core.signals.bounds import MAX_TAGS
from fireline.core.signals.decoding import moment_of
from fireline.core.signals.entity import ACCOUNT, REGION, Entity
from fireline.core.signals.fields import inner, listed, objects, single_text, text
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority

_SERVICE_TAGS = ("service", "app", "application")
# Inspector's, ECR's and Security Hub's words.
SEVERITIES: Mapping[str, Priority] = {
    "CRITICAL": Priority.P1,
    "HIGH": Priority.P2,
    "MEDIUM": Priority.P3,
    "LOW": Priority.P4,
    "INFORMATIONAL": Priority.P5,
}


@dataclass(frozen=True, slots=True)
class AwsEvent:
    """An EventBridge event.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
    """

    source: str
    detail_type: str
    id: str
    place: Place
    at: datetime | None
    resources: tuple[str, ...]
    detail: JsonObject


def event_of(said: JsonObject) -> AwsEvent:
    """Read the envelope; what is missing of it is empty."""
    return AwsEvent(
        source=text(said, "source"),
        detail_type=text(said, "detail-type"),
        id=text(said, "id"),
        place=Place(text(said, "account"), text(said, "region")),
        at=moment_of(said.get("time")),
        resources=tuple(
            found for each in listed(said, "resources") if (found := single_text(each))
        ),
        detail=inner(said, "detail"),
    )


def where(place: Place) -> tuple[Entity, ...]:
    """Return the account and region as entities."""
    return (Entity(ACCOUNT, place.account), Entity(REGION, place.region))


def about(assets: Iterable[AssetRef], place: Place) -> tuple[Entity, ...]:
    """Return what others may share of some assets, and where they are."""
    return (*(each for asset in assets for each in entity_of(asset)), *where(place))


def tag_labels(holder: JsonObject, name: str) -> dict[str, str]:
    """Read tags as AWS writes them: an object, or a list of keys and values in either spelling."""
    pairs = [
        (text(each, "key") or text(each, "Key"), text(each, "value") or text(each, "Value"))
        for each in objects(holder, name)
    ]
    pairs += [(key, single_text(value)) for key, value in inner(holder, name).items()]
    return {f"tag.{key}": value for key, value in pairs[:MAX_TAGS] if key}


def service_in(tags: Mapping[str, str]) -> str:
    """Return the service that tags name, empty when none does."""
    named = {name.lower(): value for name, value in tags.items()}
    return next((named[f"tag.{word}"] for word in _SERVICE_TAGS if named.get(f"tag.{word}")), "")
