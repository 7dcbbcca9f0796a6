"""What people asked grouping to remember: kinds of symptom that belong together, or never do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.core.alerting.wishes import Matcher, Pair
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("learned_links.sql")
MAX_LISTED = 1000


@dataclass(frozen=True, slots=True)
class LearnedIdRow:
    """The number people call a learned link by."""

    id: int


@dataclass(frozen=True, slots=True)
class LearnedRow:
    """One learned link in force, and the number of the alert it was learned on."""

    id: int
    together: bool
    name: str
    one: dict[str, str]
    other: dict[str, str]
    alert: int
    made_by: str
    made_at: datetime

    @property
    def value(self) -> Pair:
        """The pair the core speaks of."""
        return Pair(self.name, Matcher(**self.one), Matcher(**self.other))


ROWS: dict[str, type | None] = {
    "add": LearnedIdRow,
    "same": LearnedRow,
    "listed": LearnedRow,
    "withdraw": None,
}


@dataclass(frozen=True, slots=True)
class New:
    """A link about to be learned, on an alert."""

    pair: Pair
    together: bool
    alert: UUID
    by: str


async def add(db: AsyncConnection, new: New, *, now: datetime) -> int:
    """Learn a link, and return its number."""
    values = {
        "together": new.together,
        "name": new.pair.name,
        "one": Jsonb(_written(new.pair.one)),
        "other": Jsonb(_written(new.pair.other)),
        "alert_id": new.alert,
        "by": new.by,
        "now": now,
    }
    return (await rows.one(db, LearnedIdRow, _SQL["add"], values)).id


async def same(db: AsyncConnection, pair: Pair) -> LearnedRow | None:
    """Return the link in force about the same two kinds of symptom."""
    values = {"one": Jsonb(_written(pair.one)), "other": Jsonb(_written(pair.other))}
    return await rows.maybe(db, LearnedRow, _SQL["same"], values)


async def listed(db: AsyncConnection, *, limit: int = MAX_LISTED) -> list[LearnedRow]:
    """List the links in force, the newest first."""
    return await rows.many(db, LearnedRow, _SQL["listed"], {"limit": limit})


async def withdraw(db: AsyncConnection, number: int, *, by: str, now: datetime) -> bool:
    """Forget a link. `False`: there is none of that number in force."""
    return await rows.run(db, _SQL["withdraw"], {"id": number, "by": by, "now": now}) == 1


def _written(matcher: Matcher) -> Mapping[str, str]:
    return {
        "service": matcher.service,
        "title": matcher.title,
        "source": matcher.source,
        "entity": matcher.entity,
    }
