"""Look at symptoms: what each source keeps saying, and how the alerts they are in stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import Weblink
from fireline.core.signals.payload import Payload
from fireline.core.signals.search import Found
from fireline.core.timeline.fact import Fact
from fireline.core.values.ids import AlertId, PayloadId, SymptomId
from fireline.core.values.priority import Priority
from fireline.store import facts, pages, payloads, sources, symptom_views
from fireline.store.symptom_views import SymptomRow
from fireline.usecases.transaction import Tx

FIRING = "firing"
RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class SymptomView:
    """One firing of one key of one source, and how its alert stands.

    `state` is the symptom's own (firing or resolved), `alert_state` its alert's (firing,
    acknowledged or resolved): who acknowledged, assigned or snoozed did so to the alert.
    """

    id: SymptomId
    number: int
    alert: AlertId
    alert_number: int
    source: UUID
    key: str
    kind: str
    title: str
    description: str
    priority: Priority
    state: str
    alert_state: str
    alert_title: str
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    assigned_to: str | None
    snoozed_until: datetime | None
    suppressed_by: UUID | None
    suppressed_until: datetime | None
    service: str | None
    team: str | None
    group: str
    entities: tuple[Entity, ...]
    tags: tuple[str, ...]
    labels: Mapping[str, str]
    links: tuple[Weblink, ...]
    times: int
    first_at: datetime
    last_at: datetime
    ends_at: datetime | None
    raised_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    payload: PayloadId | None

    @property
    def is_live(self) -> bool:
        """Whether it still fires."""
        return self.state == FIRING


@dataclass(frozen=True, slots=True)
class SymptomFilter:
    """Which symptoms to list, and in which order.

    `labels` must all be there with these values. `search` holds lists of tests, of which one list
    must hold entirely; none lets everything through. `sort` is a field of a test, `down` from the
    greatest. Drills' symptoms are never among them.
    """

    states: tuple[str, ...] = (FIRING, RESOLVED)
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    search: tuple[tuple[Found, ...], ...] = ()
    sort: str = "raised_at"
    down: bool = True
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Posted:
    """A payload, and when it was sorted; `None`: not yet."""

    payload: Payload
    sorted_at: datetime | None


async def find_symptom(
    tx: Tx,
    source: UUID | None,
    *,
    key: str | None = None,
    id: UUID | None = None,  # noqa: A002 - the word of the trade
    number: int | None = None,
) -> SymptomView | None:
    """Return a symptom by its id, its number, or its source's key for it.

    Of a key it is the one that fires, else the last that did. A source sees its own; `None` sees
    every source's, by id or number.
    """
    row = None
    if id is not None:
        row = await symptom_views.get(tx.db, id, source=source)
    elif number is not None:
        row = await symptom_views.numbered(tx.db, number, source=source)
    elif key is not None and source is not None:
        row = await symptom_views.keyed(tx.db, key, source=source)
    return _view(row) if row else None


async def find_of_source(tx: Tx, name: str, key: str) -> SymptomView | None:
    """Return what a key means to the source of a name, such as fireline's own of heartbeats."""
    source = await sources.named(tx.db, name)
    return await find_symptom(tx, source.id, key=key) if source else None


async def raised_by(tx: Tx, payload: UUID) -> tuple[SymptomView, ...]:
    """List the symptoms that a payload was the first to speak of."""
    return tuple(_view(row) for row in await symptom_views.of_payload(tx.db, payload))


async def list_symptoms(
    tx: Tx, source: UUID | None, wanted: SymptomFilter
) -> tuple[SymptomView, ...]:
    """List symptoms of a source, or of every source."""
    chosen = _chosen(tx, source, wanted)
    offset = max(wanted.offset, 0)
    if wanted.sort == "raised_at" and wanted.down:
        found = await symptom_views.newest(tx.db, chosen, limit=wanted.limit, offset=offset)
    else:
        found = await symptom_views.in_order(
            tx.db, chosen, (wanted.sort, wanted.down), limit=wanted.limit, offset=offset
        )
    return tuple(_view(row) for row in found)


async def count_symptoms(tx: Tx, source: UUID | None, wanted: SymptomFilter) -> int:
    """Count the symptoms a filter lets through, beyond its limit too."""
    return await symptom_views.count(tx.db, _chosen(tx, source, wanted))


async def first_words(tx: Tx, symptoms: Sequence[SymptomView]) -> Mapping[UUID, bytes]:
    """Return, by payload, what symptoms were first heard of in. The few huge ones are left out."""
    wanted = [symptom.payload for symptom in symptoms if symptom.payload is not None]
    return {row.id: row.body for row in await symptom_views.first_words(tx.db, wanted)}


async def posted(tx: Tx, source: UUID, payload: UUID) -> Posted | None:
    """Return what a source posted under an id, and whether it was sorted."""
    row = await payloads.get(tx.db, payload)
    if row is None or row.source_id != source:
        return None
    meta = {str(name): str(value) for name, value in row.meta.items()}
    told = Payload(row.format, row.call, row.body, row.received_at, meta)
    return Posted(told, row.sorted_at)


async def timeline(tx: Tx, symptom: SymptomView) -> tuple[Fact, ...]:
    """Return what happened to a symptom's alert, the oldest first."""
    return tuple(await facts.timeline(tx.db, [symptom.alert]))


async def told_people(tx: Tx, symptom: SymptomView) -> tuple[pages.PageRow, ...]:
    """Return who was paged of a symptom's alert."""
    return tuple(await pages.of_alert(tx.db, symptom.alert))


def _chosen(tx: Tx, source: UUID | None, wanted: SymptomFilter) -> symptom_views.Chosen:
    search = [[test.as_json() for test in tests] for tests in wanted.search]
    return symptom_views.Chosen(
        source_id=source,
        states=list(wanted.states),
        labels=symptom_views.as_json(wanted.labels),
        search=symptom_views.as_json(search),
        now=tx.now,
    )


def _view(row: SymptomRow) -> SymptomView:
    return SymptomView(
        id=SymptomId(row.id),
        number=row.number,
        alert=AlertId(row.alert_id),
        alert_number=row.alert_number,
        source=row.source_id,
        key=row.key,
        kind=row.kind,
        title=row.title,
        description=row.description,
        priority=Priority(row.priority),
        state=row.state,
        alert_state=row.alert_state,
        alert_title=row.alert_title,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        assigned_to=row.assigned_to,
        snoozed_until=row.snoozed_until,
        suppressed_by=row.suppressed_by,
        suppressed_until=row.suppressed_until,
        service=row.service or row.alert_service,
        team=row.team,
        group=row.grouped,
        entities=tuple(Entity(kind, value) for kind, value in row.entities),
        tags=tuple(row.tags),
        labels={str(name): str(value) for name, value in row.labels.items()},
        links=tuple(Weblink(link["href"], link["text"]) for link in row.links),
        times=row.times,
        first_at=row.first_at,
        last_at=row.last_at,
        ends_at=row.ends_at,
        raised_at=row.raised_at,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        payload=PayloadId(row.payload_id) if row.payload_id else None,
    )
