"""Write an API call as CloudTrail does: who, with what, from where, and what came of it.

From "CloudTrail record contents" in the CloudTrail user guide, held against real records.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from botocore.parsers import create_parser
from moto.core.utils import get_service_model

from fireline.lab.aws.answers import Answer
from fireline.lab.aws.call import ApiCall
from fireline.lab.aws.identify import Known
from fireline.lab.aws.names import (
    event_name,
    event_source,
    host_of,
    is_data,
    is_read_only,
    region_of,
)
from fireline.lab.aws.own_sts import account_in
from fireline.lab.aws.settings import Record
from fireline.lab.aws.spell_ec2 import ec2_request, ec2_response
from fireline.lab.aws.spell_s3 import s3_host, s3_request
from fireline.lab.aws.spelling import spelled
from fireline.lab.aws.who import identity_of, outsider
from fireline.lab.clock import Ids, stamp

__all__ = ["Record", "Served", "is_read_only", "is_selected", "write_records"]

_VERSION = "1.11"
# Data events a trail has to be asked for, and which ours is not asked for: were reading the queue
# recorded, every poll would fill the very queue that is polled.
_UNSELECTED = frozenset(
    {
        *("sqs:SendMessage", "sqs:SendMessageBatch", "sqs:ReceiveMessage", "sqs:DeleteMessage"),
        *("sqs:DeleteMessageBatch", "sqs:ChangeMessageVisibility", "events:PutEvents"),
        *("sqs:ChangeMessageVisibilityBatch", "sns:Publish", "sns:PublishBatch"),
        *("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan"),
        *("dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchGetItem"),
        *("dynamodb:BatchWriteItem", "logs:PutLogEvents", "cloudwatch:PutMetricData"),
    }
)
_TLS = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"}
# Real records of these have no TLS details.
_NO_TLS = frozenset({"eks", "guardduty", "account", "apigateway", "apigatewayv2"})
_API_VERSIONS = {"logs": "20140328", "route53": "2013-04-01"}
# REST services that tell what was asked, and answer writes with the message, even when they refuse.
_TELL_REFUSED = frozenset({"eks", "guardduty"})
# Of a refused call these say what was asked; other services do not.
_ASKED_THOUGH_DENIED = frozenset({"ec2", "s3", "s3control", *_TELL_REFUSED})
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
_THROTTLED = re.compile(r"Throttl|RequestLimitExceeded|TooManyRequests|SlowDown")
# In these services a record has the name of the exception, not the code on the wire.
_NAMED_BY_SHAPE = frozenset({"iam", "rds"})
_ONLY_ARN = frozenset({"secretsmanager:CreateSecret", "secretsmanager:PutSecretValue"})
_PARAMETERS = frozenset(
    {
        *("ssm:GetParameter", "ssm:GetParameters", "ssm:PutParameter", "ssm:DeleteParameter"),
        *("ssm:DeleteParameters", "ssm:GetParameterHistory"),
    }
)


@dataclass(frozen=True, slots=True)
class Served:
    """A call, who made it, and the answer it got."""

    call: ApiCall
    caller: Known
    answer: Answer
    at: datetime
    request_id: str


def is_selected(call: ApiCall, trail_bucket: str) -> bool:
    """Tell whether the trail's event selectors want a call.

    As on real trails, the objects of the trail's own bucket are left out: recording the reading of
    the record would never end.
    """
    if not call.operation or call.name in _UNSELECTED:
        return False
    return not (is_data(call.name) and call.parameters.get("Bucket") == trail_bucket)


def write_records(served: Served, ids: Ids) -> list[Record]:
    """Write the records of a call: one, or two when a role of another account was assumed.

    Both accounts hear of that, with one `sharedEventID`; the role's account learns of the caller
    no more than account and id ("Logging IAM and AWS STS API calls" in the IAM user guide).
    """
    record = _record(served, ids)
    role_account = account_in(str(served.call.parameters.get("RoleArn", "")))
    crossing = served.call.name == "sts:AssumeRole" and role_account != served.caller.account
    if not crossing or not role_account or "errorCode" in record:
        return [record]
    shared = ids.fresh()
    there = {
        **record,
        "userIdentity": outsider(served.caller),
        "eventID": ids.fresh(),
        "recipientAccountId": role_account,
        "sharedEventID": shared,
    }
    return [{**record, "sharedEventID": shared}, there]


def _record(served: Served, ids: Ids) -> Record:
    call, account = served.call, served.caller.account
    code, message = _error(call, served.answer)
    data, reads = is_data(call.name), is_read_only(call.name)
    record: Record = {
        "eventVersion": _VERSION,
        "userIdentity": identity_of(served.caller),
        "eventTime": stamp(served.at),
        "eventSource": event_source(call.service),
        "eventName": event_name(call.service, call.operation),
        "awsRegion": region_of(call.service, call.region),
        "sourceIPAddress": call.address,
        "userAgent": f"[{call.agent}]" if call.service == "s3" else call.agent,
    }
    if code:
        record["errorCode"] = code
        if message and call.service not in _TELL_REFUSED:
            record["errorMessage"] = message
    record["requestParameters"] = _request(call, account, code)
    record["responseElements"] = _refused(call, message) if code else _response(call, served.answer)
    if call.service in {"s3", "s3control"}:
        record["additionalEventData"] = _transfer(served)
    record |= {"requestID": served.request_id, "eventID": ids.fresh(), "readOnly": reads}
    if call.service in _API_VERSIONS:
        record["apiVersion"] = _API_VERSIONS[call.service]
    found = _resources(call, account)
    if found and code not in {"NoSuchBucket", "AccessDenied"}:
        record["resources"] = found
    record |= {
        "eventType": "AwsApiCall",
        "managementEvent": not data,
        "recipientAccountId": account,
        "eventCategory": "Data" if data else "Management",
    }
    if call.service not in _NO_TLS:
        record["tlsDetails"] = {**_TLS, "clientProvidedHostHeader": _host(call, account)}
    return record


def _request(call: ApiCall, account: str, code: str) -> Record | None:
    unsaid = code in _DENIED or (code and _THROTTLED.search(code) and call.service != "ec2")
    if unsaid and call.service not in _ASKED_THOUGH_DENIED:
        return None
    if code and call.service == "kms":
        return None
    match call.service:
        case "s3" | "s3control":
            return s3_request(call, account)
        case "ec2":
            return ec2_request(call)
        case _:
            return spelled(call.parameters, call.name) or None


def _refused(call: ApiCall, message: str) -> Record | None:
    if call.service in _TELL_REFUSED and not is_read_only(call.name):
        return {"message": message}
    return None


def _response(call: ApiCall, answer: Answer) -> Record | None:
    if call.service in {"s3", "s3control"}:
        encrypted = next((one for name, one in answer.headers if name.lower() == _ENCRYPTED), None)
        return {_ENCRYPTED: encrypted} if call.operation == "PutObject" and encrypted else None
    if is_read_only(call.name) and call.operation != "AssumeRole":
        return None
    if call.service == "ec2":
        return ec2_response(call, answer)
    told = spelled(_parsed(call, answer), call.name)
    if call.name in _ONLY_ARN:
        return {"arn": told.get("aRN")}
    return told or None


_ENCRYPTED = "x-amz-server-side-encryption"


def _parsed(call: ApiCall, answer: Answer) -> Mapping[str, Any]:
    model = get_service_model(call.service)
    shape = model.operation_model(call.operation).output_shape
    if shape is None:
        return {}
    parser = create_parser(str(model.protocol))
    headers = {name.lower(): value for name, value in answer.headers}
    whole = {"headers": headers, "status_code": answer.status, "body": answer.body}
    parsed = cast("Record", parser.parse(whole, shape))
    parsed.pop("ResponseMetadata", None)
    return parsed


def _transfer(served: Served) -> Record:
    digest = sha256(served.request_id.encode()).hexdigest()
    return {
        "SignatureVersion": "SigV4",
        "CipherSuite": _TLS["cipherSuite"],
        "bytesTransferredIn": served.call.sent,
        "AuthenticationMethod": "QueryString" if served.call.presigned else "AuthHeader",
        "x-amz-id-2": f"{digest}=",
        "bytesTransferredOut": len(served.answer.body),
    }


def _resources(call: ApiCall, account: str) -> list[Record]:
    given = call.parameters
    if call.name == "sts:AssumeRole":
        arn = str(given.get("RoleArn", ""))
        return [{"accountId": account_in(arn), "type": "AWS::IAM::Role", "ARN": arn}]
    if call.service == "kms" and "KeyId" in given:
        arn = _key_arn(str(given["KeyId"]), account, call.region)
        return [{"accountId": account, "type": "AWS::KMS::Key", "ARN": arn}] if arn else []
    if call.name in _PARAMETERS:
        home = f"arn:aws:ssm:{call.region}:{account}:parameter/"
        names = [given["Name"]] if "Name" in given else list(given.get("Names", ()))
        return [{"accountId": account, "ARN": f"{home}{str(one).lstrip('/')}"} for one in names]
    return _buckets(call, account) if call.service == "s3" and "Bucket" in given else []


def _key_arn(key: str, account: str, region: str) -> str:
    if key.startswith("arn:"):
        return key
    return "" if key.startswith("alias/") else f"arn:aws:kms:{region}:{account}:key/{key}"


def _buckets(call: ApiCall, account: str) -> list[Record]:
    bucket = f"arn:aws:s3:::{call.parameters['Bucket']}"
    found: list[Record] = [{"accountId": account, "type": "AWS::S3::Bucket", "ARN": bucket}]
    if "Key" in call.parameters and is_data(call.name):
        arn = f"{bucket}/{call.parameters['Key']}"
        found.insert(0, {"type": "AWS::S3::Object", "ARN": arn})
    return found


def _error(call: ApiCall, answer: Answer) -> tuple[str, str]:
    """Read the error out of an answer, as records name it; both parts are empty without one."""
    if answer.status < 400:
        return "", ""
    code, message = _wire_error(answer)
    if call.service == "ec2":
        side = "Server" if answer.status >= 500 else "Client"
        return f"{side}.{code}", message
    if code == "AccessDeniedException":
        return "AccessDenied", message
    if call.service in _NAMED_BY_SHAPE:
        model: Any = get_service_model(call.service)
        shape = model.shape_for_error_code(code)
        code = str(shape.name) if shape is not None else code
    return code, message


def _wire_error(answer: Answer) -> tuple[str, str]:
    text = answer.body.decode(errors="replace")
    if text.lstrip().startswith("{"):
        said: Record = json.loads(text)
        headers = {name.lower(): value for name, value in answer.headers}
        given = said.get("__type") or headers.get("x-amzn-errortype") or answer.status
        code = str(given).rsplit("#", maxsplit=1)[-1].partition(":")[0]
        return code, str(said.get("message") or said.get("Message") or "")
    found = re.search(r"<Code>([^<]+)</Code>", text)
    message = re.search(r"<Message>([^<]*)</Message>", text)
    # A HEAD has no body to say more in; AWS records the meaning of the status.
    plain = {403: "AccessDenied", 404: "NoSuchKey"}.get(answer.status, str(answer.status))
    return (found[1] if found else plain), (message[1] if message else "")


def _host(call: ApiCall, account: str) -> str:
    if call.service in {"s3", "s3control"}:
        return s3_host(call, account)
    return host_of(call.service, call.region)
