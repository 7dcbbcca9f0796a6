"""A signal in one shape, whatever source it came from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fireline.core.assets.ref import AssetRef
from fireline.core.values.json import JsonObject


class Outcome(StrEnum):
    """What became of what the actor tried."""

    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Who:
    """The identity that acted, as the source names it. Every text here is attacker-written."""

    kind: str
    name: str
    arn: str
    account: str
    access_key: str
    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    `kind` is the source's own name for it in one form: `iam.CreateAccessKey`. `external_id` is the
    source's identifier, by which the same thing told twice is known (CloudTrail's `eventID`).
    `record` is the source's record, untouched: rules are matched against it.
    """

    external_id: str
    kind: str
    time: datetime
    account: str
    region: str
    who: Who
    assets: tuple[AssetRef, ...]
    outcome: Outcome
    error_code: str
    read_only: bool
    record: JsonObject


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why a raw signal cannot become an event. It is quarantined with this reason, never dropped.

    `code` never changes (`cloudtrail.no_event_id`); `why` is for a person.
    """

    code: str
    why: str
