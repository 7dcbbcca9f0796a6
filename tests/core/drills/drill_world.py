"""A drill that went well, to be spoilt in one way at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fireline.core.assets.ref import AssetRef
from fireline.core.drills.facts import (
    ActionTaken,
    Cast,
    Change,
    Declared,
    DrillFacts,
    EvidenceTaken,
    RoleHeld,
    UpdateDue,
)
from fireline.core.drills.scenario import Expected, Limits, Scenario
from fireline.core.incidents.terms import Role
from fireline.core.signals.event import Who
from fireline.core.values.ids import CategoryId, PersonId, RunbookId, ScenarioId
from fireline.core.values.priority import Priority

ACCOUNT = "111122223333"
START = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
LEAKED, MINTED, DECOY_KEY = "AKIALEAKED", "AKIAMINTED", "AKIADECOY"
ATTACKER_ADDRESS = "203.0.113.66"


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def key(name: str) -> AssetRef:
    return AssetRef("aws.iam.access_key", ACCOUNT, name)


def user(name: str) -> AssetRef:
    return AssetRef("aws.iam.user", ACCOUNT, name)


SCENARIO = Scenario(
    id=ScenarioId("leaked-key"),
    title="Leaked access key",
    story="A key leaks.",
    pace=1,
    limits=Limits(minutes(5), minutes(10), minutes(15), minutes(30), minutes(45), minutes(60)),
    expected=Expected(
        priority=Priority.P2,
        category=CategoryId("credential"),
        runbook=RunbookId("leaked-key"),
        contained=(key("key:leaked"), key("key:minted"), user("shop-ci")),
        decoys=(user("shop-reports"), key("key:shop-reports")),
    ),
    world={
        "attack": {"user": "shop-ci", "origin": {"address": ATTACKER_ADDRESS}},
        "workloads": [{"user": "shop-reports"}],
    },
    script="by-the-book",
)
CAST = Cast(
    keys={
        "leaked": frozenset({LEAKED}),
        "minted": frozenset({MINTED}),
        "shop-reports": frozenset({DECOY_KEY}),
    },
    taken=frozenset({MINTED, "ASIASESSION"}),
    addresses=frozenset({ATTACKER_ADDRESS}),
    workloads=frozenset({DECOY_KEY}),
    fireline=frozenset({"AKIAFIRELINE"}),
)


def who(name: str, access_key: str, address: str = "198.51.100.1") -> Who:
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return Who("IAMUser", name, arn, ACCOUNT, access_key, address, "aws-cli")


_ACTED = minutes(12)
FIRELINE = who("fireline-responder", "AKIAFIRELINE")
BO = who("bo", "AKIABO")


def action(asset: AssetRef, *, at: timedelta = _ACTED) -> ActionTaken:
    deactivates = asset.kind == "aws.iam.access_key"
    return ActionTaken(
        kind="aws.iam.deactivate_key" if deactivates else "aws.iam.deny_user_sessions",
        asset=asset,
        calls=frozenset(
            {"iam.UpdateAccessKey"}
            if deactivates
            else {"iam.PutUserPolicy", "iam.DeleteUserPolicy"}
        ),
        state="verified",
        requester="bo",
        approvers=frozenset({"cy"}),
        executed_at=START + at,
        verified_at=START + at + timedelta(seconds=1),
    )


CONTAINED = (key(LEAKED), key(MINTED), user("shop-ci"))


def went_well() -> DrillFacts:
    """Everything done, and in time."""
    return DrillFacts(
        scenario=SCENARIO,
        pace=1,
        started_at=START - minutes(1),
        cast=CAST,
        ready_at=START - minutes(0.5),
        first_signal_at=START,
        attack_at=START,
        attacker_succeeded_at=START + minutes(11),
        attacker_refused_at=START + minutes(13),
        detected_at=START + minutes(1),
        raised_at=START + minutes(1),
        paged_at=START + minutes(2),
        acknowledged_at=START + minutes(6),
        acknowledged_by="bo",
        declared=Declared(START + minutes(7), Priority.P2, CategoryId("credential")),
        evidence=tuple(EvidenceTaken(asset, START + minutes(10)) for asset in CONTAINED),
        actions=tuple(action(asset) for asset in CONTAINED),
        changes=(
            Change(START + minutes(12), "iam.UpdateAccessKey", FIRELINE, (key(LEAKED),)),
            Change(
                START + minutes(1),
                "iam.CreateAccessKey",
                who("shop-ci", LEAKED, ATTACKER_ADDRESS),
                (),
            ),
            Change(START + minutes(2), "s3.PutObject", who("shop-reports", DECOY_KEY), ()),
        ),
        checklist_asked=15,
        checklist_answered=15,
        updates=(UpdateDue(START + minutes(37), START + minutes(20)),),
        roles=(
            RoleHeld(Role.LEAD, PersonId("bo"), START + minutes(7), None),
            RoleHeld(Role.COMMUNICATOR, PersonId("cy"), START + minutes(8), None),
        ),
        recovered_at=START + minutes(20),
        reviewed_at=START + minutes(30),
        closed_at=START + minutes(31),
    )


def by_hand(facts: DrillFacts, kind: str, *assets: AssetRef, by: Who = BO) -> DrillFacts:
    """Spoil a drill with a call that somebody made by hand."""
    change = Change(START + minutes(5), kind, by, assets)
    return replace(facts, changes=(*facts.changes, change))
