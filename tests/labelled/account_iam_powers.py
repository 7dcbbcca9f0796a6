"""What policies allow: everything, a way to everything, or what is needed."""

from collections.abc import Callable
from typing import Any

from fireline.core.detection.signatures.verdict import Verdict
from tests.labelled.iam_shapes import ID, allow, attached, deny, inline, policy, role, text
from tests.labelled.labels import DENIED, FAIL, NA, PASS, THROTTLED, UNKNOWN, Account, Thing

ABOUT = (
    "iam-role-allows-everything",
    "iam-group-allows-everything",
    "iam-policy-",
    "iam-cloudshell-",
)
EC2 = [
    {
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
]
WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NOT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
# Each allows everything.
EVERYTHING = (
    text(allow("*")),
    text(allow(["*"], ["*"], Sid="Admin")),
    '{ "Version":"2012-10-17",\n "Statement":{ "Resource":"*", "Action":"*:*","Effect":"Allow"}}',
    text(allow("s3:GetObject", "arn:aws:s3:::a/*"), allow(["ec2:*", "*"], ["arn:aws:s3:::b", "*"])),
    # Within a region, with a second factor, but for leaving: still an administrator.
    text(allow("*", Condition=WITH_MFA)),
    text(allow("*"), deny("organizations:LeaveOrganization")),
    text(allow("*"), deny("*", Condition=NOT_MFA)),
    text(allow("*"), version="2008-10-17"),
)
# None of these does.
LESS = (
    text(allow(["s3:GetObject", "s3:ListBucket"], "arn:aws:s3:::reports*")),
    text(allow("s3:*"), allow("ec2:Describe*")),
    text({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
    text(allow("*", "arn:aws:s3:::reports/*")),
    text(deny("*")),
    text(allow("*"), deny("*")),
    text(deny("*", Condition=NOT_MFA), allow("sts:GetCallerIdentity")),
)
BAD = ("{", "[]", '"*"')


def many(make: Callable[[str, Verdict, str], Thing], kind: str) -> tuple[Thing, ...]:
    """Make one of each document."""
    return (
        *(make(f"{kind}-all-{number}", FAIL, one) for number, one in enumerate(EVERYTHING)),
        *(make(f"{kind}-less-{number}", PASS, one) for number, one in enumerate(LESS)),
        *(make(f"{kind}-bad-{number}", UNKNOWN, one) for number, one in enumerate(BAD)),
    )


def a_role(name: str, label: Verdict, *documents: str, **over: Any) -> Thing:
    """Make a role with inline policies."""
    says = {"iam-role-allows-everything": label}
    return role(name, says, EC2, **{"RolePolicyList": inline(*documents), **over})


def a_group(name: str, label: Verdict, *documents: str, unread: str = "") -> Thing:
    """Make a group with inline policies, or with some that could not be read."""
    said = {
        "GroupName": name,
        "GroupId": "AGPAI23HZ27SI6FQMGNQ2",
        "Arn": f"arn:aws:iam::{ID}:group/teams/{name}",
        "Path": "/teams/",
        "CreateDate": "2025-03-04T05:06:07Z",
        "AttachedManagedPolicies": attached("AdministratorAccess"),
    }
    says = {"iam-group-allows-everything": label}
    if unread:
        return Thing("aws.iam.group", said, says, unread={"GroupPolicyList": unread})
    return Thing("aws.iam.group", {**said, "GroupPolicyList": inline(*documents)}, says)


def a_policy(name: str, label: Verdict, document: str) -> Thing:
    """Make a policy of the account's own; what allows everything needs no way there."""
    says = {"iam-policy-allows-everything": label}
    if label is UNKNOWN:
        says["iam-policy-escalates"] = UNKNOWN
    if "NotAction" in document:
        # All but IAM holds the code of functions, and of those that run as administrators.
        says["iam-policy-escalates"] = FAIL
    return policy(name, says, document)


def way(name: str, label: Verdict, *statements: dict[str, Any]) -> Thing:
    """Make a policy that is, or is not, a way to become an administrator."""
    says = {"iam-policy-escalates": label, "iam-policy-allows-everything": PASS}
    return policy(name, says, text(*statements))


OWN = f"arn:aws:iam::{ID}:user/${{aws:username}}"
WAYS = (
    way("new-version", FAIL, allow("iam:CreatePolicyVersion")),
    way("old-version", FAIL, allow(["iam:List*", "iam:SetDefaultPolicyVersion"])),
    way("attach", FAIL, allow("iam:AttachUserPolicy")),
    way("put", FAIL, allow("IAM:putrolepolicy"), allow("sts:AssumeRole")),
    way("keys-of-others", FAIL, allow("iam:CreateAccessKey", "*")),
    way("passwords-of-others", FAIL, allow(["iam:UpdateLoginProfile"], "arn:aws:iam::*:user/*")),
    way("join", FAIL, allow("iam:AddUserToGroup")),
    way("all-of-iam", FAIL, allow("iam:*")),
    way(
        "machine",
        FAIL,
        allow("iam:PassRole"),
        allow(["ec2:RunInstances", "ec2:Describe*"]),
    ),
    way(
        "function",
        FAIL,
        allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]),
    ),
    way("stack", FAIL, allow("cloudformation:*"), allow("iam:Pass*")),
    way("trust", FAIL, allow(["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"])),
    way("reports", PASS, allow(["s3:GetObject", "s3:ListBucket"], "arn:aws:s3:::reports*")),
    way("looks", PASS, allow(["iam:Get*", "iam:List*", "ec2:Describe*", "s3:List*"])),
    way("own-keys", PASS, allow(["iam:CreateAccessKey", "iam:ChangePassword"], OWN)),
    way("starts", PASS, allow(["ec2:RunInstances", "ec2:StopInstances"])),
    way(
        "named-role",
        PASS,
        allow("iam:PassRole", f"arn:aws:iam::{ID}:role/app-task"),
        allow(["ecs:RunTask", "ec2:RunInstances"]),
    ),
    way("one-user", PASS, allow("iam:CreateAccessKey", f"arn:aws:iam::{ID}:user/mailer")),
    way("objects", PASS, allow("*", "arn:aws:s3:::reports/*")),
    way(
        "to-functions",
        FAIL,
        allow(
            "iam:PassRole",
            Condition={"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com"]}},
        ),
        allow(["lambda:CreateFunction", "lambda:InvokeFunction"]),
    ),
    way("denied", PASS, allow("iam:AttachUserPolicy"), deny("iam:*")),
    # Passed to a service that runs nothing of the holder's.
    way(
        "to-config",
        PASS,
        allow(
            "iam:PassRole",
            Condition={"StringEquals": {"iam:PassedToService": "vpc-flow-logs.amazonaws.com"}},
        ),
        allow("lambda:CreateFunction"),
        allow("lambda:InvokeFunction"),
    ),
)


def shell(name: str, label: Verdict, document: str | None, **over: Any) -> Thing:
    """Make a policy about CloudShell, as AWS's own or the account's."""
    return policy(name, {"iam-cloudshell-for-everything": label}, document, **over)


CLOUDSHELL = text(allow("cloudshell:*"))
FULL = "AWSCloudShellFullAccess"


def uncounted(more: dict[str, Any], unread: dict[str, str]) -> Thing:
    """Make AWS's policy about CloudShell, of which nobody knows who has it."""
    said: dict[str, Any] = {
        "PolicyName": FULL,
        "Arn": f"arn:aws:iam::aws:policy/{FULL}",
        "Document": CLOUDSHELL,
        **more,
    }
    says = {"iam-cloudshell-for-everything": UNKNOWN}
    return Thing("aws.iam.policy", said, says, unread=unread)


def other(number: int, *things: Thing) -> Account:
    """Put things into another account."""
    return Account(f"42000000010{number}", ABOUT, things)


ACCOUNTS = (
    Account(
        ID,
        ABOUT,
        (
            *many(a_role, "role"),
            *many(a_group, "group"),
            *many(a_policy, "policy"),
            *WAYS,
            a_role("none", PASS),
            # What is attached is judged where it is.
            a_role("attached", PASS, AttachedManagedPolicies=attached("AdministratorAccess")),
            a_role("unread", UNKNOWN, RolePolicyList=(DENIED,)),
            a_role("one-bad", UNKNOWN, "{", LESS[0]),
            a_role("one-bad-one-all", FAIL, "{", EVERYTHING[0]),
            a_group("none", PASS),
            a_group("unread", UNKNOWN, unread=THROTTLED),
            a_group("two", FAIL, LESS[0], EVERYTHING[1]),
            policy(
                "unread",
                {"iam-policy-allows-everything": UNKNOWN, "iam-policy-escalates": UNKNOWN},
                None,
            ),
            # AWS's own: no policy of yours.
            policy(
                "AdministratorAccess",
                {"iam-policy-allows-everything": NA},
                EVERYTHING[0],
                account="aws",
            ),
            policy(
                "job-function/SystemAdministrator",
                {"iam-policy-allows-everything": NA},
                LESS[1],
                account="aws",
                AttachmentCount=3,
            ),
            shell(FULL, FAIL, CLOUDSHELL, account="aws", AttachmentCount=2),
        ),
    ),
    other(1, shell(FULL, FAIL, CLOUDSHELL, account="aws", AttachmentCount=1)),
    other(
        2,
        policy(
            FULL,
            {"iam-cloudshell-for-everything": FAIL},
            CLOUDSHELL,
            Arn=f"arn:aws-us-gov:iam::aws:policy/{FULL}",
        ),
    ),
    other(3, shell(FULL, PASS, CLOUDSHELL, account="aws", AttachmentCount=0)),
    other(
        4,
        policy(
            FULL,
            {"iam-cloudshell-for-everything": PASS},
            CLOUDSHELL,
            Arn=f"arn:aws-us-gov:iam::aws:policy/{FULL}",
            AttachmentCount=0,
        ),
    ),
    # Attached to nobody, a boundary of somebody: a boundary gives nothing.
    other(
        5,
        shell(
            FULL,
            PASS,
            CLOUDSHELL,
            account="aws",
            AttachmentCount=0,
            PermissionsBoundaryUsageCount=1,
        ),
    ),
    Account("420000000110", ABOUT, (uncounted({}, {"AttachmentCount": DENIED}),)),
    Account("420000000111", ABOUT, (uncounted({}, {}),)),
    Account("420000000112", ABOUT, (uncounted({"AttachmentCount": None}, {}),)),
)
