"""Opsgenie escalations. Their delays count from the beginning; our waits follow each other.

Shapes and meaning: https://docs.opsgenie.com/docs/escalation-api.
"""

from collections.abc import Mapping
from datetime import timedelta

from fireline.core.plan.importing.found import Gathering, Thing
from fireline.core.plan.importing.ladders import LAST_WAIT, MAX_ROUNDS, Rung, ladder_words
from fireline.core.plan.importing.opsgenie_names import Names
from fireline.core.plan.importing.wire import Answer, each, flag, number, part, text

_UNITS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
_UNLESS = {"if-not-acked": "acknowledged", "if-not-closed": "resolved"}
_LOOK = "look at the step, and correct it"


def escalations_of(account: Answer, names: Names, found: Gathering) -> Mapping[str, str]:
    """Write each escalation; return the file of each, by id there."""
    paths: dict[str, str] = {}
    on_call = _on_call_of(account, names)
    for escalation in each(account, "escalations"):
        thing = Thing("escalation", text(escalation, "id"), text(escalation, "name"))
        path = f"escalation/{names.policies_by_id[thing.id]}.yaml"
        rungs = _rungs(escalation, thing, path, names, on_call, found)
        if not rungs:
            found.left_out(thing, "it tells nobody who is here", "write it by hand")
            continue
        repeat = part(escalation, "repeat")
        count = number(repeat, "count")
        pause = timedelta(minutes=number(repeat, "waitInterval"))
        words = ladder_words(rungs, last_wait=pause or LAST_WAIT, rounds=count + 1)
        _note(thing, path, rungs, repeat, found)
        found.imported(thing, path, words)
        paths[thing.id] = path
    return paths


def _rungs(
    escalation: Answer,
    thing: Thing,
    path: str,
    names: Names,
    on_call: Mapping[str, str],
    found: Gathering,
) -> list[Rung]:
    rungs: dict[tuple[timedelta, str, bool], Rung] = {}
    for rule in each(escalation, "rules"):
        delay = part(rule, "delay")
        unit = _UNITS.get(text(delay, "timeUnit") or "minutes", 60)
        after = timedelta(seconds=number(delay, "timeAmount") * unit)
        unless = _UNLESS.get(text(rule, "condition"), "acknowledged")
        targets, one_of_them, why = _targets(rule, names, on_call)
        if why:
            found.changed(thing, why, _LOOK, path)
        if targets:
            key = (after, unless, one_of_them)
            rung = rungs.setdefault(key, Rung(after, [], unless, one_of_them))
            rung.targets += targets
    return list(rungs.values())


def _targets(rule: Answer, names: Names, on_call: Mapping[str, str]) -> tuple[list[str], bool, str]:
    """Return whom a rule tells, whether only one of them, and what is different here."""
    to, how = part(rule, "recipient"), text(rule, "notifyType") or "default"
    kind, name = text(to, "type"), text(to, "name") or text(to, "username") or text(to, "id")
    person, schedule, team = names.person(to), names.schedule(to), names.team(to)
    if kind == "user" and person:
        return [f"person:{person}"], False, ""
    if kind == "schedule" and schedule:
        return _of_schedule(schedule, how, name, names)
    if kind == "team" and team:
        return _of_team(team, how, name, names, on_call)
    return [], False, f"{kind} {name} is not here, and is not told"


def _of_schedule(slug: str, how: str, name: str, names: Names) -> tuple[list[str], bool, str]:
    if how in {"next", "previous"}:
        return [f"{how}:{slug}"], False, ""
    if how == "default":
        return [f"schedule:{slug}"], False, ""
    people = [f"person:{person}" for person in names.on_schedule.get(slug, ())]
    why = f"`{how}` of the schedule {name} is written out: whoever joins it later is not told"
    return people, how == "random", why


def _of_team(
    slug: str, how: str, name: str, names: Names, on_call: Mapping[str, str]
) -> tuple[list[str], bool, str]:
    match how:
        case "all":
            return [f"team:{slug}"], False, ""
        case "admins" if names.leads.get(slug):
            return [f"leads:{slug}"], False, ""
        case "random":
            return [f"random:{slug}"], False, ""
        case "users":
            leads = names.leads.get(slug, ())
            rest = [f"person:{p}" for p in names.members.get(slug, ()) if p not in leads]
            why = f"the members of {name} who do not lead it are written out"
            return rest or [f"team:{slug}"], False, why
        case "default" if slug in on_call:
            why = f"the team {name} is told through its schedule"
            return [f"schedule:{on_call[slug]}"], False, why
        case _:
            return [f"team:{slug}"], False, f"`{how}` of the team {name} tells the whole team"


def _on_call_of(account: Answer, names: Names) -> Mapping[str, str]:
    """Say which schedule serves each team: that of its default routing rule, or the one it owns."""
    found: dict[str, str] = {}
    for schedule in each(account, "schedules"):
        slug, team = names.schedule(schedule), names.team(part(schedule, "ownerTeam"))
        if slug and team:
            found.setdefault(team, slug)
    for team in each(account, "teams"):
        for rule in each(team, "routingRules"):
            slug, owner = names.schedule(part(rule, "notify")), names.team(team)
            is_schedule = text(rule, "notify", "type") == "schedule"
            if flag(rule, "isDefault") and is_schedule and slug and owner:
                found[owner] = slug
    return found


def _note(thing: Thing, path: str, rungs: list[Rung], repeat: Answer, found: Gathering) -> None:
    first = min(rung.after for rung in rungs)
    if first:
        why = (
            f"its first step came after {round(first.total_seconds() / 60)} min; here it is at once"
        )
        found.changed(thing, why, "let a route or a personal rule wait, if it must", path)
    if number(repeat, "count") + 1 > MAX_ROUNDS:
        found.changed(thing, f"it repeats {MAX_ROUNDS} times at most", "nothing, mostly", path)
    if flag(repeat, "closeAlertAfterAll"):
        why = "it closes the alert at the end; fireline closes no alert that nobody looked at"
        found.changed(thing, why, "let the source resolve it, or close it by hand", path)
    moments = [rung.after for rung in rungs]
    if len(moments) != len(set(moments)):
        why = "steps of the same moment with different conditions are taken a second apart"
        found.changed(thing, why, "nothing", path)
