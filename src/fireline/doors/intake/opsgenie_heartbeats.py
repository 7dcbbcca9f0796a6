"""Heartbeats of the Opsgenie API: https://docs.opsgenie.com/docs/heartbeat-api."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any

from fireline.core.plan.plan import Plan
from fireline.core.signals.decoding import object_of, text_of
from fireline.core.signals.formats.opsgenie import Wrong, priority_of, tags_of
from fireline.core.values.priority import Priority
from fireline.doors.intake.opsgenie_shapes import moment, plan_of
from fireline.doors.intake.opsgenie_wire import (
    Answer,
    Call,
    Way,
    invalid,
    not_found,
    refused,
    shown,
)
from fireline.usecases import heartbeats
from fireline.usecases.heartbeat_units import SECONDS, in_units, remember_unit, units_of
from fireline.usecases.heartbeats import Heartbeat, Wanted
from fireline.usecases.transaction import Tx

MAX_DESCRIPTION = 10_000
MAX_MESSAGE = 130
MAX_PAGES = 20
_GONE = "Heartbeat does not exist"


async def ping(call: Call) -> Answer:
    """Note that something still beats. An unknown name is told: nothing would watch it."""
    async with call.desk.transaction() as tx:
        if not await heartbeats.ping(tx, call.names["name"].replace("\x00", "")):
            raise not_found(_GONE)
    return Answer(HTTPStatus.ACCEPTED, {"result": "PONG - Heartbeat received"})


async def create(call: Call) -> Answer:
    """Make a heartbeat."""
    said = await call.said()
    name = text_of(said.get("name"), heartbeats.MAX_NAME + 1)
    if not name:
        raise invalid(field="name", why="name is mandatory")
    async with call.desk.transaction() as tx:
        plan = await plan_of(tx)
        wanted = _changed(said, Wanted(name, SECONDS["minutes"] * 10), plan, whole=True)
        made = await heartbeats.create_heartbeat(tx, wanted, by=call.by())
        await remember_unit(tx, name, _unit(said))
        shape = await _shape(tx, made, plan)
    return Answer(HTTPStatus.CREATED, {"data": shape})


async def listed(call: Call) -> Answer:
    """List every heartbeat."""
    found: list[Heartbeat] = []
    async with call.desk.transaction() as tx:
        plan = await plan_of(tx)
        for _ in range(MAX_PAGES):
            after = found[-1].name if found else ""
            page = await heartbeats.list_heartbeats(tx, after=after)
            found += page
            if not page:
                break
        shapes = [await _shape(tx, one, plan) for one in found]
    return shown({"heartbeats": shapes})


async def show(call: Call) -> Answer:
    """Show one heartbeat."""
    async with call.desk.transaction() as tx:
        found = await heartbeats.find_heartbeat(tx, call.names["name"])
        return shown(await _shape(tx, found, await plan_of(tx)))


async def change(call: Call) -> Answer:
    """Change what the body names, and nothing else."""
    said = await call.said()
    async with call.desk.transaction() as tx:
        plan = await plan_of(tx)
        was = await heartbeats.find_heartbeat(tx, call.names["name"])
        wanted = _changed(said, _as_wanted(was), plan, whole=False)
        after = await heartbeats.change_heartbeat(tx, was.name, wanted, by=call.by())
        if "interval" in said or "intervalUnit" in said:
            await remember_unit(tx, was.name, _unit(said))
        return shown(await _shape(tx, after, plan))


async def enable(call: Call, *, enabled: bool) -> Answer:
    """Watch a heartbeat, or leave off."""
    async with call.desk.transaction() as tx:
        after = await heartbeats.enable_heartbeat(tx, call.names["name"], enabled, call.by())
    data = {"name": after.name, "enabled": after.enabled, "expired": after.expired_at is not None}
    return shown(data)


async def delete(call: Call) -> Answer:
    """Forget a heartbeat."""
    async with call.desk.transaction() as tx:
        await heartbeats.delete_heartbeat(tx, call.names["name"], by=call.by())
    return Answer(HTTPStatus.OK, {"result": "Deleted", "data": {"success": True}})


def _changed(said: Mapping[str, object], was: Wanted, plan: Plan | None, *, whole: bool) -> Wanted:
    """Put what a body says in the place of what was. Raises NotDone, naming the field."""
    try:
        priority = priority_of(
            {"priority": said.get("alertPriority")}, Priority(was.alert_priority)
        )
    except Wrong as wrong:
        raise refused(replace(wrong.unread, field="alertPriority")) from wrong
    enabled = said.get("enabled", was.enabled)
    if not isinstance(enabled, bool):
        raise invalid(field="enabled", why="enabled must be true or false")
    interval = was.interval_seconds
    if whole or "interval" in said or "intervalUnit" in said:
        interval = _interval(said)
    tags = tags_of({"tags": said["alertTags"]}) if "alertTags" in said else was.alert_tags
    return replace(
        was,
        interval_seconds=interval,
        enabled=enabled,
        description=_or(said, "description", was.description, MAX_DESCRIPTION),
        owner_team=_team(said, plan) if "ownerTeam" in said else was.owner_team,
        alert_message=_or(said, "alertMessage", was.alert_message, MAX_MESSAGE),
        alert_tags=tags,
        alert_priority=priority.value,
    )


def _interval(said: Mapping[str, object]) -> int:
    count = said.get("interval")
    if isinstance(count, bool) or not isinstance(count, int) or not 0 < count < 1_000_000:
        raise invalid(field="interval", why="interval is mandatory: a whole number above 0")
    return count * SECONDS[_unit(said)]


def _unit(said: Mapping[str, object]) -> str:
    unit = text_of(said.get("intervalUnit"), 20).lower() or "minutes"
    if unit not in SECONDS:
        raise invalid(field="intervalUnit", why=f"intervalUnit must be one of {', '.join(SECONDS)}")
    return unit


def _or(said: Mapping[str, object], name: str, was: str, longest: int) -> str:
    return text_of(said[name], longest) if name in said else was


def _team(said: Mapping[str, object], plan: Plan | None) -> str | None:
    told = object_of(said.get("ownerTeam"))
    name = text_of(told.get("id"), 100) or text_of(told.get("name"), 100)
    teams = plan.teams.values() if plan else ()
    found = (team.id for team in teams if name.lower() in {team.id, team.name.lower()})
    return next(found, name) or None


def _as_wanted(row: Heartbeat) -> Wanted:
    return Wanted(
        row.name,
        row.interval_seconds,
        enabled=row.enabled,
        description=row.description,
        owner_team=row.owner_team,
        alert_message=row.alert_message,
        alert_tags=tuple(row.alert_tags),
        alert_priority=row.alert_priority,
    )


async def _shape(tx: Tx, row: Heartbeat, plan: Plan | None) -> Mapping[str, Any]:
    units = await units_of(tx, [row.name])
    interval, unit = in_units(row.interval_seconds, units.get(row.name, ""))
    known = next((t for t in plan.teams.values() if t.id == row.owner_team), None) if plan else None
    team = {"id": row.owner_team, "name": known.name if known else row.owner_team}
    pinged = {"lastPingTime": moment(row.last_ping_at)} if row.last_ping_at else {}
    return {
        "name": row.name,
        "description": row.description,
        "interval": interval,
        "intervalUnit": unit,
        "enabled": row.enabled,
        "expired": row.expired_at is not None,
        **({"ownerTeam": team} if row.owner_team else {}),
        "alertMessage": row.alert_message,
        "alertTags": list(row.alert_tags),
        "alertPriority": Priority(row.alert_priority).name,
        **pinged,
    }


_ONE = "/v2/heartbeats/{name}"
WAYS = (
    *(Way(method, f"{_ONE}/ping", ping) for method in ("GET", "POST", "PUT", "PATCH")),
    Way("POST", "/v2/heartbeats", create),
    Way("GET", "/v2/heartbeats", listed),
    Way("GET", _ONE, show),
    Way("PATCH", _ONE, change),
    Way("PUT", _ONE, change),
    Way("DELETE", _ONE, delete),
    Way("POST", f"{_ONE}/enable", partial(enable, enabled=True)),
    Way("POST", f"{_ONE}/disable", partial(enable, enabled=False)),
)
