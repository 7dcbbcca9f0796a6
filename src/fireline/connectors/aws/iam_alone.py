"""One user, key, role, group or policy read again, shaped as the account's reading shapes it.

The calls are few and counted: what does not fit is unread, and the next look reads it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fireline.connectors.aws.asking import Answer, Ask, Asking
from fireline.connectors.aws.iam_account import (
    GROUP,
    MFA_DEVICE,
    POLICY,
    account_found,
    device_row,
    group_row,
    key_row,
    policy_found,
    role_row,
    rows_of,
    used_row,
    user_row,
)
from fireline.connectors.aws.iam_report import credential_report, with_keys
from fireline.connectors.aws.listing import CouldNotError, Found, Row
from fireline.connectors.aws.looking_outcomes import RAISED, is_gone
from fireline.core.assets.kinds import ACCESS_KEY, ACCOUNT, ROLE, USER
from fireline.ports.inventory import CouldNotLook

_FEW = "unreadable: it has more policies than one reading may ask for; the next look reads them"


class GoneError(Exception):
    """There is no such thing."""


class _Iam:
    """Asks IAM about one thing; what is missing is gone, what fails concerns the whole reading."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking

    def ask(self, operation: str, **parameters: Any) -> Answer:
        ask = Ask("iam", operation, parameters)
        try:
            return self.asking.ask(ask)
        except RAISED as error:
            raise self._failed(error, ask) from error

    def every(self, operation: str, field: str, **parameters: Any) -> list[Any]:
        ask = Ask("iam", operation, parameters)
        try:
            return [one for page in self.asking.pages(ask) for one in rows_of(page, field)]
        except RAISED as error:
            raise self._failed(error, ask) from error

    def inline(self, found_under: str, names: Sequence[str], owner: Row, of: str) -> Found:
        """Read inline policies by name, as far as calls are left for them."""
        if len(names) > self.asking.left():
            return Found({}, {found_under: _FEW})
        answers = [self.ask(f"Get{of}Policy", **owner, PolicyName=name) for name in names]
        return Found({found_under: answers})

    def _failed(self, error: Exception, ask: Ask) -> Exception:
        if is_gone(error):
            return GoneError()
        return CouldNotError(self.asking.why_not(error, ask))


def read_alone(asking: Asking, kind: str, identifier: str) -> Found | None:
    """Read one thing of IAM again; `None` when it is gone. Raises `CouldNotError`."""
    try:
        return _READS[kind](_Iam(asking), identifier)
    except GoneError:
        return None


def _user(iam: _Iam, name: str) -> Found:
    who = {"UserName": name}
    user = iam.ask("GetUser", **who)["User"]
    keys = iam.every("ListAccessKeys", "AccessKeyMetadata", **who)
    has_mfa = bool(iam.every("ListMFADevices", "MFADevices", **who))
    attached = iam.every("ListAttachedUserPolicies", "AttachedPolicies", **who)
    groups = [one["GroupName"] for one in iam.every("ListGroupsForUser", "Groups", **who)]
    names = iam.every("ListUserPolicies", "PolicyNames", **who)
    report = _report_row(iam, name, keys, has_mfa=has_mfa)
    policies = iam.inline("UserPolicyList", names, who, "User")
    row = user_row(user, policies.row.get("UserPolicyList") or [], attached, groups)
    found = _with(Found(row), policies)
    if isinstance(report, CouldNotLook):
        found.unread["Report"] = f"{report.why.value}: {report.said}"
    else:
        found.row["Report"] = report
    return found


def _report_row(iam: _Iam, name: str, keys: Sequence[Row], *, has_mfa: bool) -> Row | CouldNotLook:
    """Say what the report says of a user, corrected by what is so now."""
    report = credential_report(iam.asking, wait=False)
    if isinstance(report, CouldNotLook):
        return report
    try:
        has_password = _has_password(iam, name)
    except CouldNotError as could_not:
        return could_not.why
    known: Mapping[str, Any] = report.rows.get(name) or {}
    row = with_keys(known, keys)
    return {**row, "mfa_active": has_mfa, "password_enabled": has_password}


def _has_password(iam: _Iam, name: str) -> bool:
    try:
        iam.ask("GetLoginProfile", UserName=name)
    except GoneError:
        return False
    return True


def _key(iam: _Iam, identifier: str) -> Found:
    answer = iam.ask("GetAccessKeyLastUsed", AccessKeyId=identifier)
    user = answer.get("UserName")
    if not user:
        raise GoneError
    for key in iam.every("ListAccessKeys", "AccessKeyMetadata", UserName=user):
        if key.get("AccessKeyId") == identifier:
            return Found(key_row(key, used_row(answer.get("AccessKeyLastUsed") or {})))
    raise GoneError


def _role(iam: _Iam, name: str) -> Found:
    who = {"RoleName": name}
    role = iam.ask("GetRole", **who)["Role"]
    attached = iam.every("ListAttachedRolePolicies", "AttachedPolicies", **who)
    profiles = iam.every("ListInstanceProfilesForRole", "InstanceProfiles", **who)
    names = iam.every("ListRolePolicies", "PolicyNames", **who)
    policies = iam.inline("RolePolicyList", names, who, "Role")
    gathered = {**role, "AttachedManagedPolicies": attached, "InstanceProfileList": profiles}
    return _with(Found(role_row({**gathered, **policies.row})), policies)


def _group(iam: _Iam, name: str) -> Found:
    who = {"GroupName": name}
    group = iam.ask("GetGroup", **who, MaxItems=1)["Group"]
    attached = iam.every("ListAttachedGroupPolicies", "AttachedPolicies", **who)
    names = iam.every("ListGroupPolicies", "PolicyNames", **who)
    policies = iam.inline("GroupPolicyList", names, who, "Group")
    gathered = {**group, "AttachedManagedPolicies": attached}
    return _with(Found(group_row({**gathered, **policies.row})), policies)


def _policy(iam: _Iam, arn: str) -> Found:
    policy = iam.ask("GetPolicy", PolicyArn=arn)["Policy"]
    if ":iam::aws:" in arn and not policy.get("AttachmentCount"):
        # One of AWS's that nobody here has any more is not the account's.
        raise GoneError
    version = policy["DefaultVersionId"]
    document = iam.ask("GetPolicyVersion", PolicyArn=arn, VersionId=version)["PolicyVersion"]
    return policy_found({**policy, "PolicyVersionList": [{**document, "IsDefaultVersion": True}]})


def _device(iam: _Iam, serial: str) -> Found:
    if ":mfa/" not in serial:
        # Hardware and security keys are in no listing of the account's.
        return Found(device_row(iam.ask("GetMFADevice", SerialNumber=serial), virtual=False))
    devices = iam.every("ListVirtualMFADevices", "VirtualMFADevices", AssignmentStatus="Assigned")
    for device in devices:
        if device.get("SerialNumber") == serial:
            return Found(device_row(device, virtual=True))
    raise GoneError


def _account(iam: _Iam, _identifier: str) -> Found:
    return account_found(credential_report(iam.asking, wait=False))


def _with(found: Found, policies: Found) -> Found:
    for name, why in policies.unread.items():
        found.unread[name] = why
        found.row.pop(name, None)
    return found


_READS: Mapping[str, Callable[[_Iam, str], Found]] = {
    USER: _user,
    ACCESS_KEY: _key,
    ROLE: _role,
    GROUP: _group,
    POLICY: _policy,
    MFA_DEVICE: _device,
    ACCOUNT: _account,
}
