"""What people do in an incident, as it is remembered: roles, answers, tasks and updates."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("response.sql")
MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class RoleRow:
    """Somebody in a role, from when to when."""

    role: str
    person: str
    since: datetime
    until: datetime | None
    given_by: str
    note: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A triage question and its answer. `machine_ticked`: a detection said yes before anybody."""

    item: str
    cia: str
    text: str
    answer: str | None
    reason: str
    machine_ticked: bool
    answered_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """Something to do in an incident. `item` is the unknown it came from."""

    id: UUID
    text: str
    person: str | None
    due_at: datetime | None
    item: str | None
    added_at: datetime
    added_by: str
    done_at: datetime | None
    done_by: str | None


@dataclass(frozen=True, slots=True)
class UpdateRow:
    """One update, and when it promised the next."""

    id: UUID
    at: datetime
    by: str
    word: str
    text: str
    next_at: datetime


ROWS: dict[str, type | None] = {
    "give_role": None,
    "leave_role": None,
    "roles_of": RoleRow,
    "add_item": None,
    "answer_item": None,
    "items_of": ItemRow,
    "add_task": None,
    "tick_task": None,
    "finish_item_task": None,
    "tasks_of": TaskRow,
    "add_update": None,
    "updates_of": UpdateRow,
}


async def give_role(db: AsyncConnection, fresh_id: UUID, incident: UUID, row: RoleRow) -> None:
    """Put somebody into a role from `since` on."""
    values = {
        "id": fresh_id,
        "incident_id": incident,
        "role": row.role,
        "person": row.person,
        "now": row.since,
        "by": row.given_by,
        "note": row.note,
    }
    await rows.run(db, _SQL["give_role"], values)


async def leave_role(
    db: AsyncConnection, incident: UUID, role: str, person: str, *, now: datetime
) -> bool:
    """Take somebody out of a role. `False`: they did not have it."""
    values = {"incident_id": incident, "role": role, "person": person, "now": now}
    return await rows.run(db, _SQL["leave_role"], values) == 1


async def roles_of(
    db: AsyncConnection, incident: UUID, *, limit: int = MAX_LISTED
) -> list[RoleRow]:
    """List everybody who ever held a role, in the order they took it."""
    return await rows.many(db, RoleRow, _SQL["roles_of"], {"id": incident, "limit": limit})


async def add_items(db: AsyncConnection, incident: UUID, items: list[ItemRow]) -> None:
    """Remember the questions of the checklist, in order."""
    for position, item in enumerate(items):
        values = {"incident_id": incident, "position": position, **asdict(item)}
        await rows.run(db, _SQL["add_item"], values)


async def answer_item(db: AsyncConnection, incident: UUID, row: ItemRow) -> None:
    """Save the answer to one question."""
    values = {
        "incident_id": incident,
        "item": row.item,
        "answer": row.answer,
        "reason": row.reason,
        "by": row.answered_by,
        "now": row.answered_at,
    }
    await rows.run(db, _SQL["answer_item"], values)


async def items_of(
    db: AsyncConnection, incident: UUID, *, limit: int = MAX_LISTED
) -> list[ItemRow]:
    """List the questions of the checklist, in order."""
    return await rows.many(db, ItemRow, _SQL["items_of"], {"id": incident, "limit": limit})


async def add_task(db: AsyncConnection, incident: UUID, row: TaskRow) -> bool:
    """Add a task. `False`: the same unknown had made one already."""
    values = {
        "id": row.id,
        "incident_id": incident,
        "text": row.text,
        "person": row.person,
        "due_at": row.due_at,
        "item": row.item,
        "now": row.added_at,
        "by": row.added_by,
    }
    return await rows.run(db, _SQL["add_task"], values) == 1


async def tick_task(
    db: AsyncConnection, incident: UUID, task: UUID, *, done_at: datetime | None, by: str
) -> bool:
    """Tick a task, or untick it with no `done_at`. `False`: nothing to change."""
    values = {
        "id": task,
        "incident_id": incident,
        "done_at": done_at,
        "done_by": None if done_at is None else by,
    }
    return await rows.run(db, _SQL["tick_task"], values) == 1


async def finish_item_task(
    db: AsyncConnection, incident: UUID, item: str, *, by: str, now: datetime
) -> None:
    """Tick the task an unknown had become, now that it is known."""
    values = {"incident_id": incident, "item": item, "by": by, "now": now}
    await rows.run(db, _SQL["finish_item_task"], values)


async def tasks_of(
    db: AsyncConnection, incident: UUID, *, limit: int = MAX_LISTED
) -> list[TaskRow]:
    """List the tasks of an incident, in the order they were added."""
    return await rows.many(db, TaskRow, _SQL["tasks_of"], {"id": incident, "limit": limit})


async def add_update(db: AsyncConnection, incident: UUID, row: UpdateRow) -> None:
    """Remember an update."""
    values = {
        "id": row.id,
        "incident_id": incident,
        "now": row.at,
        "by": row.by,
        "word": row.word,
        "text": row.text,
        "next_at": row.next_at,
    }
    await rows.run(db, _SQL["add_update"], values)


async def updates_of(
    db: AsyncConnection, incident: UUID, *, limit: int = MAX_LISTED
) -> list[UpdateRow]:
    """List the updates of an incident, the latest first."""
    return await rows.many(db, UpdateRow, _SQL["updates_of"], {"id": incident, "limit": limit})
