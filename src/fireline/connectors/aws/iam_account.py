"""IAM of a whole account in a handful of calls: two reports instead of several calls for each.

What either report leaves out (which keys a user has, keys of hardware) is asked only of the users
that have any. Policies stay the text AWS keeps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fireline.connectors.aws.asking import Ask, Asking
from fireline.connectors.aws.iam_report import (
    ROOT_USER,
    Report,
    credential_report,
    has_keys,
    last_use,
    with_keys,
)
from fireline.connectors.aws.listing import CouldNotError, Found, Row
from fireline.connectors.aws.looking_outcomes import RAISED, is_gone
from fireline.core.assets.kinds import ACCESS_KEY, ACCOUNT, ROLE, USER
from fireline.ports.inventory import CouldNotLook, Why

GROUP = "aws.iam.group"
POLICY = "aws.iam.policy"
MFA_DEVICE = "aws.iam.mfa_device"
IAM_KINDS = (USER, ACCESS_KEY, ROLE, GROUP, POLICY, MFA_DEVICE, ACCOUNT)

_ATTACHED = ("PolicyName", "PolicyArn")
_USER = ("UserName", "UserId", "Arn", "Path", "CreateDate", "PermissionsBoundary")
_ROLE = ("RoleName", "RoleId", "Arn", "Path", "CreateDate", "PermissionsBoundary")
_GROUP = ("GroupName", "GroupId", "Arn", "Path", "CreateDate")
_POLICY = (
    *("Arn", "Path", "DefaultVersionId", "AttachmentCount"),
    *("CreateDate", "UpdateDate"),
)
_PROFILE = ("InstanceProfileName", "InstanceProfileId", "Arn")

Spread = Callable[[Callable[[Any], None], Sequence[Any]], None]


@dataclass(slots=True)
class IamFound:
    """What there is of each kind, and the kinds that could not be looked at."""

    found: dict[str, list[Found]] = field(default_factory=lambda: {kind: [] for kind in IAM_KINDS})
    missed: dict[str, CouldNotLook] = field(default_factory=dict[str, CouldNotLook])

    def miss(self, why: CouldNotLook, *kinds: str) -> None:
        """Note that kinds could not be looked at; the first reason stays."""
        if why.why is Why.CREDENTIALS:
            raise CouldNotError(why)
        for kind in kinds:
            self.missed.setdefault(kind, why)


def read_iam(asking: Asking, spread: Spread) -> IamFound:
    """Read everybody and everything they may do. Raises `CouldNotError` without credentials."""
    seen = IamFound()
    report = credential_report(asking)
    seen.found[ACCOUNT].append(account_found(report))
    try:
        details = _authorization(asking)
    except CouldNotError as could_not:
        seen.miss(could_not.why, USER, ACCESS_KEY, ROLE, GROUP, POLICY)
        details = {}
    seen.found[ROLE] += [Found(role_row(row)) for row in details.get("RoleDetailList", [])]
    seen.found[GROUP] += [Found(group_row(row)) for row in details.get("GroupDetailList", [])]
    seen.found[POLICY] += [policy_found(row) for row in details.get("Policies", []) if _counts(row)]
    users = [_user_found(row, report) for row in details.get("UserDetailList", [])]
    seen.found[USER] += users
    _read_devices(asking, seen, users, spread)
    _read_keys(asking, seen, users, report, spread)
    return seen


def user_row(user: Row, policies: list[Any], attached: list[Any], groups: list[str]) -> Row:
    """Write a user as the inventory keeps one."""
    return {
        **_only(user, _USER),
        "UserPolicyList": _inline(policies),
        "AttachedManagedPolicies": _attached(attached),
        "GroupList": sorted(groups),
        "Tags": user.get("Tags") or [],
    }


def role_row(role: Row) -> Row:
    """Write a role as the inventory keeps one, from the account's report or from parts."""
    return {
        **_only(role, _ROLE),
        "AssumeRolePolicyDocument": role.get("AssumeRolePolicyDocument"),
        "RolePolicyList": _inline(rows_of(role, "RolePolicyList")),
        "AttachedManagedPolicies": _attached(rows_of(role, "AttachedManagedPolicies")),
        "InstanceProfileList": [
            _only(one, _PROFILE) for one in rows_of(role, "InstanceProfileList")
        ],
        "RoleLastUsed": role.get("RoleLastUsed") or {},
        "Tags": role.get("Tags") or [],
    }


def group_row(group: Row) -> Row:
    """Write a group as the inventory keeps one."""
    return {
        **_only(group, _GROUP),
        "GroupPolicyList": _inline(rows_of(group, "GroupPolicyList")),
        "AttachedManagedPolicies": _attached(rows_of(group, "AttachedManagedPolicies")),
    }


def policy_found(policy: Row) -> Found:
    """Write a policy with the text of its default version."""
    versions = rows_of(policy, "PolicyVersionList")
    document = next((one.get("Document") for one in versions if one.get("IsDefaultVersion")), None)
    row = _only(policy, _POLICY)
    # Emulators leave the name out of the account's report; it is the end of the ARN.
    found = Found({**row, "PolicyName": str(row.get("Arn", "")).rpartition("/")[2]})
    if document is None:
        found.unread["Document"] = "unreadable: IAM did not say the default version's text"
    else:
        found.row["Document"] = document
    return found


def key_row(key: Row, used: Mapping[str, Any]) -> Row:
    """Write an access key as the inventory keeps one."""
    row = _only(key, ("AccessKeyId", "UserName", "Status", "CreateDate"))
    return {**row, "LastUsed": dict(used)}


def device_row(device: Row, *, virtual: bool) -> Row:
    """Write an MFA device as the inventory keeps one."""
    return {
        "SerialNumber": device.get("SerialNumber"),
        "UserName": device.get("UserName") or _owner(device.get("User") or {}),
        "EnableDate": device.get("EnableDate"),
        "Virtual": virtual,
    }


def account_found(report: Report | CouldNotLook) -> Found:
    """Write what the report says of the root user; the table's details say the rest."""
    if isinstance(report, CouldNotLook):
        return Found({}, {"Root": f"{report.why.value}: {report.said}"})
    return Found({"Root": report.rows.get(ROOT_USER)})


def rows_of(answer: Row, name: str) -> list[Row]:
    """Return a list an answer may leave out."""
    return list(answer.get(name) or ())


def used_row(used: Row) -> Row:
    """Write when a key was last used, as GetAccessKeyLastUsed says it."""

    def known(name: str) -> Any:
        value = used.get(name)
        return None if value == "N/A" else value

    return {
        "Date": known("LastUsedDate"),
        "Service": known("ServiceName"),
        "Region": known("Region"),
    }


def _authorization(asking: Asking) -> dict[str, list[Any]]:
    ask = Ask("iam", "GetAccountAuthorizationDetails", {"MaxItems": 1000})
    gathered: dict[str, list[Any]] = {}
    try:
        for page in asking.pages(ask):
            for name in ("UserDetailList", "RoleDetailList", "GroupDetailList", "Policies"):
                gathered.setdefault(name, []).extend(page.get(name) or [])
    except RAISED as error:
        raise CouldNotError(asking.why_not(error, ask)) from error
    return gathered


def _user_found(user: Row, report: Report | CouldNotLook) -> Found:
    found = Found(
        user_row(
            user,
            rows_of(user, "UserPolicyList"),
            rows_of(user, "AttachedManagedPolicies"),
            user.get("GroupList") or [],
        )
    )
    if isinstance(report, CouldNotLook):
        found.unread["Report"] = f"{report.why.value}: {report.said}"
    elif (row := report.rows.get(str(user.get("UserName")))) is None:
        found.unread["Report"] = "unreadable: the credential report is older than the user"
    else:
        found.row["Report"] = dict(row)
    return found


def _read_devices(asking: Asking, seen: IamFound, users: Sequence[Found], spread: Spread) -> None:
    """List MFA devices: virtual ones at once, others only of users the report says have one."""
    ask = Ask("iam", "ListVirtualMFADevices", {"AssignmentStatus": "Assigned"})
    try:
        pages = list(asking.pages(ask))
    except RAISED as error:
        seen.miss(asking.why_not(error, ask), MFA_DEVICE)
        return
    with_one: set[str] = set()
    for device in (one for page in pages for one in rows_of(page, "VirtualMFADevices")):
        row = device_row(device, virtual=True)
        with_one.add(str(row["UserName"]))
        seen.found[MFA_DEVICE].append(Found(row))

    def read(found: Found) -> None:
        name = str(found.row.get("UserName"))
        report = found.row.get("Report")
        if report is None or name in with_one:
            if report is not None:
                report["mfa_active"] = True
            return
        if not report.get("mfa_active"):
            return
        listing = Ask("iam", "ListMFADevices", {"UserName": name})
        try:
            devices = [one for page in asking.pages(listing) for one in page["MFADevices"]]
        except RAISED as error:
            seen.miss(asking.why_not(error, listing), MFA_DEVICE)
            return
        report["mfa_active"] = bool(devices)
        seen.found[MFA_DEVICE] += [Found(device_row(one, virtual=False)) for one in devices]

    spread(read, users)


def _owner(user: Row) -> str | None:
    if str(user.get("Arn", "")).endswith(":root"):
        return ROOT_USER
    return user.get("UserName")


def _read_keys(
    asking: Asking,
    seen: IamFound,
    users: Sequence[Found],
    report: Report | CouldNotLook,
    spread: Spread,
) -> None:
    """List the keys of those who have any. An older report does not know the newest keys."""
    fresh = isinstance(report, Report) and report.fresh

    def read(found: Found) -> None:
        row: Row | None = found.row.get("Report")
        if fresh and row is not None and not has_keys(row):
            return
        name = str(found.row.get("UserName"))
        listing = Ask("iam", "ListAccessKeys", {"UserName": name})
        try:
            keys = [one for page in asking.pages(listing) for one in page["AccessKeyMetadata"]]
            rows = [key_row(key, _used(asking, key, row)) for key in keys]
        except RAISED as error:
            if not is_gone(error):
                seen.miss(asking.why_not(error, listing), ACCESS_KEY)
            return
        seen.found[ACCESS_KEY] += [Found(one) for one in rows]
        if row is not None:
            found.row["Report"] = with_keys(row, keys)

    spread(read, users)


def _used(asking: Asking, key: Row, row: Row | None) -> Mapping[str, Any]:
    known = last_use(row, key) if row is not None else None
    if known is not None:
        return known
    ask = Ask("iam", "GetAccessKeyLastUsed", {"AccessKeyId": key["AccessKeyId"]})
    return used_row(asking.ask(ask).get("AccessKeyLastUsed") or {})


def _counts(policy: Row) -> bool:
    """Say whether a policy is the account's own, or one of AWS's that somebody here has."""
    own = ":iam::aws:" not in str(policy.get("Arn", ""))
    return own or bool(policy.get("AttachmentCount"))


def _only(row: Row, names: Sequence[str]) -> Row:
    return {name: row[name] for name in names if row.get(name) is not None}


def _inline(policies: Sequence[Row]) -> list[Row]:
    rows = [
        {"PolicyName": one.get("PolicyName"), "PolicyDocument": one.get("PolicyDocument")}
        for one in policies
    ]
    return sorted(rows, key=lambda one: str(one["PolicyName"]))


def _attached(policies: Sequence[Row]) -> list[Row]:
    return sorted((_only(one, _ATTACHED) for one in policies), key=lambda one: one["PolicyArn"])
