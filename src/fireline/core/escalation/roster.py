"""Who a step of a policy means at this moment. Never nobody, if there is anybody at all."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from fireline.core.escalation.policy import (
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
)
from fireline.core.oncall.duty import Because, Duty
from fireline.core.oncall.people import Team
from fireline.core.values.ids import PersonId, ScheduleId, TeamId


class Reason(StrEnum):
    """Why somebody is paged. Stored with the page and shown to people."""

    ON_CALL = "on call"
    STANDING_IN = "standing in for the person on call"
    SHADOW = "shadowing whoever is on call"
    NEXT = "next on call"
    PREVIOUS = "was on call before"
    MEMBER = "member of the team"
    DRAWN = "drawn from the team"
    LEAD = "lead of the team"
    NAMED = "named by the policy"
    CATCH_ALL = "person of last resort"
    LEAD_INSTEAD = "nobody was on call, so the leads of the owning team"
    CATCH_ALL_INSTEAD = "nobody was on call and the team has no leads, so the last resort"
    NOBODY_ANSWERED = "nobody answered on any step, so the last resort"


class Skip(StrEnum):
    """Why a step was passed over at once. Written on the timeline."""

    HOURS = "it is outside its hours"
    PRIORITY = "it is not for alerts of this priority"
    NOBODY = "it comes to nobody"
    ONLY_WEBHOOKS = "it tells only webhooks, which count as nobody"
    ANSWERED = "everybody it comes to has acknowledged"


@dataclass(frozen=True, slots=True)
class Roster:
    """What is known, at one moment, about who can be reached.

    `duties` answers "who is on call?" for each schedule, `following` and `before` who has the turn
    after and had it before; `owner` is the team that owns the alert. `known` are the people there
    are (`None`: whoever is named). `turns` says, by the place of a step, whose turn it is where a
    step tells one after the other; `lot` is what draws are made with.
    """

    duties: Mapping[ScheduleId, tuple[Duty, ...]]
    teams: Mapping[TeamId, Team]
    catch_all: tuple[PersonId, ...]
    owner: TeamId | None
    following: Mapping[ScheduleId, tuple[PersonId, ...]] = field(
        default_factory=dict[ScheduleId, tuple[PersonId, ...]]
    )
    before: Mapping[ScheduleId, tuple[PersonId, ...]] = field(
        default_factory=dict[ScheduleId, tuple[PersonId, ...]]
    )
    known: Collection[PersonId] | None = None
    turns: Mapping[int, int] = field(default_factory=dict[int, int])
    lot: int = 0


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody a step calls, and why."""

    person: PersonId
    reason: Reason


@dataclass(frozen=True, slots=True)
class Call:
    """What a step comes to: people, or why nobody; and those it names whom nobody knows."""

    people: tuple[Called, ...]
    skipped: Skip | None = None
    strangers: tuple[PersonId, ...] = ()


def called(step: Step, roster: Roster) -> tuple[Called, ...]:
    """Return the people a step calls, each once, with the first reason that names them.

    When its targets come to nobody, the leads of the owning team are called instead, and when there
    are none, the people of last resort.
    """
    return call(step, roster).people


def call(
    step: Step, roster: Roster, *, answered: Collection[PersonId] = (), turn: int | None = None
) -> Call:
    """Say whom a step calls, without those who `answered` already.

    With a `turn`, only the person whose turn it is. A step that tells only webhooks calls nobody,
    and nobody in its place.
    """
    named = _each_once([one for target in step.targets for one in _people(target, roster)])
    strangers = tuple(one.person for one in named if not _is_known(one.person, roster))
    found = [one for one in named if one.person not in strangers]
    if step.targets and all(isinstance(target, ToWebhook) for target in step.targets):
        return Call((), Skip.ONLY_WEBHOOKS)
    if not _count(found):
        found = _instead(roster)
    if not found:
        return Call((), Skip.NOBODY, strangers)
    asked = [one for one in found if one.person not in answered]
    if not _count(asked):
        return Call((), Skip.ANSWERED, strangers)
    if turn is not None:
        asked = _whose_turn(asked, turn)
    return Call(tuple(asked), None, strangers)


def last_resort(roster: Roster, *, answered: Collection[PersonId] = ()) -> tuple[Called, ...]:
    """Return the people told when the whole ladder was climbed in vain."""
    people = [one for one in roster.catch_all if one not in answered and _is_known(one, roster)]
    return tuple(_each_once([Called(person, Reason.NOBODY_ANSWERED) for person in people]))


def webhooks(step: Step) -> tuple[ToWebhook, ...]:
    """Return the other systems a step tells, each address once."""
    found = [target for target in step.targets if isinstance(target, ToWebhook)]
    return tuple({one.address: one for one in found}.values())


def _people(target: Target, roster: Roster) -> Iterator[Called]:
    match target:
        case ToSchedule() | ToNext() | ToPrevious():
            yield from _of_schedule(target, roster)
        case ToPerson(person=person):
            yield Called(person, Reason.NAMED)
        case ToCatchAll():
            yield from (Called(person, Reason.CATCH_ALL) for person in roster.catch_all)
        case ToTeam() | ToAnyOf():
            yield from _of_team(target, roster)
        case ToWebhook():
            return
        case _:
            assert_never(target)


def _of_schedule(target: ToSchedule | ToNext | ToPrevious, roster: Roster) -> Iterator[Called]:
    match target:
        case ToSchedule(schedule=schedule):
            yield from (Called(one.person, _why(one)) for one in roster.duties.get(schedule, ()))
        case ToNext(schedule=schedule):
            yield from (Called(one, Reason.NEXT) for one in roster.following.get(schedule, ()))
        case ToPrevious(schedule=schedule):
            yield from (Called(one, Reason.PREVIOUS) for one in roster.before.get(schedule, ()))


def _why(duty: Duty) -> Reason:
    match duty.because:
        case Because.ROTATION | Because.ADDED:
            return Reason.ON_CALL
        case Because.SHADOW:
            return Reason.SHADOW
        case _:
            return Reason.STANDING_IN


def _of_team(target: ToTeam | ToAnyOf, roster: Roster) -> Iterator[Called]:
    team = roster.teams.get(target.team)
    if team is None:
        return
    match target:
        case ToTeam(leads_only=True):
            yield from (Called(person, Reason.LEAD) for person in team.leads)
        case ToTeam():
            yield from (Called(person, Reason.MEMBER) for person in team.members)
        case ToAnyOf():
            there = [person for person in team.members if _is_known(person, roster)]
            if there:
                yield Called(there[roster.lot % len(there)], Reason.DRAWN)


def _instead(roster: Roster) -> list[Called]:
    """Find somebody where a step comes to nobody: the owning team's leads, else the last resort."""
    team = roster.teams.get(roster.owner) if roster.owner is not None else None
    leads = [one for one in (team.leads if team else ()) if _is_known(one, roster)]
    if leads:
        return _each_once([Called(lead, Reason.LEAD_INSTEAD) for lead in leads])
    last = [one for one in roster.catch_all if _is_known(one, roster)]
    return _each_once([Called(person, Reason.CATCH_ALL_INSTEAD) for person in last])


def _whose_turn(asked: Sequence[Called], turn: int) -> list[Called]:
    ring = [one for one in asked if one.reason is not Reason.SHADOW]
    return [ring[turn % len(ring)]]


def _count(found: Sequence[Called]) -> int:
    """Count those who must answer: who only shadows does not."""
    return sum(one.reason is not Reason.SHADOW for one in found)


def _is_known(person: PersonId, roster: Roster) -> bool:
    return roster.known is None or person in roster.known


def _each_once(found: Sequence[Called]) -> list[Called]:
    first: dict[PersonId, Called] = {}
    # Who is called for a reason of their own does not merely shadow.
    for one in sorted(found, key=lambda one: one.reason is Reason.SHADOW):
        first.setdefault(one.person, one)
    return list(first.values())
