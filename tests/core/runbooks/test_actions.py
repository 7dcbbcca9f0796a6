"""What actions plan, how they are judged done, and how they are undone."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.ref import AssetRef
from fireline.core.runbooks.action import (
    ActionPlan,
    AlreadyUndone,
    CannotPlan,
    Conflict,
    Context,
    NothingToDo,
    UndoCall,
    Unverified,
    Verified,
    plan_action,
    undo,
    verify,
    verify_undo,
)
from fireline.core.runbooks.actions import REGISTERED
from fireline.core.runbooks.cloud import Absent, Present, Reading, Unreadable
from fireline.core.runbooks.conditions import Unevaluable, holds
from fireline.core.runbooks.iam import DEACTIVATE_KEY, DENY_SESSIONS, policy_name, revoke_document
from fireline.core.runbooks.state import ENDED, UNDOABLE, ActionState, may_become
from fireline.core.values.json import JsonObject

CONTEXT = Context("INC-7", datetime(2026, 11, 17, 9, 30, tzinfo=UTC))
KEY = AssetRef("aws.iam.access_key", "111122223333", "AKIAEXAMPLE1")
USER = AssetRef("aws.iam.user", "111122223333", "shop-ci")
ARN = "arn:aws:iam::111122223333:user/team/shop-ci"
NAME = policy_name("INC-7")


def key_state(status: str = "Active") -> JsonObject:
    return {"user": "shop-ci", "user_arn": ARN, "status": status, "last_used": "never"}


def user_state(policies: dict[str, str] | None = None) -> JsonObject:
    return {"arn": ARN, "inline_policies": policies or {}}


def planned(kind, asset: AssetRef, state: JsonObject) -> ActionPlan:
    found = plan_action(kind, asset, Present(state), CONTEXT)
    assert isinstance(found, ActionPlan)
    return found


def test_every_registered_kind_is_under_its_own_name() -> None:
    assert {kind.name for kind in REGISTERED.values()} == set(REGISTERED)


def test_a_key_is_deactivated_by_one_exact_call_and_put_back_by_another() -> None:
    plan = planned(DEACTIVATE_KEY, KEY, key_state())
    assert plan.call.operation == "UpdateAccessKey"
    assert plan.call.resource == ARN
    assert plan.call.parameters == {
        "UserName": "shop-ci",
        "AccessKeyId": "AKIAEXAMPLE1",
        "Status": "Inactive",
    }
    assert plan.inverse.parameters["Status"] == "Active"
    assert "- Status: Active\n+ Status: Inactive" in plan.diff


@pytest.mark.parametrize(
    ("reading", "answer"),
    [
        (Present(key_state("Inactive")), NothingToDo),
        (Absent(), NothingToDo),
        (Unreadable("denied"), CannotPlan),
        (Present(key_state("Expired")), CannotPlan),
        (Present({"user": "", "user_arn": "", "status": "Active"}), CannotPlan),
    ],
)
def test_a_key_that_needs_or_allows_nothing_is_left_alone(reading: Reading, answer: type) -> None:
    assert isinstance(plan_action(DEACTIVATE_KEY, KEY, reading, CONTEXT), answer)


def test_only_what_could_not_be_read_may_be_planned_later() -> None:
    unread = plan_action(DEACTIVATE_KEY, KEY, Unreadable("throttled"), CONTEXT)
    strange = plan_action(DEACTIVATE_KEY, KEY, Present(key_state("Expired")), CONTEXT)
    assert isinstance(unread, CannotPlan)
    assert isinstance(strange, CannotPlan)
    assert (unread.passing, strange.passing) == (True, False)


def test_an_action_acts_on_its_own_kind_of_asset_only() -> None:
    assert isinstance(plan_action(DEACTIVATE_KEY, USER, Present(user_state()), CONTEXT), CannotPlan)


def test_the_deny_is_of_everything_for_sessions_issued_before_the_cutoff() -> None:
    plan = planned(DENY_SESSIONS, USER, user_state({"own": "{}"}))
    document = json.loads(plan.call.parameters["PolicyDocument"])
    assert document["Statement"] == [
        {
            "Sid": "FirelineRevoke",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-11-17T09:30:00Z"}},
        }
    ]
    assert plan.call.parameters["PolicyName"] == "FirelineRevoke-INC-7"
    assert plan.inverse.operation == "DeleteUserPolicy"
    assert "PolicyDocument" not in plan.inverse.parameters


def test_the_cutoff_is_written_in_utc_whatever_the_zone() -> None:
    zone = timezone(timedelta(hours=2))
    assert "T07:30:00Z" in revoke_document(datetime(2026, 11, 17, 9, 30, tzinfo=zone))


def test_an_older_deny_of_ours_is_renewed_and_its_exact_text_comes_back() -> None:
    older = " " + revoke_document(CONTEXT.cutoff - timedelta(days=1)) + "\n"
    plan = planned(DENY_SESSIONS, USER, user_state({NAME: older}))
    assert plan.inverse.operation == "PutUserPolicy"
    assert plan.inverse.parameters["PolicyDocument"] == older


@pytest.mark.parametrize(
    "document",
    [
        "{}",
        "not json",
        "[]",
        '{"Statement": []}',
        '{"Statement": "x"}',
        revoke_document(CONTEXT.cutoff).replace("Deny", "Allow"),
        revoke_document(CONTEXT.cutoff).replace("Z", ""),
        revoke_document(CONTEXT.cutoff).replace('"Resource":"*"', '"Resource":"x"'),
    ],
)
def test_a_policy_of_that_name_that_is_not_ours_is_never_overwritten(document: str) -> None:
    state = Present(user_state({NAME: document}))
    assert isinstance(plan_action(DENY_SESSIONS, USER, state, CONTEXT), CannotPlan)


def test_a_user_whose_policies_would_grow_too_large_is_not_planned() -> None:
    room = 2048 - len(revoke_document(CONTEXT.cutoff))
    fits = user_state({"own": "x" * room + " \n" * 50})
    assert isinstance(plan_action(DENY_SESSIONS, USER, Present(fits), CONTEXT), ActionPlan)
    full = user_state({"own": "x" * (room + 1)})
    assert isinstance(plan_action(DENY_SESSIONS, USER, Present(full), CONTEXT), CannotPlan)


def test_a_user_without_an_arn_is_not_planned() -> None:
    assert isinstance(plan_action(DENY_SESSIONS, USER, Present({}), CONTEXT), CannotPlan)


PLANS = (
    (DEACTIVATE_KEY, planned(DEACTIVATE_KEY, KEY, key_state())),
    (DENY_SESSIONS, planned(DENY_SESSIONS, USER, user_state())),
    (
        DENY_SESSIONS,
        planned(
            DENY_SESSIONS,
            USER,
            user_state({NAME: revoke_document(CONTEXT.cutoff - timedelta(days=2))}),
        ),
    ),
)


def _after(plan: ActionPlan, call=None) -> JsonObject:
    """Return the state a call leads to."""
    given = (call or plan.call).parameters
    if plan.kind == DEACTIVATE_KEY.name:
        return key_state(given["Status"])
    kept = {NAME: given["PolicyDocument"]} if "PolicyDocument" in given else {}
    return user_state({"own": "{}", **kept})


@pytest.mark.parametrize(("kind", "plan"), PLANS)
def test_what_was_done_is_verified_undone_and_verified_again(kind, plan: ActionPlan) -> None:
    done = Present(_after(plan))
    assert verify(kind, plan, done) == Verified()
    assert verify_undo(kind, plan, done) == Unverified("it still reads as before", untouched=True)
    way = undo(kind, plan, done)
    assert isinstance(way, UndoCall)
    assert way.call == plan.inverse
    back = Present(_after(plan, way.call))
    assert verify_undo(kind, plan, back) == Verified()
    assert verify(kind, plan, back) == Unverified("it still reads as before", untouched=True)
    assert isinstance(undo(kind, plan, back), AlreadyUndone)


@pytest.mark.parametrize(("kind", "plan"), PLANS)
def test_what_is_gone_or_unreadable_is_neither_verified_nor_undone_by_force(
    kind, plan: ActionPlan
) -> None:
    assert isinstance(verify(kind, plan, Absent()), Unverified)
    assert isinstance(verify(kind, plan, Unreadable("denied")), Unverified)
    assert isinstance(undo(kind, plan, Absent()), AlreadyUndone)
    assert undo(kind, plan, Unreadable("denied")) == Unreadable("denied")


@given(document=st.text(max_size=40))
def test_undo_calls_only_when_the_asset_is_exactly_as_it_was_left(document: str) -> None:
    kind, plan = PLANS[1]
    way = undo(kind, plan, Present(user_state({NAME: document})))
    left = plan.call.parameters["PolicyDocument"]
    if document == left:
        assert isinstance(way, UndoCall)
    else:
        assert isinstance(way, Conflict)
        assert way.present["document"] == document
        assert way.left["document"] == left
        assert way.before["document"] is None


@given(state=st.sampled_from(ActionState), wanted=st.sampled_from(ActionState))
def test_what_has_ended_goes_nowhere_and_what_is_undoable_can_be_undone(
    state: ActionState, wanted: ActionState
) -> None:
    if state in ENDED:
        assert not may_become(state, wanted)
    if state in UNDOABLE:
        assert may_become(state, ActionState.EXECUTING)
        assert may_become(state, ActionState.UNDONE)
    if wanted is ActionState.EXECUTING and may_become(state, wanted):
        assert state in UNDOABLE | {ActionState.EVIDENCE}


def test_a_condition_speaks_of_the_action_its_asset_and_both_states() -> None:
    plan = PLANS[0][1]
    assert holds("before.status == 'Active' && after.status == 'Inactive'", plan) is True
    assert holds("asset.id == 'somebody' || action != 'aws.iam.deactivate_key'", plan) is False


@pytest.mark.parametrize("condition", ["before.nothing", "1 + 1", "this is no CEL", "1 / 0 > 1"])
def test_a_condition_without_an_answer_says_why(condition: str) -> None:
    assert isinstance(holds(condition, PLANS[0][1]), Unevaluable)
