"""Spell EC2's parameters and answers, which CloudTrail writes in two ways.

Operations of EC2's first years have their own names for things, sets as `{"items": [...]}`, and
moments in milliseconds; later ones are their XML, whole, under the name of request or answer.
"""

import re
import xml.etree.ElementTree as ET
from calendar import timegm
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from botocore.parsers import create_parser
from moto.core.utils import get_service_model

from fireline.lab.aws.answers import Answer
from fireline.lab.aws.call import ApiCall
from fireline.lab.aws.settings import Record
from fireline.lab.aws.spelling import MASK, small, xml_value

_SPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
_LATER = re.compile(
    r"NatGateway|FlowLogs|VpcEndpoint|VpcClassicLinkDnsSupport|CreditSpecification|TrafficMirror"
    r"|DefaultVpc|DefaultSubnet|DefaultCredit|CarrierGateway|ClientVpn|InstanceType|SerialConsole"
    r"|TransitGateway|LaunchTemplate|IamInstanceProfile|Fleet|CapacityReservation|Hosts|Ebs"
    r"|BlockPublicAccess|InstanceMetadata|PrefixList|SecurityGroupRule|FastSnapshot|EgressOnly"
    r"|NetworkInsights|Ipam|CoipPool|LocalGateway|ByoipCidr|LockSnapshot|LockedSnapshot|FpgaImage"
    r"|VpcCidrBlock|SubnetCidrBlock|SnapshotTier|RecycleBin|Enclave|EventWindow|Verified"
    r"|AddressesAttribute|AddressTransfer|SecurityGroupVpc|StaleSecurity|SecurityGroupReferences"
    r"|CreateSnapshots|VpcTenancy|StoreImage|RestoreImage|ConsoleScreenshot|InstanceConnect"
)
# The sets of the first years: their name, and what one in them is called.
_SETS: Mapping[str, tuple[str, str]] = {
    "Filters": ("filterSet", ""),
    "InstanceIds": ("instancesSet", "instanceId"),
    "VpcIds": ("vpcSet", "vpcId"),
    "SubnetIds": ("subnetSet", "subnetId"),
    "VolumeIds": ("volumeSet", "volumeId"),
    "SnapshotIds": ("snapshotSet", "snapshotId"),
    "RouteTableIds": ("routeTableIdSet", "routeTableId"),
    "GroupIds": ("securityGroupIdSet", "groupId"),
    "GroupNames": ("securityGroupSet", "groupName"),
    "InternetGatewayIds": ("internetGatewayIdSet", "internetGatewayId"),
    "NetworkInterfaceIds": ("networkInterfaceIdSet", "networkInterfaceId"),
    "NetworkAclIds": ("networkAclIdSet", "networkAclId"),
    "AllocationIds": ("allocationIdsSet", "allocationId"),
    "PublicIps": ("publicIpsSet", "publicIp"),
    "ImageIds": ("imagesSet", "imageId"),
    "Owners": ("ownersSet", "owner"),
    "OwnerIds": ("ownersSet", "owner"),
    "ExecutableUsers": ("executableBySet", "user"),
    "RestorableByUserIds": ("sharedUsersSet", "user"),
    "ZoneNames": ("availabilityZoneSet", "zoneName"),
    "ZoneIds": ("availabilityZoneIdSet", "zoneId"),
    "AttributeNames": ("accountAttributeNameSet", "attributeName"),
    "RegionNames": ("regionSet", "regionName"),
    "Resources": ("resourcesSet", "resourceId"),
    "KeyNames": ("keySet", "keyName"),
    "BundleIds": ("bundlesSet", "bundleId"),
    "Groups": ("groupSet", "groupId"),
    "SecurityGroupIds": ("groupSet", "groupId"),
    "SecurityGroups": ("groupSet", "groupName"),
    "Tags": ("tagSet", ""),
    "TagSpecifications": ("tagSpecificationSet", ""),
    "BlockDeviceMappings": ("blockDeviceMapping", ""),
    "NetworkInterfaces": ("networkInterfaceSet", ""),
    "PrivateIpAddresses": ("privateIpAddressesSet", ""),
    "IpPermissions": ("ipPermissions", ""),
    "IpRanges": ("ipRanges", ""),
    "Ipv6Ranges": ("ipv6Ranges", ""),
    "PrefixListIds": ("prefixListIds", ""),
    "UserIdGroupPairs": ("groups", ""),
    "Values": ("valueSet", "value"),
    "Add": ("add", ""),
    "Remove": ("remove", ""),
}
# These names hold only in these calls.
_NAMES_IN = {
    "CreateSecurityGroup": {"Description": "groupDescription"},
    "CreateVolume": {"AvailabilityZone": "zone"},
    "RegisterImage": {"SriovNetSupport": "sriovNetSupport"},
    "ModifySnapshotAttribute": {"Attribute": "attributeType"},
    "ModifyImageAttribute": {"Attribute": "attributeType"},
}
_NOTHING: Sequence[Any] = ("", {}, None)
_SENSITIVE = "<sensitiveDataRemoved>"
_ALWAYS_SETS = re.compile(r"^Describe")
_UNFILTERED = frozenset({"DescribeRegions", "DescribeBundleTasks"})
_RULES = re.compile(r"^(Authorize|Revoke)SecurityGroup")
# As texts, in these answers and requests.
_TEXTS = {"CreateVolume": ("size",), "CreateSnapshot": ("volumeSize",)}
_ALSO_RETURN = frozenset({"CreateSecurityGroup", "DisassociateRouteTable"})
_OWN_ITEM = {
    "CreateNetworkInterface": frozenset({"privateIpAddressesSet"}),
    "RunInstances": frozenset({"privateIpAddressesSet"}),
}
_ANSWER_NAMES = {("CreateVolume", "availabilityZone"): "zone"}
# Real answers do not have these when there is nothing in them; moto's do.
_ABSENT_WHEN_EMPTY = frozenset(
    {
        *("association", "description", "attachmentSet", "progress", "platform", "reason"),
        *("sriovNetSupport", "groupName", "storageTier", "attachment", "iamInstanceProfile"),
    }
)
# Real answers do not have these: AWS is not as quick as moto, or says less.
_UNSAID = {
    "CreateSnapshot": frozenset({"progress", "storageTier"}),
    "RunInstances": frozenset({"sriovNetSupport"}),
    "AuthorizeSecurityGroupIngress": frozenset({"tagSet"}),
    "AuthorizeSecurityGroupEgress": frozenset({"tagSet"}),
    "CreateNatGateway": frozenset({"associationId", "networkInterfaceId", "privateIp", "publicIp"}),
}
_UNASKED = {"DescribeVpcAttribute": frozenset({"Attribute"})}


def ec2_request(call: ApiCall) -> Record | None:
    """Spell the parameters of a call to EC2."""
    shape = get_service_model("ec2").operation_model(call.operation).input_shape
    given = {name: one for name, one in call.parameters.items() if name != "DryRun"}
    if _LATER.search(call.operation):
        told = _tagged(shape, given) if given else ""
        return {f"{call.operation}Request": told}
    asked = _early(call.operation, given, shape)
    return asked or None


def ec2_response(call: ApiCall, answer: Answer) -> Record:
    """Spell the answer to a call to EC2."""
    model = get_service_model("ec2").operation_model(call.operation)
    if _LATER.search(call.operation):
        root = ET.fromstring(answer.body)  # noqa: S314 - moto's own answer
        told = _from_xml(root)
        inner = cast("Record", told) if isinstance(told, dict) else {}
        kept = _without(inner, _UNSAID.get(call.operation, frozenset()))
        return {f"{call.operation}Response": {"xmlns": _SPACE, **kept}}
    found = re.search(rb"<requestId>([^<]*)</requestId>", answer.body, re.IGNORECASE)
    record: Record = {"requestId": found[1].decode() if found else ""}
    shape = model.output_shape
    if shape is None or "Return" in shape.members or call.operation in _ALSO_RETURN:
        record["_return"] = True
    if shape is not None:
        record |= _answered(call.operation, shape, answer)
    return record


def _answered(operation: str, shape: Any, answer: Answer) -> Record:
    headers = {name.lower(): value for name, value in answer.headers}
    whole = {"headers": headers, "status_code": answer.status, "body": answer.body}
    parsed = cast("Record", create_parser("ec2").parse(whole, shape))
    parsed.pop("ResponseMetadata", None)
    parsed.pop("Return", None)
    told = _wire(operation, shape, parsed)
    for name in _TEXTS.get(operation, ()):
        if name in told:
            told[name] = str(told[name])
    if operation == "RunInstances":
        _not_yet_there(told)
    return told


def _not_yet_there(launched: Record) -> None:
    """Take back what an instance has only later than moto says: its volumes, its groups' names."""
    for instance in cast("list[Record]", launched.get("instancesSet", {}).get("items", [])):
        instance["blockDeviceMapping"] = {}
        if instance.get("platform") != "windows":
            instance.pop("platform", None)
        interfaces: Record = instance.get("networkInterfaceSet") or {}
        for interface in cast("list[Record]", interfaces.get("items", [])):
            groups: Record = interface.get("groupSet") or {}
            for group in cast("list[Record]", groups.get("items", [])):
                group.pop("groupName", None)


def _without(value: Any, unsaid: frozenset[str]) -> Any:
    if isinstance(value, dict):
        mapping = cast("Record", value)
        return {key: _without(one, unsaid) for key, one in mapping.items() if key not in unsaid}
    return value


def _wire(operation: str, shape: Any, value: Mapping[str, Any]) -> Record:
    told: Record = {}
    for name, one in value.items():
        member = shape.members[name]
        written = str(member.serialization.get("name", small(name)))
        inner = _wired(operation, written, member, one)
        unsaid = written in _UNSAID.get(operation, ())
        if not unsaid and (inner not in _NOTHING or written not in _ABSENT_WHEN_EMPTY):
            told[_ANSWER_NAMES.get((operation, written), written)] = inner
    return told


def _wired(operation: str, written: str, shape: Any, value: object) -> Any:
    match value:
        case Mapping():
            return _wire(operation, shape, cast("Mapping[str, Any]", value))
        case list():
            rows = [_wired(operation, "", shape.member, one) for one in cast("list[object]", value)]
            item = "item" if written in _OWN_ITEM.get(operation, ()) else "items"
            return {item: rows} if rows else {}
        case datetime():
            return timegm(value.utctimetuple()) * 1000
        case _:
            return value


def _early(operation: str, given: Mapping[str, Any], shape: Any) -> Record:
    asked: Record = {}
    if operation == "RunInstances":
        given, asked = _launch(given)
    for name, value in given.items():
        if name == "Value" and operation == "ModifyInstanceAttribute":
            asked["value"] = _SENSITIVE
        elif name not in _UNASKED.get(operation, ()):
            asked |= _early_member(operation, name, value)
    for written in _sets_always_there(operation, shape):
        asked.setdefault(written, {})
    if operation in {"ModifySnapshotAttribute", "ModifyImageAttribute"}:
        return _shared(operation, asked)
    return asked


def _sets_always_there(operation: str, shape: Any) -> Sequence[str]:
    """Name the sets a record has even when nobody asked for any: they are empty then."""
    if _RULES.match(operation):
        return ["ipPermissions"]
    if shape is None or not _ALWAYS_SETS.match(operation):
        return []
    return [
        _SETS[name][0]
        for name, member in shape.members.items()
        if member.type_name == "list"
        and name in _SETS
        and not (name == "Filters" and operation in _UNFILTERED)
    ]


def _launch(given: Mapping[str, Any]) -> tuple[Mapping[str, Any], Record]:
    """Put what RunInstances launches where records have it, with what is meant unless said."""
    launched = {
        small(one): given[one]
        for one in ("ImageId", "MinCount", "MaxCount", "KeyName")
        if one in given
    }
    asked: Record = {
        "instancesSet": {"items": [launched]},
        "blockDeviceMapping": {},
        "monitoring": {"enabled": False},
        "disableApiTermination": False,
        "disableApiStop": False,
    }
    told = {small_one[0].upper() + small_one[1:] for small_one in launched}
    return {name: one for name, one in given.items() if name not in told}, asked


def _shared(operation: str, asked: Record) -> Record:
    """Spell the sharing of a snapshot or an image, however it was asked for."""
    permission = "createVolumePermission" if "Snapshot" in operation else "launchPermission"
    kind = "CREATE_VOLUME_PERMISSION" if "Snapshot" in operation else "launchPermission"
    way = str(asked.pop("operationType", ""))
    rows = [{"userId": one} for one in _ids(asked.pop("userIds", []))]
    for name in ("groupNames", "userGroups", "securityGroupSet"):
        rows += [{"group": one} for one in _ids(asked.pop(name, []))]
    if rows and way:
        asked[permission] = {way: {"items": rows}}
    return {**asked, "attributeType": kind}


def _ids(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        items = cast("list[Record]", cast("Record", value).get("items", []))
        return [inner for one in items for inner in one.values()]
    return cast("list[Any]", value)


def _early_member(operation: str, name: str, value: object) -> Record:
    if name == "UserData":
        return {small(name): _SENSITIVE}
    if name in _SETS and isinstance(value, list):
        written, each = _SETS[name]
        rows = [_early_row(operation, each, one) for one in cast("list[object]", value)]
        return {written: {"items": rows} if rows else {}}
    written = _NAMES_IN.get(operation, {}).get(name, small(name))
    if operation == "CreateVolume" and name == "Size":
        return {written: str(value)}
    return {written: _early_value(operation, value)}


def _early_row(operation: str, each: str, value: object) -> Any:
    told: Any = value
    return (
        {each: value} if each and not isinstance(value, Mapping) else _early_value(operation, told)
    )


def _early_value(operation: str, value: object) -> Any:
    match value:
        case Mapping():
            inner = cast("Mapping[str, object]", value)
            if set(inner) == {"Value"} and inner["Value"] in {"true", "false"}:
                return {"value": inner["Value"] == "true"}
            told: Record = {}
            for name, one in inner.items():
                # The tags of a tag specification are a bare list, alone among the sets.
                if name == "Tags" and "ResourceType" in inner:
                    told["tags"] = [
                        _early_value(operation, tag) for tag in cast("list[object]", one)
                    ]
                    continue
                told |= _early_member(operation, name, one)
            return _with_empty_ranges(told)
        case list():
            return [_early_value(operation, one) for one in cast("list[object]", value)]
        case bytes():
            return MASK
        case _:
            return value


def _with_empty_ranges(told: Record) -> Record:
    if "ipProtocol" not in told:
        return told
    empty: Record = {"groups": {}, "ipRanges": {}, "ipv6Ranges": {}, "prefixListIds": {}}
    return {**told, **{name: one for name, one in empty.items() if name not in told}}


def _tagged(shape: Any, given: Mapping[str, Any]) -> Record:
    """Spell the parameters of a later operation: wire names, and in lists each with its number."""
    told: Record = {}
    for name, value in given.items():
        if shape is None or name not in shape.members:
            continue
        member = shape.members[name]
        wire = member.serialization.get("queryName") or member.serialization.get("name") or name
        told[wire[:1].upper() + wire[1:]] = _tagged_value(member, value)
    return told


def _tagged_value(shape: Any, value: object) -> Any:
    match value:
        case Mapping():
            return _tagged(shape, cast("Mapping[str, Any]", value))
        case list():
            rows: list[Any] = []
            for number, one in enumerate(cast("list[object]", value), start=1):
                inner = _tagged_value(shape.member, one)
                told = cast("Record", inner) if isinstance(inner, dict) else {"content": inner}
                rows.append({"tag": number, **told})
            return rows[0] if len(rows) == 1 else rows
        case bool() | int():
            return value
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        case _:
            return xml_value(str(value))


def _from_xml(element: ET.Element) -> Any:
    """Turn an answer's XML into JSON: one of a kind is itself, several a list, nothing a text."""
    children = list(element)
    if not children:
        return xml_value(element.text or "")
    told: Record = {}
    for child in children:
        name = child.tag.rpartition("}")[2]
        inner = _from_xml(child)
        if name not in told:
            told[name] = inner
        elif isinstance(told[name], list):
            cast("list[Any]", told[name]).append(inner)
        else:
            told[name] = [told[name], inner]
    return told
