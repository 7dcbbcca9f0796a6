"""Findings of other tools, by the file: OCSF (Prowler's, and fireline's own), Prowler 3's, ASFF.

Shapes: https://schema.ocsf.io/1.5.0/classes/detection_finding,
https://schema.ocsf.io/1.5.0/classes/compliance_finding,
https://docs.prowler.com/user-guide/cli/tutorials/reporting and
https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html.

A file holds hundreds, most of them old: none is more urgent than P4, whatever its severity, and all
of an account and service are one alert. The severity stays a label, so that a route may think
otherwise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.aws_names import Place, asset, named_by_arn, named_by_type
from fireline.core.signals.decoding import decoded, is_list, is_object, moment_of
from fireline.core.signals.fields import (
    Wrong,
    first,
    inner,
    listed,
    number,
    objects,
    required,
    single_text,
    text,
)
from fireline.core.signals.formats import securityhub
from fireline.core.signals.formats.aws_event import about, service_in, tag_labels
from fireline.core.signals.notice import Notice, Status, Weblink
from fireline.core.signals.payload import Payload, Reading, Unread
from fireline.core.signals.tidying import tidied
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority

FORMAT = "findings"
MAX_FINDINGS = 5_000
_NOWHERE = Place("", "")
_URGENT = frozenset({"critical", "high", "medium", "fatal"})
_FAILS = frozenset({"fail", "failed", "alarm"})
_PASSES = frozenset({"pass", "passed", "ok"})
_MUTED = frozenset({"muted", "suppressed", "archived", "resolved"})
# OCSF's status_id of a finding, and of a compliance check.
_SUPPRESSED, _RESOLVED, _ARCHIVED = 3, 4, 5
_CHECKS = {1: "pass", 3: "fail"}


def read(payload: Payload) -> Reading:
    """Read a list of findings, one finding, or what GetFindings answers."""
    try:
        found = all_in(decoded(payload.body))
    except ValueError as error:
        return Wrong(code="not_json", why=f"the body is not JSON: {error}").unread(FORMAT)
    except Wrong as wrong:
        return wrong.unread(FORMAT)
    notices: list[Notice] = []
    unread: list[Unread] = []
    for position, each in enumerate(found):
        try:
            notice = read_one(each)
        except Wrong as wrong:
            unread.append(Unread(f"{FORMAT}.{wrong.code}", wrong.field, wrong.why, position))
        else:
            notices += [] if notice is None else [tidied(notice)]
    return Reading(tuple(notices), tuple(unread))


def all_in(said: object) -> Sequence[object]:
    """Return the findings in a body. Raises Wrong when it is no list of them, or holds too many."""
    held = said
    if is_object(said):
        held = next((said[name] for name in ("Findings", "findings") if name in said), [said])
    if not is_list(held):
        raise Wrong(code="unknown_shape", why="neither a finding nor a list of findings")
    if len(held) > MAX_FINDINGS:
        why = f"a post holds at most {MAX_FINDINGS} findings, and this one {len(held)}: divide it"
        raise Wrong(code="too_many", why=why)
    return held


def read_one(said: object) -> Notice | None:
    """Read one finding; `None` where it says neither that something fails nor that it passes.

    Raises Wrong.
    """
    if not is_object(said):
        raise Wrong(code="not_an_object", why="a finding is a JSON object")
    finding = cast("JsonObject", said)
    if securityhub.is_finding(finding):
        return _lowered(_of_security_hub(finding))
    if "finding_info" in finding or "class_uid" in finding:
        return _ocsf(finding)
    if "FindingUniqueId" in finding or "CheckID" in finding:
        return _prowler(finding)
    why = "neither OCSF, ASFF, nor Prowler's own JSON"
    raise Wrong(code="unknown_shape", why=why)


def _of_security_hub(finding: JsonObject) -> Notice | None:
    notice = securityhub.read_finding(finding, _NOWHERE)
    compliance = text(inner(finding, "Compliance"), "Status")
    if compliance.upper() in {"NOT_AVAILABLE", "WARNING"} and notice.status is Status.FIRING:
        return None
    severity = text(inner(finding, "Severity"), "Label").lower()
    labels = {**notice.labels, "severity": severity}
    group = _group(notice.labels.get("product", "securityhub"), notice.labels.get("account", ""))
    return replace(notice, labels=labels, group=group)


def _lowered(notice: Notice | None) -> Notice | None:
    if notice is None:
        return None
    return replace(notice, priority=max(notice.priority, Priority.P4))


def _ocsf(finding: JsonObject) -> Notice | None:
    info = inner(finding, "finding_info")
    key = required(info, "uid", "finding_info.uid")
    status, note = _status_of(finding)
    if status is None:
        return None
    cloud = inner(finding, "cloud")
    place = Place(text(inner(cloud, "account"), "uid"), text(cloud, "region"))
    product = text(inner(finding, "metadata", "product"), "name") or "ocsf"
    check = text(inner(finding, "metadata"), "event_code") or text(info, "title")
    assets = tuple(_resources(finding, place))
    severity = (text(finding, "severity") or "medium").lower()
    named = text(finding, "status_detail") or text(finding, "message")
    tags = _labels_of(finding)
    title = text(info, "title") or key
    return Notice(
        key=key,
        status=status,
        title=named if status is Status.FIRING and named else title,
        priority=_priority(severity),
        at=_moment(finding, info),
        kind=check,
        description=_described(text(info, "desc"), text(inner(finding, "remediation"), "desc")),
        service=service_in(tags),
        group=_group(product, place.account),
        entities=about(assets, place),
        assets=assets,
        tags=("posture", product.lower()),
        labels={
            "product": product,
            "check": check,
            "severity": severity,
            "account": place.account,
            "region": place.region,
        }
        | tags,
        links=tuple(_references(inner(finding, "remediation"))),
        by=product if status is Status.RESOLVED else "",
        note=note,
    )


def _status_of(finding: JsonObject) -> tuple[Status | None, str]:
    code = text(finding, "status_code").lower()
    if code not in _FAILS | _PASSES:
        checked = number(inner(finding, "compliance"), "status_id")
        code = _CHECKS.get(int(checked) if checked is not None else 0, code)
    standing = int(number(finding, "status_id") or 0)
    if code in _FAILS and standing in {_SUPPRESSED, _RESOLVED, _ARCHIVED}:
        return Status.RESOLVED, text(finding, "status") or "suppressed"
    return _by_word(code)


def _by_word(word: str) -> tuple[Status | None, str]:
    if word in _FAILS:
        return Status.FIRING, ""
    if word in _PASSES | _MUTED:
        return Status.RESOLVED, word
    return None, ""


def _resources(finding: JsonObject, place: Place) -> Iterator[AssetRef]:
    own = text(inner(finding, "unmapped"), "asset").split("/", 3)
    if len(own) == 4 and own[0].startswith(("aws.", "k8s.")):
        yield AssetRef(own[0], own[1], own[3], "" if own[2] == "global" else own[2])
        return
    for resource in objects(finding, "resources"):
        id_ = text(resource, "uid") or text(resource, "name")
        where = Place(place.account, text(resource, "region") or place.region)
        if id_:
            yield _named(text(resource, "type"), id_, where)


def _named(type_: str, id_: str, place: Place) -> AssetRef:
    """Name an asset. Prowler calls an account's own settings by the ARN of its root."""
    if type_.startswith("AwsAccount") or id_ == f"arn:aws:iam::{place.account}:root":
        return AssetRef("aws.account", place.account, place.account)
    if type_ in {"", "Other", "AwsAccountOther"}:
        return named_by_arn(id_, place) or asset("aws.resource", id_, place)
    return named_by_type(type_, id_, place)


def _prowler(finding: JsonObject) -> Notice | None:
    """Read Prowler 3's own JSON."""
    key = first(finding, "FindingUniqueId") or required(finding, "CheckID")
    status, note = _by_word(text(finding, "Status").lower())
    if status is None:
        return None
    place = Place(first(finding, "AccountId", "AccountID"), text(finding, "Region"))
    id_ = first(finding, "ResourceArn", "ResourceId", "ResourceID")
    assets = (_named(text(finding, "ResourceType"), id_, place),) if id_ else ()
    severity = (text(finding, "Severity") or "medium").lower()
    tags = tag_labels(finding, "ResourceTags")
    advice = inner(finding, "Remediation", "Recommendation")
    said = text(finding, "StatusExtended")
    return Notice(
        key=key,
        status=status,
        title=said if status is Status.FIRING and said else text(finding, "CheckTitle") or key,
        priority=_priority(severity),
        at=moment_of(finding.get("AssessmentStartTime")),
        kind=text(finding, "CheckID"),
        description=_described(first(finding, "Risk", "Description"), text(advice, "Text")),
        service=service_in(tags),
        group=_group("Prowler", place.account),
        entities=about(assets, place),
        assets=assets,
        tags=("posture", "prowler"),
        labels={
            "product": "Prowler",
            "check": text(finding, "CheckID"),
            "severity": severity,
            "account": place.account,
            "region": place.region,
        }
        | tags,
        links=(Weblink(text(advice, "Url"), "How to remediate"),),
        by="Prowler" if status is Status.RESOLVED else "",
        note=note,
    )


def _labels_of(finding: JsonObject) -> dict[str, str]:
    """Read the tags of resources: OCSF has labels, which Prowler fills with `name:value`."""
    found: dict[str, str] = {}
    for resource in objects(finding, "resources"):
        for label in listed(resource, "labels"):
            name, divided, value = single_text(label).partition(":")
            if divided:
                found[f"tag.{name}"] = value
    return found


def _references(remediation: JsonObject) -> Iterator[Weblink]:
    for reference in listed(remediation, "references"):
        yield Weblink(single_text(reference), "How to remediate")


def _moment(finding: JsonObject, info: JsonObject) -> datetime | None:
    written = moment_of(finding.get("time_dt")) or moment_of(info.get("created_time_dt"))
    return written or moment_of(finding.get("time"))


def _described(why: str, fix: str) -> str:
    return "\n".join(part for part in (why, f"First: {fix}" if fix else "") if part)


def _priority(severity: str) -> Priority:
    return Priority.P4 if severity in _URGENT else Priority.P5


def _group(product: str, account: str) -> str:
    return f"findings/{product.lower()}/{account}"
