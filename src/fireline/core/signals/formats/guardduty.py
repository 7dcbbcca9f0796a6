"""GuardDuty findings, as EventBridge carries them and as the API spells them.

Shape: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html and
https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Finding.html. Events write `accountId`
where the API writes `AccountId`; both are read. GuardDuty tells a finding again when it sees more
of it, under the same id: that is the same problem.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import cast

from fireline.core.assets.kinds import ROLE, USER
from fireline.core.assets.ref import AssetRef
from fireline.core.signals.aws_names import (
    INSTANCE,
    Place,
    asset,
    credential,
    entity_of,
    named_by_arn,
)
from fireline.core.signals.cloudtrail_assets import BUCKET
from fireline.core.signals.decoding import moment_of
from fireline.core.signals.entity import ADDRESS, HOST, POD, PRINCIPAL, Entity
from fireline.core.signals.fields import Wrong, inner, number, objects, single_text
from fireline.core.signals.formats.aws_event import AwsEvent, service_in, tag_labels, where
from fireline.core.signals.notice import Notice, Status, Weblink
from fireline.core.values.json import JsonObject, JsonValue
from fireline.core.values.priority import Priority

# https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html
_FROM = ((9.0, Priority.P1), (7.0, Priority.P2), (4.0, Priority.P3), (0.0, Priority.P4))
# What a type begins with says what the intruder is after, mostly in ATT&CK's words.
# https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-format.html
TACTICS: Mapping[str, tuple[str, ...]] = {
    "Backdoor": ("command-and-control",),
    "Behavior": (),
    "CredentialAccess": ("credential-access",),
    "Cryptocurrency": ("impact",),
    "CryptoCurrency": ("impact",),
    "DefenseEvasion": ("defense-evasion",),
    "Discovery": ("discovery",),
    "Execution": ("execution",),
    "Exfiltration": ("exfiltration",),
    "Impact": ("impact",),
    "InitialAccess": ("initial-access",),
    "Persistence": ("persistence",),
    "PrivilegeEscalation": ("privilege-escalation",),
    "Recon": ("discovery",),
    "Stealth": ("defense-evasion",),
    "Trojan": ("execution",),
    "UnauthorizedAccess": ("initial-access",),
}
_PARTS = (
    ("eksClusterDetails", "name", "aws.eks.cluster"),
    ("ecsClusterDetails", "name", "aws.ecs.cluster"),
    ("lambdaDetails", "functionName", "aws.lambda.function"),
    ("rdsDbInstanceDetails", "dbInstanceIdentifier", "aws.rds.instance"),
)
_NOTHING: JsonObject = {}


def read(event: AwsEvent) -> tuple[Notice, ...]:
    """Read one finding. Raises Wrong."""
    finding = event.detail
    id_, type_ = _text(finding, "id"), _text(finding, "type")
    if not id_ or not type_:
        field = "detail.type" if id_ else "detail.id"
        raise Wrong(code="no_field", field=field, why=f"{field} is missing or no text")
    place = Place(
        _text(finding, "accountId") or event.place.account,
        _text(finding, "region") or event.place.region,
    )
    resource, service = _inner(finding, "resource"), _inner(finding, "service")
    assets = tuple(_assets(resource, place))
    tags = _tags(resource)
    archived = _of(service, "archived") is True
    labels = {
        "account": place.account,
        "region": place.region,
        "detector": _text(service, "detectorId"),
        "count": single_text(_of(service, "count")),
        "severity": single_text(_of(finding, "severity")),
        "finding": id_,
        "sample": "true" if _is_sample(service) else "",
        **tags,
    }
    return (
        Notice(
            key=id_,
            status=Status.RESOLVED if archived else Status.FIRING,
            title=_text(finding, "title") or type_,
            priority=_priority(finding),
            at=moment_of(_of(service, "eventLastSeen")) or moment_of(_of(finding, "updatedAt")),
            kind=type_,
            description=_text(finding, "description"),
            service=service_in(tags),
            entities=(
                *_actors(resource, place),
                *_pods(resource),
                *(each for one in assets for each in entity_of(one)),
                *_addresses(_inner(service, "action")),
                *where(place),
            ),
            assets=assets,
            tactics=TACTICS.get(type_.partition(":")[0], ()),
            tags=("guardduty",),
            labels=labels,
            links=(_console(id_, place.region),),
            by="GuardDuty" if archived else "",
        ),
    )


def _priority(finding: JsonObject) -> Priority:
    severity = number({"severity": _of(finding, "severity")}, "severity")
    if severity is None:
        return Priority.P3
    return next((priority for least, priority in _FROM if severity >= least), Priority.P4)


def _console(id_: str, region: str) -> Weblink:
    href = f"https://{region}.console.aws.amazon.com/guardduty/home?region={region}"
    return Weblink(f"{href}#/findings?search=id%3D{id_}" if region else "", "GuardDuty")


def _is_sample(service: JsonObject) -> bool:
    added = _inner(service, "additionalInfo")
    value = _text(added, "value")
    return _of(added, "sample") is True or '"sample":true' in value


def _assets(resource: JsonObject, place: Place) -> Iterator[AssetRef]:
    """Yield the resources a finding is about, the one it names first."""
    key = _inner(resource, "accessKeyDetails")
    if access_key := _text(key, "accessKeyId"):
        yield credential(access_key, place.account)
    if name := _text(key, "userName"):
        match _text(key, "userType"):
            case "AssumedRole" | "Role":
                yield asset(ROLE, name, place)
            case "IAMUser":
                yield asset(USER, name, place)
            case _:
                pass
    if instance := _text(_inner(resource, "instanceDetails"), "instanceId"):
        yield asset(INSTANCE, instance, place)
    for bucket in _objects(resource, "s3BucketDetails"):
        yield asset(BUCKET, _text(bucket, "name"), place)
    yield from _others(resource, place)


def _others(resource: JsonObject, place: Place) -> Iterator[AssetRef]:
    for part, name, kind in _PARTS:
        if found := _text(_inner(resource, part), name):
            yield asset(kind, found, place)
    for volume in _objects(_inner(resource, "ebsVolumeDetails"), "scannedVolumeDetails"):
        if known := named_by_arn(_text(volume, "volumeArn"), place):
            yield known


def _actors(resource: JsonObject, place: Place) -> Iterator[Entity]:
    """Yield who acted, written as CloudTrail writes it, so that both meet."""
    key = _inner(resource, "accessKeyDetails")
    name, principal = _text(key, "userName"), _text(key, "principalId")
    match _text(key, "userType"):
        case "IAMUser" if name:
            yield Entity(PRINCIPAL, f"arn:aws:iam::{place.account}:user/{name}")
        case "AssumedRole" | "Role" if name:
            session = principal.partition(":")[2]
            yield Entity(
                PRINCIPAL,
                f"arn:aws:sts::{place.account}:assumed-role/{name}/{session}"
                if session
                else f"arn:aws:iam::{place.account}:role/{name}",
            )
        case "Root":
            yield Entity(PRINCIPAL, f"arn:aws:iam::{place.account}:root")
        case _ if name or principal:
            yield Entity(PRINCIPAL, name or principal)
        case _:
            pass
    user = _inner(_inner(resource, "kubernetesDetails"), "kubernetesUserDetails")
    if user:
        yield Entity(PRINCIPAL, _text(user, "username"))


def _pods(resource: JsonObject) -> Iterator[Entity]:
    workload = _inner(_inner(resource, "kubernetesDetails"), "kubernetesWorkloadDetails")
    if _text(workload, "type").lower() in ("pod", "pods"):
        yield Entity(POD, f"{_text(workload, 'namespace')}/{_text(workload, 'name')}")
    for interface in _objects(_inner(resource, "instanceDetails"), "networkInterfaces")[:1]:
        yield Entity(HOST, _text(interface, "privateDnsName"))


def _addresses(action: JsonObject) -> Iterator[Entity]:
    """Yield the addresses on the other side."""
    for name in action:  # an action has one part, named after what sort it is
        part = inner(action, name)
        for each in (part, *_objects(part, "portProbeDetails")):
            if address := _text(_inner(each, "remoteIpDetails"), "ipAddressV4"):
                yield Entity(ADDRESS, address)


def _tags(resource: JsonObject) -> dict[str, str]:
    """Read the tags of whatever the resource holds: an instance, buckets, a function, a cluster."""
    held = [each for name in resource for each in (inner(resource, name), *objects(resource, name))]
    return {
        key: value
        for each in held
        for name in ("tags", "Tags")
        if name in each
        for key, value in tag_labels(each, name).items()
    }


@cache
def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _of(holder: JsonObject, name: str) -> JsonValue:
    """Return a field by its name in events, or by its name in the API."""
    value = holder.get(name)
    return value if value is not None else holder.get(_capital(name))


def _text(holder: JsonObject, name: str) -> str:
    return single_text(_of(holder, name)) if holder else ""


def _inner(holder: JsonObject, name: str) -> JsonObject:
    value = _of(holder, name) if holder else None
    return cast("JsonObject", value) if isinstance(value, dict) else _NOTHING


def _objects(holder: JsonObject, name: str) -> list[JsonObject]:
    return (objects(holder, name) or objects(holder, _capital(name))) if holder else []
