"""Tell whose access key a call carries, and keep the sessions moto does not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from moto.iam.models import Group, IAMBackend, Role, User, iam_backends
from moto.iam.utils import generate_access_key_id_from_account_id
from moto.moto_api._internal import mock_random

PARTITION = "aws"


@dataclass(frozen=True, slots=True)
class LabItself:
    """The lab's own hand: it seeds and delivers, unseen and unhindered."""

    account: str


@dataclass(frozen=True, slots=True)
class RootKey:
    """An account's root, with a key of its own."""

    account: str
    access_key: str


@dataclass(frozen=True, slots=True)
class UserKey:
    """A user's long-term key."""

    account: str
    user: User
    access_key: str
    active: bool


@dataclass(frozen=True, slots=True)
class Lease:
    """A session's own part: its key, how long it lasts, and whether MFA was shown for it."""

    access_key: str
    secret: str
    token: str
    issued: datetime
    expires: datetime
    mfa: bool = False


@dataclass(frozen=True, slots=True)
class UserSession:
    """A session a user took with GetSessionToken. It outlives the key it was taken with."""

    account: str
    user: User
    lease: Lease

    @property
    def access_key(self) -> str:
        """The session's key."""
        return self.lease.access_key


@dataclass(frozen=True, slots=True)
class FederatedSession:
    """A session a user gave to somebody else, by name, with GetFederationToken."""

    account: str
    user: User
    name: str
    lease: Lease

    @property
    def access_key(self) -> str:
        """The session's key."""
        return self.lease.access_key


@dataclass(frozen=True, slots=True)
class RoleSession:
    """A session of a role, taken with AssumeRole."""

    account: str
    role: Role
    name: str
    lease: Lease

    @property
    def access_key(self) -> str:
        """The session's key."""
        return self.lease.access_key


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Somebody who signed nothing, at a bucket of this account."""

    account: str
    access_key: str = ""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A session whose user or role is gone."""

    account: str
    access_key: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """A key nobody ever made here, or one that was deleted."""

    access_key: str


Session = UserSession | FederatedSession | RoleSession
Known = RootKey | UserKey | Session | Anonymous
Caller = LabItself | Known | Orphan | Stranger


@dataclass(frozen=True, slots=True)
class Grant:
    """What a session was given out for: a user's own, a federated name's, or a role's."""

    account: str
    lease: Lease
    user: str = ""
    federated: str = ""
    role_arn: str = ""
    role_session: str = ""


@dataclass(slots=True)
class Register:
    """Every key of the lab: moto's own, the lab's own, the roots', and all sessions.

    moto answers GetSessionToken with one constant example key, so the lab mints them; of a role's
    sessions moto forgets who took them, how, and by which clock.
    """

    own: dict[str, str] = field(default_factory=dict[str, str])
    roots: dict[str, str] = field(default_factory=dict[str, str])
    _grants: dict[str, Grant] = field(default_factory=dict[str, Grant])
    _lock: Lock = field(default_factory=Lock)

    def mint(self, account: str, lasts: timedelta, now: datetime, *, mfa: bool) -> Lease:
        """Make a session's credentials."""
        # AWS keeps issue times to the second, and so do the policies that compare with them.
        issued = now.replace(microsecond=0)
        secret = mock_random.token_urlsafe(30)
        return Lease(
            access_key=generate_access_key_id_from_account_id(account, prefix="ASIA"),
            secret=secret,
            token=f"LAB{mock_random.token_urlsafe(60)}",
            issued=issued,
            expires=issued + lasts,
            mfa=mfa,
        )

    def keep(self, grant: Grant) -> None:
        """Remember whom a session was given to."""
        with self._lock:
            self._grants[grant.lease.access_key] = grant

    def give_root_key(self, account: str) -> str:
        """Make a key of an account's root; worlds seed them, AWS advises against."""
        key = generate_access_key_id_from_account_id(account, prefix="AKIA")
        self.roots[key] = account
        return key

    def caller(self, access_key: str) -> Caller:
        """Tell who holds a key."""
        if access_key in self.own:
            return LabItself(self.own[access_key])
        if access_key in self.roots:
            return RootKey(self.roots[access_key], access_key)
        with self._lock:
            grant = self._grants.get(access_key)
        return _of_moto(access_key) if grant is None else _granted(grant)


def _granted(grant: Grant) -> Caller:
    account, lease = grant.account, grant.lease
    if grant.role_arn:
        role = find_role(account, grant.role_arn)
        if role is not None:
            return RoleSession(account, role, grant.role_session, lease)
    user = iam(account).users.get(grant.user)
    if user is None:
        return Orphan(account, lease.access_key)
    if grant.federated:
        return FederatedSession(account, user, grant.federated, lease)
    return UserSession(account, user, lease)


def _of_moto(access_key: str) -> Caller:
    for account in list(iam_backends):
        key = iam(account).access_keys.get(access_key)
        user = iam(account).users.get(key.user_name or "") if key is not None else None
        # A user deleted with keys left behind leaves them in moto's index.
        if key is not None and user is not None and key in user.access_keys:
            return UserKey(account, user, access_key, key.status == "Active")
    return Stranger(access_key)


def iam(account: str) -> IAMBackend:
    """Return moto's IAM of an account."""
    return iam_backends[account][PARTITION]


def find_role(account: str, arn: str) -> Role | None:
    """Find a role by its ARN."""
    return next((role for role in list(iam(account).roles.values()) if role.arn == arn), None)


def root_arn(account: str) -> str:
    """Return the ARN of an account's root."""
    return f"arn:aws:iam::{account}:root"


def arn_of(caller: Known) -> str:
    """Return the ARN a caller acts under."""
    match caller:
        case RootKey(account=account):
            return root_arn(account)
        case UserKey() | UserSession():
            return caller.user.arn
        case FederatedSession(account=account, name=name):
            return f"arn:aws:sts::{account}:federated-user/{name}"
        case RoleSession(account=account, role=role, name=name):
            return f"arn:aws:sts::{account}:assumed-role/{role.name}/{name}"
        case Anonymous():
            return "anonymous"


def user_id_of(caller: Known) -> str:
    """Return the unique id a caller acts under, as GetCallerIdentity and records give it."""
    match caller:
        case RootKey(account=account):
            return account
        case UserKey() | UserSession():
            return caller.user.id
        case FederatedSession(account=account, name=name):
            return f"{account}:{name}"
        case RoleSession(role=role, name=name):
            return f"{role.id}:{name}"
        case Anonymous():
            return ""


def lease_of(caller: Known) -> Lease | None:
    """Return the session a caller acts in; None for a long-term key."""
    match caller:
        case UserSession() | FederatedSession() | RoleSession():
            return caller.lease
        case RootKey() | UserKey() | Anonymous():
            return None


def identity_policies(caller: Known) -> Mapping[str, str]:
    """Return the policy documents that bind a caller, by a name for each."""
    match caller:
        case UserKey() | UserSession() | FederatedSession():
            groups = iam(caller.account).get_groups_for_user(caller.user.name)
            owners: list[User | Role | Group] = [caller.user, *groups]
        case RoleSession():
            owners = [caller.role]
        case RootKey() | Anonymous():
            return {}
    documents: dict[str, str] = {}
    for owner in owners:
        documents |= {f"{owner.name}/{name}": text for name, text in owner.policies.items()}
        for managed in list(owner.managed_policies.values()):
            default = next((one for one in managed.versions if one.is_default), None)
            documents |= {managed.arn: default.document} if default is not None else {}
    return documents
