"""The triage checklist and the tasks of an incident."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from fireline.core.incidents.checklist import (
    Answer,
    needs_reason,
    pre_ticked,
    task_for,
    triaged,
)
from fireline.core.incidents.deadlines import DeadlineKind
from fireline.core.incidents.terms import Category
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor, Human, Machine
from fireline.core.values.ids import IncidentId, PersonId, TaskId
from fireline.store import response
from fireline.store.response import ItemRow, TaskRow
from fireline.usecases.deadlines import reach
from fireline.usecases.incident_desk import NoSuchPart, Unwritten, lock_open, say, written
from fireline.usecases.transaction import Tx

_DETECTION = Machine("detection")


@dataclass(frozen=True, slots=True)
class NewTask:
    """Something to do: what, who, until when."""

    text: str
    person: PersonId | None = None
    due_at: datetime | None = None


async def lay_out(
    tx: Tx, incident: UUID, plan: Plan, category: Category | None, titles: Sequence[str]
) -> None:
    """Put the plan's questions before the people, ticking what the detections already say."""
    items = plan.definitions.checklist
    ticks = pre_ticked(items, category, titles) if category else ()
    ticked = {tick.item: tick for tick in ticks}
    laid: list[ItemRow] = []
    for item in items:
        tick = ticked.get(item.id)
        laid.append(
            ItemRow(
                item=item.id,
                cia=item.cia,
                text=item.text,
                answer=tick.answer if tick else None,
                reason=tick.reason if tick else "",
                machine_ticked=tick is not None,
                answered_by=_DETECTION.name if tick else None,
                answered_at=tx.now if tick else None,
            )
        )
    await response.add_items(tx.db, incident, laid)


async def answer_item(
    tx: Tx, incident: IncidentId, item: str, answer: Answer, *, by: Human, reason: str = ""
) -> None:
    """Answer one question. An unknown becomes a task; the last answer ends triage."""
    await lock_open(tx, incident)
    items = await response.items_of(tx.db, incident)
    row = next((found for found in items if found.item == item), None)
    if row is None:
        msg = f"The checklist has no question {item}."
        raise NoSuchPart(msg)
    before = Answer(row.answer) if row.answer else None
    if before is answer and row.reason == reason.strip():
        return
    if (
        needs_reason(before, machine_ticked=row.machine_ticked, answer=answer)
        and not reason.strip()
    ):
        msg = "A detection ticked this; say why it is not so."
        raise Unwritten(msg)
    answered = replace(
        row, answer=answer, reason=reason.strip(), answered_by=by.name, answered_at=tx.now
    )
    await response.answer_item(tx.db, incident, answered)
    await say(
        tx,
        incident,
        "checklist.answered",
        by=by,
        item=item,
        answer=answer.value,
        before=before.value if before else None,
        reason=answered.reason,
        text=f"{row.text} {answer.value.capitalize()}. {answered.reason}".rstrip(),
    )
    await _follow(tx, incident, answered, by)
    given = {found.item: Answer(found.answer) for found in items if found.answer} | {item: answer}
    if triaged([found.item for found in items], given):
        await reach(tx, incident, DeadlineKind.TRIAGE, by=by)


async def add_task(tx: Tx, incident: IncidentId, task: NewTask, *, by: Human) -> TaskId:
    """Add something to do, perhaps for somebody, perhaps until some moment."""
    await lock_open(tx, incident)
    return await _add(tx, incident, task, by=by)


async def tick_task(
    tx: Tx, incident: IncidentId, task: TaskId, *, by: Human, done: bool = True
) -> None:
    """Tick a task, or take the tick back. Ticking twice is ticking once."""
    await lock_open(tx, incident)
    tasks = await response.tasks_of(tx.db, incident)
    row = next((found for found in tasks if found.id == task), None)
    if row is None:
        msg = "The incident has no such task."
        raise NoSuchPart(msg)
    moment = tx.now if done else None
    if not await response.tick_task(tx.db, incident, task, done_at=moment, by=by.name):
        return
    kind = "task.done" if done else "task.reopened"
    text = f"Done: {row.text}" if done else f"Not done after all: {row.text}"
    await say(tx, incident, kind, by=by, task=str(task), text=text)


async def _add(
    tx: Tx, incident: UUID, task: NewTask, *, by: Actor, item: str | None = None
) -> TaskId:
    row = TaskRow(
        id=tx.ids.fresh(),
        text=written(task.text, "The task"),
        person=task.person,
        due_at=task.due_at,
        item=item,
        added_at=tx.now,
        added_by=by.name,
        done_at=None,
        done_by=None,
    )
    if await response.add_task(tx.db, incident, row):
        whose = f" ({task.person})" if task.person else ""
        text = f"Task{whose}: {row.text}"
        await say(tx, incident, "task.added", by=by, task=str(row.id), item=item, text=text)
    return TaskId(row.id)


async def _follow(tx: Tx, incident: UUID, row: ItemRow, by: Human) -> None:
    """Let an unknown become a task, and a known answer finish it."""
    if row.answer == Answer.UNKNOWN:
        await _add(tx, incident, NewTask(task_for(row.text)), by=by, item=row.item)
    else:
        await response.finish_item_task(tx.db, incident, row.item, by=by.name, now=tx.now)
