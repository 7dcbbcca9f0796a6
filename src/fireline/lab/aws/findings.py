"""GuardDuty's findings in their real shape, about things of the world, made on demand.

The shape is that of EventBridge's "GuardDuty Finding" events ("Processing GuardDuty findings with
Amazon EventBridge" in the GuardDuty user guide).
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from fireline.lab.aws.identify import iam
from fireline.lab.aws.settings import Cloud, Record
from fireline.lab.clock import stamp

_TYPE = r"^[A-Za-z]+:[A-Za-z0-9]+/[\w.!-]+$"


class AskedFinding(BaseModel):
    """A finding wanted: its type as GuardDuty names it, and what it is about.

    `about` is an instance's id, a bucket's name, or an access key's id or its user's name, as the
    type has it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Annotated[str, Field(pattern=_TYPE)]
    about: Annotated[str, Field(min_length=1, max_length=256)]
    severity: Annotated[float, Field(ge=0.1, le=10)] = 5.0
    account: Annotated[str, Field(pattern=r"^\d{12}$")] | None = None
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")] | None = None
    address: str = "203.0.113.77"
    count: Annotated[int, Field(ge=1)] = 1
    title: str | None = None
    role: Literal["TARGET", "ACTOR"] = "TARGET"


def finding_event(asked: AskedFinding, cloud: Cloud, account: str, region: str) -> Record:
    """Make the EventBridge event of a finding."""
    account, region = asked.account or account, asked.region or region
    moment = stamp(cloud.clock.now())
    number = cloud.ids.fresh().replace("-", "")
    detector = f"{int(account):032x}"
    said = asked.title or f"{_sentence(asked.type)}: {asked.about}."
    detail: Record = {
        "schemaVersion": "2.0",
        "accountId": account,
        "region": region,
        "partition": "aws",
        "id": number,
        "arn": f"arn:aws:guardduty:{region}:{account}:detector/{detector}/finding/{number}",
        "type": asked.type,
        "resource": _resource(asked, account),
        "service": {
            "serviceName": "guardduty",
            "detectorId": detector,
            "action": _action(asked),
            "resourceRole": asked.role,
            "additionalInfo": {"value": "{}", "type": "default"},
            "eventFirstSeen": moment.replace("Z", ".000Z"),
            "eventLastSeen": moment.replace("Z", ".000Z"),
            "archived": False,
            "count": asked.count,
        },
        "severity": asked.severity,
        "createdAt": moment.replace("Z", ".000Z"),
        "updatedAt": moment.replace("Z", ".000Z"),
        "title": said,
        "description": said,
    }
    return {
        "version": "0",
        "id": cloud.ids.fresh(),
        "detail-type": "GuardDuty Finding",
        "source": "aws.guardduty",
        "account": account,
        "time": moment,
        "region": region,
        "resources": [],
        "detail": detail,
    }


def _kind(finding_type: str) -> str:
    return finding_type.partition(":")[2].partition("/")[0]


def _sentence(finding_type: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", finding_type.partition("/")[2])
    return words.replace(".", " ").replace("!", " ").capitalize()


def _resource(asked: AskedFinding, account: str) -> Record:
    match _kind(asked.type):
        case "EC2" | "Runtime" | "Execution":
            return {"resourceType": "Instance", "instanceDetails": {"instanceId": asked.about}}
        case "S3":
            arn = f"arn:aws:s3:::{asked.about}"
            bucket = {"name": asked.about, "arn": arn, "type": "Destination"}
            return {"resourceType": "S3Bucket", "s3BucketDetails": [bucket]}
        case _:
            return {"resourceType": "AccessKey", "accessKeyDetails": _key(asked.about, account)}


def _key(about: str, account: str) -> Record:
    for user in list(iam(account).users.values()):
        keys = [one.access_key_id for one in user.access_keys]
        if about == user.name or about in keys:
            return {
                "accessKeyId": about if about in keys else next(iter(keys), ""),
                "principalId": user.id,
                "userType": "IAMUser",
                "userName": user.name,
            }
    if about == "root":
        return {"accessKeyId": "", "principalId": account, "userType": "Root", "userName": "Root"}
    return {"accessKeyId": about, "principalId": "", "userType": "IAMUser", "userName": about}


def _action(asked: AskedFinding) -> Record:
    remote = _remote(asked.address)
    family, kind = asked.type.partition(":")[0], _kind(asked.type)
    if kind != "EC2":
        call: Record = {
            "api": "ListBuckets" if kind == "S3" else "GetCallerIdentity",
            "serviceName": "s3.amazonaws.com" if kind == "S3" else "sts.amazonaws.com",
            "callerType": "Remote IP",
            "remoteIpDetails": remote,
            "affectedResources": {},
        }
        return {"actionType": "AWS_API_CALL", "awsApiCallAction": call}
    port = {"port": 22, "portName": "SSH"}
    if family == "Recon":
        probe = {"localPortDetails": port, "remoteIpDetails": remote}
        details: Record = {"blocked": False, "portProbeDetails": [probe]}
        return {"actionType": "PORT_PROBE", "portProbeAction": details}
    inbound = asked.role == "TARGET"
    connection: Record = {
        "connectionDirection": "INBOUND" if inbound else "OUTBOUND",
        "protocol": "TCP",
        "blocked": False,
        "localPortDetails": port,
        "remotePortDetails": {"port": 32794, "portName": "Unknown"},
        "remoteIpDetails": remote,
    }
    return {"actionType": "NETWORK_CONNECTION", "networkConnectionAction": connection}


def _remote(address: str) -> dict[str, Any]:
    return {
        "ipAddressV4": address,
        "organization": {"asn": "64500", "asnOrg": "Example", "isp": "Example", "org": "Example"},
        "country": {"countryName": "Nowhere"},
        "city": {"cityName": "Example"},
        "geoLocation": {"lat": 0.0, "lon": 0.0},
    }
