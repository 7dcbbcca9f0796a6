"""From files to one checked plan, or to everything that is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel

from fireline.core.detection.rules import Rule
from fireline.core.detection.signatures.signature import Signature
from fireline.core.plan import building, files
from fireline.core.plan.escalation_checks import escalation_mistakes
from fireline.core.plan.mistakes import Mistake
from fireline.core.plan.people_checks import people_mistakes
from fireline.core.plan.plan import Plan, RuleText
from fireline.core.plan.posture import choice_from, posture_mistakes, signatures_from
from fireline.core.plan.reading import Draft, read_files
from fireline.core.plan.references import dangling, dangling_of_rule
from fireline.core.plan.retired import retired_findings
from fireline.core.plan.route_checks import route_mistakes
from fireline.core.plan.rule_checks import read_rules
from fireline.core.plan.runbook_checks import runbook_mistakes
from fireline.core.plan.schedule_words import ScheduleFile
from fireline.core.plan.schedules import schedule_from, schedule_mistakes
from fireline.core.plan.signature_checks import ReadSignature, read_signatures
from fireline.core.values.ids import (
    PersonId,
    PolicyId,
    RevisionId,
    RunbookId,
    ScenarioId,
    ScheduleId,
    ServiceId,
    TeamId,
)
from fireline.core.values.json import digest

Model = TypeVar("Model", bound=BaseModel)


def revision_of(texts: Mapping[str, str]) -> RevisionId:
    """Name a plan by its content: the same files give the same revision, anywhere."""
    return RevisionId(digest(dict(texts)))


def compile_plan(
    texts: Mapping[str, str],
    *,
    now: datetime,
    shipped: Mapping[str, Signature] | None = None,
) -> Plan | tuple[Mistake, ...]:
    """Compile a plan, or return every mistake in it, in the order of files and lines.

    Schedules that escalations tell must be covered for 90 days from `now`. The `shipped` signatures
    run beside the plan's own. Any texts at all give an answer.
    """
    draft, mistakes = read_files(texts)
    rules, of_rules = read_rules(draft.rules)
    signatures, of_signatures = read_signatures(draft.signatures)
    found = [*mistakes, *of_rules, *dangling(draft), *people_mistakes(draft)]
    found += [*schedule_mistakes(draft, now), *runbook_mistakes(draft), *route_mistakes(draft)]
    found += [*escalation_mistakes(draft), *of_signatures]
    found += posture_mistakes(draft, signatures, shipped)
    for path, rule in rules.items():
        found += dangling_of_rule(draft, rule, texts[path])
    for path, text in texts.items():
        if path.endswith((".yaml", ".yml")):
            found += retired_findings(path, text)
    if found:
        return tuple(sorted(set(found)))
    return _build(texts, draft, _Checked(rules, signatures, shipped))


def reopen_plan(
    texts: Mapping[str, str], *, shipped: Mapping[str, Signature] | None = None
) -> Plan | tuple[Mistake, ...]:
    """Build a plan that was checked when it was pushed; only what cannot be read stops it.

    Time passes and checks get stricter, and neither takes a plan away from the people it serves.
    """
    draft, mistakes = read_files(texts)
    rules, _ = read_rules(draft.rules)
    if mistakes:
        return tuple(sorted(mistakes))
    signatures, _ = read_signatures(draft.signatures, judged=False)
    return _build(texts, draft, _Checked(rules, signatures, shipped))


@dataclass(frozen=True, slots=True)
class _Checked:
    """What is no words of the plan alone: rules and signatures, and those fireline brings."""

    rules: Mapping[str, Rule]
    signatures: Mapping[str, ReadSignature]
    shipped: Mapping[str, Signature] | None


def _build(texts: Mapping[str, str], draft: Draft, checked: _Checked) -> Plan:
    plan = _sure(draft, "plan.yaml", files.PlanFile)
    people = _sure(draft, "people.yaml", files.PeopleFile).root
    return Plan(
        revision=revision_of(texts),
        organisation=plan.organisation,
        catch_all=tuple(PersonId(person) for person in plan.catch_all),
        protected=plan.protected,
        definitions=building.definitions_from(
            _sure(draft, "definitions.yaml", files.DefinitionsFile),
            _sure(draft, "priorities.yaml", files.PrioritiesFile),
            _sure(draft, "roles.yaml", files.RolesFile),
        ),
        people={PersonId(id_): building.person_from(id_, said) for id_, said in people.items()},
        teams={
            TeamId(each.id): building.team_from(each.id, each.words)
            for each in draft.every(files.TeamFile)
        },
        services={
            ServiceId(each.id): building.service_from(each.id, each.words)
            for each in draft.every(files.ServiceFile)
        },
        schedules={
            ScheduleId(each.id): schedule_from(each.id, each.words)
            for each in draft.every(ScheduleFile)
        },
        policies={
            PolicyId(each.id): building.policy_from(each.id, each.words, plan.webhooks)
            for each in draft.every(files.EscalationFile)
        },
        rules={
            rule.card.id: RuleText(rule.card, texts[path]) for path, rule in checked.rules.items()
        },
        runbooks={
            RunbookId(each.id): building.runbook_from(each.id, each.words)
            for each in draft.every(files.RunbookFile)
        },
        scenarios={
            ScenarioId(each.id): building.scenario_from(each.id, each.words)
            for each in draft.every(files.DrillFile)
        },
        update_templates={each.id: each.words.text for each in draft.every(files.CommsFile)},
        routes=building.routes_from(draft.one("routes.yaml", files.RoutesFile)),
        default_route=building.default_route_from(draft.one("routes.yaml", files.RoutesFile)),
        changes=building.watch_from(draft.one("changes.yaml", files.ChangesFile)),
        signatures=signatures_from(draft, checked.signatures, checked.shipped),
        posture=choice_from(draft),
    )


def _sure(draft: Draft, path: str, words: type[Model]) -> Model:
    found = draft.one(path, words)
    if found is None:
        msg = f"{path} was read without mistakes and is not there"
        raise AssertionError(msg)
    return found.words
