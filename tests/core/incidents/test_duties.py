from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.incidents.checklist import (
    Answer,
    needs_reason,
    offers_declare,
    pre_ticked,
    task_for,
    triaged,
)
from fireline.core.incidents.deadlines import (
    DeadlineKind,
    Standing,
    deadlines_of,
    length_of,
    standing,
)
from fireline.core.incidents.next_actions import Position, next_actions
from fireline.core.incidents.numbers import read_short, short
from fireline.core.incidents.priorities import WhyNotLower, why_not_priority
from fireline.core.incidents.roles import (
    Change,
    Giving,
    Holder,
    WhyNotRole,
    give_role,
    lead_of,
    unassigned,
)
from fireline.core.incidents.states import State
from fireline.core.incidents.terms import Category, ChecklistItem, Cia, Frame, PriorityRule, Role
from fireline.core.incidents.updates import update_every, why_not_next
from fireline.core.values.actor import Human, Machine
from fireline.core.values.ids import CategoryId, PersonId
from fireline.core.values.priority import Priority

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA, BO, CY = (PersonId(name) for name in ("ana", "bo", "cy"))
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
P1 = PriorityRule(Priority.P1, "data exposed", 30 * MINUTE, HOUR, 24 * HOUR, 36 * HOUR, 30 * MINUTE)
P4 = PriorityRule(Priority.P4, "minor", None, None, None, None, None)


def test_the_four_deadlines_run_from_the_first_event_at_the_pace_of_the_drill():
    found = {d.kind: d.due_at for d in deadlines_of(P1, anchor=NOON, pace=10)}
    assert found == {
        DeadlineKind.ACKNOWLEDGE: NOON + 3 * MINUTE,
        DeadlineKind.TRIAGE: NOON + 6 * MINUTE,
        DeadlineKind.REMEDIATE: NOON + 2.4 * HOUR,
        DeadlineKind.RETRO: NOON + 3.6 * HOUR,
    }


def test_a_priority_may_set_no_deadline():
    assert deadlines_of(P4, anchor=NOON, pace=1) == ()
    assert length_of(P1, DeadlineKind.UPDATE) == 30 * MINUTE
    assert length_of(P1, DeadlineKind.LEAD) is None


@pytest.mark.parametrize(
    ("reached", "now", "expected"),
    [
        (None, -1, Standing.RUNNING),
        (None, 0, Standing.MISSED),
        (-1, 5, Standing.MET),
        (0, 0, Standing.MISSED),
        (3, 5, Standing.MISSED),
    ],
)
def test_a_deadline_is_met_before_it_and_missed_on_the_dot(
    reached: int | None, now: int, expected: Standing
):
    at = None if reached is None else NOON + reached * MINUTE
    assert standing(NOON, at, NOON + now * MINUTE) is expected


def test_a_priority_rises_freely_and_falls_with_a_person_and_a_reason():
    ladder, ana = Machine("ladder"), Human(ANA)
    assert why_not_priority(Priority.P3, Priority.P1, by=ladder, reason="") is None
    lower = (Priority.P1, Priority.P3)
    assert why_not_priority(*lower, by=ladder, reason="x") is WhyNotLower.MACHINE
    assert why_not_priority(*lower, by=ana, reason=" ") is WhyNotLower.NO_REASON
    assert why_not_priority(*lower, by=ana, reason="No data was read.") is None


def test_a_role_in_somebodys_hands_takes_a_note_and_an_empty_one_does_not():
    held = [Holder(Role.LEAD, ANA, NOON), Holder(Role.RESPONDER, ANA, NOON)]
    assert give_role(held, Giving(Role.SCRIBE, BO)) == Change(BO, None)
    assert give_role(held, Giving(Role.LEAD, BO)) is WhyNotRole.NO_NOTE
    assert give_role(held, Giving(Role.LEAD, BO, "Keys are off.")) == Change(BO, ANA)
    assert give_role(held, Giving(Role.LEAD, ANA, "x")) is WhyNotRole.HELD
    assert give_role(held, Giving(Role.RESPONDER, BO)) == Change(BO, None)
    assert unassigned(held) == (Role.COORDINATOR, Role.SCRIBE, Role.COMMUNICATOR)


@given(
    st.lists(
        st.builds(Giving, st.sampled_from(Role), st.sampled_from([ANA, BO, CY]), st.just("note"))
    )
)
def test_there_is_never_more_than_one_lead(givings: list[Giving]):
    held: list[Holder] = []
    for giving in givings:
        change = give_role(held, giving)
        if isinstance(change, Change):
            held = [h for h in held if (h.role, h.person) != (giving.role, change.leaves)]
            held.append(Holder(giving.role, change.person, NOON))
    leads = [holder.person for holder in held if holder.role is Role.LEAD]
    assert len(leads) <= 1
    assert lead_of(held) == (leads[0] if leads else None)
    assert len({(h.role, h.person) for h in held}) == len(held)


ITEMS = (
    ChecklistItem("authn", Cia.CONFIDENTIALITY, "Is authentication compromised?"),
    ChecklistItem("access", Cia.CONFIDENTIALITY, "Was data read?"),
    ChecklistItem("logs", Cia.INTEGRITY, "Are logs missing?"),
    ChecklistItem("dos", Cia.AVAILABILITY, "Is it slow?"),
)
CREDENTIAL = Category(
    CategoryId("credential"),
    "Leaked credential",
    "attack",
    frozenset({Cia.CONFIDENTIALITY, Cia.INTEGRITY}),
    operational=False,
    runbook=None,
    default_priority=Priority.P2,
)


def test_detections_tick_one_question_of_each_kind_and_say_why():
    ticks = pre_ticked(ITEMS, CREDENTIAL, ["New key for svc-backup"])
    assert [tick.item for tick in ticks] == ["authn", "logs"]
    assert all(tick.reason == "Leaked credential: New key for svc-backup" for tick in ticks)
    assert pre_ticked(ITEMS, CREDENTIAL, []) == ()


def test_taking_back_a_detections_tick_needs_a_reason():
    assert needs_reason(Answer.YES, machine_ticked=True, answer=Answer.NO)
    assert not needs_reason(Answer.YES, machine_ticked=False, answer=Answer.NO)
    assert not needs_reason(Answer.NO, machine_ticked=True, answer=Answer.YES)


def test_enough_yeses_offer_to_declare():
    assert offers_declare([Answer.NO, Answer.YES], 1)
    assert not offers_declare([Answer.UNKNOWN, Answer.NO], 1)
    assert not offers_declare([Answer.YES], 2)


def test_triage_is_over_when_every_question_has_an_answer():
    assert triaged(["a", "b"], {"a": Answer.UNKNOWN, "b": Answer.NO})
    assert not triaged(["a", "b"], {"a": Answer.YES})
    assert task_for("Was data read?") == "Find out: Was data read?"


def test_an_open_incident_is_never_silent_for_ever():
    assert update_every(P1, 1) == 30 * MINUTE
    assert update_every(P4, 24) == HOUR
    assert update_every(None, 1) == 24 * HOUR
    assert why_not_next(NOON, NOON) == "the next update is in the past"
    assert why_not_next(NOON + MINUTE, NOON) is None
    assert why_not_next(NOON + timedelta(days=8), NOON) is not None


@given(st.integers(min_value=1, max_value=10**17))
def test_a_short_name_is_read_back(number: int):
    assert read_short(short(number)) == number
    assert read_short(f" {short(number).lower()} ") == number
    assert read_short(str(number)) == number


@pytest.mark.parametrize("text", ["", "INC-", "INC-0", "INC-01", "ALT-1", "INC-1x", "-1", "INC-²"])
def test_anything_else_is_no_short_name(text: str):
    assert read_short(text) is None


def position(state: State, **changes: object) -> Position:
    fields: dict[str, object] = {
        "state": state,
        "lead": BO,
        "next_update_due": NOON + HOUR,
        "unanswered": 0,
        "open_tasks": 0,
        "runbook": "leaked-key",
        "started": False,
        "running": False,
        "frame": None,
        "offers_declare": False,
    }
    return Position(**(fields | changes))


def test_what_is_most_urgent_is_said_first():
    said = next_actions(
        position(State.DECLARED, lead=None, next_update_due=NOON, unanswered=3, open_tasks=1), NOON
    )
    assert said[:3] == (
        "Take the lead: nobody has it.",
        "Post an update: it is late.",
        "Start the runbook leaked-key.",
    )
    assert "Answer 3 triage questions." in said
    assert said[-1] == "Finish 1 open task."


def test_what_to_do_follows_the_state():
    running = next_actions(
        position(
            State.DECLARED, started=True, running=True, frame=Frame.CHAOTIC, open_vectors=("AKIA9",)
        ),
        NOON,
    )
    assert running[:3] == (
        "Contain first, understand later.",
        "Shut AKIA9, or accept the risk in writing.",
        "Follow the runbook: approve, verify, answer.",
    )
    suspected = next_actions(position(State.SUSPECTED, unanswered=1, offers_declare=True), NOON)
    assert suspected == ("Answer 1 triage question.", "Declare it: the checklist says so.")
    assert next_actions(position(State.SUSPECTED), NOON) == ("Declare or dismiss it.",)
    review = next_actions(position(State.IN_REVIEW, review_missing=("write an insight",)), NOON)
    assert review == ("Review: write an insight.",)
    assert next_actions(position(State.IN_REVIEW), NOON) == (
        "Close the review; then close the incident.",
    )
    unassigned_ = next_actions(position(State.CONTAINED, unassigned=(Role.COMMUNICATOR,)), NOON)
    assert unassigned_[-1] == "Ask somebody to communicate."


@pytest.mark.parametrize("state", list(State))
def test_an_open_incident_always_has_something_to_do(state: State):
    assert bool(next_actions(position(state), NOON)) == state.is_open
