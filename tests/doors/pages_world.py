"""A house with a story in it: what tests of pages stand on."""

from dataclasses import dataclass
from datetime import date, timedelta

from fireline.app.house import House
from fireline.content.starter_plan import starter_files
from fireline.core.access.roles import Role
from fireline.core.assets.ref import AssetRef
from fireline.core.incidents.checklist import Answer
from fireline.core.incidents.roles import Giving
from fireline.core.incidents.states import State
from fireline.core.incidents.terms import Role as Part
from fireline.core.incidents.updates import PublicWord
from fireline.core.plan.plan import Plan
from fireline.core.reviews.review import Draft, FollowUp, FollowUpKind
from fireline.core.runbooks.approval import Decision
from fireline.core.values.actor import Human
from fireline.core.values.ids import CategoryId, IncidentId, PersonId, RunbookId, RunId, ScenarioId
from fireline.core.values.priority import Priority
from fireline.usecases import approvals, drills, incidents, plans, reviews, runs
from fireline.usecases.alert_hands import snooze_alert
from fireline.usecases.incidents import NewTask
from fireline.usecases.raising import raise_alerts
from fireline.usecases.run_engine import advance
from fireline.usecases.run_hold import Engine
from fireline.usecases.transaction import Tx
from tests.doors.sessions import session_of
from tests.usecases import alerts_world, symptoms_world
from tests.usecases.incidents_world import SHUT
from tests.usecases.runs_world import KEY, USER, ScriptedCloud

BO, CY, DEE, VI = (Human(PersonId(name)) for name in ("bo", "cy", "dee", "vi"))
ROLES = {BO: Role.OPERATOR, CY: Role.OPERATOR, DEE: Role.ADMIN, VI: Role.VIEWER}
BOOK = RunbookId("leaked-key")
WHYS = (
    "The key of shop-ci was in a public repository.",
    "The build reads it from a file beside the sources.",
    "The build has no other way to sign in.",
    "Keys were easier to set up than federation.",
    "Nobody had asked for the migration.",
)


@dataclass
class World:
    """The numbers people call things by, and the session of each person."""

    house: House
    plan: Plan
    sessions: dict[str, str]
    alert: int
    quiet_alert: int
    several: int
    incident: int
    incident_id: IncidentId
    reviewed: int
    run: int
    run_id: RunId
    approvals: list[int]
    drill: int
    drill_over: int
    cloud: ScriptedCloud

    @property
    def engine(self) -> Engine:
        return Engine(self.house.transaction, self.cloud, plans.of)

    def cookie(self, person: Human) -> dict[str, str]:
        return {"fireline_session": self.sessions[person.person]}


async def tell(house: House) -> World:
    """Push the starter plan and let a leaked key be found, declared and half contained."""
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=DEE, note="First plan.")
        plan = await plans.current(tx)
        sessions: dict[str, str] = {
            who.person: await session_of(tx, who.person, role) for who, role in ROLES.items()
        }
        alert = await _alert(tx, plan, "shop-ci", KEY, USER)
        await _alert(tx, plan, "someone", AssetRef("aws.iam.user", KEY.account, "someone"))
        await drills.start(tx, plan, ScenarioId("leaked-key"), by=DEE)
        done = await drills.start(tx, plan, ScenarioId("leaked-key"), pace=60, by=DEE)
        await _several(tx)
    async with house.transaction() as tx:
        await drills.finish(tx, done, by=DEE)
        incident = await incidents.declare(
            tx,
            plan,
            alerts=[alert],
            title="Leaked key of shop-ci",
            priority=Priority.P1,
            category=CategoryId("credential"),
            lead=BO.person,
            by=BO,
        )
        await _respond(tx, plan, incident)
        run = await runs.request_run(tx, plan, incident, BOOK, None, by=BO)
        reviewed = await _reviewed(tx, plan)
    world = await _numbers(house, plan, incident, reviewed, run)
    world.sessions = sessions
    await advance(world.engine, run)
    async with house.transaction() as tx:
        waiting = await approvals.list_waiting(tx)
        first = next(view for view in waiting if "deactivate" in view.action.kind)
        await approvals.decide(
            tx, first.approval.id, Decision.APPROVE, first.approval.content_hash, by=CY
        )
    await advance(world.engine, run)
    async with house.transaction() as tx:
        world.approvals = [view.approval.number for view in await approvals.list_waiting(tx)]
    return world


async def _alert(tx: Tx, plan: Plan, name: str, *assets: AssetRef):
    who = alerts_world.who(name, f"AKIA{name.upper()}")
    finding = await alerts_world.found(tx, who, *assets)
    (raised,) = await raise_alerts(tx, plan, [finding], drill=None, pace=1)
    return raised


async def _several(tx: Tx) -> None:
    """Raise a calm alert of three symptoms that flaps, as it looks when there is much to say."""
    labels = {"labels": {"severity": "warning", "instance": "a-very-long-name.example.com:9100"}}
    said = [
        symptoms_world.Said(f"Disk {number} of web-1 almost full", Priority.P5, more=labels)
        for number in range(3)
    ]
    made = await symptoms_world.raised(tx, *said, flaps=4)
    await snooze_alert(tx, made.id, until=tx.now + timedelta(hours=1), by=BO)


async def _respond(tx: Tx, plan: Plan, incident: IncidentId) -> None:
    await incidents.take_role(tx, plan, incident, Giving(Part.SCRIBE, CY.person), by=CY)
    item = plan.definitions.checklist[1].id
    await incidents.answer_item(tx, incident, item, Answer.UNKNOWN, by=CY)
    await incidents.add_task(tx, incident, NewTask("Rotate the key of shop-ci", BO.person), by=BO)
    await incidents.note(tx, incident, "The repository is private again.", by=BO)
    await incidents.post_update(
        tx, incident, word=PublicWord.IDENTIFIED, text="We know which key leaked.", by=BO
    )


async def _reviewed(tx: Tx, plan: Plan) -> IncidentId:
    """Take a small fault through to its review."""
    incident = await incidents.declare(
        tx,
        plan,
        alerts=[],
        title="Checkout answers slowly",
        priority=Priority.P3,
        category=CategoryId("slow"),
        lead=CY.person,
        by=CY,
    )
    for to in (State.CONTAINED, State.ERADICATED, State.RECOVERED):
        await incidents.transition(
            tx, plan, incident, to, by=CY, note="Rolled back, watched.", containment=SHUT
        )
    await incidents.post_update(
        tx, incident, word=PublicWord.RESOLVED, text="Checkout is fast again.", by=CY
    )
    await incidents.transition(tx, plan, incident, State.IN_REVIEW, by=CY, containment=SHUT)
    follow = FollowUp(
        FollowUpKind.PREVENT, "Load test before release", CY.person, date(2026, 12, 24)
    )
    draft = Draft(summary="A release made it slow.", whys=WHYS[:3], follow_ups=(follow,))
    await reviews.write_review(tx, incident, draft, version=0, by=CY)
    return incident


async def _numbers(
    house: House, plan: Plan, incident: IncidentId, reviewed: IncidentId, run: RunId
) -> World:
    async with house.transaction() as tx:
        listed = await runs.list_runs(tx, incident)
        return World(
            house=house,
            plan=plan,
            sessions={},
            alert=1,
            quiet_alert=2,
            several=3,
            incident=await incidents.number_of(tx, incident),
            incident_id=incident,
            reviewed=await incidents.number_of(tx, reviewed),
            run=next(row.number for row in listed if row.id == run),
            run_id=run,
            approvals=[],
            drill=1,
            drill_over=2,
            cloud=ScriptedCloud(),
        )
