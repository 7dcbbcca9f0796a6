"""The small words plans are written in, each read and checked in one place."""

from collections.abc import Iterator
from datetime import time, timedelta
from itertools import chain
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator

from fireline.core.assets.ref import AssetRef
from fireline.core.oncall.addresses import (
    MATRIX_USER,
    SLACK_USER,
    is_ntfy_topic,
    is_phone,
    is_reference,
)
from fireline.core.plan.lengths import length_from
from fireline.core.values.priority import Priority


class Words(BaseModel):
    """Part of a plan's file: nothing is guessed, and nothing unknown is passed over."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True
    )


def _length(value: object) -> timedelta:
    if not isinstance(value, str):
        msg = "write a length of time such as 30s, 5m, 1h30m or 3d"
        raise ValueError(msg)  # noqa: TRY004 - pydantic reports ValueError as a mistake of the text
    return length_from(value)


def _more_than_none(length: timedelta) -> timedelta:
    if not length:
        msg = "the length must be more than nothing"
        raise ValueError(msg)
    return length


def _zone(value: object) -> ZoneInfo:
    if value == "localtime":
        msg = "`localtime` is another zone on every machine: name one"
        raise ValueError(msg)
    try:
        # An absolute or odd path is no key; ZoneInfo says so with several kinds of error.
        return ZoneInfo(str(value))
    except (KeyError, OSError, ValueError):
        msg = f"there is no time zone {value!r}: write one such as Europe/Berlin or UTC"
        raise ValueError(msg) from None


def _priority(value: object) -> Priority:
    named = Priority.__members__.get(value) if isinstance(value, str) else None
    if named is None:
        msg = f"{value!r} is not a priority: write P1, P2, P3, P4 or P5"
        raise ValueError(msg)
    return named


def _asset(value: object) -> AssetRef:
    parts = value.split("/", 3) if isinstance(value, str) else []
    if len(parts) != 4 or not all(parts):
        msg = (
            f"{value!r} is not an asset: write kind/account/region/id, with `global` for no region"
        )
        raise ValueError(msg)
    kind, account, region, name = parts
    return AssetRef(kind, account, name, "" if region == "global" else region)


def _local(value: time) -> time:
    if value.tzinfo is not None:
        msg = "a time of day is in the schedule's zone: leave its own out"
        raise ValueError(msg)
    return value


def _text(value: str) -> str:
    if not value.strip():
        msg = "the text is empty"
        raise ValueError(msg)
    return value.strip()


def _https(value: str) -> str:
    if not value.startswith("https://") or len(value) <= len("https://"):
        msg = "a webhook is an https:// address"
        raise ValueError(msg)
    return value


def _phone(value: str) -> str:
    if not is_phone(value):
        msg = "a phone is written as +, country and number, such as +4915112345678"
        raise ValueError(msg)
    return value


def _reference(value: str) -> str:
    if not is_reference(value):
        msg = "a secret is named, not written: env:NAME, or file:/absolute/path"
        raise ValueError(msg)
    return value


def _https_or_reference(value: str) -> str:
    if not is_reference(value) and not (value.startswith("https://") and len(value) > 8):
        msg = "write the https:// address, or where it is kept: env:NAME or file:/absolute/path"
        raise ValueError(msg)
    return value


def _topic_or_reference(value: str) -> str:
    if not is_reference(value) and not is_ntfy_topic(value):
        msg = (
            "write the topic, such as https://ntfy.sh/dana-pager-7hq2,"
            " or where it is kept: env:NAME or file:/absolute/path"
        )
        raise ValueError(msg)
    return value


SLUG = r"^[a-z0-9][a-z0-9-]{0,63}$"

Slug = Annotated[str, Field(pattern=SLUG)]
Text = Annotated[str, Field(max_length=4_000), AfterValidator(_text)]
Line = Annotated[str, Field(max_length=200), AfterValidator(_text)]
Length = Annotated[timedelta, PlainValidator(_length), AfterValidator(_more_than_none)]
Delay = Annotated[timedelta, PlainValidator(_length)]
TimeOfDay = Annotated[time, AfterValidator(_local)]
Zone = Annotated[ZoneInfo, PlainValidator(_zone)]
PriorityWord = Annotated[Priority, PlainValidator(_priority)]
Asset = Annotated[AssetRef, PlainValidator(_asset)]
AwsAccount = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Https = Annotated[str, Field(max_length=2_000), AfterValidator(_https)]
Phone = Annotated[str, AfterValidator(_phone)]
SlackUser = Annotated[str, Field(pattern=SLACK_USER)]
MatrixUser = Annotated[str, Field(max_length=255, pattern=MATRIX_USER)]
SecretReference = Annotated[str, Field(max_length=500), AfterValidator(_reference)]
TopicOrReference = Annotated[str, Field(max_length=500), AfterValidator(_topic_or_reference)]
HttpsOrReference = Annotated[str, Field(max_length=2_000), AfterValidator(_https_or_reference)]


def fields_of(*models: type[BaseModel]) -> Iterator[str]:
    """Name every field some models know, as a file writes them."""
    for name, info in chain.from_iterable(model.model_fields.items() for model in models):
        yield info.alias or name
