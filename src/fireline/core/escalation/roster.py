"""Who a step of a policy means at this moment. Never nobody, if there is anybody at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from fireline.core.escalation.policy import (
    Step,
    Target,
    ToCatchAll,
    ToPerson,
    ToSchedule,
    ToTeam,
)
from fireline.core.oncall.duty import Because, Duty
from fireline.core.oncall.people import Team
from fireline.core.values.ids import PersonId, ScheduleId, TeamId


class Reason(StrEnum):
    """Why somebody is paged. Stored with the page and shown to people."""

    ON_CALL = "on call"
    STANDING_IN = "standing in for the person on call"
    MEMBER = "member of the team"
    LEAD = "lead of the team"
    NAMED = "named by the policy"
    CATCH_ALL = "person of last resort"
    LEAD_INSTEAD = "nobody was on call, so the leads of the owning team"
    CATCH_ALL_INSTEAD = "nobody was on call and the team has no leads, so the last resort"
    NOBODY_ANSWERED = "nobody answered on any step, so the last resort"


@dataclass(frozen=True, slots=True)
class Roster:
    """What is known, at one moment, about who can be reached.

    `duties` answers "who is on call?" for each schedule; `owner` is the team that owns the alert.
    """

    duties: Mapping[ScheduleId, Duty | None]
    teams: Mapping[TeamId, Team]
    catch_all: tuple[PersonId, ...]
    owner: TeamId | None


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody a step calls, and why."""

    person: PersonId
    reason: Reason


def called(step: Step, roster: Roster) -> tuple[Called, ...]:
    """Return the people a step calls, each once, with the first reason that names them.

    When its targets come to nobody, the leads of the owning team are called instead, and when there
    are none, the people of last resort.
    """
    found = [one for target in step.targets for one in _people(target, roster)]
    if not found:
        found = [Called(lead, Reason.LEAD_INSTEAD) for lead in _leads(roster)]
    if not found:
        found = [Called(person, Reason.CATCH_ALL_INSTEAD) for person in roster.catch_all]
    return _each_once(found)


def last_resort(roster: Roster) -> tuple[Called, ...]:
    """Return the people told when the whole ladder was climbed in vain."""
    return _each_once([Called(person, Reason.NOBODY_ANSWERED) for person in roster.catch_all])


def _people(target: Target, roster: Roster) -> Iterator[Called]:
    match target:
        case ToSchedule(schedule=schedule):
            duty = roster.duties.get(schedule)
            if duty is not None:
                standing_in = duty.because is Because.OVERRIDE
                yield Called(duty.person, Reason.STANDING_IN if standing_in else Reason.ON_CALL)
        case ToTeam(team=team, leads_only=leads_only):
            yield from _of_team(roster.teams.get(team), leads_only=leads_only)
        case ToPerson(person=person):
            yield Called(person, Reason.NAMED)
        case ToCatchAll():
            yield from (Called(person, Reason.CATCH_ALL) for person in roster.catch_all)
        case _:
            assert_never(target)


def _of_team(team: Team | None, *, leads_only: bool) -> Iterator[Called]:
    if team is None:
        return
    if leads_only:
        yield from (Called(person, Reason.LEAD) for person in team.leads)
    else:
        yield from (Called(person, Reason.MEMBER) for person in team.members)


def _leads(roster: Roster) -> tuple[PersonId, ...]:
    team = roster.teams.get(roster.owner) if roster.owner is not None else None
    return team.leads if team is not None else ()


def _each_once(found: list[Called]) -> tuple[Called, ...]:
    first: dict[PersonId, Called] = {}
    for one in found:
        first.setdefault(one.person, one)
    return tuple(first.values())
