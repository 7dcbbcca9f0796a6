"""The operations the lab answers itself, because moto cannot or answers otherwise than AWS."""

from collections.abc import Mapping
from urllib.parse import quote

from fireline.lab.aws.answers import Answer
from fireline.lab.aws.asked import Asked, Own
from fireline.lab.aws.identify import UserKey, UserSession
from fireline.lab.aws.own_account import ACCOUNT
from fireline.lab.aws.own_ec2 import EC2
from fireline.lab.aws.own_iam import IAM, encode_documents, name_by_kind
from fireline.lab.aws.own_s3 import S3, give_defaults
from fireline.lab.aws.own_security import SECURITY
from fireline.lab.aws.own_sts import STS
from fireline.lab.aws.own_trail import TRAIL

OWN: Mapping[str, Own] = {**ACCOUNT, **EC2, **IAM, **S3, **SECURITY, **STS, **TRAIL}
_ENCODED = frozenset(
    {
        *("iam:GetAccountAuthorizationDetails", "iam:GetRole", "iam:ListRoles", "iam:CreateRole"),
        *("iam:GetInstanceProfile", "iam:ListInstanceProfiles", "iam:UpdateRoleDescription"),
        *("iam:ListInstanceProfilesForRole", "iam:CreateInstanceProfile"),
    }
)
_MADE = frozenset({"iam:CreateUser", "iam:CreateGroup", "iam:CreateInstanceProfile"})
# Without a user these are about the caller, whom moto does not know by a session.
_OF_ONESELF = frozenset(
    {
        *("iam:ListMFADevices", "iam:ListSSHPublicKeys", "iam:ListAccessKeys", "iam:GetUser"),
        *("iam:GetLoginProfile", "iam:CreateAccessKey", "iam:UpdateAccessKey"),
        *("iam:DeleteAccessKey", "iam:ListSigningCertificates"),
    }
)


def said_of_oneself(asked: Asked) -> bytes:
    """Return what to add to a request so that moto knows of whom it speaks."""
    if asked.call.name not in _OF_ONESELF or "UserName" in asked.call.parameters:
        return b""
    match asked.caller:
        case UserKey(user=user) | UserSession(user=user):
            return f"&UserName={quote(user.name)}".encode()
        case _:
            return b""


def mend(asked: Asked, answer: Answer) -> Answer:
    """Put right what moto answers otherwise than AWS."""
    if answer.status == 200 and asked.call.name == "s3:CreateBucket":
        give_defaults(asked)
    if answer.status == 200 and asked.call.name in _MADE:
        return name_by_kind(asked, answer)
    if answer.status == 200 and asked.call.name in _ENCODED:
        return encode_documents(answer)
    return answer
