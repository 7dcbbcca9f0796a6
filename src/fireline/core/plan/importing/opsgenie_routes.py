"""Routing rules of Opsgenie's teams as routes, and its services with the escalation they get.

Shapes: https://docs.opsgenie.com/docs/team-routing-rule-api and .../docs/service-api.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fireline.core.plan.importing.found import Gathering, Thing
from fireline.core.plan.importing.ladders import Rung, ladder_words
from fireline.core.plan.importing.opsgenie_conditions import NoCounterpart, condition_of, quoted
from fireline.core.plan.importing.opsgenie_names import Names
from fireline.core.plan.importing.opsgenie_schedules import parts_of
from fireline.core.plan.importing.slugs import slug_of, slugs_of
from fireline.core.plan.importing.week import route_hours
from fireline.core.plan.importing.wire import Answer, each, flag, number, part, text, zone_of
from fireline.core.values.json import JsonValue

ROUTES = "routes.yaml"
TIER = 2


@dataclass(frozen=True, slots=True)
class _Routing:
    """What routes refer to, and where they are gathered."""

    names: Names
    policies: Mapping[str, str]
    found: Gathering


def routes_of(account: Answer, names: Names, policies: Mapping[str, str], found: Gathering) -> None:
    """Write the routing rules of all teams, then the services."""
    routes: list[JsonValue] = []
    served: dict[str, str] = {}
    used: set[str] = set()
    for team in each(account, "teams"):
        slug = names.team(team)
        rules = sorted(
            each(team, "routingRules"), key=lambda r: (flag(r, "isDefault"), number(r, "order"))
        )
        for rule in rules:
            thing = Thing(
                "routing rule", text(rule, "id"), f"{text(team, 'name')} / {text(rule, 'name')}"
            )
            words = _route(rule, thing, team, _Routing(names, policies, found))
            if words is None:
                continue
            words = {"id": _id(slug or "", rule, used)} | words
            used.add(str(words["id"]))
            routes.append(words)
            found.imported(thing, ROUTES)
            if (
                flag(rule, "isDefault")
                and slug
                and isinstance(policy := words.get("escalation"), str)
            ):
                served[slug] = policy
    if routes:
        found.files[ROUTES] = {"routes": routes}
    _services(account, names, served, found)


def _id(team: str, rule: Answer, used: set[str]) -> str:
    name = "default" if flag(rule, "isDefault") else text(rule, "name") or text(rule, "id")
    return slugs_of([("", slug_of(f"{team} {name}"))], kind="route", taken=used)[""]


def _route(
    rule: Answer, thing: Thing, team: Answer, routing: _Routing
) -> dict[str, JsonValue] | None:
    slug, found = routing.names.team(team), routing.found
    if slug is None:
        found.left_out(thing, "its team is not here", "write the route by hand")
        return None
    try:
        condition = condition_of(part(rule, "criteria"))
    except NoCounterpart as why:
        found.left_out(thing, f"{why}", "write the route by hand: see docs/how-to/route-alerts.md")
        return None
    told = _told(rule, thing, routing)
    if told is None:
        return None
    whole = " && ".join(filter(None, (_of_team(team, slug), condition and f"({condition})")))
    words: dict[str, JsonValue] = {"when": whole}
    zone = text(rule, "timezone")
    hours = route_hours(parts_of(part(rule, "timeRestriction")), zone if zone_of(zone) else "UTC")
    if hours:
        words["hours"] = hours
    return words | {"team": slug} | told


def _of_team(team: Answer, slug: str) -> str:
    name = text(team, "name")
    if name in {"", slug}:
        return f"alert.team == {quoted(slug)}"
    return f"alert.team in [{quoted(slug)}, {quoted(name)}]"


def _told(rule: Answer, thing: Thing, routing: _Routing) -> dict[str, JsonValue] | None:
    to, found = part(rule, "notify"), routing.found
    policy, schedule = routing.names.policy(to), routing.names.schedule(to)
    written = routing.policies.values()
    match text(to, "type"):
        case "none":
            return {"suppress": f"the routing rule {thing.name} tells nobody"[:200]}
        case "escalation" if policy and f"escalation/{policy}.yaml" in written:
            return {"escalation": policy}
        case "schedule" if schedule:
            return {"escalation": _only(schedule, thing, found)}
        case kind:
            why = f"the {kind} it notifies is not here"
            found.left_out(thing, why, "write the route by hand")
            return None


def _only(schedule: str, thing: Thing, found: Gathering) -> str:
    """Return a policy that tells whoever is on call on one schedule, making it where it is new."""
    slug = f"on-call-{schedule}"[:64].rstrip("-")
    path = f"escalation/{slug}.yaml"
    if path not in found.files:
        found.files[path] = ladder_words([Rung(timedelta(), [f"schedule:{schedule}"])])
        why = f"it notifies a schedule: the escalation {slug} was made for that"
        found.changed(thing, why, "add steps to it for when nobody answers", path)
    return slug


def _services(account: Answer, names: Names, served: Mapping[str, str], found: Gathering) -> None:
    listed = {text(one, "id"): text(one, "name") for one in each(account, "services")}
    slugs = slugs_of(listed.items(), kind="service")
    for service in each(account, "services"):
        thing = Thing("service", text(service, "id"), text(service, "name"))
        owner = names.team({"id": text(service, "teamId")})
        if owner is None or owner not in served:
            why = "no team that is here owns it, or its team's default rule tells nobody"
            found.left_out(thing, why, "write services/ID.yaml by hand")
            continue
        path = f"services/{slugs[thing.id]}.yaml"
        words: dict[str, JsonValue] = {"name": thing.name[:200] or slugs[thing.id], "owner": owner}
        found.imported(thing, path, words | {"escalation": served[owner], "tier": TIER})
        found.changed(thing, f"it has no tier there; {TIER} is written", "correct the tier", path)
