"""Blast radius and approvals: what may be done at all, and on whose word."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.ref import AssetRef
from fireline.core.runbooks.action import ActionPlan
from fireline.core.runbooks.approval import (
    ApprovalState,
    Asked,
    Decided,
    Decision,
    NotDecided,
    Unusable,
    Usable,
    content_of,
    decide,
    usable,
)
from fireline.core.runbooks.blast import Allowed, BlastFacts, Forbidden, judge_blast
from fireline.core.runbooks.cloud import Call
from fireline.core.values.actor import Human, Machine
from fireline.core.values.ids import PersonId, RevisionId
from fireline.core.values.json import digest

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
KEY = AssetRef("aws.iam.access_key", "111122223333", "AKIAEXAMPLE1")
ARN = "arn:aws:iam::111122223333:user/shop-ci"
PEOPLE = st.sampled_from([PersonId(name) for name in ("ana", "bo", "cy")])


def plan(user: str = "shop-ci", arn: str = ARN, status: str = "Inactive") -> ActionPlan:
    call = Call("iam", "UpdateAccessKey", arn, {"UserName": user, "Status": status})
    back = Call("iam", "UpdateAccessKey", arn, {"UserName": user, "Status": "Active"})
    return ActionPlan(
        "aws.iam.deactivate_key", KEY, call, back, {"status": "Active"}, {"status": status}, "", ""
    )


def facts(**changed) -> BlastFacts:
    return BlastFacts(**{"others": (), "own": frozenset(), "protected": (), **changed})


@pytest.mark.parametrize("protected", [KEY.id, "shop-ci", ARN])
def test_protected_by_any_of_its_names_is_forbidden(protected: str) -> None:
    blast = judge_blast(plan(), {}, facts(protected=(protected,)), most=9, approvals=1)
    assert isinstance(blast, Forbidden)
    assert "protected" in blast.why


@pytest.mark.parametrize(
    ("own", "arn"),
    [
        (ARN, ARN),
        (
            "arn:aws:sts::111122223333:assumed-role/fireline-responder/fireline-3",
            "arn:aws:iam::111122223333:role/fireline/fireline-responder",
        ),
    ],
)
def test_fireline_is_never_turned_on_itself(own: str, arn: str) -> None:
    blast = judge_blast(plan(arn=arn), {}, facts(own=frozenset({own})), most=9, approvals=1)
    assert isinstance(blast, Forbidden)


def test_a_role_of_the_same_name_in_another_account_is_not_fireline() -> None:
    own = frozenset({"arn:aws:sts::999988887777:assumed-role/fireline-responder/x"})
    arn = "arn:aws:iam::111122223333:role/fireline-responder"
    assert isinstance(judge_blast(plan(arn=arn), {}, facts(own=own), most=9, approvals=1), Allowed)


@pytest.mark.parametrize("user", ["AWSServiceRoleForSupport", "AWSReservedSSO_admin_1"])
def test_what_belongs_to_aws_is_left_to_aws(user: str) -> None:
    assert isinstance(judge_blast(plan(user), {}, facts(), most=9, approvals=1), Forbidden)


@given(others=st.lists(st.text(min_size=1), max_size=6), most=st.integers(1, 6))
def test_more_than_the_runbook_allows_takes_two_people(others: list[str], most: int) -> None:
    blast = judge_blast(plan(), {}, facts(others=tuple(others)), most=most, approvals=1)
    assert isinstance(blast, Allowed)
    assert blast.touches == 1 + len(others)
    assert blast.approvals == (2 if blast.touches > most else 1)


def test_what_is_known_of_the_surroundings_is_said() -> None:
    state = {"last_used": "2026-11-16 in s3", "other_active_keys": 1}
    blast = judge_blast(plan(), state, facts(others=("203.0.113.9 (x)",)), most=9, approvals=1)
    assert isinstance(blast, Allowed)
    text = " ".join(blast.text)
    assert "203.0.113.9" in text
    assert "Last used 2026-11-16 in s3." in text
    assert "Other active keys of this user: 1." in text


ASKED = st.builds(
    Asked,
    state=st.sampled_from(ApprovalState),
    content_hash=st.sampled_from(["a", "b"]),
    requester=PEOPLE,
    needed=st.integers(1, 2),
    approvers=st.frozensets(PEOPLE),
    expires_at=st.sampled_from([NOW, NOW + timedelta(seconds=1), NOW - timedelta(hours=1)]),
)
ACTORS = PEOPLE.map(Human) | st.just(Machine("runs"))


@given(
    asked=ASKED,
    decision=st.sampled_from(Decision),
    by=ACTORS,
    shown=st.sampled_from(["a", "b"]),
)
def test_only_a_fair_answer_counts(asked: Asked, decision: Decision, by, shown: str) -> None:
    answer = decide(asked, decision, by=by, content_hash=shown, now=NOW)
    fair = (
        isinstance(by, Human)
        and by.person != asked.requester
        and by.person not in asked.approvers
        and asked.state is ApprovalState.WAITING
        and asked.expires_at > NOW
        and shown == asked.content_hash
    )
    assert isinstance(answer, Decided) == fair
    if isinstance(answer, Decided) and answer.state is ApprovalState.APPROVED:
        assert decision is Decision.APPROVE
        assert isinstance(by, Human)
        assert len(asked.approvers | {by.person}) >= asked.needed


@given(asked=ASKED, content=st.sampled_from(["a", "b"]), drifted=st.booleans())
def test_an_approval_is_usable_only_fresh_whole_and_for_what_was_seen(
    asked: Asked, content: str, *, drifted: bool
) -> None:
    verdict = usable(asked, content_hash=content, drifted=drifted, now=NOW)
    assert isinstance(verdict, Usable | Unusable)
    assert isinstance(verdict, Usable) == (
        asked.state is ApprovalState.APPROVED
        and len(asked.approvers - {asked.requester}) >= asked.needed
        and asked.expires_at > NOW
        and content == asked.content_hash
        and not drifted
    )


def test_the_hash_covers_everything_that_would_happen() -> None:
    def hashed(one: ActionPlan, **changed) -> str:
        given = {
            "revision": RevisionId("r1"),
            "requester": PersonId("bo"),
            "run": UUID(int=1),
            "needed": 1,
        }
        return digest(content_of(one, **{**given, **changed}))

    base = hashed(plan())
    others = [
        hashed(plan("somebody")),
        hashed(plan(arn="arn:other")),
        hashed(plan(status="Active")),
        hashed(plan(), revision="r2"),
        hashed(plan(), requester="ana"),
        hashed(plan(), run=UUID(int=2)),
        hashed(plan(), needed=2),
    ]
    assert base not in others
    assert len(set(others)) == len(others)
    assert hashed(plan()) == base


def test_refusal_codes_do_not_change() -> None:
    assert {why.value for why in NotDecided} == {
        "approval.human_only",
        "approval.own_request",
        "approval.expired",
        "approval.settled",
        "approval.other_content",
        "approval.twice",
    }
