"""A PagerDuty account as plan files.

Shapes: https://developer.pagerduty.com/api-reference: users, teams, schedules, escalation policies
and services.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fireline.core.plan.importing.found import Gathering, Imported, Thing
from fireline.core.plan.importing.pagerduty_escalations import escalations_of, services_of
from fireline.core.plan.importing.pagerduty_schedules import schedules_of
from fireline.core.plan.importing.people import OWN_CONTACTS, PEOPLE, Somebody, is_mail, phone_of
from fireline.core.plan.importing.slugs import slugs_of
from fireline.core.plan.importing.wire import Answer, each, number, part, text, zone_of
from fireline.core.values.json import JsonValue

NAME = "pagerduty"
_CHANNELS = {"email": "email", "phone": "voice", "sms": "sms"}
_METHOD = "_contact_method"
_ELSEWHERE = {
    "event_orchestrations": ("event orchestration", "write routes in routes.yaml that do the same"),
    "rulesets": ("ruleset", "write routes in routes.yaml that do the same"),
    "maintenance_windows": ("maintenance window", "make one with `fireline silence add`"),
    "business_services": ("business service", "say `depends_on` in the services that matter"),
}


@dataclass(slots=True)
class Names:
    """Ids here, by ids there."""

    people: Mapping[str, str]
    teams: Mapping[str, str]
    schedules: dict[str, str]
    policies: Mapping[str, str]
    since: datetime


def imported_from_pagerduty(
    account: Answer, known: Mapping[str, str], *, since: datetime
) -> Imported:
    """Turn what was read of an account into a plan; `known` are people's ids by mail address."""
    found = Gathering()
    names = _names(account, known, since)
    _people(account, names, found)
    _teams(account, names, found)
    schedules_of(account, names.people, names.schedules, since, found)
    kept = escalations_of(account, names.people, names.schedules, names.policies, found)
    services_of(account, names.teams, kept, found)
    for key, (kind, do) in _ELSEWHERE.items():
        for one in each(account, key):
            found.left_out(_thing(kind, one), f"a plan knows no {kind}", do)
    return Imported(
        source=NAME,
        organisation=text(account, "subdomain"),
        files=found.files,
        overrides=tuple(found.overrides),
        notes=tuple(found.notes),
        people=names.people,
        schedules=names.schedules,
        catch_all=_last_resort(account, names),
    )


def _thing(kind: str, one: Answer) -> Thing:
    return Thing(kind, text(one, "id"), text(one, "name") or text(one, "summary"))


def _names(account: Answer, known: Mapping[str, str], since: datetime) -> Names:
    mails = {text(user, "id"): text(user, "email") for user in each(account, "users")}
    met = {id_: known[mail.lower()] for id_, mail in mails.items() if mail.lower() in known}
    new = ((id_, mail.partition("@")[0]) for id_, mail in mails.items() if id_ not in met)
    people = met | dict(slugs_of(new, kind="person", taken=known.values()))
    return Names(
        people=people,
        teams=_slugs(account, "teams", "team"),
        schedules=dict(_slugs(account, "schedules", "schedule")),
        policies=_slugs(account, "escalation_policies", "escalation"),
        since=since,
    )


def _slugs(account: Answer, key: str, kind: str) -> Mapping[str, str]:
    named = ((text(one, "id"), text(one, "name")) for one in each(account, key))
    return slugs_of(named, kind=kind)


def _people(account: Answer, names: Names, found: Gathering) -> None:
    people = found.files.setdefault(PEOPLE, {})
    for user in each(account, "users"):
        slug, mail = names.people[text(user, "id")], text(user, "email")
        thing = Thing("user", text(user, "id"), mail)
        if not is_mail(mail):
            do = f"write {slug}'s address in people.yaml: fireline has to reach them"
            found.changed(thing, "there is no mail address", do, PEOPLE)
        zone = text(user, "time_zone")
        if zone_of(zone) is None:
            found.changed(thing, f"there is no zone {zone!r}; UTC is written", "correct it", PEOPLE)
            zone = "UTC"
        somebody = Somebody(text(user, "name"), zone, mail if is_mail(mail) else "")
        for method in each(user, "contact_methods"):
            _contact(method, somebody, found)
        for rule in each(user, "notification_rules"):
            _rule(rule, somebody, thing, found)
        found.imported(thing, PEOPLE)
        people[slug] = somebody.words()


def _contact(method: Answer, somebody: Somebody, found: Gathering) -> None:
    kind, to = text(method, "type").removesuffix(_METHOD), text(method, "address")
    thing = Thing("contact method", text(method, "id"), f"{somebody.email} {kind} {to}"[:200])
    country = number(method, "country_code")
    phone = phone_of(f"{country or ''}{to}") if kind in {"phone", "sms"} else ""
    if kind == "email" and to.lower() == somebody.email.lower():
        found.imported(thing, PEOPLE)
    elif phone and somebody.phone in {"", phone}:
        somebody.phone = phone
        found.imported(thing, PEOPLE)
    else:
        why = "a plan holds one mailbox and one phone of each person"
        if kind not in {"email", "phone", "sms"}:
            why = "the vendor's app cannot be reached from here"
        found.left_out(thing, why, OWN_CONTACTS)


def _rule(rule: Answer, somebody: Somebody, who: Thing, found: Gathering) -> None:
    kind = text(part(rule, "contact_method"), "type").removesuffix("_reference")
    channel = _CHANNELS.get(kind.removesuffix(_METHOD))
    urgency = text(rule, "urgency") or "high"
    after = number(rule, "start_delay_in_minutes")
    name = f"{who.name}: {urgency} urgency after {after} min by {kind.removesuffix(_METHOD)}"
    thing = Thing("notification rule", text(rule, "id"), name)
    if channel is None:
        found.left_out(thing, "its way to reach them is not here", OWN_CONTACTS)
    elif channel != "email" and not somebody.phone:
        found.left_out(thing, "there is no phone to reach", OWN_CONTACTS)
    else:
        rules = somebody.calm if urgency == "low" else somebody.urgent
        rules.append((channel, after * 60))
        found.imported(thing, PEOPLE)


def _teams(account: Answer, names: Names, found: Gathering) -> None:
    teams: dict[str, str] = {}
    for team in each(account, "teams"):
        thing, slug = _thing("team", team), names.teams[text(team, "id")]
        roles = {
            names.people[who]: text(member, "role")
            for member in each(team, "members")
            if (who := text(member, "user", "id")) in names.people
        }
        if not roles:
            do = "add somebody to it, and import again"
            found.left_out(thing, "the team has no members", do)
            continue
        teams[thing.id] = slug
        words: dict[str, JsonValue] = {"name": thing.name[:200] or slug, "members": list(roles)}
        leads = [person for person, role in roles.items() if role == "manager"]
        if leads:
            words["leads"] = list(leads)
        found.imported(thing, f"teams/{slug}.yaml", words)
    names.teams = teams


def _last_resort(account: Answer, names: Names) -> tuple[str, ...]:
    everybody = [(names.people[text(u, "id")], text(u, "role")) for u in each(account, "users")]
    for role in ("owner", "admin"):
        found = [slug for slug, has in everybody if has == role]
        if found:
            return tuple(found[:5])
    return tuple(slug for slug, _ in everybody)[:1]
