"""AWS's own policies: the usual few in every account, and any other that is asked for.

moto has them all, and keeps none unless told to make all 1,400 for each account, which takes 1.5 s.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy

from fireline.lab.aws.identify import PARTITION, iam

USUAL = (
    *("AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "SecurityAudit", "IAMFullAccess"),
    *("AmazonS3FullAccess", "AmazonS3ReadOnlyAccess", "AmazonEC2FullAccess", "AWSDenyAll"),
)


def policy_of_aws(account: str, name: str) -> str:
    """Return the ARN of one of AWS's policies, which the account has from now on.

    Raises LookupError when AWS has none of this name.
    """
    written = _all().get(name)
    if written is None:
        msg = f"AWS has no policy named {name!r}"
        raise LookupError(msg)
    policy = AWSManagedPolicy.from_data(name, account, PARTITION, dict(written))
    backend = iam(account)
    if policy.arn not in backend.managed_policies:
        backend.managed_policies[policy.arn] = policy
        backend.aws_managed_policies.append(policy)
    return str(policy.arn)


@cache
def _all() -> Mapping[str, Mapping[str, Any]]:
    read: Mapping[str, Mapping[str, Any]] = json.loads(aws_managed_policies_data)
    return read
