"""What rules found, and the signals they found it in."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.detection.finding import Finding, RuleCard
from fireline.core.signals.event import Who
from fireline.core.values.ids import FindingId, RevisionId, RuleId, RunbookId, SignalId
from fireline.core.values.json import canonical
from fireline.core.values.priority import Level, Priority
from fireline.store import rows
from fireline.store.queries import load
from fireline.store.signals import assets_from

_SQL = load("findings.sql")
MAX_LISTED = 1000


@dataclass(frozen=True, slots=True)
class AddedRow:
    """The id of a finding that was new."""

    id: UUID


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding with its signal, exactly as its query returns it."""

    id: UUID
    rule: dict[str, Any]
    signal_id: UUID
    drill_id: UUID | None
    plan_revision: str
    at: datetime
    found_at: datetime
    account: str
    region: str
    kind: str
    who_kind: str
    who_name: str
    who_arn: str
    who_account: str
    who_key: str
    who_address: str
    who_agent: str
    assets: list[dict[str, str]]

    @property
    def finding(self) -> Finding:
        """The finding the core speaks of."""
        return Finding(
            id=FindingId(self.id),
            rule=_card(self.rule),
            signal=SignalId(self.signal_id),
            at=self.at,
            account=self.account,
            region=self.region,
            kind=self.kind,
            who=Who(
                self.who_kind,
                self.who_name,
                self.who_arn,
                self.who_account,
                self.who_key,
                self.who_address,
                self.who_agent,
            ),
            assets=assets_from(self.assets),
        )


ROWS: dict[str, type | None] = {"add": AddedRow, "by_ids": FindingRow}


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


async def by_ids(db: AsyncConnection, ids: Sequence[UUID]) -> list[FindingRow]:
    """Return findings in the order they happened, at most `MAX_LISTED`."""
    return await rows.many(db, FindingRow, _SQL["by_ids"], {"ids": list(ids), "limit": MAX_LISTED})


def _card(written: dict[str, Any]) -> RuleCard:
    return RuleCard(
        id=RuleId(written["id"]),
        title=written["title"],
        description=written["description"],
        level=Level(written["level"]),
        priority=Priority(written["priority"]),
        dedup=written["dedup"],
        runbook=RunbookId(written["runbook"]) if written["runbook"] else None,
        tactics=tuple(written["tactics"]),
        file=written["file"],
    )
