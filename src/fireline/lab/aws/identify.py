"""Tell whose access key a call carries, and keep the sessions moto does not."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from threading import Lock

from moto.iam.models import IAMBackend, Role, User, iam_backends
from moto.iam.utils import generate_access_key_id_from_account_id
from moto.sts.models import AssumedRole, sts_backends

PARTITION = "aws"


@dataclass(frozen=True, slots=True)
class LabItself:
    """The lab's own hand: it seeds and delivers, unseen and unhindered."""

    account: str


@dataclass(frozen=True, slots=True)
class UserKey:
    """A user's long-term key."""

    account: str
    user: User
    access_key: str
    active: bool


@dataclass(frozen=True, slots=True)
class UserSession:
    """A session a user took with GetSessionToken. It outlives the key it was taken with."""

    account: str
    user: User
    access_key: str
    issued: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class RoleSession:
    """A session of a role, taken with AssumeRole."""

    account: str
    role: Role
    name: str
    access_key: str
    issued: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class Orphan:
    """A session whose user or role is gone."""

    account: str
    access_key: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """A key nobody ever made here, or one that was deleted."""

    access_key: str


Known = UserKey | UserSession | RoleSession
Caller = LabItself | Known | Orphan | Stranger


@dataclass(frozen=True, slots=True)
class Minted:
    """A session as GetSessionToken gave it out."""

    access_key: str
    secret: str
    user: str
    issued: datetime
    expires: datetime


@dataclass(slots=True)
class Register:
    """Every key of the lab: moto's own, the lab's own, and the sessions moto only pretends to mint.

    moto answers GetSessionToken with one constant example key, so the lab mints them.
    """

    own: dict[str, str] = field(default_factory=dict[str, str])
    _sessions: dict[str, tuple[str, Minted]] = field(default_factory=dict[str, tuple[str, Minted]])
    _lock: Lock = field(default_factory=Lock)

    def mint(self, account: str, user: str, lasts: timedelta, now: datetime) -> Minted:
        """Give a user a session."""
        access_key = generate_access_key_id_from_account_id(account, prefix="ASIA")
        # AWS keeps issue times to the second, and so do the policies that compare with them.
        issued = now.replace(microsecond=0)
        minted = Minted(access_key, token_urlsafe(30), user, issued, issued + lasts)
        with self._lock:
            self._sessions[minted.access_key] = (account, minted)
        return minted

    def caller(self, access_key: str) -> Caller:
        """Tell who holds a key."""
        if access_key in self.own:
            return LabItself(self.own[access_key])
        with self._lock:
            session = self._sessions.get(access_key)
        if session is not None:
            return _session(*session)
        return _of_moto(access_key)


def _session(account: str, minted: Minted) -> Caller:
    user = iam(account).users.get(minted.user)
    if user is None:
        return Orphan(account, minted.access_key)
    return UserSession(account, user, minted.access_key, minted.issued, minted.expires)


def _of_moto(access_key: str) -> Caller:
    for account in list(iam_backends):
        # Copied before walking: other requests change these while this one reads.
        for user in list(iam(account).users.values()):
            for key in list(user.access_keys):
                if key.access_key_id == access_key:
                    return UserKey(account, user, access_key, key.status == "Active")
    for account in list(sts_backends):
        assumed = sts_backends[account][PARTITION].get_assumed_role_from_access_key(access_key)
        if assumed is not None:
            return _role_session(assumed)
    return Stranger(access_key)


def _role_session(assumed: AssumedRole) -> Caller:
    account = assumed.account_id
    role = find_role(account, assumed.role_arn)
    if role is None:
        return Orphan(account, assumed.access_key_id)
    issued = assumed.access_key.create_date.replace(tzinfo=UTC, microsecond=0)
    expires = assumed.expiration.replace(tzinfo=UTC)
    name = assumed.session_name
    return RoleSession(account, role, name, assumed.access_key_id, issued, expires)


def iam(account: str) -> IAMBackend:
    """Return moto's IAM of an account."""
    return iam_backends[account][PARTITION]


def find_role(account: str, arn: str) -> Role | None:
    """Find a role by its ARN."""
    return next((role for role in list(iam(account).roles.values()) if role.arn == arn), None)


def arn_of(caller: Known) -> str:
    """Return the ARN a caller acts under."""
    match caller:
        case UserKey() | UserSession():
            return caller.user.arn
        case RoleSession(account=account, role=role, name=name):
            return f"arn:aws:sts::{account}:assumed-role/{role.name}/{name}"
