"""What rules found."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.detection.finding import Finding
from fireline.core.values.ids import RevisionId
from fireline.core.values.json import canonical
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("findings.sql")


@dataclass(frozen=True, slots=True)
class AddedRow:
    """The id of a finding that was new."""

    id: UUID


ROWS: dict[str, type | None] = {"add": AddedRow}


async def add(
    db: AsyncConnection, found: Sequence[Finding], *, revision: RevisionId, now: datetime
) -> frozenset[UUID]:
    """Write down findings; return the ids of those that were new."""
    values = {
        "id": [each.id for each in found],
        "rule_id": [each.rule.id for each in found],
        "rule": [canonical(asdict(each.rule)) for each in found],
        "signal_id": [each.signal for each in found],
        "plan_revision": revision,
        "now": now,
    }
    return frozenset(row.id for row in await rows.many(db, AddedRow, _SQL["add"], values))
