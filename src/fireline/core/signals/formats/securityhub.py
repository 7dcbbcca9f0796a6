"""Security Hub: findings in ASFF, of any product, as EventBridge carries them or bare.

Shape: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html
and https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html.
An event holds several findings; one that is wrong never costs its neighbours. A custom action is a
person's press of a button in Security Hub ("send this to fireline"): it fires whatever the
finding's own status is.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.aws_names import Place, named_by_type
from fireline.core.signals.decoding import moment_of
from fireline.core.signals.entity import ADDRESS, PRINCIPAL, Entity
from fireline.core.signals.fields import (
    Wrong,
    inner,
    listed,
    number,
    objects,
    required,
    single_text,
    text,
)
from fireline.core.signals.formats.aws_event import (
    SEVERITIES,
    AwsEvent,
    about,
    service_in,
    tag_labels,
)
from fireline.core.signals.notice import Notice, Status, Weblink
from fireline.core.signals.payload import Unread
from fireline.core.values.json import JsonObject, JsonValue
from fireline.core.values.priority import Priority

MAX_FINDINGS = 1_000
CUSTOM_ACTION = "Security Hub Findings - Custom Action"
# The least of each label on the scale of 0 to 100.
_FROM = (
    (90.0, Priority.P1),
    (70.0, Priority.P2),
    (40.0, Priority.P3),
    (1.0, Priority.P4),
    (0.0, Priority.P5),
)
_OVER = {"ARCHIVED", "RESOLVED", "SUPPRESSED", "PASSED"}
# TTPs/<tactic>/…, in ASFF's taxonomy of types.
_TACTICS = {
    "Initial Access": "initial-access",
    "Execution": "execution",
    "Persistence": "persistence",
    "Privilege Escalation": "privilege-escalation",
    "Defense Evasion": "defense-evasion",
    "Credential Access": "credential-access",
    "Discovery": "discovery",
    "Lateral Movement": "lateral-movement",
    "Collection": "collection",
    "Command and Control": "command-and-control",
}


def read(event: AwsEvent) -> tuple[list[Notice], list[Unread]]:
    """Read every finding of an event. Raises Wrong when it holds no list of them."""
    findings = listed(event.detail, "findings", MAX_FINDINGS)
    if not findings:
        why = "detail.findings is missing or empty"
        raise Wrong(code="no_field", field="detail.findings", why=why)
    custom = event.detail_type == CUSTOM_ACTION
    notices: list[Notice] = []
    unread: list[Unread] = []
    action = text(event.detail, "actionName") if custom else None
    for position, each in enumerate(findings):
        path = f"detail.findings[{position}]"
        try:
            finding = inner({"finding": cast("JsonValue", each)}, "finding")
            notices.append(read_finding(finding, event.place, action=action))
        except Wrong as wrong:
            field = f"{path}.{wrong.field}" if wrong.field else path
            unread.append(Unread(f"securityhub.{wrong.code}", field, wrong.why, position))
    return notices, unread


def is_finding(said: JsonObject) -> bool:
    """Say whether this is a bare finding in ASFF."""
    return "ProductArn" in said and "AwsAccountId" in said and "GeneratorId" in said


def read_finding(finding: JsonObject, around: Place, *, action: str | None = None) -> Notice:
    """Read one finding; `action` names the custom action a person took on it. Raises Wrong."""
    id_ = required(finding, "Id")
    place = Place(text(finding, "AwsAccountId") or around.account, _region(finding, around))
    types = [single_text(each) for each in listed(finding, "Types")]
    assets = tuple(_assets(finding, place))
    tags = {
        name: value
        for resource in objects(finding, "Resources")
        for name, value in tag_labels(resource, "Tags").items()
    }
    over = _why_over(finding) if action is None else ""
    return Notice(
        key=id_,
        status=Status.RESOLVED if over else Status.FIRING,
        title=text(finding, "Title") or id_,
        priority=_priority(finding),
        at=moment_of(finding.get("LastObservedAt")) or moment_of(finding.get("UpdatedAt")),
        kind=next(iter(types), "") or text(finding, "GeneratorId"),
        description=text(finding, "Description"),
        service=service_in(tags),
        entities=(*_actors(finding), *about(assets, place)),
        assets=assets,
        tactics=tuple(tactic for each in types for tactic in _tactic(each)),
        tags=("securityhub", *(("custom action", action) if action else ())),
        labels=_labels(finding, place) | tags,
        links=tuple(_links(finding)),
        confidence=_confidence(finding),
        by="Security Hub" if over else "",
        note=over,
    )


def _region(finding: JsonObject, around: Place) -> str:
    named = (text(each, "Region") for each in objects(finding, "Resources"))
    return text(finding, "Region") or next(named, "") or around.region


def _why_over(finding: JsonObject) -> str:
    """Say in its own words why a finding is over, empty while it is not."""
    said = (
        text(finding, "RecordState"),
        text(inner(finding, "Workflow"), "Status"),
        text(finding, "WorkflowState"),
        text(inner(finding, "Compliance"), "Status"),
    )
    return next((each for each in said if each.upper() in _OVER), "")


def _priority(finding: JsonObject) -> Priority:
    severity = inner(finding, "Severity")
    fields = inner(finding, "ProductFields")
    labels = (
        text(severity, "Label"),
        text(inner(finding, "FindingProviderFields", "Severity"), "Label"),
        text(fields, "aws/securityhub/SeverityLabel"),
    )
    for label in labels:
        if known := SEVERITIES.get(label.upper()):
            return known
    grade = number(severity, "Normalized")
    if grade is None:
        return Priority.P3
    return next((priority for least, priority in _FROM if grade >= least), Priority.P5)


def _assets(finding: JsonObject, place: Place) -> Iterator[AssetRef]:
    for resource in objects(finding, "Resources"):
        region = text(resource, "Region") or place.region
        if id_ := text(resource, "Id"):
            yield named_by_type(text(resource, "Type"), id_, Place(place.account, region))


def _actors(finding: JsonObject) -> Iterator[Entity]:
    for resource in objects(finding, "Resources"):
        key = inner(resource, "Details", "AwsIamAccessKey")
        name = text(key, "PrincipalName") or text(key, "UserName")
        if name and text(key, "PrincipalType") in ("User", "IAMUser", ""):
            # As CloudTrail writes it, so that both meet.
            name = f"arn:aws:iam::{text(finding, 'AwsAccountId')}:user/{name}"
        yield Entity(PRINCIPAL, name)
    network = inner(finding, "Network")
    for name in ("SourceIpV4", "SourceIpV6"):
        yield Entity(ADDRESS, text(network, name))
    call = inner(finding, "Action", "AwsApiCallAction", "RemoteIpDetails")
    yield Entity(ADDRESS, text(call, "IpAddressV4"))


def _tactic(type_: str) -> Iterator[str]:
    namespace, _, rest = type_.partition("/")
    if namespace == "TTPs" and (known := _TACTICS.get(rest.partition("/")[0])):
        yield known


def _labels(finding: JsonObject, place: Place) -> dict[str, str]:
    fields = inner(finding, "ProductFields")
    return {
        "account": place.account,
        "region": place.region,
        "product": text(finding, "ProductName") or text(fields, "aws/securityhub/ProductName"),
        "generator": text(finding, "GeneratorId"),
        "control": _control(finding, fields),
        "compliance": text(inner(finding, "Compliance"), "Status"),
        "workflow": text(inner(finding, "Workflow"), "Status") or text(finding, "WorkflowState"),
        "record_state": text(finding, "RecordState"),
    }


def _control(finding: JsonObject, fields: Mapping[str, object]) -> str:
    compliance = inner(finding, "Compliance")
    said = (text(compliance, "SecurityControlId"), fields.get("ControlId"), fields.get("RuleId"))
    return next((found for each in said if (found := single_text(each))), "")


def _links(finding: JsonObject) -> Iterator[Weblink]:
    yield Weblink(text(inner(finding, "Remediation", "Recommendation"), "Url"), "How to remediate")
    yield Weblink(text(finding, "SourceUrl"), "At its source")


def _confidence(finding: JsonObject) -> int | None:
    said = number(finding, "Confidence")
    return int(said) if said is not None and 0 <= said <= 100 else None
