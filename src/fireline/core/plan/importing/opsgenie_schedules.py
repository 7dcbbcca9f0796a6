"""Opsgenie schedules: rotations side by side, each with its restriction, and overrides.

Shapes and meaning: https://docs.opsgenie.com/docs/schedule-api, .../schedule-rotation-api and
.../schedule-override-api. Everybody whose rotation has a turn is on call, all of them together.
"""

from zoneinfo import ZoneInfo

from fireline.core.plan.importing.found import Gathering, StandIn, Thing
from fireline.core.plan.importing.layers import Bounds, Every, Ring, Turn, layer_words, names_of
from fireline.core.plan.importing.opsgenie_names import Names
from fireline.core.plan.importing.week import HOUR, MINUTE, Part, between, daily
from fireline.core.plan.importing.wire import Answer, at, each, number, part, text, zone_of
from fireline.core.values.json import JsonValue

_EVERY: dict[str, Every] = {"hourly": "hour", "daily": "day", "weekly": "week"}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MAX_LAYERS = 20


def schedules_of(account: Answer, names: Names, found: Gathering) -> None:
    """Write each schedule that is switched on."""
    for schedule in each(account, "schedules"):
        thing = Thing("schedule", text(schedule, "id"), text(schedule, "name"))
        slug = names.schedules_by_id.get(thing.id)
        if slug is None:
            do = "switch it on and import again, if it is wanted"
            found.left_out(thing, "it is switched off there", do)
            continue
        layers = _layers(schedule, thing, names, found)
        if not layers:
            found.left_out(thing, "it has no rotation that could be imported", "write it anew")
            names.drop_schedule(slug)
            continue
        zone = _zone(schedule)
        path = f"schedules/{slug}.yaml"
        words: dict[str, JsonValue] = {"name": thing.name[:200] or slug, "zone": zone.key}
        found.imported(thing, path, words | {"layers": list(layers.values())})
        names.on_schedule[slug] = _people(schedule, names)
        _overrides(schedule, slug, names, {id_: str(w["name"]) for id_, w in layers.items()}, found)


def participants_of(rotation: Answer, names: Names) -> tuple[Turn, ...]:
    """Say who takes the turns of a rotation; a turn of nobody is empty."""
    return tuple(_turn(one, names) for one in each(rotation, "participants"))


def parts_of(restriction: Answer) -> tuple[Part, ...]:
    """Return when a restriction lets something be; nothing: always."""
    match text(restriction, "type"):
        case "time-of-day":
            one = part(restriction, "restriction")
            start, end = _time(one, "start"), _time(one, "end")
            return daily(start, (end - start - 1) % (24 * HOUR) + 1)
        case "weekday-and-time-of-day":
            return tuple(
                between(
                    _day(one, "startDay"),
                    _time(one, "start"),
                    _day(one, "endDay"),
                    _time(one, "end"),
                )
                for one in each(restriction, "restrictions")
            )
        case _:
            return ()


def _zone(schedule: Answer) -> ZoneInfo:
    return zone_of(text(schedule, "timezone")) or ZoneInfo("UTC")


def _layers(
    schedule: Answer, of: Thing, names: Names, found: Gathering
) -> dict[str, dict[str, JsonValue]]:
    if zone_of(text(schedule, "timezone")) is None:
        why = f"there is no zone {text(schedule, 'timezone')!r}; UTC is written"
        found.changed(of, why, "correct the zone")
    layers: dict[str, dict[str, JsonValue]] = {}
    for rotation in each(schedule, "rotations"):
        thing = Thing("rotation", text(rotation, "id"), f"{of.name} / {text(rotation, 'name')}")
        words = _layer(rotation, thing, _zone(schedule), names, found)
        if words is not None and len(layers) >= MAX_LAYERS:
            found.left_out(thing, f"a schedule has at most {MAX_LAYERS} layers", "split it in two")
        elif words is not None:
            layers[thing.id] = words
            found.imported(thing, f"schedules/{names.schedules_by_id[of.id]}.yaml")
    names_of(list(layers.values()))
    # Side by side, not one above the other: a single one needs no level.
    return layers if len(layers) > 1 else {id_: _alone(words) for id_, words in layers.items()}


def _alone(words: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {key: value for key, value in words.items() if key != "level"}


def _layer(
    rotation: Answer, thing: Thing, zone: ZoneInfo, names: Names, found: Gathering
) -> dict[str, JsonValue] | None:
    start, every = at(rotation, "startDate"), _EVERY.get(text(rotation, "type"))
    turns = participants_of(rotation, names)
    if start is None or every is None:
        found.left_out(thing, "its start or its type cannot be read", "write the layer by hand")
        return None
    if not any(turns):
        found.left_out(thing, "nobody in it is here", "write the layer by hand")
        return None
    _note_participants(rotation, thing, names, found)
    ring = Ring(turns, start, every, max(number(rotation, "length", default=1), 1))
    return layer_words(
        text(rotation, "name"),
        ring,
        zone,
        parts=parts_of(part(rotation, "timeRestriction")),
        bounds=Bounds(start, at(rotation, "endDate")).since(names.since),
        level=0,
    )


def _turn(participant: Answer, names: Names) -> Turn:
    match text(participant, "type"):
        case "user":
            person = names.person(participant)
            return (person,) if person else ()
        case "team":
            return names.members.get(names.team(participant) or "", ())
        case _:
            return ()


def _note_participants(rotation: Answer, thing: Thing, names: Names, found: Gathering) -> None:
    for one in each(rotation, "participants"):
        name = text(one, "username") or text(one, "name") or text(one, "id")
        kind = text(one, "type")
        if kind == "team" and _turn(one, names):
            why = f"the team {name} is written out: whoever joins it later is not added"
            found.changed(thing, why, "write them into the layer as they join")
        elif kind != "none" and not _turn(one, names):
            why = f"the turn of {kind} {name} is nobody's: they are not here as a person"
            found.changed(thing, why, "write who has it into the layer")


def _people(schedule: Answer, names: Names) -> tuple[str, ...]:
    rotations = each(schedule, "rotations")
    turns = (turn for one in rotations for turn in participants_of(one, names))
    return tuple(dict.fromkeys(person for turn in turns for person in turn))


def _overrides(
    schedule: Answer, slug: str, names: Names, layers: dict[str, str], found: Gathering
) -> None:
    for one in each(schedule, "overrides"):
        name = f"{text(schedule, 'name')} / {text(one, 'user', 'username') or text(one, 'alias')}"
        thing = Thing("override", text(one, "alias"), name)
        people = _turn({"type": "user", **part(one, "user")}, names)
        start, end = at(one, "startDate"), at(one, "endDate")
        if not people or start is None or end is None or end <= start:
            found.left_out(thing, "who stands in, or when, cannot be read here", "make it by hand")
            continue
        limited = _limited(one, layers)
        found.overrides += [
            StandIn(slug, "add" if place else "replace", start, end, person, layers=limited)
            for place, person in enumerate(people)
        ]
        found.imported(thing, "overrides.json")


def _limited(override: Answer, layers: dict[str, str]) -> tuple[str, ...]:
    """Name the layers an override is limited to; none when it is for all of them."""
    named = {text(one, "id") for one in each(override, "rotations")}
    if not named or named >= set(layers):
        return ()
    return tuple(name for id_, name in layers.items() if id_ in named)


def _day(one: Answer, name: str) -> int:
    day = text(one, name).lower()
    return _DAYS.index(day) if day in _DAYS else 0


def _time(one: Answer, name: str) -> int:
    return number(one, f"{name}Hour") * HOUR + number(one, f"{name}Min") * MINUTE
