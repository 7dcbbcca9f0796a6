"""Say who made a call as CloudTrail does, by the kind of caller.

From "CloudTrail userIdentity element" in the CloudTrail user guide.
"""

from fireline.lab.aws.identify import (
    Anonymous,
    FederatedSession,
    Known,
    Lease,
    RoleSession,
    RootKey,
    UserKey,
    UserSession,
    arn_of,
    lease_of,
    user_id_of,
)
from fireline.lab.aws.settings import Record
from fireline.lab.clock import stamp


def identity_of(caller: Known) -> Record:
    """Write the identity of a caller."""
    if isinstance(caller, Anonymous):
        return {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}
    who: Record = {
        "type": _kind(caller),
        "principalId": user_id_of(caller),
        "arn": arn_of(caller),
        "accountId": caller.account,
        "accessKeyId": caller.access_key,
    }
    if isinstance(caller, UserKey | UserSession):
        who["userName"] = caller.user.name
    lease = lease_of(caller)
    return who if lease is None else {**who, "sessionContext": _session(caller, lease)}


def outsider(caller: Known) -> Record:
    """Write a caller as another account is told of them: by account and id alone."""
    return {
        "type": "AWSAccount",
        "principalId": user_id_of(caller),
        "accountId": caller.account,
    }


def _kind(caller: Known) -> str:
    match caller:
        case RootKey():
            return "Root"
        case UserKey() | UserSession():
            return "IAMUser"
        case FederatedSession():
            return "FederatedUser"
        case RoleSession():
            return "AssumedRole"
        case Anonymous():
            return "AWSAccount"


def _session(caller: Known, lease: Lease) -> Record:
    attributes = {
        "creationDate": stamp(lease.issued),
        "mfaAuthenticated": "true" if lease.mfa else "false",
    }
    issuer: Record = {}
    match caller:
        case RoleSession(account=account, role=role):
            issuer = {"type": "Role", "principalId": role.id, "arn": role.arn}
            issuer |= {"accountId": account, "userName": role.name}
        case FederatedSession(account=account, user=user):
            issuer = {"type": "IAMUser", "principalId": user.id, "arn": user.arn}
            issuer |= {"accountId": account, "userName": user.name}
        case _:
            return {"attributes": attributes}
    return {"sessionIssuer": issuer, "attributes": attributes}
