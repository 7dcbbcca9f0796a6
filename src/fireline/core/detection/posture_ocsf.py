"""Findings as OCSF's Compliance Finding, class 2003 of version 1.5.

Shape: https://schema.ocsf.io/1.5.0/classes/compliance_finding. An exception suppresses a finding
and changes nothing else of it: its compliance still fails.
"""

from collections.abc import Mapping
from datetime import datetime

from fireline.core.detection.posture_export import Exported
from fireline.core.detection.signatures.verdict import Verdict
from fireline.core.values.json import JsonObject, JsonValue, canonical
from fireline.core.values.priority import Level

VERSION = "1.5.0"
CLASS = 2003
_CATEGORY = 2
_CREATE, _UPDATE, _CLOSE = 1, 2, 3
_ACTIVITIES = {_CREATE: "Create", _UPDATE: "Update", _CLOSE: "Close"}
_AWS_ACCOUNT = 10
_RULE = 1
_SEVERITIES: Mapping[Level, tuple[int, str]] = {
    Level.INFORMATIONAL: (1, "Informational"),
    Level.LOW: (2, "Low"),
    Level.MEDIUM: (3, "Medium"),
    Level.HIGH: (4, "High"),
    Level.CRITICAL: (5, "Critical"),
}
# Of the compliance check: a Warning is one that gave no result for want of knowledge.
_COMPLIANCE: Mapping[Verdict, tuple[int, str]] = {
    Verdict.PASS: (1, "Pass"),
    Verdict.UNKNOWN: (2, "Warning"),
    Verdict.FAIL: (3, "Fail"),
    Verdict.NOT_APPLICABLE: (99, "Not applicable"),
}


def as_ocsf(one: Exported, *, product: str) -> JsonObject:
    """Return a finding as OCSF writes it; `product` is the version of fireline."""
    activity = _CREATE if one.first_failed_at == one.since else _UPDATE
    activity = activity if one.is_open else _CLOSE
    severity_id, severity = _SEVERITIES[one.severity]
    status_id, status = _status(one)
    compliance_id, compliance = _COMPLIANCE[one.verdict]
    found: dict[str, JsonValue] = {
        "activity_id": activity,
        "activity_name": _ACTIVITIES[activity],
        "category_name": "Findings",
        "category_uid": _CATEGORY,
        "class_name": "Compliance Finding",
        "class_uid": CLASS,
        "type_uid": CLASS * 100 + activity,
        "type_name": f"Compliance Finding: {_ACTIVITIES[activity]}",
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "status_code": one.verdict.value.upper().replace(" ", "_"),
        "status_detail": one.reason,
        "message": f"{one.title}: {one.name or one.asset.id}",
        "time": _milliseconds(one.judged_at),
        "time_dt": one.judged_at.isoformat(),
        "compliance": _checked(one, compliance_id, compliance),
        "finding_info": _about(one),
        "remediation": {"desc": one.fix},
        "resources": [_resource(one)],
        "metadata": _metadata(one, product),
        "unmapped": _unmapped(one),
    }
    if one.asset.kind.startswith("aws."):
        found["cloud"] = _cloud(one)
    return found


def _status(one: Exported) -> tuple[int, str]:
    if not one.is_open:
        return 4, "Resolved"
    return (3, "Suppressed") if one.excepted else (1, "New")


def _checked(one: Exported, status_id: int, status: str) -> JsonObject:
    standards = sorted({item.partition("/")[0] for item in one.cis})
    items = sorted({item.partition("/")[2] for item in one.cis} - {""})
    return {
        "control": one.signature,
        "desc": one.title,
        "requirements": items,
        "standards": standards,
        "status": status,
        "status_id": status_id,
    }


def _about(one: Exported) -> JsonObject:
    created = one.first_failed_at or one.since
    found: dict[str, JsonValue] = {
        "uid": one.uid,
        "title": one.title,
        "desc": one.why,
        "types": ["Posture"],
        "created_time": _milliseconds(created),
        "created_time_dt": created.isoformat(),
        "first_seen_time": _milliseconds(created),
        "last_seen_time": _milliseconds(one.judged_at),
        "modified_time": _milliseconds(one.since),
        "analytic": {"uid": one.signature, "name": one.title, "type_id": _RULE, "type": "Rule"},
    }
    if one.attack:
        found["attacks"] = [
            {"technique": {"uid": technique, "name": technique}, "version": "16.1"}
            for technique in one.attack
        ]
    return found


def _resource(one: Exported) -> JsonObject:
    found: dict[str, JsonValue] = {
        "uid": one.resource,
        "name": one.name or one.asset.id,
        "type": one.asset.kind,
        "region": one.asset.region,
        "labels": [f"{name}:{value}" for name, value in one.tags.items()],
        "data": {"evidence": one.evidence},
    }
    if one.arn.startswith("arn:"):
        found["cloud_partition"] = one.arn.split(":")[1]
    if one.service:
        found["group"] = {"name": one.service, "type": "service"}
    return found


def _metadata(one: Exported, product: str) -> JsonObject:
    return {
        "version": VERSION,
        "event_code": one.signature,
        "uid": one.uid,
        "profiles": ["cloud", "datetime"],
        "product": {
            "uid": "fireline",
            "name": "fireline",
            "vendor_name": "fireline",
            "version": product,
        },
    }


def _cloud(one: Exported) -> JsonObject:
    account: JsonObject = {
        "uid": one.asset.account,
        "type": "AWS Account",
        "type_id": _AWS_ACCOUNT,
    }
    return {"provider": "aws", "region": one.asset.region, "account": account}


def _unmapped(one: Exported) -> JsonObject:
    said: dict[str, JsonValue] = {"asset": str(one.asset), "reopened": one.reopened}
    if one.finding is not None:
        said["finding"] = one.finding
    if one.excepted is not None:
        said["excepted"] = canonical(
            {
                "owner": one.excepted.owner,
                "reason": one.excepted.reason,
                "until": one.excepted.until.isoformat(),
            }
        )
    return said


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
