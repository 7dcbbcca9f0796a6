"""The alert inbox: what needs a person, and doing one thing to several alerts at once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import AlertId
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Refusal
from fireline.doors.web.shell import Caller, back, page, render
from fireline.usecases import alert_groups, alert_hands, alert_lists, alerts, plans
from fireline.usecases.alert_desk import reach_alert
from fireline.usecases.alert_lists import MOST_COUNTED, AlertFilter
from fireline.usecases.alerts import INBOX
from fireline.usecases.transaction import Tx

_SHOWN: Mapping[str, AlertFilter] = {
    "open": AlertFilter(),
    "firing": AlertFilter(states=("firing",)),
    "acknowledged": AlertFilter(states=("acknowledged",)),
    "snoozed": AlertFilter(snoozed=True),
    "suppressed": AlertFilter(suppressed=True),
    "unrouted": AlertFilter(unrouted=True),
    "mine": AlertFilter(),
    "resolved": AlertFilter(states=("resolved",)),
}
_PAGE = 100
_MAX_TEXT = 200
_FILTERS = ("show", "team", "service", "priority", "q")
_SNOOZE = timedelta(hours=1)
Deed = Callable[[Tx, AlertId], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks to see. Whatever cannot be understood is left out."""

    show: str = "open"
    team: str = ""
    service: str = ""
    priority: str = ""
    q: str = ""
    after: str = ""

    def address(self, **changed: str) -> str:
        """Return the address of the inbox with some of this changed."""
        asked = replace(self, **changed)
        default = _Asked()
        said = {name: getattr(asked, name) for name in (*_FILTERS, "after")}
        kept = {name: value for name, value in said.items() if value != getattr(default, name)}
        return f"/?{urlencode(kept)}" if kept else "/"


async def inbox(caller: Caller) -> Response:
    """List what needs a person, the most urgent first."""
    asked = _asked(caller.request.query_params)
    async with caller.desk.transaction() as tx:
        plan = await _plan(tx)
        wanted = _wanted(asked, caller, plan)
        listed = await alert_lists.listed(tx, replace(wanted, limit=_PAGE + 1))
        # A short first page is all there is: looking through everything once is enough.
        whole = wanted.after is None and len(listed) <= _PAGE
        total = len(listed) if whole else await alert_lists.count(tx, wanted)
        storms = await alert_lists.storms(tx, drill=caller.principal.drill)
        now = tx.now
    more = asked.address(after=str(listed[_PAGE - 1].number)) if len(listed) > _PAGE else None
    return render(
        caller,
        "inbox.html",
        here="inbox",
        topics=(INBOX,),
        alerts=listed[:_PAGE],
        total=f"more than {MOST_COUNTED:,}" if total >= MOST_COUNTED else str(total),
        asked=asked,
        choices=tuple(_SHOWN),
        teams=sorted(plan.teams) if plan else (),
        services=sorted(plan.services) if plan else (),
        priorities=tuple(Priority),
        storms=storms,
        more=more,
        now=now,
    )


async def selected(caller: Caller) -> Response:
    """Do one thing to every alert that was selected."""
    form = await caller.request.form()
    sent = [one for one in form.getlist("alert") if isinstance(one, str) and one.isdecimal()]
    chosen = [int(one) for one in dict.fromkeys(sent)][:_PAGE]
    where = _asked(QueryParams(await caller.field("back"))).address()
    if not chosen:
        return _back(where, "Select alerts first.")
    what = await caller.field("do")
    if what == "merge":
        return _back(where, await _merge(caller, chosen))
    return _back(where, await _each(caller, chosen, what))


async def _each(caller: Caller, numbers: Sequence[int], what: str) -> str:
    """Do something to each alert, in a transaction of its own; say what came of it."""
    deed, word = _deeds(caller).get(what, (None, ""))
    if deed is None:
        return "Choose what to do with them."
    done, refused = 0, list[str]()
    for number in numbers:
        try:
            async with caller.desk.transaction() as tx:
                found = await reach_alert(tx, number)
                caller.reach(found.drill)
                await deed(tx, found.id)
        except Refusal as refusal:
            refused.append(str(refusal))
        else:
            done += 1
    said = f"{done} alert{'' if done == 1 else 's'} {word}."
    return " ".join([said, *refused[:3]])


def _deeds(caller: Caller) -> dict[str, tuple[Deed, str]]:
    by = caller.principal.actor

    async def snooze(tx: Tx, alert: AlertId) -> None:
        await alert_hands.snooze_alert(tx, alert, until=tx.now + _SNOOZE, by=by)

    return {
        "acknowledge": (
            lambda tx, alert: alerts.acknowledge_alert(tx, alert, by=by),
            "acknowledged",
        ),
        "resolve": (lambda tx, alert: alerts.resolve_alert(tx, alert, by=by), "resolved"),
        "snooze": (snooze, "snoozed for an hour"),
    }


async def _merge(caller: Caller, numbers: Sequence[int]) -> str:
    """Merge alerts into the first of them, which is the most urgent as they are listed."""
    try:
        async with caller.desk.transaction() as tx:
            found = [await reach_alert(tx, number) for number in numbers]
            for one in found:
                caller.reach(one.drill)
            into, *others = found
            ids = [one.id for one in others]
            await alert_groups.merge_alerts(tx, into.id, ids, by=caller.principal.actor)
    except Refusal as refusal:
        return str(refusal)
    return f"They are one now: alert #{into.number}."


def _asked(query: QueryParams) -> _Asked:
    said = {name: query.get(name, "").strip() for name in (*_FILTERS, "after")}
    said["q"] = said["q"][:_MAX_TEXT]
    said["after"] = said["after"] if said["after"].isdecimal() else ""
    if said["priority"] not in Priority.__members__:
        said["priority"] = ""
    if said["show"] not in _SHOWN:
        said["show"] = "open"
    return _Asked(**said)


def _wanted(asked: _Asked, caller: Caller, plan: Plan | None) -> AlertFilter:
    teams = (asked.team,) if asked.team else ()
    if asked.show == "mine" and plan is not None and not teams:
        person = caller.principal.person
        # Somebody in no team has none: the name of no team lets nothing through.
        teams = tuple(one.id for one in plan.teams.values() if person in one.members) or ("",)
    return replace(
        _SHOWN[asked.show],
        teams=teams,
        services=(asked.service,) if asked.service else (),
        priorities=(Priority[asked.priority],) if asked.priority else (),
        text=asked.q,
        drill=caller.principal.drill,
        after=int(asked.after) if asked.after else None,
    )


async def _plan(tx: Tx) -> Plan | None:
    try:
        return await plans.current(tx)
    except Refusal:
        # Alerts are listed before there is a plan, and when it cannot be read.
        return None


def _back(where: str, said: str) -> Response:
    if "?" not in where:
        return back(where, said=said)
    path, query = where.split("?", 1)
    return back(f"{path}?{query}&{urlencode({'said': said})}")


ROUTES = (
    page("/", inbox, Permission.SEE),
    page("/alerts/selected", selected, Permission.RESPOND, methods=("POST",)),
)
