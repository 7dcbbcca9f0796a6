"""What the Opsgenie API shows of people, teams, schedules and escalations: read from the plan.

Shapes follow https://docs.opsgenie.com/docs/user-api and its neighbours. The plan's own short names
are the ids. Nothing is changed this way: the plan's files are where all of it is decided.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from fireline.core.assets.ownership import Service
from fireline.core.oncall.people import Person, Team
from fireline.core.plan.plan import Plan
from fireline.doors.intake.opsgenie_escalations import escalation_of, rules_of
from fireline.doors.intake.opsgenie_lists import number_in
from fireline.doors.intake.opsgenie_shapes import address_of
from fireline.doors.intake.opsgenie_wire import Answer, Call, Way, invalid, not_found, shown
from fireline.usecases import plans
from fireline.usecases.responders import person_of

MOST_LISTED = 100
_Thing = TypeVar("_Thing")


async def running_plan(call: Call) -> Plan:
    """Return the running plan."""
    async with call.desk.transaction() as tx:
        return await plans.current(tx)


def named(
    call: Call, known: Mapping[Any, _Thing], names: Callable[[_Thing], Iterable[str]], *, by: str
) -> _Thing:
    """Return what a path names by its id or its name. Raises NotDone."""
    kind = call.query.get(by, "id").lower()
    if kind not in {"id", "name"}:
        raise invalid(field=by, why=f"{by} must be id or name")
    wanted = call.names["id"].lower()
    for thing in known.values():
        if wanted in {name.lower() for name in names(thing)}:
            return thing
    msg = f"{call.names['id'][:100]} does not exist"
    raise not_found(msg)


async def account(call: Call) -> Answer:
    """Show whose fireline this is."""
    plan = await running_plan(call)
    count = len(plan.people)
    terms = {"maxUserCount": count, "name": "fireline", "isYearly": False}
    return shown({"name": plan.organisation, "userCount": count, "plan": terms})


async def users(call: Call) -> Answer:
    """List the people of the plan."""
    plan = await running_plan(call)
    everybody = sorted(plan.people.values(), key=lambda person: person.id)
    wanted = call.query.get("query", "").partition(":")
    if wanted[0].strip().lower() == "username" and wanted[2].strip():
        name = wanted[2].strip().strip('"').lower()
        everybody = [person for person in everybody if address_of(person).lower() == name]
    limit = max(number_in(call, "limit", MOST_LISTED, most=MOST_LISTED), 1)
    offset = number_in(call, "offset", 0, most=1_000_000)
    page = everybody[offset : offset + limit]
    more = {"totalCount": len(everybody), "paging": _paging(call, len(everybody), limit, offset)}
    return shown([_user(person) for person in page], **more)


async def user(call: Call) -> Answer:
    """Show one person."""
    return shown(_user((await _person(call))[1]))


async def contacts(call: Call) -> Answer:
    """List how one person is reached by e-mail; other channels have no word in this API."""
    _, person = await _person(call)
    return shown([_contact(person)] if person.email else [])


async def notification_rules(call: Call) -> Answer:
    """List one person's rules: for what wakes them, and for the rest."""
    _, person = await _person(call)
    return shown([_rule(person, name) for name in ("urgent", "calm")])


async def steps(call: Call) -> Answer:
    """List when one of a person's rules sends e-mail."""
    _, person = await _person(call)
    rule = call.names["rule"]
    if rule not in {"urgent", "calm"}:
        msg = "Notification rule does not exist"
        raise not_found(msg)
    return shown(_steps(person, rule))


async def teams_of(call: Call) -> Answer:
    """List the teams somebody is in."""
    plan, person = await _person(call)
    mine = (team for team in plan.teams.values() if person.id in (*team.members, *team.leads))
    return shown([{"id": team.id, "name": team.name} for team in mine])


async def schedules_of(call: Call) -> Answer:
    """List the schedules somebody is on."""
    plan, person = await _person(call)
    mine = (
        schedule
        for schedule in plan.schedules.values()
        if any(person.id in layer.rotation.people for layer in schedule.layers)
    )
    return shown([{"id": one.id, "name": one.name, "enabled": True} for one in mine])


async def teams(call: Call) -> Answer:
    """List the teams."""
    plan = await running_plan(call)
    return shown(
        [{"id": team.id, "name": team.name, "description": ""} for team in plan.teams.values()]
    )


async def team(call: Call) -> Answer:
    """Show one team and its members."""
    plan = await running_plan(call)
    found = named(call, plan.teams, _team_names, by="identifierType")
    return shown(
        {"id": found.id, "name": found.name, "description": "", "members": _members(plan, found)}
    )


async def routing_rules(call: Call) -> Answer:
    """List which policy serves what a team owns; the plan's routes decide what it owns."""
    plan = await running_plan(call)
    return shown(rules_of(plan, named(call, plan.teams, _team_names, by="teamIdentifierType")))


async def escalations(call: Call) -> Answer:
    """List the plan's policies."""
    plan = await running_plan(call)
    return shown([escalation_of(plan, policy) for policy in plan.policies.values()])


async def escalation(call: Call) -> Answer:
    """Show one policy."""
    plan = await running_plan(call)
    found = named(call, plan.policies, lambda policy: (policy.id,), by="identifierType")
    return shown(escalation_of(plan, found))


async def services(call: Call) -> Answer:
    """List the services."""
    plan = await running_plan(call)
    listed = [_service(one) for one in plan.services.values()]
    return shown(listed, paging=_paging(call, len(listed), MOST_LISTED, 0))


async def service(call: Call) -> Answer:
    """Show one service."""
    plan = await running_plan(call)
    found = named(call, plan.services, lambda one: (one.id, one.name), by="identifierType")
    return shown(_service(found))


async def integrations(call: Call) -> Answer:
    """List the one integration this key belongs to."""
    return shown([_integration(call)])


async def integration(call: Call) -> Answer:
    """Show the integration this key belongs to."""
    if call.names["id"] != str(call.card.id):
        msg = "Integration does not exist"
        raise not_found(msg)
    return shown({**_integration(call), "allowWriteAccess": True})


def _integration(call: Call) -> Mapping[str, Any]:
    return {"id": str(call.card.id), "name": call.card.name, "enabled": True, "type": "API"}


def _service(service_: Service) -> Mapping[str, str]:
    return {"id": service_.id, "name": service_.name, "teamId": service_.owner, "description": ""}


async def _person(call: Call) -> tuple[Plan, Person]:
    plan = await running_plan(call)
    found = person_of(plan, call.names["id"])
    if found is None:
        msg = "User does not exist"
        raise not_found(msg)
    return plan, found


def _user(person: Person) -> Mapping[str, Any]:
    return {
        "id": person.id,
        "username": address_of(person),
        "fullName": person.name,
        "role": {"id": "User", "name": "User"},
        "timeZone": person.zone.key,
        "locale": "en_US",
        "userAddress": {"country": "", "state": "", "city": "", "line": "", "zipCode": ""},
        "tags": [],
        "blocked": False,
        "verified": True,
    }


def _contact(person: Person) -> Mapping[str, Any]:
    return {
        "id": f"{person.id}-email",
        "contactMethod": "email",
        "to": person.email,
        "enabled": True,
        "status": {"enabled": True},
    }


def _rule(person: Person, name: str) -> Mapping[str, Any]:
    priorities = ("P1", "P2") if name == "urgent" else ("P3", "P4", "P5")
    conditions = [
        {
            "field": "priority",
            "operation": "equals",
            "not": False,
            "expectedValue": priority,
            "order": order,
        }
        for order, priority in enumerate(priorities)
    ]
    return {
        "id": name,
        "name": name,
        "actionType": "create-alert",
        "order": 0 if name == "urgent" else 1,
        "enabled": True,
        "criteria": {"type": "match-any-condition", "conditions": conditions},
        "steps": _steps(person, name),
    }


def _steps(person: Person, name: str) -> list[Mapping[str, Any]]:
    told = person.urgent if name == "urgent" else person.calm
    return [
        {
            "id": f"{name}-{order}",
            "contact": {"method": "email", "to": person.email},
            "sendAfter": {
                "timeAmount": round(rule.after.total_seconds() / 60),
                "timeUnit": "minutes",
            },
            "enabled": True,
        }
        for order, rule in enumerate(told)
        if rule.channel == "email" and person.email
    ]


def _members(plan: Plan, team_: Team) -> list[Mapping[str, Any]]:
    everybody = dict.fromkeys((*team_.leads, *team_.members))
    known = (plan.people[one] for one in everybody if one in plan.people)
    return [
        {
            "user": {"id": person.id, "username": address_of(person)},
            "role": "admin" if person.id in team_.leads else "user",
        }
        for person in known
    ]


def _team_names(team_: Team) -> tuple[str, ...]:
    return team_.id, team_.name


def _paging(call: Call, total: int, limit: int, offset: int) -> Mapping[str, str]:
    base = f"{call.origin}{call.request.url.path.rstrip('/')}"
    places = {"first": 0, "last": max((total - 1) // limit, 0) * limit}
    if offset + limit < total:
        places["next"] = offset + limit
    if offset > 0:
        places["prev"] = max(offset - limit, 0)
    return {
        word: f"{base}?{urlencode({'limit': limit, 'offset': at})}" for word, at in places.items()
    }


WAYS = (
    Way("GET", "/v2/account", account),
    Way("GET", "/v2/users", users),
    Way("GET", "/v2/users/{id}", user),
    Way("GET", "/v2/users/{id}/contacts", contacts),
    Way("GET", "/v2/users/{id}/notification-rules", notification_rules),
    Way("GET", "/v2/users/{id}/notification-rules/{rule}/steps", steps),
    Way("GET", "/v2/users/{id}/teams", teams_of),
    Way("GET", "/v2/users/{id}/schedules", schedules_of),
    Way("GET", "/v2/teams", teams),
    Way("GET", "/v2/teams/{id}", team),
    Way("GET", "/v2/teams/{id}/routing-rules", routing_rules),
    Way("GET", "/v2/escalations", escalations),
    Way("GET", "/v2/escalations/{id}", escalation),
    Way("GET", "/v1/services", services),
    Way("GET", "/v1/services/{id}", service),
    Way("GET", "/v2/integrations", integrations),
    Way("GET", "/v2/integrations/{id}", integration),
)
