"""Who is who, what is public, and what is in use: the gate, call by call, without a socket."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fireline.lab.aws.settings import RootKeyState
from tests.lab.in_process import ACCOUNT, REGION, InProcess

OTHER = "444455556666"
PUBLIC = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture(scope="module")
def lab() -> InProcess:
    return InProcess()


@pytest.fixture
def bucket(lab: InProcess, request: pytest.FixtureRequest) -> str:
    name = f"bucket-{abs(hash(request.node.name))}"
    s3 = lab.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=name, Key="one.txt", Body=b"one")
    return name


def refused(call: Any, **given: Any) -> str:
    try:
        call(**given)
    except ClientError as no:
        return str(no.response["Error"]["Code"])
    return ""


def anonymous(lab: InProcess, bucket: str) -> int:
    heard: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": f"/{bucket}/one.txt",
        "QUERY_STRING": "",
        "HTTP_HOST": "127.0.0.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "RAW_URI": f"/{bucket}/one.txt",
    }
    list(lab.aws(environ, lambda status, _headers: heard.append(status)))
    return int(heard[0].split()[0])


def trust(lab: InProcess, account: str, name: str) -> str:
    lab.register.own[f"LAB{account}"] = account
    iam = lab.client("iam", f"LAB{account}")
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    document = policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]
    return role["Arn"]


def test_a_role_of_another_account_is_assumed_and_both_accounts_hear_of_it(lab: InProcess) -> None:
    key, arn = lab.user("crosser"), trust(lab, OTHER, "visited")
    lab.client("sts", key).assume_role(RoleArn=arn, RoleSessionName="visit")
    here, there = lab.records[-2:]
    assert (here["recipientAccountId"], there["recipientAccountId"]) == (ACCOUNT, OTHER)
    assert here["sharedEventID"] == there["sharedEventID"]
    assert here["eventID"] != there["eventID"]
    assert here["userIdentity"]["type"] == "IAMUser"
    assert set(there["userIdentity"]) == {"type", "principalId", "accountId"}
    assert there["userIdentity"]["type"] == "AWSAccount"


def test_a_chained_role_lasts_an_hour_at_most(lab: InProcess) -> None:
    arn = trust(lab, ACCOUNT, "chained")
    key = lab.user("chainer")
    first = lab.client("sts", key).assume_role(RoleArn=arn, RoleSessionName="one")["Credentials"]
    sts = lab.client("sts", first["AccessKeyId"])
    asked = {"RoleArn": arn, "RoleSessionName": "two"}
    assert refused(sts.assume_role, DurationSeconds=7200, **asked) == "ValidationError"
    assert refused(sts.assume_role, DurationSeconds=3600, **asked) == ""


def test_a_federated_session_may_not_call_iam_and_is_recorded_as_one(lab: InProcess) -> None:
    key = lab.user("lender")
    token = lab.client("sts", key).get_federation_token(Name="guest")["Credentials"]
    borrowed = token["AccessKeyId"]
    assert refused(lab.client("iam", borrowed).list_users) == "InvalidClientTokenId"
    assert refused(lab.client("s3", borrowed).list_buckets) == ""
    who = lab.records[-1]["userIdentity"]
    assert who["type"] == "FederatedUser"
    assert who["arn"] == f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
    assert who["sessionContext"]["sessionIssuer"]["userName"] == "lender"


def test_a_session_with_mfa_may_call_iam_and_says_so(lab: InProcess) -> None:
    key, iam = lab.user("careful"), lab.client("iam")
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="careful")["VirtualMFADevice"]
    device = serial["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName="careful", SerialNumber=device, **codes)
    sts = lab.client("sts", key)
    wrong = refused(sts.get_session_token, SerialNumber=device, TokenCode="abcdef")
    assert wrong == "AccessDenied"
    session = sts.get_session_token(SerialNumber=device, TokenCode="123456")["Credentials"]
    assert refused(lab.client("iam", session["AccessKeyId"]).list_users) == ""
    attributes = lab.records[-1]["userIdentity"]["sessionContext"]["attributes"]
    assert attributes["mfaAuthenticated"] == "true"


def test_the_root_is_recorded_as_root_and_reported_with_its_keys(lab: InProcess) -> None:
    key = lab.register.give_root_key(ACCOUNT)
    root = lab.cloud.account(ACCOUNT).root
    root.made = datetime(2020, 1, 1, tzinfo=UTC)
    root.keys.append(RootKeyState(key, datetime(2021, 1, 1, tzinfo=UTC)))
    iam = lab.client("iam", key)
    summary = iam.get_account_summary()["SummaryMap"]
    assert (summary["AccountAccessKeysPresent"], summary["AccountMFAEnabled"]) == (1, 1)
    assert lab.records[-1]["userIdentity"]["type"] == "Root"
    iam.generate_credential_report()
    rows = iam.get_credential_report()["Content"].decode().splitlines()
    first = dict(zip(rows[0].split(","), rows[1].split(","), strict=True))
    assert (first["user"], first["access_key_1_active"]) == ("<root_account>", "true")
    assert first["access_key_1_last_rotated"] == "2021-01-01T00:00:00+00:00"


def test_sessions_and_denies_go_by_the_lab_clock(lab: InProcess) -> None:
    key = lab.user("timely")
    session = lab.client("sts", key).get_session_token(DurationSeconds=900)["Credentials"]
    s3 = lab.client("s3", session["AccessKeyId"])
    assert refused(s3.list_buckets) == ""
    lab.cloud.clock.advance(901)
    try:
        assert refused(s3.list_buckets) == "ExpiredToken"
        later = datetime.now(UTC) + timedelta(seconds=890)  # noqa: TID251 - the lab was moved on
        assert datetime.fromisoformat(lab.records[-1]["eventTime"]) > later
    finally:
        lab.cloud.clock.advance(-901)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ({"Action": "s3:*", "Resource": "arn:aws:s3:::secret-*"}, "AccessDenied"),
        ({"Action": "s3:*", "Resource": "arn:aws:s3:::public-*"}, ""),
        ({"NotAction": "iam:*", "Resource": "*"}, "AccessDenied"),
        ({"NotAction": "s3:*", "Resource": "*"}, ""),
        ({"Action": "s3:*", "NotResource": "arn:aws:s3:::secret-*"}, ""),
        (
            {
                "Action": "*",
                "Resource": "*",
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
            },
            "AccessDenied",
        ),
        (
            {
                "Action": "*",
                "Resource": "*",
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
            },
            "",
        ),
        (
            {
                "Action": "*",
                "Resource": "*",
                "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
            },
            "AccessDenied",
        ),
        ({"Action": "*", "Resource": "*", "Condition": {"StringEquals": {"x:y": "z"}}}, ""),
    ],
)
def test_a_deny_binds_where_its_words_reach(
    lab: InProcess, statement: dict[str, Any], code: str, request: pytest.FixtureRequest
) -> None:
    name = f"denied-{abs(hash(request.node.name))}"
    key = lab.user(name, {"deny": policy({"Effect": "Deny", **statement})})
    answer = refused(lab.client("s3", key).list_objects_v2, Bucket="secret-things")
    assert answer == (code or "NoSuchBucket")


def test_blocked_public_access_ends_anonymous_reading(lab: InProcess, bucket: str) -> None:
    s3, resource = lab.client("s3"), f"arn:aws:s3:::{bucket}/*"
    assert anonymous(lab, bucket) == 403
    s3.put_bucket_policy(Bucket=bucket, Policy=policy({**PUBLIC, "Resource": resource}))
    assert anonymous(lab, bucket) == 200
    assert lab.records[-1]["userIdentity"]["accountId"] == "anonymous"
    block = {"RestrictPublicBuckets": True}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    assert anonymous(lab, bucket) == 403
    s3.delete_public_access_block(Bucket=bucket)
    control = lab.client("s3control")
    control.put_public_access_block(
        AccountId=ACCOUNT, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True}
    )
    assert anonymous(lab, bucket) == 403
    control.delete_public_access_block(AccountId=ACCOUNT)
    assert anonymous(lab, bucket) == 200


def test_public_policies_and_acls_are_refused_where_blocked(lab: InProcess, bucket: str) -> None:
    key = lab.user(f"publisher-{bucket}")
    s3 = lab.client("s3", key)
    public = policy({**PUBLIC, "Resource": f"arn:aws:s3:::{bucket}/*"})
    assert refused(s3.put_bucket_acl, Bucket=bucket, ACL="public-read") == ""
    block = {"BlockPublicPolicy": True, "BlockPublicAcls": True}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=public) == "AccessDenied"
    assert "BlockPublicPolicy" in lab.records[-1]["errorMessage"]
    assert refused(s3.put_bucket_acl, Bucket=bucket, ACL="public-read") == "AccessDenied"
    private = policy(
        {**PUBLIC, "Principal": {"AWS": ACCOUNT}, "Resource": f"arn:aws:s3:::{bucket}/*"}
    )
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=private) == ""


def test_a_group_in_use_is_not_deleted_and_several_interfaces_are_not_guessed(
    lab: InProcess,
) -> None:
    key = lab.user("networker")
    ec2 = lab.client("ec2", key)
    subnet = ec2.describe_subnets()["Subnets"][0]
    vpc = subnet["VpcId"]
    group = ec2.create_security_group(GroupName="held", Description="held", VpcId=vpc)["GroupId"]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    there = {"ImageId": image, "MinCount": 1, "MaxCount": 1, "SubnetId": subnet["SubnetId"]}
    instance = ec2.run_instances(SecurityGroupIds=[group], **there)["Instances"][0]["InstanceId"]
    assert refused(ec2.delete_security_group, GroupId=group) == "DependencyViolation"
    assert lab.records[-1]["errorCode"] == "Client.DependencyViolation"
    swap = {"InstanceId": instance, "Groups": [group]}
    assert refused(ec2.modify_instance_attribute, **swap) == ""
    other = ec2.create_network_interface(SubnetId=subnet["SubnetId"])["NetworkInterface"]
    ec2.attach_network_interface(
        NetworkInterfaceId=other["NetworkInterfaceId"], InstanceId=instance, DeviceIndex=1
    )
    assert refused(ec2.modify_instance_attribute, **swap) == "InvalidInstanceID"


def test_a_region_that_is_off_knows_no_credentials(lab: InProcess) -> None:
    key = lab.user("explorer")
    assert refused(lab.client("ec2", key, region="me-south-1").describe_vpcs) == "AuthFailure"
    home = lab.client("ec2", key)
    on = {one["RegionName"] for one in home.describe_regions()["Regions"]}
    every = home.describe_regions(AllRegions=True)["Regions"]
    statuses = {one["RegionName"]: one["OptInStatus"] for one in every}
    assert "me-south-1" not in on
    assert (statuses["me-south-1"], statuses[REGION]) == ("not-opted-in", "opt-in-not-required")
    lab.cloud.account(ACCOUNT).opted_in.add("me-south-1")
    try:
        assert refused(lab.client("ec2", key, region="me-south-1").describe_vpcs) == ""
    finally:
        lab.cloud.account(ACCOUNT).opted_in.clear()


@pytest.mark.parametrize(
    ("service", "operation", "given"),
    [
        ("ec2", "describe_volume_status", {}),
        ("waf-regional", "list_web_acls", {}),
        (
            "iam",
            "simulate_principal_policy",
            {"PolicySourceArn": "arn:aws:iam::1:user/aaaaaa", "ActionNames": ["s3:x"]},
        ),
        ("guardduty", "list_ip_sets", {"DetectorId": "x"}),
    ],
)
def test_what_the_lab_does_not_offer_has_a_code(
    lab: InProcess, service: str, operation: str, given: dict[str, Any]
) -> None:
    assert refused(getattr(lab.client(service), operation), **given) == "NotImplemented"


def test_buckets_are_listed_page_by_page_with_their_regions(lab: InProcess) -> None:
    s3 = lab.client("s3")
    for number in range(3):
        name = f"page-{number}"
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    assert "BucketRegion" not in s3.list_buckets()["Buckets"][0]
    first = s3.list_buckets(Prefix="page-", MaxBuckets=2)
    assert [one["Name"] for one in first["Buckets"]] == ["page-0", "page-1"]
    assert first["Buckets"][0]["BucketRegion"] == REGION
    token = first["ContinuationToken"]
    rest = s3.list_buckets(Prefix="page-", MaxBuckets=2, ContinuationToken=token)
    assert [one["Name"] for one in rest["Buckets"]] == ["page-2"]
    assert "ContinuationToken" not in rest


def test_events_are_looked_up_by_one_attribute_page_by_page(lab: InProcess) -> None:
    key = lab.user("historian")
    sts = lab.client("sts", key)
    for _ in range(5):
        sts.get_caller_identity()
    trail = lab.client("cloudtrail", key)
    wanted = [{"AttributeKey": "AccessKeyId", "AttributeValue": key}]
    pages = trail.get_paginator("lookup_events").paginate(
        LookupAttributes=wanted, PaginationConfig={"PageSize": 2}
    )
    found = [one for page in pages for one in page["Events"]]
    names = [one["EventName"] for one in found]
    assert names.count("GetCallerIdentity") == 5
    assert len({one["EventId"] for one in found}) == len(found)
    assert json.loads(found[-1]["CloudTrailEvent"])["userIdentity"]["accessKeyId"] == key
    two = [*wanted, {"AttributeKey": "EventName", "AttributeValue": "x"}]
    code = refused(trail.lookup_events, LookupAttributes=two)
    assert code == "InvalidLookupAttributesException"
