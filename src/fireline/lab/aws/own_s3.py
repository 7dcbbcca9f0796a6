"""ListBuckets as S3 answers it, page by page."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, cast

from moto.s3.models import FakeBucket, PublicAccessBlock, s3_backends

from fireline.lab.aws.answers import Denial
from fireline.lab.aws.asked import Asked, Own
from fireline.lab.aws.identify import PARTITION

_MOST = 10_000
_NARROWING = ("MaxBuckets", "ContinuationToken", "Prefix", "BucketRegion")


def list_buckets(asked: Asked) -> Mapping[str, Any] | Denial:
    """Answer ListBuckets: by name, in pages, with regions for who asks for a part.

    `BucketRegion` is in the answer when the request has at least one parameter (API_ListBuckets in
    the S3 API reference).
    """
    narrowed = any(asked.given(name) is not None for name in _NARROWING)
    most = int(asked.given("MaxBuckets", _MOST))
    if not 0 < most <= _MOST:
        return Denial(400, "InvalidArgument", f"Argument max-buckets must be 1 to {_MOST}")
    found = [one for one in _buckets(asked.account) if _is_wanted(one, asked)]
    after = _after(asked.given("ContinuationToken", ""))
    if after is None:
        return Denial(400, "InvalidArgument", "The continuation token provided is incorrect")
    found = [one for one in found if one.name > after]
    page, rest = found[:most], found[most:]
    answer: dict[str, Any] = {
        "Buckets": [_bucket(one, narrowed=narrowed) for one in page],
        "Owner": {"ID": owner_id(asked.account)},
    }
    if rest:
        answer["ContinuationToken"] = urlsafe_b64encode(page[-1].name.encode()).decode()
    if asked.given("Prefix") is not None:
        answer["Prefix"] = asked.given("Prefix")
    return answer


def give_defaults(asked: Asked) -> None:
    """Give a new bucket what AWS has given every new one since April 2023.

    Its objects are encrypted, it has no ACLs, and public access is blocked ("Default settings for
    new S3 buckets"). The lab's own hand makes buckets as old as its world wants them.
    """
    bucket = s3_backends[asked.account][PARTITION].buckets.get(str(asked.given("Bucket", "")))
    if bucket is None or asked.register.own.get(asked.call.access_key):
        return
    if asked.given("ObjectOwnership") is None and asked.given("ACL") is None:
        # moto keeps the bare word, whatever its annotation says.
        bucket.ownership_rule = cast("Any", "BucketOwnerEnforced")
    rule = {"SSEAlgorithm": "AES256"}
    bucket.encryption = {
        "Rule": {"ApplyServerSideEncryptionByDefault": rule, "BucketKeyEnabled": "false"}
    }
    blocked: Any = PublicAccessBlock(True, True, True, True)  # noqa: FBT003 - as moto has it
    bucket.public_access_block = blocked


def owner_id(account: str) -> str:
    """Return the canonical id of an account, as ACLs name it."""
    return f"{int(account):x}".rjust(64, "0")


def _buckets(account: str) -> list[FakeBucket]:
    buckets = s3_backends[account][PARTITION].buckets
    return [buckets[name] for name in sorted(buckets)]


def _is_wanted(bucket: FakeBucket, asked: Asked) -> bool:
    region = asked.given("BucketRegion")
    starts = bucket.name.startswith(asked.given("Prefix", ""))
    return starts and (region is None or bucket.region_name == region)


def _after(token: str) -> str | None:
    try:
        return urlsafe_b64decode(token.encode()).decode()
    except ValueError:
        return None


def _bucket(bucket: FakeBucket, *, narrowed: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"Name": bucket.name, "CreationDate": bucket.creation_date}
    return told | {"BucketRegion": bucket.region_name} if narrowed else told


S3: Mapping[str, Own] = {"s3:ListBuckets": list_buckets}
