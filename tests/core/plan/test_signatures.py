"""Signatures as a plan writes them: read, checked, chosen, and every mistake in its place."""

import pytest

from fireline.core.detection.signatures.signature import Signature
from fireline.core.plan.compiling import compile_plan, reopen_plan
from fireline.core.plan.contents import things_of
from fireline.core.plan.diff import How, difference
from fireline.core.plan.mistakes import Code
from fireline.core.plan.plan import Plan
from fireline.core.values.priority import Level, Priority
from tests.core.plan.breaking import NOW, STARTER, mistakes_with

FOLDER = "signatures/ec2-tagged"
FILE = f"{FOLDER}/signature.yaml"
TEXT = """\
title: The group has no owner
severity: low
kind: aws.ec2.security_group
why: Nobody can be asked about it.
fix: Tag it with its owner.
runbook: leaked-key
fails: "!('owner' in tags)"
evidence:
  name: at(config, "GroupName", "")
automatic:
  when: size(tags) == 0
  because: it only adds a tag
cis: [cis-aws-3.0.0/5.2]
attack: [T1133]
prowler: [ec2_securitygroup_not_used]
alert: true
"""
HIT, MISS = f"{FOLDER}/hit_none.json", f"{FOLDER}/miss_tagged.json"
GOOD = {
    FILE: TEXT,
    HIT: '{"asset": {"config": {}}}',
    MISS: '{"asset": {"config": {}, "tags": {"owner": "shop"}}}',
}
SHIPPED = {
    "one": Signature("one", "One", Level.HIGH, "aws.s3.bucket", "why", "fix", "true"),
    "ec2-tagged": Signature("ec2-tagged", "Two", Level.LOW, "aws.s3.bucket", "w", "f", "true"),
}


def compiled(more: dict[str, str]) -> Plan:
    plan = compile_plan({**STARTER, **more}, now=NOW, shipped=SHIPPED)
    assert isinstance(plan, Plan), "\n".join(map(str, plan))
    return plan


def test_a_plan_runs_the_shipped_signatures_and_its_own():
    assert [*compiled({}).signatures] == ["one", "ec2-tagged"]
    plan = compiled(GOOD)
    assert plan.signatures.keys() == {"one", "ec2-tagged"}
    own = plan.signatures["ec2-tagged"]
    assert (own.title, own.severity, own.alert) == ("The group has no owner", Level.LOW, True)
    assert (own.runbook, own.cis, own.attack) == ("leaked-key", ("cis-aws-3.0.0/5.2",), ("T1133",))
    assert own.automatic is not None
    assert own.automatic.because == "it only adds a tag"


def test_a_signature_is_switched_off_with_its_reason():
    plan = compiled({"posture.yaml": "off:\n  - signature: one\n    reason: we have no buckets\n"})
    assert [*plan.signatures] == ["ec2-tagged"]
    assert plan.posture.off == {"one": "we have no buckets"}


def test_a_severity_has_a_priority_unless_the_plan_says_otherwise():
    calm = compiled({}).posture
    assert [calm.priority_of(level) for level in reversed(Level)] == [
        Priority.P2,
        Priority.P3,
        Priority.P4,
        Priority.P5,
        None,
    ]
    said = "priorities:\n  critical: P1\n  low: null\n"
    chosen = compiled({"posture.yaml": said}).posture
    assert chosen.priority_of(Level.CRITICAL) is Priority.P1
    assert chosen.priority_of(Level.LOW) is None
    assert chosen.priority_of(Level.HIGH) is Priority.P3


def test_a_shipped_signature_does_without_a_runbook_the_plan_has_not():
    said = {
        "one": Signature("one", "One", Level.HIGH, "aws.s3.bucket", "w", "f", "true", runbook="no")
    }
    plan = compile_plan(STARTER, now=NOW, shipped=said)
    assert isinstance(plan, Plan)
    assert plan.signatures["one"].runbook is None


def test_a_plan_is_reopened_with_its_signatures_although_checks_got_stricter():
    broken = {**GOOD, FILE: TEXT.replace("'owner' in tags", "gone(tags)")}
    assert mistakes_with(broken)
    plan = reopen_plan({**STARTER, **broken}, shipped=SHIPPED)
    assert isinstance(plan, Plan)
    assert plan.signatures.keys() == {"one", "ec2-tagged"}


def test_a_diff_names_the_signatures_that_change():
    before, after = compiled({}), compiled(GOOD)
    (change,) = difference(before, after)
    assert (change.kind, change.id, change.how) == ("signature", "ec2-tagged", How.CHANGED)
    assert "title" in {field.field for field in change.fields}
    off = compiled({"posture.yaml": "off: [{signature: one, reason: no}]\npriorities: {low: P4}\n"})
    assert [str(one) for one in difference(before, off)] == [
        "removed signature one",
        "changed posture posture: off: none -> one (no); priorities: none -> low P4",
    ]
    assert things_of(before)["posture"].keys() == {"posture"}


def wrong(old: str, new: str) -> dict[str, str]:
    assert old in TEXT
    return {**GOOD, FILE: TEXT.replace(old, new, 1)}


@pytest.mark.parametrize(
    ("changed", "code", "line", "says", "fix"),
    [
        (wrong("severity: low", "severity: mild"), Code.FIELD_WRONG, 2, "severity", "mild"),
        (
            wrong("cis:", "sis:"),
            Code.FIELD_UNKNOWN,
            13,
            "`sis` means nothing",
            "did you mean `cis`?",
        ),
        (
            wrong("security_group", "security_groop"),
            Code.REFERENCE_UNKNOWN,
            3,
            "there is no kind of asset `aws.ec2.security_groop`",
            "did you mean `aws.ec2.security_group`?",
        ),
        (
            wrong("leaked-key", "leaked-keys"),
            Code.REFERENCE_UNKNOWN,
            6,
            "there is no runbook `leaked-keys`",
            "did you mean `leaked-key`?",
        ),
        (
            wrong("'owner' in tags", "'owner' in tag"),
            Code.CONDITION_BROKEN,
            7,
            "`fails` does not read: 1:14: undeclared reference to 'tag'",
            "write CEL over config, asset",
        ),
        (
            wrong("size(tags) == 0", "size(tags)"),
            Code.CONDITION_BROKEN,
            11,
            "`automatic.when` does not read: it answers INT, not true or false",
            "write CEL",
        ),
        (
            wrong('at(config, "GroupName", "")', "related['ec2.subnets']"),
            Code.REFERENCE_UNKNOWN,
            9,
            "there is no kind of asset `ec2.subnets` to be related to",
            "did you mean `ec2.subnet`?",
        ),
        (
            wrong('at(config, "GroupName", "")', "config.GroupName"),
            Code.SIGNATURE_NO_EVIDENCE,
            1,
            "the evidence `name` has no answer here",
            "guard it",
        ),
        (wrong("T1133", "1133"), Code.FIELD_WRONG, 14, "attack.0", "1133"),
        (
            {**GOOD, HIT: GOOD[MISS]},
            Code.SIGNATURE_WRONG_VERDICT,
            1,
            "the verdict is pass, and the case is named for fail",
            "change the signature's condition, or the case",
        ),
        (
            {**GOOD, f"{FOLDER}/na_x.json": GOOD[MISS]},
            Code.SIGNATURE_WRONG_VERDICT,
            1,
            "the verdict is pass, and the case is named for not applicable",
            "change",
        ),
        ({**GOOD, MISS: "{"}, Code.CASE_BROKEN, 1, "this is not JSON", "write"),
        (
            {FILE: TEXT, MISS: GOOD[MISS]},
            Code.SIGNATURE_NO_HIT,
            1,
            "the signature has no hit case",
            f"add an asset as {FOLDER}/hit_NAME.json",
        ),
        (
            {FILE: TEXT, HIT: GOOD[HIT]},
            Code.SIGNATURE_NO_MISS,
            1,
            "the signature has no miss case",
            f"add an asset as {FOLDER}/miss_NAME.json",
        ),
        (
            {HIT: GOOD[HIT]},
            Code.FILE_MISSING,
            1,
            "the folder has no signature.yaml",
            "add the signature, or remove its cases",
        ),
        (
            {**GOOD, f"{FOLDER}/notes.txt": "x"},
            Code.FILE_UNKNOWN,
            1,
            "a plan has no such file",
            "a signature's folder holds signature.yaml",
        ),
        (
            {"signatures/loose.yaml": TEXT},
            Code.FILE_UNKNOWN,
            1,
            "a plan has no such file",
            "a signature is a folder: signatures/ID/signature.yaml",
        ),
        ({**GOOD, FILE: "title: ["}, Code.YAML_SYNTAX, 1, "", ""),
        (
            {"posture.yaml": "off:\n  - signature: ec2-tagd\n    reason: no\n"},
            Code.REFERENCE_UNKNOWN,
            2,
            "there is no signature `ec2-tagd`",
            "did you mean `ec2-tagged`?",
        ),
        (
            {"posture.yaml": "off:\n" + "  - signature: one\n    reason: no\n" * 2},
            Code.DUPLICATE_ENTRY,
            4,
            "`one` is switched off above already",
            "keep one",
        ),
        (
            {**GOOD, "posture.yaml": "off:\n  - signature: ec2-tagged\n    reason: no\n"},
            Code.FIELD_WRONG,
            2,
            "`ec2-tagged` is a signature of this plan",
            "remove signatures/ec2-tagged instead, or name another",
        ),
        (
            {"posture.yaml": "priorities:\n  grave: P1\n"},
            Code.FIELD_WRONG,
            2,
            "grave",
            "",
        ),
        (
            {"posture.yaml": "priorities:\n  high: P7\n"},
            Code.FIELD_WRONG,
            2,
            "'P7' is not a priority",
            "",
        ),
    ],
)
def test_each_mistake_is_told_where_it_is_and_what_would_be_right(
    changed: dict[str, str], code: Code, line: int, says: str, fix: str
):
    found = compile_plan({**STARTER, **changed}, now=NOW, shipped=SHIPPED)
    assert not isinstance(found, Plan)
    (mistake,) = found
    assert (mistake.code, mistake.line) == (code, line)
    assert says in mistake.says
    assert fix in mistake.fix


def test_without_knowing_what_is_shipped_anything_may_be_switched_off():
    said = {"posture.yaml": "off: [{signature: anything, reason: no}]\n"}
    assert mistakes_with(said) == ()


def test_one_broken_signature_hides_no_mistake_of_another():
    other = {path.replace("ec2-tagged", "other"): text for path, text in GOOD.items()}
    found = mistakes_with(
        {
            **GOOD,
            FILE: TEXT.replace("low", "mild"),
            **other,
            "signatures/other/hit_none.json": GOOD[MISS],
        }
    )
    assert {each.file for each in found} == {FILE, "signatures/other/hit_none.json"}
