"""The groups of each world, kept in memory by whoever sorts, and read anew when in doubt.

A world is sorted in turns, one at a time, whoever takes them: the turn's row is held until the
transaction ends. Whose turn was last, and which, tells whether what is in memory is still true; a
turn that was rolled back leaves the count behind, and so is never believed.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from fireline.core.alerting.grouping import Grouping, Member
from fireline.core.alerting.occurrence import Occurrence, Topology
from fireline.core.plan.plan import Plan
from fireline.core.signals.entity import Entity
from fireline.core.values.ids import AlertId, RevisionId, ServiceId, SymptomId
from fireline.core.values.priority import Priority
from fireline.store import symptoms
from fireline.store.symptoms import NewsRow, RecentRow
from fireline.usecases.learned_links import wishes
from fireline.usecases.transaction import Tx

# What happened longer ago says nothing of today; slow intrusions and daily rhythms fit in.
REMEMBERED = timedelta(hours=26)
STORM = "storm:"
_TURNS_BETWEEN_SWEEPS = 500


@dataclass(slots=True)
class _Kept:
    grouping: Grouping
    turn: int
    revision: RevisionId


@dataclass(slots=True)
class Groupings:
    """One for each process that sorts; `sorter` is its own id."""

    sorter: UUID
    _kept: dict[UUID | None, _Kept] = field(default_factory=dict[UUID | None, "_Kept"])

    async def take(self, tx: Tx, plan: Plan, drill: UUID | None) -> Grouping:
        """Take the next turn in a world and return its groups, as of now.

        What they are told after this is true once the transaction commits.
        """
        before = await symptoms.take_turn(tx.db, str(drill or ""), self.sorter)
        kept = self._kept.get(drill)
        news = await symptoms.news(tx.db, drill=drill)
        believed = (
            kept is not None
            and before.sorter == self.sorter
            and kept.turn == before.turn - 1
            and kept.revision == plan.revision
            and all(one.kind != "wishes" for one in news)
        )
        if kept is None or not believed:
            grouping = await _read_anew(tx, plan, drill)
            self._kept[drill] = _Kept(grouping, before.turn, plan.revision)
            return grouping
        for one in news:
            _hear(kept.grouping, one)
        kept.turn = before.turn
        if before.turn % _TURNS_BETWEEN_SWEEPS == 0:
            kept.grouping.forget(tx.now - REMEMBERED)
        return kept.grouping


def topology_of(plan: Plan) -> Topology:
    """Return which services depend on which, as grouping reads it."""
    return Topology({service.id: service.depends_on for service in plan.services.values()})


async def _read_anew(tx: Tx, plan: Plan, drill: UUID | None) -> Grouping:
    found = await symptoms.recent(tx.db, drill=drill, since=tx.now - REMEMBERED)
    members = (_member(row) for row in found if not row.key.startswith(STORM))
    return Grouping.restored(topology_of(plan), members, wishes=await wishes(tx))


def _member(row: RecentRow) -> Member:
    occurrence = Occurrence(
        id=SymptomId(row.id),
        key=f"{row.source_id}/{row.key}",
        source=row.source,
        title=row.kind or row.title,
        priority=Priority(row.priority),
        at=row.first_at,
        service=ServiceId(row.service) if row.service else None,
        entities=frozenset(Entity(kind, value) for kind, value in row.entities),
        tactics=tuple(row.tactics),
        group=row.grouped,
    )
    apart = frozenset({AlertId(row.apart_from)}) if row.apart_from else frozenset[AlertId]()
    return Member(occurrence, AlertId(row.alert_id), row.resolved_at, apart, row.last_at)


def _hear(grouping: Grouping, news: NewsRow) -> None:
    """Let the groups know what a person did."""
    match news:
        case NewsRow(kind="closed", alert_id=UUID() as alert, at=at):
            grouping.closed(AlertId(alert), at)
        case NewsRow(kind="resolved", symptoms=ids, at=at):
            for symptom in ids:
                grouping.resolved(SymptomId(symptom), at)
        case NewsRow(kind="split", alert_id=UUID() as alert, other_id=UUID() as fresh):
            moved = [SymptomId(symptom) for symptom in news.symptoms]
            grouping.split(AlertId(alert), moved, fresh=AlertId(fresh))
        case NewsRow(kind="merged", alert_id=UUID() as swallowed, other_id=UUID() as into):
            grouping.merge(AlertId(into), AlertId(swallowed))
        case _:
            pass  # wishes: the groups were read anew
