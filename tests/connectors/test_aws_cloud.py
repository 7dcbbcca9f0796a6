"""The AWS cloud against moto's server: real boto3, real HTTP, real bytes."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import UUID

import boto3
import pytest
from moto.server import ThreadedMotoServer

from fireline.connectors.aws.cloud import AwsCloud
from fireline.connectors.aws.clouds import AwsClouds
from fireline.connectors.aws.session import (
    Access,
    AwsSettings,
    Login,
    NotLoopbackError,
    RoleToAssume,
    one_call_policy,
    only_loopback,
)
from fireline.core.assets.ref import AssetRef
from fireline.core.runbooks.action import ActionPlan, Context, UndoCall, plan_action, undo, verify
from fireline.core.runbooks.actions import REGISTERED
from fireline.core.values.ids import DrillId
from fireline.core.values.secret import Secret
from fireline.ports.cloud import (
    Absent,
    Call,
    Declined,
    Errand,
    Made,
    Present,
    Unreadable,
    Unsure,
)

ACCOUNT = "123456789012"
CONTEXT = Context("INC-7", datetime(2026, 11, 17, 9, 30, tzinfo=UTC))
ERRAND = Errand("INC-7", "3", "cy")
LOGIN = Login("testing", Secret("testing"))
SPACED = (
    '{ "Version":"2012-10-17",\n "Statement" : [ {"Effect":"Allow",'
    '"Action":"s3:*",  "Resource":"*"} ] }'
)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def iam(endpoint: str) -> Iterator[Any]:
    client = boto3.client(
        "iam",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    yield client
    for user in client.list_users()["Users"]:
        name = user["UserName"]
        for key in client.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            client.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        for policy in client.list_user_policies(UserName=name)["PolicyNames"]:
            client.delete_user_policy(UserName=name, PolicyName=policy)
        client.delete_user(UserName=name)


def settings(endpoint: str, role: RoleToAssume | None = None) -> AwsSettings:
    return AwsSettings("us-east-1", Access(LOGIN), Access(LOGIN, role), endpoint)


@pytest.fixture
def cloud(endpoint: str) -> AwsCloud:
    return AwsCloud.of_drill(settings(endpoint))


@pytest.fixture
def key(iam: Any) -> AssetRef:
    iam.create_user(UserName="shop-ci")
    made = iam.create_access_key(UserName="shop-ci")["AccessKey"]
    return AssetRef("aws.iam.access_key", ACCOUNT, made["AccessKeyId"])


USER = AssetRef("aws.iam.user", ACCOUNT, "shop-ci")


async def _plan(cloud: AwsCloud, kind: str, asset: AssetRef) -> ActionPlan:
    planned = plan_action(REGISTERED[kind], asset, await cloud.read(asset), CONTEXT)
    assert isinstance(planned, ActionPlan)
    return planned


async def test_a_key_is_found_by_its_id_alone(cloud: AwsCloud, key: AssetRef) -> None:
    reading = await cloud.read(key)
    assert isinstance(reading, Present)
    assert reading.state == {
        "user": "shop-ci",
        "user_arn": f"arn:aws:iam::{ACCOUNT}:user/shop-ci",
        "status": "Active",
        "last_used": "never",
        "other_active_keys": 0,
    }


@pytest.mark.parametrize(
    "asset",
    [
        AssetRef("aws.iam.access_key", ACCOUNT, "AKIANOBODYHASTHISKEY"),
        AssetRef("aws.iam.user", ACCOUNT, "nobody"),
    ],
    ids=str,
)
async def test_what_is_not_there_is_absent(cloud: AwsCloud, iam: Any, asset: AssetRef) -> None:
    assert await cloud.read(asset) == Absent()


async def test_an_asset_of_another_account_is_not_read(cloud: AwsCloud, key: AssetRef) -> None:
    elsewhere = AssetRef(key.kind, "999988887777", key.id)
    assert isinstance(await cloud.read(elsewhere), Unreadable)
    assert isinstance(await cloud.collect(elsewhere), Unreadable)


async def test_an_unknown_kind_of_asset_is_unreadable(cloud: AwsCloud) -> None:
    bucket = AssetRef("aws.s3.bucket", ACCOUNT, "x")
    assert isinstance(await cloud.read(bucket), Unreadable)
    assert isinstance(await cloud.collect(bucket), Unreadable)


async def test_deactivating_a_key_is_verified_and_undone(
    cloud: AwsCloud, iam: Any, key: AssetRef
) -> None:
    kind = REGISTERED["aws.iam.deactivate_key"]
    plan = await _plan(cloud, kind.name, key)
    assert isinstance(await cloud.call(plan.call, ERRAND), Made)
    reading = await cloud.read(key)
    assert type(verify(kind, plan, reading)).__name__ == "Verified"
    way = undo(kind, plan, reading)
    assert isinstance(way, UndoCall)
    assert isinstance(await cloud.call(way.call, ERRAND), Made)
    keys = iam.list_access_keys(UserName="shop-ci")["AccessKeyMetadata"]
    assert [one["Status"] for one in keys] == ["Active"]


async def test_denying_sessions_is_verified_and_undone_to_nothing(
    cloud: AwsCloud, iam: Any, key: AssetRef
) -> None:
    iam.put_user_policy(UserName="shop-ci", PolicyName="own", PolicyDocument=SPACED)
    kind = REGISTERED["aws.iam.deny_user_sessions"]
    plan = await _plan(cloud, kind.name, USER)
    assert isinstance(await cloud.call(plan.call, ERRAND), Made)
    written = iam.get_user_policy(UserName="shop-ci", PolicyName="FirelineRevoke-INC-7")
    condition = written["PolicyDocument"]["Statement"][0]["Condition"]
    assert condition == {"DateLessThan": {"aws:TokenIssueTime": "2026-11-17T09:30:00Z"}}
    reading = await cloud.read(USER)
    assert type(verify(kind, plan, reading)).__name__ == "Verified"
    way = undo(kind, plan, reading)
    assert isinstance(way, UndoCall)
    assert isinstance(await cloud.call(way.call, ERRAND), Made)
    assert iam.list_user_policies(UserName="shop-ci")["PolicyNames"] == ["own"]


async def test_policies_are_read_byte_for_byte(cloud: AwsCloud, iam: Any, key: AssetRef) -> None:
    iam.put_user_policy(UserName="shop-ci", PolicyName="own", PolicyDocument=SPACED)
    reading = await cloud.read(USER)
    assert isinstance(reading, Present)
    assert reading.state["inline_policies"] == {"own": SPACED}


async def test_listings_are_read_to_the_last_page(cloud: AwsCloud, iam: Any, key: AssetRef) -> None:
    for number in range(130):
        iam.put_user_policy(UserName="shop-ci", PolicyName=f"p{number:03}", PolicyDocument=SPACED)
    reading = await cloud.read(USER)
    assert isinstance(reading, Present)
    policies = reading.state["inline_policies"]
    assert isinstance(policies, dict)
    assert len(policies) == 130


async def test_evidence_of_a_user_has_everything_the_case_may_need(
    cloud: AwsCloud, iam: Any, key: AssetRef
) -> None:
    policy = iam.create_policy(PolicyName="reader", PolicyDocument=SPACED)["Policy"]
    iam.attach_user_policy(UserName="shop-ci", PolicyArn=policy["Arn"])
    found = await cloud.collect(USER)
    iam.detach_user_policy(UserName="shop-ci", PolicyArn=policy["Arn"])
    iam.delete_policy(PolicyArn=policy["Arn"])
    assert isinstance(found, tuple)
    bodies = {artefact.name: json.loads(artefact.body) for artefact in found}
    assert set(bodies) == {
        f"shop-ci-{part}.json"
        for part in (
            "user",
            "keys",
            "inline-policies",
            "attached-policies",
            "groups",
            "mfa",
            "login-profile",
        )
    }
    assert bodies["shop-ci-attached-policies.json"][0]["Document"] == SPACED
    assert bodies["shop-ci-login-profile.json"] == {"login_profile": None}
    assert bodies["shop-ci-keys.json"][0]["AccessKeyId"] == key.id
    assert "SecretAccessKey" not in str(bodies)
    assert all(artefact.tool.startswith("boto3 ") for artefact in found)


async def test_evidence_of_a_key_says_whose_it_is(cloud: AwsCloud, key: AssetRef) -> None:
    found = await cloud.collect(key)
    assert isinstance(found, tuple)
    assert json.loads(found[0].body)["last_used"]["UserName"] == "shop-ci"


async def test_evidence_of_nothing_is_unreadable(cloud: AwsCloud, iam: Any) -> None:
    assert isinstance(await cloud.collect(AssetRef("aws.iam.user", ACCOUNT, "nobody")), Unreadable)


@pytest.mark.parametrize(
    "call",
    [
        Call("iam", "DeleteUser", "arn:aws:iam::1:user/x", {"UserName": "x"}),
        Call("ec2", "TerminateInstances", "x", {}),
        Call("iam", "UpdateAccessKey", "x", {"UserName": "x"}),
        Call(
            "iam",
            "DeleteUserPolicy",
            "x",
            {"UserName": "shop-ci", "PolicyName": "somebody-elses"},
        ),
    ],
    ids=lambda call: call.operation,
)
async def test_only_registered_calls_are_made(cloud: AwsCloud, call: Call) -> None:
    outcome = await cloud.call(call, ERRAND)
    assert isinstance(outcome, Declined)
    assert outcome.code == "fireline.not_registered"


async def test_what_aws_refuses_is_declined(cloud: AwsCloud, iam: Any) -> None:
    parameters = {"UserName": "nobody", "AccessKeyId": "AKIANOBODY0123456789", "Status": "Inactive"}
    outcome = await cloud.call(Call("iam", "UpdateAccessKey", "x", parameters), ERRAND)
    assert isinstance(outcome, Declined)
    assert outcome.code == "NoSuchEntity"


async def test_fireline_knows_who_it_is(cloud: AwsCloud) -> None:
    own = await cloud.identities()
    assert isinstance(own, frozenset)
    assert all(arn.startswith("arn:aws:") for arn in own)


class _Broken(BaseHTTPRequestHandler):
    """Takes a request whole and hangs up, or answers 503: nobody knows what was done."""

    requests: list[str]
    answers_503 = False

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        type(self).requests.append(body)
        if self.answers_503:
            self.send_error(503)
            return
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


@pytest.fixture(params=[False, True], ids=["hangs up", "503"])
def broken(request: pytest.FixtureRequest) -> Iterator[tuple[str, list[str]]]:
    seen: list[str] = []
    answering = type("Broken", (_Broken,), {"requests": seen, "answers_503": request.param})
    server = HTTPServer(("127.0.0.1", 0), answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_call_whose_answer_is_lost_is_unsure_and_was_sent_once(
    broken: tuple[str, list[str]],
) -> None:
    endpoint, seen = broken
    parameters = {"UserName": "shop-ci", "AccessKeyId": "AKIAEXAMPLE000000000"}
    call = Call("iam", "UpdateAccessKey", "x", {**parameters, "Status": "Inactive"})
    outcome = await AwsCloud.of_drill(settings(endpoint)).call(call, ERRAND)
    assert isinstance(outcome, Unsure)
    assert len(seen) == 1


async def test_a_role_that_cannot_be_assumed_means_nothing_was_done(
    broken: tuple[str, list[str]],
) -> None:
    endpoint, seen = broken
    role = RoleToAssume(f"arn:aws:iam::{ACCOUNT}:role/fireline-responder", "external")
    parameters = {"UserName": "shop-ci", "AccessKeyId": "AKIAEXAMPLE000000000"}
    call = Call("iam", "UpdateAccessKey", "arn:x", {**parameters, "Status": "Inactive"})
    outcome = await AwsCloud.of_drill(settings(endpoint, role)).call(call, ERRAND)
    assert isinstance(outcome, Declined)
    assert "AssumeRole" in seen[0]
    assert "UpdateAccessKey" not in seen[0].replace("%3AUpdateAccessKey", "")
    assert "ExternalId=external" in seen[0]
    assert "SourceIdentity=cy" in seen[0]
    assert len(seen) == 1


async def test_a_role_is_assumed_for_one_call(endpoint: str, key: AssetRef) -> None:
    role = RoleToAssume(f"arn:aws:iam::{ACCOUNT}:role/fireline-responder", "external")
    cloud = AwsCloud.of_drill(settings(endpoint, role))
    plan = await _plan(cloud, "aws.iam.deactivate_key", key)
    assert isinstance(await cloud.call(plan.call, ERRAND), Made)


async def test_a_network_that_is_down_is_unreadable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert isinstance(await AwsCloud.of_drill(settings(endpoint)).read(USER), Unreadable)


def test_the_session_policy_names_one_operation_and_one_arn() -> None:
    call = Call("iam", "UpdateAccessKey", "arn:aws:iam::1:user/x", {})
    assert json.loads(one_call_policy(call))["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "iam:UpdateAccessKey",
            "Resource": "arn:aws:iam::1:user/x",
        }
    ]


@pytest.mark.parametrize(
    "endpoint",
    [
        None,
        "",
        "https://iam.amazonaws.com",
        "http://localhost:5000",
        "http://10.0.0.1:5000",
        "http://127.0.0.1.example.com:80",
        "http://127.0.0.1@example.com/",
        "http://0.0.0.0:5000",
        "https://127.0.0.1:5000",
    ],
)
def test_a_drill_never_gets_a_cloud_off_this_machine(endpoint: str | None) -> None:
    with pytest.raises(NotLoopbackError):
        AwsCloud.of_drill(AwsSettings("us-east-1", Access(LOGIN), Access(LOGIN), endpoint))


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:5000", "http://[::1]:5000"])
def test_a_drill_may_use_this_machine(endpoint: str) -> None:
    assert only_loopback(endpoint) == endpoint


async def test_a_drill_without_a_lab_gets_no_cloud_and_never_the_real_one() -> None:
    drill = DrillId(UUID(int=1))
    clouds = AwsClouds(settings("https://iam.amazonaws.com"), lambda _: None)
    cloud = clouds.of(drill)
    assert cloud is not clouds.of(None)
    assert isinstance(await cloud.read(USER), Unreadable)
    assert isinstance(await cloud.collect(USER), Unreadable)
    assert isinstance(await cloud.identities(), Unreadable)
    assert isinstance(await cloud.call(Call("iam", "X", "x", {}), ERRAND), Declined)


def test_a_drill_gets_its_own_lab_and_the_same_one_each_time() -> None:
    labs = {
        DrillId(UUID(int=1)): settings("http://127.0.0.1:1"),
        DrillId(UUID(int=2)): settings("http://127.0.0.1:2"),
    }
    clouds = AwsClouds(None, labs.get)
    one, two = (clouds.of(drill) for drill in labs)
    assert one is clouds.of(DrillId(UUID(int=1)))
    assert one is not two


def test_a_drill_whose_lab_is_elsewhere_is_refused() -> None:
    clouds = AwsClouds(None, lambda _: settings("https://iam.amazonaws.com"))
    with pytest.raises(NotLoopbackError):
        clouds.of(DrillId(UUID(int=1)))
