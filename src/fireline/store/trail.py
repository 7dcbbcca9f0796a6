"""What the stored signals say of an identity: its trail, its other users, its last success."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.assets.ref import AssetRef
from fireline.core.values.json import JsonObject
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("trail.sql")
MAX_TRAIL = 1000
MAX_CALLERS = 50


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One thing an identity did, or tried."""

    id: UUID
    external_id: str
    occurred_at: datetime
    kind: str
    account: str
    who_name: str
    who_key: str
    who_address: str
    who_agent: str
    outcome: str
    error_code: str

    @property
    def json(self) -> JsonObject:
        """The row as evidence keeps it."""
        return {
            "event_id": self.external_id,
            "at": self.occurred_at.isoformat(),
            "kind": self.kind,
            "account": self.account,
            "user": self.who_name,
            "key": self.who_key,
            "address": self.who_address,
            "agent": self.who_agent,
            "outcome": self.outcome,
            "error": self.error_code,
        }


@dataclass(frozen=True, slots=True)
class CallerRow:
    """One place an identity was used from."""

    address: str
    agent: str
    last_at: datetime

    @property
    def name(self) -> str:
        """How people read it. The program's name is the caller's own word for itself."""
        return f"{self.address} ({self.agent[:60]})"


@dataclass(frozen=True, slots=True)
class MomentRow:
    """A moment, if there was one."""

    at: datetime | None


ROWS: dict[str, type | None] = {
    "of_asset": TrailRow,
    "other_callers": CallerRow,
    "last_success": MomentRow,
}


async def of_asset(db: AsyncConnection, asset: AssetRef, drill: UUID | None) -> list[TrailRow]:
    """List what an access key or a user was seen doing, newest first."""
    values = {**_identity(asset), "drill_id": drill, "limit": MAX_TRAIL}
    return await rows.many(db, TrailRow, _SQL["of_asset"], values)


async def other_callers(
    db: AsyncConnection,
    asset: AssetRef,
    drill: UUID | None,
    *,
    incident: UUID,
    since: datetime,
) -> list[CallerRow]:
    """List from where an identity was used that nobody suspects: what an action would also hit."""
    values = {
        **_identity(asset),
        "drill_id": drill,
        "incident": incident,
        "since": since,
        "limit": MAX_CALLERS,
    }
    return await rows.many(db, CallerRow, _SQL["other_callers"], values)


async def last_success(
    db: AsyncConnection, assets: Sequence[AssetRef], drill: UUID | None, *, since: datetime
) -> datetime | None:
    """Return when one of these keys, or an old session of one of these users, last got through."""
    values = {
        "keys": [asset.id for asset in assets if _by(asset) == "key"],
        "users": [asset.id for asset in assets if _by(asset) == "user"],
        "drill_id": drill,
        "since": since,
    }
    return (await rows.one(db, MomentRow, _SQL["last_success"], values)).at


def _identity(asset: AssetRef) -> dict[str, str]:
    return {"by": _by(asset), "id": asset.id, "account": asset.account}


def _by(asset: AssetRef) -> str:
    return "key" if asset.kind.endswith(".access_key") else "user"
