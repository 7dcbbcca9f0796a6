"""What the plan says of people, teams and the pager must hold together."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from fireline.core.oncall.coverage import gaps
from fireline.core.plan.building import person_from, schedule_from
from fireline.core.plan.document import Loc
from fireline.core.plan.files import EscalationFile, PeopleFile, PlanFile, ScheduleFile, TeamFile
from fireline.core.plan.mistakes import Code, Mistake
from fireline.core.plan.reading import Draft, Read
from fireline.core.values.time import Span

COVERED_AHEAD = timedelta(days=90)


def people_mistakes(draft: Draft, now: datetime) -> Iterator[Mistake]:
    """Find personal rules without an address, leads outside their team, doubles, and gaps."""
    yield from _without_address(draft)
    for team in draft.every(TeamFile):
        yield from _of_team(team)
    plan = draft.one("plan.yaml", PlanFile)
    if plan is not None:
        yield from _doubles(plan, ("catch_all",), plan.words.catch_all)
    for escalation in draft.every(EscalationFile):
        for place, step in enumerate(escalation.words.steps):
            yield from _doubles(escalation, ("steps", place, "notify"), step.notify)
    for schedule in draft.every(ScheduleFile):
        yield from _uncovered(schedule, now)


def _without_address(draft: Draft) -> Iterator[Mistake]:
    people = draft.one("people.yaml", PeopleFile)
    if people is None:
        return
    for id_, said in people.words.root.items():
        person = person_from(id_, said)
        for use, rules in (("urgent", person.urgent), ("calm", person.calm)):
            for place, rule in enumerate(rules):
                if person.address(rule.channel) is None:
                    says = f"{id_} is told by {rule.channel} and has no {rule.channel} address"
                    fix = f"add `{rule.channel}:` to {id_}, or use another channel"
                    loc = (id_, use, place)
                    yield people.wrong(loc, Code.PERSON_NO_ADDRESS, says, fix)


def _of_team(team: Read[TeamFile]) -> Iterator[Mistake]:
    yield from _doubles(team, ("members",), team.words.members)
    for place, lead in enumerate(team.words.leads):
        if lead not in team.words.members:
            says = f"`{lead}` leads the team and is not a member"
            fix = f"add `{lead}` to members"
            yield team.wrong(("leads", place), Code.TEAM_LEAD_NOT_MEMBER, says, fix)


def _doubles(
    read: Read[TeamFile] | Read[PlanFile] | Read[EscalationFile], loc: Loc, names: Sequence[str]
) -> Iterator[Mistake]:
    for place, name in enumerate(names):
        if name in names[:place]:
            says = f"`{name}` stands in `{loc[-1]}` twice"
            yield read.wrong((*loc, place), Code.DUPLICATE_ENTRY, says, "keep one")


def _uncovered(read: Read[ScheduleFile], now: datetime) -> Iterator[Mistake]:
    """Find when nobody would be on call; one mistake for a schedule, however many gaps."""
    span = Span(now, now + COVERED_AHEAD)
    found = gaps(schedule_from(read.id, read.words), span)
    if not found:
        return
    first, more = found[0], len(found) - 1
    says = f"nobody is on call from {_moment(first.start)} to {_moment(first.end)}"
    if more:
        says += f", nor in {more} more gap{'s' if more > 1 else ''} in the next 90 days"
    fix = "let a layer without hours lie below the others"
    yield read.wrong(("layers",), Code.SCHEDULE_GAP, says, fix)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
