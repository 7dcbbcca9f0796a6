"""Would a page reach those who will have the pager? One answer for everybody who may be paged."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from fireline.core.escalation.policy import ToAnyOf, ToPerson, ToTeam
from fireline.core.escalation.readiness import (
    Lack,
    Trouble,
    is_reachable,
    troubles_of,
    ways,
)
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span
from fireline.store import contacts as store
from fireline.usecases import oncall
from fireline.usecases.contacts import as_said
from fireline.usecases.notifications import places_of
from fireline.usecases.transaction import Tx

AHEAD = timedelta(days=14)
_NAMED = 5
_NOT_IN_PLAN = Trouble(
    Lack.NOT_IN_PLAN, "is not in the plan", "add them to people.yaml, or withdraw the override"
)


@dataclass(frozen=True, slots=True)
class PersonReadiness:
    """One person who may be paged: why they may be, what would reach them, and what is wrong."""

    person: PersonId
    name: str
    because: tuple[str, ...]
    channels: tuple[str, ...]
    reachable: bool
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class ReadinessView:
    """Everybody who may be paged in the days ahead; those who cannot be reached come first."""

    days: int
    people: tuple[PersonReadiness, ...]
    unreachable: int


async def readiness(tx: Tx, plan: Plan) -> ReadinessView:
    """Say of everybody who may be paged in the days ahead whether a page would reach them."""
    because = await _because(tx, plan)
    said = await as_said(tx, plan, because)
    told = await store.last_told(tx.db, because)
    places = places_of(told, await store.of_people(tx.db, because), because)
    set_up = frozenset(row.name for row in await store.channels(tx.db)) or None
    people: list[PersonReadiness] = []
    for id_, reasons in because.items():
        person = said.get(id_)
        troubles = (
            troubles_of(person, set_up=set_up, places=places[id_], now=tx.now)
            if person
            else (_NOT_IN_PLAN,)
        )
        one = PersonReadiness(
            person=id_,
            name=person.name if person else id_,
            because=tuple(reasons),
            channels=ways(person, set_up) if person else (),
            reachable=is_reachable(troubles),
            troubles=troubles,
        )
        people.append(one)
    people.sort(key=lambda one: (one.reachable, not one.troubles, one.person))
    return ReadinessView(AHEAD.days, tuple(people), sum(not one.reachable for one in people))


async def warnings_of(tx: Tx, plan: Plan) -> tuple[str, ...]:
    """Name the channels a plan tells people by and this fireline was not started with."""
    set_up = {row.name for row in await store.channels(tx.db)}
    told: defaultdict[str, list[str]] = defaultdict(list)
    for person in plan.people.values():
        for channel in dict.fromkeys(rule.channel for rule in (*person.urgent, *person.calm)):
            if set_up and channel not in set_up:
                told[channel].append(person.id)
    return tuple(
        f"{channel} is not set up on this fireline, and the plan tells {_few(people)} by it"
        for channel, people in sorted(told.items())
    )


def _few(people: list[str]) -> str:
    more = len(people) - _NAMED
    return ", ".join(people[:_NAMED]) + (f" and {more} more" if more > 0 else "")


async def _because(tx: Tx, plan: Plan) -> dict[PersonId, list[str]]:
    found: defaultdict[PersonId, list[str]] = defaultdict(list)
    for name, schedule in plan.schedules.items():
        view = await oncall.shifts(tx, plan, name, Span(tx.now, tx.now + AHEAD))
        for shift in view.result:
            reason = f"on call on {schedule.name}"
            if reason not in found[shift.duty.person]:
                found[shift.duty.person].append(reason)
    for reason, person in named(plan):
        if reason not in found[person]:
            found[person].append(reason)
    return dict(found)


def named(plan: Plan) -> Iterator[tuple[str, PersonId]]:
    """Name the people escalations and the catch-all name, whoever is on call, each with why."""
    for policy in plan.policies.values():
        for step in policy.steps:
            for target in step.targets:
                for person in _people(plan, target):
                    yield f"escalation {policy.id}", person
    for person in plan.catch_all:
        yield "catch-all", person


def _people(plan: Plan, target: object) -> tuple[PersonId, ...]:
    match target:
        case ToPerson(person=person):
            return (person,)
        case ToTeam(team=team, leads_only=leads_only) if team in plan.teams:
            return plan.teams[team].leads if leads_only else plan.teams[team].members
        case ToAnyOf(team=team) if team in plan.teams:
            return plan.teams[team].members
        case _:
            # Schedules were asked who carries them; other systems are nobody.
            return ()
