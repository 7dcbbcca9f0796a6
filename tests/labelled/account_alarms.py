"""Alarms over what a trail writes to CloudWatch, as CIS 3.0.0 section 4 and others write them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fireline.core.detection.signatures.verdict import Verdict
from fireline.ports.inventory import Why
from tests.labelled.labels import FAIL, PASS, UNKNOWN, Account, Hole, Thing
from tests.labelled.trail_shapes import trail

ABOUT = ("cloudwatch-no-alarm-",)
GROUP = "CloudTrail/logs"
# What CIS counts: the calls, and where they have to come from.
CALLS: Mapping[str, tuple[str, str]] = {
    "iam-changed": (
        "",
        (
            "DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy PutGroupPolicy PutRolePolicy"
            " PutUserPolicy CreatePolicy DeletePolicy CreatePolicyVersion DeletePolicyVersion"
            " AttachRolePolicy DetachRolePolicy AttachUserPolicy DetachUserPolicy AttachGroupPolicy"
            " DetachGroupPolicy"
        ),
    ),
    "trail-changed": ("", "CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging"),
    "keys-disabled": ("kms", "DisableKey ScheduleKeyDeletion"),
    "bucket-policies-changed": (
        "s3",
        (
            "PutBucketAcl PutBucketPolicy PutBucketCors PutBucketLifecycle PutBucketReplication"
            " DeleteBucketPolicy DeleteBucketCors DeleteBucketLifecycle DeleteBucketReplication"
        ),
    ),
    "config-changed": (
        "config",
        (
            "StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel"
            " PutConfigurationRecorder"
        ),
    ),
    "security-groups-changed": (
        "",
        (
            "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress"
            " RevokeSecurityGroupEgress CreateSecurityGroup DeleteSecurityGroup"
        ),
    ),
    "network-acls-changed": (
        "",
        (
            "CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry"
            " ReplaceNetworkAclEntry ReplaceNetworkAclAssociation"
        ),
    ),
    "gateways-changed": (
        "",
        (
            "CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway"
            " CreateInternetGateway"
            " DeleteInternetGateway DetachInternetGateway"
        ),
    ),
    "routes-changed": (
        "ec2",
        (
            "CreateRoute CreateRouteTable ReplaceRoute ReplaceRouteTableAssociation"
            " DeleteRouteTable"
            " DeleteRoute DisassociateRouteTable"
        ),
    ),
    "networks-changed": (
        "",
        (
            "CreateVpc DeleteVpc ModifyVpcAttribute AcceptVpcPeeringConnection"
            " CreateVpcPeeringConnection DeleteVpcPeeringConnection RejectVpcPeeringConnection"
            " AttachClassicLinkVpc DetachClassicLinkVpc DisableVpcClassicLink EnableVpcClassicLink"
        ),
    ),
    "organisation-changed": (
        "organizations",
        (
            "AcceptHandshake AttachPolicy CreateAccount CreateOrganizationalUnit CreatePolicy"
            " DeclineHandshake DeleteOrganization DeleteOrganizationalUnit DeletePolicy"
            " DetachPolicy"
            " DisablePolicyType EnablePolicyType InviteAccountToOrganization LeaveOrganization"
            " MoveAccount RemoveAccountFromOrganization UpdatePolicy UpdateOrganizationalUnit"
        ),
    ),
}
# CIS's own words for the rest; then as other tools write them; then what does not do.
WORDS: Mapping[str, tuple[str, str, str]] = {
    "unauthorised-calls": (
        (
            '{ ($.errorCode ="*UnauthorizedOperation") || ($.errorCode ="AccessDenied*") &&'
            ' ($.sourceIPAddress!="delivery.logs.amazonaws.com") && ($.eventName!="HeadBucket") }'
        ),
        '{($.errorCode = "AccessDenied*") || ($.errorCode = "*UnauthorizedOperation")}',
        '{ $.errorCode = "Throttling*" }',
    ),
    "sign-in-without-mfa": (
        (
            '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") &&'
            ' ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }'
        ),
        "{($.eventName=ConsoleLogin)&&($.additionalEventData.MFAUsed!=Yes)}",
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed = "Yes") }',
    ),
    "root-used": (
        (
            '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS &&'
            " $.eventType !="
            ' "AwsServiceEvent" }'
        ),
        (
            '{$.userIdentity.type="Root"&&$.userIdentity.invokedBy NOT EXISTS&&$.eventType!='
            '"AwsServiceEvent"}'
        ),
        '{ $.userIdentity.type = "Root" && $.eventType = "AwsServiceEvent" }',
    ),
    "sign-in-failed": (
        '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
        '{($.errorMessage="Failed authentication")&&($.eventName="ConsoleLogin")}',
        '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "No username found") }',
    ),
}
NAMES = (*CALLS, *WORDS)


def said_of(label: Verdict) -> dict[str, Verdict]:
    """Label all of them."""
    return {f"{ABOUT[0]}{name}": label for name in NAMES}


def cis(name: str) -> str:
    """Write the pattern as CIS does."""
    if name in WORDS:
        return WORDS[name][0]
    service, calls = CALLS[name]
    these = " || ".join(f"($.eventName = {call})" for call in calls.split())
    if not service:
        return f"{{ {these} }}"
    return f"{{ ($.eventSource = {service}.amazonaws.com) && ({these}) }}"


def module(name: str) -> str:
    """Write it as a Terraform module might: no spaces, quotes, the other way round."""
    if name in WORDS:
        return WORDS[name][1]
    service, calls = CALLS[name]
    these = "||".join(f'($.eventName="{call}")' for call in reversed(calls.split()))
    return (
        f'{{($.eventSource="{service}.amazonaws.com")&&({these})}}' if service else f"{{{these}}}"
    )


def hub(name: str) -> str:
    """Write it over several lines, with a call more than CIS counts."""
    if name in WORDS:
        return WORDS[name][1].replace("&&", " && ").replace("||", " ||\n ")
    service, calls = CALLS[name]
    more = (*calls.split(), "TagResource")
    these = " ||\n  ".join(f"($.eventName= {call})" for call in more)
    if not service:
        return f"{{\n  {these}\n}}"
    return f"{{ ( $.eventSource = {service}.amazonaws.com ) && (\n  {these}) }}"


def short(name: str) -> str:
    """Leave out a call, or look for something else."""
    if name in WORDS:
        return WORDS[name][2]
    service, calls = CALLS[name]
    these = " || ".join(f"($.eventName = {call})" for call in calls.split()[1:])
    return (
        f"{{ ($.eventSource = {service}.amazonaws.com) && ({these}) }}"
        if service
        else (f"{{ {these} }}")
    )


def counted(
    patterns: Mapping[str, str], *, group: str = GROUP, region: str = "eu-west-1"
) -> Iterator[Thing]:
    """Make a metric filter of each pattern."""
    for name, pattern in patterns.items():
        yield Thing(
            "aws.logs.metric_filter",
            {
                "filterName": f"cis-{name}",
                "filterPattern": pattern,
                "metricTransformations": [
                    {
                        "metricName": f"{name}-count",
                        "metricNamespace": "CISBenchmark",
                        "metricValue": "1",
                    }
                ],
                "creationTime": "2025-01-02T03:04:05Z",
                "logGroupName": group,
                "applyOnTransformedLogs": False,
            },
            region=region,
        )


def alarms(
    account: str, names: Iterable[str], *, region: str = "eu-west-1", **over: Any
) -> Iterator[Thing]:
    """Make an alarm over each metric."""
    for name in names:
        title = f"cis-{name}"
        said = {
            "AlarmName": title,
            "AlarmArn": f"arn:aws:cloudwatch:{region}:{account}:alarm:{title}",
            "ActionsEnabled": True,
            "OKActions": [],
            "AlarmActions": [f"arn:aws:sns:{region}:{account}:security"],
            "InsufficientDataActions": [],
            "StateValue": "OK",
            "MetricName": f"{name}-count",
            "Namespace": "CISBenchmark",
            "Statistic": "Sum",
            "Dimensions": [],
            "Period": 300,
            "EvaluationPeriods": 1,
            "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
        }
        known = {key: value for key, value in {**said, **over}.items() if value is not ...}
        yield Thing("aws.cloudwatch.alarm", known, region=region)


def over_expression(account: str, name: str) -> Iterator[Thing]:
    """Make an alarm that names its metric in a list."""
    metric: dict[str, Any] = {
        "Namespace": "CISBenchmark",
        "MetricName": f"{name}-count",
        "Dimensions": [],
    }
    stat: dict[str, Any] = {"Metric": metric, "Period": 300, "Stat": "Sum"}
    return alarms(
        account,
        (name,),
        MetricName=...,
        Namespace=...,
        Statistic=...,
        Period=...,
        Metrics=[{"Id": "m1", "ReturnData": True, "MetricStat": stat}],
    )


def one(
    number: int,
    label: Verdict,
    *things: Iterable[Thing],
    trails: tuple[Thing, ...] | None = None,
    holes: tuple[Hole, ...] = (),
    **others: Verdict,
) -> Account:
    """Label an account; `others` are those that differ."""
    says = said_of(label) | {
        f"{ABOUT[0]}{name.replace('_', '-')}": verdict for name, verdict in others.items()
    }
    here = Thing("aws.account", {"Summary": {}, "Aliases": []}, says)
    place = Thing("aws.region", {"Region": "eu-west-1"}, region="eu-west-1")
    there = (trail(of(number), "main"),) if trails is None else trails
    rest = [thing for group in things for thing in group]
    return Account(of(number), ABOUT, (here, place, *there, *rest), holes)


def of(number: int) -> str:
    """Give an account its number."""
    return f"8600000000{number:02d}"


def every(write: Any) -> dict[str, str]:
    """Write every pattern one way."""
    return {name: write(name) for name in NAMES}


CIS = every(cis)
APART = CIS | {
    "keys-disabled": "{ ($.eventSource = kms.amazonaws.com) && ($.eventName = DisableKey) }"
}
LATER = {
    "keys-later": "{ ($.eventSource = kms.amazonaws.com) && ($.eventName = ScheduleKeyDeletion) }"
}
ELSEWHERE = "us-east-1"
ACCOUNTS = (
    one(1, PASS, counted(CIS), alarms(of(1), NAMES)),
    one(2, PASS, counted(every(module)), alarms(of(2), NAMES)),
    one(3, PASS, counted(every(hub)), alarms(of(3), NAMES, TreatMissingData="missing")),
    # Two filters and two alarms may share what CIS puts into one.
    one(4, PASS, counted(APART | LATER), alarms(of(4), (*NAMES, "keys-later"))),
    # Over an expression of metrics.
    one(5, PASS, counted(CIS), *(over_expression(of(5), name) for name in NAMES)),
    one(6, FAIL),
    one(7, FAIL, counted(CIS)),
    one(8, FAIL, counted(every(short)), alarms(of(8), NAMES)),
    one(9, FAIL, counted(CIS, group="/app/web"), alarms(of(9), NAMES)),
    one(10, FAIL, counted(CIS), alarms(of(10), NAMES, AlarmActions=[])),
    one(11, FAIL, counted(CIS), alarms(of(11), NAMES, ActionsEnabled=False)),
    one(
        12,
        FAIL,
        counted(CIS),
        alarms(of(12), NAMES),
        trails=(trail(of(12), "main", logs=False),),
    ),
    one(
        13,
        FAIL,
        counted(CIS),
        alarms(of(13), NAMES),
        trails=(trail(of(13), "main", IsMultiRegionTrail=False),),
    ),
    one(14, FAIL, counted(CIS), alarms(of(14), NAMES), trails=()),
    # An alarm over a metric of the same name elsewhere is an alarm over nothing.
    one(15, FAIL, counted(CIS), alarms(of(15), NAMES, region=ELSEWHERE)),
    one(16, FAIL, counted(CIS), alarms(of(16), NAMES, Namespace="Other")),
    one(17, UNKNOWN, holes=(Hole("aws.logs.metric_filter", "eu-west-1"),)),
    one(18, UNKNOWN, counted(CIS), holes=(Hole("aws.cloudwatch.alarm", "eu-west-1"),)),
    one(
        19,
        UNKNOWN,
        counted(CIS),
        alarms(of(19), NAMES),
        trails=(),
        holes=(Hole("aws.cloudtrail.trail", "eu-west-1", Why.THROTTLED, "slow down"),),
    ),
    one(
        20,
        UNKNOWN,
        counted(CIS),
        alarms(of(20), NAMES),
        trails=(trail(of(20), "main", logs=...),),
    ),
    # What was read is enough.
    one(
        21,
        PASS,
        counted(CIS),
        alarms(of(21), NAMES),
        holes=(
            Hole("aws.logs.metric_filter", ELSEWHERE),
            Hole("aws.cloudwatch.alarm", ELSEWHERE),
        ),
    ),
)
