"""A small team with a pager, and findings to page it with."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb

from fireline.app.house import House
from fireline.core.assets.ownership import AssetPattern, Service
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.finding import Finding, RuleCard
from fireline.core.escalation.policy import Policy, Step, ToSchedule
from fireline.core.incidents.terms import Definitions
from fireline.core.oncall.people import Contact, NotifyRule, Person, Team
from fireline.core.oncall.schedule import Every, Layer, Rotation, Schedule
from fireline.core.plan.plan import Plan
from fireline.core.runbooks.runbook import Runbook
from fireline.core.signals.event import Who
from fireline.core.values.ids import (
    AlertId,
    DrillId,
    FindingId,
    PersonId,
    PolicyId,
    RevisionId,
    RuleId,
    RunbookId,
    ScheduleId,
    ServiceId,
    SignalId,
    TeamId,
)
from fireline.core.values.priority import Level, Priority
from fireline.ports.channel import Message, Outcome
from fireline.store import due, ladders, outbox
from fireline.usecases.escalations import take_step
from fireline.usecases.raising import raise_alerts
from fireline.usecases.sending import prepare, settle
from fireline.usecases.transaction import Tx

ANA, BO, CY = (PersonId(name) for name in ("ana", "bo", "cy"))
WEB = TeamId("web")
PRIMARY, SECONDARY = ScheduleId("primary"), ScheduleId("secondary")
ACCOUNT = "111122223333"
BASE_URL = "http://127.0.0.1:8040"
LEASE = timedelta(minutes=1)
ZONE = ZoneInfo("UTC")


def person(name: PersonId, *, webhook: bool = True) -> Person:
    """Make somebody whose phone rings at once and whose mail comes after two minutes."""
    return Person(
        id=name,
        name=name.title(),
        zone=ZONE,
        contacts=(
            Contact("email", f"{name}@example.com"),
            *((Contact("webhook", f"https://phones.example.com/{name}"),) if webhook else ()),
        ),
        urgent=(NotifyRule("webhook", timedelta()), NotifyRule("email", timedelta(minutes=2))),
        calm=(NotifyRule("email", timedelta()),),
    )


def schedule(name: ScheduleId, *people: PersonId) -> Schedule:
    turns = tuple((one,) for one in people)
    ring = Rotation(turns, date(2026, 1, 5), time(9), Every.WEEK, 1, ZONE)
    return Schedule(name, name.title(), ZONE, (Layer("base", ring),))


def step(name: ScheduleId, minutes: int) -> Step:
    return Step((ToSchedule(name),), timedelta(minutes=minutes))


SHOP = Service(
    id=ServiceId("shop"),
    name="Shop",
    owner=WEB,
    policy=PolicyId("web"),
    tier=1,
    accounts=(),
    claims=(AssetPattern("aws.iam.user", "shop-*"),),
    data=(),
    depends_on=(),
    protected=False,
)
LEAKED_KEY = RunbookId("leaked-key")
PLAN = Plan(
    revision=RevisionId("1" * 64),
    organisation="Example",
    catch_all=(CY,),
    protected=(),
    definitions=Definitions("", (), (), 1, (), ()),
    people={name: person(name) for name in (ANA, BO, CY)},
    teams={WEB: Team(WEB, "Web", (ANA, BO), (BO,))},
    services={SHOP.id: SHOP},
    schedules={PRIMARY: schedule(PRIMARY, ANA), SECONDARY: schedule(SECONDARY, BO)},
    policies={
        PolicyId("web"): Policy(PolicyId("web"), (step(PRIMARY, 30), step(SECONDARY, 60)), 1)
    },
    rules={},
    runbooks={LEAKED_KEY: Runbook(LEAKED_KEY, "Leaked key", "Shut it", (), (), max_blast=1)},
    scenarios={},
    update_templates={},
)
RULE = RuleCard(
    id=RuleId("new-key"),
    title="Key made for another user",
    description="",
    level=Level.HIGH,
    priority=Priority.P2,
    dedup="principal",
    runbook=RunbookId("leaked-key"),
    tactics=(),
    file="rules/new-key.yml",
)


def who(name: str = "shop-ci", key: str = "AKIA1") -> Who:
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return Who("IAMUser", name, arn, ACCOUNT, key, "198.51.100.7", "curl")


async def found(tx: Tx, by: Who | None = None, *assets: AssetRef, rule: RuleCard = RULE) -> Finding:
    """Make a finding that is really there, as the alert's foreign key asks."""
    finding = Finding(
        id=FindingId(tx.ids.fresh()),
        rule=rule,
        signal=SignalId(tx.ids.fresh()),
        at=tx.now,
        account=ACCOUNT,
        region="eu-west-1",
        kind="iam.CreateAccessKey",
        who=by or who(),
        assets=assets,
    )
    source = tx.ids.fresh()
    await tx.db.execute(
        "insert into source (id, name, registered_at) values (%s, %s, %s)",
        (source, str(source), tx.now),
    )
    await tx.db.execute(
        "insert into signal (id, source_id, external_id, kind, occurred_at, received_at, via,"
        " lag_seconds, account, region, who_kind, who_name, who_arn, who_account, who_key,"
        " who_address, who_agent, outcome, error_code, read_only, assets, record) values"
        " (%s, %s, %s, '', %s, %s, '', 0, '', '', '', '', '', '', '', '', '', 'succeeded', '',"
        " false, %s, %s)",
        (finding.signal, source, str(finding.signal), tx.now, tx.now, Jsonb([]), Jsonb({})),
    )
    await tx.db.execute(
        "insert into finding (id, rule_id, rule, plan_revision, signal_id, at, found_at)"
        " values (%s, %s, %s, '', %s, %s, %s)",
        (finding.id, rule.id, Jsonb({}), finding.signal, tx.now, tx.now),
    )
    return finding


async def alert(
    tx: Tx, *, plan: Plan = PLAN, drill: DrillId | None = None, pace: int = 1
) -> AlertId:
    """Raise one alert."""
    (raised,) = await raise_alerts(tx, plan, [await found(tx)], drill=drill, pace=pace)
    return raised


async def climb(house: House, *, plan: Plan = PLAN) -> int:
    """Take every step that is due, as the worker does; return how many there were."""
    async with house.transaction() as tx:
        claims = await due.claim(tx.db, ladders.LADDER, now=tx.now, lease=LEASE, limit=10)
    for claim in claims:
        async with house.transaction() as tx:
            await take_step(tx, plan, AlertId(claim.id))
    return len(claims)


async def send(house: House, *outcomes: Outcome) -> list[Message]:
    """Send every message that is due; each outcome in turn, the last one again and again."""
    async with house.transaction() as tx:
        claims = await due.claim(tx.db, outbox.SEND, now=tx.now, lease=LEASE, limit=50)
    sent: list[Message] = []
    for claim in claims:
        async with house.transaction() as tx:
            message = await prepare(tx, claim.id, base_url=BASE_URL)
        if message is None:
            continue
        sent.append(message)
        async with house.transaction() as tx:
            await settle(tx, claim, outcomes[min(len(sent), len(outcomes)) - 1])
    return sent


def told(sent: Sequence[Message]) -> list[tuple[str, str]]:
    return [(message.person, message.channel) for message in sent]


def token_in(message: Message) -> str:
    return message.body.split("/acknowledge/", 1)[1].split()[0].split('"')[0]


def with_people(*people: Person, plan: Plan = PLAN) -> Plan:
    return replace(plan, people={**plan.people, **{one.id: one for one in people}})


DRILL = DrillId(UUID(int=77))
