"""Prove that every escalation comes to somebody who can be reached, and comes there in time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from fireline.core.escalation.ladder import MAX_ROUNDS
from fireline.core.escalation.rules import tellings
from fireline.core.oncall.people import Person
from fireline.core.plan.building import person_from
from fireline.core.plan.files import (
    EscalationFile,
    PeopleFile,
    PlanFile,
    PrioritiesFile,
    RoutesFile,
    RungWords,
    ServiceFile,
    TeamFile,
)
from fireline.core.plan.lengths import length_text
from fireline.core.plan.mistakes import Code, Mistake, nearest
from fireline.core.plan.reading import Draft, Read
from fireline.core.plan.schedule_words import ScheduleFile
from fireline.core.plan.schedules import schedule_from
from fireline.core.values.priority import Priority

_ON_SCHEDULE = {"schedule", "next", "previous"}
_IN_TEAM = {"team", "random"}
_WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom names come to: people by id, and the members, leads and turns of teams and schedules."""

    people: Mapping[str, Person]
    members: Mapping[str, frozenset[str]]
    leads: Mapping[str, frozenset[str]]
    schedules: Mapping[str, frozenset[str]]
    catch_all: frozenset[str]

    def meant(self, target: str) -> frozenset[str]:
        """Return everybody a target may come to."""
        kind, _, named = target.partition(":")
        if kind in _ON_SCHEDULE:
            return self.schedules.get(named, frozenset())
        if kind in _IN_TEAM:
            return self.members.get(named, frozenset())
        match kind:
            case "leads":
                return self.leads.get(named, frozenset())
            case "person":
                return frozenset({named})
            case "catch-all":
                return self.catch_all
            case _:
                return frozenset()

    def first_telling(self, person: str, priority: Priority) -> timedelta | None:
        """Return how long after a page begins somebody hears of it; `None`: not at all."""
        known = self.people.get(person)
        told = tellings(known, priority) if known else ()
        return min((telling.after for telling in told), default=None)


@dataclass(frozen=True, slots=True)
class _Reached:
    """Somebody hears of an alert so long after it began, by this step; `None`: the last resort."""

    after: timedelta
    step: int | None


def escalation_mistakes(draft: Draft) -> Iterator[Mistake]:
    """Find escalations that reach nobody, or too late, and what in them cannot work."""
    plan, people = draft.one("plan.yaml", PlanFile), draft.one("people.yaml", PeopleFile)
    if plan is None or people is None:
        return
    known = _known(draft, plan.words, people.words)
    if not any(known.first_telling(one, Priority.P1) is not None for one in known.catch_all):
        says = "none of the people of last resort can be reached"
        fix = "give one of them an address and a rule, or name somebody who has them"
        yield plan.wrong(("catch_all",), Code.ESCALATION_UNREACHABLE, says, fix)
    deadlines = _deadlines(draft)
    for read in draft.every(EscalationFile):
        yield from _webhooks(read, plan.words)
        yield from _acknowledgers(read, known)
        yield from _in_time(read, known, deadlines, _priorities(draft, read.id))


def _known(draft: Draft, plan: PlanFile, people: PeopleFile) -> _Known:
    teams = {each.id: each.words for each in draft.every(TeamFile)}
    return _Known(
        people={id_: person_from(id_, said) for id_, said in people.root.items()},
        members={id_: frozenset(said.members) for id_, said in teams.items()},
        leads={id_: frozenset(said.leads) for id_, said in teams.items()},
        schedules={
            each.id: frozenset(
                person
                for layer in schedule_from(each.id, each.words).layers
                if not layer.shadow
                for turn in layer.rotation.turns
                for person in turn
            )
            for each in draft.every(ScheduleFile)
        },
        catch_all=frozenset(plan.catch_all),
    )


def _deadlines(draft: Draft) -> Mapping[Priority, timedelta]:
    """Return within how long an alert of each priority must be acknowledged, where that is said."""
    read = draft.one("priorities.yaml", PrioritiesFile)
    if read is None:
        return {}
    said = ((priority, getattr(read.words, priority.name)) for priority in Priority)
    return {priority: words.acknowledge for priority, words in said if words.acknowledge}


def _priorities(draft: Draft, policy: str) -> frozenset[Priority]:
    """Return the priorities alerts of an escalation can have.

    Those of a service, of the default route, and of a route that sets no priority can have any;
    one nothing names is there to be named.
    """
    everything = frozenset(Priority)
    if any(each.words.escalation == policy for each in draft.every(ServiceFile)):
        return everything
    routes = draft.one("routes.yaml", RoutesFile)
    said = [*routes.words.routes] if routes else []
    naming = [route.priority for route in said if route.escalation == policy]
    if routes and routes.words.default and routes.words.default.escalation == policy:
        return everything
    if not naming or None in naming:
        return everything
    return frozenset(priority for priority in naming if priority is not None)


def _in_time(
    read: Read[EscalationFile],
    known: _Known,
    deadlines: Mapping[Priority, timedelta],
    priorities: frozenset[Priority],
) -> Iterator[Mistake]:
    """Find the first priority for which somebody would hear of an alert too late."""
    for priority in sorted(priorities & deadlines.keys()):
        reached, deadline = _slowest(read.words, known, priority), deadlines[priority]
        if reached is None:
            continue  # the people of last resort cannot be reached, and that is a mistake already
        if reached.after > deadline:
            by = "the last resort" if reached.step is None else f"step {reached.step + 1}"
            says = (
                f"nobody may hear of a {priority.name} alert for {length_text(reached.after)}"
                f" ({by}), and it must be acknowledged within {length_text(deadline)}"
            )
            loc = ("steps",) if reached.step is None else ("steps", reached.step)
            fix = "shorten the waits before it, tell somebody sooner, or let their rules begin"
            yield read.wrong(loc, Code.ESCALATION_LATE, says, f"{fix} at once")
            return


def _slowest(said: EscalationFile, known: _Known, priority: Priority) -> _Reached | None:
    """Return when somebody hears of an alert in the worst case.

    A step counts once everybody it may come to can be reached, whatever the hour; one that counts
    at some hours only must be in time when it is taken, and those after it when it is not.
    """
    waited, worst = timedelta(), _Reached(timedelta(), 0)
    for place, step in enumerate(said.steps):
        if step.only and priority not in step.only:
            continue
        told = _first_tellings(step, known, priority)
        if told is None:
            waited += step.wait if _names_people(step) else timedelta()
            continue
        worst = max(worst, _Reached(waited + told, place), key=lambda one: one.after)
        if not step.hours:
            return worst
    last = [known.first_telling(person, priority) for person in known.catch_all]
    soonest = min((after for after in last if after is not None), default=None)
    if soonest is None:
        return None
    rounds = min(said.rounds, MAX_ROUNDS)
    waited = waited * rounds + (said.pause or timedelta()) * (rounds - 1 if waited else 0)
    return max(worst, _Reached(waited + soonest, None), key=lambda one: one.after)


def _first_tellings(step: RungWords, known: _Known, priority: Priority) -> timedelta | None:
    """Return when whoever a step comes to has heard of it; `None`: somebody may not at all."""
    people = frozenset(person for target in step.notify for person in known.meant(target))
    told = [known.first_telling(person, priority) for person in people]
    if not told or None in told:
        return None
    return max(after for after in told if after is not None)


def _names_people(step: RungWords) -> bool:
    return any(not target.startswith(f"{_WEBHOOK}:") for target in step.notify)


def _webhooks(read: Read[EscalationFile], plan: PlanFile) -> Iterator[Mistake]:
    names = {*plan.webhooks, *read.words.webhooks}
    for place, step in enumerate(read.words.steps):
        for at, target in enumerate(step.notify):
            kind, _, named = target.partition(":")
            if kind == _WEBHOOK and named not in names:
                says, fix = f"there is no webhook `{named}`", nearest(named, names)
                if not names:
                    fix = f"add `webhooks: {{{named}: https://…}}` to this file or to plan.yaml"
                yield read.wrong(("steps", place, "notify", at), Code.REFERENCE_UNKNOWN, says, fix)


def _acknowledgers(read: Read[EscalationFile], known: _Known) -> Iterator[Mistake]:
    needed = read.words.acknowledgers
    people = frozenset(
        person
        for step in read.words.steps
        for target in step.notify
        for person in known.meant(target)
    )
    told = len(people | known.catch_all)
    if needed > told:
        says = f"{needed} people must acknowledge, and only {told} are ever told"
        fix = f"ask for {told} at most, or tell more people"
        yield read.wrong(("acknowledgers",), Code.ESCALATION_ACKNOWLEDGERS, says, fix)
