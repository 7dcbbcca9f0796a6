"""Whether a policy denies a call: the part of IAM's language that containment uses.

Denies only. The lab lets everybody do everything until somebody denies it, so that scenarios say
what matters and nothing else. A condition this room does not know never denies.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, cast

from fireline.lab.aws.identify import Known, RoleSession, UserKey, UserSession

Statement = Mapping[str, Any]

_COMPARE: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "DateLessThan": lambda given, limit: given < limit,
    "DateLessThanEquals": lambda given, limit: given <= limit,
    "DateGreaterThan": lambda given, limit: given > limit,
    "DateGreaterThanEquals": lambda given, limit: given >= limit,
    "DateEquals": lambda given, limit: given == limit,
}
# What IAM calls the permission, where it is not the operation's own name.
_PERMISSIONS = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
}
# AWS answers these whatever a policy says: "no permissions are required".
_ALWAYS = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})


def permission(call_name: str) -> str:
    """Return the IAM permission a call needs."""
    return _PERMISSIONS.get(call_name, call_name)


def denies(caller: Known, call_name: str) -> bool:
    """Tell whether any policy of the caller's user or role explicitly denies the call."""
    needed = permission(call_name)
    if needed in _ALWAYS:
        return False
    issued = _issued(caller)
    return any(_denies(statement, needed, issued) for statement in _statements(caller))


def trusts(caller: Known, document: str, external_id: str | None) -> bool:
    """Tell whether a role's trust policy lets this caller assume it."""
    allowed = [
        one
        for one in _parse(document)
        if one.get("Effect") == "Allow" and _covers(one, "sts:AssumeRole")
    ]
    return any(_names(one, caller) and _external(one, external_id) for one in allowed)


def _statements(caller: Known) -> Iterable[Statement]:
    match caller:
        case UserKey() | UserSession():
            owner = caller.user
        case RoleSession():
            owner = caller.role
    for document in list(owner.policies.values()):
        yield from _parse(document)
    for managed in list(owner.managed_policies.values()):
        for version in list(managed.versions):
            if version.is_default:
                yield from _parse(version.document)


def _parse(document: str) -> Sequence[Statement]:
    try:
        found = json.loads(document)["Statement"]
    except (ValueError, KeyError, TypeError):
        return ()
    return cast("Sequence[Statement]", found if isinstance(found, list) else [found])


def _issued(caller: Known) -> datetime | None:
    match caller:
        case UserKey():
            # A long-term key has no token, hence no issue time: a condition on it is never met.
            return None
        case UserSession() | RoleSession():
            return caller.issued


def _denies(statement: Statement, needed: str, issued: datetime | None) -> bool:
    return (
        statement.get("Effect") == "Deny"
        and _covers(statement, needed)
        and "*" in _texts(statement.get("Resource"))
        and _met(statement.get("Condition") or {}, issued)
    )


def _covers(statement: Statement, needed: str) -> bool:
    if "NotAction" in statement:
        return not _any_matches(needed, _texts(statement["NotAction"]))
    return _any_matches(needed, _texts(statement.get("Action")))


def _any_matches(needed: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(needed.lower(), pattern.lower()) for pattern in patterns)


def _met(condition: Mapping[str, Mapping[str, Any]], issued: datetime | None) -> bool:
    return all(
        _one_met(operator, key, value, issued)
        for operator, tests in condition.items()
        for key, value in tests.items()
    )


def _one_met(operator: str, key: str, value: object, issued: datetime | None) -> bool:
    compare = _COMPARE.get(operator.removesuffix("IfExists"))
    if compare is None or key.lower() != "aws:tokenissuetime":
        return False
    if issued is None:
        return operator.endswith("IfExists")
    limits = [_moment(text) for text in _texts(value)]
    return any(compare(issued, limit) for limit in limits if limit is not None)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _names(statement: Statement, caller: Known) -> bool:
    principal: Any = statement.get("Principal") or {}
    named = ["*"] if principal == "*" else _texts(principal.get("AWS"))
    whole = {"*", caller.account, f"arn:aws:iam::{caller.account}:root"}
    match caller:
        case UserKey() | UserSession():
            own = caller.user.arn
        case RoleSession():
            own = caller.role.arn
    return any(one in whole or one == own for one in named)


def _external(statement: Statement, given: str | None) -> bool:
    condition: Any = statement.get("Condition") or {}
    wanted: Any = condition.get("StringEquals") or {}
    return "sts:ExternalId" not in wanted or given in _texts(wanted["sts:ExternalId"])


def _texts(value: object) -> Sequence[str]:
    if isinstance(value, str):
        return (value,)
    return cast("Sequence[str]", value) if isinstance(value, list) else ()
