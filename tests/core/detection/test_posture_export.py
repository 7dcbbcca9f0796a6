"""Exports keep to the shapes of others: OCSF's models, Security Hub's input, a spreadsheet."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import botocore.session
import pytest
from botocore.model import OperationModel
from botocore.validate import ParamValidator
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding

from fireline.core.assets.ref import AssetRef
from fireline.core.detection.posture_asff import as_asff
from fireline.core.detection.posture_export import COLUMNS, Excepted, Exported, as_object, as_row
from fireline.core.detection.posture_ocsf import as_ocsf
from fireline.core.detection.signatures.verdict import Verdict
from fireline.core.signals.formats.findings import read_one
from fireline.core.signals.notice import Status
from fireline.core.values.priority import Level, Priority

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACCOUNT = "111122223333"
OPEN = Exported(
    signature="ec2-ssh-open-to-world",
    title="SSH is open to the world",
    severity=Level.HIGH,
    why="Anybody may try to sign in.",
    fix="Take 0.0.0.0/0 out of the rule.",
    cis=("cis-aws-3.0.0/5.2", "cis-aws-3.0.0/5.3"),
    attack=("T1133",),
    asset=AssetRef("aws.ec2.security_group", ACCOUNT, "sg-0a1b2c3d4e5f60718", "eu-west-1"),
    name="web",
    arn=f"arn:aws:ec2:eu-west-1:{ACCOUNT}:security-group/sg-0a1b2c3d4e5f60718",
    tags={"service": "shop", "team": "web"},
    service="shop",
    verdict=Verdict.FAIL,
    reason="SSH is open to the world",
    since=NOON,
    judged_at=NOON,
    is_open=True,
    finding=7,
    first_failed_at=NOON,
    evidence={"ranges": ["0.0.0.0/0"]},
)
EXCEPTED = replace(OPEN, excepted=Excepted(1, "ana", "a honeypot", NOON))
UNSURE = replace(OPEN, verdict=Verdict.UNKNOWN, reason="could not look: denied")
RESOLVED = replace(OPEN, verdict=Verdict.PASS, is_open=False, resolved_at=NOON)
NEVER = replace(RESOLVED, finding=None, first_failed_at=None, resolved_at=None, evidence={})
BUCKET = replace(
    OPEN,
    asset=AssetRef("aws.s3.bucket", ACCOUNT, "site"),
    name="",
    arn="",
    tags={f"tag-{n}": "x" * 300 for n in range(60)},
    title="t" * 2000,
    why="w" * 5000,
    evidence={"policy": "p" * 9000},
)
WHOLE = replace(OPEN, asset=AssetRef("aws.account", ACCOUNT, ACCOUNT), arn="")
EVERY = [OPEN, EXCEPTED, UNSURE, RESOLVED, NEVER, BUCKET, WHOLE]
POD = replace(OPEN, asset=AssetRef("k8s.pod", "prod", "default/web", ""), arn="")


def import_shape() -> Any:
    model = botocore.session.get_session().get_service_model("securityhub")
    operation: OperationModel = model.operation_model("BatchImportFindings")
    return operation.input_shape


@pytest.mark.parametrize("one", [*EVERY, POD])
def test_ocsf_is_what_its_models_take(one: Exported):
    said = as_ocsf(one, product="1.0")
    found = ComplianceFinding.model_validate(said)
    assert (found.class_uid, found.category_uid) == (2003, 2)
    assert found.type_uid == 200300 + found.activity_id
    assert found.finding_info.uid == one.uid


def test_an_exception_suppresses_in_ocsf_and_still_fails():
    said = cast("dict[str, Any]", as_ocsf(EXCEPTED, product="1.0"))
    assert (said["status"], said["status_id"]) == ("Suppressed", 3)
    assert said["compliance"]["status"] == "Fail"
    assert said["status_code"] == "FAIL"


def test_unknown_is_a_warning_in_ocsf_and_never_a_pass():
    said = cast("dict[str, Any]", as_ocsf(UNSURE, product="1.0"))
    assert (said["compliance"]["status"], said["status"]) == ("Warning", "New")
    assert said["status_detail"] == "could not look: denied"


@pytest.mark.parametrize("one", EVERY)
def test_asff_is_what_security_hub_takes(one: Exported):
    said = as_asff(one, product="1.0")
    report = ParamValidator().validate({"Findings": [said]}, import_shape())
    assert not report.has_errors(), report.generate_report()
    told = cast("dict[str, Any]", said)
    assert len(told["Id"]) <= 512
    assert len(told["Title"]) <= 256
    assert len(told["Description"]) <= 1024
    assert len(told["Remediation"]["Recommendation"]["Text"]) <= 512
    assert len(told["Resources"][0].get("Tags", {})) <= 50
    assert all(len(value) <= 2048 for value in told["ProductFields"].values())
    assert told["ProductArn"].endswith(f":{ACCOUNT}:product/{ACCOUNT}/default")


def test_an_exception_suppresses_in_asff_and_still_fails():
    said = cast("dict[str, Any]", as_asff(EXCEPTED, product="1.0"))
    assert said["Workflow"] == {"Status": "SUPPRESSED"}
    assert said["Compliance"]["Status"] == "FAILED"
    assert said["ProductFields"]["fireline/ExceptedBy"] == "ana"


def test_what_is_in_no_aws_account_is_not_for_security_hub():
    assert as_asff(POD, product="1.0") is None


@pytest.mark.parametrize("write", [as_ocsf, as_asff])
@pytest.mark.parametrize(
    ("one", "status"),
    [
        (OPEN, Status.FIRING),
        (EXCEPTED, Status.RESOLVED),
        (UNSURE, None),
        (RESOLVED, Status.RESOLVED),
        (WHOLE, Status.FIRING),
    ],
)
def test_what_fireline_exports_it_can_read(write: Any, one: Exported, status: Status | None):
    notice = read_one(write(one, product="1.0"))
    assert (notice.status if notice else None) == status
    if notice is not None:
        assert notice.key == one.uid
        assert notice.assets == (one.asset,)
        assert notice.priority >= Priority.P4
        assert notice.labels["severity"] == "high"


def test_a_row_has_every_column_and_no_formula():
    row = as_row(replace(OPEN, name="=cmd()", reason="+1", tags={}))
    assert len(row) == len(COLUMNS)
    assert "'=cmd()" in row
    assert "'+1" in row
    excepted = dict(zip(COLUMNS, as_row(EXCEPTED), strict=True))
    assert (excepted["verdict"], excepted["excepted_by"]) == ("fail", "ana")


def test_an_object_says_all_there_is():
    said = cast("dict[str, Any]", as_object(EXCEPTED))
    assert said["excepted"]["owner"] == "ana"
    assert said["asset"]["id"] == "sg-0a1b2c3d4e5f60718"
    assert (said["verdict"], said["state"]) == ("fail", "open")
    assert cast("dict[str, Any]", as_object(NEVER))["state"] is None
