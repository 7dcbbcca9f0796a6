"""Accounts as a whole: root, passwords, contacts, blocks."""

from collections.abc import Mapping
from typing import Any

from fireline.core.detection.signatures.verdict import Verdict
from tests.labelled.labels import (
    DENIED,
    FAIL,
    NA,
    PASS,
    THROTTLED,
    UNKNOWN,
    Account,
    Hole,
    Thing,
)

ABOUT = ("account-",)
# As GetAccountSummary answers, without most of its quotas.
SUMMARY: Mapping[str, int] = {
    "Users": 31,
    "UsersQuota": 5000,
    "Groups": 6,
    "Roles": 118,
    "Policies": 42,
    "MFADevices": 20,
    "MFADevicesInUse": 20,
    "AccountMFAEnabled": 1,
    "AccountAccessKeysPresent": 0,
    "AccountPasswordPresent": 1,
    "AccountSigningCertificatesPresent": 0,
    "GlobalEndpointTokenVersion": 2,
    "AccessKeysPerUserQuota": 2,
}
PASSWORDS: Mapping[str, Any] = {
    "MinimumPasswordLength": 14,
    "RequireSymbols": True,
    "RequireNumbers": True,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "AllowUsersToChangePassword": True,
    "ExpirePasswords": True,
    "MaxPasswordAge": 90,
    "PasswordReusePrevention": 24,
    "HardExpiry": False,
}
BLOCK = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
CONTACT = {
    "AlternateContactType": "SECURITY",
    "EmailAddress": "security@example.com",
    "Name": "Security on call",
    "PhoneNumber": "+49 30 901820",
    "Title": "Incident response",
}
NEVER: Mapping[str, Any] = {
    "user": "<root_account>",
    "user_creation_time": "2019-05-07T08:11:02Z",
    "password_enabled": None,
    "password_last_used": None,
    "password_last_changed": None,
    "password_next_rotation": None,
    "mfa_active": True,
    "access_key_1_active": False,
    "access_key_1_last_rotated": None,
    "access_key_1_last_used_date": None,
    "access_key_1_last_used_region": None,
    "access_key_1_last_used_service": None,
    "access_key_2_active": False,
    "access_key_2_last_rotated": None,
    "access_key_2_last_used_date": None,
    "access_key_2_last_used_region": None,
    "access_key_2_last_used_service": None,
    "cert_1_active": False,
    "cert_2_active": False,
}
GOOD: Mapping[str, Any] = {
    "Summary": SUMMARY,
    "PasswordPolicy": PASSWORDS,
    "Aliases": ["acme-prod"],
    "PublicAccessBlock": BLOCK,
    "SecurityContact": CONTACT,
    "Root": NEVER,
}
# The names of the signatures, less `account-`.
NAMES = (
    "buckets-may-be-public",
    "password-length",
    "password-reuse",
    "root-has-keys",
    "root-used-lately",
    "root-virtual-mfa",
    "root-without-mfa",
    "without-security-contact",
    "without-support-role",
)


def settings(says: Mapping[str, Verdict], **over: Any) -> Thing:
    """Set an account; what is given as `...` could not be read. Unnamed labels are passes."""
    said = {**GOOD, **over}
    unread = {
        key: THROTTLED if key == "Root" else DENIED for key, value in said.items() if value is ...
    }
    known = {key: value for key, value in said.items() if value is not ...}
    labels = {f"account-{name}": says.get(name, PASS) for name in NAMES}
    return Thing("aws.account", known, labels, unread=unread)


def summary(**over: int) -> Mapping[str, int]:
    """Say the summary otherwise."""
    return {**SUMMARY, **over}


def support(attached: int = 1, partition: str = "aws") -> Thing:
    """Let AWS's policy for support be listed."""
    return Thing(
        "aws.iam.policy",
        {
            "PolicyName": "AWSSupportAccess",
            "Arn": f"arn:{partition}:iam::aws:policy/AWSSupportAccess",
            "AttachmentCount": attached,
            "DefaultVersionId": "v1",
            "CreateDate": "2015-02-06T18:41:11Z",
            "UpdateDate": "2015-02-06T18:41:11Z",
            "Document": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",'
            '"Action":["support:*"],"Resource":"*"}]}',
        },
    )


def device(serial: str, user: str, *, virtual: bool) -> Thing:
    """Register a second factor."""
    return Thing(
        "aws.iam.mfa_device",
        {
            "SerialNumber": serial,
            "UserName": user,
            "EnableDate": "2024-01-02T03:04:05Z",
            "Virtual": virtual,
        },
    )


def root_app(account: str, name: str = "root-account-mfa-device") -> Thing:
    """Register an app for root."""
    return device(f"arn:aws:iam::{account}:mfa/{name}", "<root_account>", virtual=True)


def somebodys_app(account: str) -> Thing:
    """Register an app for a user."""
    return device(f"arn:aws:iam::{account}:mfa/ada", "ada", virtual=True)


def own_policy(account: str, name: str) -> Thing:
    """Make a policy of the account's own."""
    return Thing(
        "aws.iam.policy",
        {
            "PolicyName": name,
            "Arn": f"arn:aws:iam::{account}:policy/{name}",
            "AttachmentCount": 1,
            "Document": '{"Version":"2012-10-17","Statement":{"Effect":"Allow",'
            '"Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/*"}}',
        },
    )


ALL_BAD: dict[str, Verdict] = dict.fromkeys(NAMES, FAIL)
ALL_UNREAD: dict[str, Verdict] = dict.fromkeys(NAMES, UNKNOWN)
ACCOUNTS = (
    # As it should be; people's apps are not root's.
    Account("310000000001", ABOUT, (settings({}), support(), somebodys_app("310000000001"))),
    Account(
        "310000000002",
        ABOUT,
        (
            settings(
                {},
                PasswordPolicy={
                    **PASSWORDS,
                    "MinimumPasswordLength": 32,
                    "ExpirePasswords": False,
                },
                SecurityContact={k: v for k, v in CONTACT.items() if k != "Title"},
                # Used at New Year, to close an account.
                Root={**NEVER, "password_last_used": "2026-01-01T10:00:00Z"},
            ),
            support(3),
        ),
    ),
    Account(
        "310000000003",
        ABOUT,
        (
            settings(
                {},
                # A key long deleted leaves its last use behind.
                Root={**NEVER, "access_key_1_last_used_date": "2020-02-02T02:02:00Z"},
                Summary=summary(MFADevicesInUse=1, MFADevices=0),
                Aliases=[],
            ),
            support(),
            device("arn:aws:iam::310000000003:u2f/user/ada/key-ABC", "ada", virtual=False),
        ),
    ),
    # As AWS hands out an account, in daily use as root.
    Account(
        "310000000004",
        ABOUT,
        (
            settings(
                {**ALL_BAD, "root-virtual-mfa": NA},
                Summary=summary(AccountMFAEnabled=0, AccountAccessKeysPresent=1),
                PasswordPolicy=None,
                PublicAccessBlock=None,
                SecurityContact=None,
                Root={**NEVER, "mfa_active": False, "password_last_used": "2026-05-31T23:00:00Z"},
            ),
        ),
    ),
    # Half of everything.
    Account(
        "310000000005",
        ABOUT,
        (
            settings(
                ALL_BAD | {"root-without-mfa": PASS, "without-security-contact": PASS},
                Summary=summary(AccountAccessKeysPresent=2),
                PasswordPolicy={
                    **PASSWORDS,
                    "MinimumPasswordLength": 13,
                    "PasswordReusePrevention": 23,
                },
                PublicAccessBlock={**BLOCK, "BlockPublicPolicy": False},
                Root={
                    **NEVER,
                    "access_key_2_active": True,
                    "access_key_2_last_used_date": "2026-05-29T11:00:00Z",
                },
            ),
            root_app("310000000005"),
            own_policy("310000000005", "AWSSupportAccess"),
        ),
    ),
    # AWS leaves a setting out that was never made. Root may call its app what it likes.
    Account(
        "310000000006",
        ABOUT,
        (
            settings(
                ALL_BAD | {"root-without-mfa": PASS},
                Summary=summary(AccountAccessKeysPresent=1),
                PasswordPolicy={
                    "MinimumPasswordLength": 8,
                    "RequireSymbols": False,
                    "RequireNumbers": False,
                    "RequireUppercaseCharacters": False,
                    "RequireLowercaseCharacters": False,
                    "AllowUsersToChangePassword": True,
                    "ExpirePasswords": False,
                },
                PublicAccessBlock=dict.fromkeys(BLOCK, False),
                SecurityContact=None,
                Root={
                    **NEVER,
                    "access_key_1_active": True,
                    "access_key_1_last_used_date": "2026-05-26T00:00:01Z",
                    "password_last_used": "2023-04-05T06:07:08Z",
                },
            ),
            root_app("310000000006", "cto-phone"),
            device("arn:aws:iam::310000000006:u2f/root/yubi-1", "<root_account>", virtual=False),
            support(0),
        ),
    ),
    Account(
        "310000000007",
        ABOUT,
        (
            settings(
                {
                    "root-without-mfa": FAIL,
                    "root-virtual-mfa": NA,
                    "without-security-contact": FAIL,
                },
                Summary=summary(AccountMFAEnabled=0, MFADevices=0, MFADevicesInUse=0),
                SecurityContact=None,
            ),
            support(),
        ),
    ),
    Account(
        "310000000008",
        ABOUT,
        (
            settings(
                {"root-without-mfa": FAIL, "root-virtual-mfa": NA, "root-used-lately": FAIL},
                Summary=summary(AccountMFAEnabled=0),
                Root={**NEVER, "mfa_active": False, "password_last_used": "2026-05-25T00:00:30Z"},
            ),
            support(),
            somebodys_app("310000000008"),
        ),
    ),
    Account(
        "310000000009",
        ABOUT,
        (settings({"root-virtual-mfa": FAIL}), support(), root_app("310000000009")),
    ),
    # A member whose root has no credentials left: nobody signs in, with a password or otherwise.
    Account(
        "310000000010",
        ABOUT,
        (
            settings(
                {"root-without-mfa": NA, "root-virtual-mfa": NA},
                Summary=summary(AccountMFAEnabled=0, AccountPasswordPresent=0),
                Root={**NEVER, "mfa_active": False},
            ),
            support(),
        ),
    ),
    # Nothing could be read.
    Account(
        "310000000011",
        ABOUT,
        (settings(ALL_UNREAD, **dict.fromkeys(GOOD, ...)),),
        (Hole("aws.iam.policy"),),
    ),
    Account(
        "310000000012",
        ABOUT,
        (
            settings(
                ALL_UNREAD,
                Summary=...,
                PasswordPolicy=...,
                PublicAccessBlock=...,
                SecurityContact=...,
                Root=None,
            ),
        ),
        (Hole("aws.iam.policy"),),
    ),
    # The summary alone: that there is a second factor, and not which; no report has a row of root.
    Account(
        "310000000013",
        ABOUT,
        (
            settings(
                ALL_UNREAD | {"root-has-keys": PASS, "root-without-mfa": PASS},
                PasswordPolicy=...,
                PublicAccessBlock=...,
                SecurityContact=...,
                Root=...,
            ),
        ),
        (Hole("aws.iam.mfa_device"),),
    ),
    # A summary without the answers says nothing.
    Account(
        "310000000014",
        ABOUT,
        (
            settings(
                {
                    "root-has-keys": UNKNOWN,
                    "root-without-mfa": UNKNOWN,
                    "root-virtual-mfa": UNKNOWN,
                },
                Summary={"Users": 3, "Groups": 1},
            ),
            support(),
        ),
    ),
)
