"""What the plan says of people, teams and the pager must hold together."""

from collections.abc import Iterator, Sequence

from fireline.core.oncall.people import CARRIED_BY
from fireline.core.plan.building import person_from
from fireline.core.plan.document import Loc
from fireline.core.plan.files import EscalationFile, PeopleFile, PlanFile, TeamFile
from fireline.core.plan.mistakes import Code, Mistake
from fireline.core.plan.reading import Draft, Read

# A browser subscribes by itself: no plan can hold its address, so a plan may count on it beside
# something else.
PUSH = "push"


def people_mistakes(draft: Draft) -> Iterator[Mistake]:
    """Find personal rules without an address, leads outside their team, and doubles."""
    yield from _without_address(draft)
    for team in draft.every(TeamFile):
        yield from _of_team(team)
    plan = draft.one("plan.yaml", PlanFile)
    if plan is not None:
        yield from _doubles(plan, ("catch_all",), plan.words.catch_all)
    for escalation in draft.every(EscalationFile):
        for place, step in enumerate(escalation.words.steps):
            yield from _doubles(escalation, ("steps", place, "notify"), step.notify)


def _without_address(draft: Draft) -> Iterator[Mistake]:
    people = draft.one("people.yaml", PeopleFile)
    if people is None:
        return
    for id_, said in people.words.root.items():
        person = person_from(id_, said)
        for use, rules in (("urgent", person.urgent), ("calm", person.calm)):
            told = any(person.addresses(rule.channel) for rule in rules)
            for place, rule in enumerate(rules):
                if not person.addresses(rule.channel) and not (rule.channel == PUSH and told):
                    says, fix = _lacks(id_, rule.channel)
                    yield people.wrong((id_, use, place), Code.PERSON_NO_ADDRESS, says, fix)


def _lacks(id_: str, channel: str) -> tuple[str, str]:
    if channel == PUSH:
        says = f"{id_} is told by {PUSH} alone, which each person sets up in their browser"
        return says, "add a rule for a channel that the plan has an address for"
    says = f"{id_} is told by {channel} and has no {channel} address"
    return says, f"add `{CARRIED_BY.get(channel, channel)}:` to {id_}, or use another channel"


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
