"""Whether a policy denies a call: the part of IAM's language that containment uses.

Denies only. The lab lets everybody do everything until somebody denies it, so that scenarios say
what matters and nothing else. A condition this room does not know never denies.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, cast

from fireline.lab.aws.call import ApiCall
from fireline.lab.aws.conditions import Context, are_met, context_of, texts
from fireline.lab.aws.identify import (
    Anonymous,
    FederatedSession,
    Known,
    RoleSession,
    RootKey,
    UserKey,
    UserSession,
    arn_of,
    identity_policies,
    root_arn,
)

Statement = Mapping[str, Any]

# What IAM calls the permission, where it is not the operation's own name.
_PERMISSIONS = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3control:PutPublicAccessBlock": "s3:PutAccountPublicAccessBlock",
    "s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
    "s3control:DeletePublicAccessBlock": "s3:PutAccountPublicAccessBlock",
    "lambda:Invoke": "lambda:InvokeFunction",
}
# Where IAM's name of a service is not the name of the API's model.
_PREFIXES = {
    "s3control": "s3",
    "elbv2": "elasticloadbalancing",
    "elb": "elasticloadbalancing",
    "efs": "elasticfilesystem",
    "stepfunctions": "states",
    "resourcegroupstaggingapi": "tag",
    "accessanalyzer": "access-analyzer",
}
# AWS answers these whatever a policy says: "no permissions are required".
_ALWAYS = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})


def permission(call_name: str) -> str:
    """Return the IAM permission a call needs."""
    if call_name in _PERMISSIONS:
        return _PERMISSIONS[call_name]
    service, _, operation = call_name.partition(":")
    return f"{_PREFIXES.get(service, service)}:{operation}"


def denies(caller: Known, call: ApiCall) -> bool:
    """Tell whether any policy of the caller's user or role explicitly denies the call."""
    if call.name in _ALWAYS:
        return False
    documents = identity_policies(caller)
    if not documents:
        return False
    needed, context = permission(call.name), context_of(caller, call)
    targets = targets_of(call, caller.account)
    return any(
        _applies(statement, "Deny", needed, targets) and are_met(_conditions(statement), context)
        for document in documents.values()
        for statement in statements(document)
    )


def bucket_denies(caller: Known, call: ApiCall, document: str) -> bool:
    """Tell whether a bucket's own policy explicitly denies the call to this caller."""
    needed, context = permission(call.name), context_of(caller, call)
    return any(
        _applies(one, "Deny", needed, targets_of(call, caller.account))
        and names(one, caller)
        and are_met(_conditions(one), context)
        for one in statements(document)
    )


def trusts(caller: Known, document: str, context: Context) -> bool:
    """Tell whether a role's trust policy lets this caller assume it."""
    allowed = [
        one
        for one in statements(document)
        if one.get("Effect") == "Allow" and _covers(one, "sts:AssumeRole")
    ]
    return any(names(one, caller) and _trust_met(one, context) for one in allowed)


def public_statements(document: str) -> Sequence[Statement]:
    """Return the statements that allow everybody something, without a condition."""
    return [
        one
        for one in statements(document)
        if one.get("Effect") == "Allow" and _is_everybody(one) and not one.get("Condition")
    ]


def allows(statement: Statement, needed: str, targets: Sequence[str]) -> bool:
    """Tell whether a statement allows a permission on any of these resources."""
    return _applies(statement, "Allow", needed, targets)


def statements(document: str) -> Sequence[Statement]:
    """Read a policy's statements; one that cannot be read has none."""
    try:
        found = json.loads(document)["Statement"]
    except (ValueError, KeyError, TypeError):
        return ()
    return cast("Sequence[Statement]", found if isinstance(found, list) else [found])


def targets_of(call: ApiCall, account: str) -> Sequence[str]:
    """Return the ARNs a call is about; none when it names none this room can tell."""
    given = call.parameters
    if call.service == "s3" and "Bucket" in given:
        bucket = f"arn:aws:s3:::{given['Bucket']}"
        return [f"{bucket}/{given['Key']}"] if "Key" in given else [bucket]
    if call.service == "iam":
        named = (("UserName", "user"), ("RoleName", "role"), ("GroupName", "group"))
        found = [
            f"arn:aws:iam::{account}:{kind}/{given[name]}" for name, kind in named if name in given
        ]
        return found or [str(given["PolicyArn"])] if found or "PolicyArn" in given else []
    return [str(value) for name, value in given.items() if name.lower().endswith("arn")]


def _conditions(statement: Statement) -> Mapping[str, Mapping[str, Any]]:
    return statement.get("Condition") or {}


def _applies(statement: Statement, effect: str, needed: str, targets: Sequence[str]) -> bool:
    return (
        statement.get("Effect") == effect
        and _covers(statement, needed)
        and _concerns(statement, targets)
    )


def _covers(statement: Statement, needed: str) -> bool:
    if "NotAction" in statement:
        return not _any_matches(needed, texts(statement["NotAction"]))
    return _any_matches(needed, texts(statement.get("Action")))


def _concerns(statement: Statement, targets: Sequence[str]) -> bool:
    if "NotResource" in statement:
        spared = texts(statement["NotResource"])
        return not any(fnmatchcase(one, pattern) for one in targets or ["*"] for pattern in spared)
    patterns = texts(statement.get("Resource"))
    return "*" in patterns or any(
        fnmatchcase(one, pattern) for one in targets for pattern in patterns
    )


def _any_matches(needed: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(needed.lower(), pattern.lower()) for pattern in patterns)


def _is_everybody(statement: Statement) -> bool:
    principal: Any = statement.get("Principal")
    return principal == "*" or (isinstance(principal, dict) and "*" in texts(_aws(statement)))


def names(statement: Statement, caller: Known) -> bool:
    """Tell whether a statement's principal is this caller, or everybody."""
    if "NotPrincipal" in statement:
        spared: Any = statement["NotPrincipal"]
        listed = () if isinstance(spared, str) else texts(spared.get("AWS"))
        return not any(one in listed for one in _selves(caller))
    return _is_everybody(statement) or any(one in texts(_aws(statement)) for one in _selves(caller))


def _aws(statement: Statement) -> object:
    principal: Any = statement.get("Principal")
    return cast("Mapping[str, object]", principal).get("AWS") if principal else None


def _selves(caller: Known) -> Sequence[str]:
    """Return every name a policy may know a caller by."""
    if isinstance(caller, Anonymous):
        return ()
    whole = [caller.account, root_arn(caller.account), arn_of(caller)]
    match caller:
        case RoleSession(role=role):
            return [*whole, role.arn]
        case UserSession(user=user) | FederatedSession(user=user) | UserKey(user=user):
            return [*whole, user.arn]
        case RootKey():
            return whole


def _trust_met(statement: Statement, context: Context) -> bool:
    """Tell whether a trust's conditions hold; one this room does not know does not stand in it."""
    conditions = {
        operator: {key: value for key, value in tests.items() if key.lower() in context}
        for operator, tests in _conditions(statement).items()
    }
    wanted = _conditions(statement).get("StringEquals") or {}
    if "sts:ExternalId" in wanted and "sts:externalid" not in context:
        return False
    return are_met(conditions, context)
