"""Buckets: who reaches them, and how they keep what they hold."""

from collections.abc import Mapping
from typing import Any

from fireline.core.detection.signatures.verdict import Verdict
from tests.labelled.iam_shapes import text
from tests.labelled.labels import (
    DENIED,
    FAIL,
    NA,
    PASS,
    UNKNOWN,
    Account,
    Hole,
    Labels,
    Thing,
)
from tests.labelled.trail_shapes import trail

ABOUT = ("s3-",)
ID = "640000000001"
SHARER = "640000000003"
PARTNER = "640000009999"
OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
BLOCK = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
HALF = {**BLOCK, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
OTHER_HALF = {**BLOCK, "BlockPublicAcls": False, "IgnorePublicAcls": False}
NONE = dict.fromkeys(BLOCK, False)


def grant(to: str, permission: str = "READ") -> dict[str, Any]:
    """Grant something to one of AWS's groups."""
    who = {"Type": "Group", "URI": f"http://acs.amazonaws.com/groups/{to}"}
    return {"Grantee": who, "Permission": permission}


def acl(*grants: Mapping[str, Any]) -> dict[str, Any]:
    """Write an ACL: the owner, and these."""
    mine = {"Grantee": {"ID": OWNER, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
    return {"Owner": {"ID": OWNER}, "Grants": [mine, *grants]}


def owned(by: str) -> dict[str, Any]:
    """Say whose objects are."""
    return {"Rules": [{"ObjectOwnership": by}]}


WORLD = acl(grant("global/AllUsers"))
SIGNED = acl(grant("global/AuthenticatedUsers", "READ_ACP"))
DELIVERY = acl(grant("s3/LogDelivery", "WRITE"), grant("s3/LogDelivery", "READ_ACP"))
ENFORCED, PREFERRED = owned("BucketOwnerEnforced"), owned("BucketOwnerPreferred")
GOOD: Mapping[str, Any] = {
    "CreationDate": "2023-04-05T06:07:08Z",
    "BucketRegion": "eu-west-1",
    "Policy": None,
    "Acl": acl(),
    "PublicAccessBlock": None,
    "Versioning": {"Status": "Enabled"},
    "Encryption": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
    "Logging": None,
    "Ownership": ENFORCED,
}


def bucket(name: str, says: Labels, **over: Any) -> Thing:
    """Make a bucket; a detail given as `...` could not be read."""
    said = {"Name": name, **GOOD, **over}
    unread = {key: DENIED for key, value in said.items() if value is ...}
    known = {key: value for key, value in said.items() if value is not ...}
    return Thing("aws.s3.bucket", known, says, unread=unread, tags={})


def lets(
    who: Any, condition: Any = None, action: Any = "s3:GetObject", resource: Any = None
) -> dict[str, Any]:
    """Write a statement of a bucket's policy that allows."""
    said = {
        "Effect": "Allow",
        "Principal": who,
        "Action": action,
        "Resource": resource or "arn:aws:s3:::example/*",
    }
    return {**said, "Condition": condition} if condition is not None else said


def keeps(who: Any, condition: Any = None, action: Any = "s3:*", on: Any = None) -> dict[str, Any]:
    """Write a statement that denies."""
    both = ["arn:aws:s3:::example", "arn:aws:s3:::example/*"]
    return {**lets(who, condition, action, on or both), "Effect": "Deny"}


def equals(key: str, value: Any) -> dict[str, Any]:
    """Ask for a value."""
    return {"StringEquals": {key: value}}


def account(block: Any, says: Labels | None = None) -> Thing:
    """Set the account's block."""
    said = {"Summary": {"AccountMFAEnabled": 1}, "PublicAccessBlock": block}
    if block is ...:
        said.pop("PublicAccessBlock")
        return Thing("aws.account", said, says or {}, unread={"PublicAccessBlock": DENIED})
    return Thing("aws.account", said, says or {})


HTTP = {"Bool": {"aws:SecureTransport": "false"}}


def reach(name: str, public: Verdict, *statements: Mapping[str, Any], **over: Any) -> Thing:
    """Label a bucket with a policy that is public or is not; shared with nobody named."""
    if statements:
        over = {"Policy": text(*statements), **over}
    return bucket(f"public-{name}", {"s3-bucket-public": public}, **over)


OAC = lets(
    {"Service": "cloudfront.amazonaws.com"},
    equals("AWS:SourceArn", f"arn:aws:cloudfront::{ID}:distribution/E2QWRUHAPOMQZL"),
)
# In an account without a block.
PUBLIC = (
    reach("star", FAIL, lets("*")),
    reach("aws-star", FAIL, lets({"AWS": ["*"]}, action=["S3:getobject"])),
    reach(
        "not-principal",
        FAIL,
        {
            key: value
            for key, value in {
                **lets("*"),
                "NotPrincipal": {"AWS": f"arn:aws:iam::{PARTNER}:root"},
            }.items()
            if key != "Principal"
        },
    ),
    reach("referer", FAIL, lets("*", {"StringLike": {"aws:Referer": "https://acme.example/*"}})),
    reach("https", FAIL, lets("*", {"Bool": {"aws:SecureTransport": "true"}})),
    reach("halves", FAIL, lets("*", {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}})),
    reach("not-ip", FAIL, lets("*", {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})),
    reach("any-org", FAIL, lets("*", {"StringLike": {"aws:PrincipalOrgID": "o-*"}})),
    reach("if-exists", FAIL, lets("*", {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1a2b"}})),
    reach("some-denied", FAIL, lets("*"), keeps("*", action="s3:DeleteObject")),
    reach("http-denied", FAIL, keeps("*", HTTP), lets("*", action="s3:Get*")),
    reach("writes", FAIL, lets({"AWS": "*"}, action="s3:PutObject")),
    reach(
        "single",
        FAIL,
        Policy='{"Statement": {"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}',
    ),
    reach("acl", FAIL, Acl=WORLD, Ownership=PREFERRED),
    reach("acl-signed", FAIL, Acl=SIGNED, Ownership=None),
    # Blocks that only refuse what is new.
    reach("block-new", FAIL, lets("*"), PublicAccessBlock={**NONE, "BlockPublicPolicy": True}),
    reach(
        "acl-block-new",
        FAIL,
        Acl=WORLD,
        Ownership=owned("ObjectWriter"),
        PublicAccessBlock={**NONE, "BlockPublicAcls": True},
    ),
    # One way in is enough, whatever else could not be read.
    reach("acl-unread", FAIL, lets("*"), Acl=...),
    reach("policy-unread", FAIL, Acl=WORLD, Ownership=PREFERRED, Policy=...),
    reach("nothing", PASS),
    reach("vpce", PASS, lets("*", equals("aws:SourceVpce", "vpce-0a1b2c3d"))),
    reach("org", PASS, lets({"AWS": "*"}, equals("aws:PrincipalOrgID", "o-a1b2c3d4e5"))),
    reach("office", PASS, lets("*", {"IpAddress": {"AWS:sourceip": ["203.0.113.0/24"]}})),
    reach("cloudfront", PASS, OAC),
    reach("own", PASS, lets({"AWS": f"arn:aws:iam::{ID}:role/app"})),
    reach("delivery", PASS, Acl=DELIVERY, Ownership=PREFERRED),
    reach("acl-enforced", PASS, Acl=WORLD),
    reach(
        "acl-ignored",
        PASS,
        Acl=WORLD,
        Ownership=None,
        PublicAccessBlock={**NONE, "IgnorePublicAcls": True},
    ),
    reach("restricted", PASS, lets("*"), PublicAccessBlock={**NONE, "RestrictPublicBuckets": True}),
    reach("blocked-unread", PASS, Policy=..., Acl=..., PublicAccessBlock=BLOCK),
    reach(
        "only-vpce", PASS, lets("*"), keeps("*", {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    ),
    reach("denies", PASS, keeps("*", HTTP)),
    reach("unread", UNKNOWN, Policy=...),
    reach("acl-only-unread", UNKNOWN, Acl=..., Ownership=PREFERRED),
    reach("garbled", UNKNOWN, Policy='{"Statement":['),
    reach("block-unread", UNKNOWN, lets("*"), PublicAccessBlock=...),
)


def secure(name: str, http: Verdict, *statements: Mapping[str, Any], **over: Any) -> Thing:
    """Label a bucket that answers over HTTP or does not."""
    if statements:
        over = {"Policy": text(*statements), **over}
    return bucket(f"http-{name}", {"s3-bucket-takes-http": http}, **over)


TRANSPORT = (
    secure("no-policy", FAIL),
    secure("allows-https", FAIL, lets({"AWS": ID}, {"Bool": {"aws:SecureTransport": "true"}})),
    secure("backwards", FAIL, keeps("*", {"Bool": {"aws:SecureTransport": "true"}})),
    secure("one-role", FAIL, keeps({"AWS": f"arn:aws:iam::{ID}:role/app"}, HTTP)),
    secure("writes-only", FAIL, keeps("*", HTTP, "s3:PutObject")),
    secure("outside", FAIL, keeps("*", {**HTTP, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})),
    secure("denies", PASS, keeps("*", HTTP)),
    secure(
        "list",
        PASS,
        lets({"AWS": ID}),
        keeps({"AWS": ["*"]}, {"Bool": {"AWS:securetransport": ["false"]}}, ["S3:*"]),
    ),
    secure("true-boolean", PASS, keeps("*", {"Bool": {"aws:SecureTransport": False}}, "*")),
    secure(
        "if-exists", PASS, keeps("*", {"BoolIfExists": {"aws:SecureTransport": "false"}}, on="*")
    ),
    secure(
        "two",
        PASS,
        keeps("*", HTTP, on="arn:aws:s3:::http-two"),
        keeps("*", HTTP, on="arn:aws:s3:::http-two/*"),
    ),
    secure("unread", UNKNOWN, Policy=...),
    secure("garbled", UNKNOWN, Policy="<html>"),
    secure("cut", UNKNOWN, Policy='{"Version":"2012-10-17","Statement":[{"Effect":"Deny",'),
)


def shared(name: str, label: Verdict, *statements: Mapping[str, Any], **over: Any) -> Thing:
    """Label a bucket that is shared with another account, or is not."""
    if statements:
        over = {"Policy": text(*statements), **over}
    return bucket(f"shared-{name}", {"s3-bucket-shared-with-others": label}, **over)


SHARED = (
    shared("root", FAIL, lets({"AWS": f"arn:aws:iam::{PARTNER}:root"})),
    shared("number", FAIL, lets({"AWS": PARTNER}, action="s3:ListBucket")),
    shared("among", FAIL, lets({"AWS": [SHARER, f"arn:aws:iam::{PARTNER}:role/etl"]})),
    shared(
        "office", FAIL, lets({"AWS": PARTNER}, {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}})
    ),
    shared("by-condition", FAIL, lets("*", equals("aws:PrincipalAccount", [SHARER, PARTNER]))),
    shared("none", PASS),
    shared("own", PASS, lets({"AWS": [f"arn:aws:iam::{SHARER}:root", SHARER]})),
    shared("service", PASS, OAC),
    shared("denied", PASS, keeps({"AWS": f"arn:aws:iam::{PARTNER}:root"})),
    shared("own-condition", PASS, lets("*", equals("aws:PrincipalAccount", SHARER))),
    shared("unread", UNKNOWN, Policy=...),
    shared("garbled", UNKNOWN, Policy="{]"),
    shared("list", UNKNOWN, Policy='["Statement"]'),
)


def kept(
    name: str, versions: Verdict, mfa: Verdict, acls: Verdict, versioning: Any, ownership: Any
) -> Thing:
    """Label a bucket: versions, their deletion, ACLs."""
    says = {
        "s3-bucket-without-versions": versions,
        "s3-bucket-without-mfa-delete": mfa,
        "s3-bucket-uses-acls": acls,
    }
    return bucket(f"kept-{name}", says, Versioning=versioning, Ownership=ownership)


ON, LOCKED = {"Status": "Enabled"}, {"Status": "Enabled", "MFADelete": "Enabled"}
KEPT = (
    kept("never", FAIL, FAIL, FAIL, {}, None),
    kept("suspended", FAIL, FAIL, FAIL, {"Status": "Suspended"}, owned("ObjectWriter")),
    kept("paused", FAIL, FAIL, FAIL, {"Status": "Suspended", "MFADelete": "Disabled"}, PREFERRED),
    kept("on", PASS, FAIL, PASS, ON, ENFORCED),
    kept("on-off", PASS, FAIL, PASS, {**ON, "MFADelete": "Disabled"}, ENFORCED),
    *(kept(f"locked-{number}", PASS, PASS, PASS, LOCKED, ENFORCED) for number in range(3)),
    *(kept(f"unread-{number}", UNKNOWN, UNKNOWN, UNKNOWN, ..., ...) for number in range(3)),
)


def logged(name: str, label: Verdict | None, logging: Any) -> Thing:
    """Label a bucket where trails are written, or not."""
    says = {} if label is None else {"s3-trail-bucket-without-logging": label}
    return bucket(name, says, Logging=logging)


TO = {"TargetBucket": "access-logs-640000000001", "TargetPrefix": "trail/"}
TRAILS = tuple(
    trail("640000000005", name, S3BucketName=f"{name}-bucket", region=region)
    for name, region in (
        ("quiet", "eu-west-1"),
        ("silent", "eu-west-1"),
        ("mute", "us-east-1"),
        ("loud", "eu-west-1"),
        ("clear", "us-east-1"),
        ("plain", "eu-west-1"),
        ("dim", "eu-west-1"),
        ("dark", "eu-west-1"),
    )
)
LOGGED = (
    *(logged(f"{name}-bucket", FAIL, None) for name in ("quiet", "silent", "mute")),
    *(logged(f"{name}-bucket", PASS, TO) for name in ("loud", "clear", "plain")),
    *(logged(f"{name}-bucket", UNKNOWN, ...) for name in ("dim", "dark")),
    logged("no-trail", NA, None),
)


def blocked(name: str, label: Verdict, block: Any) -> Thing:
    """Label a bucket by what blocks it and its account."""
    return bucket(f"block-{name}", {"s3-bucket-not-blocked": label}, PublicAccessBlock=block)


def beside(number: int, block: Any, *things: Thing, holes: tuple[Hole, ...] = ()) -> Account:
    """Put buckets into an account with a block."""
    here = () if block == "never" else (account(block),)
    return Account(
        f"64000000001{number}",
        ("s3-bucket-not-blocked", "s3-bucket-public"),
        (*here, *things),
        holes,
    )


def under(name: str, block_label: Verdict, public: Verdict, **over: Any) -> Thing:
    """Label a bucket in an account with a block of its own."""
    says = {"s3-bucket-not-blocked": block_label, "s3-bucket-public": public}
    return bucket(f"under-{name}", says, **over)


STAR = text(lets("*"))
ACCOUNTS = (
    Account(ID, ("s3-bucket-public",), (account(None), *PUBLIC)),
    Account("640000000002", ("s3-bucket-takes-http",), TRANSPORT),
    Account("640000000003", ("s3-bucket-shared",), SHARED),
    Account("640000000004", ("s3-bucket-without", "s3-bucket-uses"), KEPT),
    Account("640000000005", ("s3-trail-",), (*TRAILS, *LOGGED)),
    # Which trails there are is not known.
    Account(
        "640000000006",
        ("s3-trail-",),
        (logged("maybe", UNKNOWN, None),),
        (Hole("aws.cloudtrail.trail", "eu-west-1"),),
    ),
    beside(
        0,
        None,
        blocked("none", FAIL, None),
        blocked("off", FAIL, NONE),
        blocked("half", FAIL, HALF),
        blocked("all", PASS, BLOCK),
        blocked("unread", UNKNOWN, ...),
    ),
    # The account's block counts for each bucket, whatever is read of the bucket.
    beside(
        1,
        BLOCK,
        under("all", PASS, PASS, Policy=STAR, Acl=WORLD, Ownership=None),
        under("unread", PASS, PASS, Policy=..., PublicAccessBlock=...),
        under("off", PASS, PASS, PublicAccessBlock=NONE),
    ),
    # Each setting counts where it is on: two halves make a whole.
    beside(
        2,
        HALF,
        under("whole", PASS, PASS, Policy=STAR, PublicAccessBlock=OTHER_HALF),
        under("half", FAIL, FAIL, Policy=STAR, PublicAccessBlock=HALF),
        under("half-unread", UNKNOWN, UNKNOWN, Policy=STAR, PublicAccessBlock=...),
    ),
    # The account's could not be read, or nobody looked.
    beside(
        3,
        ...,
        under("all", PASS, PASS, Policy=STAR, PublicAccessBlock=BLOCK),
        under("none", UNKNOWN, UNKNOWN, Policy=STAR, Acl=WORLD),
        under("private", UNKNOWN, PASS),
    ),
    beside(
        4,
        "never",
        under("all", PASS, PASS, Policy=STAR, PublicAccessBlock=BLOCK),
        under("none", UNKNOWN, UNKNOWN, Policy=STAR),
    ),
)
