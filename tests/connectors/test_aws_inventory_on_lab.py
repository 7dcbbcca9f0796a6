"""The AWS inventory against the lab: what is there is found, and what cannot be seen is said."""

import json
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fireline.connectors.aws.accounts import WayIn
from fireline.connectors.aws.inventory import MAX_CALLS_OF_ONE, AwsInventory
from fireline.connectors.aws.pace import Pace
from fireline.connectors.aws.session import Login, NotLoopbackError
from fireline.core.assets.asset import Asset
from fireline.core.assets.aws.table import TABLE
from fireline.core.assets.changes import changed
from fireline.core.assets.ref import AssetRef
from fireline.core.assets.resource_type import Detail, ResourceType
from fireline.core.values.secret import Secret
from fireline.lab.clients import Place
from fireline.lab.lab import Lab
from fireline.lab.options import LabOptions
from fireline.lab.world_file import read_world
from fireline.ports.inventory import Account, CouldNotLook, Looked, Part, Probed, Reread, Why
from tests.lab.running import SECRET, WORLD, Running

REGION = "us-east-1"
SPACED = (
    '{ "Version":"2012-10-17",\n "Statement" : [ {"Effect":"Allow",'
    '"Action":"s3:*",  "Resource":"arn:aws:s3:::a%20b+c/*"} ] }'
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
HARDWARE = "GAHT12345678"
IAM_KINDS = ("user", "access_key", "role", "group", "policy", "mfa_device")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    directory: Path = tmp_path_factory.mktemp("lab")
    with pytest.MonkeyPatch.context() as patch:
        # moto would give each account the snapshots of a thousand of Amazon's images.
        patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        yield from _open(directory)


def _open(directory: Path) -> Iterator[Running]:
    lab = Lab(read_world(WORLD), directory, LabOptions(webhook_secret=SECRET))
    running = Running(lab, lab.open(0))
    _seed_iam(running)
    _seed_others(running)
    yield running
    lab.close()


@pytest.fixture(autouse=True)
def no_faults(running: Running) -> Iterator[None]:
    yield
    _faults(running)


@pytest.fixture
def account(running: Running) -> Account:
    own = running.state.identity
    return Account(
        running.state.account,
        role_arn=own.monitor_role_arn,
        external_id=Secret(own.external_id),
        regions=(REGION,),
    )


@pytest.fixture
def way(running: Running) -> WayIn:
    own = running.state.identity
    login = Login(own.access_key_id, Secret(own.secret_access_key))
    return WayIn(REGION, login, running.state.endpoint, proxied=False)


@pytest.fixture
async def inventory(way: WayIn) -> AsyncIterator[AwsInventory]:
    # Without rates, and with pauses a test can wait for.
    inventory = AwsInventory(way, Pace(None, first_pause=0.01))
    yield inventory
    inventory.close()


def _client(running: Running, service: str) -> Any:
    return running.lab._hand(Place(running.state.endpoint, REGION)).client(service)


def _seed_iam(running: Running) -> None:
    iam = _client(running, "iam")
    policy = iam.create_policy(PolicyName="reader", PolicyDocument=SPACED)["Policy"]["Arn"]
    for name in ("wo", "zed"):
        iam.create_user(UserName=name, Path="/team/", Tags=[{"Key": "team", "Value": "shop"}])
    iam.create_access_key(UserName="wo")
    second = iam.create_access_key(UserName="wo")["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName="wo", AccessKeyId=second, Status="Inactive")
    iam.put_user_policy(UserName="wo", PolicyName="own", PolicyDocument=SPACED)
    iam.attach_user_policy(UserName="wo", PolicyArn=policy)
    iam.create_login_profile(UserName="wo", Password="Correct-horse-1")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="wo")["VirtualMFADevice"]
    iam.enable_mfa_device(
        UserName="wo",
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1="123456",
        AuthenticationCode2="654321",
    )
    iam.enable_mfa_device(
        UserName="zed",
        SerialNumber=HARDWARE,
        AuthenticationCode1="123456",
        AuthenticationCode2="654321",
    )
    iam.create_group(GroupName="admins")
    iam.put_group_policy(GroupName="admins", PolicyName="own", PolicyDocument=SPACED)
    iam.attach_group_policy(GroupName="admins", PolicyArn=policy)
    iam.add_user_to_group(GroupName="admins", UserName="wo")
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName="worker", PolicyName="own", PolicyDocument=SPACED)
    iam.attach_role_policy(RoleName="worker", PolicyArn=policy)
    iam.create_instance_profile(InstanceProfileName="worker")
    iam.add_role_to_instance_profile(InstanceProfileName="worker", RoleName="worker")


def _seed_others(running: Running) -> None:
    ec2 = _client(running, "ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="web", Description="x", VpcId=vpc)["GroupId"]
    ec2.run_instances(
        ImageId="ami-12345678",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        SecurityGroupIds=[group],
        TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web-1"}]}
        ],
    )
    _client(running, "sqs").create_queue(QueueName="orders", tags={"team": "shop"})
    _client(running, "sns").create_topic(Name="news")
    _client(running, "kms").create_key(Description="the shop's")
    _client(running, "ecs").create_cluster(clusterName="shop")
    _client(running, "logs").create_log_group(logGroupName="/shop/web")
    _client(running, "dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def _faults(running: Running, *faults: dict[str, Any]) -> None:
    url = f"{running.state.endpoint}/lab/faults"
    assert httpx2.post(url, json=list(faults), trust_env=False).status_code == 200


def _clock(running: Running, **wish: float) -> None:
    url = f"{running.state.endpoint}/lab/clock"
    assert httpx2.post(url, json=wish, trust_env=False).status_code == 200


def _part(account: Account, listing: str, region: str = REGION) -> Part:
    return Part(account.id, region, listing)


async def _looked(inventory: AwsInventory, account: Account, part: Part) -> Looked:
    looked = await inventory.look(account, part)
    assert isinstance(looked, Looked), looked
    return looked


async def _everything(inventory: AwsInventory, account: Account) -> dict[AssetRef, Asset]:
    parts = await inventory.parts(account)
    assert not isinstance(parts, CouldNotLook)
    assets: dict[AssetRef, Asset] = {}
    for part in parts:
        looked = await inventory.look(account, part)
        if isinstance(looked, Looked):
            assets.update({asset.ref: asset for asset in looked.assets})
    return assets


async def test_every_asset_of_an_account_is_found_and_reads_the_same_alone(
    inventory: AwsInventory, account: Account
) -> None:
    assets = await _everything(inventory, account)
    kinds = {ref.kind for ref in assets}
    assert {f"aws.iam.{kind}" for kind in IAM_KINDS} <= kinds
    assert {"aws.account", "aws.region", "aws.s3.bucket", "aws.ec2.instance"} <= kinds
    for kind in kinds:
        before = next(asset for asset in assets.values() if asset.ref.kind == kind)
        again = await inventory.reread(account, before.ref)
        assert isinstance(again, Reread), again
        assert again.calls <= MAX_CALLS_OF_ONE
        assert again.asset is not None, before.ref
        assert changed(before.config, again.asset.config, TABLE[kind].volatile) == (), kind
        assert (again.asset.ref, again.asset.arn, again.asset.tags, again.asset.links) == (
            before.ref,
            before.arn,
            before.tags,
            before.links,
        )
        assert set(again.asset.unread) == set(before.unread)


async def test_everything_of_iam_reads_the_same_in_both_ways(
    inventory: AwsInventory, account: Account
) -> None:
    looked = await _looked(inventory, account, _part(account, "iam", ""))
    assert looked.missed == {}
    for before in looked.assets:
        again = await inventory.reread(account, before.ref)
        if before.ref.id == HARDWARE:
            # The lab does not know GetMFADevice: that is no reason to take the key for gone.
            assert isinstance(again, CouldNotLook)
            continue
        assert isinstance(again, Reread), again
        assert again.asset is not None, before.ref
        volatile = TABLE[before.ref.kind].volatile
        assert changed(before.config, again.asset.config, volatile) == (), before.ref
        assert again.asset.unread == before.unread == {}


async def test_iam_says_who_has_what(inventory: AwsInventory, account: Account) -> None:
    looked = await _looked(inventory, account, _part(account, "iam", ""))
    of = {(asset.ref.kind, asset.ref.id): asset for asset in looked.assets}
    wo = of["aws.iam.user", "wo"]
    assert wo.config["UserPolicyList"] == [{"PolicyName": "own", "PolicyDocument": SPACED}]
    assert wo.config["GroupList"] == ["admins"]
    report: Any = wo.config["Report"]
    assert (report["password_enabled"], report["mfa_active"]) == (True, True)
    assert sorted([report["access_key_1_active"], report["access_key_2_active"]]) == [False, True]
    keys = [asset for asset in looked.assets if asset.config.get("UserName") == "wo"]
    statuses = {asset.config.get("Status") for asset in keys if "Status" in asset.config}
    assert statuses == {"Active", "Inactive"}
    assert of["aws.iam.mfa_device", HARDWARE].config["Virtual"] is False
    role = of["aws.iam.role", "worker"]
    assert role.config["AssumeRolePolicyDocument"] == TRUST
    arn = f"arn:aws:iam::{account.id}:policy/reader"
    assert of["aws.iam.policy", arn].config["Document"] == SPACED
    assert {link.to.id for link in role.links} == {arn, "worker"}
    assert of["aws.account", account.id].config["Root"] is not None


async def test_what_is_gone_is_gone(inventory: AwsInventory, account: Account) -> None:
    ids = {
        "aws.iam.user": "nobody",
        "aws.iam.role": "nobody",
        "aws.iam.group": "nobody",
        "aws.iam.access_key": "AKIANOBODYHASTHISKEY",
        "aws.iam.policy": f"arn:aws:iam::{account.id}:policy/none",
        "aws.iam.mfa_device": f"arn:aws:iam::{account.id}:mfa/none",
        "aws.s3.bucket": "there-is-no-such-bucket-here",
        "aws.ec2.security_group": "sg-0123456789abcdef0",
        "aws.ec2.instance": "i-0123456789abcdef0",
        "aws.sqs.queue": "none",
        "aws.kms.key": "00000000-0000-4000-8000-000000000000",
        "aws.dynamodb.table": "none",
        "aws.ecs.service": "shop/none",
        "aws.logs.group": "/none",
    }
    for kind, identifier in ids.items():
        region = "" if kind.startswith(("aws.iam", "aws.s3")) else REGION
        ref = AssetRef(kind, account.id, identifier, region)
        again = await inventory.reread(account, ref)
        assert isinstance(again, Reread), (kind, again)
        assert again.asset is None, kind
        assert again.calls <= MAX_CALLS_OF_ONE


async def test_a_denied_listing_says_which_permission_is_missing_and_the_rest_goes_on(
    running: Running, inventory: AwsInventory, account: Account
) -> None:
    said = "User: x is not authorized to perform: ec2:DescribeVolumes"
    fault = {"match": "ec2:DescribeVolumes", "code": "UnauthorizedOperation", "status": 403}
    _faults(running, {**fault, "message": f"{said}. Encoded authorization failure message: AAAA"})
    volumes = await inventory.look(account, _part(account, "aws.ec2.volume"))
    where = f"DescribeVolumes in {REGION}: UnauthorizedOperation"
    assert volumes == CouldNotLook(Why.DENIED, f"{where}: {said}.")
    instances = await _looked(inventory, account, _part(account, "aws.ec2.instance"))
    assert len(instances.assets) == 1


async def test_a_denied_detail_is_unread_and_everything_else_is_read(
    running: Running, inventory: AwsInventory, account: Account
) -> None:
    _faults(running, {"match": "s3:GetBucketPolicy", "code": "AccessDenied", "status": 403})
    looked = await _looked(inventory, account, _part(account, "aws.s3.bucket", ""))
    assert looked.kinds == ("aws.s3.bucket",)
    assert len(looked.assets) >= 2
    for bucket in looked.assets:
        assert "Policy" not in bucket.config
        assert bucket.unread["Policy"].startswith("denied: GetBucketPolicy")
        assert "Acl" in bucket.config


async def test_a_denied_report_is_unread_and_iam_goes_on(
    running: Running, inventory: AwsInventory, account: Account
) -> None:
    _faults(running, {"match": "iam:.*CredentialReport", "code": "AccessDenied", "status": 403})
    looked = await _looked(inventory, account, _part(account, "iam", ""))
    of = {asset.ref.id: asset for asset in looked.assets}
    assert of["wo"].unread["Report"].startswith("denied:")
    assert of[account.id].unread["Root"].startswith("denied:")
    assert sum(asset.ref.kind == "aws.iam.access_key" for asset in looked.assets) >= 2


async def test_kinds_that_iam_does_not_give_are_missed_not_empty(
    running: Running, inventory: AwsInventory, account: Account
) -> None:
    denied = {"code": "AccessDenied", "status": 403}
    _faults(
        running,
        {"match": "iam:ListAccessKeys", **denied},
        {"match": "iam:ListVirtualMFADevices", **denied},
    )
    looked = await _looked(inventory, account, _part(account, "iam", ""))
    assert set(looked.missed) == {"aws.iam.access_key", "aws.iam.mfa_device"}
    assert all(missed.why is Why.DENIED for missed in looked.missed.values())
    assert "aws.iam.user" in looked.kinds
    assert not set(looked.kinds) & set(looked.missed)


async def test_throttling_is_waited_out(
    running: Running, inventory: AwsInventory, account: Account
) -> None:
    _faults(running, {"match": "ec2:DescribeInstances", "code": "RequestLimitExceeded", "left": 2})
    looked = await _looked(inventory, account, _part(account, "aws.ec2.instance"))
    assert len(looked.assets) == 1
    assert looked.calls >= 3


async def test_throttling_that_does_not_end_is_said(
    running: Running, inventory: AwsInventory, account: Account
) -> None:
    _faults(running, {"match": "ec2:DescribeInstances", "code": "RequestLimitExceeded"})
    looked = await inventory.look(account, _part(account, "aws.ec2.instance"))
    assert isinstance(looked, CouldNotLook)
    assert looked.why is Why.THROTTLED


async def test_a_role_that_cannot_be_assumed_is_named_and_its_external_id_is_not(
    inventory: AwsInventory, account: Account
) -> None:
    wrong = replace(account, external_id=Secret("guessed-by-somebody"))
    parts = await inventory.parts(wrong)
    assert isinstance(parts, CouldNotLook)
    assert parts.why is Why.CREDENTIALS
    assert wrong.role_arn in parts.said
    assert "guessed" not in parts.said
    assert await inventory.look(wrong, _part(account, "aws.ec2.volume")) == parts
    ref = AssetRef("aws.iam.user", account.id, "wo")
    assert await inventory.reread(wrong, ref) == parts
    assert isinstance(await inventory.parts(account), tuple)


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId"])
async def test_credentials_that_end_while_looking_are_said_once_for_all(
    running: Running, inventory: AwsInventory, account: Account, code: str
) -> None:
    assert not isinstance(await inventory.parts(account), CouldNotLook)
    _faults(running, {"match": "(s3|iam):.*", "code": code, "status": 403})
    for listing in ("aws.s3.bucket", "iam"):
        looked = await inventory.look(account, _part(account, listing, ""))
        assert isinstance(looked, CouldNotLook)
        assert looked.why is Why.CREDENTIALS
    _faults(running, {"match": "s3:GetBucketAcl", "code": code, "status": 403})
    looked = await inventory.look(account, _part(account, "aws.s3.bucket", ""))
    assert isinstance(looked, CouldNotLook)


async def test_a_session_that_expired_is_said_and_the_next_one_looks(
    running: Running, inventory: AwsInventory, account: Account
) -> None:
    part = _part(account, "aws.ec2.vpc")
    await _looked(inventory, account, part)
    _clock(running, advance_seconds=3600)
    looked = await inventory.look(account, part)
    _clock(running, advance_seconds=-3600)
    assert isinstance(looked, CouldNotLook)
    assert looked.why is Why.CREDENTIALS
    assert await _looked(inventory, account, part)


async def test_a_login_nobody_knows_is_said(way: WayIn, account: Account) -> None:
    inventory = AwsInventory(replace(way, login=Login("AKIANOBODY", Secret("x"))), Pace(None))
    own = replace(account, role_arn="", external_id=None)
    parts = await inventory.parts(own)
    inventory.close()
    assert isinstance(parts, CouldNotLook)
    assert parts.why is Why.CREDENTIALS


async def test_a_region_that_is_off_is_told_part_by_part_and_the_others_are_looked_at(
    inventory: AwsInventory, account: Account
) -> None:
    both = replace(account, regions=(REGION, "ap-east-1"))
    parts = await inventory.parts(both)
    assert not isinstance(parts, CouldNotLook)
    of_region = {region: [p for p in parts if p.region == region] for region in both.regions}
    assert len(of_region[REGION]) == len(of_region["ap-east-1"]) > 30
    for part in of_region["ap-east-1"][:3]:
        looked = await inventory.look(both, part)
        assert isinstance(looked, CouldNotLook)
        assert looked.why is Why.REGION_OFF
        assert "ap-east-1" in looked.said
    await _looked(inventory, both, _part(account, "aws.ec2.vpc"))


async def test_without_regions_those_that_are_on_are_looked_at(
    inventory: AwsInventory, account: Account
) -> None:
    parts = await inventory.parts(replace(account, regions=()))
    assert not isinstance(parts, CouldNotLook)
    regions = {part.region for part in parts}
    assert {"", REGION, "eu-central-1"} <= regions
    assert "ap-east-1" not in regions
    whole = [part for part in parts if not part.region]
    assert len(whole) == len({part.listing for part in whole})


async def test_an_acl_that_is_off_is_not_asked_for_unless_nobody_knows_that_it_is(
    running: Running, inventory: AwsInventory, account: Account
) -> None:
    s3, ref = _client(running, "s3"), AssetRef("aws.s3.bucket", account.id, "owned")
    s3.create_bucket(Bucket="owned")
    owner = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_ownership_controls(Bucket="owned", OwnershipControls=owner)
    try:
        before = running.lab.aws.calls["s3:GetBucketAcl"]
        off = await inventory.reread(account, ref)
        assert isinstance(off, Reread)
        assert off.asset
        assert off.asset.config["Acl"] is None
        assert running.lab.aws.calls["s3:GetBucketAcl"] == before
        fault = {"code": "AccessDenied", "status": 403}
        _faults(running, {"match": "s3:GetBucketOwnershipControls", **fault})
        unknown = await inventory.reread(account, ref)
        assert isinstance(unknown, Reread)
        assert unknown.asset
        assert unknown.asset.unread.keys() == {"Ownership"}
        assert unknown.asset.config["Acl"]
    finally:
        s3.delete_bucket(Bucket="owned")


async def test_what_takes_longest_is_begun_first(inventory: AwsInventory, account: Account) -> None:
    parts = await inventory.parts(account)
    assert not isinstance(parts, CouldNotLook)
    order = [part.listing for part in parts]
    assert order.index("aws.s3.bucket") < order.index("iam") < order.index("aws.ec2.vpc")


async def test_what_the_other_side_does_not_do_is_unsupported_not_empty(
    way: WayIn, account: Account
) -> None:
    rows = (
        ResourceType("aws.x.plan", "backup-gateway", "{Name}", "ListGateways", "Gateways"),
        ResourceType("aws.x.new", "ec2", "{Name}", "DescribeWhatIsNotYetInvented", "Things"),
        ResourceType(
            "aws.x.vpc",
            "ec2",
            "{VpcId}",
            "DescribeVpcs",
            "Vpcs",
            details=(Detail("New", "GetWhatIsNotYetInvented", {"VpcId": "{VpcId}"}),),
        ),
    )
    table = {row.kind: row for row in rows}
    inventory = AwsInventory(way, Pace(None), table=table)
    for row in rows[:2]:
        looked = await inventory.look(account, _part(account, row.kind))
        assert isinstance(looked, CouldNotLook), row.kind
        assert looked.why is Why.UNSUPPORTED, looked
    vpcs = await inventory.look(account, _part(account, "aws.x.vpc"))
    inventory.close()
    assert isinstance(vpcs, Looked)
    assert vpcs.assets
    assert all(vpc.unread["New"].startswith("unsupported") for vpc in vpcs.assets)


async def test_odd_tags_are_kept_as_far_as_the_database_can(
    running: Running, inventory: AwsInventory, account: Account
) -> None:
    odd = "".join(chr(0x1F600 + at) for at in range(64)) + "\u202e" * 64 + "\ufffe" + "'\";--" * 10
    secret = _client(running, "secretsmanager").create_secret(
        Name="odd", SecretString="x", Tags=[{"Key": "\x00odd\ud800", "Value": odd + "\x00\udfff"}]
    )
    looked = await _looked(inventory, account, _part(account, "aws.secretsmanager.secret"))
    found = next(asset for asset in looked.assets if asset.ref.id == secret["ARN"])
    assert found.tags == {"\ufffdodd\ufffd": f"{odd}\ufffd\ufffd"}
    json.dumps(found.config, ensure_ascii=False).encode()


async def test_a_policy_that_is_not_json_is_kept_as_it_is(
    running: Running, inventory: AwsInventory, account: Account
) -> None:
    s3 = _client(running, "s3")
    s3.create_bucket(Bucket="odd-policy-bucket")
    s3.put_bucket_policy(Bucket="odd-policy-bucket", Policy="allow everybody, please")
    looked = await _looked(inventory, account, _part(account, "aws.s3.bucket", ""))
    found = next(asset for asset in looked.assets if asset.ref.id == "odd-policy-bucket")
    s3.delete_bucket(Bucket="odd-policy-bucket")
    assert found.config["Policy"] == "allow everybody, please"
    assert found.unread == {}


async def test_a_user_with_many_policies_costs_no_more_calls_than_one_reading_may(
    running: Running, inventory: AwsInventory, account: Account
) -> None:
    iam, names = _client(running, "iam"), [f"p{number}" for number in range(12)]
    iam.create_user(UserName="many")
    for name in names:
        iam.put_user_policy(UserName="many", PolicyName=name, PolicyDocument=SPACED)
    try:
        again = await inventory.reread(account, AssetRef("aws.iam.user", account.id, "many"))
        looked = await _looked(inventory, account, _part(account, "iam", ""))
    finally:
        for name in names:
            iam.delete_user_policy(UserName="many", PolicyName=name)
        iam.delete_user(UserName="many")
    assert isinstance(again, Reread)
    assert again.calls <= MAX_CALLS_OF_ONE
    assert again.asset is not None
    assert "UserPolicyList" in again.asset.unread
    assert "UserPolicyList" not in again.asset.config
    many = next(asset for asset in looked.assets if asset.ref.id == "many")
    policies = many.config["UserPolicyList"]
    assert isinstance(policies, list)
    assert len(policies) == 12


async def test_a_good_role_is_probed_as_good(inventory: AwsInventory, account: Account) -> None:
    probed = await inventory.probe(account)
    assert isinstance(probed, Probed)
    assert probed.refused == ""
    assert probed.identity.endswith("assumed-role/fireline-monitor/fireline-monitor")


async def test_a_role_that_others_could_have_assumed_is_refused(
    running: Running, inventory: AwsInventory, account: Account
) -> None:
    own = f"arn:aws:iam::{account.id}:user/fireline"
    statement = {"Effect": "Allow", "Principal": {"AWS": own}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = _client(running, "iam")
    arn = iam.create_role(RoleName="open", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName="fireline", PolicyName="open", PolicyDocument=document)
    role = replace(account, role_arn=arn)
    probed = await inventory.probe(role)
    assert isinstance(probed, Probed)
    assert "without an external id" in probed.refused
    # Now it asks for one, but any will do.
    _faults(running, {"match": "sts:AssumeRole", "code": "AccessDenied", "status": 403, "left": 1})
    probed = await inventory.probe(role)
    assert isinstance(probed, Probed)
    assert "with any external id" in probed.refused


async def test_credentials_of_another_account_are_not_taken_for_this_ones(
    inventory: AwsInventory, account: Account
) -> None:
    other = replace(account, id="999988887777")
    probed = await inventory.probe(other)
    assert isinstance(probed, Probed)
    assert account.id in probed.refused
    parts = await inventory.parts(other)
    assert isinstance(parts, CouldNotLook)
    assert parts.why is Why.CREDENTIALS
    looked = await inventory.look(other, _part(other, "aws.ec2.vpc"))
    assert isinstance(looked, CouldNotLook)
    again = await inventory.reread(other, AssetRef("aws.iam.user", other.id, "wo"))
    assert isinstance(again, CouldNotLook)


async def test_a_network_that_is_down_is_unreachable(way: WayIn, account: Account) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
        inventory = AwsInventory(replace(way, endpoint_url=nowhere), Pace(None))
        own = replace(account, role_arn="", external_id=None)
        for outcome in (
            await inventory.probe(own),
            await inventory.parts(own),
            await inventory.look(own, _part(account, "aws.ec2.vpc")),
            await inventory.reread(own, AssetRef("aws.ec2.vpc", account.id, "vpc-1", REGION)),
        ):
            assert isinstance(outcome, CouldNotLook)
            assert outcome.why is Why.UNREACHABLE
        inventory.close()


async def test_what_fireline_does_not_list_is_unreadable(
    inventory: AwsInventory, account: Account
) -> None:
    looked = await inventory.look(account, _part(account, "aws.x.unheard_of"))
    again = await inventory.reread(account, AssetRef("aws.x.unheard_of", account.id, "x"))
    for outcome in (looked, again):
        assert isinstance(outcome, CouldNotLook)
        assert outcome.why is Why.UNREADABLE


def test_a_drill_is_never_looked_at_off_this_machine(way: WayIn) -> None:
    for elsewhere in (None, "https://ec2.amazonaws.com", "http://10.0.0.1:5000"):
        with pytest.raises(NotLoopbackError):
            AwsInventory.of_drill(replace(way, endpoint_url=elsewhere))


async def test_ended_looking_asks_nothing_more(way: WayIn, account: Account) -> None:
    inventory = AwsInventory.of_drill(way)
    inventory.close()
    assert isinstance(await inventory.parts(account), CouldNotLook)
