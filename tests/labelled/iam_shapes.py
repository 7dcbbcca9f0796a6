"""Users, keys, roles, groups and policies as the connector composes them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.labelled.labels import Labels, Thing

ID = "420000000001"


def text(*statements: Mapping[str, Any], version: str = "2012-10-17") -> str:
    """Write a policy."""
    return json.dumps({"Version": version, "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Write a statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Write a statement that denies."""
    return {**allow(action, resource, **more), "Effect": "Deny"}


def inline(*documents: str) -> list[dict[str, str]]:
    """Name policies kept in their owner."""
    return [
        {"PolicyName": f"inline-{number}", "PolicyDocument": document}
        for number, document in enumerate(documents)
    ]


def attached(*names: str, account: str = "aws") -> list[dict[str, str]]:
    """Attach managed policies."""
    return [
        {"PolicyName": name, "PolicyArn": f"arn:aws:iam::{account}:policy/{name}"} for name in names
    ]


def report(name: str, **over: Any) -> dict[str, Any]:
    """Write a user's row of the credential report: no password, no keys, unless said."""
    keys = {
        f"access_key_{slot}_{part}": False if part == "active" else None
        for slot in (1, 2)
        for part in (
            "active",
            "last_rotated",
            "last_used_date",
            "last_used_region",
            "last_used_service",
        )
    }
    return {
        "user": name,
        "arn": f"arn:aws:iam::{ID}:user/{name}",
        "user_creation_time": "2025-03-04T05:06:07Z",
        "password_enabled": False,
        "password_last_used": None,
        "password_last_changed": None,
        "password_next_rotation": None,
        "mfa_active": False,
        **keys,
        "cert_1_active": False,
        "cert_1_last_rotated": None,
        "cert_2_active": False,
        "cert_2_last_rotated": None,
        **over,
    }


def user(name: str, says: Labels, unread: Mapping[str, str] | None = None, **over: Any) -> Thing:
    """Make a user; one of the report's columns, or a part of the user, may be said otherwise."""
    columns = {key: value for key, value in over.items() if key[0].islower()}
    parts = {key: value for key, value in over.items() if not key[0].islower()}
    said: dict[str, Any] = {
        "UserName": name,
        "UserId": f"AIDA{len(name):012d}EXMP",
        "Arn": f"arn:aws:iam::{ID}:user/{name}",
        "Path": "/",
        "CreateDate": "2025-03-04T05:06:07Z",
        "UserPolicyList": [],
        "AttachedManagedPolicies": [],
        "GroupList": ["developers"],
        "Tags": [],
        "Report": report(name, **columns),
        **parts,
    }
    unread = unread or {}
    known = {part: value for part, value in said.items() if part not in unread}
    return Thing("aws.iam.user", known, says, unread=unread)


def key(
    id_: str,
    says: Labels,
    *,
    of: str = "nobody-listed",
    status: str = "Active",
    made: str | None = "2026-05-01T09:00:00Z",
    used: Any = "2026-05-31T09:00:00Z",
    unread: Mapping[str, str] | None = None,
) -> Thing:
    """Make an access key; `used` is when, or `...` for what could not be read."""
    said: dict[str, Any] = {"AccessKeyId": id_, "UserName": of, "Status": status}
    if made is not None:
        said["CreateDate"] = made
    if used is not ...:
        here = {"Service": "s3", "Region": "eu-west-1"} if used else {}
        said["LastUsed"] = {"Date": used, "Service": None, "Region": None, **here}
    return Thing("aws.iam.access_key", said, says, unread=unread or {})


def role(name: str, says: Labels, trust: str | Sequence[Mapping[str, Any]], **over: Any) -> Thing:
    """Make a role with a trust policy: its text, or its statements."""
    said: dict[str, Any] = {
        "RoleName": name,
        "RoleId": f"AROA{len(name):012d}EXMP",
        "Arn": f"arn:aws:iam::{ID}:role/{name}",
        "Path": "/",
        "CreateDate": "2025-03-04T05:06:07Z",
        "AssumeRolePolicyDocument": trust if isinstance(trust, str) else text(*trust),
        "RolePolicyList": [],
        "AttachedManagedPolicies": attached("ReadOnlyAccess"),
        "InstanceProfileList": [],
        "RoleLastUsed": {},
        "Tags": [],
        **over,
    }
    unread: dict[str, str] = {
        part: value[0] for part, value in said.items() if isinstance(value, tuple)
    }
    known = {part: value for part, value in said.items() if part not in unread}
    return Thing("aws.iam.role", known, says, unread=unread)


def policy(
    name: str, says: Labels, document: str | None, *, account: str = ID, **over: Any
) -> Thing:
    """Make a managed policy; without a document it could not be read."""
    said: dict[str, Any] = {
        "PolicyName": name,
        "PolicyId": f"ANPA{len(name):012d}EXMP",
        "Arn": f"arn:aws:iam::{account}:policy/{name}",
        "Path": "/",
        "DefaultVersionId": "v2",
        "AttachmentCount": 1,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": "2025-03-04T05:06:07Z",
        "UpdateDate": "2025-08-04T05:06:07Z",
        **over,
    }
    if document is None:
        unread = {"Document": "unreadable: IAM did not say the default version's text"}
        return Thing("aws.iam.policy", said, says, unread=unread)
    return Thing("aws.iam.policy", {**said, "Document": document}, says)
