"""Silences and maintenance windows: what is held back, what would be, and for how long."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.alerting.matching import Matcher, matcher_from
from fireline.core.alerting.windows import Weekly
from fireline.core.plan.lengths import length_from, length_text
from fireline.core.values.refusals import Refusal
from fireline.doors.silence_words import (
    WEEKDAYS,
    Said,
    WindowUnclear,
    window_from,
    window_text,
)
from fireline.doors.web.shell import FRESH, Again, Caller, back, page, render
from fireline.usecases import silences
from fireline.usecases.silences import Preview, SilenceUnclear, SilenceView, Wanted

_FORM = "silence"
UNTIL_RESOLVED = "resolved"
LENGTHS = tuple(timedelta(hours=hours) for hours in (1, 2, 4, 8, 24, 72))
_ENDED = 50


async def listing(caller: Caller) -> Response:
    """List silences, with a form to place one. `matchers` in the address fills it in."""
    caller.reach(None)
    asked = caller.request.query_params.get("matchers", "")
    return await _show(caller, Again(_FORM, {"matchers": asked}) if asked else FRESH, None)


async def place(caller: Caller) -> Response:
    """Place a silence, or show what it would hold, as the button says."""
    caller.reach(None)
    fields = {**await caller.fields(), "days": ",".join(await _days(caller))}
    try:
        async with caller.desk.transaction() as tx:
            wanted = _wanted(fields, tx.now)
            if fields.get("do") == "preview":
                seen = await silences.preview_silence(tx, wanted)
            else:
                placed = await silences.place_silence(tx, wanted, by=caller.principal.actor)
                return back("/silences", said=_said(placed))
    except Refusal as refusal:
        return await _show(caller, Again(_FORM, fields, refusal), None)
    return await _show(caller, Again(_FORM, fields), seen)


async def end(caller: Caller) -> Response:
    """End a silence now."""
    caller.reach(None)
    number = caller.request.path_params["number"]
    async with caller.desk.transaction() as tx:
        found = await silences.silence_numbered(tx, number)
        await silences.end_silence(tx, found.id, by=caller.principal.actor)
    return back("/silences", said=f"Silence {number} is over.")


async def _show(caller: Caller, again: Again, seen: Preview | None) -> Response:
    async with caller.desk.transaction() as tx:
        every = await silences.list_silences(tx, ended=True, limit=_ENDED)
        standing = await silences.list_silences(tx)
        now = tx.now
    return render(
        caller,
        "silences.html",
        here="silences",
        topics=(silences.TOPIC,),
        status=again.status,
        again=again,
        standing=[(view, _when(view)) for view in standing],
        ended=[view for view in every if view.status == "expired"],
        seen=seen,
        lengths=[(length_text(length), _long(length)) for length in LENGTHS],
        until_resolved=UNTIL_RESOLVED,
        weekdays=WEEKDAYS,
        now=now,
    )


async def _days(caller: Caller) -> list[str]:
    form = await caller.request.form()
    return [str(day) for day in form.getlist("days")]


def _wanted(fields: Mapping[str, str], now: datetime) -> Wanted:
    starts = _moment(fields.get("start", "")) or now
    lasting, window = fields.get("lasting", ""), _window(fields)
    ends = _moment(fields.get("until", ""))
    if ends is None and window is None and lasting != UNTIL_RESOLVED:
        ends = max(starts, now) + _length(lasting)
    return Wanted(
        matchers=_matchers(fields.get("matchers", "")),
        comment=fields.get("comment", ""),
        starts_at=starts,
        ends_at=ends,
        until_resolved=window is None and lasting == UNTIL_RESOLVED,
        window=window,
        ticket=fields.get("ticket", ""),
        broad=fields.get("broad", ""),
    )


def _matchers(said: str) -> tuple[Matcher, ...]:
    return tuple(matcher_from(line) for line in said.splitlines() if line.strip())


def _window(fields: Mapping[str, str]) -> Weekly | None:
    days = tuple(day for day in fields.get("days", "").split(",") if day)
    if not days:
        return None
    try:
        start, end = (time.fromisoformat(fields.get(name, "")) for name in ("from", "to"))
    except ValueError:
        msg = "A maintenance window needs the times it begins and ends."
        raise WindowUnclear(msg, hint="Write them as 02:00.") from None
    return window_from(Said(fields.get("zone", "") or "UTC", days, start, end))


def _moment(said: str) -> datetime | None:
    if not said:
        return None
    try:
        return datetime.fromisoformat(said).replace(tzinfo=UTC)
    except ValueError:
        msg = f"{said[:40]!r} is not a moment."
        raise SilenceUnclear(msg, hint="Write one such as 2026-12-24T03:00, in UTC.") from None


def _length(said: str) -> timedelta:
    try:
        return length_from(said)
    except ValueError:
        msg = "Say how long it lasts, or until when."
        raise SilenceUnclear(msg) from None


def _long(length: timedelta) -> str:
    hours = int(length.total_seconds()) // 3600
    return f"{hours} hour{'' if hours == 1 else 's'}" if hours < 24 else _days_long(hours // 24)


def _days_long(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"


def _when(view: SilenceView) -> str:
    if view.window is not None:
        return window_text(view.window)
    if view.until_resolved:
        return "until resolved"
    return f"until {view.ends_at:%Y-%m-%d %H:%M} UTC" if view.ends_at else ""


def _said(view: SilenceView) -> str:
    return f"Silence {view.number} holds {view.holds} alert{'' if view.holds == 1 else 's'}."


ROUTES = (
    page("/silences", listing, Permission.SEE),
    page("/silences", place, Permission.RESPOND, methods=("POST",)),
    page("/silences/{number:int}/end", end, Permission.RESPOND, methods=("POST",)),
)
