"""Build a world in the simulated AWS, and fireline's own identities in it."""

import gc
import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moto.iam.models import AccessKeyLastUsed
from moto.iam.models import User as MotoUser
from moto.moto_api._internal import mock_random

from fireline.lab.attacker import credentials_in
from fireline.lab.aws.deliver import Post
from fireline.lab.aws.identify import iam
from fireline.lab.aws.settings import Cloud
from fireline.lab.clients import Caller, Credentials
from fireline.lab.hand import Hand
from fireline.lab.seeding_account import set_up
from fireline.lab.seeding_resources import Progress, count_of, make_resources
from fireline.lab.world import Bucket, Key, User, World
from fireline.lab.world_account import Account

FIRELINE_USER = "fireline"
MONITOR_ROLE = "fireline-monitor"
RESPONDER_ROLE = "fireline-responder"
ADMIN = "lab-admin"
# Whoever looks at a whole account reads everything of it but what people keep in it.
_MONITOR_ACTIONS = [
    *(
        "acm:Describe*",
        "acm:List*",
        "access-analyzer:Get*",
        "access-analyzer:List*",
        "account:Get*",
        "account:List*",
    ),
    *("autoscaling:Describe*", "ce:Get*", "cloudfront:Get*", "cloudfront:List*"),
    *("cloudtrail:Describe*", "cloudtrail:Get*", "cloudtrail:List*", "cloudtrail:Lookup*"),
    *("cloudwatch:Describe*", "cloudwatch:List*", "config:Describe*", "config:List*"),
    *("dynamodb:Describe*", "dynamodb:List*", "ec2:Describe*", "ec2:Get*", "ecr:Describe*"),
    *("ecr:GetRepositoryPolicy", "ecr:List*", "ecs:Describe*", "ecs:List*", "eks:Describe*"),
    *("eks:List*", "elasticfilesystem:Describe*", "elasticloadbalancing:Describe*", "es:Describe*"),
    *("es:List*", "guardduty:Get*", "guardduty:List*", "iam:Generate*", "iam:Get*", "iam:List*"),
    *("kms:Describe*", "kms:Get*", "kms:List*", "lambda:Get*", "lambda:List*", "logs:Describe*"),
    *("logs:List*", "organizations:Describe*", "organizations:List*", "rds:Describe*", "rds:List*"),
    *("redshift:Describe*", "s3:Get*", "s3:List*", "secretsmanager:Describe*"),
    *("secretsmanager:GetResourcePolicy", "secretsmanager:List*", "securityhub:Describe*"),
    *("securityhub:Get*", "sns:Get*", "sns:List*", "sqs:DeleteMessage", "sqs:Get*", "sqs:List*"),
    *("sqs:ReceiveMessage", "ssm:Describe*", "ssm:List*", "sts:Get*", "wafv2:Get*", "wafv2:List*"),
]
_RESPONDER_ACTIONS = [
    *("iam:Get*", "iam:List*", "iam:UpdateAccessKey", "iam:PutUserPolicy", "iam:DeleteUserPolicy"),
]


@dataclass(frozen=True, slots=True)
class FirelineIdentity:
    """The user fireline signs in as, and the roles it assumes with the external id."""

    credentials: Credentials
    monitor_arn: str
    responder_arn: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Watched:
    """Another account of the world, and the roles fireline has there."""

    account: str
    monitor_arn: str
    responder_arn: str


@dataclass(frozen=True, slots=True)
class Seeded:
    """What seeding made: each user's first key, the queues, and who fireline is."""

    keys: Mapping[str, Credentials]
    post: Post
    fireline: FirelineIdentity
    others: Sequence[Watched] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """Where a world is built and how: `told` hears how far it is; `admin` makes one for guests."""

    cloud: Cloud
    told: Progress | None = None
    admin: bool = False


def seed_world(world: World, hand: Caller, now: datetime, site: Site) -> Seeded:
    """Build the whole world with the lab's own hand, which nobody records."""
    client, inner = hand.client("iam"), Hand()
    with _without_pauses():
        _fill(world, inner, now, site)
    keys: dict[str, Credentials] = {}
    for user in (*world.users, *_people(world), *([_admin()] if site.admin else [])):
        keys |= _seed_user(client, world.account, user, now)
    for bucket in (*world.buckets, Bucket(name=world.trail.bucket)):
        _seed_bucket(hand.client("s3"), bucket, world.account.region)
    post, own = _seed_post(hand.client("sqs"), world), _seed_fireline(client, world)
    user_arn = iam(world.account.id).users[FIRELINE_USER].arn
    others = [
        Watched(
            one.id, *_seed_roles(inner.client("iam", one.id, one.region), user_arn, own.external_id)
        )
        for one in world.accounts
    ]
    return Seeded(keys, post, own, others)


def _fill(world: World, inner: Hand, now: datetime, site: Site) -> None:
    whole, done = sum(count_of(one) for one in world.every_account), 0

    def made() -> None:
        nonlocal done
        done += 1
        if site.told is not None:
            site.told(done, whole)

    for account in world.every_account:
        settings = site.cloud.account(account.id)
        set_up(account, inner, settings, now)
        make_resources(account, inner, settings, now, made=made)


@contextmanager
def _without_pauses() -> Generator[None]:
    """Leave garbage for the block, which makes next to none, and never look at what it made."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _admin() -> User:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [everything]}
    return User(name=ADMIN, age_days=1, keys=[Key()], policies={"everything": policy})


def _people(world: World) -> list[User]:
    """Give people the world says nothing of a user of their own: admins can go round fireline."""
    named = {user.name for user in world.users}
    people = (one.name for one in world.people if one.user is None and one.name not in named)
    key = Key(age_days=30, last_used_days=3, last_used_service="iam")
    return [User(name=name, age_days=500, keys=[key]) for name in people]


def _seed_user(
    client: Any, account: Account, user: User, now: datetime
) -> Mapping[str, Credentials]:
    tags = [{"Key": key, "Value": value} for key, value in user.tags.items()]
    client.create_user(UserName=user.name, Tags=tags)
    for name, document in user.policies.items():
        text = json.dumps(document)
        client.put_user_policy(UserName=user.name, PolicyName=name, PolicyDocument=text)
    made = [credentials_in(client.create_access_key(UserName=user.name)) for _ in user.keys]
    there = iam(account.id).users[user.name]
    there.create_date = _ago(now, user.age_days)
    # moto's own ids of users lack the prefix by which rules and people tell users from roles.
    there.id = f"AIDA{there.id.upper()[:17]}"
    for key, one in zip(user.keys, made, strict=True):
        _backdate(there, one.access_key, key, now=now, region=account.region)
    return {user.name: made[0]} if made else {}


def _backdate(user: MotoUser, access_key: str, key: Key, *, now: datetime, region: str) -> None:
    """Age a key. AWS has no call for it, so this reaches into moto."""
    for made in user.access_keys:
        if made.access_key_id != access_key:
            continue
        made.create_date = _ago(now, key.age_days)
        if key.last_used_days is not None:
            used = _ago(now, key.last_used_days)
            made.last_used = AccessKeyLastUsed(used, key.last_used_service, region)


def _ago(now: datetime, days: float) -> datetime:
    # moto keeps naive UTC; IAM knows no parts of a second.
    return (now - timedelta(days=days)).replace(tzinfo=None, microsecond=0)


def _seed_bucket(client: Any, bucket: Bucket, region: str) -> None:
    where = {} if region == "us-east-1" else {"LocationConstraint": region}
    client.create_bucket(
        Bucket=bucket.name, **({"CreateBucketConfiguration": where} if where else {})
    )
    if bucket.tags:
        tags = [{"Key": key, "Value": value} for key, value in bucket.tags.items()]
        client.put_bucket_tagging(Bucket=bucket.name, Tagging={"TagSet": tags})
    for key, body in bucket.objects.items():
        client.put_object(Bucket=bucket.name, Key=key, Body=body.encode())


def _seed_post(client: Any, world: World) -> Post:
    # Two queues, as AWS's guides have it: they fill at different speeds, with different shapes.
    changes = client.create_queue(QueueName=world.trail.changes_queue)["QueueUrl"]
    objects = client.create_queue(QueueName=world.trail.objects_queue)["QueueUrl"]
    return Post(changes, objects, world.trail.bucket)


def _seed_fireline(client: Any, world: World) -> FirelineIdentity:
    user = client.create_user(UserName=FIRELINE_USER)["User"]
    # By moto's chance: with a seed, the same in every run.
    external_id = mock_random.get_random_hex(16)
    arns = _seed_roles(client, user["Arn"], external_id)
    everywhere = [*arns, *(f"arn:aws:iam::{one.id}:role/fireline-*" for one in world.accounts)]
    allowed = _policy({"Action": "sts:AssumeRole", "Resource": everywhere})
    client.put_user_policy(
        UserName=FIRELINE_USER, PolicyName="assume-fireline", PolicyDocument=allowed
    )
    key = credentials_in(client.create_access_key(UserName=FIRELINE_USER))
    there = iam(world.account.id).users[FIRELINE_USER]
    there.create_date -= timedelta(days=200)
    return FirelineIdentity(key, *arns, external_id)


def _seed_roles(client: Any, user_arn: str, external_id: str) -> tuple[str, str]:
    """Make the roles fireline looks and acts with in an account; return their ARNs."""
    trust = _policy(
        {
            "Principal": {"AWS": user_arn},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
        }
    )
    arns: list[str] = []
    for role, actions in ((MONITOR_ROLE, _MONITOR_ACTIONS), (RESPONDER_ROLE, _RESPONDER_ACTIONS)):
        made = client.create_role(RoleName=role, AssumeRolePolicyDocument=trust)["Role"]
        allowed = _policy({"Action": actions, "Resource": "*"})
        client.put_role_policy(RoleName=role, PolicyName=role, PolicyDocument=allowed)
        arns.append(made["Arn"])
    return arns[0], arns[1]


def _policy(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
