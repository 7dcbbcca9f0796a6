"""What policies let whom do: the functions signatures ask."""

from collections.abc import Sequence
from typing import Any

from fireline.core.detection.signatures.documents import (
    ALL,
    Statement,
    covers,
    statements_of,
)
from fireline.core.detection.signatures.publicity import (
    is_for_anyone,
    narrows,
    public_statements_of,
)

MAX_SHOWN = 10
_ALL_ACTIONS = frozenset({"*", "*:*", "**"})
_SELF = "${aws:username}"
# Ways to more than one was given, each a set of actions that suffices together.
# https://bishopfox.com/blog/privilege-escalation-in-aws lists them with how each is used.
ESCALATIONS: tuple[tuple[str, ...], ...] = (
    ("iam:AddUserToGroup",),
    ("iam:AttachGroupPolicy",),
    ("iam:AttachRolePolicy", "sts:AssumeRole"),
    ("iam:AttachUserPolicy",),
    ("iam:CreateAccessKey",),
    ("iam:CreateLoginProfile",),
    ("iam:CreatePolicyVersion",),
    ("iam:PutGroupPolicy",),
    ("iam:PutRolePolicy", "sts:AssumeRole"),
    ("iam:PutUserPolicy",),
    ("iam:SetDefaultPolicyVersion",),
    ("iam:UpdateAssumeRolePolicy", "sts:AssumeRole"),
    ("iam:UpdateLoginProfile",),
    ("iam:PassRole", "autoscaling:CreateAutoScalingGroup", "autoscaling:CreateLaunchConfiguration"),
    ("iam:PassRole", "autoscaling:CreateAutoScalingGroup", "ec2:CreateLaunchTemplate"),
    ("iam:PassRole", "bedrock-agentcore:CreateCodeInterpreter"),
    ("iam:PassRole", "cloudformation:CreateStack"),
    ("iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuild"),
    ("iam:PassRole", "codestar:CreateProject"),
    ("iam:PassRole", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"),
    ("iam:PassRole", "ec2:RunInstances"),
    ("iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:RunTask"),
    ("iam:PassRole", "glue:CreateDevEndpoint"),
    ("iam:PassRole", "glue:CreateJob", "glue:StartJobRun"),
    ("iam:PassRole", "lambda:CreateFunction", "lambda:AddPermission"),
    ("iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"),
    ("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"),
    (
        "iam:PassRole",
        "sagemaker:CreateNotebookInstance",
        "sagemaker:CreatePresignedNotebookInstanceUrl",
    ),
    ("iam:PassRole", "ssm:StartAutomationExecution"),
    ("glue:UpdateDevEndpoint",),
    ("lambda:UpdateFunctionCode",),
    ("lambda:UpdateFunctionConfiguration", "lambda:InvokeFunction"),
)


def statements(policy: object) -> list[dict[str, Any]]:
    """List a policy's statements, each with `Sid`, `Allows`, `Principals` and so on as lists."""
    return [_shown(one) for one in statements_of(policy)]


def public_statements(policy: object) -> list[dict[str, Any]]:
    """List the statements that let anyone in: public unless narrowed.

    A statement allows anyone when its principal is `*` (in any of its forms) or it allows all but
    some (`NotPrincipal`). It is narrowed by a condition with fixed values on a key that says who
    asks, such as `aws:SourceVpce`, `aws:SourceAccount`, `aws:PrincipalOrgID` or a narrow
    `aws:SourceIp`. Not by `IfExists` or `ForAllValues`, which hold when the key is missing; not by
    wildcards, `sts:ExternalId` (it is no secret) or a negated test. A statement that a `Deny`
    takes back in whole is left out.
    """
    return [_shown(one) for one in public_statements_of(policy)]


def is_public(policy: object) -> bool:
    """Say whether a policy lets anyone in; see `public_statements`."""
    return bool(public_statements_of(policy))


def is_public_for(policy: object, action: str) -> bool:
    """Say whether a policy lets anyone do an action, or any of a pattern such as `s3:Put*`."""
    return any(does(one, action) for one in public_statements_of(policy))


def allows(policy: object, action: str) -> bool:
    """Say whether a policy allows an action on anything at all; denials that always hold count."""
    every = statements_of(policy)
    return any(one.allows and does(one, action) for one in every) and not _denied(every, action)


def allows_on_everything(policy: object, action: str) -> bool:
    """Say whether a policy allows an action on every resource (`*`)."""
    every = statements_of(policy)
    return any(
        one.allows and does(one, action) and _everywhere(one) for one in every
    ) and not _denied(every, action)


def allows_everything(policy: object) -> bool:
    """Say whether a policy allows every action on every resource: an administrator.

    So do `NotAction` statements that leave all of IAM allowed, for IAM gives the rest.
    """
    every = statements_of(policy)
    return any(
        one.allows and _everywhere(one) and _every_action(one) for one in every
    ) and not _denied(every, "iam:*")


def escalations(policies: Sequence[Any]) -> list[str]:
    """List the ways to higher privileges that some policies together allow.

    A way reads `iam:PassRole + ec2:RunInstances`. An administrator needs none, so everything
    allowed gives an empty list; see `allows_everything`. What is allowed on one's own user alone
    counts only for what changes one's own rights; what is allowed in IAM on things named in full
    does not, nor does passing roles to other services (`iam:PassedToService`).
    """
    every = tuple(one for policy in policies for one in statements_of(policy))
    if any(one.allows and _everywhere(one) and _every_action(one) for one in every):
        return []
    return [
        " + ".join(way)
        for way in ESCALATIONS
        if all(_allowed_in(every, way, action) and not _denied(every, action) for action in way)
    ]


_OWN_RIGHTS = frozenset({"iam:AttachUserPolicy", "iam:PutUserPolicy"})


def _allowed_in(every: Sequence[Statement], way: Sequence[str], action: str) -> bool:
    return any(
        one.allows
        and does(one, action)
        and _holds(one, action)
        and (action != "iam:PassRole" or _passes_to(one, way))
        for one in every
    )


def _holds(statement: Statement, action: str) -> bool:
    """Say whether an action of a way can be done on a statement's resources.

    What is done in IAM must reach more than what is named in full, or one's own rights.
    """
    if statement.not_resources:
        return True
    service = action.partition(":")[0].replace("sts", "iam")
    there = [name for name in statement.resources if _is_of(name, service)]
    if service != "iam" or action in _OWN_RIGHTS:
        return bool(there)
    return any(_SELF not in name and any(mark in name for mark in "*?") for name in there)


def _is_of(resource: str, service: str) -> bool:
    parts = resource.split(":", 5)
    return not resource.strip(ALL) or (len(parts) == 6 and covers(parts[2], service))


# Which service a role is passed to, where its name is not the one of its actions.
_PASSED_TO = {
    "autoscaling": "ec2.amazonaws.com",
    "ecs": "ecs-tasks.amazonaws.com",
    "datapipeline": "datapipeline.amazonaws.com",
}


def _passes_to(statement: Statement, way: Sequence[str]) -> bool:
    """Say whether `iam:PassedToService` leaves a service of the way to pass a role to."""
    services = {each.partition(":")[0] for each in way} - {"iam"}
    names = {_PASSED_TO.get(each, f"{each}.amazonaws.com") for each in services}
    return all(
        test.key != "iam:passedtoservice"
        or test.operator not in ("stringequals", "stringlike", "stringequalsignorecase")
        or any(covers(value, name) for value in test.values for name in names)
        for test in statement.conditions
    )


def denies_insecure_transport(policy: object) -> bool:
    """Say whether a policy denies everybody everything that does not come over TLS.

    The denial must be for all actions and principals, on all objects where it is a bucket's, and
    have no other condition than `aws:SecureTransport` is false.
    """
    return any(
        not one.allows
        and any(name == ALL for _, name in one.principals)
        and not one.not_principals
        and _all_of_service(one)
        and not one.not_resources
        and _on_objects(one)
        and _only_insecure(one)
        for one in statements_of(policy)
    )


def _all_of_service(statement: Statement) -> bool:
    return not statement.not_actions and any(
        action in _ALL_ACTIONS or (action.endswith(":*") and action.count("*") == 1)
        for action in statement.actions
    )


def _on_objects(statement: Statement) -> bool:
    buckets = [name for name in statement.resources if ":s3:::" in name]
    return ALL in statement.resources or not buckets or any(name.endswith("*") for name in buckets)


def _only_insecure(statement: Statement) -> bool:
    tests = statement.conditions
    return len(tests) == 1 and (
        tests[0].operator == "bool"
        and tests[0].key == "aws:securetransport"
        and tests[0].values == ("false",)
    )


def _shown(one: Statement) -> dict[str, Any]:
    return {
        "Sid": one.sid,
        "Allows": one.allows,
        "Principals": [f"{kind}:{name}" for kind, name in one.principals],
        "NotPrincipal": one.not_principals,
        "Actions": list(one.actions),
        "NotAction": one.not_actions,
        "Resources": list(one.resources),
        "NotResource": one.not_resources,
        "Conditions": [f"{test.operator} {test.key}" for test in one.conditions],
        "Public": one.allows and is_for_anyone(one) and not any(map(narrows, one.conditions)),
    }


def does(statement: Statement, action: str) -> bool:
    """Say whether a statement speaks of an action, or of part of an action's pattern."""
    if statement.not_actions:
        return not any(covers(each, action) for each in statement.actions)
    return any(covers(each, action) or covers(action, each) for each in statement.actions)


def _denied(every: Sequence[Statement], action: str) -> bool:
    """Say whether an action is denied everywhere, whatever the circumstances."""
    return any(
        not one.allows
        and not one.conditions
        and _everywhere(one)
        and (
            not any(covers(each, action) or covers(action, each) for each in one.actions)
            if one.not_actions
            else any(covers(each, action) for each in one.actions)
        )
        for one in every
    )


def _everywhere(statement: Statement) -> bool:
    if statement.not_resources:
        return False
    return any(name in (ALL, "**", "arn:*", "arn:aws:*") for name in statement.resources)


def _every_action(statement: Statement) -> bool:
    if statement.not_actions:
        return not any(
            covers(each, "iam:*") or each.lower().startswith("iam:") for each in statement.actions
        )
    return any(action in _ALL_ACTIONS for action in statement.actions)
