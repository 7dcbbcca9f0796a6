"""Which resources a CloudTrail record is about.

Event names are hardly listed: AWS adds dozens a month. What a parameter's name means depends only
on the service it is sent to, and EC2's ids and ARNs tell their kind themselves; so new calls are
understood on the day they appear. What means what is said in the table of types, next to how each
is looked at (`core/assets/aws`); here are only the kinds that are not looked at.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from fireline.core.assets.aws.table import TABLE
from fireline.core.assets.kinds import ROLE, SESSION, USER
from fireline.core.assets.naming import (
    MAX_ID_CHARACTERS,
    Place,
    identified,
    identifier,
    joined_by,
    parse_arn,
    partition_of,
    referred,
    region_of,
)
from fireline.core.assets.ref import AssetRef
from fireline.core.signals.event import Who
from fireline.core.values.json import JsonObject, JsonValue

MAX_ASSETS = 64
MAX_VALUES = 2000

BUCKET = "aws.s3.bucket"
OBJECT = "aws.s3.object"
_LOAD_BALANCER, _LISTENER = "aws.elb.load_balancer", "aws.elb.listener"
_DOCUMENT = "aws.ssm.document"
_TOPIC = "aws.sns.topic"


@dataclass(frozen=True, slots=True)
class _Naming:
    """A parameter that names one of a kind, in calls whose names `within` finds."""

    kind: str
    within: re.Pattern[str] | None = None


_NO_NAMES: Mapping[str, tuple[_Naming, ...]] = {}

# What the inventory does not look at, and topics, whose id is more than their name: by service and
# parameter, and the calls it is so in.
_APART = (
    ("sts", "accesskeyid", SESSION, ""),
    ("kms", "aliasname", "aws.kms.alias", ""),
    ("lambda", "layername", "aws.lambda.layer", ""),
    ("ssm", "documentname", _DOCUMENT, ""),
    ("ssm", "name", _DOCUMENT, "Document"),
    ("cloudformation", "stackname", "aws.cloudformation.stack", ""),
    ("organizations", "policyid", "aws.organizations.policy", ""),
    ("ecs", "task", "aws.ecs.task", ""),
    ("sns", "name", _TOPIC, "CreateTopic"),
)

# EC2 says in an id what it names. Associations are parts of what they hold together.
_ASSOCIATION = "aws.ec2.association"
_ASSOCIATIONS = ("aclassoc", "eipassoc", "iip-assoc", "rtbassoc")
EC2_KINDS: Mapping[str, str] = {
    **{row.id_prefix: row.kind for row in TABLE.values() if row.id_prefix},
    **dict.fromkeys(_ASSOCIATIONS, _ASSOCIATION),
}
_EC2_ID = re.compile(rf"({'|'.join(EC2_KINDS)})-[0-9a-fA-F]{{8,17}}")
_NAMES_EC2_IDS = frozenset(
    {"ec2", "autoscaling", "elasticloadbalancing", "rds", "ssm", "eks", "ec2-instance-connect"}
)

_ON_ONESELF = frozenset(
    {"CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey", "ListAccessKeys", "ChangePassword"}
    | {"CreateLoginProfile", "UpdateLoginProfile", "GetUser"}
)
# What calls leave out where it has this value.
_UNSAID = {"cluster": "default"}
_RULE_OR_LISTENER = re.compile(
    r"(arn:[\w-]+:elasticloadbalancing:[\w-]*:\d*:)listener(?P<rule>-rule)?"
    r"(?P<above>/(?:app|net|gwy)/[^/]+/[^/]+)(?P<own>/[^/]+)(?:/[^/]+)?"
)


@dataclass(frozen=True, slots=True)
class Call:
    """What of a record says which resources it is about; `service` as in `iam`.

    `more` is what records of AWS's own doings say elsewhere than in a request.
    """

    service: str
    name: str
    request: JsonObject
    response: JsonObject
    who: Who
    account: str
    region: str
    more: JsonObject = field(default_factory=dict[str, JsonValue])


def affected(call: Call) -> tuple[AssetRef, ...]:
    """List the resources a call names in its parameters or its answer, each once.

    A call about a part of one, such as a listener's rule, is about that one, too.
    """
    found: dict[AssetRef, None] = {}
    for ref in _named(call):
        found.setdefault(ref)
        if len(found) >= MAX_ASSETS:
            break
    users = any(asset.kind == USER for asset in found)
    on_oneself = call.service == "iam" and call.name in _ON_ONESELF and not users
    if on_oneself and call.who.kind == "IAMUser" and call.who.name:
        # Without a userName these calls are about the caller.
        found.setdefault(AssetRef(USER, call.account, call.who.name))
    return tuple(found)


def role_name(arn: str) -> str:
    """Name the role of a role's or an assumed role's ARN; other text is returned as it is."""
    return identifier(TABLE[ROLE], arn) or arn


def _named(call: Call) -> Iterator[AssetRef]:
    place = Place(call.account, call.region)
    texts = [*_texts(call.request), *_texts(call.response), *_texts(call.more)]
    own = _namings().get(call.service, _NO_NAMES)
    # Most texts say nothing, and every record of a log is read here.
    may_be_ec2 = call.service in _NAMES_EC2_IDS
    for name, text in texts:
        names = own.get(name.lower())
        if names is not None or (may_be_ec2 and "-" in text) or text.startswith("arn:"):
            yield from _by_text(call, names or (), text, place)
    yield from _by_two(call, texts, place)
    yield from _by_call(call, place)
    if call.service == "s3":
        yield from _object(call)


def _by_text(call: Call, names: tuple[_Naming, ...], text: str, place: Place) -> Iterator[AssetRef]:
    kind = next((n.kind for n in names if n.within is None or n.within.search(call.name)), None)
    ref = referred(kind, text, place) if kind is not None and text else None
    if ref is not None:
        yield ref
    elif call.service in _NAMES_EC2_IDS and (match := _EC2_ID.fullmatch(text)):
        # Who only looks at an association is shown what it holds together, too.
        if match[1] not in _ASSOCIATIONS or not call.name.startswith("Describe"):
            yield AssetRef(EC2_KINDS[match[1]], place.account, text, place.region)
    elif text.startswith("arn:"):
        yield from _by_arn(call, text, place)
    elif kind == _TOPIC and text:
        arn = f"arn:{partition_of(place.region)}:sns:{place.region}:{place.account}:{text}"
        yield AssetRef(kind, place.account, arn, place.region)
    if call.service == "elasticloadbalancing":
        yield from _above(text, place)


def _by_arn(call: Call, text: str, place: Place) -> Iterator[AssetRef]:
    """Give what an ARN names that is of the service that was called, whatever it is called in."""
    arn = parse_arn(text)
    named = identified(arn) if arn else None
    if named is not None and call.service in TABLE[named[0]].event_services:
        ref = referred(named[0], text, place)
        if ref is not None:
            yield ref


def _above(text: str, place: Place) -> Iterator[AssetRef]:
    """Give the load balancer of a listener, and both of a listener's rule."""
    match = _RULE_OR_LISTENER.fullmatch(text)
    if match is None:
        return
    above = [(_LOAD_BALANCER, f"{match[1]}loadbalancer{match['above']}")]
    if match["rule"]:
        above.append((_LISTENER, f"{match[1]}listener{match['above']}{match['own']}"))
    for kind, arn in above:
        ref = referred(kind, arn, place)
        if ref is not None:
            yield ref


def _by_two(call: Call, texts: list[tuple[str, str]], place: Place) -> Iterator[AssetRef]:
    """Give what two parameters name together."""
    pairs = _pairs().get(call.service, ())
    if not pairs:
        return
    said: dict[str, str] = {}
    for name, text in texts:
        said.setdefault(name.lower(), text)
    for kind, first, sign, second in pairs:
        one, other = said.get(first) or _UNSAID.get(first), said.get(second)
        if one and other:
            # Either may be an ARN: what follows its last slash is the name.
            bare = [text.rpartition("/")[2] if parse_arn(text) else text for text in (one, other)]
            ref = referred(kind, sign.join(bare), place)
            if ref is not None:
                yield ref


def _by_call(call: Call, place: Place) -> Iterator[AssetRef]:
    """Give what a call changes without naming it: there is only one in its place."""
    for kind in _calls().get(f"{call.service}.{call.name}", ()):
        known = {"account": place.account, "region": place.region}
        region = region_of(kind, place.region)
        yield AssetRef(kind, place.account, TABLE[kind].id.format_map(known), region)


def _object(call: Call) -> Iterator[AssetRef]:
    bucket, key = call.request.get("bucketName"), call.request.get("key")
    if isinstance(bucket, str) and isinstance(key, str) and key:
        yield AssetRef(OBJECT, call.account, f"{bucket}/{key}"[:MAX_ID_CHARACTERS])


@cache
def _namings() -> Mapping[str, Mapping[str, tuple[_Naming, ...]]]:
    """Gather what names what, by service and parameter; what says its calls is asked first."""
    rows = (
        (service, name, row.kind, row.named_in)
        for row in TABLE.values()
        for service in row.event_services
        for name in row.named_by
        if not joined_by(name)
    )
    found: dict[str, dict[str, tuple[_Naming, ...]]] = {}
    for service, name, kind, within in sorted((*rows, *_APART), key=lambda row: not row[3]):
        naming = _Naming(kind, re.compile(within) if within else None)
        names = found.setdefault(service, {})
        names[name] = (*names.get(name, ()), naming)
    return found


@cache
def _pairs() -> Mapping[str, tuple[tuple[str, str, str, str], ...]]:
    found: dict[str, tuple[tuple[str, str, str, str], ...]] = {}
    for row in TABLE.values():
        for name in row.named_by:
            if sign := joined_by(name):
                first, _, second = name.partition(sign)
                for service in row.event_services:
                    pair = (row.kind, first, sign, second)
                    found[service] = (*found.get(service, ()), pair)
    return found


@cache
def _calls() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in TABLE.values():
        for call in row.calls:
            found[call] = (*found.get(call, ()), row.kind)
    return found


def _texts(holder: JsonObject) -> list[tuple[str, str]]:
    """List the texts in an object with the name of the nearest key that says something."""
    texts: list[tuple[str, str]] = []
    waiting: list[tuple[str, object]] = [("", holder)]
    while waiting and len(texts) < MAX_VALUES:
        name, node = waiting.pop()
        if isinstance(node, str):
            if len(node) <= MAX_ID_CHARACTERS:
                texts.append((name, node))
        elif isinstance(node, Mapping):
            inner = list(cast("Mapping[str, object]", node).items())
            # EC2 wraps lists in `items` and tagged values in `content`.
            waiting.extend(
                (name if key in ("items", "content") else key, value)
                for key, value in reversed(inner)
            )
        elif isinstance(node, list):
            waiting.extend((name, value) for value in reversed(cast("list[object]", node)))
    return texts
