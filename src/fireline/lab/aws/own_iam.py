"""IAM's reports with the root in them, and policy documents encoded as IAM encodes them."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import quote

from moto.iam.models import AccessKey, User

from fireline.lab.aws.answers import Answer, Denial
from fireline.lab.aws.asked import Asked, Own
from fireline.lab.aws.identify import iam, root_arn
from fireline.lab.aws.settings import Root

_COLUMNS = (
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used"),
    *("password_last_changed", "password_next_rotation", "mfa_active"),
    *("access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date"),
    *("access_key_1_last_used_region", "access_key_1_last_used_service"),
    *("access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date"),
    *("access_key_2_last_used_region", "access_key_2_last_used_service"),
    *("cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated"),
)
_NO_KEY = ("false", "N/A", "N/A", "N/A", "N/A")
_NO_CERTIFICATES = ("false", "N/A", "false", "N/A")
_DOCUMENT = re.compile(rb"<(AssumeRolePolicyDocument|PolicyDocument|Document)>([^<]*)</\1>")


def credential_report(asked: Asked) -> Mapping[str, Any] | Denial:
    """Answer GetCredentialReport: the root's row first, then the users'.

    The columns are those of "Understanding the report format" in the IAM user guide.
    """
    backend = iam(asked.account)
    if not backend.credential_report:
        return Denial(410, "ReportNotPresent", "No report is present; generate one first.")
    rows = [_root_row(asked.account, asked.settings.root)]
    rows += [_user_row(user) for user in list(backend.users.values())]
    text = "\n".join(",".join(row) for row in (_COLUMNS, *rows))
    return {"Content": text.encode(), "ReportFormat": "text/csv", "GeneratedTime": asked.now}


def account_summary(asked: Asked) -> Mapping[str, Any]:
    """Answer GetAccountSummary with what is known of the root."""
    root = asked.settings.root
    virtual = int(root.mfa and not root.hardware_mfa)
    told: Any = iam(asked.account).account_summary
    summary: dict[str, int] = dict(told.summary_map)
    summary |= {
        "AccountMFAEnabled": int(root.mfa),
        "AccountAccessKeysPresent": int(any(one.active for one in root.keys)),
        "AccountPasswordPresent": 1,
        "MFADevices": summary["MFADevices"] + virtual,
        "MFADevicesInUse": summary["MFADevicesInUse"] + virtual,
    }
    return {"SummaryMap": summary}


def virtual_mfa_devices(asked: Asked) -> Mapping[str, Any]:
    """Answer ListVirtualMFADevices; the root's is among them, a hardware one is not."""
    wanted = asked.given("AssignmentStatus", "Any")
    found = [_device(one) for one in list(iam(asked.account).virtual_mfa_devices.values())]
    root = asked.settings.root
    if root.mfa and not root.hardware_mfa:
        found.append(_root_device(asked))
    kept = [
        one for one in found if wanted == "Any" or (wanted == "Assigned") == ("EnableDate" in one)
    ]
    return {"VirtualMFADevices": kept, "IsTruncated": False}


def encode_documents(answer: Answer) -> Answer:
    """Percent-encode the policy documents moto gives out bare, as RFC 3986 and IAM have it."""

    def encoded(found: re.Match[bytes]) -> bytes:
        name, document = found[1], found[2]
        if b"{" in document:
            document = quote(unescape(document.decode()), safe="").encode()
        return b"<" + name + b">" + document + b"</" + name + b">"

    return Answer(answer.status, _without_length(answer), _DOCUMENT.sub(encoded, answer.body))


def name_by_kind(asked: Asked, answer: Answer) -> Answer:
    """Give a new user, group or profile an id that says its kind, as AWS's do and moto's do not.

    From "Understanding unique ID prefixes" in the IAM user guide.
    """
    backend = iam(asked.account)
    made: Any = None
    match asked.call.name:
        case "iam:CreateUser":
            made, prefix = backend.users.get(str(asked.given("UserName"))), "AIDA"
        case "iam:CreateGroup":
            made, prefix = backend.groups.get(str(asked.given("GroupName"))), "AGPA"
        case _:
            name = asked.given("InstanceProfileName")
            found = [one for one in backend.instance_profiles.values() if one.name == name]
            made, prefix = next(iter(found), None), "AIPA"
    if made is None:
        return answer
    old = str(made.id)
    made.id = f"{prefix}{old.upper()[:17]}"
    body = answer.body.replace(old.encode(), made.id.encode())
    return Answer(answer.status, _without_length(answer), body)


def _without_length(answer: Answer) -> list[tuple[str, str]]:
    return [(name, value) for name, value in answer.headers if name.lower() != "content-length"]


def _root_row(account: str, root: Root) -> Sequence[str]:
    keys = [
        (_word(one.active), _date(one.made), _date(one.last_used), "N/A", "N/A")
        for one in root.keys[:2]
    ]
    return (
        *("<root_account>", root_arn(account), _date(root.made), "not_supported"),
        *(_date(root.password_last_used, "no_information"), "not_supported", "not_supported"),
        _word(root.mfa),
        *(field for key in [*keys, _NO_KEY, _NO_KEY][:2] for field in key),
        *_NO_CERTIFICATES,
    )


def _user_row(user: User) -> Sequence[str]:
    made = _date(user.create_date)
    password = ("false", "N/A", "N/A", "N/A")
    if user.password:
        password = ("true", _date(user.password_last_used, "no_information"), made, "N/A")
    keys = [*(_key(one) for one in list(user.access_keys)), _NO_KEY, _NO_KEY][:2]
    return (
        *(user.name, user.arn, made, *password, _word(bool(user.mfa_devices))),
        *(field for key in keys for field in key),
        *_NO_CERTIFICATES,
    )


def _key(key: AccessKey) -> tuple[str, str, str, str, str]:
    used = key.last_used
    where = (_date(used.timestamp), used.region, used.service) if used else ("N/A",) * 3
    return (_word(key.status == "Active"), _date(key.create_date), where[0], where[1], where[2])


def _date(moment: datetime | None, otherwise: str = "N/A") -> str:
    # moto keeps naive UTC.
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00") if moment is not None else otherwise


def _word(yes: bool) -> str:  # noqa: FBT001 - a word for a truth
    return "true" if yes else "false"


def _device(device: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"SerialNumber": device.serial_number}
    if device.user_attribute:
        told |= {"User": device.user_attribute, "EnableDate": device.enable_date}
    return told


def _root_device(asked: Asked) -> dict[str, Any]:
    made = asked.settings.root.made or asked.now
    user = {
        "UserId": asked.account,
        "Arn": root_arn(asked.account),
        "CreateDate": made,
        "PasswordLastUsed": asked.settings.root.password_last_used,
    }
    serial = f"arn:aws:iam::{asked.account}:mfa/root-account-mfa-device"
    return {"SerialNumber": serial, "User": user, "EnableDate": made}


IAM: Mapping[str, Own] = {
    "iam:GetCredentialReport": credential_report,
    "iam:GetAccountSummary": account_summary,
    "iam:ListVirtualMFADevices": virtual_mfa_devices,
}
