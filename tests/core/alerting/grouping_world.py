"""A small estate and the symptoms of it, for the tests of grouping."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from fireline.core.alerting.grouping import Grouping, Placement
from fireline.core.alerting.occurrence import Occurrence, Topology
from fireline.core.alerting.wishes import Wishes
from fireline.core.signals.entity import (
    ACCOUNT,
    ADDRESS,
    ASSET,
    CREDENTIAL,
    HOST,
    POD,
    PRINCIPAL,
    REGION,
    Entity,
)
from fireline.core.values.ids import AlertId, ServiceId, SymptomId
from fireline.core.values.priority import Priority

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
TOPOLOGY = Topology(
    {
        ServiceId("shop"): (ServiceId("checkout"), ServiceId("search")),
        ServiceId("checkout"): (ServiceId("orders-db"), ServiceId("mail")),
        ServiceId("search"): (ServiceId("index"),),
        ServiceId("billing"): (ServiceId("orders-db"),),
    }
)
KINDS = {
    "who": PRINCIPAL,
    "used": CREDENTIAL,
    "address": ADDRESS,
    "asset": ASSET,
    "host": HOST,
    "pod": POD,
    "account": ACCOUNT,
    "region": REGION,
}


def alert(number: int) -> AlertId:
    return AlertId(UUID(int=number))


def symptom(number: int) -> SymptomId:
    return SymptomId(UUID(int=number))


class World:
    """Places symptoms by number: the number is the id, and that of the alert it may open."""

    def __init__(self, *, wishes: Wishes | None = None, topology: Topology = TOPOLOGY) -> None:
        self.grouping = Grouping(topology, wishes=wishes)
        self.numbers = 0
        self.last = symptom(0)

    def fires(
        self,
        title: str = "errors",
        service: str = "",
        *,
        at: float = 0,
        key: str = "",
        tactic: str = "",
        priority: Priority = Priority.P2,
        group: str = "",
        **things: str,
    ) -> Placement:
        self.numbers += 1
        one = occurrence(
            self.numbers,
            title,
            service,
            at=at,
            key=key,
            tactic=tactic,
            priority=priority,
            group=group,
            **things,
        )
        self.last = one.id
        return self.grouping.place(one, fresh=alert(self.numbers))

    def ends(self, number: SymptomId | None = None, *, at: float) -> None:
        self.grouping.resolved(number or self.last, NOON + timedelta(seconds=at))


def occurrence(
    number: int,
    title: str,
    service: str = "",
    *,
    at: float = 0,
    key: str = "",
    tactic: str = "",
    priority: Priority = Priority.P2,
    group: str = "",
    **things: str,
) -> Occurrence:
    return Occurrence(
        id=symptom(number),
        key=key or f"key-{number}",
        source="prometheus",
        title=title,
        priority=priority,
        at=NOON + timedelta(seconds=at),
        service=ServiceId(service) if service else None,
        entities=frozenset(Entity(KINDS[kind], value) for kind, value in things.items()),
        tactics=(tactic,) if tactic else (),
        group=group,
    )
