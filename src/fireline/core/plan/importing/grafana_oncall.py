"""A Grafana OnCall organisation as plan files.

Shapes: https://grafana.com/docs/oncall/latest/oncall-api-reference/.
"""

from collections.abc import Mapping
from datetime import datetime

from fireline.core.plan.importing.found import Gathering, Imported, Thing
from fireline.core.plan.importing.grafana_chains import chains_of
from fireline.core.plan.importing.grafana_shifts import schedules_of
from fireline.core.plan.importing.people import OWN_CONTACTS, PEOPLE, Somebody, is_mail
from fireline.core.plan.importing.slugs import slugs_of
from fireline.core.plan.importing.wire import Answer, each, flag, number, text, texts, zone_of
from fireline.core.values.json import JsonValue

NAME = "grafana-oncall"
_CHANNELS = {
    "notify_by_email": "email",
    "notify_by_sms": "sms",
    "notify_by_phone_call": "voice",
    "notify_by_slack": "slack",
}
_ELSEWHERE = {
    "webhooks": ("outgoing webhook", "name it under `webhooks` of an escalation"),
    "shift_swaps": ("shift swap", "ask for the swap again, once the plan is pushed"),
}


def imported_from_grafana_oncall(
    account: Answer, known: Mapping[str, str], *, since: datetime
) -> Imported:
    """Turn what was read of an organisation into a plan; `known`: people's ids by mail address."""
    found = Gathering()
    people = _people_names(account, known)
    teams = dict(_slugs(account, "teams", "team"))
    schedules = dict(_slugs(account, "schedules", "schedule"))
    _people(account, people, found)
    _teams(account, people, teams, found)
    schedules_of(account, people, schedules, since, found)
    chains_of(account, people, teams, schedules, found)
    for key, (kind, do) in _ELSEWHERE.items():
        for one in each(account, key):
            thing = Thing(kind, text(one, "id"), text(one, "name") or text(one, "id"))
            found.left_out(thing, f"a plan knows no {kind}", do)
    return Imported(
        source=NAME,
        organisation=text(account, "organization", "name"),
        files=found.files,
        overrides=tuple(found.overrides),
        notes=tuple(found.notes),
        people=people,
        schedules=schedules,
        catch_all=_last_resort(account, people),
    )


def _people_names(account: Answer, known: Mapping[str, str]) -> Mapping[str, str]:
    mails = {text(user, "id"): text(user, "email").lower() for user in each(account, "users")}
    met = {id_: known[mail] for id_, mail in mails.items() if mail in known}
    new = (
        (text(user, "id"), text(user, "username").partition("@")[0])
        for user in each(account, "users")
        if text(user, "id") not in met
    )
    return met | dict(slugs_of(new, kind="person", taken=known.values()))


def _slugs(account: Answer, key: str, kind: str) -> Mapping[str, str]:
    named = ((text(one, "id"), text(one, "name")) for one in each(account, key))
    return slugs_of(named, kind=kind)


def _people(account: Answer, names: Mapping[str, str], found: Gathering) -> None:
    people = found.files.setdefault(PEOPLE, {})
    for user in each(account, "users"):
        slug, mail = names[text(user, "id")], text(user, "email")
        thing = Thing("user", text(user, "id"), text(user, "username"))
        if not is_mail(mail):
            do = f"write {slug}'s address in people.yaml: fireline has to reach them"
            found.changed(thing, "there is no mail address", do, PEOPLE)
        zone = text(user, "timezone")
        if zone_of(zone) is None:
            why = "their zone is not told; UTC is written"
            found.changed(thing, why, "write the zone they live in", PEOPLE)
            zone = "UTC"
        somebody = Somebody(thing.name, zone, mail if is_mail(mail) else "")
        slack = next((text(one, "user_id") for one in each(user, "slack")), "")
        _rules(account, user, somebody, slack, found)
        if flag(user, "is_phone_number_verified"):
            why = "its phone number is not told by the API"
            found.left_out(Thing("phone", thing.id, thing.name), why, OWN_CONTACTS)
        found.imported(thing, PEOPLE)
        people[slug] = somebody.words() | ({"slack": slack} if slack else {})


def _rules(account: Answer, user: Answer, somebody: Somebody, slack: str, found: Gathering) -> None:
    mine = [r for r in each(account, "personal_rules") if text(r, "user_id") == text(user, "id")]
    for important, rules in ((True, somebody.urgent), (False, somebody.calm)):
        after = 0
        steps = [rule for rule in mine if flag(rule, "important") is important]
        for rule in sorted(steps, key=lambda one: number(one, "position")):
            kind = text(rule, "type")
            name = f"{somebody.name}: {kind}{' (important)' if important else ''}"
            thing = Thing("notification rule", text(rule, "id"), name)
            if kind == "wait":
                after += number(rule, "duration")
            elif kind == "notify_by_email" or (kind == "notify_by_slack" and slack):
                rules.append((_CHANNELS[kind], after))
            else:
                found.left_out(thing, "its address is not told by the API", OWN_CONTACTS)
                continue
            found.imported(thing, PEOPLE)


def _teams(
    account: Answer, people: Mapping[str, str], teams: dict[str, str], found: Gathering
) -> None:
    for team in each(account, "teams"):
        thing = Thing("team", text(team, "id"), text(team, "name"))
        members = [
            people[text(user, "id")]
            for user in each(account, "users")
            if thing.id in texts(user, "teams")
        ]
        if not members:
            why = "nobody is known to be in it"
            found.left_out(thing, why, f"write teams/{teams[thing.id]}.yaml by hand")
            del teams[thing.id]
            continue
        words: dict[str, JsonValue] = {
            "name": thing.name[:200] or teams[thing.id],
            "members": list(members),
        }
        found.imported(thing, f"teams/{teams[thing.id]}.yaml", words)


def _last_resort(account: Answer, people: Mapping[str, str]) -> tuple[str, ...]:
    everybody = [(people[text(u, "id")], text(u, "role")) for u in each(account, "users")]
    admins = [slug for slug, role in everybody if role == "admin"]
    return tuple(admins[:5]) or tuple(slug for slug, _ in everybody)[:1]
