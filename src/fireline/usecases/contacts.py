"""Where people are reached: what the plan says, with what they added themselves laid over it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from fireline.core.escalation.rules import NO_RULE, Urgency, tellings
from fireline.core.oncall.addresses import OWN_CHANNELS, address_from
from fireline.core.oncall.people import CARRIED_BY, Contact, Person
from fireline.core.oncall.quiet import QuietHours
from fireline.core.plan.plan import Plan
from fireline.core.timeline.fact import Stream
from fireline.core.values.actor import Actor, Machine
from fireline.core.values.ids import PersonId
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import contacts as store
from fireline.store.contacts import ContactRow
from fireline.usecases.facts import record
from fireline.usecases.oncall import PersonNotFound
from fireline.usecases.transaction import Tx

# What messages about contacts are about, and the kind of timeline they are written on.
CONTACT = "contact"
MAX_CONTACTS = 10
MAX_LABEL = 80
_SENDER = Machine("sender")
# A drill's people have mailboxes and phones of the lab, and nothing that could ring a real one.
_IN_DRILL = frozenset({"email", "webhook"})
_PEOPLE = UUID("5f0c1c2e-9d34-4c02-8a1b-3a6f0f5be2d1")


class ContactNotFound(Refusal):
    """The person has no such contact. Nobody learns here whether somebody else has it."""

    kind = Kind.NOT_FOUND
    code = "contact.not_found"


class ContactUnclear(Refusal):
    """What was given is no address of its kind."""

    kind = Kind.INVALID
    code = "contact.unclear"


class TooManyContacts(Refusal):
    """There is a limit to how many places one person is reached at."""

    kind = Kind.CONFLICT
    code = "contact.too_many"


class LastForUrgent(Refusal):
    """Without this contact no urgent rule of its person can be followed."""

    kind = Kind.CONFLICT
    code = "contact.last_for_urgent"


class ChannelNotSetUp(Refusal):
    """This fireline was started without what the channel needs."""

    kind = Kind.CONFLICT
    code = "channel.not_set_up"


class FromThePlan(Refusal):
    """What the plan says is changed in the plan."""

    kind = Kind.CONFLICT
    code = "contact.from_the_plan"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A contact to add: what it carries, its address as it was typed, and a name for it."""

    channel: str
    address: str
    label: str = ""


async def reachable(
    tx: Tx, plan: Plan, person: PersonId, *, in_drill: bool = False
) -> Person | None:
    """Return a person of the plan with their own contacts, rules and quiet hours laid over it.

    Contacts on channels that are not set up are left out, as long as others remain: what can be
    followed of the rules is then followed without waiting for what cannot. A drill has e-mail and
    webhooks alone. `None`: the plan has no such person.
    """
    planned = plan.people.get(person)
    return await laid_over(tx, planned, in_drill=in_drill) if planned else None


async def laid_over(tx: Tx, person: Person, *, in_drill: bool = False) -> Person:
    """Return somebody the plan is known to have, as `reachable` does."""
    said = (await _with_rows(tx, {person.id: person}))[person.id]
    rows = () if in_drill else await store.channels(tx.db)
    return _on_channels(said, _IN_DRILL if in_drill else {row.name for row in rows})


async def as_said(tx: Tx, plan: Plan, people: Collection[PersonId]) -> Mapping[PersonId, Person]:
    """Return those of some people the plan has, with what they said, whatever is set up."""
    return await _with_rows(tx, {id_: plan.people[id_] for id_ in people if id_ in plan.people})


async def _with_rows(tx: Tx, known: Mapping[PersonId, Person]) -> Mapping[PersonId, Person]:
    if not known:
        return {}
    added = await store.of_people(tx.db, known)
    rules = await store.rules_of(tx.db, known)
    quiet = {row.person: row for row in await store.quiet_of(tx.db, known)}
    found: dict[PersonId, Person] = {}
    for id_, person in known.items():
        own = {
            urgency: tuple(
                row.value for row in rules if row.person == id_ and row.urgency == urgency
            )
            for urgency in Urgency
        }
        found[id_] = replace(
            person,
            contacts=_together(person, [row for row in added if row.person == id_]),
            urgent=own[Urgency.URGENT] or person.urgent,
            calm=own[Urgency.CALM] or person.calm,
            quiet=_quiet(quiet[id_]) if id_ in quiet else person.quiet,
        )
    return found


async def add_contact(
    tx: Tx, plan: Plan, person: PersonId, wanted: Wanted, *, by: Actor
) -> ContactRow:
    """Add a contact to a person. It is used once they typed a code that was sent there."""
    said = person_of(plan, person)
    try:
        address = address_from(wanted.channel, wanted.address)
    except ValueError as wrong:
        msg = f"{wanted.channel or 'The channel'}: {wrong}."
        raise ContactUnclear(msg, hint=f"Channels: {', '.join(OWN_CHANNELS)}.") from None
    _refuse_unsuitable(said, wanted.channel, address)
    await refuse_not_set_up(tx, wanted.channel)
    if len(await store.of_people(tx.db, [person])) >= MAX_CONTACTS:
        msg = f"{said.name} has {MAX_CONTACTS} contacts already."
        raise TooManyContacts(msg, hint="Remove one that is not used any more.")
    label = _label(wanted.label)
    new = store.New(tx.ids.fresh(), person, wanted.channel, address, label, by.name)
    added = await store.add(tx.db, new, now=tx.now)
    if added.fresh:
        text = f"{said.name} is to be reached by another {wanted.channel}"
        await say(tx, person, "contact.added", _about(new.id, wanted.channel, text), by=by)
    return await contact_of(tx, person, added.id)


async def rename_contact(tx: Tx, person: PersonId, contact: UUID, label: str, *, by: Actor) -> None:
    """Give a contact another name."""
    row = await contact_of(tx, person, contact)
    await store.rename(tx.db, row.id, _label(label))
    text = f"A {row.channel} of {person} has another name"
    await say(tx, person, "contact.renamed", _about(row.id, row.channel, text), by=by)


async def remove_contact(
    tx: Tx, plan: Plan, person: PersonId, contact: UUID, *, anyway: bool = False, by: Actor
) -> None:
    """Take a contact away. One that the urgent rules cannot do without takes `anyway`."""
    row = await contact_of(tx, person, contact)
    if not anyway:
        said = (await as_said(tx, plan, [person])).get(person)
        if said is not None and _is_last_for_urgent(said, row):
            msg = f"Without this {row.channel}, no urgent rule of {said.name} can be followed."
            raise LastForUrgent(msg, hint="Add another first, or say that you mean it: anyway.")
    await store.remove(tx.db, row.id, by=by.name, now=tx.now)
    text = f"{person} is not reached by a {row.channel} any more"
    await say(tx, person, "contact.removed", _about(row.id, row.channel, text), by=by)


async def forget_gone(tx: Tx, person: PersonId, channel: str, address: str) -> None:
    """Take away a contact that is no more, such as a browser that unsubscribed. Urgent or not."""
    for row in await store.of_people(tx.db, [person]):
        if (row.channel, row.address) == (channel, address):
            await store.remove(tx.db, row.id, by=_SENDER.name, now=tx.now)
            text = f"A {channel} of {person} is gone, and was taken away"
            await say(tx, person, "contact.gone", _about(row.id, channel, text), by=_SENDER)


async def contact_of(tx: Tx, person: PersonId, contact: UUID) -> ContactRow:
    """Return one contact the person added, held for this transaction. Refused: they have none."""
    row = await store.get(tx.db, contact, person=person)
    if row is None:
        msg = "There is no such contact."
        raise ContactNotFound(msg, hint="`fireline contacts list` shows those there are.")
    return row


def person_of(plan: Plan, person: PersonId) -> Person:
    """Return a person as the plan has them."""
    found = plan.people.get(person)
    if found is None:
        msg = f"The plan has no person {person}."
        raise PersonNotFound(msg, hint="Name somebody of people.yaml.")
    return found


async def refuse_not_set_up(tx: Tx, carrier: str) -> None:
    """Refuse what no channel that is set up can carry. Where nothing was said, all are."""
    names = {row.name for row in await store.channels(tx.db)}
    if names and not names.intersection(carried_by(carrier)):
        msg = f"No channel for a {carrier} is set up on this fireline."
        raise ChannelNotSetUp(msg, hint=f"Set up here: {', '.join(sorted(names))}.")


async def say_channels(tx: Tx, names: Mapping[str, str]) -> None:
    """Write down which channels fireline was started with, and the number each calls from."""
    await store.say_channels(tx.db, names, now=tx.now)


def carried_by(carrier: str) -> tuple[str, ...]:
    """Return the channels a contact carries: a phone both of its own, anything else itself."""
    return tuple(name for name, by in CARRIED_BY.items() if by == carrier) or (carrier,)


def contacts_stream(person: PersonId) -> Stream:
    """Name the timeline of a person's contacts; pages that show them listen to it."""
    return Stream(CONTACT, uuid5(_PEOPLE, person))


def plan_contact_id(person: PersonId, contact: Contact) -> UUID:
    """Name a contact of the plan, which has no row: the same address has the same id for ever."""
    return uuid5(_PEOPLE, f"{person}\n{contact.channel}\n{contact.address}")


async def say(tx: Tx, person: PersonId, kind: str, body: JsonObject, *, by: Actor) -> None:
    """Write a fact about a person's contacts; pages that show them look again."""
    await record(tx, contacts_stream(person), kind, by=by, body={"person": person, **body})


def _about(contact: UUID, channel: str, text: str) -> JsonObject:
    # Never the address: facts are kept for good, and read by everybody.
    return {"contact": str(contact), "channel": channel, "text": text}


def _refuse_unsuitable(said: Person, channel: str, address: str) -> None:
    if any(one.channel == channel and one.address == address for one in said.contacts):
        msg = f"The plan says that address of {said.name} already."
        raise FromThePlan(msg, hint="It needs no code: send a test.")


def _label(typed: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in typed).split())[:MAX_LABEL]


def _together(person: Person, added: Collection[ContactRow]) -> tuple[Contact, ...]:
    planned = {(contact.channel, contact.address) for contact in person.contacts}
    own = (
        Contact(row.channel, row.address, row.label, verified=row.verified_at is not None)
        for row in added
        if (row.channel, row.address) not in planned
    )
    return (*person.contacts, *own)


def _quiet(row: store.QuietRow) -> QuietHours | None:
    if row.starts is None or row.ends is None or row.zone is None:
        return None
    return QuietHours(row.starts, row.ends, ZoneInfo(row.zone))


def _on_channels(person: Person, names: Collection[str]) -> Person:
    kept = tuple(
        replace(contact, channel=channel)
        for contact in person.contacts
        for channel in carried_by(contact.channel)
        if channel in names
    )
    # With nothing left, a message that fails and says why is better than none.
    return replace(person, contacts=kept) if any(one.verified for one in kept) else person


def _is_last_for_urgent(said: Person, row: ContactRow) -> bool:
    if row.verified_at is None:
        return False
    place = (row.channel, row.address)
    left = tuple(one for one in said.contacts if (one.channel, one.address) != place)
    before = {telling.rule for telling in tellings(said, Priority.P1)}
    after = {telling.rule for telling in tellings(replace(said, contacts=left), Priority.P1)}
    return before != {NO_RULE} and after <= {NO_RULE}
