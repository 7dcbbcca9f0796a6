"""Users, their passwords, second factors and keys, and certificates kept in IAM."""

from typing import Any

from fireline.core.detection.signatures.verdict import Verdict
from tests.labelled.iam_shapes import ID, allow, attached, deny, inline, key, text, user
from tests.labelled.labels import DENIED, FAIL, NA, PASS, THROTTLED, UNKNOWN, Account, Hole, Thing

ABOUT = ("iam-user-", "iam-key-", "iam-certificate-")
ADMIN = text(allow("*"))
READS = text(allow(["s3:GetObject", "s3:ListBucket"], "arn:aws:s3:::reports*"))


def labels(
    own: Verdict = PASS,
    everything: Verdict = PASS,
    unused: Verdict = PASS,
    keys: Verdict = PASS,
    mfa: Verdict = PASS,
) -> dict[str, Verdict]:
    """Label a user."""
    return {
        "iam-user-own-policies": own,
        "iam-user-allows-everything": everything,
        "iam-user-password-unused": unused,
        "iam-user-two-keys": keys,
        "iam-user-without-mfa": mfa,
    }


def person(name: str, says: dict[str, Verdict], **over: Any) -> Thing:
    """Make a person who signed in yesterday with a second factor, unless said otherwise."""
    seen: dict[str, Any] = {
        "password_enabled": True,
        "password_last_used": "2026-05-31T08:00:00Z",
        "password_last_changed": "2026-01-10T08:00:00Z",
        "mfa_active": True,
    }
    return user(name, says, **{**seen, **over})


def slots(first: bool | None, second: bool | None) -> dict[str, Any]:
    """Say of the places for keys which are active."""
    return {
        "access_key_1_active": first,
        "access_key_1_last_rotated": "2026-05-01T09:00:00Z" if first else None,
        "access_key_2_active": second,
        "access_key_2_last_rotated": "2026-05-02T09:00:00Z" if second else None,
    }


USERS = (
    person("ada", labels(unused=PASS, mfa=PASS), **slots(first=True, second=False)),
    person(
        "grace",
        labels(unused=PASS, mfa=FAIL, keys=FAIL),
        mfa_active=False,
        **slots(first=True, second=True),
    ),
    # Never signed in: since the password was set it is 30 days, or a year.
    person(
        "new",
        labels(unused=PASS, mfa=FAIL),
        mfa_active=False,
        password_last_used=None,
        password_last_changed="2026-05-02T08:00:00Z",
    ),
    person(
        "forgotten",
        labels(unused=FAIL, mfa=PASS),
        password_last_used=None,
        password_last_changed="2025-06-01T08:00:00Z",
    ),
    person("away", labels(unused=FAIL, mfa=PASS), password_last_used="2026-04-01T08:00:00Z"),
    person(
        "gone",
        labels(unused=FAIL, mfa=FAIL, own=FAIL, everything=FAIL, keys=FAIL),
        mfa_active=False,
        password_last_used="2019-04-01T08:00:00Z",
        UserPolicyList=inline(READS, ADMIN),
        AttachedManagedPolicies=attached("AdministratorAccess"),
        GroupList=[],
        **slots(first=True, second=True),
    ),
    # 40 days are not 45.
    person("leave", labels(unused=PASS, mfa=PASS), password_last_used="2026-04-22T08:00:00Z"),
    # Programs.
    user(
        "ci",
        labels(own=FAIL, everything=FAIL, keys=FAIL),
        UserPolicyList=inline(text(allow(["*"], ["*"]))),
        **slots(first=True, second=True),
    ),
    user("mailer", labels(own=FAIL), UserPolicyList=inline(READS), **slots(True, second=False)),
    user("exporter", labels(own=FAIL), AttachedManagedPolicies=attached("AmazonS3ReadOnlyAccess")),
    user("backup", labels(), GroupList=[], **slots(first=False, second=True)),
    # A factor alone is no way in.
    user("token", labels(), mfa_active=True),
    user(
        "legacy",
        labels(own=FAIL, everything=FAIL),
        UserPolicyList=inline(
            '{"Statement" : {"Effect":"Allow","Action":"*:*","Resource":["*"],"Sid":""}}'
        ),
    ),
    # A second factor asked for leaves an administrator an administrator.
    user(
        "breakglass",
        labels(own=FAIL, everything=FAIL),
        UserPolicyList=inline(
            text(allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
        ),
    ),
    # What is allowed is denied again.
    user(
        "quarantined",
        labels(own=FAIL),
        UserPolicyList=inline(text(allow("*"), deny("*"))),
    ),
    user(
        "nearly",
        labels(own=FAIL),
        UserPolicyList=inline(
            text(
                allow("s3:*"),
                allow("*", "arn:aws:s3:::reports/*"),
                {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"},
            )
        ),
    ),
    # What could not be read.
    user("unreported", labels(unused=UNKNOWN, mfa=UNKNOWN), {"Report": THROTTLED}),
    user("unlisted", labels(unused=UNKNOWN, mfa=UNKNOWN), Report=None),
    user(
        "closed",
        labels(own=UNKNOWN, everything=UNKNOWN),
        {"UserPolicyList": DENIED, "AttachedManagedPolicies": DENIED},
    ),
    # One policy is enough to say that there are some.
    user(
        "half",
        labels(own=FAIL, everything=UNKNOWN),
        {"UserPolicyList": DENIED},
        AttachedManagedPolicies=attached("IAMUserChangePassword"),
    ),
    user("hidden", labels(own=UNKNOWN), {"AttachedManagedPolicies": DENIED}),
    user("shut", labels(own=UNKNOWN, everything=UNKNOWN), {"UserPolicyList": DENIED}),
    user("garbled", labels(own=FAIL, everything=UNKNOWN), UserPolicyList=inline("{not json")),
    user(
        "garbled-admin",
        labels(own=FAIL, everything=FAIL),
        UserPolicyList=inline("{not json", ADMIN),
    ),
    # The report does not tell.
    user(
        "blank",
        labels(unused=UNKNOWN, mfa=UNKNOWN),
        password_enabled=None,
        mfa_active=None,
        access_key_1_active=None,
        access_key_2_active=None,
    ),
    person(
        "dateless",
        labels(unused=UNKNOWN, mfa=UNKNOWN),
        mfa_active=None,
        password_last_used="soon",
        password_last_changed="soon",
    ),
)


def aged(old: Verdict, unused: Verdict) -> dict[str, Verdict]:
    """Label a key."""
    return {"iam-key-old": old, "iam-key-unused": unused}


KEYS = (
    key("AKIAIOSFODNN7EXAMPL1", aged(PASS, PASS), of="grace"),
    key("AKIAIOSFODNN7EXAMPL2", aged(FAIL, PASS), made="2026-02-20T09:00:00Z", of="grace"),
    key("AKIAIOSFODNN7EXAMPL3", aged(FAIL, FAIL), made="2018-02-20T09:00:00Z", used=None),
    key("AKIAIOSFODNN7EXAMPL4", aged(PASS, PASS), made="2026-05-30T09:00:00Z", used=None),
    # 89 days old, never used.
    key("AKIAIOSFODNN7EXAMPL5", aged(PASS, FAIL), made="2026-03-04T09:00:00Z", used=None),
    key(
        "AKIAIOSFODNN7EXAMPL6",
        aged(FAIL, FAIL),
        made="2025-03-04T09:00:00Z",
        used="2026-04-10T09:00:00Z",
    ),
    key("AKIAIOSFODNN7EXAMPL7", aged(PASS, PASS), used="2026-05-01T09:00:00+00:00"),
    # Switched off: nothing is done with it.
    key(
        "AKIAIOSFODNN7EXAMPL8",
        aged(NA, NA),
        status="Inactive",
        made="2020-01-01T00:00:00Z",
        used=None,
    ),
    key(
        "AKIAIOSFODNN7EXAMPL9",
        aged(FAIL, UNKNOWN),
        made="2020-01-01T00:00:00Z",
        used=...,
        unread={"LastUsed": THROTTLED},
    ),
    key(
        "AKIAIOSFODNN7EXAMP10",
        aged(UNKNOWN, UNKNOWN),
        made=None,
        used=None,
        unread={"CreateDate": DENIED},
    ),
    key("AKIAIOSFODNN7EXAMP11", aged(UNKNOWN, UNKNOWN), made="yesterday", used=None),
    key("AKIAIOSFODNN7EXAMP12", aged(UNKNOWN, UNKNOWN), made=None, used=...),
    # When it was used decides, whenever it was made.
    key("AKIAIOSFODNN7EXAMP13", aged(UNKNOWN, PASS), made=None),
)

# The keys of those whose places for keys are taken.
PAIRS = tuple(
    key(f"AKIAIOSFODNN7EXAM{number}{slot:02d}", aged(PASS, PASS), of=name, status=status)
    for number, (name, states) in enumerate(
        {
            "gone": ("Active", "Active"),
            "ci": ("Active", "Active"),
            "backup": ("Active",),
            "mailer": ("Active",),
            "exporter": ("Active",),
        }.items()
    )
    for slot, status in enumerate(states)
)
SPARE = key("AKIAIOSFODNN7EXAM999", aged(NA, NA), of="exporter", status="Inactive")


def certificate(name: str, label: Verdict, expires: Any) -> Thing:
    """Keep a certificate in IAM; `...` is one whose end could not be read."""
    said = {
        "Path": "/cloudfront/",
        "ServerCertificateName": name,
        "ServerCertificateId": f"ASCA{len(name):012d}EXMP",
        "Arn": f"arn:aws:iam::{ID}:server-certificate/cloudfront/{name}",
        "UploadDate": "2024-01-01T00:00:00Z",
    }
    known = said if expires is ... else {**said, "Expiration": expires}
    unread = {"Expiration": DENIED} if expires is ... else {}
    says = {"iam-certificate-expired": label}
    return Thing("aws.iam.server_certificate", known, says, unread=unread)


CERTIFICATES = (
    certificate("www-2019", FAIL, "2020-01-01T00:00:00Z"),
    certificate("yesterday", FAIL, "2026-05-31T23:59:59Z"),
    certificate("heartbleed", FAIL, "2014-04-09T00:00:00+00:00"),
    certificate("www-2026", PASS, "2027-01-01T00:00:00Z"),
    certificate("tomorrow", PASS, "2026-06-02T00:00:00Z"),
    certificate("long", PASS, "2036-06-02T12:00:00+02:00"),
    certificate("unread", UNKNOWN, ...),
    certificate("nothing", UNKNOWN, None),
    certificate("odd", UNKNOWN, "never"),
)
# What a look before saw of users; this time IAM could not be read, and who has which keys is open.
STALE = tuple(user(name, {"iam-user-two-keys": UNKNOWN}) for name in ("ann", "bob", "cleo"))
ACCOUNTS = (
    Account(ID, ABOUT, (*USERS, *KEYS, *PAIRS, SPARE, *CERTIFICATES)),
    Account("420000000002", ABOUT, STALE, (Hole("aws.iam.access_key"),)),
)
