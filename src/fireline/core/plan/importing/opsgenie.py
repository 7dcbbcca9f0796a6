"""An Opsgenie account as plan files.

Shapes: https://docs.opsgenie.com/docs/user-api and its neighbours for teams, schedules,
escalations, routing rules, overrides, forwarding rules and services.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from fireline.core.plan.importing.found import Gathering, Imported, StandIn, Thing
from fireline.core.plan.importing.opsgenie_escalations import escalations_of
from fireline.core.plan.importing.opsgenie_names import Names, names_of
from fireline.core.plan.importing.opsgenie_people import people_of
from fireline.core.plan.importing.opsgenie_routes import routes_of
from fireline.core.plan.importing.opsgenie_schedules import participants_of, schedules_of
from fireline.core.plan.importing.wire import Answer, at, each, flag, part, text
from fireline.core.values.json import JsonValue

NAME = "opsgenie"
_ADMINS = frozenset({"admin", "owner"})


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """A sort of thing that has no place in a plan, and what takes its place."""

    key: str
    kind: str
    why: str
    do: str


_ELSEWHERE = (
    _Elsewhere(
        "integrations",
        "integration",
        "what posts alerts is a source here, not part of the plan",
        "make one with `fireline source create NAME --format opsgenie`, and point its client there",
    ),
    _Elsewhere(
        "policies",
        "policy",
        "alert and notification policies have no counterpart that does the same",
        "write a route in routes.yaml, or a silence",
    ),
    _Elsewhere(
        "maintenances",
        "maintenance",
        "maintenance is a silence here, made while fireline runs",
        "make one with `fireline silence add`",
    ),
    _Elsewhere(
        "heartbeats",
        "heartbeat",
        "heartbeats are made while fireline runs",
        "post it to /v2/heartbeats of fireline, or use `fireline heartbeat create`",
    ),
)


def imported_from_opsgenie(
    account: Answer, known: Mapping[str, str], *, since: datetime
) -> Imported:
    """Turn what was read of an account into a plan; `known` are people's ids by mail address.

    When something began or ended before `since` does not matter and is not written.
    """
    found = Gathering()
    names = names_of(account, known, since)
    people_of(account, names, found)
    _teams(account, names, found)
    schedules_of(account, names, found)
    policies = escalations_of(account, names, found)
    routes_of(account, names, policies, found)
    _forwarding(account, names, found)
    for sort in _ELSEWHERE:
        for one in each(account, sort.key):
            found.left_out(thing_of(sort.kind, one), sort.why, sort.do)
    return Imported(
        source=NAME,
        organisation=text(account, "account", "name"),
        files=found.files,
        overrides=tuple(found.overrides),
        notes=tuple(found.notes),
        people=names.people_by_id,
        schedules=names.schedules_by_id,
        catch_all=_last_resort(account, names),
    )


def thing_of(kind: str, one: Answer) -> Thing:
    """Name one thing as Opsgenie's people do."""
    return Thing(kind, text(one, "id"), text(one, "name") or text(one, "username"))


def _teams(account: Answer, names: Names, found: Gathering) -> None:
    for team in each(account, "teams"):
        thing, slug = thing_of("team", team), names.teams_by_id[text(team, "id")]
        roles = {
            person: text(member, "role")
            for member in each(team, "members")
            if (person := names.person(part(member, "user"))) is not None
        }
        names.members[slug] = tuple(roles)
        names.leads[slug] = tuple(p for p, role in roles.items() if role in _ADMINS)
        if not roles:
            found.left_out(thing, "the team has no members", "add somebody to it, and import again")
            names.drop_team(slug)
            continue
        words: dict[str, JsonValue] = {"name": thing.name[:200] or slug, "members": list(roles)}
        if names.leads[slug]:
            words["leads"] = list(names.leads[slug])
        found.imported(thing, f"teams/{slug}.yaml", words)
        for custom in sorted(set(roles.values()) - _ADMINS - {"user", ""}):
            why = f"the role {custom!r} is a plain member here"
            found.changed(thing, why, "give rights with `fireline account create --role`")


def _forwarding(account: Answer, names: Names, found: Gathering) -> None:
    for rule in each(account, "forwardingRules"):
        thing = Thing("forwarding rule", text(rule, "id"), text(rule, "alias"))
        giver, taker = names.person(part(rule, "fromUser")), names.person(part(rule, "toUser"))
        start, end = at(rule, "startDate"), at(rule, "endDate")
        if giver is None or taker is None or start is None or end is None or end <= start:
            found.left_out(thing, "it names nobody who is here, or no time", "make overrides")
            continue
        schedules = sorted(set(_schedules_with(account, names, giver)))
        for schedule in schedules:
            found.overrides.append(StandIn(schedule, "replace", start, end, taker, giver))
        why = f"{taker} stands in for {giver} on {', '.join(schedules) or 'no schedule'}"
        do = "pages that name the person, not a schedule, are not forwarded"
        found.changed(thing, why, do, "overrides.json")


def _schedules_with(account: Answer, names: Names, person: str) -> Iterator[str]:
    for schedule in each(account, "schedules"):
        slug = names.schedule(schedule)
        if slug is None or not flag(schedule, "enabled", default=True):
            continue
        for rotation in each(schedule, "rotations"):
            if any(person in turn for turn in participants_of(rotation, names)):
                yield slug


def _last_resort(account: Answer, names: Names) -> tuple[str, ...]:
    """Name the people of last resort: the account's owners, else its admins, else anybody."""
    everybody = [(names.person(user), user) for user in each(account, "users")]
    for role in ("Owner", "Admin", ""):
        found = [slug for slug, user in everybody if slug and text(user, "role", "name") == role]
        if found:
            return tuple(found[:5])
    return tuple(slug for slug, _ in everybody if slug)[:1]
