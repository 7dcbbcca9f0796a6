"""Build a world in the simulated AWS, and fireline's own identities in it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from moto.iam.models import AccessKeyLastUsed
from moto.iam.models import User as MotoUser

from fireline.lab.attacker import credentials_in
from fireline.lab.aws.deliver import Post
from fireline.lab.aws.identify import iam
from fireline.lab.clients import Caller, Credentials
from fireline.lab.world import Account, Bucket, Key, User, World

FIRELINE_USER = "fireline"
MONITOR_ROLE = "fireline-monitor"
RESPONDER_ROLE = "fireline-responder"
_MONITOR_ACTIONS = [
    *("iam:Get*", "iam:List*", "s3:GetObject", "s3:List*", "cloudtrail:Lookup*", "sts:Get*"),
    *("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueue*"),
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
class Seeded:
    """What seeding made: each user's first key, the queues, and who fireline is."""

    keys: Mapping[str, Credentials]
    post: Post
    fireline: FirelineIdentity


def seed_world(world: World, hand: Caller, now: datetime) -> Seeded:
    """Build the whole world with the lab's own hand, which nobody records."""
    client = hand.client("iam")
    keys: dict[str, Credentials] = {}
    for user in (*world.users, *_people(world)):
        keys |= _seed_user(client, world.account, user, now)
    for bucket in (*world.buckets, Bucket(name=world.trail.bucket)):
        _seed_bucket(hand.client("s3"), bucket, world.account.region)
    return Seeded(keys, _seed_post(hand.client("sqs"), world), _seed_fireline(client, world))


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
    # moto keeps naive UTC.
    return (now - timedelta(days=days)).replace(tzinfo=None)


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
    external_id = token_urlsafe(12)
    trust = _policy(
        {
            "Principal": {"AWS": user["Arn"]},
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
    allowed = _policy({"Action": "sts:AssumeRole", "Resource": arns})
    client.put_user_policy(
        UserName=FIRELINE_USER, PolicyName="assume-fireline", PolicyDocument=allowed
    )
    key = credentials_in(client.create_access_key(UserName=FIRELINE_USER))
    there = iam(world.account.id).users[FIRELINE_USER]
    there.create_date -= timedelta(days=200)
    return FirelineIdentity(key, arns[0], arns[1], external_id)


def _policy(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
