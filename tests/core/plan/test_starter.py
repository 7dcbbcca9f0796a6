"""The starter plan does what it says: it finds the attack of its drill, and nothing else there."""

import json
from collections.abc import Mapping

import pytest

from fireline.core.assets.ownership import owner_of
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.oracle import holds
from fireline.core.detection.rules import load_rules
from fireline.core.escalation.policy import ToSchedule
from fireline.core.oncall.schedule import Schedule
from fireline.core.runbooks.runbook import Act, Evidence
from fireline.core.values.ids import CategoryId, RunbookId, ScenarioId
from fireline.lab.world import World
from tests.core.plan.breaking import compiled

PLAN = compiled()
DRILL = PLAN.scenarios[ScenarioId("leaked-key")]
WORLD = World.model_validate_json(json.dumps(DRILL.world))
CHANGED_BY = {"sts": "sts.amazonaws.com", "iam": "iam.amazonaws.com", "s3": "s3.amazonaws.com"}


def call(
    user: str, service: str, operation: str, parameters: Mapping[str, str]
) -> dict[str, object]:
    """Write a call as its CloudTrail record would, as far as rules look."""
    asked = {f"{name[0].lower()}{name[1:]}": value for name, value in parameters.items()}
    return {
        "eventSource": CHANGED_BY[service],
        "eventName": operation,
        "eventType": "AwsApiCall",
        "userIdentity": {
            "type": "IAMUser",
            "userName": user,
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
        },
        "requestParameters": asked or None,
        "responseElements": None,
    }


def found(record: Mapping[str, object]) -> set[str]:
    loaded = load_rules({rule.card.file: rule.text for rule in PLAN.rules.values()})
    assert loaded.mistakes == ()
    return {rule.card.title for rule in loaded.rules if holds(rule.condition, record)}


def test_at_least_three_rules_find_the_attack_of_the_drill() -> None:
    assert WORLD.attack is not None
    titles: set[str] = set()
    for step in WORLD.attack.steps:
        if step.credential == "leaked":
            titles |= found(call(WORLD.attack.user, step.service, step.operation, step.parameters))
    assert len(titles) >= 3
    cards = {rule.card for rule in PLAN.rules.values() if rule.card.title in titles}
    assert {card.priority for card in cards} == {DRILL.expected.priority}
    assert {card.runbook for card in cards} == {DRILL.expected.runbook}
    assert {card.dedup for card in cards} == {"principal"}


def test_no_rule_finds_the_programs_that_do_their_work() -> None:
    calls = [(each.user, one) for each in WORLD.workloads for one in each.calls]
    assert calls
    for user, one in calls:
        assert found(call(user, one.service, one.operation, one.parameters)) == set()


def test_everybody_the_plan_can_page_has_a_mailbox_in_the_drill() -> None:
    mailboxes = {person.name: person.mail for person in WORLD.people}
    assert mailboxes == {person.id: person.email for person in PLAN.people.values()}


def test_the_drill_expects_what_the_plan_says() -> None:
    category = next(
        each for each in PLAN.definitions.categories if each.id == DRILL.expected.category
    )
    assert category.id == CategoryId("credential")
    assert category.runbook == DRILL.expected.runbook
    assert category.default_priority is DRILL.expected.priority


def test_what_the_drill_touches_and_spares_lives_in_its_world() -> None:
    users = {user.name for user in WORLD.users}
    assets = (*DRILL.expected.contained, *DRILL.expected.decoys)
    assert {asset.id for asset in assets if asset.kind == "aws.iam.user"} <= users
    assert not set(DRILL.expected.contained) & set(DRILL.expected.decoys)
    assert {asset.account for asset in assets} == {WORLD.account.id}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("aws.iam.user", "shop-ci"),
        ("aws.iam.user", "svc-backup"),
        ("aws.s3.bucket", "shop-customer-exports"),
        ("aws.iam.access_key", "AKIAIOSFODNN7EXAMPLE"),
    ],
)
def test_everything_in_the_drill_belongs_to_the_shop(kind: str, name: str) -> None:
    owner = owner_of([AssetRef(kind, "111122223333", name)], PLAN.services.values())
    assert owner is not None
    assert (owner.id, owner.owner) == ("shop", "platform")


def test_the_second_step_never_pages_somebody_of_the_first() -> None:
    (policy,) = PLAN.policies.values()
    first, second = (_people(step.targets[0]) for step in policy.steps[:2])
    assert first
    assert second
    assert not first & second


def _people(target: object) -> set[str]:
    assert isinstance(target, ToSchedule)
    schedule: Schedule = PLAN.schedules[target.schedule]
    return {person for layer in schedule.layers for person in layer.rotation.people}


def test_the_runbook_keeps_evidence_before_every_change_and_asks_a_second_person() -> None:
    steps = PLAN.runbooks[RunbookId("leaked-key")].steps
    kept = {step.id: step.each for step in steps if isinstance(step, Evidence)}
    acts = [step for step in steps if isinstance(step, Act)]
    assert len(acts) == 2
    for act in acts:
        assert act.approvals >= 1
        assert act.each in {kept.get(need) for need in act.needs}
