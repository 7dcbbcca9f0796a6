"""Roles and whom they trust."""

from typing import Any

from fireline.core.detection.signatures.verdict import Verdict
from tests.labelled.iam_shapes import ID, role
from tests.labelled.labels import DENIED, FAIL, NA, PASS, THROTTLED, UNKNOWN, Account, Thing

ABOUT = (
    "iam-role-trusts-anyone",
    "iam-role-open-federation",
    "iam-role-foreign-without-external-id",
)
VENDOR = "464622532012"
GITHUB = "token.actions.githubusercontent.com"
TERRAFORM = "app.terraform.io"
EKS = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"


def lets(principal: Any, condition: Any = None, action: Any = "sts:AssumeRole") -> dict[str, Any]:
    """Let a principal in."""
    said = {"Effect": "Allow", "Principal": principal, "Action": action}
    return {**said, "Condition": condition} if condition is not None else said


def web(issuer: str, condition: Any = None) -> dict[str, Any]:
    """Let in whom an identity provider vouches for."""
    own = issuer in {"accounts.google.com", "cognito-identity.amazonaws.com"}
    who = issuer if own else f"arn:aws:iam::{ID}:oidc-provider/{issuer}"
    return lets({"Federated": who}, condition, "sts:AssumeRoleWithWebIdentity")


def audience(issuer: str, value: str = "sts.amazonaws.com") -> dict[str, Any]:
    """Ask for an audience."""
    return {"StringEquals": {f"{issuer}:aud": value}}


def subject(issuer: str, test: str, value: Any) -> dict[str, Any]:
    """Ask for an audience and a subject."""
    if test == "StringEquals":
        return {test: {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": value}}
    return {**audience(issuer), test: {f"{issuer}:sub": value}}


def trusts(
    name: str, anyone: Verdict, open_: Verdict, foreign: Verdict, *statements: Any, **over: Any
) -> Thing:
    """Label a role that trusts: anyone, an open federation, another account without an id."""
    says: dict[str, Verdict] = dict(zip(ABOUT, (anyone, open_, foreign), strict=True))
    trust = statements[0] if isinstance(statements[0], str) else statements
    return role(name, says, trust, **over)


def safe(name: str, *statements: Any, **over: Any) -> Thing:
    """Label a role that trusts nobody it should not."""
    return trusts(name, PASS, PASS, PASS, *statements, **over)


def opened(name: str, *statements: Any) -> Thing:
    """Label a role that strangers of a provider may become."""
    return trusts(name, PASS, FAIL, PASS, *statements)


def foreign(name: str, *statements: Any) -> Thing:
    """Label a role that another account may become without an external id."""
    return trusts(name, PASS, PASS, FAIL, *statements)


def anyone(name: str, *statements: Any, label: Verdict = FAIL) -> Thing:
    """Label a role that anyone may become; whether by an external id is said besides."""
    return trusts(name, FAIL, PASS, label, *statements)


ROOT = {"AWS": f"arn:aws:iam::{VENDOR}:root"}
ROLES = (
    # Services, the account's own people and its own sign-in.
    safe("ec2", lets({"Service": "ec2.amazonaws.com"})),
    trusts(
        "AWSServiceRoleForSupport",
        PASS,
        PASS,
        NA,
        lets({"Service": "support.amazonaws.com"}),
        Path="/aws-service-role/support.amazonaws.com/",
    ),
    safe("two-services", lets({"Service": ["ecs-tasks.amazonaws.com", "lambda.amazonaws.com"]})),
    safe("own-root", lets({"AWS": f"arn:aws:iam::{ID}:root"})),
    safe("own-number", lets({"AWS": ID}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
    safe(
        "saml",
        lets(
            {"Federated": f"arn:aws:iam::{ID}:saml-provider/okta"},
            {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
            "sts:AssumeRoleWithSAML",
        ),
    ),
    # Strangers, in each way it can be written.
    anyone("star", lets("*")),
    anyone("star-aws", lets({"AWS": "*"})),
    anyone("star-list", lets({"Service": "ec2.amazonaws.com"}), lets({"AWS": ["*"]}, {})),
    anyone(
        "star-text",
        ' {"Version" : "2012-10-17", "Statement" : {"Effect":"Allow","Principal":{"AWS":'
        '[ "arn:aws:iam::111122223333:root" , "*" ]},"Action":["STS:ASSUMEROLE"]}} ',
    ),
    # Anybody may send an external id, and be any role called deploy.
    anyone(
        "star-external-id",
        lets({"AWS": "*"}, {"StringEquals": {"sts:ExternalId": "1234"}}),
        label=PASS,
    ),
    anyone(
        "star-role-name",
        lets({"AWS": "*"}, {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}}),
    ),
    anyone("star-if-exists", lets("*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1"}})),
    anyone("star-any-org", lets("*", {"StringLike": {"aws:PrincipalOrgID": "o-*"}})),
    anyone("star-not-one", lets("*", {"StringNotEquals": {"aws:PrincipalAccount": VENDOR}})),
    safe("org", lets({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})),
    safe("own-only", lets("*", {"StringEquals": {"aws:PrincipalAccount": ID}})),
    safe("own-roles", lets("*", {"ArnLike": {"AWS:principalarn": f"arn:aws:iam::{ID}:role/*"}})),
    # To tag a session is not to have one.
    safe("tags-only", lets({"AWS": "*"}, None, ["sts:TagSession", "sts:SetSourceIdentity"])),
    safe("denied-all", lets("*"), {**lets("*"), "Effect": "Deny"}),
    # Other accounts.
    foreign("vendor", lets(ROOT)),
    foreign("vendor-number", lets({"AWS": VENDOR})),
    foreign("vendor-role", lets({"AWS": f"arn:aws:iam::{VENDOR}:role/collector"}, None, "sts:*")),
    foreign("vendor-among", lets({"AWS": [f"arn:aws:iam::{ID}:root", VENDOR]})),
    foreign("vendor-any-id", lets(ROOT, {"StringLike": {"sts:ExternalId": "*"}})),
    foreign("vendor-if-sent", lets(ROOT, {"StringEqualsIfExists": {"sts:ExternalId": "x-1"}})),
    foreign("vendor-two", lets(ROOT, {"StringEquals": {"sts:ExternalId": "x-1"}}), lets(ROOT)),
    foreign("vendor-not", lets(ROOT, {"StringNotEquals": {"sts:ExternalId": "x-1"}})),
    safe("vendor-id", lets(ROOT, {"StringEquals": {"sts:ExternalId": "9f3a-77b1"}})),
    safe("vendor-ids", lets(ROOT, {"StringEquals": {"STS:externalid": ["9f3a", "77b1"]}})),
    safe("sister", lets(ROOT, {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})),
    safe(
        "vendor-denied-else",
        lets(ROOT),
        {
            **lets({"AWS": "*"}, {"StringNotEquals": {"sts:ExternalId": "9f3a-77b1"}}),
            "Effect": "Deny",
        },
    ),
    # Identity providers that vouch for everybody.
    opened("github", web(GITHUB)),
    opened("github-aud", web(GITHUB, audience(GITHUB))),
    opened("github-any", web(GITHUB, subject(GITHUB, "StringLike", "repo:*"))),
    opened("github-any-org", web(GITHUB, subject(GITHUB, "StringLike", ["repo:*/deploy:*"]))),
    # Anybody may found acme-evil.
    opened("github-prefix", web(GITHUB, subject(GITHUB, "StringLike", "repo:acme*"))),
    opened(
        "github-or",
        web(GITHUB, subject(GITHUB, "StringLike", ["repo:acme/shop:*", "*"])),
    ),
    opened("github-maybe", web(GITHUB, subject(GITHUB, "StringLikeIfExists", "repo:*"))),
    opened("gitlab", web("gitlab.com", audience("gitlab.com", "https://gitlab.com"))),
    opened("gitlab-any", web("gitlab.com", subject("gitlab.com", "StringLike", "project_path:*"))),
    opened("terraform", web(TERRAFORM, audience(TERRAFORM, "aws.workload.identity"))),
    opened("google", web("accounts.google.com")),
    opened("cognito", web("cognito-identity.amazonaws.com")),
    safe("github-org", web(GITHUB, subject(GITHUB, "StringLike", "repo:acme/*"))),
    safe(
        "github-main",
        web(GITHUB, subject(GITHUB, "StringEquals", "repo:acme/shop:ref:refs/heads/main")),
    ),
    safe(
        "github-some",
        web(GITHUB, subject(GITHUB, "ForAnyValue:StringLike", ["repo:acme/shop:environment:*"])),
    ),
    safe(
        "gitlab-main",
        web(
            "gitlab.com",
            {"StringLike": {"gitlab.com:sub": "project_path:acme/*:ref_type:branch:ref:main"}},
        ),
    ),
    safe(
        "terraform-org",
        web(TERRAFORM, subject(TERRAFORM, "StringLike", "organization:acme:project:*:run_phase:*")),
    ),
    safe("google-app", web("accounts.google.com", audience("accounts.google.com", "104-app"))),
    safe(
        "cognito-pool",
        web(
            "cognito-identity.amazonaws.com",
            {
                "StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:12345678-abcd"},
                "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
            },
        ),
    ),
    # A cluster vouches for its own pods, and a company's GitLab for its own people.
    safe("eks-any", web(EKS)),
    safe("eks-aud", web(EKS, audience(EKS))),
    safe(
        "eks-pod",
        web(EKS, subject(EKS, "StringEquals", "system:serviceaccount:kube-system:aws-node")),
    ),
    safe("own-gitlab", web("gitlab.acme.example", audience("gitlab.acme.example", "aws"))),
    # Two faults, two findings.
    trusts("both", PASS, FAIL, FAIL, lets(ROOT), web(GITHUB, audience(GITHUB))),
    # What nobody can read.
    trusts("unread", UNKNOWN, UNKNOWN, UNKNOWN, "", AssumeRolePolicyDocument=(DENIED,)),
    trusts("slow", UNKNOWN, UNKNOWN, UNKNOWN, "", AssumeRolePolicyDocument=(THROTTLED,)),
    trusts("garbled", UNKNOWN, UNKNOWN, UNKNOWN, '{"Version": "2012-10-17", "Statement": ['),
    trusts("encoded", UNKNOWN, UNKNOWN, UNKNOWN, "%7B%22Version%22%3A%222012-10-17%22%7D"),
)
ACCOUNTS = (Account(ID, ABOUT, ROLES),)
