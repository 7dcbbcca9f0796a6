"""What the on-call pages let people do: stand in, take over, swap, ask for cover, go away."""

from collections.abc import Mapping
from datetime import datetime

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.oncall.schedule import Override, OverrideKind
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.time import Span
from fireline.doors.entry import admit_to
from fireline.doors.web.oncall_times import TimesUnclear, span_typed, zone_named
from fireline.doors.web.shell import Caller, back, page, render
from fireline.usecases import calendars, leave, oncall, plans, shift_requests
from fireline.usecases.shift_requests import Wanted

_HOME = "/on-call"


class FormUnclear(Refusal):
    """A form says something it cannot say."""

    kind = Kind.INVALID
    code = "oncall.form_unclear"


async def override(caller: Caller) -> Response:
    """Let somebody stand in on a schedule, or join, or be taken off."""
    caller.reach(None)
    fields = await caller.fields()
    person = _person(fields, "person")
    wanted = Override(
        span=_span(fields),
        kind=_kind(fields.get("kind", "")),
        person=person,
        instead_of=_person(fields, "instead_of"),
        layers=frozenset(filter(None, [fields.get("layer", "")])),
    )
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        await oncall.override(tx, plan, _schedule(caller), wanted, by=caller.principal.actor)
    return back(_HOME, said=_said(wanted))


async def withdraw_override(caller: Caller) -> Response:
    """Take an override back."""
    caller.reach(None)
    async with caller.desk.transaction() as tx:
        wanted = caller.request.path_params["override"]
        await oncall.withdraw_override(tx, wanted, by=caller.principal.actor)
    return back(_HOME, said="The override was withdrawn.")


async def take(caller: Caller) -> Response:
    """Give the pager to whoever asks, from now to the end of the shift."""
    caller.reach(None)
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        me, by = caller.principal.person, caller.principal.actor
        await oncall.take(tx, plan, _schedule(caller), me, by=by)
    return back(_HOME, said="You have the pager now.")


async def ask(caller: Caller) -> Response:
    """Ask for a swap, when a shift to take back is chosen, or for cover."""
    caller.reach(None)
    fields = await caller.fields()
    asker = _acting(caller, fields)
    asked, taken = _back(fields)
    wanted = Wanted(
        schedule=_schedule(caller),
        asker=asker,
        given=_span(fields),
        asked=asked,
        taken=taken,
        note=fields.get("note", ""),
    )
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        made = await shift_requests.ask(tx, plan, wanted, by=caller.principal.actor)
    return back(_HOME, said=f"Request {made.number} waits for an answer.")


async def answer(caller: Caller) -> Response:
    """Accept or decline a request, or take one's own back."""
    caller.reach(None)
    number, verb = caller.request.path_params["number"], caller.request.path_params["verb"]
    person, by = caller.principal.person, caller.principal.actor
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        match verb:
            case "accept":
                done = await shift_requests.accept(tx, plan, number, person, by=by)
            case "decline":
                done = await shift_requests.decline(tx, plan, number, person, by=by)
            case _:
                done = await shift_requests.withdraw(tx, plan, number, person, by=by)
    return back(_HOME, said=f"Request {number} is {done.state}.")


async def go_away(caller: Caller) -> Response:
    """Keep that somebody is away for a while."""
    caller.reach(None)
    fields = await caller.fields()
    person, span = _acting(caller, fields), _span(fields)
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        note, by = fields.get("note", ""), caller.principal.actor
        await leave.add_leave(tx, plan, person, span, note=note, by=by)
    return back(_HOME, said=f"{person} is away then; the next in the ring takes over.")


async def come_back(caller: Caller) -> Response:
    """Take a leave back."""
    caller.reach(None)
    async with caller.desk.transaction() as tx:
        wanted = caller.request.path_params["leave"]
        await leave.withdraw_leave(tx, wanted, by=caller.principal.actor)
    return back(_HOME, said="The leave was taken back.")


async def make_calendar(caller: Caller) -> Response:
    """Make a private calendar address of one's own shifts, shown this once."""
    caller.reach(None)
    me = caller.principal.person
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        made = await calendars.create_feed(
            tx, plan, person=me, schedule=None, by=caller.principal.actor
        )
    base = str(caller.request.base_url).rstrip("/")
    address = f"{base}/calendar/{made.token.reveal()}.ics"
    return render(caller, "oncall_calendar.html", here="on-call", address=address, status=201)


async def drop_calendar(caller: Caller) -> Response:
    """Withdraw one of one's own calendar addresses."""
    caller.reach(None)
    async with caller.desk.transaction() as tx:
        wanted = caller.request.path_params["feed"]
        await calendars.revoke_feed(tx, wanted, by=caller.principal.actor)
    return back(_HOME, said="The calendar address no longer works.")


def _schedule(caller: Caller) -> ScheduleId:
    return ScheduleId(caller.request.path_params["schedule"])


def _person(fields: Mapping[str, str], name: str) -> PersonId | None:
    return PersonId(fields[name].strip()) if fields.get(name, "").strip() else None


def _acting(caller: Caller, fields: Mapping[str, str]) -> PersonId:
    """Return for whom somebody acts: for themselves, or whom a manager names."""
    person = _person(fields, "person") or caller.principal.person
    if person != caller.principal.person:
        admit_to(caller.principal, Permission.CONFIGURE, None)
    return person


def _span(fields: Mapping[str, str]) -> Span:
    zone = zone_named(fields.get("zone") or "UTC")
    return span_typed(fields.get("start", ""), fields.get("end", ""), zone)


def _kind(said: str) -> OverrideKind:
    try:
        return OverrideKind(said or "replace")
    except ValueError:
        msg = f"{said[:40]!r} is no kind of override."
        raise FormUnclear(msg, hint="Choose replace, add or remove.") from None


def _back(fields: Mapping[str, str]) -> tuple[PersonId | None, Span | None]:
    """Read the shift to take in exchange, written `person start end`; without, it is a cover."""
    chosen = fields.get("back", "").split()
    if not chosen:
        return _person(fields, "asked"), None
    try:
        person, start, end = chosen
        return PersonId(person), Span(datetime.fromisoformat(start), datetime.fromisoformat(end))
    except ValueError:
        msg = "The shift to take in exchange is unclear."
        raise TimesUnclear(msg, hint="Choose one of the list.") from None


def _said(wanted: Override) -> str:
    match wanted.kind:
        case OverrideKind.REPLACE:
            return f"{wanted.person} stands in."
        case OverrideKind.ADD:
            return f"{wanted.person} joins."
        case OverrideKind.REMOVE:
            return f"{wanted.instead_of or wanted.person or 'Everybody'} is taken off."


_RESPOND = Permission.RESPOND
_POST = ("POST",)
ROUTES = (
    page("/on-call/{schedule}/overrides", override, _RESPOND, methods=_POST),
    page("/on-call/overrides/{override:uuid}/withdraw", withdraw_override, _RESPOND, methods=_POST),
    page("/on-call/{schedule}/take", take, _RESPOND, methods=_POST),
    page("/on-call/{schedule}/requests", ask, _RESPOND, methods=_POST),
    page("/on-call/requests/{number:int}/{verb}", answer, _RESPOND, methods=_POST),
    page("/on-call/leave", go_away, _RESPOND, methods=_POST),
    page("/on-call/leave/{leave:uuid}/withdraw", come_back, _RESPOND, methods=_POST),
    page("/on-call/calendar", make_calendar, _RESPOND, methods=_POST),
    page("/on-call/calendar/{feed:uuid}/revoke", drop_calendar, _RESPOND, methods=_POST),
)
