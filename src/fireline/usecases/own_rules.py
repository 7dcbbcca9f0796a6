"""A person's own rules and quiet hours, which replace the plan's until they are given back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from fireline.core.escalation.channels import CHANNELS
from fireline.core.escalation.rules import Urgency
from fireline.core.oncall.people import CARRIED_BY, NotifyRule, Person
from fireline.core.oncall.quiet import QuietHours
from fireline.core.plan.lengths import length_from
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor
from fireline.core.values.ids import PersonId
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import contacts as store
from fireline.store.contacts import QuietRow
from fireline.usecases.contacts import as_said, person_of, say
from fireline.usecases.transaction import Tx

MAX_RULES = 10
LONGEST_DELAY = timedelta(hours=24)


class RuleUnclear(Refusal):
    """A rule cannot be followed as it stands."""

    kind = Kind.INVALID
    code = "rule.unclear"


class QuietUnclear(Refusal):
    """Quiet hours need two different times and a zone."""

    kind = Kind.INVALID
    code = "quiet.unclear"


@dataclass(frozen=True, slots=True)
class WantedQuiet:
    """Quiet hours as they were typed; the zone is the person's own where none is named."""

    start: str
    end: str
    zone: str = ""


async def set_rules(
    tx: Tx,
    plan: Plan,
    person: PersonId,
    wanted: tuple[Urgency, Sequence[NotifyRule]],
    *,
    by: Actor,
) -> None:
    """Give a person rules of their own for one urgency; with none, the plan's hold again."""
    planned = person_of(plan, person)
    said = (await as_said(tx, plan, [person])).get(person, planned)
    urgency, rules = wanted
    for rule in rules:
        _refuse_unclear(said, rule)
    if len(rules) > MAX_RULES:
        msg = f"One urgency has {MAX_RULES} rules at most."
        raise RuleUnclear(msg)
    ordered = sorted(rules, key=lambda rule: rule.after)
    await store.set_rules(tx.db, person, urgency, ordered, now=tx.now)
    whose = "rules of their own" if rules else "the plan's rules again"
    text = f"{planned.name} has {whose} for {urgency} pages"
    body = {"urgency": urgency.value, "rules": len(rules), "text": text}
    await say(tx, person, "rules.set", body, by=by)


async def set_quiet(
    tx: Tx, plan: Plan, person: PersonId, wanted: WantedQuiet | None, *, by: Actor
) -> None:
    """Give a person quiet hours of their own; `None` is none at all, whatever the plan says."""
    planned = person_of(plan, person)
    row = QuietRow(person, None, None, None)
    if wanted is not None:
        quiet = _quiet(planned, wanted)
        row = QuietRow(person, quiet.start, quiet.end, quiet.zone.key)
    await store.set_quiet(tx.db, row, now=tx.now)
    text = f"{planned.name} has {'other' if wanted else 'no'} quiet hours"
    await say(tx, person, "quiet.set", {"text": text}, by=by)


async def quiet_of_the_plan(tx: Tx, plan: Plan, person: PersonId, *, by: Actor) -> None:
    """Let the plan's quiet hours hold again for a person."""
    planned = person_of(plan, person)
    await store.drop_quiet(tx.db, person)
    text = f"{planned.name} has the plan's quiet hours again"
    await say(tx, person, "quiet.set", {"text": text}, by=by)


def rule_from(channel: str, after: str) -> NotifyRule:
    """Read a rule as it is written: a channel, and a delay such as `2m`."""
    try:
        return NotifyRule(channel.strip(), length_from(after.strip() or "0s"))
    except ValueError as wrong:
        msg = f"{channel[:40]}: {wrong}."
        raise RuleUnclear(msg) from None


def _refuse_unclear(said: Person, rule: NotifyRule) -> None:
    if rule.channel not in CHANNELS:
        msg = f"There is no channel {rule.channel[:40]!r}."
        raise RuleUnclear(msg, hint=f"Channels: {', '.join(CHANNELS)}.")
    if rule.after > LONGEST_DELAY:
        msg = f"{rule.channel} after more than a day is too late for anything."
        raise RuleUnclear(msg, hint="A delay is 24h at most.")
    if not said.addresses(rule.channel):
        carrier = CARRIED_BY.get(rule.channel, rule.channel)
        waiting = any(contact.channel == carrier for contact in said.contacts)
        lacks = "not verified yet" if waiting else "not among the contacts"
        msg = f"{rule.channel}: a {carrier} of {said.name} is {lacks}."
        raise RuleUnclear(msg, hint=f"Add and verify a {carrier} first.")


def _quiet(person: Person, wanted: WantedQuiet) -> QuietHours:
    try:
        start, end = time.fromisoformat(wanted.start), time.fromisoformat(wanted.end)
    except ValueError:
        msg = "Quiet hours need two times of day."
        raise QuietUnclear(msg, hint="Write them as 22:00 and 07:00.") from None
    if start == end or start.tzinfo is not None or end.tzinfo is not None:
        msg = "Quiet hours begin and end at two different times of day."
        raise QuietUnclear(msg, hint="Write them as 22:00 and 07:00, and the zone beside.")
    return QuietHours(start, end, _zone(wanted.zone) if wanted.zone else person.zone)


def _zone(said: str) -> ZoneInfo:
    try:
        if said != "localtime":
            return ZoneInfo(said)
    except (KeyError, OSError, ValueError):
        pass
    msg = f"There is no time zone {said[:60]!r}."
    raise QuietUnclear(msg, hint="Name one such as Europe/Berlin or UTC.")
