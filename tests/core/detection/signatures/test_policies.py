import json
from typing import Any

import pytest

from fireline.core.detection.signatures.policies import (
    ESCALATIONS,
    allows,
    allows_everything,
    allows_on_everything,
    denies_insecure_transport,
    escalations,
    statements,
)
from fireline.core.detection.signatures.trusts import (
    foreign_accounts,
    open_federation,
    trusts_anyone,
)


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Statement": statements})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def allow_but(action: Any, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "NotAction": action, "Resource": resource}


@pytest.mark.parametrize(
    ("said", "everything"),
    [
        (policy(allow("*")), True),
        (policy(allow("*:*")), True),
        (policy(allow(["s3:Get*", "*"])), True),
        (policy(allow("s3:*"), allow("*")), True),
        (policy(allow("*", ["*", "arn:aws:s3:::a"])), True),
        (policy(allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})), True),
        (policy(allow_but("s3:DeleteBucket")), True),
        (policy(allow_but([])), True),
        (policy(allow_but(["iam:*", "organizations:*"])), False),
        (policy(allow_but("iam:CreateUser")), False),
        (policy(allow("iam:*")), False),
        (policy(allow("*", "arn:aws:s3:::a/*")), False),
        (policy(allow("*"), deny("*")), False),
        (policy(allow("*"), deny("iam:*")), False),
        (policy(allow("*"), deny("iam:*", Condition={"Bool": {"x": "y"}})), True),
        (policy(allow("*"), deny("s3:*")), True),
        (policy(deny("*")), False),
        (None, False),
    ],
)
def test_an_administrator_may_do_everything_on_everything(said: str | None, everything: bool):
    assert allows_everything(said) is everything


@pytest.mark.parametrize(
    ("said", "anywhere", "everywhere"),
    [
        (policy(allow("kms:Decrypt")), True, True),
        (policy(allow("KMS:*")), True, True),
        (policy(allow("kms:D*", "arn:aws:kms:eu-central-1:111122223333:key/k")), True, False),
        (policy(allow_but("s3:*")), True, True),
        (policy(allow_but("kms:*")), False, False),
        (policy(allow("kms:Encrypt")), False, False),
        (policy(allow("kms:*"), deny("kms:Decrypt")), False, False),
        (policy(allow("kms:*"), deny("kms:Decrypt", "arn:x")), True, True),
        (
            policy(allow("kms:*"), {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}),
            False,
            False,
        ),
        (
            policy(allow("kms:*"), {"Effect": "Deny", "NotAction": "kms:*", "Resource": "*"}),
            True,
            True,
        ),
        (policy({"Effect": "Allow", "Action": "kms:*", "NotResource": "arn:x"}), True, False),
    ],
)
def test_what_is_allowed_and_where(said: str, anywhere: bool, everywhere: bool):
    assert allows(said, "kms:Decrypt") is anywhere
    assert allows_on_everything(said, "kms:Decrypt") is everywhere


@pytest.mark.parametrize("way", ESCALATIONS, ids=" + ".join)
def test_each_way_to_more_rights_is_found_and_needs_all_its_actions(way: tuple[str, ...]):
    assert " + ".join(way) in escalations([policy(allow(list(way)))])
    # In several policies it is as good.
    assert " + ".join(way) in escalations([policy(allow(each)) for each in way])
    for left_out in way:
        rest = [each for each in way if each != left_out]
        assert " + ".join(way) not in escalations([policy(allow(rest))])
        assert " + ".join(way) not in escalations([policy(allow(list(way)), deny(left_out))])


def test_administrators_need_no_way_and_readers_have_none():
    assert escalations([policy(allow("*"))]) == []
    assert escalations([policy(allow(["s3:*", "ec2:Describe*"]))]) == []
    assert escalations([]) == []
    assert "iam:PassRole + ec2:RunInstances" in escalations([policy(allow(["iam:Pass*", "ec2:*"]))])


def test_ones_own_keys_and_password_are_no_escalation_and_ones_own_policies_are():
    own = "arn:aws:iam::*:user/${aws:username}"
    assert (
        escalations([policy(allow(["iam:CreateAccessKey", "iam:UpdateLoginProfile"], own))]) == []
    )
    assert escalations([policy(allow("iam:PutUserPolicy", own))]) == ["iam:PutUserPolicy"]
    assert escalations([policy(allow("iam:CreateAccessKey", [own, "*"]))]) == [
        "iam:CreateAccessKey"
    ]


def test_foreign_accounts_are_those_named_that_are_not_ones_own():
    def to(**who: Any) -> dict[str, Any]:
        return allow("s3:*", Principal=who)

    said = policy(
        to(AWS=["arn:aws:iam::444455556666:root", "111122223333", "777788889999", "*"]),
        to(AWS="arn:aws:iam::444455556666:role/reader"),
        to(Service="sns.amazonaws.com"),
        to(CanonicalUser="c0ffee"),
        deny("s3:*", Principal={"AWS": "123456789012"}),
    )
    assert foreign_accounts(said, "111122223333") == ["444455556666", "777788889999", "c0ffee"]
    assert foreign_accounts(None, "111122223333") == []
    # Whose was deleted stands there as its unique id.
    assert foreign_accounts(policy(to(AWS="AROAEXAMPLE")), "111122223333") == ["AROAEXAMPLE"]


def trust(who: Any, action: str = "sts:AssumeRole", **condition: Any) -> str:
    said: dict[str, Any] = {"Effect": "Allow", "Principal": who, "Action": action}
    return policy({**said, **({"Condition": condition} if condition else {})})


@pytest.mark.parametrize(
    ("said", "anyone"),
    [
        (trust("*"), True),
        (trust({"AWS": "*"}), True),
        (trust({"AWS": "*"}, StringEquals={"sts:ExternalId": "x"}), True),
        (trust({"AWS": "*"}, StringEquals={"aws:PrincipalOrgID": "o-example1234"}), False),
        (trust({"AWS": "444455556666"}), False),
        (trust({"Service": "ec2.amazonaws.com"}), False),
        (trust({"AWS": "*"}, action="sts:TagSession"), False),
    ],
)
def test_who_may_assume_a_role(said: str, anyone: bool):
    assert trusts_anyone(said) is anyone


GITHUB = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
_SUB, _AUD = "token.actions.githubusercontent.com:sub", "token.actions.githubusercontent.com:aud"


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        ({}, False),
        ({"StringEquals": {_AUD: "sts.amazonaws.com"}}, False),
        ({"StringLike": {_SUB: "*"}}, False),
        ({"StringLike": {_SUB: "repo:*"}}, False),
        ({"StringLike": {_SUB: ["repo:example/shop:*", "repo:*/shop:*"]}}, False),
        ({"StringLikeIfExists": {_SUB: "repo:example/shop:*"}}, False),
        ({"ForAllValues:StringLike": {_SUB: "repo:example/shop:*"}}, False),
        ({"StringNotLike": {_SUB: "repo:example/shop:*"}}, False),
        ({"StringLike": {_SUB: "repo:example/*"}}, True),
        ({"StringEquals": {_SUB: "repo:example/shop:ref:refs/heads/main"}}, True),
        ({"StringEquals": {_SUB: "repo:example/shop:x", _AUD: "sts.amazonaws.com"}}, True),
    ],
)
def test_a_shared_identity_provider_must_say_whose_identities(
    condition: dict[str, Any], named: bool
):
    said = trust({"Federated": GITHUB}, "sts:AssumeRoleWithWebIdentity", **condition)
    assert open_federation(said) == ([] if named else [GITHUB])


def test_a_company_s_own_provider_and_an_audience_elsewhere_are_enough():
    saml = "arn:aws:iam::111122223333:saml-provider/company"
    assert open_federation(trust({"Federated": saml}, "sts:AssumeRoleWithSAML")) == []
    pool = "cognito-identity.amazonaws.com"
    aud = {f"{pool}:aud": "eu-central-1:12345678-1234-1234-1234-123456789012"}
    assert open_federation(trust({"Federated": pool}, "sts:*", StringEquals=aud)) == []
    assert open_federation(trust({"Federated": pool}, "sts:*")) == [pool]


BUCKET = ["arn:aws:s3:::example-bucket", "arn:aws:s3:::example-bucket/*"]
PLAIN = {"Bool": {"aws:SecureTransport": "false"}}


def refuse(**more: Any) -> str:
    said = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": BUCKET}
    return policy({**said, "Condition": PLAIN, **more})


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        (refuse(), True),
        (refuse(Principal={"AWS": "*"}), True),
        (refuse(Action="*"), True),
        (refuse(Resource="*"), True),
        (refuse(Resource=BUCKET[1]), True),
        (refuse(Resource="arn:aws:sqs:eu-central-1:111122223333:jobs", Action="sqs:*"), True),
        (refuse(Condition={"BoolIfExists": {"aws:SecureTransport": [False]}}), True),
        (refuse(Resource=BUCKET[0]), False),
        (refuse(Action="s3:GetObject"), False),
        (refuse(Action="s3:Get*"), False),
        (refuse(Principal={"AWS": "111122223333"}), False),
        (refuse(Effect="Allow"), False),
        (refuse(Condition={"Bool": {"aws:SecureTransport": "true"}}), False),
        (refuse(Condition={**PLAIN, "StringEquals": {"aws:SourceVpc": "vpc-1"}}), False),
        (refuse(Condition={}), False),
        (None, False),
    ],
)
def test_only_a_denial_of_everything_to_everybody_refuses_plain_http(
    said: str | None, refused: bool
):
    assert denies_insecure_transport(said) is refused


def test_statements_are_shown_with_whom_and_what():
    (one,) = statements(policy(allow("s3:*", Principal={"AWS": "*"}, Sid="All")))
    assert one["Sid"] == "All"
    assert one["Principals"] == ["AWS:*"]
    assert (one["Allows"], one["Public"], one["NotAction"]) == (True, True, False)
