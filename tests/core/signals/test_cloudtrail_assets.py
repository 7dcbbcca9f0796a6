import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals.cloudtrail_assets import MAX_ASSETS, Call, affected, role_name
from fireline.core.signals.event import Who

ACCOUNT = "111122223333"
ME = Who("IAMUser", "shop-ci", f"arn:aws:iam::{ACCOUNT}:user/shop-ci", ACCOUNT, "AKIA1", "", "")


def assets(service: str, name: str, request: dict, response: dict | None = None) -> list[str]:
    call = Call(service, name, request, response or {}, ME, ACCOUNT, "eu-west-1")
    return [f"{ref.kind} {ref.id} {ref.region}".strip() for ref in affected(call)]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (("iam", "DeleteUser", {"userName": "u"}), ["aws.iam.user u"]),
        (("iam", "CreateAccessKey", {}), ["aws.iam.user shop-ci"]),
        (
            ("iam", "UpdateAccessKey", {"userName": "u", "accessKeyId": "AKIA2"}),
            ["aws.iam.user u", "aws.iam.access_key AKIA2"],
        ),
        (
            ("iam", "CreatePolicy", {}, {"policy": {"arn": "arn:aws:iam::1:policy/p"}}),
            ["aws.iam.policy arn:aws:iam::1:policy/p"],
        ),
        (
            ("iam", "CreateUser", {"userName": "u"}, {"user": {"arn": "arn:aws:iam::1:user/u"}}),
            ["aws.iam.user u"],
        ),
        (("iam", "CreateRole", {"roleName": "r"}), ["aws.iam.role r"]),
        (("s3", "ListBuckets", {}), []),
        (
            ("s3", "GetObject", {"bucketName": "b", "key": "k/1"}),
            ["aws.s3.bucket b", "aws.s3.object b/k/1"],
        ),
        (
            ("sts", "GetSessionToken", {}, {"credentials": {"accessKeyId": "ASIA1"}}),
            ["aws.sts.session ASIA1"],
        ),
        (
            ("sts", "AssumeRole", {"roleArn": "arn:aws:iam::111122223333:role/path/r"}),
            ["aws.iam.role r"],
        ),
        (
            (
                "ec2",
                "RunInstances",
                {"groupSet": {"items": [{"groupId": "sg-0123456789abcdef0"}]}},
                {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}},
            ),
            [
                "aws.ec2.security_group sg-0123456789abcdef0 eu-west-1",
                "aws.ec2.instance i-0123456789abcdef0 eu-west-1",
            ],
        ),
        (
            (
                "ec2",
                "CreateFlowLogs",
                {"CreateFlowLogsRequest": {"x": {"content": "vpc-01234567"}}},
            ),
            ["aws.ec2.vpc vpc-01234567 eu-west-1"],
        ),
        (
            (
                "lambda",
                "Invoke",
                {"functionName": "arn:aws:lambda:eu-west-1:111122223333:function:f:1"},
            ),
            ["aws.lambda.function f eu-west-1"],
        ),
        (
            ("ssm", "GetParameters", {"names": ["a", "b"]}),
            ["aws.ssm.parameter a eu-west-1", "aws.ssm.parameter b eu-west-1"],
        ),
        (("ssm", "SendCommand", {"target": "tag:x"}), []),
        (("unheard-of", "Do", {"userName": "u"}), []),
        (("s3", "GetObject", {"bucketName": 5, "key": {}}), []),
    ],
)
def test_the_resources_of_a_call_are_named(call, expected):
    assert assets(*call) == expected


def test_a_call_that_names_very_many_resources_is_cut():
    names = {"names": [f"n{number}" for number in range(1000)]}
    assert len(assets("ssm", "GetParameters", names)) == MAX_ASSETS


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:iam::111122223333:role/deploy", "deploy"),
        ("arn:aws:iam::111122223333:role/service-role/deploy", "deploy"),
        ("arn:aws:sts::111122223333:assumed-role/deploy/session-1", "deploy"),
        ("arn:aws-us-gov:iam::111122223333:role/deploy", "deploy"),
        ("deploy", "deploy"),
    ],
)
def test_a_role_goes_by_its_name(arn, name):
    assert role_name(arn) == name


@given(
    st.recursive(
        st.text(max_size=5) | st.integers() | st.none(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["userName", "accessKeyId", "items", "x"]), inner)
        ),
    ).map(lambda value: {"x": value})
)
def test_each_resource_is_named_once_and_has_an_id(request_parameters: dict):
    found = affected(Call("iam", "Any", request_parameters, {}, ME, ACCOUNT, ""))
    assert len(found) == len(set(found))
    assert all(asset.id for asset in found)
