from datetime import timedelta

from fireline.core.plan.diff import FieldChange, How, difference
from tests.core.plan.breaking import RULE, RUNBOOK, compiled, swapped


def test_equal_plans_have_no_difference() -> None:
    assert difference(compiled(), compiled()) == ()


def test_a_comment_changes_the_revision_and_no_behaviour() -> None:
    after = compiled({"plan.yaml": swapped("plan.yaml", ("# Told when", "# Told if"))})
    assert after.revision != compiled().revision
    assert difference(compiled(), after) == ()


def test_a_change_is_told_by_kind_id_and_field() -> None:
    after = compiled(
        {
            "priorities.yaml": swapped("priorities.yaml", ("triage: 1h", "triage: 90m")),
            "plan.yaml": swapped("plan.yaml", ("[dee, cy]", "[dee]")),
        }
    )
    whole, priority = difference(compiled(), after)
    assert (whole.kind, whole.fields) == ("plan", (FieldChange("catch_all", "dee, cy", "dee"),))
    assert (priority.kind, priority.id, priority.how) == ("priority", "P1", How.CHANGED)
    assert priority.fields == (FieldChange("triage", "1h", "1h30m"),)
    assert str(priority) == "changed priority P1: triage: 1h -> 1h30m"
    assert after.definitions.priorities[0].triage == timedelta(minutes=90)


def test_what_is_new_in_one_direction_is_gone_in_the_other() -> None:
    after = compiled({"teams/web.yaml": "name: Web\nmembers: [ana]\n"})
    (added,) = difference(compiled(), after)
    (removed,) = difference(after, compiled())
    assert (added.kind, added.id, added.how) == ("team", "web", How.ADDED)
    assert (removed.kind, removed.id, removed.how) == ("team", "web", How.REMOVED)


def test_rules_are_told_by_their_folder_and_steps_in_words() -> None:
    after = compiled(
        {
            RULE: swapped(RULE, ("priority: P2", "priority: P1")),
            RUNBOOK: swapped(RUNBOOK, ("lasting: 2m", "lasting: 30m")),
        }
    )
    rule, runbook = difference(compiled(), after)
    assert (rule.kind, rule.id) == ("rule", "key-for-another-user")
    assert FieldChange("priority", "P2", "P1") in rule.fields
    assert runbook.kind == "runbook"
    (steps,) = runbook.fields
    assert "lasting 2m" in steps.before or "…" in steps.before
