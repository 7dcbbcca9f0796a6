"""Run a named query and get typed rows back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString, TypeVar

from psycopg import AsyncConnection
from psycopg.rows import class_row

Row = TypeVar("Row")
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CountRow:
    """How many there are."""

    total: int


async def many(
    db: AsyncConnection, row: type[Row], query: LiteralString, values: Values
) -> list[Row]:
    """Return every row. The query carries its own limit."""
    async with db.cursor(row_factory=class_row(row)) as cursor:
        await cursor.execute(query, values)
        return await cursor.fetchall()


async def maybe(
    db: AsyncConnection, row: type[Row], query: LiteralString, values: Values
) -> Row | None:
    """Return the first row, or `None` when there is none."""
    async with db.cursor(row_factory=class_row(row)) as cursor:
        await cursor.execute(query, values)
        return await cursor.fetchone()


async def one(db: AsyncConnection, row: type[Row], query: LiteralString, values: Values) -> Row:
    """Return the one row such a query always has."""
    found = await maybe(db, row, query, values)
    if found is None:
        msg = "a query that always returns a row returned none"
        raise AssertionError(msg)
    return found


async def run(db: AsyncConnection, query: LiteralString, values: Values) -> int:
    """Run a query that returns no rows; return how many rows it touched."""
    return (await db.execute(query, values)).rowcount
