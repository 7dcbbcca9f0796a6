"""Refuse the calls AWS would refuse and moto lets through.

Keys nobody made, inactive keys, sessions whose user is gone or whose time is up, regions that are
off, explicit denies (those on `aws:TokenIssueTime` above all), roles that do not trust who asks,
public access that is blocked, and what EC2 will not do to things in use.
"""

from typing import assert_never

from fireline.lab.aws.answers import Denial
from fireline.lab.aws.asked import Asked
from fireline.lab.aws.call import ApiCall
from fireline.lab.aws.conditions import context_of
from fireline.lab.aws.identify import (
    Anonymous,
    FederatedSession,
    Known,
    RoleSession,
    RootKey,
    UserKey,
    UserSession,
    arn_of,
    find_role,
)
from fireline.lab.aws.in_use import why_not_now
from fireline.lab.aws.own_sts import account_in
from fireline.lab.aws.policy import bucket_denies, denies, permission, targets_of, trusts
from fireline.lab.aws.public import find_bucket, why_blocked

_JSON_DENIALS = frozenset(
    {
        *("cloudtrail", "events", "kms", "secretsmanager", "dynamodb", "lambda", "guardduty"),
        *("logs", "ssm", "ecr", "ecs", "eks", "config", "securityhub", "organizations", "account"),
        *("accessanalyzer", "wafv2", "acm", "stepfunctions", "resourcegroupstaggingapi"),
    }
)
_INVALID = "The security token included in the request is invalid."
# A session without MFA may not call IAM, nor anything of STS but these; a federated one may never
# ("Comparing AWS STS credentials" in the IAM user guide).
_STS_OF_SESSIONS = frozenset({"sts:AssumeRole", "sts:GetCallerIdentity"})


def why_refuse(asked: Asked) -> Denial | None:
    """Say why AWS would refuse a call of somebody known. None lets it pass."""
    return _unfit(asked) or _denied(asked) or why_blocked(asked.caller, asked.call)


def why_not(asked: Asked) -> Denial | None:
    """Say what AWS would not do, whoever asks, though moto would. None lets it pass."""
    return why_not_now(asked)


def _unfit(asked: Asked) -> Denial | None:
    """Refuse credentials that are no good here and now."""
    caller, call = asked.caller, asked.call
    if not asked.settings.is_on(call.region):
        # Credentials do not reach a region that is off, so they look made up there ("Enable or
        # disable AWS Regions in your account").
        return bad_token(call.service)
    match caller:
        case Anonymous() | RootKey():
            return None
        case UserKey(active=active):
            return None if active else bad_token(call.service)
        case UserSession(lease=lease) | FederatedSession(lease=lease) | RoleSession(lease=lease):
            if asked.now >= lease.expires:
                return _expired(call.service)
            return None if _may_ask(caller, call) else bad_token(call.service)
        case _:
            assert_never(caller)


def _may_ask(caller: UserSession | FederatedSession | RoleSession, call: ApiCall) -> bool:
    if call.service not in {"iam", "sts"} or isinstance(caller, RoleSession):
        return True
    if call.service == "sts":
        mine = {"sts:GetCallerIdentity"} if isinstance(caller, FederatedSession) else None
        return call.name in (mine or _STS_OF_SESSIONS)
    return isinstance(caller, UserSession) and caller.lease.mfa


def _denied(asked: Asked) -> Denial | None:
    caller, call = asked.caller, asked.call
    if denies(caller, call):
        return _no(caller, call, "with an explicit deny in an identity-based policy")
    bucket = find_bucket(str(call.parameters.get("Bucket", ""))) if call.service == "s3" else None
    document = bucket.policy if bucket is not None else None
    # Nobody locks the root out of a bucket for good.
    if (
        document is not None
        and not isinstance(caller, RootKey)
        and bucket_denies(caller, call, document.decode())
    ):
        return _no(caller, call, "with an explicit deny in a resource-based policy")
    if call.name == "sts:AssumeRole":
        return _not_trusted(caller, call)
    return None


def _not_trusted(caller: Known, call: ApiCall) -> Denial | None:
    if isinstance(caller, RootKey):
        return Denial(403, "AccessDenied", "Roles may not be assumed by root accounts.")
    arn = str(call.parameters.get("RoleArn", ""))
    account = account_in(arn)
    role = find_role(account, arn) if account.isdigit() else None
    document = role.assume_role_policy_document if role is not None else "{}"
    if trusts(caller, document, context_of(caller, call)):
        return None
    return _no(caller, call, f"on resource: {arn}")


def _no(caller: Known, call: ApiCall, how: str) -> Denial:
    said = f"User: {arn_of(caller)} is not authorized to perform: {permission(call.name)} {how}"
    targets = targets_of(call, caller.account)
    if targets and not how.startswith("on resource"):
        said = said.replace(how, f"on resource: {targets[0]} {how}")
    if call.service == "ec2":
        return Denial(403, "UnauthorizedOperation", said)
    code = "AccessDeniedException" if call.service in _JSON_DENIALS else "AccessDenied"
    return Denial(400 if code != "AccessDenied" else 403, code, said)


def bad_token(service: str) -> Denial:
    """Word the refusal of a key as each service does; clients tell them apart by the code."""
    match service:
        case "s3" | "s3control":
            said = "The AWS Access Key Id you provided does not exist in our records."
            return Denial(403, "InvalidAccessKeyId", said)
        case "ec2":
            said = "AWS was not able to validate the provided access credentials"
            return Denial(401, "AuthFailure", said)
        case "iam" | "sts" | "sqs" | "sns" | "rds" | "elbv2" | "elb" | "autoscaling":
            return Denial(403, "InvalidClientTokenId", _INVALID)
        case "cloudwatch" | "cloudformation" | "redshift" | "elasticache":
            return Denial(403, "InvalidClientTokenId", _INVALID)
        case _:
            return Denial(403, "UnrecognizedClientException", _INVALID)


def _expired(service: str) -> Denial:
    code = "ExpiredToken" if service in {"s3", "sts", "iam"} else "ExpiredTokenException"
    if service == "ec2":
        code = "RequestExpired"
    return Denial(403, code, "The security token included in the request is expired")
