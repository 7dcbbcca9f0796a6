"""A plan as a list of things by kind and id, each with fields in the words its file would use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from enum import Enum

from fireline.core.alerting.route import DEFAULT, Route
from fireline.core.alerting.windows import Weekly
from fireline.core.oncall.people import NotifyRule, Person
from fireline.core.oncall.quiet import QuietHours
from fireline.core.plan.lengths import length_text
from fireline.core.plan.plan import Plan, RuleText
from fireline.core.values.json import digest
from fireline.core.values.priority import Priority

MAX_SHOWN = 200


@dataclass(frozen=True, slots=True)
class _Whole:
    organisation: str
    catch_all: tuple[str, ...]
    protected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Triage:
    incident: str
    declare_offer_at: int


@dataclass(frozen=True, slots=True)
class _Route:
    place: int
    when: str
    hours: tuple[Weekly, ...]
    service: str | None
    team: str | None
    priority: Priority | None
    escalation: str | None
    runbook: str | None
    suppress: str


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    zone: str
    contacts: tuple[str, ...]
    urgent: tuple[NotifyRule, ...]
    calm: tuple[NotifyRule, ...]
    quiet: QuietHours | None


@dataclass(frozen=True, slots=True)
class _Template:
    text: str


@dataclass(frozen=True, slots=True)
class _Posture:
    off: tuple[str, ...]
    priorities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    title: str
    level: str
    priority: Priority
    dedup: str
    runbook: str | None
    text: str


def things_of(plan: Plan) -> Mapping[str, Mapping[str, object]]:
    """List everything in a plan, by kind and id."""
    said = plan.definitions
    return {
        "plan": {"plan": _Whole(plan.organisation, plan.catch_all, plan.protected)},
        "definition": {"incident": _Triage(said.incident, said.declare_offer_at)},
        "category": {each.id: each for each in said.categories},
        "checklist": {each.id: each for each in said.checklist},
        "priority": {each.priority.name: each for each in said.priorities},
        "role": {each.role.value: each for each in said.roles},
        "person": {id_: _person(person) for id_, person in plan.people.items()},
        "team": {**plan.teams},
        "service": {**plan.services},
        "schedule": {**plan.schedules},
        "escalation": {**plan.policies},
        "rule": {_folder(rule): _logic(rule) for rule in plan.rules.values()},
        "route": {**_routes(plan)},
        "runbook": {**plan.runbooks},
        "drill": {**plan.scenarios},
        "changes": {"changes": plan.changes} if plan.changes.is_on else {},
        "signature": {**plan.signatures},
        "posture": {"posture": _posture(plan)},
        "template": {id_: _Template(text) for id_, text in plan.update_templates.items()},
    }


def words_of(thing: object) -> Mapping[str, str]:
    """Write each field of a thing the way a plan's file would, cut short when it is long."""
    if not is_dataclass(thing):
        return {}
    return {field.name: _text(getattr(thing, field.name)) for field in fields(thing)}


def _person(said: Person) -> _Person:
    contacts = tuple(f"{contact.channel} {contact.address}" for contact in said.contacts)
    return _Person(said.name, said.zone.key, contacts, said.urgent, said.calm, said.quiet)


def _routes(plan: Plan) -> Mapping[str, _Route]:
    """Show each route with its place: the first that fits decides, so the order is behaviour."""
    default = () if plan.default_route is None else (Route(DEFAULT, "", (), plan.default_route),)
    return {
        route.id: _Route(
            place,
            route.when,
            route.hours,
            route.decides.service,
            route.decides.team,
            route.decides.priority,
            route.decides.policy,
            route.decides.runbook,
            route.decides.suppress,
        )
        for place, route in enumerate((*plan.routes, *default), 1)
    }


def _posture(plan: Plan) -> _Posture:
    off, priorities = plan.posture.off, plan.posture.priorities
    return _Posture(
        tuple(f"{id_} ({reason})" for id_, reason in off.items()),
        tuple(
            f"{level} {'none' if priority is None else priority.name}"
            for level, priority in priorities.items()
        ),
    )


def _folder(rule: RuleText) -> str:
    return rule.card.file.removeprefix("rules/").removesuffix("/rule.yml")


def _logic(rule: RuleText) -> _Rule:
    card = rule.card
    # People compare rules in their editor; here it is enough that the text is another.
    text = f"text {digest(rule.text)[:8]}"
    return _Rule(card.title, card.level, card.priority, card.dedup, card.runbook, text)


def _text(value: object) -> str:
    match value:
        case None:
            text = "none"
        case Enum():
            text = value.name
        case timedelta():
            text = length_text(value)
        case tuple() | frozenset():
            text = _listed(value)  # pyright: ignore[reportUnknownArgumentType] - items of any field
        case _ if is_dataclass(value):
            parts = (f"{field.name} {_text(getattr(value, field.name))}" for field in fields(value))
            text = f"({', '.join(parts)})"
        case _:
            text = str(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def _listed(values: Iterable[object]) -> str:
    texts = [_text(value) for value in values]
    return ", ".join(sorted(texts) if isinstance(values, frozenset) else texts) or "none"
