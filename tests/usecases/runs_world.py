"""A cloud in memory, a plan with one runbook, and an incident: what the tests of runs stand on."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fireline.app.house import House
from fireline.core.assets.ref import AssetRef
from fireline.core.incidents.terms import Definitions
from fireline.core.plan.plan import Plan
from fireline.core.runbooks.approval import Decision
from fireline.core.runbooks.runbook import Act, Ask, Evidence, Input, Runbook, Watch
from fireline.core.values.actor import Human
from fireline.core.values.ids import (
    DrillId,
    IncidentId,
    PersonId,
    RevisionId,
    RunbookId,
    RunId,
)
from fireline.ports.cloud import (
    Absent,
    Artefact,
    Call,
    CallOutcome,
    Declined,
    Errand,
    Made,
    Present,
    Reading,
    Unreadable,
    Unsure,
)
from fireline.store.approvals import ApprovalRow
from fireline.usecases import approvals, runs
from fireline.usecases.run_engine import advance
from fireline.usecases.run_hold import Engine
from fireline.usecases.transaction import Tx
from tests.hand_clock import HandClock

ACCOUNT = "111122223333"
KEY = AssetRef("aws.iam.access_key", ACCOUNT, "AKIAEXAMPLE1")
USER = AssetRef("aws.iam.user", ACCOUNT, "shop-ci")
BOOK = RunbookId("leaked-key")
ANA, BO, CY, DI = (Human(PersonId(name)) for name in ("ana", "bo", "cy", "di"))


class KilledError(BaseException):
    """What kill -9 is to the program: nothing after it runs."""


def runbook(*, approvals: int = 1, max_blast: int = 5) -> Runbook:
    return Runbook(
        id=BOOK,
        title="Leaked key",
        purpose="Contain a leaked access key.",
        inputs=(
            Input("access_keys", "aws.iam.access_key", required=True),
            Input("users", "aws.iam.user", required=True),
        ),
        steps=(
            Evidence("key-evidence", "access_keys", ()),
            Evidence("user-evidence", "users", ()),
            Act(
                "deactivate",
                "aws.iam.deactivate_key",
                "access_keys",
                ("key-evidence", "user-evidence"),
                approvals,
                None,
            ),
            Act(
                "deny",
                "aws.iam.deny_user_sessions",
                "users",
                ("key-evidence", "user-evidence"),
                approvals,
                None,
            ),
            Watch("quiet", "no_calls_from", timedelta(minutes=10), ("deactivate", "deny")),
            Ask("persistence", "What else did they leave behind?", ("quiet",)),
        ),
        max_blast=max_blast,
    )


def plan_with(book: Runbook, protected: tuple[str, ...] = ()) -> Plan:
    return Plan(
        revision=RevisionId("revision-1"),
        organisation="Example",
        catch_all=(),
        protected=protected,
        definitions=Definitions("", (), (), 1, (), ()),
        people={},
        teams={},
        services={},
        schedules={},
        policies={},
        rules={},
        runbooks={book.id: book},
        scenarios={},
        update_templates={},
    )


@dataclass
class ScriptedCloud:
    """One IAM user with one key, in memory. Counts every call and does what the test says."""

    status: str = "Active"
    policies: dict[str, str] = field(default_factory=dict)
    made: list[tuple[Call, Errand]] = field(default_factory=list)
    ignores_calls: bool = False
    outcome: CallOutcome | None = None
    unreadable: bool = False
    own: frozenset[str] = frozenset({f"arn:aws:iam::{ACCOUNT}:user/fireline-responder"})
    before_call: Callable[[], None] = lambda: None
    after_call: Callable[[], None] = lambda: None

    def of(self, drill: DrillId | None) -> "ScriptedCloud":
        return self

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{ACCOUNT}:user/{USER.id}"

    async def read(self, asset: AssetRef) -> Reading:
        if self.unreadable:
            return Unreadable("throttled")
        if asset == KEY:
            return Present({"user": USER.id, "user_arn": self.arn, "status": self.status})
        if asset == USER:
            return Present({"arn": self.arn, "inline_policies": dict(self.policies)})
        return Absent()

    async def call(self, call: Call, errand: Errand) -> CallOutcome:
        self.before_call()
        self.made.append((call, errand))
        if self.outcome is not None and isinstance(self.outcome, Declined):
            return self.outcome
        if not self.ignores_calls:
            self._apply(call)
        self.after_call()
        return self.outcome or Made(f"request-{len(self.made)}")

    def _apply(self, call: Call) -> None:
        given = call.parameters
        match call.operation:
            case "UpdateAccessKey":
                self.status = given["Status"]
            case "PutUserPolicy":
                self.policies[given["PolicyName"]] = given["PolicyDocument"]
            case "DeleteUserPolicy":
                del self.policies[given["PolicyName"]]
            case _:
                raise AssertionError(call.operation)

    async def collect(self, asset: AssetRef) -> tuple[Artefact, ...] | Unreadable:
        if self.unreadable:
            return Unreadable("throttled")
        body = json.dumps({"asset": str(asset)}).encode()
        return (Artefact(f"{asset.id}.json", asset, "read", "scripted", body),)

    async def identities(self) -> frozenset[str] | Unreadable:
        return self.own

    def calls(self, operation: str) -> list[Call]:
        return [call for call, _ in self.made if call.operation == operation]


@dataclass
class World:
    """A house with an incident in it, and the levers a test pulls."""

    house: House
    clock: HandClock
    cloud: ScriptedCloud
    plan: Plan
    incident: IncidentId
    killer: Callable[[], None] = lambda: None

    @property
    def engine(self) -> Engine:
        return Engine(self._transaction, self.cloud, self.plan_of)

    async def request(self, by: Human = BO) -> RunId:
        async with self.house.transaction() as tx:
            inputs = {"access_keys": [KEY.id], "users": [USER.id]}
            return await runs.request_run(tx, self.plan, self.incident, BOOK, inputs, by=by)

    async def advance(self, run: RunId) -> None:
        await advance(self.engine, run)

    async def view(self, run: RunId) -> runs.RunView:
        async with self.house.transaction() as tx:
            row = next(row for row in await runs.list_runs(tx, self.incident) if row.id == run)
            return await runs.run_view(tx, self.plan, row)

    async def waiting(self) -> list[ApprovalRow]:
        async with self.house.transaction() as tx:
            return [view.approval for view in await approvals.list_waiting(tx)]

    async def approve_all(self, by: Human = CY) -> None:
        for row in await self.waiting():
            async with self.house.transaction() as tx:
                await approvals.decide(tx, row.id, Decision.APPROVE, row.content_hash, by=by)

    async def containing(self) -> RunId:
        """Bring a run to where both acts are verified."""
        run = await self.request()
        await self.advance(run)
        await self.approve_all()
        await self.advance(run)
        return run

    async def plan_of(self, tx: Tx, revision: RevisionId) -> Plan:
        return self.plan

    @asynccontextmanager
    async def _transaction(self) -> AsyncGenerator[Tx]:
        async with self.house.transaction() as tx:
            yield tx
            self.killer()
        self.killer()


async def make_world(house: House, clock: HandClock, plan: Plan) -> World:
    """Open an incident, whose alert is about the key and the user, in an empty house."""
    async with house.transaction() as tx:
        incident, alert = tx.ids.fresh(), tx.ids.fresh()
        await tx.db.execute(
            """insert into incident (id, title, state, priority, category, operational,
                declare_offer_at, plan_revision, first_at, opened_at, opened_by, update_every,
                next_update_due)
               values (%(id)s, 'A leaked key', 'declared', 1, 'credential', false, 1, 'revision-1',
                %(now)s, %(now)s, 'bo', interval '1 hour', %(now)s)""",
            {"id": incident, "now": tx.now},
        )
        await tx.db.execute(
            """insert into alert (id, key, title, priority, owner_reason, plan_revision, findings,
                first_at, last_at, raised_at)
               values (%(id)s, 'k', 'A leaked key', 1, 'x', 'revision-1', 1, %(now)s, %(now)s,
                %(now)s)""",
            {"id": alert, "now": tx.now},
        )
        await tx.db.execute(
            "insert into incident_alert values (%(alert)s, %(incident)s, %(now)s, 'bo')",
            {"alert": alert, "incident": incident, "now": tx.now},
        )
        for asset in (KEY, USER):
            await tx.db.execute(
                """insert into alert_asset (alert_id, kind, account, region, asset)
                   values (%(alert)s, %(kind)s, %(account)s, '', %(asset)s)""",
                {
                    "alert": alert,
                    "kind": asset.kind,
                    "account": asset.account,
                    "asset": asset.id,
                },
            )
    return World(house, clock, ScriptedCloud(), plan, IncidentId(incident))


async def add_signal(
    tx: Tx, *, key: str, at: datetime, outcome: str = "succeeded", address: str = "198.51.100.7"
) -> None:
    """Keep one signal of an identity's call."""
    source = tx.ids.fresh()
    await tx.db.execute(
        "insert into source (id, name, registered_at) values (%(id)s, %(name)s, %(now)s)",
        {"id": source, "name": str(source), "now": tx.now},
    )
    await tx.db.execute(
        """insert into signal (id, source_id, external_id, kind, occurred_at, received_at, via,
            lag_seconds, account, region, who_kind, who_name, who_arn, who_account, who_key,
            who_address, who_agent, outcome, error_code, read_only, assets, record)
           values (%(id)s, %(source)s, %(external)s, 's3.GetObject', %(at)s, %(at)s, 'object', 0,
            %(account)s, 'eu-west-1', 'IAMUser', 'shop-ci', '', %(account)s, %(key)s, %(address)s,
            'aws-cli', %(outcome)s, '', true, '[]', '{}')""",
        {
            "id": tx.ids.fresh(),
            "source": source,
            "external": str(tx.ids.fresh()),
            "at": at,
            "account": ACCOUNT,
            "key": key,
            "address": address,
            "outcome": outcome,
        },
    )


__all__ = ["ANA", "BO", "CY", "DI", "KilledError", "Unsure", "World", "make_world"]
