"""PagerDuty schedules: layers, each over those before it, and overrides.

The API lists the layers with the one that counts first at the top; ours begin at the bottom. Turns
are told in seconds, and a day of them keeps its wall clock. The first user's turn begins at the
`rotation_virtual_start`, however much later the layer itself does.
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from fireline.core.plan.importing.found import Gathering, StandIn, Thing
from fireline.core.plan.importing.layers import (
    Bounds,
    Ring,
    Turn,
    layer_words,
    names_of,
    turn_length,
)
from fireline.core.plan.importing.week import DAY, HOUR, MINUTE, WEEK, Part, daily
from fireline.core.plan.importing.wire import Answer, at, each, number, text, zone_of
from fireline.core.values.json import JsonValue

_BY_HAND = "write the layer by hand"


def schedules_of(
    account: Answer,
    people: Mapping[str, str],
    schedules: dict[str, str],
    since: datetime,
    found: Gathering,
) -> None:
    """Write each schedule; those without a layer that counts are dropped from `schedules`."""
    for schedule in each(account, "schedules"):
        thing = Thing("schedule", text(schedule, "id"), text(schedule, "name"))
        slug = schedules[thing.id]
        path = f"schedules/{slug}.yaml"
        zone = zone_of(text(schedule, "time_zone"))
        if zone is None:
            why = f"there is no zone {text(schedule, 'time_zone')!r}; UTC is written"
            found.changed(thing, why, "correct the zone", path)
            zone = ZoneInfo("UTC")
        layers: list[dict[str, JsonValue]] = []
        for layer in reversed(list(each(schedule, "schedule_layers"))):
            of = Thing("layer", text(layer, "id"), f"{thing.name} / {text(layer, 'name')}")
            words = _layer(layer, of, zone, people, since, found)
            if words is not None:
                layers.append(words)
                found.imported(of, path)
        if not layers:
            found.left_out(thing, "it has no layer that could be imported", "write it anew")
            del schedules[thing.id]
            continue
        names_of(layers)
        words = {"name": thing.name[:200] or slug, "zone": zone.key, "layers": list(layers)}
        found.imported(thing, path, words)
        _overrides(schedule, slug, people, found)


def parts_of(layer: Answer) -> tuple[Part, ...]:
    """Return when restrictions let a layer be; nothing: always."""
    parts: list[Part] = []
    for one in each(layer, "restrictions"):
        start, length = _seconds(text(one, "start_time_of_day")), number(one, "duration_seconds")
        if length <= 0:
            continue
        if text(one, "type") == "weekly_restriction":
            day = number(one, "start_day_of_week", default=1) - 1
            parts.append(Part((day * DAY + start) % WEEK, min(length, WEEK)))
        else:
            parts.extend(daily(start, min(length, DAY)))
    return tuple(parts)


def _layer(
    layer: Answer,
    thing: Thing,
    zone: ZoneInfo,
    people: Mapping[str, str],
    since: datetime,
    found: Gathering,
) -> dict[str, JsonValue] | None:
    begins, ends = at(layer, "start"), at(layer, "end")
    first = at(layer, "rotation_virtual_start") or begins
    seconds = number(layer, "rotation_turn_length_seconds")
    turn = turn_length(seconds)
    turns = tuple(_turn(one, people) for one in each(layer, "users"))
    if ends is not None and ends <= since:
        found.left_out(thing, f"it ended on {ends:%d %b %Y}", "nothing")
    elif first is None:
        found.left_out(thing, "its start cannot be read", _BY_HAND)
    elif turn is None:
        why = f"its turns of {seconds} seconds are no whole hours"
        found.left_out(thing, why, _BY_HAND)
    elif not any(turns):
        found.left_out(thing, "nobody in it is here", _BY_HAND)
    else:
        for one in each(layer, "users"):
            if not _turn(one, people):
                why = f"the turn of {text(one, 'user', 'summary')} is nobody's: they are gone"
                found.changed(thing, why, "write who has it into the layer")
        ring = Ring(turns, first, *turn)
        bounds = Bounds(begins, ends).since(since)
        parts = _whole_minutes(parts_of(layer), thing, found)
        return layer_words(text(layer, "name"), ring, zone, parts=parts, bounds=bounds)
    return None


def _turn(user: Answer, people: Mapping[str, str]) -> Turn:
    person = people.get(text(user, "user", "id"))
    return (person,) if person else ()


def _whole_minutes(parts: tuple[Part, ...], of: Thing, found: Gathering) -> tuple[Part, ...]:
    """Cut the seconds off what a layer must say in minutes: a part of more than a day."""
    long = [part for part in parts if part.length > DAY]
    if not any((part.begins % MINUTE or part.length % MINUTE) for part in long):
        return parts
    found.changed(of, "restrictions over a day are told in whole minutes", "nothing")
    return tuple(
        Part(part.begins - part.begins % MINUTE, part.length - part.length % MINUTE)
        if part.length > DAY
        else part
        for part in parts
    )


def _overrides(schedule: Answer, slug: str, people: Mapping[str, str], found: Gathering) -> None:
    for one in each(schedule, "overrides"):
        who = text(one, "user", "summary") or text(one, "user", "id")
        thing = Thing("override", text(one, "id"), f"{text(schedule, 'name')} / {who}")
        person, start, end = people.get(text(one, "user", "id")), at(one, "start"), at(one, "end")
        if person is None or start is None or end is None or end <= start:
            found.left_out(thing, "who stands in, or when, cannot be read here", "make it by hand")
            continue
        found.overrides.append(StandIn(slug, "replace", start, end, person))
        found.imported(thing, "overrides.json")


def _seconds(clock: str) -> int:
    pieces = clock.removesuffix("Z").split(":")
    try:
        hours, minutes, seconds, *_ = (*(int(piece) for piece in pieces), 0, 0, 0)
    except ValueError:
        return 0
    return (hours * HOUR + minutes * MINUTE + seconds) % DAY
