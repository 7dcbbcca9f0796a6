"""What people send from an alert's page: answers, snoozes, merges, splits, notes."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.alerting.snoozes import tomorrow_morning
from fireline.core.values.ids import PersonId
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Refusal
from fireline.doors.web import alert_page
from fireline.doors.web.incident_forms import NotAnOption
from fireline.doors.web.shell import Again, Caller, View, back, page
from fireline.usecases import (
    alert_groups,
    alert_hands,
    alerts,
    learned_links,
)
from fireline.usecases.alert_desk import Reached, reach_alert, reach_by_id, zone_of
from fireline.usecases.alert_hands import SnoozeImpossible
from fireline.usecases.transaction import Tx

_LASTING = {
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
}
# What a form does to an alert; it says what was done, and may lead elsewhere.
Deed = Callable[[Tx, Caller, Reached], Awaitable[str]]


def _form(name: str, deed: Deed) -> View:
    """Make the view of a form: it does its deed in one transaction, and is shown again if refused.

    `name` is what the form calls itself on the page.
    """

    async def view(caller: Caller) -> Response:
        number: int = caller.request.path_params["number"]
        try:
            async with caller.desk.transaction() as tx:
                found = await reach_alert(tx, number)
                caller.reach(found.drill)
                said = await deed(tx, caller, found)
        except Refusal as refusal:
            fields = await caller.fields()
            return await alert_page.show(caller, Again(fields.get("which", name), fields, refusal))
        return back(f"/alerts/{number}", said=said)

    view.__name__ = f"{name}_alert"
    return view


async def _acknowledge(tx: Tx, caller: Caller, found: Reached) -> str:
    answer = await alerts.acknowledge_alert(tx, found.id, by=caller.principal.actor)
    if answer.answered < answer.needed:
        count = f"{answer.answered} of {answer.needed}"
        return f"You are {count} people who must acknowledge it; the others are still told."
    return "You have it." if answer.yours else f"{answer.by} has it already."


async def _resolve(tx: Tx, caller: Caller, found: Reached) -> str:
    await alerts.resolve_alert(tx, found.id, by=caller.principal.actor)
    return "Resolved."


async def _unacknowledge(tx: Tx, caller: Caller, found: Reached) -> str:
    await alert_hands.unacknowledge_alert(tx, found.id, by=caller.principal.actor)
    return "Nobody has it now; people are told again."


async def _escalate(tx: Tx, caller: Caller, found: Reached) -> str:
    await alert_hands.escalate_alert(tx, found.id, by=caller.principal.actor)
    return "The next step is taken now."


async def _wake(tx: Tx, caller: Caller, found: Reached) -> str:
    told = await alert_hands.wake_alert(tx, found.id, by=caller.principal.actor)
    return "The snooze is over; people are told." if told else "The snooze is over."


async def _snooze(tx: Tx, caller: Caller, found: Reached) -> str:
    zone = await zone_of(tx, caller.principal.person)
    chosen = await caller.field("lasting")
    if chosen in _LASTING:
        until = tx.now + _LASTING[chosen]
    elif chosen == "tomorrow":
        until = tomorrow_morning(tx.now, zone)
    else:
        until = _moment(await caller.field("until"), zone)
    await alert_hands.snooze_alert(tx, found.id, until=until, by=caller.principal.actor)
    return f"Snoozed until {until.astimezone(zone):%a %d %b %H:%M %Z}."


async def _merge(tx: Tx, caller: Caller, found: Reached) -> str:
    into = await reach_alert(tx, _number(await caller.field("into")))
    caller.reach(into.drill)
    await alert_groups.merge_alerts(tx, into.id, [found.id], by=caller.principal.actor)
    return f"It is part of alert #{into.number} now."


async def _split(tx: Tx, caller: Caller, found: Reached) -> str:
    form = await caller.request.form()
    numbers = [_number(one) for one in form.getlist("symptom") if isinstance(one, str)]
    chosen = await alert_groups.symptoms_numbered(tx, found.id, numbers)
    by = caller.principal.actor
    fresh = await alert_groups.split_alert(tx, found.id, chosen, by=by)
    if await caller.field("apart"):
        for symptom in chosen:
            await learned_links.learn_link(tx, found.id, symptom, together=False, by=by)
    return f"Split off: alert #{(await reach_by_id(tx, fresh)).number}."


async def _note(tx: Tx, caller: Caller, found: Reached) -> str:
    await alert_hands.add_note(tx, found.id, await caller.field("text"), by=caller.principal.actor)
    return "Noted."


async def _assign(tx: Tx, caller: Caller, found: Reached) -> str:
    name = await caller.field("person")
    person = PersonId(name) if name else None
    await alert_hands.assign_alert(tx, found.id, person, by=caller.principal.actor)
    return f"It is {name}'s." if name else "It is nobody's."


async def _prioritise(tx: Tx, caller: Caller, found: Reached) -> str:
    wanted = await caller.field("priority")
    if wanted not in Priority.__members__:
        msg = "Choose a priority."
        raise NotAnOption(msg)
    why = await caller.field("why")
    await alert_hands.set_priority(
        tx, found.id, Priority[wanted], by=caller.principal.actor, why=why
    )
    return f"It is {wanted} now."


async def forget(caller: Caller) -> Response:
    """Withdraw something people taught grouping."""
    caller.reach(None)
    async with caller.desk.transaction() as tx:
        number: int = caller.request.path_params["number"]
        await learned_links.forget_link(tx, number, by=caller.principal.actor)
    return back("/alerts/learned", said="Forgotten.")


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        said = datetime.fromisoformat(text)
    except ValueError as unclear:
        msg = "Say until when, as a day and a time."
        raise SnoozeImpossible(msg) from unclear
    return said if said.tzinfo else said.replace(tzinfo=zone)


def _number(text: str) -> int:
    said = text.strip().removeprefix("#")
    if not said.isdecimal() or len(said) > 18:
        msg = "Give the number of an alert, such as 12."
        raise NotAnOption(msg)
    return int(said)


_FORMS: dict[str, Deed] = {
    "acknowledge": _acknowledge,
    "unacknowledge": _unacknowledge,
    "resolve": _resolve,
    "escalate": _escalate,
    "wake": _wake,
    "snooze": _snooze,
    "merge": _merge,
    "split": _split,
    "notes": _note,
    "assign": _assign,
    "priority": _prioritise,
}
ROUTES = (
    *(
        page(
            f"/alerts/{{number:int}}/{name}",
            _form(name, deed),
            Permission.RESPOND,
            methods=("POST",),
        )
        for name, deed in _FORMS.items()
    ),
    page("/alerts/learned/{number:int}/forget", forget, Permission.RESPOND, methods=("POST",)),
)
