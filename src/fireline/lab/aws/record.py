"""Write an API call as CloudTrail does: who, with what, from where, and what came of it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from botocore.parsers import create_parser
from moto.core.utils import get_service_model

from fireline.lab.aws.answers import Answer
from fireline.lab.aws.call import ApiCall
from fireline.lab.aws.identify import Known, RoleSession, UserKey, UserSession, arn_of
from fireline.lab.clock import fresh_id, stamp

Record = dict[str, Any]

_READS = re.compile(
    r"^(Describe|Get|List|Lookup|Head|BatchGet|Search|Select|Filter|Generate|Simulate|Query|Scan"
    r"|Check|Verify|AssumeRole|Decode|Preview|Receive)"
)
# Real records say so, though the name reads like a read.
_CHANGES = frozenset({"sts:GetSessionToken", "sts:GetFederationToken"})
_S3_OBJECT = re.compile(r"^s3:((Get|Put|Head|Delete|Copy|Restore)Objects?|ListObjects(V2)?)$")
# Data events a trail has to be asked for, and which ours is not asked for: were reading the queue
# recorded, every poll would fill the very queue that is polled.
_UNSELECTED = frozenset(
    {
        *("sqs:SendMessage", "sqs:SendMessageBatch", "sqs:ReceiveMessage", "sqs:DeleteMessage"),
        *("sqs:DeleteMessageBatch", "sqs:ChangeMessageVisibility", "events:PutEvents"),
        "sqs:ChangeMessageVisibilityBatch",
    }
)
_NAMES = {
    "s3:ListObjectsV2": "ListObjects",
    "s3:PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "s3:GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "s3:DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "s3:PutBucketLifecycleConfiguration": "PutBucketLifecycle",
}
_LEFT_OUT = re.compile(r"(?i)^secretaccesskey$")
_MASKED = re.compile(r"(?i)(password|secretstring|plaintext|sessiontoken|securestring)")
_MASK = "HIDDEN_DUE_TO_SECURITY_REASONS"
# What S3 writes in the record of a call, besides the bucket: never the content.
_S3_KEPT = ("key", "prefix", "delimiter", "versionId", "copySource")
_TLS = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"}


@dataclass(frozen=True, slots=True)
class Served:
    """A call, who made it, and the answer it got."""

    call: ApiCall
    caller: Known
    answer: Answer
    at: datetime


def is_selected(call: ApiCall, trail_bucket: str) -> bool:
    """Tell whether the trail's event selectors want a call.

    As on real trails, the objects of the trail's own bucket are left out: recording the reading of
    the record would never end.
    """
    if not call.operation or call.name in _UNSELECTED:
        return False
    return not (_is_data(call) and call.parameters.get("Bucket") == trail_bucket)


def is_read_only(call: ApiCall) -> bool:
    """Tell whether a call only looks."""
    return call.name not in _CHANGES and _READS.match(call.operation) is not None


def write_record(served: Served) -> Record:
    """Write the record of a call."""
    call, account = served.call, served.caller.account
    code, message = _error(served.answer)
    record: Record = {
        "eventVersion": "1.11",
        "userIdentity": _identity(served.caller),
        "eventTime": stamp(served.at),
        "eventSource": f"{_endpoint(call.service)}.amazonaws.com",
        "eventName": _NAMES.get(call.name, call.operation),
        # IAM lives in one region, whatever region its caller speaks of.
        "awsRegion": "us-east-1" if call.service == "iam" else call.region,
        "sourceIPAddress": call.address,
        "userAgent": f"[{call.agent}]" if call.service == "s3" else call.agent,
        **({"errorCode": code, "errorMessage": message} if code else {}),
        "requestParameters": _request(call, code),
        "responseElements": None if code else _response(call, served.answer),
    }
    if call.service == "s3":
        record["additionalEventData"] = _transfer(served.answer)
    record |= {"requestID": fresh_id(), "eventID": fresh_id(), "readOnly": is_read_only(call)}
    resources = _resources(call, account)
    if resources:
        record["resources"] = resources
    data = _is_data(call)
    return record | {
        "eventType": "AwsApiCall",
        "managementEvent": not data,
        "recipientAccountId": account,
        "eventCategory": "Data" if data else "Management",
        "tlsDetails": {**_TLS, "clientProvidedHostHeader": _host(call)},
    }


def _is_data(call: ApiCall) -> bool:
    return _S3_OBJECT.match(call.name) is not None


def _identity(caller: Known) -> Record:
    match caller:
        case UserKey() | UserSession():
            who: Record = {
                "type": "IAMUser",
                "principalId": caller.user.id,
                "arn": caller.user.arn,
                "accountId": caller.account,
                "accessKeyId": caller.access_key,
                "userName": caller.user.name,
            }
            if isinstance(caller, UserSession):
                who["sessionContext"] = {"attributes": _attributes(caller.issued)}
            return who
        case RoleSession(account=account, role=role):
            issuer = {"type": "Role", "principalId": role.id, "arn": role.arn}
            return {
                "type": "AssumedRole",
                "principalId": f"{role.id}:{caller.name}",
                "arn": arn_of(caller),
                "accountId": account,
                "accessKeyId": caller.access_key,
                "sessionContext": {
                    "sessionIssuer": {**issuer, "accountId": account, "userName": role.name},
                    "attributes": _attributes(caller.issued),
                },
            }


def _attributes(issued: datetime) -> Record:
    return {"creationDate": stamp(issued), "mfaAuthenticated": "false"}


def _request(call: ApiCall, code: str) -> Record | None:
    if call.service == "s3":
        return _s3_request(call)
    # AWS does not say what was asked by somebody who may not ask; S3, above, does.
    if code in {"AccessDenied", "AccessDeniedException"}:
        return None
    return _lowered(call.parameters) or None


def _s3_request(call: ApiCall) -> Record:
    asked: Record = {}
    if "Bucket" in call.parameters:
        asked["bucketName"] = call.parameters["Bucket"]
    asked["Host"] = _host(call)
    lowered = _lowered(call.parameters)
    asked |= {name: lowered[name] for name in _S3_KEPT if lowered.get(name) is not None}
    if call.operation == "ListObjectsV2":
        asked["list-type"] = "2"
    return asked


def _response(call: ApiCall, answer: Answer) -> Record | None:
    if call.service == "s3" or (is_read_only(call) and call.operation != "AssumeRole"):
        return None
    shape = get_service_model(call.service).operation_model(call.operation).output_shape
    if shape is None:
        return None
    parser = create_parser(str(get_service_model(call.service).protocol))
    headers = {name.lower(): value for name, value in answer.headers}
    whole = {"headers": headers, "status_code": answer.status, "body": answer.body}
    parsed = cast("Record", parser.parse(whole, shape))
    parsed.pop("ResponseMetadata", None)
    return _lowered(parsed) or None


def _transfer(answer: Answer) -> Record:
    return {
        "SignatureVersion": "SigV4",
        "CipherSuite": _TLS["cipherSuite"],
        "bytesTransferredIn": 0,
        "AuthenticationMethod": "AuthHeader",
        "bytesTransferredOut": len(answer.body),
    }


def _resources(call: ApiCall, account: str) -> list[Record]:
    if call.name == "sts:AssumeRole":
        arn = str(call.parameters.get("RoleArn", ""))
        return [{"accountId": account, "type": "AWS::IAM::Role", "ARN": arn}]
    if not _is_data(call):
        return []
    bucket = f"arn:aws:s3:::{call.parameters.get('Bucket')}"
    found: list[Record] = [{"accountId": account, "type": "AWS::S3::Bucket", "ARN": bucket}]
    if "Key" in call.parameters:
        arn = f"{bucket}/{call.parameters['Key']}"
        found.insert(0, {"type": "AWS::S3::Object", "ARN": arn})
    return found


def _error(answer: Answer) -> tuple[str, str]:
    """Read the error out of an answer; both parts are empty when there is none."""
    if answer.status < 400:
        return "", ""
    text = answer.body.decode(errors="replace")
    if text.lstrip().startswith("{"):
        said: Record = json.loads(text)
        code = str(said.get("__type", answer.status)).split("#")[-1]
        return code, str(said.get("message") or said.get("Message") or "")
    code = re.search(r"<Code>([^<]+)</Code>", text)
    message = re.search(r"<Message>([^<]*)</Message>", text)
    # A HEAD has no body to say more in; AWS records the meaning of the status.
    plain = {403: "AccessDenied", 404: "NoSuchKey"}.get(answer.status, str(answer.status))
    return (code[1] if code else plain), (message[1] if message else "")


def _endpoint(service: str) -> str:
    return str(get_service_model(service).endpoint_prefix)


def _host(call: ApiCall) -> str:
    if call.service == "iam":
        return "iam.amazonaws.com"
    host = f"{_endpoint(call.service)}.{call.region}.amazonaws.com"
    bucket = call.parameters.get("Bucket") if call.service == "s3" else None
    return f"{bucket}.{host}" if bucket else host


def _lowered(value: Mapping[str, Any]) -> Record:
    return {
        name[:1].lower() + name[1:]: _plain(name, inner)
        for name, inner in value.items()
        if not _LEFT_OUT.match(name)
    }


def _plain(name: str, value: object) -> Any:
    if isinstance(value, str) and _MASKED.search(name):
        return _MASK
    match value:
        case Mapping():
            return _lowered(cast("Mapping[str, Any]", value))
        case list() | tuple():
            return [_plain(name, one) for one in cast("list[object]", value)]
        case datetime():
            # CloudTrail writes the dates of answers in the long American way.
            return f"{value:%b} {value.day}, {value.year} {value:%I:%M:%S %p}".replace(" 0", " ")
        case str() | int() | float() | bool() | None:
            return value
        case _:
            return f"<{type(value).__name__}>"
