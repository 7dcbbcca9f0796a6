"""What AWS writes for a thing, ARN or URL or bare id, as the inventory names it.

Calls, findings and configurations name the same resource in different ways. They meet on one
reference because all of them are read here, by the forms of the table.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from fireline.core.assets.aws.table import TABLE
from fireline.core.assets.kinds import ACCOUNT, REGION
from fireline.core.assets.ref import AssetRef
from fireline.core.assets.resource_type import ResourceType, Scope

MAX_ID_CHARACTERS = 2048

# Of services that belong to no region, also where the table does not have the kind.
_GLOBAL = ("aws.iam.", "aws.sts.", "aws.cloudfront.", "aws.route53.", "aws.organizations.")
_GLOBAL_KINDS = frozenset(
    {ACCOUNT, "aws.s3.object"} | {row.kind for row in TABLE.values() if row.scope is Scope.ACCOUNT}
)
_EC2_ID = r"[0-9a-fA-F]{8,17}"


@dataclass(frozen=True, slots=True)
class Place:
    """The account and region something is in, as far as is known."""

    account: str
    region: str


@dataclass(frozen=True, slots=True)
class Arn:
    """The parts of an ARN."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


def parse_arn(value: str) -> Arn | None:
    """Take an ARN apart; `None` for what is none."""
    parts = value[:MAX_ID_CHARACTERS].split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or not parts[5]:
        return None
    return Arn(*parts[1:])


def partition_of(region: str) -> str:
    """Name the partition a region is in."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def region_of(kind: str, region: str) -> str:
    """Return the region for a reference to a kind: empty for what belongs to none."""
    return "" if kind in _GLOBAL_KINDS or kind.startswith(_GLOBAL) else region


def identified(arn: Arn) -> tuple[str, str] | None:
    """Return the kind and the id of what an ARN names, if it is in the table."""
    named = f"{arn.service}:{arn.resource}"
    for kind, form in _arn_forms().get(arn.service, ()):
        if match := form.fullmatch(named):
            return kind, _group(match, _written(arn))
    return None


def identifier(row: ResourceType, text: str) -> str | None:
    """Return the id of what a text names as one of a type; `None` where it cannot be one.

    The text comes from outside; it may be an ARN, a URL, a name with a version or anything else.
    """
    if not text or len(text) > MAX_ID_CHARACTERS:
        return None
    arn_form, forms = _forms(row.kind)
    if arn_form is not None and (arn := parse_arn(text)) is not None:
        match = arn_form.fullmatch(f"{arn.service}:{arn.resource}")
        if match is not None:
            return _group(match, text)
    if not forms:
        return None if text.startswith("arn:") else text
    match = next((found for form in forms if (found := form.fullmatch(text))), None)
    return None if match is None else _group(match, text)


def referred(kind: str, text: str, place: Place) -> AssetRef | None:
    """Return the asset of a kind that a text names; `None` where it cannot name one.

    An account and a region that an ARN says go before those of the place. An empty text names the
    place itself.
    """
    if not text:
        return _place_itself(kind, place)
    row = TABLE.get(kind)
    found = text[:MAX_ID_CHARACTERS] if row is None else identifier(row, text)
    if found is None:
        return None
    arn = parse_arn(text)
    # `arn:aws:iam::aws:policy/…` is in no account, and is each one's to attach.
    account = arn.account if arn and re.fullmatch(r"\d{12}", arn.account) else place.account
    region = (arn.region if arn else "") or place.region
    return AssetRef(kind, account, found, region_of(kind, region))


def parts_of(row: ResourceType, identifier: str) -> Mapping[str, str]:
    """Take an id apart that two names make together: `part1` and `part2`; else nothing."""
    sign = next((sign for name in row.named_by if (sign := joined_by(name))), "")
    first, found, second = identifier.partition(sign) if sign else ("", "", "")
    return {"part1": first, "part2": second} if found else {}


def joined_by(name: str) -> str:
    """Return the sign that joins two parameters in a row's `named_by`; empty for a single one."""
    return next((sign for sign in "/:" if sign in name), "")


def _place_itself(kind: str, place: Place) -> AssetRef | None:
    if kind == ACCOUNT:
        return AssetRef(ACCOUNT, place.account, place.account)
    if kind == REGION and place.region:
        return AssetRef(REGION, place.account, place.region, place.region)
    return None


def _group(match: re.Match[str], whole: str) -> str:
    return next((group for group in match.groups() if group), whole)


def _written(arn: Arn) -> str:
    return f"arn:{arn.partition}:{arn.service}:{arn.region}:{arn.account}:{arn.resource}"


@cache
def _forms(kind: str) -> tuple[re.Pattern[str] | None, tuple[re.Pattern[str], ...]]:
    row = TABLE[kind]
    own = (f"{row.id_prefix}-{_EC2_ID}",) if row.id_prefix else ()
    arn_form = re.compile(row.arn_form) if row.arn_form else None
    return arn_form, tuple(re.compile(form) for form in (*own, *row.forms))


@cache
def _arn_forms() -> Mapping[str, tuple[tuple[str, re.Pattern[str]], ...]]:
    by_service: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {}
    for row in TABLE.values():
        for service in re.findall(r"(?:^|\|)([a-z0-9-]+):", row.arn_form):
            known = by_service.get(service, ())
            by_service[service] = (*known, (row.kind, re.compile(row.arn_form)))
    return by_service
