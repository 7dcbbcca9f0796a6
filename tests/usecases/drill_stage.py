"""A drill under way, and the rooms around it played one row at a time."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from fireline.app.house import House
from fireline.core.assets.ref import AssetRef
from fireline.core.drills.scenario import Expected, Limits, Scenario
from fireline.core.drills.story import Step
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Human
from fireline.core.values.ids import (
    CategoryId,
    DrillId,
    PersonId,
    RunbookId,
    ScenarioId,
)
from fireline.core.values.priority import Priority
from fireline.usecases import drills
from fireline.usecases.detection import judge, matcher_for
from fireline.usecases.drill_views import DrillView, look
from fireline.usecases.signals import keep, register_source
from tests.hand_clock import HandClock
from tests.usecases.signals_world import ACCOUNT, by_trail, record, stamp

ANA = Human(PersonId("ana"))
WORLD = {
    "endpoint": "http://127.0.0.1:4566",
    "keys": {"shop-ci": "AKIALEAKED", "shop-reports": "AKIAREPORTS"},
    "fireline": ["AKIAFIRELINE"],
}
SCENARIO = Scenario(
    id=ScenarioId("leaked-key"),
    title="Leaked access key",
    story="A key leaks.",
    pace=20,
    limits=Limits(*(timedelta(minutes=n) for n in (5, 5, 15, 30, 45, 60))),
    expected=Expected(
        priority=Priority.P2,
        category=CategoryId("credential"),
        runbook=RunbookId("leaked-key"),
        contained=(
            AssetRef("aws.iam.access_key", ACCOUNT, "key:leaked"),
            AssetRef("aws.iam.access_key", ACCOUNT, "key:minted"),
        ),
        decoys=(AssetRef("aws.iam.user", ACCOUNT, "shop-reports"),),
    ),
    world={
        "attack": {"user": "shop-ci", "origin": {"address": "203.0.113.66"}},
        "workloads": [{"user": "shop-reports"}],
    },
    script="by-the-book",
)


@dataclass
class Stage:
    """A drill under way, and the rooms around it played one row at a time."""

    house: House
    clock: HandClock
    plan: Plan
    drill: DrillId

    async def watch(self) -> drills.Watched:
        async with self.house.transaction() as tx:
            return await drills.watch(tx, self.drill)

    async def see(self) -> DrillView:
        async with self.house.transaction() as tx:
            return await look(tx, self.drill)

    async def ready(self) -> None:
        async with self.house.transaction() as tx:
            await drills.world_ready(tx, self.drill, WORLD)

    async def hear(self, *records: object) -> None:
        async with self.house.transaction() as tx:
            source = await register_source(tx, "trail", drill=self.drill)
            await keep(tx, source, [by_trail(*records, name=str(self.clock.moment))])

    async def attack(self) -> None:
        await self.hear(record("attack", ago=0) | {"eventTime": stamp(self.clock.moment)})

    async def find(self) -> None:
        async with self.house.transaction() as tx:
            await judge(tx, self.plan, matcher_for(self.plan))

    async def run(self, text: str, **values: object) -> None:
        async with self.house.transaction() as tx:
            given = {"drill": self.drill, "now": tx.now, "id": tx.ids.fresh()} | values
            await tx.db.execute(text, given)  # pyright: ignore[reportArgumentType] - our own text

    async def page(self) -> UUID:
        alert, page, wish = (self.house.ids.fresh() for _ in range(3))
        await self.run(
            "insert into alert (id, key, title, priority, owner_reason, plan_revision, findings,"
            " first_at, last_at, raised_at, pace, drill_id) values (%(alert)s, 'k', 'Key', 2, 'r',"
            " 'drilled', 1, %(now)s, %(now)s, %(now)s, 20, %(drill)s)",
            alert=alert,
        )
        await self.run(
            "insert into page (id, alert_id, person, step, reason, wished_at)"
            " values (%(page)s, %(alert)s, 'ana', 1, 'on call', %(now)s)",
            alert=alert,
            page=page,
        )
        await self.run(
            "insert into outbox (id, key, channel, recipient, person, subject, body, about_kind,"
            " about_id, drill_id, wished_at) values (%(wish)s, 'w', 'email', 'a', 'ana', 's', 'b',"
            " 'page', %(page)s, %(drill)s, %(now)s)",
            wish=wish,
            page=page,
        )
        await self.run(
            "insert into delivery values (%(wish)s, 1, %(now)s, 'delivered', '')", wish=wish
        )
        return alert

    async def answer(self) -> UUID:
        incident = self.house.ids.fresh()
        await self.run(
            "update alert set state = 'acknowledged', acknowledged_at = %(now)s,"
            " acknowledged_by = 'bo' where drill_id = %(drill)s"
        )
        await self.run(
            "insert into incident (id, title, state, priority, category, operational,"
            " declare_offer_at, plan_revision, drill_id, pace, first_at, opened_at, opened_by,"
            " declared_at, update_every, next_update_due) values (%(incident)s, 'Key', 'declared',"
            " 2, 'credential', false, 1, 'drilled', %(drill)s, 20, %(now)s, %(now)s, 'bo', %(now)s,"
            " '30 min', %(now)s)",
            incident=incident,
        )
        await self.run(
            "insert into incident_role (id, incident_id, role, person, since, given_by) values"
            " (%(id)s, %(incident)s, 'lead', 'bo', %(now)s, 'bo'),"
            " (gen_random_uuid(), %(incident)s, 'communicator', 'cy', %(now)s, 'bo')",
            incident=incident,
        )
        await self.run(
            "insert into incident_item values (%(incident)s, 'a', 1, 'integrity', 'Q?', 'yes', '',"
            " false, 'bo', %(now)s)",
            incident=incident,
        )
        return incident

    async def contain(self, *keys: str, voters: str = "cy") -> None:
        run = self.house.ids.fresh()
        await self.run(
            "insert into run (id, incident_id, incident_name, runbook_id, plan_revision,"
            " requested_by, requested_at, pace, drill_id) select %(run)s, i.id, 'INC-1', %(book)s,"
            " 'drilled', 'bo', %(now)s, 20, %(drill)s from incident i where i.drill_id = %(drill)s",
            run=run,
            book=f"book-{run}",
        )
        for place, key in enumerate(keys):
            await self._act(run, place, key, voters)

    async def _act(self, run: UUID, place: int, key: str, voters: str) -> None:
        action, approval = self.house.ids.fresh(), self.house.ids.fresh()
        named = {"run": run, "place": place, "key": key, "account": ACCOUNT, "action": action}
        await self.run(
            "insert into run_step (run_id, position, step_id, asset_id)"
            " values (%(run)s, %(place)s, 'off', %(key)s)",
            **named,
        )
        await self.run(
            "insert into evidence values (%(id)s, %(run)s, %(place)s, 'key.json',"
            " 'aws.iam.access_key', %(account)s, %(key)s, '', 'read', 'fireline',"
            " encode(sha256(''), 'hex'), 0, '', %(now)s, 'fireline')",
            **named,
        )
        await self.run(
            "insert into action (id, run_id, position, round, kind, asset_kind, asset_account,"
            " asset_id, asset_region, call, inverse, before, after, summary, diff, blast, state,"
            " planned_at, executed_at, verified_at) values (%(action)s, %(run)s, %(place)s, 1,"
            " 'aws.iam.deactivate_key', 'aws.iam.access_key', %(account)s, %(key)s, '',"
            """ '{"service": "iam", "operation": "UpdateAccessKey"}',"""
            """ '{"service": "iam", "operation": "UpdateAccessKey"}', '{}', '{}', 's', 'd', '{}',"""
            " 'verified', %(now)s, %(now)s, %(now)s)",
            **named,
        )
        await self.run(
            "insert into approval (id, action_id, content, content_hash, requester, needed, state,"
            " asked_at, expires_at, decided_at) values (%(approval)s, %(action)s, '{}', 'h', 'bo',"
            " 1, 'approved', %(now)s, %(now)s::timestamptz + interval '1 h', %(now)s)",
            approval=approval,
            **named,
        )
        if voters:
            await self.run(
                "insert into approval_vote values (%(approval)s, 'bo', %(voter)s, 'approve', 'ok',"
                " %(now)s)",
                approval=approval,
                voter=voters,
            )

    async def close(self, incident: UUID) -> None:
        await self.run(
            "insert into review (id, incident_id, state, opened_at, closed_at, closed_by)"
            " values (%(id)s, %(incident)s, 'closed', %(now)s, %(now)s, 'bo')",
            incident=incident,
        )
        await self.run(
            "update incident set state = 'closed', recovered_at = %(now)s, ended_at = %(now)s,"
            " next_update_due = null where id = %(incident)s",
            incident=incident,
        )

    async def up_to(self, step: Step) -> UUID | None:
        """Play the story by the book, up to and without a step."""
        incident: UUID | None = None
        await self.ready()
        for present in list(Step)[: list(Step).index(step)]:
            self.clock.wait(seconds=1)
            match present:
                case Step.SIMULATE:
                    quiet = {"eventName": "ListUsers", "readOnly": True, "sourceIPAddress": "::1"}
                    await self.hear(record("quiet", **quiet))
                case Step.ATTACK:
                    await self.attack()
                case Step.DETECT:
                    await self.find()
                case Step.PAGE:
                    await self.page()
                case Step.ANSWER:
                    incident = await self.answer()
                case _:
                    await self.contain("AKIALEAKED", "AKIAMINTED")
        return incident
