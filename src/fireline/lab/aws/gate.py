"""Refuse the calls AWS would refuse and moto lets through.

Keys nobody made, inactive keys, sessions whose user is gone or whose time is up, explicit denies
(those on `aws:TokenIssueTime` above all), and roles that do not trust who asks.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from fireline.lab.aws.call import ApiCall
from fireline.lab.aws.identify import (
    Caller,
    Known,
    LabItself,
    Orphan,
    RoleSession,
    Stranger,
    UserKey,
    UserSession,
    arn_of,
    find_role,
)
from fireline.lab.aws.policy import denies, permission, trusts


@dataclass(frozen=True, slots=True)
class Denial:
    """How AWS words its no."""

    status: int
    code: str
    message: str


def why_refuse(caller: Caller, call: ApiCall, now: datetime) -> Denial | None:
    """Say why AWS would refuse a call. None lets it pass."""
    match caller:
        case LabItself():
            return None
        case Stranger() | Orphan():
            return _bad_token(call.service)
        case UserKey(active=active):
            return _denied(caller, call) if active else _bad_token(call.service)
        case UserSession(expires=expires):
            if now >= expires:
                return _expired(call.service)
            # A session without MFA may not call IAM at all, and AWS says so in these words.
            return _bad_token("iam") if call.service == "iam" else _denied(caller, call)
        case RoleSession(expires=expires):
            return _expired(call.service) if now >= expires else _denied(caller, call)
        case _:
            assert_never(caller)


def _denied(caller: Known, call: ApiCall) -> Denial | None:
    if denies(caller, call.name):
        return _no(caller, call, "with an explicit deny in an identity-based policy")
    if call.name == "sts:AssumeRole" and not _may_assume(caller, call):
        return _no(caller, call, f"on resource: {call.parameters.get('RoleArn')}")
    return None


def _may_assume(caller: Known, call: ApiCall) -> bool:
    arn = str(call.parameters.get("RoleArn", ""))
    account = arn.split(":")[4] if arn.count(":") >= 5 else caller.account
    role = find_role(account, arn)
    external_id = call.parameters.get("ExternalId")
    return role is not None and trusts(caller, role.assume_role_policy_document, external_id)


def _no(caller: Known, call: ApiCall, how: str) -> Denial:
    said = f"User: {arn_of(caller)} is not authorized to perform: {permission(call.name)} {how}"
    if call.service == "ec2":
        return Denial(403, "UnauthorizedOperation", said)
    json_style = call.service in {"cloudtrail", "events", "kms", "secretsmanager", "dynamodb"}
    return Denial(403, "AccessDeniedException" if json_style else "AccessDenied", said)


def _bad_token(service: str) -> Denial:
    """Word the refusal of a key as each service does; clients tell them apart by the code."""
    match service:
        case "s3":
            said = "The AWS Access Key Id you provided does not exist in our records."
            return Denial(403, "InvalidAccessKeyId", said)
        case "ec2":
            said = "AWS was not able to validate the provided access credentials"
            return Denial(401, "AuthFailure", said)
        case "iam" | "sts" | "sqs" | "sns":
            return Denial(403, "InvalidClientTokenId", _INVALID)
        case _:
            return Denial(403, "UnrecognizedClientException", _INVALID)


def _expired(service: str) -> Denial:
    code = "ExpiredToken" if service in {"s3", "sts", "iam"} else "ExpiredTokenException"
    return Denial(403, code, "The security token included in the request is expired")


_INVALID = "The security token included in the request is invalid."
