"""How one person is told, as they see it themselves: contacts, rules, quiet hours, warnings."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fireline.core.escalation.readiness import Places, Told, Trouble, troubles_of
from fireline.core.escalation.rules import Urgency, rules_of
from fireline.core.oncall.addresses import OWN_CHANNELS, shown
from fireline.core.oncall.people import Contact, NotifyRule, Person
from fireline.core.plan.lengths import length_text
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import PersonId
from fireline.store import contacts as store
from fireline.store.contacts import ContactRow, ToldRow
from fireline.usecases.contacts import (
    as_said,
    carried_by,
    contacts_stream,
    person_of,
    plan_contact_id,
)
from fireline.usecases.transaction import Tx


@dataclass(frozen=True, slots=True)
class MessageView:
    """The last message to a contact: what it was, when, and how it stands."""

    about: str
    at: datetime
    state: str
    detail: str


@dataclass(frozen=True, slots=True)
class ContactView:
    """One contact, as its owner sees it.

    `by` are the channels it can be told by here; `in_rules` whether any of them is in a rule.
    """

    id: UUID
    channel: str
    by: tuple[str, ...]
    address: str
    label: str
    from_plan: bool
    verified: bool
    verified_at: datetime | None
    in_rules: bool
    last: MessageView | None


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule: the channel, the delay as plans write it, and why it leads nowhere if it does."""

    channel: str
    after: str
    idle: str = ""


@dataclass(frozen=True, slots=True)
class RulesView:
    """The rules of one urgency, and whether they are the person's own."""

    own: bool
    rules: tuple[RuleView, ...]


@dataclass(frozen=True, slots=True)
class QuietView:
    """Quiet hours, and whether they are the person's own; without times, there are none."""

    own: bool
    start: str
    end: str
    zone: str


@dataclass(frozen=True, slots=True)
class NotificationsView:
    """Everything about how one person is told.

    `addable` are the channels they may add a contact for here, `usable` those their rules may name,
    `calls_from` the number fireline calls from, and `topic` what to listen to for changes.
    """

    person: PersonId
    name: str
    contacts: tuple[ContactView, ...]
    urgent: RulesView
    calm: RulesView
    quiet: QuietView
    troubles: tuple[Trouble, ...]
    addable: tuple[str, ...]
    usable: tuple[str, ...]
    calls_from: str
    topic: str


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What one look at the rows gave."""

    said: Person
    added: Collection[ContactRow]
    last: Mapping[tuple[str, str], ToldRow]
    set_up: frozenset[str] | None


async def look(tx: Tx, plan: Plan, person: PersonId) -> NotificationsView:
    """Say how a person is told: contacts, rules, quiet hours, and what is wrong with them."""
    planned = person_of(plan, person)
    said = (await as_said(tx, plan, [person])).get(person, planned)
    added = await store.of_people(tx.db, [person])
    rows = await store.channels(tx.db)
    told = await store.last_told(tx.db, [person])
    set_up = frozenset(row.name for row in rows) if rows else None
    sheet = _Sheet(said, added, {(row.channel, row.recipient): row for row in told}, set_up)
    own = {row.urgency for row in await store.rules_of(tx.db, [person])}
    quiet = await store.quiet_of(tx.db, [person])
    return NotificationsView(
        person=person,
        name=said.name,
        contacts=_contacts(sheet, planned),
        urgent=_rules(sheet, Urgency.URGENT, own),
        calm=_rules(sheet, Urgency.CALM, own),
        quiet=_quiet(said, own=bool(quiet)),
        troubles=troubles_of(
            said, set_up=set_up, places=places_of(told, added, [person])[person], now=tx.now
        ),
        addable=tuple(each for each in OWN_CHANNELS if _able(set_up, each)),
        usable=_usable(said),
        calls_from=next((row.calls_from for row in rows if row.calls_from), ""),
        topic=str(contacts_stream(person)),
    )


def places_of(
    told: Collection[ToldRow], added: Collection[ContactRow], people: Collection[PersonId]
) -> Mapping[PersonId, Places]:
    """Say of each place of each person when something last got through, and what failed since.

    Verifying a contact shows that messages arrive there, on whichever channel brought the code.
    """
    found: dict[PersonId, dict[tuple[str, str], Told]] = {person: {} for person in people}
    for row in added:
        for channel in carried_by(row.channel):
            found[PersonId(row.person)][channel, row.address] = Told(row.verified_at)
    for row in told:
        of_person = found[PersonId(row.person)]
        place = (row.channel, row.recipient)
        known = of_person[place].confirmed_at if place in of_person else None
        arrived = max(filter(None, (row.delivered_at, known)), default=None)
        failed = row.refused_at is not None and (arrived is None or row.refused_at > arrived)
        of_person[place] = Told(arrived, row.detail if failed else None)
    return found


def _contacts(sheet: _Sheet, planned: Person) -> tuple[ContactView, ...]:
    of_plan = (
        _view(sheet, contact, (plan_contact_id(planned.id, contact), None))
        for contact in planned.contacts
    )
    kept = {(contact.channel, contact.address) for contact in planned.contacts}
    own = (
        _view(sheet, Contact(row.channel, row.address, row.label), (row.id, row))
        for row in sheet.added
        if (row.channel, row.address) not in kept
    )
    return (*of_plan, *own)


def _view(sheet: _Sheet, contact: Contact, named: tuple[UUID, ContactRow | None]) -> ContactView:
    id_, row = named
    told = [
        sheet.last[channel, contact.address]
        for channel in carried_by(contact.channel)
        if (channel, contact.address) in sheet.last
    ]
    newest = max(told, key=lambda one: one.wished_at, default=None)
    return ContactView(
        id=id_,
        channel=contact.channel,
        by=_able(sheet.set_up, contact.channel),
        address=shown(contact.channel, contact.address),
        label=contact.label,
        from_plan=row is None,
        verified=row is None or row.verified_at is not None,
        verified_at=row.verified_at if row else None,
        in_rules=any(
            rule.channel in carried_by(contact.channel)
            for urgency in Urgency
            for rule in rules_of(sheet.said, urgency)
        ),
        last=_message(newest) if newest else None,
    )


def _message(row: ToldRow) -> MessageView:
    # What waits after an attempt was tried and did not go through.
    state = row.outcome if row.state == "waiting" and row.outcome else row.state
    detail = row.detail if state != "delivered" else ""
    return MessageView(
        row.about_kind, row.wished_at, state, f"{row.channel}: {detail}".rstrip(": ")
    )


def _rules(sheet: _Sheet, urgency: Urgency, own: Collection[str]) -> RulesView:
    rules = rules_of(sheet.said, urgency)
    return RulesView(urgency in own, tuple(_rule(sheet, rule) for rule in rules))


def _rule(sheet: _Sheet, rule: NotifyRule) -> RuleView:
    idle = ""
    if not sheet.said.addresses(rule.channel):
        idle = "no verified address"
    elif sheet.set_up is not None and rule.channel not in sheet.set_up:
        idle = "not set up here"
    return RuleView(rule.channel, length_text(rule.after), idle)


def _quiet(said: Person, *, own: bool) -> QuietView:
    if said.quiet is None:
        return QuietView(own, "", "", said.zone.key)
    quiet = said.quiet
    return QuietView(own, f"{quiet.start:%H:%M}", f"{quiet.end:%H:%M}", quiet.zone.key)


def _able(set_up: frozenset[str] | None, carrier: str) -> tuple[str, ...]:
    return tuple(each for each in carried_by(carrier) if set_up is None or each in set_up)


def _usable(said: Person) -> tuple[str, ...]:
    carriers = dict.fromkeys(contact.channel for contact in said.contacts)
    channels = (channel for carrier in carriers for channel in carried_by(carrier))
    return tuple(channel for channel in channels if said.addresses(channel))
