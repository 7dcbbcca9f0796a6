"""Collect what IAM knows of a key or a user before it is changed. Reads only.

What could not be read is written down as that, with the reason: denied is not the same as empty.
What an investigation cannot do without makes the whole collection unreadable.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import boto3

from fireline.connectors.aws.iam_state import every, inline_policies, list_keys
from fireline.connectors.aws.outcomes import RAISED, is_absent, unreadable
from fireline.connectors.aws.session import Client
from fireline.core.assets.ref import AssetRef
from fireline.ports.cloud import Artefact, Unreadable

TOOL = f"boto3 {boto3.__version__}"


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing to collect. `needed`: without it, nothing may be changed."""

    name: str
    method: str
    needed: bool
    ask: Callable[[Client, str], Any]


def collect_access_key(iam: Client, asset: AssetRef) -> tuple[Artefact, ...] | Unreadable:
    """Collect a key's metadata and last use, and its user's other keys."""
    return _collect(iam, asset, _OF_KEY)


def collect_user(iam: Client, asset: AssetRef) -> tuple[Artefact, ...] | Unreadable:
    """Collect a user with groups, policies and their documents, keys, MFA and console sign-in."""
    return _collect(iam, asset, _OF_USER)


def _collect(
    iam: Client, asset: AssetRef, parts: tuple[_Part, ...]
) -> tuple[Artefact, ...] | Unreadable:
    found: list[Artefact] = []
    for part in parts:
        try:
            answer = part.ask(iam, asset.id)
        except RAISED as error:
            if part.needed:
                return unreadable(error)
            answer = {"unreadable": unreadable(error).why}
        body = json.dumps(answer, default=_plain, sort_keys=True, indent=1).encode()
        found.append(Artefact(f"{asset.id}-{part.name}.json", asset, part.method, TOOL, body))
    return tuple(found)


def _key(iam: Client, key: str) -> dict[str, Any]:
    used = iam.get_access_key_last_used(AccessKeyId=key)
    user = used.get("UserName")
    return {
        "last_used": _told(used),
        "keys_of_user": list_keys(iam, user) if user else [],
    }


def _user(iam: Client, user: str) -> dict[str, Any]:
    return _told(iam.get_user(UserName=user))


def _groups(iam: Client, user: str) -> list[Any]:
    return every(iam, "list_groups_for_user", "Groups", UserName=user)


def _attached(iam: Client, user: str) -> list[dict[str, Any]]:
    attached = every(iam, "list_attached_user_policies", "AttachedPolicies", UserName=user)
    return [{**policy, "Document": _document(iam, policy["PolicyArn"])} for policy in attached]


def _document(iam: Client, arn: str) -> str:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=arn, VersionId=version)
    return unquote(found["PolicyVersion"]["Document"])


def _mfa(iam: Client, user: str) -> list[Any]:
    return every(iam, "list_mfa_devices", "MFADevices", UserName=user)


def _login_profile(iam: Client, user: str) -> dict[str, Any]:
    try:
        return {"login_profile": _told(iam.get_login_profile(UserName=user))}
    except RAISED as error:
        if is_absent(error):
            return {"login_profile": None}
        raise


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with AWS's id of the request, and without the transport's headers."""
    about = answer.get("ResponseMetadata", {})
    kept = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    return {**kept, "request_id": about.get("RequestId")}


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    msg = f"AWS answered something that is not JSON: {type(value).__name__}"
    raise TypeError(msg)


_OF_KEY = (_Part("key", "iam:GetAccessKeyLastUsed, iam:ListAccessKeys", needed=True, ask=_key),)
_OF_USER = (
    _Part("user", "iam:GetUser", needed=True, ask=_user),
    _Part("keys", "iam:ListAccessKeys", needed=True, ask=list_keys),
    _Part(
        "inline-policies",
        "iam:ListUserPolicies, iam:GetUserPolicy",
        needed=True,
        ask=inline_policies,
    ),
    _Part(
        "attached-policies",
        "iam:ListAttachedUserPolicies, iam:GetPolicy, iam:GetPolicyVersion",
        needed=False,
        ask=_attached,
    ),
    _Part("groups", "iam:ListGroupsForUser", needed=False, ask=_groups),
    _Part("mfa", "iam:ListMFADevices", needed=False, ask=_mfa),
    _Part("login-profile", "iam:GetLoginProfile", needed=False, ask=_login_profile),
)
