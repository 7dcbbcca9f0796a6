"""Users of an Opsgenie account: contacts, and when they want to be told.

Shapes: https://docs.opsgenie.com/docs/user-api, .../contact-api, .../notification-rule-api.
"""

from collections.abc import Iterator

from fireline.core.plan.importing.found import Gathering, Thing
from fireline.core.plan.importing.opsgenie_names import Names
from fireline.core.plan.importing.people import OWN_CONTACTS, PEOPLE, Somebody, is_mail, phone_of
from fireline.core.plan.importing.wire import Answer, each, flag, number, part, text, zone_of

_CHANNELS = {"email": "email", "sms": "sms", "voice": "voice"}
_UNITS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
_PRIORITIES = frozenset({"P1", "P2", "P3", "P4", "P5"})
_URGENT, _CALM = frozenset({"P1", "P2"}), frozenset({"P3", "P4", "P5"})
_PAGE = "create-alert"


def people_of(account: Answer, names: Names, found: Gathering) -> None:
    """Write everybody into people.yaml."""
    people = found.files.setdefault(PEOPLE, {})
    for user in each(account, "users"):
        slug = names.people_by_id[text(user, "id")]
        mail = text(user, "username")
        thing = Thing("user", text(user, "id"), mail)
        if not is_mail(mail):
            do = f"write {slug}'s address in people.yaml: fireline has to reach them"
            found.changed(thing, "the username is no mail address", do, PEOPLE)
        zone = text(user, "timeZone")
        if zone_of(zone) is None:
            found.changed(thing, f"there is no zone {zone!r}; UTC is written", "correct it", PEOPLE)
            zone = "UTC"
        somebody = Somebody(text(user, "fullName") or mail, zone, mail if is_mail(mail) else "")
        _contacts(user, somebody, found)
        for rule in each(user, "notificationRules"):
            _rule(rule, somebody, thing, found)
        if flag(user, "blocked"):
            do = "take them off schedules and teams if they left"
            found.changed(thing, "the user is blocked there, and can be paged here", do, PEOPLE)
        found.imported(thing, PEOPLE)
        people[slug] = somebody.words()


def _contacts(user: Answer, somebody: Somebody, found: Gathering) -> None:
    for contact in each(user, "contacts"):
        method, to = text(contact, "contactMethod").lower(), text(contact, "to")
        thing = Thing("contact", text(contact, "id"), f"{somebody.email} {method} {to}")
        enabled = flag(contact, "enabled", default=flag(part(contact, "status"), "enabled"))
        phone = phone_of(to) if method in {"sms", "voice"} else ""
        if not enabled:
            found.left_out(thing, "it is switched off there", "nothing, unless it is wanted")
        elif method == "email" and to.lower() == somebody.email.lower():
            found.imported(thing, PEOPLE)
        elif phone and somebody.phone in {"", phone}:
            somebody.phone = phone
            found.imported(thing, PEOPLE)
        else:
            why = "a plan holds one mailbox and one phone of each person"
            if method == "mobile":
                why = "the vendor's app cannot be reached from here"
            found.left_out(thing, why, OWN_CONTACTS)


def _rule(rule: Answer, somebody: Somebody, who: Thing, found: Gathering) -> None:
    thing = Thing("notification rule", text(rule, "id"), f"{who.name}: {text(rule, 'name')}")
    action = text(rule, "actionType") or _PAGE
    if not flag(rule, "enabled", default=True):
        found.left_out(thing, "it is switched off there", "nothing, unless it is wanted")
    elif action != _PAGE:
        why = f"fireline has no personal rules for {action.replace('-', ' ')}"
        found.left_out(thing, why, "hand-over messages and updates are sent without a rule")
    else:
        for why, do in _page_rule(rule, somebody):
            found.changed(thing, why, do, PEOPLE)
        found.imported(thing, PEOPLE)


def _page_rule(rule: Answer, somebody: Somebody) -> Iterator[tuple[str, str]]:
    wanted = _priorities(part(rule, "criteria"))
    if wanted is None:
        yield "its conditions are not about priorities; it counts for every alert", "correct it"
        wanted = _PRIORITIES
    for covered, rules, use in (
        (_URGENT, somebody.urgent, "P1 and P2"),
        (_CALM, somebody.calm, "P3 to P5"),
    ):
        both = wanted & covered
        if both and both != covered:
            yield f"it is for {', '.join(sorted(both))}, and counts for {use}", "see people.yaml"
        if both:
            rules.extend(_steps(rule, somebody))
    lost = {text(s, "contact", "method") for s in each(rule, "steps")} - set(_CHANNELS)
    if lost:
        yield f"steps by {', '.join(sorted(lost))} are not here", OWN_CONTACTS
    if text(part(rule, "timeRestriction"), "type"):
        yield "its hours are not kept: it counts at any time", "set `quiet` hours in people.yaml"
    if number(part(rule, "repeat"), "loopAfter"):
        yield "it does not repeat by itself", "the escalation's rounds page again"


def _steps(rule: Answer, somebody: Somebody) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for step in each(rule, "steps"):
        channel = _CHANNELS.get(text(step, "contact", "method").lower())
        after = part(step, "sendAfter")
        unit = _UNITS.get(text(after, "timeUnit") or "minutes", 60)
        if channel is None or not flag(step, "enabled", default=True):
            continue
        if channel == "email" or somebody.phone:
            found.append((channel, number(after, "timeAmount") * unit))
    return found


def _priorities(criteria: Answer) -> frozenset[str] | None:
    """Say which priorities a rule is for; `None` when it asks about something else."""
    conditions = list(each(criteria, "conditions"))
    if text(criteria, "type") in {"", "match-all"} or not conditions:
        return _PRIORITIES
    sets = [_asked(condition) for condition in conditions]
    if any(one is None for one in sets):
        return None
    known = [one for one in sets if one is not None]
    if text(criteria, "type") == "match-any-condition":
        return frozenset(one for asked in known for one in asked)
    return _PRIORITIES.intersection(*known)


def _asked(condition: Answer) -> frozenset[str] | None:
    wanted = text(condition, "expectedValue").upper()
    if text(condition, "field") != "priority" or wanted not in _PRIORITIES:
        return None
    match text(condition, "operation"):
        case "equals":
            found = frozenset({wanted})
        case "greater-than":
            found = frozenset(one for one in _PRIORITIES if one < wanted)
        case "less-than":
            found = frozenset(one for one in _PRIORITIES if one > wanted)
        case _:
            return None
    return _PRIORITIES - found if flag(condition, "not") else found
