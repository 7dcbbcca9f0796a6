"""Everything people send from an incident's page; what is refused comes back as it was typed."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from starlette.responses import Response
from starlette.routing import Route

from fireline.core.access.roles import Permission
from fireline.core.incidents.checklist import Answer
from fireline.core.incidents.roles import Giving
from fireline.core.incidents.states import State
from fireline.core.incidents.terms import Frame, Role
from fireline.core.incidents.updates import PublicWord
from fireline.core.values.ids import PersonId, RunbookId, TaskId
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.doors.web.incidents import command_center
from fireline.doors.web.shell import Again, Caller, back, page
from fireline.usecases import incidents, plans, runs
from fireline.usecases.incidents import IncidentView, NewTask
from fireline.usecases.transaction import Tx

# What an act answers: where to go if not back, and what to say there.
Done = tuple[str, str]
Act = Callable[[Tx, Caller, IncidentView], Awaitable[Done]]
_STAY = ("", "")
Option = TypeVar("Option", bound=StrEnum)


class NotAnOption(Refusal):
    """A form sent a value that it never offered."""

    kind = Kind.INVALID
    code = "form.not_an_option"


async def _take_role(tx: Tx, caller: Caller, found: IncidentView) -> Done:
    role = _option(Role, caller.request.path_params["role"])
    person = PersonId(await caller.field("person") or caller.principal.person)
    plan = await plans.of(tx, found.plan_revision)
    giving = Giving(role, person, await caller.field("note"))
    await incidents.take_role(tx, plan, found.id, giving, by=caller.principal.actor)
    return "", f"{person} is {role.value}."


async def _answer(tx: Tx, caller: Caller, found: IncidentView) -> Done:
    answer = _option(Answer, await caller.field("answer"))
    await incidents.answer_item(
        tx,
        found.id,
        caller.request.path_params["item"],
        answer,
        by=caller.principal.actor,
        reason=await caller.field("reason"),
    )
    return _STAY


async def _update(tx: Tx, caller: Caller, found: IncidentView) -> Done:
    after = await caller.field("next_in_minutes")
    if after and not after.isdecimal():
        msg = "Give the minutes to the next update as a whole number."
        raise NotAnOption(msg)
    await incidents.post_update(
        tx,
        found.id,
        word=_option(PublicWord, await caller.field("status")),
        text=await caller.field("text"),
        by=caller.principal.actor,
        next_at=tx.now + timedelta(minutes=int(after)) / found.pace if after else None,
    )
    return _STAY


async def _task(tx: Tx, caller: Caller, found: IncidentView) -> Done:
    person = await caller.field("person")
    task = NewTask(await caller.field("text"), PersonId(person) if person else None)
    await incidents.add_task(tx, found.id, task, by=caller.principal.actor)
    return _STAY


async def _tick(tx: Tx, caller: Caller, found: IncidentView) -> Done:
    task = TaskId(caller.request.path_params["task"])
    done = await caller.field("done") == "yes"
    await incidents.tick_task(tx, found.id, task, by=caller.principal.actor, done=done)
    return _STAY


async def _note(tx: Tx, caller: Caller, found: IncidentView) -> Done:
    await incidents.note(tx, found.id, await caller.field("text"), by=caller.principal.actor)
    return _STAY


async def _priority(tx: Tx, caller: Caller, found: IncidentView) -> Done:
    wanted = await caller.field("priority")
    if wanted not in Priority.__members__:
        raise _strange(wanted)
    await incidents.set_priority(
        tx,
        await plans.of(tx, found.plan_revision),
        found.id,
        Priority[wanted],
        by=caller.principal.actor,
        reason=await caller.field("reason"),
    )
    return _STAY


async def _frame(tx: Tx, caller: Caller, found: IncidentView) -> Done:
    frame = _option(Frame, await caller.field("frame"))
    await incidents.set_frame(tx, found.id, frame, by=caller.principal.actor)
    return _STAY


async def _run(tx: Tx, caller: Caller, found: IncidentView) -> Done:
    plan = await plans.of(tx, found.plan_revision)
    runbook = RunbookId(await caller.field("runbook"))
    run = await runs.request_run(tx, plan, found.id, runbook, None, by=caller.principal.actor)
    listed = await runs.list_runs(tx, found.id)
    number = next(row.number for row in listed if row.id == run)
    return f"/runs/{number}", "The runbook runs. It changes nothing before somebody else approves."


async def _risk(tx: Tx, caller: Caller, found: IncidentView) -> Done:
    asset, why = await caller.field("asset"), await caller.field("why")
    await incidents.accept_risk(tx, found.id, asset, why, by=caller.principal.actor)
    return _STAY


async def _propose_dismissal(tx: Tx, caller: Caller, found: IncidentView) -> Done:
    why = await caller.field("why")
    await incidents.propose_dismissal(tx, found.id, why=why, by=caller.principal.actor)
    return "", "Proposed. Another person confirms it."


async def _move(tx: Tx, caller: Caller, found: IncidentView) -> Done:
    to = _option(State, await caller.field("to"))
    await incidents.transition(
        tx,
        await plans.of(tx, found.plan_revision),
        found.id,
        to,
        by=caller.principal.actor,
        note=await caller.field("note"),
        containment=await runs.containment_of(tx, found.id),
    )
    where = f"/incidents/{found.number}/review" if to is State.IN_REVIEW else ""
    return where, f"{found.name} is {to.label.lower()}."


def _option(options: type[Option], value: str) -> Option:
    """Return the option a form sent; refuse one it never offered."""
    try:
        return options(value)
    except ValueError:
        raise _strange(value) from None


def _strange(value: str) -> NotAnOption:
    return NotAnOption(f"“{value}” is not an option.")


def _form(path: str, act: Act) -> Route:
    """Make the route of one form. Refused, the page comes back with what was typed in it."""

    async def send(caller: Caller) -> Response:
        number: int = caller.request.path_params["number"]
        fields = await caller.fields()
        try:
            async with caller.desk.transaction() as tx:
                found = await incidents.find_incident(tx, number)
                caller.reach(found.drill)
                where, said = await act(tx, caller, found)
        except Refusal as refusal:
            return await command_center(caller, Again(fields.get("which", ""), fields, refusal))
        return back(where or f"/incidents/{number}", said=said)

    send.__name__ = act.__name__.strip("_")
    return page(f"/incidents/{{number:int}}/{path}", send, Permission.RESPOND, methods=("POST",))


ROUTES = (
    _form("roles/{role}", _take_role),
    _form("checklist/{item}", _answer),
    _form("updates", _update),
    _form("tasks", _task),
    _form("tasks/{task:uuid}", _tick),
    _form("notes", _note),
    _form("priority", _priority),
    _form("frame", _frame),
    _form("runs", _run),
    _form("risks", _risk),
    _form("dismissal", _propose_dismissal),
    _form("transition", _move),
)
