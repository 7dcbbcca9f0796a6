"""Worlds as data: what a file may say, what is wrong with it, and that a seed repeats it."""

import asyncio
from pathlib import Path

import pytest

from fireline.content.lab_worlds import world_files
from fireline.core.values.json import JsonObject
from fireline.lab.clients import Caller, Credentials, Place
from fireline.lab.lab import Lab
from fireline.lab.launch import STATE_FILE, launch
from fireline.lab.options import LabOptions
from fireline.lab.resources.kinds import RANK
from fireline.lab.seeding_resources import NotMade
from fireline.lab.world import World
from fireline.lab.world_file import WorldMistakes, world_of
from tests.lab.worlds import admin, opened, written


def mistakes_in(text: str) -> tuple[str, ...]:
    with pytest.raises(WorldMistakes) as refused:
        world_of(text.encode(), "mine.yaml")
    return refused.value.mistakes


def test_every_shipped_world_can_be_read_and_all_kinds_are_in_one_of_them() -> None:
    worlds = {name: world_of(text, name) for name, text in world_files().items()}
    assert {"small", "thousand", "five-thousand"} <= set(worlds)
    used = {one.kind for world in worlds.values() for one in world.account.resources}
    never = {"iam.saml_provider", "iam.oidc_provider", "iam.server_certificate"}
    assert set(RANK) - used <= never | {"rds.cluster_snapshot"}


async def test_the_same_seed_gives_the_same_ids(tmp_path: Path) -> None:
    world = written(
        [
            {"kind": "ec2.security_group", "name": "group-{n}", "count": 3},
            {"kind": "ec2.instance", "name": "one", "security_groups": ["group-1"]},
            {"kind": "iam.user", "name": "ana", "keys": [{}]},
            {"kind": "kms.key", "name": "own"},
        ]
    )
    options = LabOptions(seed=5)
    first, second = [await ids_in(world, tmp_path / name, options) for name in ("one", "two")]
    assert first == second


async def ids_in(world: JsonObject, folder: Path, options: LabOptions) -> object:
    """Build the world in a process of its own; return the ids of what is in it."""
    lab = await launch(world, directory=folder, options=options)
    own = lab.state.identity
    hand = Caller(
        Place(lab.state.endpoint, lab.state.region),
        Credentials(own.access_key_id, own.secret_access_key),
    )
    instances = hand.client("ec2").describe_instances()["Reservations"][0]["Instances"][0]
    keys = hand.client("iam").list_access_keys(UserName="ana")["AccessKeyMetadata"]
    aliases = hand.client("kms").list_aliases()["Aliases"]
    await lab.stop()
    for _ in range(100):
        if not (folder / STATE_FILE).exists():
            break
        await asyncio.sleep(0.1)
    return (
        instances["InstanceId"],
        instances["SecurityGroups"],
        keys[0]["AccessKeyId"],
        [one.get("TargetKeyId") for one in aliases],
        own,
    )


def test_every_mistake_of_a_file_is_told_with_its_place() -> None:
    told = mistakes_in(
        """
        account:
          id: "12"
          region: nowhere
          resources:
            - {kind: ec2.instance, name: a, size: 3}
            - {kind: no.such, name: b}
            - {kind: s3.bucket, name: c, count: 0}
        surprise: 1
        """
    )
    places = [one.removeprefix("mine.yaml: ").split(":")[0] for one in told]
    assert places == [
        "account.id",
        "account.region",
        "account.resources.0.size",
        "account.resources.1",
        "account.resources.2.count",
        "surprise",
    ]


def test_names_that_nobody_has_and_names_taken_twice_are_mistakes() -> None:
    told = mistakes_in(
        """
        account:
          id: "111122223333"
          resources:
            - {kind: ec2.instance, name: web, security_groups: [web], count: 2}
            - {kind: ec2.volume, name: files, instance: "web-{n}", count: 3}
            - {kind: sns.topic, name: far, regions: [me-central-1]}
        """
    )
    text = "\n".join(told)
    assert "account.resources.0.name: there is another ec2.instance named 'web'" in text
    assert "account.resources.0.security_groups.0: no ec2.security_group named 'web'" in text
    assert "account.resources.1.instance: no ec2.instance named 'web-1'" in text
    assert "account.resources.2.regions: me-central-1 is off" in text


@pytest.mark.parametrize("text", ["", "- a list", "account: [", "\x00", "a: *nobody"])
def test_a_file_that_is_no_world_is_refused_in_a_line(text: str) -> None:
    assert len(mistakes_in(text)) == 1


def test_a_wish_the_simulated_aws_refuses_names_its_entry(tmp_path: Path) -> None:
    world = World.model_validate(
        written(
            [
                {"kind": "ec2.subnet", "name": "far", "vpc": "main", "cidr": "192.168.0.0/24"},
                {"kind": "ec2.vpc", "name": "main", "cidr": "10.0.0.0/16"},
            ]
        )
    )
    lab = Lab(world, tmp_path, LabOptions())
    with pytest.raises(NotMade) as refused:
        lab.open(0)
    lab.close()
    assert "resources.0 (ec2.subnet far)" in str(refused.value)


def test_a_policy_that_is_not_json_can_be_had(tmp_path: Path) -> None:
    world = World.model_validate(
        written([{"kind": "s3.bucket", "name": "broken-policy", "policy": "{not json"}])
    )
    lab, state = opened(world, tmp_path)
    policy = admin(state, "s3").get_bucket_policy(Bucket="broken-policy")["Policy"]
    lab.close()
    assert policy == "{not json"
