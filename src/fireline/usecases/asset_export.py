"""Export assets, a page in a transaction: however many there are, memory stays flat.

Nobody's slow download keeps a transaction open.
"""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from fireline.core.values.ids import DrillId
from fireline.core.values.json import JsonObject, canonical
from fireline.store.asset_lists import Wanted
from fireline.usecases.asset_views import AssetLine
from fireline.usecases.assets import MAX_PAGE, find_assets
from fireline.usecases.transaction import Transactions

COLUMNS = (
    *("id", "kind", "account", "region", "asset", "name", "arn", "service", "owner_reason"),
    *("tags", "cost", "currency", "first_seen", "last_seen", "changed_at", "gone_at"),
    *("version", "doubt", "unread"),
)
# A spreadsheet takes what begins so for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """How assets are written for others."""

    CSV = "csv"
    JSON = "json"


TYPES = {Format.CSV: "text/csv", Format.JSON: "application/json"}


async def export(
    transactions: Transactions,
    wanted: Wanted,
    *,
    drill: DrillId | None,
    format: Format,  # noqa: A002 - the house's word for how something speaks
) -> AsyncIterator[str]:
    """Yield the text of an export, a part at a time.

    JSON is one array, an asset on a line; CSV has a header, and nothing in it is taken for a
    formula.
    """
    is_table, first, after = format is Format.CSV, True, None
    yield _rows([COLUMNS]) if is_table else "["
    while True:
        page = await _page(transactions, wanted, drill=drill, after=after)
        if page:
            yield _rows([_row(one) for one in page]) if is_table else _objects(page, first=first)
        first, after = False, page[-1].id if len(page) == MAX_PAGE else None
        if after is None:
            break
    if not is_table:
        yield "\n]\n"


async def _page(
    transactions: Transactions, wanted: Wanted, *, drill: DrillId | None, after: UUID | None
) -> Sequence[AssetLine]:
    async with transactions() as tx:
        found = await find_assets(tx, wanted, drill=drill, after=after, limit=MAX_PAGE)
    return found.items


def _objects(page: Sequence[AssetLine], *, first: bool) -> str:
    lines = (f"\n{json.dumps(_object(one))}" for one in page)
    return ("" if first else ",") + ",".join(lines)


def _rows(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _object(one: AssetLine) -> JsonObject:
    return {
        "id": str(one.id),
        "kind": one.ref.kind,
        "account": one.ref.account,
        "region": one.ref.region,
        "asset": one.ref.id,
        "name": one.name,
        "arn": one.arn,
        "service": one.service,
        "owner_reason": one.owner_reason,
        "tags": dict(one.tags),
        "cost": str(one.cost.amount) if one.cost else None,
        "currency": one.cost.currency if one.cost else None,
        "first_seen": one.first_seen.isoformat(),
        "last_seen": one.last_seen.isoformat(),
        "changed_at": one.changed_at.isoformat(),
        "gone_at": _text(one.gone_at) or None,
        "version": one.version,
        "doubt": one.doubt,
        "unread": dict(one.unread),
    }


def _row(one: AssetLine) -> tuple[str, ...]:
    said = _object(one)
    cells = (
        canonical(value) if isinstance(value, dict) else "" if value is None else str(value)
        for value in (said[column] for column in COLUMNS)
    )
    return tuple(f"'{cell}" if cell.startswith(_FORMULAS) else cell for cell in cells)


def _text(at: datetime | None) -> str:
    return at.isoformat() if at else ""
