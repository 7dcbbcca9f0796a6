"""Read IAM keys and users into the states that actions compare. Every listing reads every page."""

from typing import Any
from urllib.parse import unquote

from fireline.connectors.aws.session import Client
from fireline.core.values.json import JsonObject
from fireline.ports.cloud import Absent, Present, Reading


def read_access_key(iam: Client, key: str) -> Reading:
    """Read an access key: whose it is, its status, its last use and its siblings."""
    used = iam.get_access_key_last_used(AccessKeyId=key)
    user = used.get("UserName")
    if not user:
        return Absent()
    keys = list_keys(iam, user)
    own = next((one for one in keys if one["AccessKeyId"] == key), None)
    if own is None:
        return Absent()
    others = [one for one in keys if one["AccessKeyId"] != key and one["Status"] == "Active"]
    return Present(
        {
            "user": user,
            "user_arn": iam.get_user(UserName=user)["User"]["Arn"],
            "status": own["Status"],
            "last_used": last_used_text(used.get("AccessKeyLastUsed") or {}),
            "other_active_keys": len(others),
        }
    )


def read_user(iam: Client, name: str) -> Reading:
    """Read a user with the exact text of each of its inline policies."""
    user = iam.get_user(UserName=name)["User"]
    keys = list_keys(iam, name)
    policies: JsonObject = inline_policies(iam, name)
    return Present(
        {
            "arn": user["Arn"],
            "inline_policies": policies,
            "active_keys": sum(1 for one in keys if one["Status"] == "Active"),
        }
    )


def inline_policies(iam: Client, user: str) -> dict[str, str]:
    """Return a user's inline policies by name, byte for byte as they were written."""
    names = every(iam, "list_user_policies", "PolicyNames", UserName=user)
    return {
        name: unquote(iam.get_user_policy(UserName=user, PolicyName=name)["PolicyDocument"])
        for name in names
    }


def list_keys(iam: Client, user: str) -> list[dict[str, Any]]:
    """Return a user's access keys."""
    return every(iam, "list_access_keys", "AccessKeyMetadata", UserName=user)


def every(client: Client, operation: str, field: str, **asked: str) -> list[Any]:
    """Return everything a listing gives, page after page."""
    pages = client.get_paginator(operation).paginate(**asked)
    return [item for page in pages for item in page.get(field, [])]


def last_used_text(used: dict[str, Any]) -> str:
    """Say when and where a key was last used. AWS writes `N/A` where it never was."""
    at = used.get("LastUsedDate")
    if at is None:
        return "never"
    return f"{at:%Y-%m-%d %H:%M} UTC in {used.get('ServiceName')} ({used.get('Region')})"
