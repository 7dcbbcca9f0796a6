"""Buckets, everything that opens or guards them, and their access points."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Annotated, Any, ClassVar, Literal

from moto.s3.models import s3_backends
from pydantic import Field

from fireline.lab.resources.resource import GLOBAL, Resource, Spot, text_of
from fireline.lab.world_part import Part, Policy, Refers

PARTITION = "aws"
Blocked = Literal["all", "none", "acls", "policies"]
_ACLS = ("BlockPublicAcls", "IgnorePublicAcls")
_POLICIES = ("BlockPublicPolicy", "RestrictPublicBuckets")
_BLOCKS: Mapping[Blocked, tuple[str, ...]] = {
    "all": (*_ACLS, *_POLICIES),
    "acls": _ACLS,
    "policies": _POLICIES,
    "none": (),
}
_OPEN = {"public-read": ("s3:GetObject",), "public-write": ("s3:PutObject",)}
_GROUPS = {
    "everybody": "http://acs.amazonaws.com/groups/global/AllUsers",
    "everybody-in-aws": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
}


class Grant(Part):
    """A grant of a bucket's ACL beside its owner's."""

    to: Literal["everybody", "everybody-in-aws"]
    permission: Literal["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"] = "READ"


class Objects(Part):
    """Objects by number: how many, and how large."""

    count: Annotated[int, Field(ge=1, le=1000)] = 1
    bytes: Annotated[int, Field(ge=0, le=1_000_000)] = 100


class Bucket(Resource):
    """A bucket. What is left out, the bucket does not have.

    `policy` may be `public-read` or `public-write`, a mapping, or a text of its own.
    """

    is_global: ClassVar[bool] = True
    kind: Literal["s3.bucket"]
    policy: Policy | None = None
    acl: Literal["private", "public-read", "authenticated-read"] | Sequence[Grant] | None = None
    public_access_block: Blocked | None = None
    versioning: Literal["Enabled", "Suspended"] | None = None
    encryption: Literal["AES256", "aws:kms"] | None = None
    logs_to: Annotated[str, Refers("s3.bucket")] | None = None
    ownership: Literal["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"] | None = None
    objects: Mapping[str, str] | Objects = Field(default_factory=dict[str, str])

    def make(self, at: Spot) -> str:
        """Make it."""
        s3 = at.client("s3")
        where = {"LocationConstraint": at.region}
        elsewhere = {} if at.region == "us-east-1" else {"CreateBucketConfiguration": where}
        s3.create_bucket(Bucket=self.name, **elsewhere)
        self._guard(s3)
        self._open(s3, at)
        for key, body in self._contents():
            s3.put_object(Bucket=self.name, Key=key, Body=body.encode())
        if self.tag_list:
            s3.put_bucket_tagging(Bucket=self.name, Tagging={"TagSet": self.tag_list})
        there = s3_backends[at.account][PARTITION].buckets[self.name]
        there.creation_date = at.born.replace(tzinfo=UTC)
        return self.name

    def _guard(self, s3: Any) -> None:
        name = self.name
        if self.ownership:
            rules = {"Rules": [{"ObjectOwnership": self.ownership}]}
            s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=rules)
        if self.versioning:
            status = {"Status": self.versioning}
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=status)
        if self.encryption:
            rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": self.encryption}}
            rules = {"Rules": [rule]}
            s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=rules)
        if self.public_access_block:
            blocks = block(self.public_access_block)
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=blocks)

    def _open(self, s3: Any, at: Spot) -> None:
        name = self.name
        if isinstance(self.acl, str):
            s3.put_bucket_acl(Bucket=name, ACL=self.acl)
        elif self.acl:
            s3.put_bucket_acl(Bucket=name, AccessControlPolicy=_acl(self.acl))
        if self.policy is not None:
            _put_policy(s3, at.account, name, self.policy)
        if self.logs_to:
            target = ("log target", GLOBAL, self.logs_to)
            if target not in at.known:
                # The log delivery group must be let in first, as S3 insists.
                s3.put_bucket_acl(Bucket=self.logs_to, ACL="log-delivery-write")
                at.known[target] = self.logs_to
            status = {"LoggingEnabled": {"TargetBucket": self.logs_to, "TargetPrefix": f"{name}/"}}
            s3.put_bucket_logging(Bucket=name, BucketLoggingStatus=status)

    def _contents(self) -> list[tuple[str, str]]:
        if isinstance(self.objects, Objects):
            each = range(1, self.objects.count + 1)
            return [(f"object-{n:04}", "x" * self.objects.bytes) for n in each]
        return list(self.objects.items())


def _acl(grants: Sequence[Grant]) -> dict[str, Any]:
    owner = {"ID": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"}
    own: dict[str, Any] = {
        "Grantee": {**owner, "Type": "CanonicalUser"},
        "Permission": "FULL_CONTROL",
    }
    others = [
        {"Grantee": {"Type": "Group", "URI": _GROUPS[one.to]}, "Permission": one.permission}
        for one in grants
    ]
    return {"Owner": owner, "Grants": [own, *others]}


def _put_policy(s3: Any, account: str, bucket: str, policy: Policy) -> None:
    if isinstance(policy, str) and policy in _OPEN:
        statement = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": list(_OPEN[policy]),
            "Resource": f"arn:aws:s3:::{bucket}/*",
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
    text = text_of(policy)
    if _is_json(text):
        s3.put_bucket_policy(Bucket=bucket, Policy=text)
    else:
        # AWS would not take it; a lab needs it, to see that a reader is not thrown by it.
        s3_backends[account][PARTITION].buckets[bucket].policy = text.encode()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def block(how: Blocked) -> dict[str, bool]:
    """Write a public access block as S3 takes it."""
    return {name: name in _BLOCKS[how] for name in _BLOCKS["all"]}


class AccessPoint(Resource):
    """An access point of a bucket."""

    kind: Literal["s3.access_point"]
    bucket: Annotated[str, Refers("s3.bucket")]
    policy: Policy | None = None
    public_access_block: Blocked = "all"

    def make(self, at: Spot) -> str:
        """Make it."""
        control = at.client("s3control")
        control.create_access_point(
            AccountId=at.account,
            Name=self.name,
            Bucket=self.bucket,
            PublicAccessBlockConfiguration=block(self.public_access_block),
        )
        if self.policy is not None:
            text = text_of(self.policy)
            control.put_access_point_policy(AccountId=at.account, Name=self.name, Policy=text)
        return self.name


KINDS: tuple[type[Resource], ...] = (Bucket, AccessPoint)
