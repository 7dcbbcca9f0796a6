"""When a policy lets anyone in: *public unless narrowed*.

AWS begins by taking a statement that allows anyone for public, and lets only some conditions narrow
it, with values that are fixed
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html,
"The meaning of public"). The same line is drawn here for every service's policies.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from fireline.core.detection.signatures.documents import (
    ALL,
    Condition,
    Statement,
    covers,
    statements_of,
)
from fireline.core.detection.signatures.ranges import is_world
from fireline.core.detection.signatures.telling import CannotTell

# Keys that say who asks, or on whose behalf; an anonymous request cannot choose their values.
_FIXED = frozenset(
    {
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:vpceorgpaths",
        "kms:calleraccount",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)
_ARNS = frozenset({"aws:principalarn", "aws:sourcearn", "aws:sourcevpcarn"})
ACCESS_POINTS = frozenset({"s3:dataaccesspointaccount", "s3:dataaccesspointarn"})
_ADDRESS = "aws:sourceip"
_MOUNTED = "elasticfilesystem:accessedviamounttarget"
_SERVICE = "aws:principalisawsservice"
_SAME = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"})
_OTHER = frozenset(
    {"stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals", "arnnotlike"}
)


def public_statements_of(
    policy: object, *, narrowing: frozenset[str] = ACCESS_POINTS
) -> tuple[Statement, ...]:
    """Return the statements that let anyone in, and that none takes back in whole.

    `narrowing` are keys that narrow beside those that always do.
    """
    every = statements_of(policy)
    denials = [one for one in every if not one.allows]
    return tuple(
        one
        for one in every
        if one.allows
        and is_for_anyone(one)
        and not any(narrows(test, narrowing) for test in one.conditions)
        and not _taken_back(one, denials)
    )


def is_for_anyone(statement: Statement) -> bool:
    """Say whether a statement names everybody, or all but some: nobody is left out by name."""
    if statement.not_principals:
        return True
    return any(ALL in name for _, name in statement.principals)


def narrows(test: Condition, also: frozenset[str] = ACCESS_POINTS) -> bool:
    """Say whether a test lets only some in, whoever asks.

    With `IfExists` or `ForAllValues` it holds of requests that lack the key, so it does not.
    """
    if test.if_exists or test.quantifier == "forallvalues" or not test.values:
        return False
    if test.key == _ADDRESS:
        return test.operator == "ipaddress" and not _wide(test.values)
    if test.key == _MOUNTED:
        return test.operator == "bool" and test.values == ("true",)
    return test.operator in _SAME and _names_somebody(test, also)


def _names_somebody(test: Condition, also: frozenset[str]) -> bool:
    if test.key in _ARNS or test.key in (also & ACCESS_POINTS):
        return all(_fixed_arn(value) or _fixed(value) for value in test.values)
    if test.key == "aws:userid":
        return all(_fixed(value.removesuffix(":*")) for value in test.values)
    return test.key in _FIXED and all(_fixed(value) for value in test.values)


def _fixed(value: str) -> bool:
    return bool(value) and not any(mark in value for mark in ("*", "?", "${"))


def _fixed_arn(value: str) -> bool:
    """Say whether an ARN leaves no doubt whose it is: its account is written out."""
    parts = value.split(":", 5)
    return len(parts) == 6 and len(parts[4]) == 12 and parts[4].isdecimal()


def _wide(values: Sequence[str]) -> bool:
    try:
        return is_world(values)
    except CannotTell:
        # A policy variable or a slip: AWS matches nothing with it, and calls it no fixed value.
        return True


def _taken_back(statement: Statement, denials: Sequence[Statement]) -> bool:
    """Say whether denials leave nothing of it to strangers, for each action on each resource."""
    whole = [one for one in denials if _keeps_strangers_out(one)]
    actions = (ALL,) if statement.not_actions else statement.actions
    resources = (ALL,) if statement.not_resources else statement.resources
    pairs = tuple(product(actions, resources))
    return bool(whole and pairs) and all(
        any(speaks_of(one, action, resource) for one in whole) for action, resource in pairs
    )


def _keeps_strangers_out(denial: Statement) -> bool:
    everyone = denial.not_principals or any(name == ALL for _, name in denial.principals)
    if denial.not_principals and any(ALL in name for _, name in denial.principals):
        return False
    return everyone and all(_spares_only_some(test) for test in denial.conditions)


def _spares_only_some(test: Condition) -> bool:
    """Say whether a denial's test spares only requests that a fixed value names."""
    if test.quantifier:
        return False
    if test.key == _SERVICE:
        return test.operator == "bool" and test.values == ("false",)
    if test.key == _ADDRESS:
        return test.operator == "notipaddress" and not _wide(test.values)
    if test.operator not in _OTHER:
        return False
    # Without the key a negated test holds, so the denial still falls on whoever does not say.
    return _names_somebody(replace(test, operator="stringequals"), frozenset())


def speaks_of(statement: Statement, action: str, resource: str) -> bool:
    """Say whether a statement is about all of an action's pattern on all of a resource's."""
    return _all_of(statement.actions, action, but=statement.not_actions) and _all_of(
        statement.resources, resource, but=statement.not_resources
    )


def _all_of(patterns: Sequence[str], text: str, *, but: bool) -> bool:
    if but:
        return not any(covers(one, text) or covers(text, one) for one in patterns)
    # A resource's policy can only speak of its own service, so all of a service is all.
    return any(
        covers(one, text) or (text == ALL and one.endswith(":*") and one.count(":") == 1)
        for one in patterns
    )
