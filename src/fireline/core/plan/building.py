"""Turn the words of a plan's files into the values every decision uses.

Each function expects words that read well and refer only to what is there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from fireline.core.alerting.route import Decides, Route
from fireline.core.alerting.unplanned import Watch
from fireline.core.alerting.windows import Weekly
from fireline.core.assets.ownership import AssetPattern, Service
from fireline.core.drills.scenario import Expected, Limits, Scenario
from fireline.core.escalation.policy import (
    Policy,
    Step,
    Target,
    ToAnyOf,
    ToCatchAll,
    ToNext,
    ToPerson,
    ToPrevious,
    ToSchedule,
    ToTeam,
    ToWebhook,
    Unless,
)
from fireline.core.incidents.terms import (
    Category,
    ChecklistItem,
    Definitions,
    PriorityRule,
    Role,
    RoleCard,
)
from fireline.core.oncall.people import PHONE, Contact, NotifyRule, Person, Team
from fireline.core.oncall.quiet import QuietHours
from fireline.core.plan import files
from fireline.core.plan.reading import Read
from fireline.core.plan.schedule_words import WEEKDAYS
from fireline.core.runbooks import runbook
from fireline.core.values.ids import (
    CategoryId,
    PersonId,
    PolicyId,
    RouteId,
    RunbookId,
    ScenarioId,
    ScheduleId,
    ServiceId,
    TeamId,
)
from fireline.core.values.priority import Priority

TARGETS: Mapping[str, Callable[[str], Target]] = {
    "schedule": lambda named: ToSchedule(ScheduleId(named)),
    "next": lambda named: ToNext(ScheduleId(named)),
    "previous": lambda named: ToPrevious(ScheduleId(named)),
    "person": lambda named: ToPerson(PersonId(named)),
    "team": lambda named: ToTeam(TeamId(named)),
    "leads": lambda named: ToTeam(TeamId(named), leads_only=True),
    "random": lambda named: ToAnyOf(TeamId(named)),
}


def definitions_from(
    said: files.DefinitionsFile, priorities: files.PrioritiesFile, roles: files.RolesFile
) -> Definitions:
    """Gather what the plan says about incidents."""
    return Definitions(
        incident=said.incident,
        categories=tuple(_category(id_, words) for id_, words in said.categories.items()),
        checklist=tuple(
            ChecklistItem(id_, words.cia, words.text)
            for id_, words in said.triage.checklist.items()
        ),
        declare_offer_at=said.triage.declare_offer_at,
        priorities=tuple(_priority(priorities, priority) for priority in Priority),
        roles=tuple(_role(roles, role) for role in Role),
    )


def _category(id_: str, said: files.CategoryWords) -> Category:
    return Category(
        id=CategoryId(id_),
        name=said.name,
        group=said.group,
        cia=frozenset(said.cia),
        operational=said.operational,
        runbook=None if said.runbook is None else RunbookId(said.runbook),
        default_priority=said.priority,
    )


def _priority(said: files.PrioritiesFile, priority: Priority) -> PriorityRule:
    words: files.PriorityWords = getattr(said, priority.name)
    return PriorityRule(
        priority,
        words.when,
        acknowledge=words.acknowledge,
        triage=words.triage,
        remediate=words.remediate,
        retro=words.retro,
        update_every=words.update_every,
    )


def _role(said: files.RolesFile, role: Role) -> RoleCard:
    words: files.RoleWords = getattr(said, role.value)
    return RoleCard(role, words.does, words.never)


_CONTACTS = (
    "email",
    "webhook",
    PHONE,
    "slack",
    "matrix",
    "teams",
    "ntfy",
    "pagerduty",
    "splunk",
    "apprise",
)


def person_from(id_: str, said: files.PersonWords) -> Person:
    """Build a person. What is written in a plan was reviewed, and counts as verified."""
    addresses: tuple[tuple[str, str | None], ...] = tuple(
        (channel, getattr(said, channel)) for channel in _CONTACTS
    )
    quiet = said.quiet
    return Person(
        id=PersonId(id_),
        name=said.name,
        zone=said.zone,
        contacts=tuple(Contact(channel, address) for channel, address in addresses if address),
        urgent=tuple(NotifyRule(rule.channel, rule.after) for rule in said.urgent),
        calm=tuple(NotifyRule(rule.channel, rule.after) for rule in said.calm),
        quiet=QuietHours(quiet.start, quiet.end, quiet.zone or said.zone) if quiet else None,
    )


def team_from(id_: str, said: files.TeamFile) -> Team:
    """Build a team."""
    members = tuple(PersonId(person) for person in said.members)
    return Team(TeamId(id_), said.name, members, tuple(PersonId(lead) for lead in said.leads))


def service_from(id_: str, said: files.ServiceFile) -> Service:
    """Build a service."""
    return Service(
        id=ServiceId(id_),
        name=said.name,
        owner=TeamId(said.owner),
        policy=PolicyId(said.escalation),
        tier=said.tier,
        accounts=said.accounts,
        claims=tuple(
            AssetPattern(one.kind, one.id, tuple(one.tags.items())) for one in said.claims
        ),
        data=said.data,
        depends_on=tuple(ServiceId(service) for service in said.depends_on),
        protected=said.protected,
    )


def routes_from(said: Read[files.RoutesFile] | None) -> tuple[Route, ...]:
    """Build the routes, in the order they are tried; without the file, none."""
    if said is None:
        return ()
    return tuple(
        Route(
            RouteId(words.id),
            words.when or "",
            tuple(_weekly(hours) for hours in words.hours),
            replace(_decides(words), suppress=words.suppress or ""),
        )
        for words in said.words.routes
    )


def default_route_from(said: Read[files.RoutesFile] | None) -> Decides | None:
    """Build what becomes of alerts that nothing else says an owner of."""
    return None if said is None or said.words.default is None else _decides(said.words.default)


def _weekly(said: files.ZonedHoursWords) -> Weekly:
    days = frozenset(WEEKDAYS.index(day) for day in said.days)
    return Weekly(said.zone, days, said.start, said.end)


def _decides(said: files.DecidesWords) -> Decides:
    return Decides(
        service=None if said.service is None else ServiceId(said.service),
        team=None if said.team is None else TeamId(said.team),
        priority=said.priority,
        policy=None if said.escalation is None else PolicyId(said.escalation),
        runbook=None if said.runbook is None else RunbookId(said.runbook),
    )


def policy_from(
    id_: str, said: files.EscalationFile, webhooks: Mapping[str, str] | None = None
) -> Policy:
    """Build an escalation policy. Its own webhooks go before the plan's `webhooks`."""
    addresses = {**(webhooks or {}), **said.webhooks}
    return Policy(
        id=PolicyId(id_),
        steps=tuple(_rung(step, addresses) for step in said.steps),
        rounds=said.rounds,
        pause=said.pause or timedelta(),
        acknowledge_timeout=said.acknowledge_timeout,
        acknowledgers=said.acknowledgers,
    )


def _rung(said: files.RungWords, webhooks: Mapping[str, str]) -> Step:
    return Step(
        targets=tuple(_targets(said, webhooks)),
        wait=said.wait,
        unless=Unless(said.unless),
        hours=tuple(_weekly(hours) for hours in said.hours),
        only=frozenset(said.only),
        round_robin=said.round_robin,
    )


def _targets(said: files.RungWords, webhooks: Mapping[str, str]) -> Iterator[Target]:
    for to in said.notify:
        kind, _, named = to.partition(":")
        if kind in TARGETS:
            yield TARGETS[kind](named)
        elif kind == "catch-all":
            yield ToCatchAll()
        elif named in webhooks:
            yield ToWebhook(named, webhooks[named])


def runbook_from(id_: str, said: files.RunbookFile) -> runbook.Runbook:
    """Build a runbook."""
    inputs = tuple(
        runbook.Input(name, words.kind, words.required) for name, words in said.inputs.items()
    )
    steps = tuple(_step(step) for step in said.steps)
    return runbook.Runbook(RunbookId(id_), said.title, said.purpose, inputs, steps, said.max_blast)


def _step(said: files.AnyStep) -> runbook.Step:
    match said:
        case files.EvidenceWords():
            return runbook.Evidence(said.id, said.evidence, said.needs)
        case files.ActWords():
            return runbook.Act(said.id, said.act, said.each, said.needs, said.approvals, said.when)
        case files.WatchWords():
            return runbook.Watch(said.id, said.watch, said.lasting, said.needs)
        case files.AskWords():
            return runbook.Ask(said.id, said.ask, said.needs)
        case _:
            assert_never(said)


def watch_from(said: Read[files.ChangesFile] | None) -> Watch:
    """Say which calls must have been planned; without the file, none."""
    if said is None:
        return Watch()
    words = said.words
    return Watch(words.pipelines, words.watch, words.window, words.priority)


def scenario_from(id_: str, said: files.DrillFile) -> Scenario:
    """Build a drill's scenario."""
    limits, expected = said.limits, said.expected
    return Scenario(
        id=ScenarioId(id_),
        title=said.title,
        story=said.story,
        pace=said.pace,
        limits=Limits(
            detect=limits.detect,
            acknowledge=limits.acknowledge,
            declare=limits.declare,
            contain=limits.contain,
            recover=limits.recover,
            review=limits.review,
        ),
        expected=Expected(
            priority=expected.priority,
            category=CategoryId(expected.category),
            runbook=RunbookId(expected.runbook),
            contained=expected.contained,
            decoys=expected.decoys,
        ),
        world=said.world,
        script=said.script,
    )
