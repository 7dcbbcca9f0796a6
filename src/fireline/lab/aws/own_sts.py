"""Sessions as STS gives them out: by the lab's clock, and remembering who took them and how."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fireline.lab.aws.answers import Denial
from fireline.lab.aws.asked import Asked, Own
from fireline.lab.aws.identify import (
    Anonymous,
    FederatedSession,
    Grant,
    Lease,
    RoleSession,
    RootKey,
    UserKey,
    UserSession,
    arn_of,
    find_role,
    lease_of,
    user_id_of,
)

_HOUR = 3600
_HALF_DAY = 43_200
_A_DAY_AND_A_HALF = 129_600


def caller_identity(asked: Asked) -> Mapping[str, Any]:
    """Answer GetCallerIdentity."""
    who = asked.caller
    return {"Arn": arn_of(who), "UserId": user_id_of(who), "Account": who.account}


def session_token(asked: Asked) -> Mapping[str, Any] | Denial:
    """Answer GetSessionToken; only long-term keys may ask."""
    user = asked.caller.user.name if isinstance(asked.caller, UserKey) else ""
    if not user:
        return _not_with(asked, "GetSessionToken")
    lease = _leased(asked, asked.account, _HALF_DAY, _A_DAY_AND_A_HALF)
    if isinstance(lease, Denial):
        return lease
    asked.register.keep(Grant(asked.account, lease, user=user))
    return {"Credentials": _credentials(lease)}


def federation_token(asked: Asked) -> Mapping[str, Any] | Denial:
    """Answer GetFederationToken; only long-term keys may ask."""
    user = asked.caller.user.name if isinstance(asked.caller, UserKey) else ""
    if not user:
        return _not_with(asked, "GetFederationToken")
    lease = _leased(asked, asked.account, _HALF_DAY, _A_DAY_AND_A_HALF)
    if isinstance(lease, Denial):
        return lease
    name = str(asked.given("Name", ""))
    asked.register.keep(Grant(asked.account, lease, user=user, federated=name))
    federated = {
        "FederatedUserId": f"{asked.account}:{name}",
        "Arn": f"arn:aws:sts::{asked.account}:federated-user/{name}",
    }
    return {"Credentials": _credentials(lease), "FederatedUser": federated}


def assume_role(asked: Asked) -> Mapping[str, Any] | Denial:
    """Answer AssumeRole of a role that trusts the caller; the gate has seen to that."""
    arn = str(asked.given("RoleArn", ""))
    account = account_in(arn)
    role = find_role(account, arn)
    if role is None:
        return Denial(403, "AccessDenied", f"not authorized to assume {arn}")
    chained = isinstance(asked.caller, RoleSession)
    longest = _HOUR if chained else int(role.max_session_duration or _HOUR)
    lease = _leased(asked, account, _HOUR, longest)
    if isinstance(lease, Denial):
        return lease
    session = str(asked.given("RoleSessionName", ""))
    asked.register.keep(Grant(account, lease, role_arn=arn, role_session=session))
    role.last_used = asked.now.replace(tzinfo=None)
    assumed = {
        "AssumedRoleId": f"{role.id}:{session}",
        "Arn": f"arn:aws:sts::{account}:assumed-role/{role.name}/{session}",
    }
    answer: dict[str, Any] = {"Credentials": _credentials(lease), "AssumedRoleUser": assumed}
    if asked.given("SourceIdentity"):
        answer["SourceIdentity"] = asked.given("SourceIdentity")
    return answer


def account_in(arn: str) -> str:
    """Return the account an ARN names; empty when it names none."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 else ""


def _leased(asked: Asked, account: str, usual: int, longest: int) -> Lease | Denial:
    seconds = int(asked.given("DurationSeconds", min(usual, longest)))
    if not 900 <= seconds <= longest:
        said = f"The requested DurationSeconds must be 900 to {longest} for this session."
        return Denial(400, "ValidationError", said)
    serial = asked.given("SerialNumber")
    if serial is not None and not _shows(asked, str(serial)):
        said = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
        return Denial(403, "AccessDenied", said)
    lasts = timedelta(seconds=seconds)
    return asked.register.mint(account, lasts, asked.now, mfa=serial is not None)


def _shows(asked: Asked, serial: str) -> bool:
    """Tell whether the caller has this device; any six digits are its code."""
    code = str(asked.given("TokenCode", ""))
    match asked.caller:
        case UserKey(user=user) | UserSession(user=user):
            return serial in user.mfa_devices and len(code) == 6 and code.isdigit()
        case RootKey() | RoleSession() | FederatedSession() | Anonymous():
            return False


def _credentials(lease: Lease) -> Mapping[str, Any]:
    return {
        "AccessKeyId": lease.access_key,
        "SecretAccessKey": lease.secret,
        "SessionToken": lease.token,
        "Expiration": lease.expires,
    }


def _not_with(asked: Asked, operation: str) -> Denial:
    kind = "session" if lease_of(asked.caller) else "root"
    said = f"Cannot call {operation} with {kind} credentials"
    return Denial(403, "AccessDenied", said)


STS: Mapping[str, Own] = {
    "sts:GetCallerIdentity": caller_identity,
    "sts:GetSessionToken": session_token,
    "sts:GetFederationToken": federation_token,
    "sts:AssumeRole": assume_role,
}
