"""The world of a scenario as its file gives it: users, buckets, workloads, attack, people."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from fireline.lab.world_account import Account
from fireline.lab.world_part import BucketName, Days, Name, Part, Seconds


class Key(Part):
    """An access key of a user, and how long ago it was made and last used."""

    age_days: Days = 0
    last_used_days: Days | None = None
    last_used_service: str = "s3"


class User(Part):
    """An IAM user. The first key is the one workloads and the attacker speak with."""

    name: Name
    age_days: Days = 0
    keys: Sequence[Key] = ()
    policies: Mapping[Name, Mapping[str, Any]] = {}
    tags: Mapping[str, str] = {}


class Bucket(Part):
    """A bucket and its objects, by key."""

    name: BucketName
    objects: Mapping[str, str] = {}
    tags: Mapping[str, str] = {}


class Origin(Part):
    """Where calls come from, as the trail will say."""

    address: str
    agent: str


class Call(Part):
    """One API call, in the API's own words."""

    service: Name
    operation: Name
    parameters: Mapping[str, Any] = {}

    @property
    def name(self) -> str:
        """The call's name, for logs."""
        return f"{self.service}:{self.operation}"


class Workload(Part):
    """A legitimate program that makes the same calls again and again with its user's key."""

    name: Name
    user: Name
    origin: Origin
    every_seconds: Annotated[float, Field(ge=0.05, le=3600)] = 2.0
    calls: Annotated[Sequence[Call], Field(min_length=1)]


class AttackStep(Call):
    """One call of the attacker.

    `credential` names what it is made with: `leaked`, or something an earlier step `keeps`
    (the credentials in its answer).
    """

    credential: Name = "leaked"
    keeps: Name | None = None
    after_seconds: Seconds = 0.3


class Attack(Part):
    """What the attacker does with a user's leaked key, and then keeps trying."""

    user: Name
    origin: Origin
    steps: Annotated[Sequence[AttackStep], Field(min_length=1)]
    persists: Sequence[AttackStep] = ()
    persists_every_seconds: Annotated[float, Field(ge=0.05, le=3600)] = 1.0


class Person(Part):
    """Somebody with a mailbox and a phone, and perhaps rights in the cloud."""

    name: Name
    mail: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    user: Name | None = None


class Trail(Part):
    """The trail's bucket and the queues fireline is told on."""

    bucket: BucketName = "fireline-trail"
    changes_queue: Name = "fireline-changes"
    objects_queue: Name = "fireline-objects"


class World(Part):
    """A whole world. Everything a name refers to must be in it.

    `account` is the home of the trail, of fireline and of the story; `accounts` are the others.
    """

    kind: Literal["lab-world"] = "lab-world"
    title: str = ""
    account: Account
    accounts: Sequence[Account] = ()
    users: Sequence[User] = ()
    buckets: Sequence[Bucket] = ()
    workloads: Sequence[Workload] = ()
    attack: Attack | None = None
    people: Sequence[Person] = ()
    trail: Trail = Trail()
    decoy: Name | None = None

    @property
    def every_account(self) -> tuple[Account, ...]:
        """All accounts, the home first."""
        return (self.account, *self.accounts)

    @model_validator(mode="after")
    def _accounts_are_many(self) -> Self:
        ids = [one.id for one in self.every_account]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            msg = f"accounts: {twice[0]} is there twice"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        keyed = {user.name for user in self.users if user.keys}
        asked = [(f"workload {one.name}", one.user) for one in self.workloads]
        asked += [(f"person {one.name}", one.user) for one in self.people if one.user]
        asked += [("attack", self.attack.user)] if self.attack else []
        asked += [("decoy", self.decoy)] if self.decoy else []
        lost = [f"{who}: no user {user!r} with a key" for who, user in asked if user not in keyed]
        if lost:
            raise ValueError("\n".join(lost))
        return self
