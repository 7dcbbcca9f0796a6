"""Grafana OnCall schedules: shifts that recur, each at a level, and overrides.

A shift begins at `start` on the clocks of its zone and lasts `duration`; it comes again every
`interval` hours, days, weeks or months, on some weekdays only, each time with the next users of
`rolling_users`. Where shifts of one level meet, all their users are on call; a higher level covers
the lower ones. Shapes: https://grafana.com/docs/oncall/latest/oncall-api-reference/on_call_shifts/.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fireline.core.plan.importing.found import Gathering, StandIn, Thing
from fireline.core.plan.importing.grafana_turns import NoTurns, Shift, turns_of
from fireline.core.plan.importing.layers import Bounds, Turn, layer_words, names_of
from fireline.core.plan.importing.wire import Answer, at, each, lists, number, text, texts, zone_of
from fireline.core.values.json import JsonValue

MAX_LAYERS = 20
_UTC = ZoneInfo("UTC")


def schedules_of(
    account: Answer,
    people: Mapping[str, str],
    schedules: dict[str, str],
    since: datetime,
    found: Gathering,
) -> None:
    """Write each schedule; those that cannot be here are dropped from `schedules`."""
    for schedule in each(account, "schedules"):
        thing = Thing("schedule", text(schedule, "id"), text(schedule, "name"))
        if text(schedule, "type") == "ical":
            why = f"its shifts come from a calendar: {text(schedule, 'ical_url_primary')}"
            do = "write its layers, or use `fireline oncall import-ics` on the calendar"
            found.left_out(thing, why, do)
            del schedules[thing.id]
            continue
        _schedule(schedule, thing, people, schedules, since, found)


def _schedule(
    schedule: Answer,
    thing: Thing,
    people: Mapping[str, str],
    schedules: dict[str, str],
    since: datetime,
    found: Gathering,
) -> None:
    slug = schedules[thing.id]
    path = f"schedules/{slug}.yaml"
    zone = zone_of(text(schedule, "time_zone")) or _UTC
    layers: list[dict[str, JsonValue]] = []
    for one in each(schedule, "onCallShifts"):
        of = Thing("shift", text(one, "id"), f"{thing.name} / {text(one, 'name')}")
        own = zone_of(text(one, "time_zone")) or (_UTC if text(schedule, "type") == "web" else zone)
        if text(one, "type") == "override":
            _override(one, of, slug, own, people, found)
            continue
        words = _layer(one, of, own, people, since, found)
        if words is None:
            continue
        if own.key != zone.key:
            words["zone"] = own.key
        layers.append(words)
        found.imported(of, path)
    if not layers or len(layers) > MAX_LAYERS:
        why = "it has no shift that could be imported"
        if layers:
            why = f"it has {len(layers)} shifts, and a schedule here at most {MAX_LAYERS} layers"
        found.left_out(thing, why, "write it anew")
        del schedules[thing.id]
        return
    names_of(layers)
    words = {"name": thing.name[:200] or slug, "zone": zone.key, "layers": list(layers)}
    found.imported(thing, path, words)
    if text(schedule, "ical_url_overrides"):
        why = "its overrides come from a calendar too"
        found.changed(thing, why, "use `fireline oncall import-ics` on it", path)


def _layer(
    shift: Answer,
    thing: Thing,
    zone: ZoneInfo,
    people: Mapping[str, str],
    since: datetime,
    found: Gathering,
) -> dict[str, JsonValue] | None:
    start, until = _local(shift, "start", zone), at(shift, "until")
    duration, users = number(shift, "duration"), _users(shift, people)
    if start is None or duration <= 0:
        found.left_out(thing, "its start or its duration cannot be read", "write it by hand")
        return None
    single = text(shift, "type") == "single_event"
    ends = start + timedelta(seconds=duration) if single else until
    if ends is not None and ends <= since:
        found.left_out(thing, f"it ended on {ends:%d %b %Y}", "nothing")
        return None
    if not any(users):
        found.left_out(thing, "nobody in it is here", "write the layer by hand")
        return None
    if texts(shift, "by_month") or texts(shift, "by_monthday"):
        why = "it keeps to months or days of the month"
        found.left_out(thing, why, "write the layer by hand")
        return None
    begins = max(start, _local(shift, "rotation_start", zone) or start)
    told = Shift(
        users=users,
        start=start,
        duration=duration,
        frequency="" if single else text(shift, "frequency"),
        interval=max(number(shift, "interval", default=1), 1),
        days=texts(shift, "by_day"),
        week_start=text(shift, "week_start") or "MO",
    )
    try:
        ring, parts, changed = turns_of(told)
    except NoTurns as why:
        found.left_out(thing, str(why), "write the layer by hand")
        return None
    if changed:
        found.changed(thing, changed, "compare it with `fireline import verify`")
    bounds = Bounds(begins, ends) if single else Bounds(begins, ends).since(since)
    level = number(shift, "level")
    return layer_words(text(shift, "name"), ring, zone, parts=parts, bounds=bounds, level=level)


def _users(shift: Answer, people: Mapping[str, str]) -> tuple[Turn, ...]:
    groups = lists(shift, "rolling_users") or (texts(shift, "users"),)
    first = number(shift, "start_rotation_from_user_index") % len(groups)
    ordered = (*groups[first:], *groups[:first])
    return tuple(tuple(people[one] for one in group if one in people) for group in ordered)


def _override(
    shift: Answer,
    thing: Thing,
    schedule: str,
    zone: ZoneInfo,
    people: Mapping[str, str],
    found: Gathering,
) -> None:
    start, users = _local(shift, "start", zone), _users(shift, people)[0]
    duration = timedelta(seconds=number(shift, "duration"))
    if start is None or not users or not duration:
        found.left_out(thing, "who stands in, or when, cannot be read here", "make it by hand")
        return
    for place, person in enumerate(users):
        kind = "add" if place else "replace"
        found.overrides.append(StandIn(schedule, kind, start, start + duration, person))
    found.imported(thing, "overrides.json")


def _local(shift: Answer, name: str, zone: ZoneInfo) -> datetime | None:
    """Read a moment that names no zone, on the clocks of this one."""
    told = at(shift, name)
    return None if told is None else told.replace(tzinfo=zone)
