"""Grafana OnCall's escalation chains, and its integrations as the services they stand for.

Shapes: https://grafana.com/docs/oncall/latest/oncall-api-reference/escalation_policies/ and
.../integrations/ and .../routes/.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from fireline.core.plan.importing.found import Gathering, Thing
from fireline.core.plan.importing.ladders import LAST_WAIT, Rung, ladder_words
from fireline.core.plan.importing.slugs import slugs_of
from fireline.core.plan.importing.week import DAYS
from fireline.core.plan.importing.wire import Answer, each, flag, number, text, texts
from fireline.core.values.json import JsonValue

TIER = 2
# The vendor goes back to the first step this often, and no more.
REPEATS = 5
_UNHEARD = {
    "notify_user_group": ("a Slack user group is not told", "name its people"),
    "notify_whole_channel": ("a Slack channel is not told", "name the people in it"),
    "trigger_webhook": ("its webhook is not called", "name it under `webhooks`"),
    "resolve": ("it resolves no alert", "let the source resolve it"),
    "notify_if_num_alerts_in_window": ("it does not count alerts", "silence what is noise"),
    "declare_incident": ("it declares no incident", "declare it from the alert"),
}


@dataclass(slots=True)
class _Chain:
    """A chain as its steps are read."""

    rungs: list[Rung] = field(default_factory=list[Rung])
    after: timedelta = timedelta()
    hours: list[JsonValue] = field(default_factory=list[JsonValue])
    rounds: int = 1


def chains_of(
    account: Answer,
    people: Mapping[str, str],
    teams: Mapping[str, str],
    schedules: Mapping[str, str],
    found: Gathering,
) -> None:
    """Write each chain, then a service for each integration whose alerts some chain gets."""
    named = ((text(one, "id"), text(one, "name")) for one in each(account, "chains"))
    slugs = slugs_of(named, kind="escalation")
    kept: dict[str, str] = {}
    known = {"person": people, "team": teams, "schedule": schedules}
    for one in each(account, "chains"):
        thing = Thing("escalation chain", text(one, "id"), text(one, "name"))
        path = f"escalation/{slugs[thing.id]}.yaml"
        steps = [s for s in each(account, "policies") if text(s, "escalation_chain_id") == thing.id]
        chain = _Chain()
        for step in sorted(steps, key=lambda step: number(step, "position")):
            for why, do in _take(step, chain, known):
                found.changed(thing, why, do, path)
        if not chain.rungs:
            found.left_out(thing, "it tells nobody who is here", "write it by hand")
            continue
        if first := chain.rungs[0].after:
            minutes = round(first.total_seconds() / 60)
            why = f"its first step came after {minutes} min; here it is at once"
            found.changed(thing, why, "let a personal rule wait, if it must", path)
        last = chain.after - chain.rungs[-1].after
        words = ladder_words(chain.rungs, last_wait=last or LAST_WAIT, rounds=chain.rounds)
        found.imported(thing, path, words)
        kept[thing.id] = slugs[thing.id]
    _integrations(account, teams, kept, found)


def _take(
    step: Answer, chain: _Chain, known: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, str]]:
    """Take one step into a chain; return what is not as it was, and what to do."""
    kind = text(step, "type")
    match kind:
        case "wait":
            chain.after += timedelta(seconds=number(step, "duration"))
        case "repeat_escalation":
            chain.rounds = REPEATS + 1
        case "notify_if_time_from_to":
            chain.hours = _hours(step)
            why = "outside its hours the steps after are passed over; there they waited for them"
            return [(why, "look at the hours, and correct them")]
        case _ if kind in _UNHEARD:
            return [_UNHEARD[kind]]
        case _:
            targets = _targets(step, kind, known)
            if not targets:
                return [(f"a step `{kind}` tells nobody who is here", "write the step by hand")]
            in_turn = kind == "notify_person_next_each_time"
            chain.rungs.append(Rung(chain.after, targets, round_robin=in_turn, hours=chain.hours))
            if flag(step, "important"):
                why = "`important` is not kept: whether rules are urgent follows the priority"
                return [(why, "raise the priority of such alerts in routes.yaml")]
    return []


def _targets(step: Answer, kind: str, known: Mapping[str, Mapping[str, str]]) -> list[str]:
    match kind:
        case "notify_persons":
            ids, named = texts(step, "persons_to_notify"), "person"
        case "notify_person_next_each_time":
            ids, named = texts(step, "persons_to_notify_next_each_time"), "person"
        case "notify_on_call_from_schedule":
            ids, named = (text(step, "notify_on_call_from_schedule"),), "schedule"
        case "notify_team_members":
            ids, named = (text(step, "team_to_notify"),), "team"
        case _:
            return []
    return [f"{named}:{known[named][one]}" for one in ids if one in known[named]]


def _hours(step: Answer) -> list[JsonValue]:
    start, end = (text(step, f"notify_if_time_{which}")[:5] for which in ("from", "to"))
    return [{"zone": "UTC", "days": list(DAYS), "from": start, "to": end}]


def _integrations(
    account: Answer, teams: Mapping[str, str], chains: Mapping[str, str], found: Gathering
) -> None:
    named = ((text(one, "id"), text(one, "name")) for one in each(account, "integrations"))
    slugs = slugs_of(named, kind="service")
    routes = list(each(account, "routes"))
    for one in each(account, "integrations"):
        thing = Thing("integration", text(one, "id"), text(one, "name"))
        mine = [route for route in routes if text(route, "integration_id") == thing.id]
        last = next((r for r in mine if flag(r, "is_the_last_route")), None)
        chain = text(last or {}, "escalation_chain_id") or text(
            one, "default_route", "escalation_chain_id"
        )
        slug, owner = slugs[thing.id], teams.get(text(one, "team_id"))
        do = f"fireline source create NAME --format FORMAT --service {slug}"
        if owner is None or chain not in chains:
            why = "no team that is here owns it, or no chain that is here gets its alerts"
            found.left_out(thing, why, f"write services/{slug}.yaml by hand, then: {do}")
        else:
            path = f"services/{slug}.yaml"
            found.files[path] = {
                "name": thing.name[:200] or slug,
                "owner": owner,
                "escalation": chains[chain],
                "tier": TIER,
            }
            why = "it is a service here; its alerts come from a source, which is made apart"
            found.changed(thing, why, do, path)
        for route in mine:
            if not flag(route, "is_the_last_route"):
                how = text(route, "routing_type") or "regex"
                of = Thing("route", text(route, "id"), f"{thing.name}: {how}")
                why = f"it asks the whole payload by {how}: {text(route, 'routing_regex')[:80]}"
                found.left_out(of, why, "write a route with a condition in routes.yaml")
