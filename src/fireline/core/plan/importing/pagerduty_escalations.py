"""PagerDuty's escalation policies, and its services with who owns them."""

from collections.abc import Mapping
from datetime import timedelta

from fireline.core.plan.importing.found import Gathering, Thing
from fireline.core.plan.importing.ladders import MAX_ROUNDS, Rung, ladder_words
from fireline.core.plan.importing.slugs import slugs_of
from fireline.core.plan.importing.wire import Answer, each, lists, number, text, texts
from fireline.core.plan.lengths import length_text
from fireline.core.values.json import JsonValue

TIER = 2
_ROUND_ROBIN = "round_robin"


def escalations_of(
    account: Answer,
    people: Mapping[str, str],
    schedules: Mapping[str, str],
    policies: Mapping[str, str],
    found: Gathering,
) -> Mapping[str, str]:
    """Write each policy; return those that are here, by id there."""
    kept: dict[str, str] = {}
    for policy in each(account, "escalation_policies"):
        thing = Thing("escalation policy", text(policy, "id"), text(policy, "name"))
        path = f"escalation/{policies[thing.id]}.yaml"
        rungs: list[Rung] = []
        after = delay = timedelta()
        for rule in each(policy, "escalation_rules"):
            delay = timedelta(minutes=number(rule, "escalation_delay_in_minutes", default=30))
            targets = _targets(rule, people, schedules, thing, path, found)
            how = text(rule, "escalation_rule_assignment_strategy", "type") or text(
                rule, "escalation_rule_assignment_strategy"
            )
            if targets:
                rungs.append(Rung(after, targets, round_robin=how == _ROUND_ROBIN))
            after += delay
        if not rungs:
            found.left_out(thing, "it tells nobody who is here", "write it by hand")
            continue
        rounds = number(policy, "num_loops") + 1
        if rounds > MAX_ROUNDS:
            found.changed(thing, f"it repeats {MAX_ROUNDS} times at most", "nothing", path)
        last = after - rungs[-1].after
        found.imported(thing, path, ladder_words(rungs, last_wait=last, rounds=rounds))
        kept[thing.id] = policies[thing.id]
    _timeouts(account, kept, found)
    return kept


def services_of(
    account: Answer, teams: Mapping[str, str], policies: Mapping[str, str], found: Gathering
) -> None:
    """Write each service that is in use; what nobody owns gets a team of those it pages."""
    named = ((text(one, "id"), text(one, "name")) for one in each(account, "services"))
    slugs = slugs_of(named, kind="service")
    for service in each(account, "services"):
        thing = Thing("service", text(service, "id"), text(service, "name"))
        slug = slugs[thing.id]
        policy = policies.get(text(service, "escalation_policy", "id"))
        if text(service, "status") == "disabled" or policy is None:
            off = text(service, "status") == "disabled"
            why = "it is switched off there" if off else "its escalation policy is not here"
            found.left_out(thing, why, f"write services/{slug}.yaml by hand, if it is wanted")
            continue
        path = f"services/{slug}.yaml"
        owner = _owner(account, service, teams) or _made_team(policy, thing, found)
        if owner is None:
            found.left_out(thing, "nobody owns it", f"write {path} by hand")
            continue
        words: dict[str, JsonValue] = {"name": thing.name[:200] or slug, "owner": owner}
        found.imported(thing, path, words | {"escalation": policy, "tier": TIER})
        found.changed(thing, f"it has no tier there; {TIER} is written", "correct the tier", path)
        for one in each(service, "integrations"):
            integration = Thing("integration", text(one, "id"), text(one, "summary"))
            do = f"fireline source create NAME --format pagerduty --service {slug}"
            found.left_out(integration, "what posts events is a source here", do)


def _targets(
    rule: Answer,
    people: Mapping[str, str],
    schedules: Mapping[str, str],
    thing: Thing,
    path: str,
    found: Gathering,
) -> list[str]:
    targets: list[str] = []
    for target in each(rule, "targets"):
        kind, id_ = text(target, "type").removesuffix("_reference"), text(target, "id")
        known = {"user": ("person", people), "schedule": ("schedule", schedules)}.get(kind)
        if known is None or id_ not in known[1]:
            why = f"{kind} {text(target, 'summary') or id_} is not here, and is not told"
            found.changed(thing, why, "look at the step, and correct it", path)
        else:
            targets.append(f"{known[0]}:{known[1][id_]}")
    return targets


def _timeouts(account: Answer, policies: Mapping[str, str], found: Gathering) -> None:
    """Let acknowledgements run out where all services of a policy do so after the same time."""
    timeouts: dict[str, set[int]] = {}
    for service in each(account, "services"):
        policy = policies.get(text(service, "escalation_policy", "id"))
        if policy is not None and text(service, "status") != "disabled":
            timeouts.setdefault(policy, set()).add(number(service, "acknowledgement_timeout"))
    for policy, seconds in timeouts.items():
        path = f"escalation/{policy}.yaml"
        if len(seconds) == 1 and any(seconds):
            after = timedelta(seconds=max(seconds))
            found.files[path]["acknowledge_timeout"] = length_text(after)
        elif any(seconds):
            why = "its services let acknowledgements run out after different times"
            thing = Thing("escalation policy", policy, policy)
            found.changed(thing, why, "give them escalations of their own", path)


def _owner(account: Answer, service: Answer, teams: Mapping[str, str]) -> str | None:
    wanted = text(service, "escalation_policy", "id")
    policies = (one for one in each(account, "escalation_policies") if text(one, "id") == wanted)
    for one in (service, *policies):
        for team in each(one, "teams"):
            if text(team, "id") in teams:
                return teams[text(team, "id")]
    return None


def _made_team(policy: str, service: Thing, found: Gathering) -> str | None:
    """Make a team of the people a policy tells."""
    path = f"teams/{policy}.yaml"
    if path not in found.files:
        people = sorted(set(_told(policy, found)))
        if not people:
            return None
        found.files[path] = {"name": policy, "members": list(people)}
    why = f"no team owns it; those whom its escalation tells were made the team {policy}"
    found.changed(service, why, "name the team that owns it", f"services/{policy}.yaml")
    return policy


def _told(policy: str, found: Gathering) -> list[str]:
    people: list[str] = []
    steps = found.files[f"escalation/{policy}.yaml"]["steps"]
    for step in each({"steps": steps}, "steps"):
        for kind, _, slug in (target.partition(":") for target in texts(step, "notify")):
            if kind == "person":
                people.append(slug)
            else:
                people += _carriers(found.files.get(f"schedules/{slug}.yaml", {}))
    return people


def _carriers(schedule: Mapping[str, JsonValue]) -> list[str]:
    found: list[str] = []
    for layer in each(schedule, "layers"):
        found += [person for turn in lists(layer, "rotation", "people") for person in turn]
    return found
