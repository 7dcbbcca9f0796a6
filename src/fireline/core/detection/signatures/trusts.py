"""Whom a policy names from outside: other accounts, and who an identity provider vouches for."""

import re
from collections.abc import Iterator

from fireline.core.detection.signatures.documents import (
    ALL,
    Condition,
    Statement,
    statements_of,
)
from fireline.core.detection.signatures.policies import does
from fireline.core.detection.signatures.publicity import (
    is_for_anyone,
    narrows,
    public_statements_of,
)

_ASSUME = "sts:AssumeRole"
_ID = "sts:externalid"


def foreign_accounts(policy: object, own: str) -> list[str]:
    """List the accounts other than `own` that a policy's statements allow by name.

    Named as a principal, or for everybody's part by `aws:PrincipalAccount` or `aws:PrincipalArn`.
    Principals that are no account of their own (services, identity providers, everybody) are left
    out; of a canonical user nobody can say whose it is, so it is listed as it stands.
    """
    every = statements_of(policy)
    return sorted({name for one in every if one.allows for name in _foreign(one, own)})


def foreign_without_id(policy: object, own: str) -> list[str]:
    """List the accounts other than `own` that may assume a role without an external id; `*` is any.

    It is required by a condition on `sts:ExternalId` that a request without one does not meet, with
    a value that is more than a wildcard, or by a denial of all others. Instead, the organisation
    (`aws:PrincipalOrgID`) or a second factor may be required: no service acts for others with one.
    """
    every = statements_of(policy)
    if any(_denies_other_ids(one) for one in every):
        return []
    found = {
        name
        for one in every
        if one.allows and does(one, _ASSUME) and not any(map(_says_for_whom, one.conditions))
        for name in _foreign(one, own)
    }
    strangers = any(
        does(one, _ASSUME) and not any(map(_says_for_whom, one.conditions))
        for one in public_statements_of(policy)
    )
    return sorted(found | {ALL} if strangers else found)


def trusts_anyone(policy: object) -> bool:
    """Say whether a role's trust policy lets anyone assume it, an identity of any account.

    `sts:ExternalId` does not narrow: it is no secret
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html).
    """
    return any(
        does(one, "sts:Assume*") for one in public_statements_of(policy) if not one.not_resources
    )


def open_federation(policy: object) -> list[str]:
    """List the identity providers a trust policy lets in without saying who of theirs may come.

    Shared providers (GitHub, GitLab, Google and so on) vouch for anyone's identities, so the
    subject must be named: `…:sub`, or for some `…:aud`, with a value that begins with something.
    """
    found = {
        name
        for one in statements_of(policy)
        if one.allows
        for kind, name in one.principals
        if kind == "Federated"
        and ":saml-provider/" not in name
        and not _CLUSTER.search(name)
        and not _names_subject(one, name)
    }
    return sorted(found)


_SUBJECTS = (":sub", ":amr", ":id", ":user_id")
# They take whatever audience they are asked for.
_ANY_AUDIENCE = (
    "token.actions.githubusercontent.com",
    "gitlab.com",
    "app.terraform.io",
    "agent.buildkite.com",
    "api.pulumi.com/oidc",
)
# A cluster's own provider vouches for its own pods.
_CLUSTER = re.compile(r"(^|/)oidc[.-]eks[.-]")


def _names_subject(statement: Statement, provider: str) -> bool:
    issuer = provider.rpartition(":oidc-provider/")[2].lower()
    for test in statement.conditions:
        if test.if_exists or test.quantifier == "forallvalues" or not test.values:
            continue
        same = test.operator in ("stringequals", "stringlike", "stringequalsignorecase")
        wanted = test.key.endswith(_SUBJECTS) or (
            test.key.endswith(":aud") and issuer not in _ANY_AUDIENCE
        )
        if same and wanted and all(_says_who(value) for value in test.values):
            return True
    return False


def _says_who(value: str) -> bool:
    """Say whether a subject is more than a wildcard: its owner is written out before any.

    Subjects begin with what they speak of: `repo:`, `project_path:`, `organization:`.
    """
    begins, colon, rest = value.partition(":")
    owner = re.split("[/:]", rest if colon else begins, maxsplit=1)[0]
    return bool(owner) and not any(mark in owner for mark in "*?")


def _foreign(statement: Statement, own: str) -> Iterator[str]:
    """Name the other accounts a statement speaks of."""
    if statement.not_principals:
        return
    named = [_account(kind, name) for kind, name in statement.principals]
    if is_for_anyone(statement):
        named += [
            _account("AWS", value)
            for test in statement.conditions
            if test.key in ("aws:principalaccount", "aws:principalarn") and narrows(test)
            for value in test.values
        ]
    yield from (name for name in named if name and name != own)


def _says_for_whom(test: Condition) -> bool:
    """Say whether a test keeps out who acts for somebody else."""
    if test.key in ("aws:principalorgid", "aws:principalorgpaths"):
        return narrows(test)
    if test.if_exists or test.quantifier == "forallvalues":
        return False
    if test.key == "aws:multifactorauthpresent":
        return test.operator == "bool" and test.values == ("true",)
    same = test.operator in ("stringequals", "stringlike", "stringequalsignorecase")
    return same and test.key == _ID and all(value.strip("*?") for value in test.values)


def _denies_other_ids(denial: Statement) -> bool:
    """Say whether a statement denies everybody who sends another external id, or none."""
    return (
        not denial.allows
        and any(name == ALL for _, name in denial.principals)
        and not denial.not_principals
        and does(denial, _ASSUME)
        and len(denial.conditions) == 1
        and denial.conditions[0].operator == "stringnotequals"
        and denial.conditions[0].key == _ID
        and not denial.conditions[0].quantifier
    )


def _account(kind: str, name: str) -> str:
    if kind == "CanonicalUser":
        return name
    if kind != "AWS" or name == ALL or (ALL in name and name.count(":") < 5):
        return ""
    if len(name) == 12 and name.isdecimal():
        return name
    parts = name.split(":", 5)
    return parts[4] if len(parts) == 6 else name
