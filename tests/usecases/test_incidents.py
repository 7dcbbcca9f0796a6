import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from fireline.app.house import House
from fireline.core.assets.ref import AssetRef
from fireline.core.incidents.checklist import Answer
from fireline.core.incidents.containment import Containment, Cover, Vector
from fireline.core.incidents.roles import Giving
from fireline.core.incidents.states import State
from fireline.core.incidents.terms import Frame, Role
from fireline.core.incidents.updates import PublicWord
from fireline.core.timeline.fact import first_break
from fireline.core.values.ids import AlertId, CategoryId, DrillId, IncidentId, PersonId, TaskId
from fireline.core.values.priority import Priority
from fireline.store import incidents as store
from fireline.usecases import incidents
from fireline.usecases.declaring import NoSuchAlert, WorldsApart
from fireline.usecases.incident_desk import (
    AlertTaken,
    IncidentOver,
    MoveBlocked,
    NoSuchIncident,
    NoSuchPart,
    NotInPlan,
    RoleStays,
    Unwritten,
)
from fireline.usecases.transaction import Tx
from tests.usecases.incidents_world import (
    ACCOUNT,
    ANA,
    BO,
    CREDENTIAL,
    CY,
    ITEMS,
    MINUTE,
    PLAN,
    RELEASE,
    SHUT,
    alert,
    declared,
    moved,
    seen,
)

DRILL = DrillId(UUID(int=5))
ALL = (
    State.CONTAINED,
    State.ERADICATED,
    State.RECOVERED,
    State.IN_REVIEW,
    State.CLOSED,
)


def later(tx: Tx, minutes: float) -> Tx:
    return replace(tx, now=tx.now + minutes * MINUTE)


async def test_declaring_starts_everything_at_once(tx: Tx):
    raised = await alert(tx)
    view = await seen(tx, await declared(tx, raised))
    assert view.state is State.DECLARED
    assert view.name == f"INC-{view.number}"
    assert view.lead == BO.person
    assert view.plan_revision == PLAN.revision
    assert [each.id for each in view.alerts] == [raised]
    assert [item.item for item in view.checklist] == [item.id for item in ITEMS]
    assert view.next_update_due == tx.now + 30 * MINUTE
    kinds = [fact.kind for fact in view.timeline if fact.stream.kind == "incident"]
    assert kinds[0] == "incident.declared"
    assert {"alert.joined", "role.taken", "deadline.met"} <= set(kinds)
    assert any(fact.kind == "alert.raised" for fact in view.timeline)
    assert "Start the runbook leaked-key." in view.next_actions


async def test_a_detection_ticks_its_question_and_declaring_is_offered(tx: Tx):
    view = await seen(tx, await declared(tx, await alert(tx)))
    (ticked,) = [item for item in view.checklist if item.answer]
    assert ticked.item == "access"
    assert ticked.ticked_by_detection
    assert ticked.reason.startswith("Leaked credential: ")
    assert view.offers_declare


async def test_the_runbook_is_suggested_with_the_assets_of_the_alerts(tx: Tx):
    view = await seen(tx, await declared(tx, await alert(tx)))
    assert view.suggestion is not None
    assert view.suggestion.runbook == "leaked-key"
    key, user = view.suggestion.inputs["access_keys"], view.suggestion.inputs["users"]
    assert AssetRef("aws.iam.access_key", ACCOUNT, "AKIA1MADE") in key
    assert AssetRef("aws.iam.user", ACCOUNT, "svc-backup") in user
    assert view.suggestion.lacking == ("roles",)


async def test_an_alert_belongs_to_one_incident_and_the_refusal_names_it(tx: Tx):
    raised = await alert(tx)
    first = await seen(tx, await declared(tx, raised))
    with pytest.raises(AlertTaken, match=first.name):
        await declared(tx, raised)


async def test_of_two_people_declaring_at_once_one_is_told_of_the_other(house: House):
    async with house.transaction() as tx:
        raised = await alert(tx)

    async def attempt() -> str:
        try:
            async with house.transaction() as tx:
                await declared(tx, raised)
                await asyncio.sleep(0.1)  # the other one waits for the alert meanwhile
        except AlertTaken:
            return "taken"
        return "declared"

    assert sorted(await asyncio.gather(attempt(), attempt())) == ["declared", "taken"]


async def test_another_alert_joins_an_open_incident(tx: Tx):
    incident = await declared(tx, await alert(tx))
    second = await alert(tx, key="AKIA2")
    await incidents.join_alert(tx, incident, second, by=ANA)
    view = await seen(tx, incident)
    assert second in {each.id for each in view.alerts}
    assert view.suggestion is not None
    assert (
        AssetRef("aws.iam.access_key", ACCOUNT, "AKIA2MADE")
        in view.suggestion.inputs["access_keys"]
    )


async def test_a_drill_and_the_real_world_do_not_share_an_incident(tx: Tx):
    real, drilled = await alert(tx), await alert(tx, key="AKIA2", drill=DRILL, pace=20)
    with pytest.raises(WorldsApart):
        await declared(tx, real, drilled)
    incident = await declared(tx, drilled)
    with pytest.raises(WorldsApart):
        await incidents.join_alert(tx, incident, real, by=BO)
    view = await seen(tx, incident)
    assert (view.drill, view.pace) == (DRILL, 20)
    assert view.next_update_due == tx.now + 1.5 * MINUTE


async def test_what_the_plan_does_not_know_is_refused(tx: Tx):
    with pytest.raises(NotInPlan):
        await declared(tx, category=CategoryId("witchcraft"))
    with pytest.raises(NotInPlan):
        await declared(tx, priority=Priority.P5)
    with pytest.raises(NoSuchAlert):
        await declared(tx, AlertId(UUID(int=1)))
    incident = await declared(tx)
    with pytest.raises(NotInPlan):
        await incidents.take_role(
            tx, PLAN, incident, Giving(Role.SCRIBE, PersonId("nobody")), by=BO
        )
    with pytest.raises(NoSuchIncident):
        await incidents.find_incident(tx, 10**9)
    with pytest.raises(NoSuchIncident):
        await incidents.note(tx, IncidentId(UUID(int=1)), "x", by=BO)


async def test_a_suspicion_becomes_an_incident_once_it_has_a_category_and_a_lead(tx: Tx):
    incident = await incidents.suspect(
        tx, PLAN, alerts=[await alert(tx)], title="Odd", priority=Priority.P2, by=ANA
    )
    with pytest.raises(MoveBlocked) as refused:
        await incidents.transition(tx, PLAN, incident, State.DECLARED, by=ANA)
    assert [reason.code for reason in refused.value.reasons] == ["no_category", "no_lead"]
    assert "name a lead" in refused.value.hint
    await incidents.set_category(tx, PLAN, incident, CREDENTIAL, by=ANA)
    await incidents.take_role(tx, PLAN, incident, Giving(Role.LEAD, ANA.person), by=ANA)
    await incidents.transition(tx, PLAN, incident, State.DECLARED, by=ANA)
    view = await seen(tx, incident)
    assert (view.state, view.declared_at) == (State.DECLARED, tx.now)
    assert view.suggestion is not None


async def test_an_incident_goes_all_the_way_and_closes_after_its_review(tx: Tx):
    incident = await declared(tx, await alert(tx))
    await moved(later(tx, 5), incident, *ALL)
    view = await seen(tx, incident)
    assert view.state is State.CLOSED
    assert view.next_update_due is None
    assert view.next_actions == ()
    assert view.contained_at == view.recovered_at == tx.now + 5 * MINUTE
    (contained,) = [fact for fact in view.timeline if fact.kind == "incident.contained"]
    assert contained.body["vectors"] == [
        {"asset": "AKIA1", "cover": "verified", "note": "deactivated"}
    ]
    own = [fact for fact in view.timeline if fact.stream.kind == "incident"]
    assert first_break(sorted(own, key=lambda fact: fact.seq)) is None
    with pytest.raises(IncidentOver):
        await incidents.post_update(
            tx, incident, word=PublicWord.MONITORING, text="Still here.", by=BO
        )
    await incidents.note(tx, incident, "Invoice came.", by=BO)


async def test_the_database_itself_refuses_to_close_without_a_review(tx: Tx):
    incident = await declared(tx)
    row = await store.lock(tx.db, incident)
    assert row is not None
    with pytest.raises(Exception, match="closes after its review"):
        await store.set_state(
            tx.db, replace(row, state="closed", ended_at=tx.now, next_update_due=None)
        )


async def test_new_evidence_reopens_a_closed_incident_and_its_review(tx: Tx):
    incident = await declared(tx, await alert(tx))
    await moved(tx, incident, *ALL)
    after = later(tx, 60)
    await incidents.transition(
        after, PLAN, incident, State.DECLARED, by=CY, note="The key is used again."
    )
    view = await seen(after, incident)
    assert (view.state, view.episode) == (State.DECLARED, 2)
    assert view.contained_at is None
    assert view.next_update_due == after.now + 30 * MINUTE
    running = {d.kind.value: d.due_at for d in view.deadlines if d.standing.value == "running"}
    assert running["remediate"] == after.now + 24 * 60 * MINUTE
    assert {"retro", "update"} < set(running)
    await moved(after, incident, *ALL[:-1])
    with pytest.raises(MoveBlocked) as refused:
        await incidents.transition(after, PLAN, incident, State.CLOSED, by=BO)
    assert [reason.code for reason in refused.value.reasons] == ["no_review"]


async def test_a_dismissed_suspicion_is_reopened_once_it_has_a_category(tx: Tx):
    incident = await incidents.suspect(
        tx, PLAN, alerts=[], title="Odd", priority=Priority.P4, by=ANA
    )
    await incidents.transition(tx, PLAN, incident, State.DISMISSED, by=ANA, note="A test.")
    with pytest.raises(MoveBlocked) as refused:
        await incidents.transition(tx, PLAN, incident, State.DECLARED, by=ANA)
    assert [reason.code for reason in refused.value.reasons] == ["no_evidence", "no_category"]
    await incidents.set_category(tx, PLAN, incident, CREDENTIAL, by=ANA)
    await incidents.transition(tx, PLAN, incident, State.DECLARED, by=ANA, note="No test.")
    view = await seen(tx, incident)
    assert (view.state, view.lead) == (State.DECLARED, None)
    assert "lead" in {deadline.kind.value for deadline in view.deadlines}


async def test_a_named_way_in_must_be_shut_or_accepted_in_writing(tx: Tx):
    incident = await declared(tx)
    await incidents.name_vector(tx, incident, "session of shop-ci", by=BO)
    await incidents.name_vector(tx, incident, "session of shop-ci", by=BO)
    missing = await incidents.why_not(tx, incident, State.CONTAINED, by=BO, containment=SHUT)
    assert [reason.code for reason in missing] == ["vector_open"]
    assert "Shut session of shop-ci, or accept the risk in writing." in (
        (await seen(tx, incident)).next_actions
    )
    with pytest.raises(Unwritten):
        await incidents.accept_risk(tx, incident, "session of shop-ci", " ", by=BO)
    await incidents.accept_risk(tx, incident, "session of shop-ci", "Expires in 1 min.", by=BO)
    await incidents.name_vector(tx, incident, "session of shop-ci", by=BO)
    assert (await seen(tx, incident)).vectors == (
        Vector("session of shop-ci", Cover.ACCEPTED_RISK, "Expires in 1 min."),
    )
    await moved(tx, incident, State.CONTAINED)


async def test_what_a_run_verified_counts_more_than_what_was_named(tx: Tx):
    incident = await declared(tx)
    await incidents.name_vector(tx, incident, "AKIA1", by=BO)
    opened = Containment(vectors=(Vector("AKIA1", Cover.OPEN),))
    with pytest.raises(MoveBlocked):
        await incidents.transition(
            tx, PLAN, incident, State.CONTAINED, by=BO, note="x", containment=opened
        )
    await incidents.transition(tx, PLAN, incident, State.CONTAINED, by=BO, containment=SHUT)


async def test_a_p1_is_dismissed_by_two_people(tx: Tx):
    incident = await declared(tx)
    await incidents.propose_dismissal(tx, incident, why="A test key.", by=BO)
    with pytest.raises(MoveBlocked):
        await incidents.transition(tx, PLAN, incident, State.DISMISSED, by=BO, note="A test key.")
    await incidents.transition(tx, PLAN, incident, State.DISMISSED, by=CY, note="Confirmed.")
    view = await seen(tx, incident)
    assert view.state is State.DISMISSED
    assert not [d for d in view.deadlines if d.standing.value == "running"]


async def test_a_merged_incident_brings_its_alerts_along(tx: Tx):
    first = await declared(tx, await alert(tx))
    second = await declared(tx, await alert(tx, key="AKIA2"))
    with pytest.raises(MoveBlocked):
        await incidents.merge(tx, second, first, by=ANA)
    with pytest.raises(WorldsApart):
        await incidents.merge(tx, second, second, by=BO)
    await incidents.merge(tx, second, first, by=BO)
    kept, gone = await seen(tx, first), await seen(tx, second)
    assert len(kept.alerts) == 2
    assert (gone.state, gone.merged_into) == (State.MERGED, kept.number)
    assert gone.phase == ""


async def test_a_role_changes_hands_with_a_note_and_history_is_kept(tx: Tx):
    incident = await declared(tx)
    with pytest.raises(RoleStays):
        await incidents.take_role(tx, PLAN, incident, Giving(Role.LEAD, BO.person), by=BO)
    with pytest.raises(Unwritten):
        await incidents.take_role(tx, PLAN, incident, Giving(Role.LEAD, CY.person), by=CY)
    after = later(tx, 10)
    await incidents.take_role(
        after, PLAN, incident, Giving(Role.LEAD, CY.person, "Keys are off."), by=BO
    )
    view = await seen(after, incident)
    assert view.lead == CY.person
    assert [(r.person, r.since, r.until) for r in view.roles] == [
        ("bo", tx.now, after.now),
        ("cy", after.now, None),
    ]
    assert Role.LEAD not in view.unassigned
    with pytest.raises(NoSuchPart):
        await incidents.leave_role(tx, incident, Role.SCRIBE, person=BO.person, note="x", by=BO)


async def test_the_one_who_asks_may_take_a_role_without_being_in_the_plan(tx: Tx):
    incident = await declared(tx)
    admin = replace(BO, person=PersonId("admin"))
    await incidents.take_role(tx, PLAN, incident, Giving(Role.RESPONDER, admin.person), by=admin)
    assert "admin" in [role.person for role in (await seen(tx, incident)).roles]


async def test_an_unknown_becomes_one_task_and_knowing_finishes_it(tx: Tx):
    incident = await declared(tx)
    for _ in range(2):
        await incidents.answer_item(tx, incident, "logs", Answer.UNKNOWN, by=BO)
    await incidents.answer_item(tx, incident, "logs", Answer.UNKNOWN, by=BO, reason="No access.")
    (task,) = (await seen(tx, incident)).tasks
    assert task.text == "Find out: Are logs missing?"
    await incidents.answer_item(tx, incident, "logs", Answer.NO, by=BO)
    (task,) = (await seen(tx, incident)).tasks
    assert task.done_by == "bo"


async def test_a_detections_tick_is_taken_back_with_a_reason_only(tx: Tx):
    incident = await declared(tx, await alert(tx))
    with pytest.raises(Unwritten):
        await incidents.answer_item(tx, incident, "access", Answer.NO, by=BO)
    await incidents.answer_item(
        tx, incident, "access", Answer.NO, by=BO, reason="Only listed, not read."
    )
    with pytest.raises(NoSuchPart):
        await incidents.answer_item(tx, incident, "weather", Answer.NO, by=BO)
    assert not (await seen(tx, incident)).offers_declare


async def test_a_task_is_ticked_once_and_may_be_unticked(tx: Tx):
    incident = await declared(tx)
    task = await incidents.add_task(
        tx, incident, incidents.NewTask("Call the bank", CY.person), by=BO
    )
    for _ in range(2):
        await incidents.tick_task(tx, incident, task, by=CY)
    view = await seen(tx, incident)
    assert [fact.kind for fact in view.timeline].count("task.done") == 1
    assert view.tasks[0].done_by == "cy"
    await incidents.tick_task(tx, incident, task, by=BO, done=False)
    assert (await seen(tx, incident)).tasks[0].done_at is None
    with pytest.raises(NoSuchPart):
        await incidents.tick_task(tx, incident, TaskId(UUID(int=3)), by=BO)
    with pytest.raises(Unwritten):
        await incidents.add_task(tx, incident, incidents.NewTask(" "), by=BO)


async def test_understanding_is_a_fact_once(tx: Tx):
    incident = await declared(tx)
    for _ in range(2):
        await incidents.set_frame(tx, incident, Frame.CHAOTIC, by=BO)
    view = await seen(tx, incident)
    assert view.frame is Frame.CHAOTIC
    assert [fact.kind for fact in view.timeline].count("frame.set") == 1
    assert "Contain first, understand later." in view.next_actions


async def test_open_and_urgent_incidents_are_listed_first(tx: Tx):
    over = await declared(tx)
    calm = await declared(tx, priority=Priority.P4, category=RELEASE)
    urgent = await declared(tx)
    await moved(tx, over, *ALL)
    listed = [line.id for line in await incidents.list_incidents(tx)]
    assert listed == [urgent, calm, over]
    open_ = await incidents.list_incidents(tx, incidents.IncidentFilter(open_only=True))
    assert [line.id for line in open_] == [urgent, calm]
    closed = incidents.IncidentFilter(states=frozenset({State.CLOSED}), drills=False)
    assert [line.id for line in await incidents.list_incidents(tx, closed)] == [over]
    assert await incidents.list_incidents(tx, incidents.IncidentFilter(drills=True)) == []
