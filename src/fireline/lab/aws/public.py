"""Public access to buckets, and the blocks against it, of the bucket and of the account.

From "Blocking public access to your Amazon S3 storage" in the S3 user guide: the stricter of the
two levels holds, setting by setting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from moto.s3.models import FakeBucket, s3_backends
from moto.s3control.models import s3control_backends

from fireline.lab.aws.answers import Denial
from fireline.lab.aws.call import ApiCall
from fireline.lab.aws.identify import PARTITION, Anonymous, Known, arn_of
from fireline.lab.aws.policy import allows, permission, public_statements, targets_of

_EVERYBODY = (
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
)
_PUBLIC_CANNED = frozenset({"public-read", "public-read-write", "authenticated-read"})
_SETS_ACL = frozenset(
    {"s3:PutBucketAcl", "s3:PutObjectAcl", "s3:PutObject", "s3:CopyObject", "s3:CreateBucket"}
)
_ACL_READS = {"s3:GetObject", "s3:HeadObject", "s3:ListObjects", "s3:ListObjectsV2"}
_NO_GRANTEE: Mapping[str, str] = {}
_GRANT_HEADERS = ("GrantRead", "GrantWrite", "GrantReadACP", "GrantWriteACP", "GrantFullControl")


class _Settings(Protocol):
    block_public_acls: bool
    ignore_public_acls: bool
    block_public_policy: bool
    restrict_public_buckets: bool


@dataclass(frozen=True, slots=True)
class Blocks:
    """What is blocked at a bucket, by it or by its account."""

    acls: bool
    ignored: bool
    policy: bool
    restricted: bool


def find_bucket(name: str) -> FakeBucket | None:
    """Find a bucket by its name, whosever it is."""
    _, account = s3_backends.bucket_accounts.get(name, (PARTITION, ""))
    return s3_backends[account][PARTITION].buckets.get(name) if account else None


def blocks_at(bucket: FakeBucket | None, account: str) -> Blocks:
    """Say what is blocked at a bucket, or at one yet to be made."""
    control = s3control_backends[account][PARTITION].public_access_block
    levels = [
        cast("_Settings", one)
        for one in (bucket.public_access_block if bucket else None, control)
        if one is not None
    ]
    return Blocks(
        acls=any(one.block_public_acls for one in levels),
        ignored=any(one.ignore_public_acls for one in levels),
        policy=any(one.block_public_policy for one in levels),
        restricted=any(one.restrict_public_buckets for one in levels),
    )


def why_blocked(caller: Known, call: ApiCall) -> Denial | None:
    """Say why public access blocks refuse a call to S3. None lets it pass."""
    bucket = find_bucket(str(call.parameters.get("Bucket", "")))
    if isinstance(caller, Anonymous):
        return None if bucket is None else _why_not_anonymous(call, bucket)
    if call.name == "s3:PutBucketPolicy":
        public = public_statements(str(call.parameters.get("Policy", "")))
        if public and blocks_at(bucket, caller.account).policy:
            return _blocked(caller, call, "policies", "BlockPublicPolicy")
    public_acl = call.name in _SETS_ACL and _is_public_acl(call)
    if public_acl and blocks_at(bucket, caller.account).acls:
        return _blocked(caller, call, "access control lists (ACLs)", "BlockPublicAcls")
    return None


def _why_not_anonymous(call: ApiCall, bucket: FakeBucket) -> Denial | None:
    blocks = blocks_at(bucket, bucket.account_id)
    by_policy = not blocks.restricted and _policy_lets(call, bucket)
    by_acl = not blocks.ignored and _acl_lets(call, bucket)
    return None if by_policy or by_acl else Denial(403, "AccessDenied", "Access Denied")


def _policy_lets(call: ApiCall, bucket: FakeBucket) -> bool:
    if bucket.policy is None:
        return False
    needed, targets = permission(call.name), targets_of(call, bucket.account_id)
    found = public_statements(bucket.policy.decode())
    return any(allows(one, needed, targets) for one in found)


def _acl_lets(call: ApiCall, bucket: FakeBucket) -> bool:
    if call.name not in _ACL_READS:
        return False
    key = call.parameters.get("Key")
    owner: Any = bucket if key is None else bucket.keys.get(str(key))
    acl: Any = getattr(owner, "acl", None)
    return bool(acl is not None and acl.public_read)


def _is_public_acl(call: ApiCall) -> bool:
    given = call.parameters
    if str(given.get("ACL", "")) in _PUBLIC_CANNED:
        return True
    headers = " ".join(str(given.get(name, "")) for name in _GRANT_HEADERS)
    policy: Any = given.get("AccessControlPolicy") or {}
    grants: Any = policy.get("Grants") or ()
    grantees: list[Any] = [one.get("Grantee", _NO_GRANTEE).get("URI") for one in grants]
    return any(group in headers or group in grantees for group in _EVERYBODY)


def _blocked(caller: Known, call: ApiCall, what: str, setting: str) -> Denial:
    target = next(iter(targets_of(call, caller.account)), "*")
    said = (
        f"User: {arn_of(caller)} is not authorized to perform: {permission(call.name)} on "
        f'resource: "{target}" because public {what} are blocked by the {setting} block public '
        "access setting."
    )
    return Denial(403, "AccessDenied", said)
