"""Whom a trust policy lets in from outside."""

import json
from typing import Any

import pytest

from fireline.core.detection.signatures.trusts import (
    foreign_accounts,
    foreign_without_id,
    open_federation,
)

OWN, VENDOR = "111122223333", "444455556666"


def trust(principal: Any, condition: Any = None, *more: Any, action: str = "sts:AssumeRole") -> str:
    said = {"Effect": "Allow", "Principal": principal, "Action": action}
    return json.dumps(
        {"Statement": [said if condition is None else {**said, "Condition": condition}, *more]}
    )


def web(issuer: str, condition: Any) -> str:
    who = {"Federated": f"arn:aws:iam::{OWN}:oidc-provider/{issuer}"}
    return trust(who, condition, action="sts:AssumeRoleWithWebIdentity")


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        (None, [VENDOR]),
        ({"StringEquals": {"sts:ExternalId": "a-1"}}, []),
        ({"StringLike": {"sts:ExternalId": "*"}}, [VENDOR]),
        ({"StringEqualsIfExists": {"sts:ExternalId": "a-1"}}, [VENDOR]),
        ({"StringNotEquals": {"sts:ExternalId": "a-1"}}, [VENDOR]),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3"}}, []),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, []),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, [VENDOR]),
    ],
)
def test_an_external_id_must_be_required(condition: Any, named: list[str]):
    assert foreign_without_id(trust({"AWS": VENDOR}, condition), OWN) == named


def test_anyone_is_another_account():
    assert foreign_without_id(trust("*"), OWN) == ["*"]
    own = {"StringEquals": {"aws:PrincipalAccount": OWN}}
    assert foreign_without_id(trust("*", own), OWN) == []


def test_a_denial_of_every_other_external_id_requires_one():
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sts:AssumeRole",
        "Condition": {"StringNotEquals": {"sts:ExternalId": "a-1"}},
    }
    assert foreign_without_id(trust({"AWS": VENDOR}, None, denial), OWN) == []


def test_accounts_are_named_by_conditions_too():
    by_number = {"StringEquals": {"aws:PrincipalAccount": [OWN, VENDOR]}}
    by_role = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{VENDOR}:role/*"}}
    assert foreign_accounts(trust("*", by_number), OWN) == [VENDOR]
    assert foreign_accounts(trust({"AWS": "*"}, by_role), OWN) == [VENDOR]


@pytest.mark.parametrize(
    ("issuer", "condition", "is_open"),
    [
        ("gitlab.com", {"StringEquals": {"gitlab.com:aud": "https://gitlab.com"}}, True),
        ("gitlab.com", {"StringLike": {"gitlab.com:sub": "project_path:*"}}, True),
        ("gitlab.com", {"StringLike": {"gitlab.com:sub": "project_path:acme/*"}}, False),
        (
            "app.terraform.io",
            {"StringLike": {"app.terraform.io:sub": "organization:acme:*"}},
            False,
        ),
        ("app.terraform.io", {"StringLike": {"app.terraform.io:sub": "organization:ac*:*"}}, True),
        ("oidc.eks.eu-west-1.amazonaws.com/id/AB12", {}, False),
        ("gitlab.acme.example", {"StringEquals": {"gitlab.acme.example:aud": "aws"}}, False),
    ],
)
def test_a_shared_provider_needs_a_subject(issuer: str, condition: Any, is_open: bool):
    assert bool(open_federation(web(issuer, condition))) is is_open
