"""Evidence and its custody: written once, with its hash checked by the database too."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection

from fireline.core.assets.ref import AssetRef
from fireline.core.values.ids import EvidenceId, RunId
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("evidence.sql")
MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One piece of evidence without its body."""

    id: EvidenceId
    run_id: RunId
    position: int
    name: str
    asset_kind: str
    asset_account: str
    asset_id: str
    asset_region: str
    method: str
    tool: str
    sha256: str
    size: int
    collected_at: datetime
    collected_by: str


@dataclass(frozen=True, slots=True)
class BodyRow:
    """The bytes of one piece of evidence."""

    id: EvidenceId
    name: str
    sha256: str
    size: int
    body: bytes


@dataclass(frozen=True, slots=True)
class CustodyRow:
    """Who held a piece of evidence, when and why."""

    evidence_id: EvidenceId
    seq: int
    at: datetime
    by: str
    event: str
    why: str


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """One artefact and where it was collected."""

    id: EvidenceId
    run: RunId
    position: int
    name: str
    asset: AssetRef
    method: str
    tool: str
    body: bytes


ROWS: dict[str, type | None] = {
    "keep": None,
    "of_runs": EvidenceRow,
    "body": BodyRow,
    "hand_over": None,
    "custody": CustodyRow,
}


async def keep(db: AsyncConnection, new: NewEvidence, *, by: str, now: datetime) -> str | None:
    """Keep an artefact and return its SHA-256. `None`: it was kept before."""
    sha256 = hashlib.sha256(new.body).hexdigest()
    values = {
        "id": new.id,
        "run_id": new.run,
        "position": new.position,
        "name": new.name,
        "asset_kind": new.asset.kind,
        "asset_account": new.asset.account,
        "asset_id": new.asset.id,
        "asset_region": new.asset.region,
        "method": new.method,
        "tool": new.tool,
        "sha256": sha256,
        "size": len(new.body),
        "body": new.body,
        "now": now,
        "by": by,
    }
    return sha256 if await rows.run(db, _SQL["keep"], values) == 1 else None


async def of_runs(db: AsyncConnection, runs: Sequence[RunId]) -> list[EvidenceRow]:
    """List the evidence of some runs, oldest first."""
    values = {"run_ids": list(runs), "limit": MAX_LISTED}
    return await rows.many(db, EvidenceRow, _SQL["of_runs"], values)


async def body(db: AsyncConnection, evidence: EvidenceId) -> BodyRow | None:
    """Return the bytes of one piece of evidence."""
    return await rows.maybe(db, BodyRow, _SQL["body"], {"id": evidence})


async def hand_over(
    db: AsyncConnection, evidence: EvidenceId, event: str, *, by: str, why: str, now: datetime
) -> None:
    """Write down one event of custody: collected, read or exported."""
    values = {"evidence_id": evidence, "event": event, "by": by, "why": why, "now": now}
    await rows.run(db, _SQL["hand_over"], values)


async def custody(db: AsyncConnection, evidence: EvidenceId) -> list[CustodyRow]:
    """List who held a piece of evidence, from the first."""
    values = {"evidence_id": evidence, "limit": MAX_LISTED}
    return await rows.many(db, CustodyRow, _SQL["custody"], values)
