"""A plan that knows what an incident is, and alerts to declare one from."""

from dataclasses import replace
from datetime import timedelta

from fireline.core.assets.ref import AssetRef
from fireline.core.incidents.containment import Containment, Cover, Vector
from fireline.core.incidents.states import State
from fireline.core.incidents.terms import (
    Category,
    ChecklistItem,
    Cia,
    Definitions,
    PriorityRule,
)
from fireline.core.incidents.updates import PublicWord
from fireline.core.plan.plan import Plan
from fireline.core.reviews.review import Draft
from fireline.core.runbooks.runbook import Input, Runbook
from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId, CategoryId, DrillId, IncidentId, PersonId, RunbookId
from fireline.core.values.priority import Priority
from fireline.usecases import incidents, reviews
from fireline.usecases.raising import raise_alerts
from fireline.usecases.transaction import Tx
from tests.usecases import alerts_world

ANA, BO, CY = (Human(PersonId(name)) for name in ("ana", "bo", "cy"))
ACCOUNT = alerts_world.ACCOUNT
CREDENTIAL, RELEASE = CategoryId("credential"), CategoryId("release")
BOOK = RunbookId("leaked-key")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ITEMS = (
    ChecklistItem("access", Cia.CONFIDENTIALITY, "Was data read?"),
    ChecklistItem("logs", Cia.INTEGRITY, "Are logs missing?"),
    ChecklistItem("slow", Cia.AVAILABILITY, "Is it slow?"),
)
RULES = (
    PriorityRule(Priority.P1, "data exposed", 30 * MINUTE, HOUR, 24 * HOUR, 36 * HOUR, HOUR / 2),
    PriorityRule(Priority.P2, "likely", 4 * HOUR, 12 * HOUR, 72 * HOUR, 72 * HOUR, 2 * HOUR),
    PriorityRule(Priority.P4, "minor", None, None, None, None, None),
)
PLAN: Plan = replace(
    alerts_world.PLAN,
    definitions=Definitions(
        incident="An event that needs a coordinated response.",
        categories=(
            Category(
                CREDENTIAL,
                "Leaked credential",
                "attack",
                frozenset({Cia.CONFIDENTIALITY}),
                operational=False,
                runbook=BOOK,
                default_priority=Priority.P1,
            ),
            Category(
                RELEASE,
                "Bad release",
                "fault",
                frozenset({Cia.AVAILABILITY}),
                operational=True,
                runbook=None,
                default_priority=Priority.P2,
            ),
        ),
        checklist=ITEMS,
        declare_offer_at=1,
        priorities=RULES,
        roles=(),
    ),
    runbooks={
        BOOK: Runbook(
            BOOK,
            "Leaked key",
            "Contain it.",
            inputs=(
                Input("access_keys", "aws.iam.access_key", required=True),
                Input("users", "aws.iam.user", required=True),
                Input("roles", "aws.iam.role", required=True),
            ),
            steps=(),
            max_blast=5,
        )
    },
)
SHUT = Containment(vectors=(Vector("AKIA1", Cover.VERIFIED, "deactivated"),))
DRAFT = Draft(whys=("a", "b", "c", "d", "e"), insights=("Keys live too long.",))


async def alert(
    tx: Tx, *, key: str = "AKIA1", drill: DrillId | None = None, pace: int = 1
) -> AlertId:
    """Raise an alert about a key of shop-ci that made another one for svc-backup."""
    made = AssetRef("aws.iam.access_key", ACCOUNT, f"{key}MADE")
    user = AssetRef("aws.iam.user", ACCOUNT, "svc-backup")
    finding = await alerts_world.found(tx, alerts_world.who(f"user-{key}", key), made, user)
    (raised,) = await raise_alerts(tx, PLAN, [finding], drill=drill, pace=pace)
    return raised


async def declared(
    tx: Tx,
    *alerts: AlertId,
    priority: Priority = Priority.P1,
    category: CategoryId = CREDENTIAL,
) -> IncidentId:
    """Declare an incident led by bo."""
    return await incidents.declare(
        tx,
        PLAN,
        alerts=alerts,
        title="Leaked key of shop-ci",
        priority=priority,
        category=category,
        lead=BO.person,
        by=BO,
    )


async def moved(tx: Tx, incident: IncidentId, *states: State) -> None:
    """Take an incident through states, with what each of them asks for."""
    for to in states:
        if to is State.IN_REVIEW:
            await incidents.post_update(
                tx, incident, word=PublicWord.RESOLVED, text="It is over.", by=BO
            )
        if to is State.CLOSED:
            await reviews.write_review(tx, incident, DRAFT, version=0, by=BO)
            await reviews.close_review(tx, incident, by=BO)
        await incidents.transition(
            tx, PLAN, incident, to, by=BO, note=f"To {to.value}.", containment=SHUT
        )


async def seen(tx: Tx, incident: IncidentId) -> incidents.IncidentView:
    """Return the incident as its page shows it."""
    (line,) = [
        line
        for line in await incidents.list_incidents(tx, incidents.IncidentFilter(limit=500))
        if line.id == incident
    ]
    return await incidents.find_incident(tx, line.number)
