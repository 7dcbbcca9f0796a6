from dataclasses import replace
from uuid import UUID

import pytest

from fireline.core.incidents.checklist import Answer
from fireline.core.incidents.roles import Giving
from fireline.core.incidents.states import State
from fireline.core.incidents.terms import Role
from fireline.core.incidents.updates import PublicWord
from fireline.core.values.actor import Machine
from fireline.core.values.ids import IncidentId
from fireline.core.values.priority import Priority
from fireline.store import due
from fireline.usecases import incidents
from fireline.usecases.alerts import acknowledge_alert
from fireline.usecases.incident_desk import PriorityStays, Unwritten
from fireline.usecases.transaction import Tx
from tests.usecases.incidents_world import (
    BO,
    CY,
    HOUR,
    ITEMS,
    MINUTE,
    PLAN,
    alert,
    declared,
    moved,
    seen,
)


def later(tx: Tx, minutes: float) -> Tx:
    return replace(tx, now=tx.now + minutes * MINUTE)


async def standing(tx: Tx, incident: IncidentId) -> dict[str, str]:
    """How the latest deadline of each kind stands, as stored."""
    rows = await (
        await tx.db.execute(
            "select kind, standing from incident_deadline where incident_id = %s"
            " order by due_at, id",
            (incident,),
        )
    ).fetchall()
    return dict(rows)


async def work(tx: Tx) -> int:
    """Pass every deadline that is due, as the worker does; return how many were missed."""
    claims = await due.claim(tx.db, "deadline", now=tx.now, lease=MINUTE, limit=50)
    missed = [await incidents.pass_deadline(tx, claim.id) for claim in claims]
    for claim in claims:
        await due.finish(tx.db, claim)
    return sum(missed)


async def test_deadlines_run_from_the_first_event_not_from_the_declaration(tx: Tx):
    raised = await alert(tx)
    view = await seen(tx, await declared(later(tx, 20), raised))
    due_at = {d.kind.value: d.due_at - tx.now for d in view.deadlines}
    assert due_at == {
        "acknowledge": 30 * MINUTE,
        "triage": HOUR,
        "remediate": 24 * HOUR,
        "retro": 36 * HOUR,
        "update": 50 * MINUTE,
    }


async def test_an_acknowledgement_counts_from_when_it_was_made(tx: Tx):
    raised = await alert(tx)
    await acknowledge_alert(later(tx, 10), raised, by=BO)
    incident = await declared(later(tx, 45), raised)
    assert (await standing(tx, incident))["acknowledge"] == "met"
    second = await alert(tx, key="AKIA2")
    assert (await standing(tx, await declared(later(tx, 45), second)))["acknowledge"] == "missed"


async def test_triage_is_met_by_the_last_answer(tx: Tx):
    incident = await declared(tx)
    for item in ITEMS[:-1]:
        await incidents.answer_item(tx, incident, item.id, Answer.NO, by=BO)
    assert (await standing(tx, incident))["triage"] == "running"
    await incidents.answer_item(tx, incident, ITEMS[-1].id, Answer.UNKNOWN, by=BO)
    assert (await standing(tx, incident))["triage"] == "met"


async def test_recovering_meets_the_third_and_closing_the_review_the_fourth(tx: Tx):
    incident = await declared(tx)
    await moved(tx, incident, State.CONTAINED, State.ERADICATED)
    assert (await standing(tx, incident))["remediate"] == "running"
    await moved(tx, incident, State.RECOVERED, State.IN_REVIEW)
    assert (await standing(tx, incident))["remediate"] == "met"
    assert (await standing(tx, incident))["retro"] == "running"
    await moved(tx, incident, State.CLOSED)
    found = await standing(tx, incident)
    assert (found["retro"], found["update"]) == ("met", "withdrawn")
    assert await work(later(tx, 10**6)) == 0


async def test_the_worker_marks_what_was_missed_once_and_says_so(tx: Tx):
    incident = await declared(tx)
    assert await work(later(tx, 29)) == 0
    after = later(tx, 60)
    assert await work(after) == 2
    assert await work(after) == 0
    view = await seen(after, incident)
    missed = [fact.body["what"] for fact in view.timeline if fact.kind == "deadline.missed"]
    assert sorted(str(what) for what in missed) == ["triage", "update"]
    assert view.next_actions[0] == "Post an update: it is late."
    for item in ITEMS:
        await incidents.answer_item(after, incident, item.id, Answer.NO, by=BO)
    (triage,) = [d for d in (await seen(after, incident)).deadlines if d.kind.value == "triage"]
    assert (triage.standing.value, triage.reached_at) == ("missed", after.now)


async def test_a_page_shows_a_deadline_missed_before_the_worker_comes_by(tx: Tx):
    incident = await declared(tx)
    view = await seen(later(tx, 61), incident)
    assert {d.kind.value: d.standing.value for d in view.deadlines}["triage"] == "missed"
    assert (await standing(tx, incident))["triage"] == "running"


async def test_a_deadline_that_is_not_there_or_not_due_is_let_be(tx: Tx):
    await declared(tx)
    claims = await due.claim(tx.db, "deadline", now=tx.now + 99 * HOUR, lease=MINUTE, limit=9)
    assert [await incidents.pass_deadline(tx, claim.id) for claim in claims] == [False] * 4
    assert not await incidents.pass_deadline(tx, UUID(int=1))


async def test_each_update_keeps_one_promise_and_makes_the_next(tx: Tx):
    incident = await declared(tx)
    for minutes in (10, 55):
        now = later(tx, minutes)
        await work(now)
        await incidents.post_update(
            now, incident, word=PublicWord.IDENTIFIED, text="A key leaked.", by=BO
        )
    view = await seen(later(tx, 55), incident)
    updates = [(d.due_at - tx.now, d.standing.value) for d in view.deadlines if d.kind == "update"]
    assert updates == [
        (30 * MINUTE, "met"),
        (40 * MINUTE, "missed"),
        (85 * MINUTE, "running"),
    ]
    assert view.next_update_due == tx.now + 85 * MINUTE
    assert [update.text for update in view.updates] == ["A key leaked."] * 2


async def test_the_next_update_may_be_chosen_but_not_in_the_past(tx: Tx):
    incident = await declared(tx)
    said = {"word": PublicWord.INVESTIGATING, "text": "We look.", "by": BO}
    with pytest.raises(Unwritten):
        await incidents.post_update(tx, incident, next_at=tx.now, **said)
    await incidents.post_update(tx, incident, next_at=tx.now + 3 * MINUTE, **said)
    assert (await seen(tx, incident)).next_update_due == tx.now + 3 * MINUTE


async def test_raising_a_priority_brings_its_deadlines_nearer(tx: Tx):
    incident = await declared(tx, priority=Priority.P2)
    await incidents.set_priority(
        later(tx, 5), PLAN, incident, Priority.P1, by=Machine("intake"), reason=""
    )
    view = await seen(tx, incident)
    assert view.priority is Priority.P1
    due_at = {d.kind.value: d.due_at - tx.now for d in view.deadlines}
    assert due_at == {
        "acknowledge": 4 * HOUR,  # met before; a new priority judges nobody for the past
        "triage": HOUR,
        "remediate": 24 * HOUR,
        "retro": 36 * HOUR,
        "update": 35 * MINUTE,
    }


async def test_lowering_a_priority_takes_a_person_and_a_reason(tx: Tx):
    incident = await declared(tx)
    with pytest.raises(PriorityStays):
        await incidents.set_priority(
            tx, PLAN, incident, Priority.P4, by=Machine("intake"), reason="x"
        )
    with pytest.raises(PriorityStays):
        await incidents.set_priority(tx, PLAN, incident, Priority.P4, by=BO)
    await incidents.set_priority(tx, PLAN, incident, Priority.P4, by=BO, reason="No data read.")
    await incidents.set_priority(tx, PLAN, incident, Priority.P4, by=BO)
    found = await standing(tx, incident)
    assert found["triage"] == found["remediate"] == found["retro"] == "withdrawn"
    assert [f.kind for f in (await seen(tx, incident)).timeline].count("priority.lowered") == 1
    await incidents.set_priority(tx, PLAN, incident, Priority.P1, by=CY)
    assert (await standing(tx, incident))["triage"] == "running"


async def test_an_incident_without_a_lead_has_a_timer(tx: Tx):
    incident = await declared(tx)
    await incidents.leave_role(tx, incident, Role.LEAD, person=BO.person, note="Ill.", by=BO)
    view = await seen(tx, incident)
    assert view.lead is None
    assert view.next_actions[0] == "Take the lead: nobody has it."
    assert await work(later(tx, 5)) == 1
    await incidents.take_role(later(tx, 6), PLAN, incident, Giving(Role.LEAD, CY.person), by=CY)
    (lead,) = [d for d in (await seen(tx, incident)).deadlines if d.kind.value == "lead"]
    assert (lead.standing.value, lead.reached_at) == ("missed", tx.now + 6 * MINUTE)


async def test_a_lead_found_in_time_stops_the_timer(tx: Tx):
    incident = await declared(tx)
    await incidents.leave_role(tx, incident, Role.LEAD, person=BO.person, note="Ill.", by=BO)
    await incidents.take_role(later(tx, 1), PLAN, incident, Giving(Role.LEAD, CY.person), by=CY)
    assert (await standing(tx, incident))["lead"] == "met"
    assert await work(later(tx, 6)) == 0


async def test_a_deadline_that_begins_late_knows_what_happened_before(tx: Tx):
    incident = await declared(tx, priority=Priority.P4)
    for item in ITEMS:
        await incidents.answer_item(later(tx, 5), incident, item.id, Answer.NO, by=BO)
    await incidents.set_priority(later(tx, 10), PLAN, incident, Priority.P1, by=CY)
    found = await standing(tx, incident)
    assert (found["acknowledge"], found["triage"], found["remediate"]) == ("met", "met", "running")
