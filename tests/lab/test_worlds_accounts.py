"""Worlds of several accounts and regions, as fireline watches them."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from fireline.lab.clients import Caller, Credentials, Place
from fireline.lab.state import LabState
from fireline.lab.world import World
from tests.lab.worlds import admin, opened, written

OTHER = "444455556666"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabState]:
    world = World.model_validate(
        written(
            [
                {
                    "kind": "sqs.queue",
                    "name": "jobs-{n:02}-{region}",
                    "count": 12,
                    "regions": ["eu-central-1", "us-east-1"],
                }
            ],
            account={"public_access_block": "all", "password_policy": {"minimum_length": 12}},
            accounts=[
                {
                    "id": OTHER,
                    "alias": "other",
                    "region": "us-east-1",
                    "regions_on": ["me-central-1"],
                    "resources": [
                        {"kind": "s3.bucket", "name": "of-the-other"},
                        {"kind": "sns.topic", "name": "far-away", "regions": ["me-central-1"]},
                    ],
                }
            ],
        )
    )
    lab, state = opened(world, tmp_path_factory.mktemp("two"))
    yield state
    lab.close()


def of_fireline(state: LabState, account: int) -> Caller:
    """Sign in as fireline does: with its user's key, through the role, with the external id."""
    own = state.identity
    user = Caller(
        Place(state.endpoint, state.region),
        Credentials(own.access_key_id, own.secret_access_key),
    )
    given = user.client("sts").assume_role(
        RoleArn=state.accounts[account].monitor_role_arn,
        RoleSessionName="looking",
        ExternalId=own.external_id,
    )["Credentials"]
    return Caller(
        Place(state.endpoint, state.accounts[account].region),
        Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]),
    )


def test_many_of_an_entry_are_numbered_in_each_region(two: LabState) -> None:
    for region in ("eu-central-1", "us-east-1"):
        urls = admin(two, "sqs", region).list_queues(QueueNamePrefix="jobs-")["QueueUrls"]
        names = sorted(url.rsplit("/", 1)[-1] for url in urls)
        assert names == [f"jobs-{n:02}-{region}" for n in range(1, 13)]


def test_fireline_may_look_at_every_account_and_sees_only_that_one(two: LabState) -> None:
    home, other = of_fireline(two, 0), of_fireline(two, 1)
    assert other.client("sts").get_caller_identity()["Account"] == OTHER
    buckets = [one["Name"] for one in other.client("s3").list_buckets()["Buckets"]]
    assert buckets == ["of-the-other"]
    assert "of-the-other" not in {
        one["Name"] for one in home.client("s3").list_buckets()["Buckets"]
    }
    policy = home.client("iam").get_account_password_policy()["PasswordPolicy"]
    assert policy["MinimumPasswordLength"] == 12


def test_a_region_is_off_until_a_world_turns_it_on(two: LabState) -> None:
    with pytest.raises(ClientError) as refused:
        admin(two, "sns", "me-central-1").list_topics()
    assert "InvalidClientTokenId" in str(refused.value)


def test_a_change_reaches_the_queue_that_fireline_is_told_on(two: LabState) -> None:
    admin(two, "sqs").create_queue(QueueName="made-just-now")
    watcher = of_fireline(two, 0).client("sqs")
    bodies: list[str] = []
    for _ in range(20):
        found = watcher.receive_message(QueueUrl=two.queues.changes, WaitTimeSeconds=1)
        bodies += [one["Body"] for one in found.get("Messages", [])]
        if any("made-just-now" in body for body in bodies):
            break
    assert any("AWS API Call via CloudTrail" in body and "made-just-now" in body for body in bodies)
