"""The lab's records have the fields and types of real ones, call by call."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from moto.core.utils import get_service_model

from fireline.lab.aws.names import event_name, event_source
from tests.lab.in_process import InProcess
from tests.lab.real_calls import story
from tests.lab.real_shapes import differences, load, shape_of

# What is in our records and in none of the real ones, and why it is right.
EXPLAINED = {
    "ec2:CreateSecurityGroup": {"response.securityGroupArn": "younger than the samples"},
    "ec2:CreateRouteTable": {"request.clientToken": "younger than the samples"},
    "securityhub:DescribeHub": {
        "errorMessage": "the only sample has none",
        "tlsDetails": "the only sample has none",
    },
}
# How many kinds of record (a call and its outcome) are held against real ones. Only ever more.
COMPARED_AT_LEAST = 177
REFUSALS_AT_LEAST = 104
# AWS asks no permission for these, so nobody is refused them by a policy.
ALWAYS_LET = frozenset({"GetSessionToken", "GetCallerIdentity"})
# Here nothing was asked; in the sample something was.
NOTHING_ASKED = ("NoneType, in real object", "str, in real object")
NOTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
)
DENIED_SERVICES = frozenset(
    {
        *("lambda", "iam", "eks", "rds", "logs", "config", "ecs", "ec2", "ses", "guardduty", "efs"),
        *("wafv2", "secretsmanager", "elbv2", "events", "sts", "ssm", "sns", "organizations", "s3"),
        *("kms", "glue", "transfer", "service-quotas", "cloudtrail", "bedrock", "cloudfront"),
        *("lightsail", "route53domains", "elasticache", "ecr", "account"),
    }
)


_CONSOLE = "sessionCredentialFromConsole"


@dataclass
class Comparison:
    """What was compared with what came of it."""

    compared: set[tuple[str, str]] = field(default_factory=set)
    different: dict[tuple[str, str], list[str]] = field(default_factory=dict)


def fill(value: Any, kept: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"^\{(\w+)\}$", lambda found: kept[found[1]], value)
    if isinstance(value, dict):
        return {key: fill(one, kept) for key, one in value.items()}
    return [fill(one, kept) for one in value] if isinstance(value, list) else value


def dig(answer: Any, path: str) -> str:
    for step in path.split("."):
        answer = answer[int(step)] if step.isdigit() else answer[step]
    return answer


@pytest.fixture(scope="module")
def lab() -> InProcess:
    return InProcess()


@pytest.fixture(scope="module")
def told(lab: InProcess) -> list[Mapping[str, Any]]:
    key = lab.user("teller")
    kept: dict[str, str] = {}
    for call in story():
        client = lab.client(call.service, key, region="us-east-1")
        try:
            answer = getattr(client, xform_name(call.operation))(**fill(call.parameters, kept))
        except ClientError:
            continue
        kept |= {name: dig(answer, path) for name, path in call.keeps.items()}
    return [one for one in lab.records if one["userIdentity"].get("accessKeyId") == key]


def compare(records: list[Mapping[str, Any]]) -> Comparison:
    real, found = load(), Comparison()
    for record in records:
        name = f"{record['eventSource'].split('.')[0]}:{record['eventName']}"
        outcome = record.get("errorCode", "ok")
        shapes = real["events"].get(name, {}).get(outcome)
        if shapes is None:
            continue
        found.compared.add((name, outcome))
        excused = EXPLAINED.get(name, {})
        said = [
            one for one in _against(record, shapes, real) if one.partition(":")[0] not in excused
        ]
        if said:
            found.different.setdefault((name, outcome), []).extend(said)
    return found


def _against(record: Mapping[str, Any], shapes: Any, real: Any) -> list[str]:
    source = real["sources"][record["eventSource"].split(".")[0]]
    said = [
        *differences(shape_of(record["requestParameters"]), shapes["requestParameters"], "request"),
        *differences(shape_of(record["responseElements"]), shapes["responseElements"], "response"),
    ]
    if shape_of(record["readOnly"]) and record["readOnly"] != shapes["readOnly"]:
        said.append(f"readOnly: {record['readOnly']}")
    rest = {
        key: shape_of(one)
        for key, one in record.items()
        if key not in {"requestParameters", "responseElements", "userIdentity"}
    }
    said += differences(rest, source["any"])
    said += [f"{key}: missing" for key in source["always"] if key not in {*rest, _CONSOLE}]
    who = record["userIdentity"]
    said += differences(shape_of(who), real["identities"][who["type"]], "userIdentity")
    return said


def test_records_have_the_fields_and_types_of_real_ones(told: list[Mapping[str, Any]]) -> None:
    found = compare(told)
    assert not found.different
    assert len(found.compared) >= COMPARED_AT_LEAST


PLAIN: Mapping[str, Any] = {
    "map": {},
    "integer": 1000,
    "long": 1000,
    "double": 1000.0,
    "float": 1000.0,
    "boolean": True,
    "blob": b"x",
    "timestamp": "2026-01-01T00:00:00Z",
}


def needed(shape: Any) -> Any:
    """Return the least a shape asks for."""
    if shape.type_name == "structure":
        return {name: needed(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [needed(shape.member)]
    if shape.type_name in PLAIN:
        return PLAIN[shape.type_name]
    return (shape.enum or ["arn:aws:s3:::a-text-of-some-length-for-all"])[0]


def api_names() -> dict[str, tuple[str, str]]:
    """Return service and operation by the name records give them, where botocore knows them."""
    found: dict[str, tuple[str, str]] = {}
    for service in DENIED_SERVICES:
        source = event_source(service).split(".")[0]
        for operation in get_service_model(service).operation_names:
            found[f"{source}:{event_name(service, operation)}"] = (service, operation)
    return found


def test_refused_calls_are_recorded_as_real_refusals_are(lab: InProcess) -> None:
    key = lab.user("refused", {"nothing": NOTHING})
    real, known = load()["events"], api_names()
    for name, outcomes in real.items():
        if not {"AccessDenied", "Client.UnauthorizedOperation"} & outcomes.keys():
            continue
        service, operation = known.get(name, ("", ""))
        if not service or operation in ALWAYS_LET:
            continue
        client = lab.client(service, key, region="us-east-1")
        shape = client.meta.service_model.operation_model(operation).input_shape
        given = needed(shape) if shape is not None else {}
        with pytest.raises(ClientError):
            getattr(client, xform_name(operation))(**given)
    found = compare([one for one in lab.records if one["userIdentity"].get("accessKeyId") == key])
    different = {
        name: told
        for name, said in found.different.items()
        if (told := [one for one in said if not one.endswith(NOTHING_ASKED)])
    }
    assert not different
    assert len(found.compared) >= REFUSALS_AT_LEAST
