"""Everything one file of a plan says about another: it must be there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fireline.core.detection.documents import Document as RuleDocument
from fireline.core.detection.documents import documents
from fireline.core.detection.rules import Rule
from fireline.core.plan.document import Loc
from fireline.core.plan.files import (
    DecidesWords,
    DefinitionsFile,
    DrillFile,
    EscalationFile,
    PlanFile,
    RoutesFile,
    ServiceFile,
    TeamFile,
)
from fireline.core.plan.mistakes import Code, Mistake, nearest
from fireline.core.plan.reading import Draft, Read
from fireline.core.plan.schedule_words import ScheduleFile

_TARGETS = {
    "schedule": "schedules",
    "next": "schedules",
    "previous": "schedules",
    "person": "people",
    "team": "teams",
    "leads": "teams",
    "random": "teams",
}
_DECIDED = {
    "service": "services",
    "team": "teams",
    "escalation": "escalation",
    "runbook": "runbooks",
}
_ONE = {
    "people": "person",
    "teams": "team",
    "services": "service",
    "schedules": "schedule",
    "escalation": "escalation",
    "runbooks": "runbook",
    "categories": "category",
}


@dataclass(frozen=True, slots=True)
class _Reference:
    read: Read[Any]
    loc: Loc
    kind: str
    id: str


def dangling(draft: Draft) -> Iterator[Mistake]:
    """Find every reference to something the plan does not have."""
    for reference in _references(draft):
        known = draft.ids(reference.kind)
        if known is not None and reference.id not in known:
            says, fix = _missing(reference.kind, reference.id, known)
            yield reference.read.wrong(reference.loc, Code.REFERENCE_UNKNOWN, says, fix)


def dangling_of_rule(draft: Draft, rule: Rule, text: str) -> Iterator[Mistake]:
    """Find the runbook a rule names and the plan does not have."""
    known = draft.ids("runbooks") or frozenset()
    named = rule.card.runbook
    if named is not None and named not in known:
        says, fix = _missing("runbooks", named, known)
        line = _rule_document(text).line("fireline", "runbook")
        yield Mistake(rule.card.file, line, Code.REFERENCE_UNKNOWN, says, fix)


def _rule_document(text: str) -> RuleDocument:
    return next(documents(text))


def _missing(kind: str, named: str, known: frozenset[str]) -> tuple[str, str]:
    return f"there is no {_ONE[kind]} `{named}`", nearest(named, known)


def _references(draft: Draft) -> Iterator[_Reference]:
    yield from _of_single_files(draft)
    for team in draft.every(TeamFile):
        yield from _each(team, ("members",), "people", team.words.members)
        yield from _each(team, ("leads",), "people", team.words.leads)
    for service in draft.every(ServiceFile):
        yield _Reference(service, ("owner",), "teams", service.words.owner)
        yield _Reference(service, ("escalation",), "escalation", service.words.escalation)
        yield from _each(service, ("depends_on",), "services", service.words.depends_on)
    for schedule in draft.every(ScheduleFile):
        for place, layer in enumerate(schedule.words.layers):
            loc = ("layers", place, "rotation", "people")
            for turn, together in enumerate(layer.rotation.people):
                yield from _each(schedule, (*loc, turn), "people", together)
    for escalation in draft.every(EscalationFile):
        yield from _of_escalation(escalation)
    for drill in draft.every(DrillFile):
        expected = drill.words.expected
        yield _Reference(drill, ("expected", "runbook"), "runbooks", expected.runbook)
        yield _Reference(drill, ("expected", "category"), "categories", expected.category)


def _of_single_files(draft: Draft) -> Iterator[_Reference]:
    plan = draft.one("plan.yaml", PlanFile)
    if plan is not None:
        yield from _each(plan, ("catch_all",), "people", plan.words.catch_all)
    routes = draft.one("routes.yaml", RoutesFile)
    if routes is not None:
        yield from _of_routes(routes)
    definitions = draft.one("definitions.yaml", DefinitionsFile)
    if definitions is not None:
        for id_, category in definitions.words.categories.items():
            if category.runbook is not None:
                loc = ("categories", id_, "runbook")
                yield _Reference(definitions, loc, "runbooks", category.runbook)


def _of_routes(read: Read[RoutesFile]) -> Iterator[_Reference]:
    for place, route in enumerate(read.words.routes):
        yield from _decided(read, ("routes", place), route)
    if read.words.default is not None:
        yield from _decided(read, ("default",), read.words.default)


def _decided(read: Read[RoutesFile], loc: Loc, said: DecidesWords) -> Iterator[_Reference]:
    for field, kind in _DECIDED.items():
        named: str | None = getattr(said, field)
        if named is not None:
            yield _Reference(read, (*loc, field), kind, named)


def _of_escalation(read: Read[EscalationFile]) -> Iterator[_Reference]:
    for place, step in enumerate(read.words.steps):
        for at, target in enumerate(step.notify):
            kind, _, named = target.partition(":")
            if kind in _TARGETS:
                yield _Reference(read, ("steps", place, "notify", at), _TARGETS[kind], named)


def _each(read: Read[Any], loc: Loc, kind: str, ids: tuple[str, ...]) -> Iterator[_Reference]:
    for place, named in enumerate(ids):
        yield _Reference(read, (*loc, place), kind, named)
