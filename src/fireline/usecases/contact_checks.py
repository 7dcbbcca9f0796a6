"""Send something to a contact: a code that verifies it, or a test.

A code is made for each attempt to send it and only its fingerprint is kept, so nobody reads one
from the outbox. Who may type it is the person whose contact it is, few times and soon.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from fireline.core.access.codes import (
    CODE_LASTS,
    MAX_TRIES,
    code_fingerprint,
    code_from,
    is_code,
)
from fireline.core.escalation.channels import Form, form_of
from fireline.core.escalation.wording import Note, note_for
from fireline.core.oncall.people import Contact, Person
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor
from fireline.core.values.ids import PersonId
from fireline.core.values.json import JsonValue
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import contacts as store
from fireline.store import outbox
from fireline.usecases.contacts import (
    CONTACT,
    ChannelNotSetUp,
    ContactNotFound,
    as_said,
    carried_by,
    contact_of,
    contacts_stream,
    person_of,
    plan_contact_id,
    say,
)
from fireline.usecases.transaction import Tx

# What stands in a wished message until an attempt is made; letters and digits pass every wording.
_CODE = "SIXDIGITCODE"
COUNTED = timedelta(hours=1)
# Texts and calls cost money, and wake whoever has the number.
MAX_BY_PERSON = 20
MAX_TO_ADDRESS = 6


class TooManyMessages(Refusal):
    """Codes and tests are few an hour."""

    kind = Kind.CONFLICT
    code = "contact.too_many_messages"


class AlreadyVerified(Refusal):
    """The contact needs no code any more."""

    kind = Kind.CONFLICT
    code = "contact.already_verified"


class CodeRefused(Refusal):
    """What was typed does not verify the contact."""

    kind = Kind.INVALID
    code = "contact.code_refused"


class ChannelNotCarried(Refusal):
    """The contact is not for that channel."""

    kind = Kind.INVALID
    code = "contact.channel_not_carried"


@dataclass(frozen=True, slots=True)
class _Place:
    """One contact of a person on the channel a message takes there."""

    person: Person
    channel: str
    address: str


async def send_code(
    tx: Tx, plan: Plan, person: PersonId, contact: UUID, *, channel: str = "", by: Actor
) -> str:
    """Send a new code to a contact; codes sent before no longer count. Return the channel used."""
    row = await contact_of(tx, person, contact)
    if row.verified_at is not None:
        msg = f"That {row.channel} is verified already."
        raise AlreadyVerified(msg, hint="Send a test instead.")
    to = Contact(row.channel, row.address)
    place = await _place(tx, person_of(plan, person), to, channel)
    check = tx.ids.fresh()
    await store.ask(tx.db, check, row.id, now=tx.now)
    letter = (
        f"Your code is {_CODE}.\n\nType it on the Notifications page, or: fireline contacts"
        f" verify {row.id} CODE\n\nIt works for ten minutes. If you did not ask for it, somebody"
        " typed your address by mistake: do nothing.\n"
    )
    note = Note("code", f"Your fireline code is {_CODE}", letter, {"code": _CODE})
    await _wish(tx, check, place, note)
    text = f"A code was sent to a {row.channel} of {person}"
    await say(tx, person, "contact.code_asked", {"contact": str(row.id), "text": text}, by=by)
    return place.channel


async def with_code(tx: Tx, wished: outbox.OutboxRow) -> outbox.OutboxRow:
    """Return a message about a contact as this attempt sends it, with a code if it brings one."""
    if wished.about_kind != CONTACT or not await store.is_check(tx.db, wished.id):
        return wished
    code = code_from(tx.ids.token())
    await store.add_code(tx.db, wished.id, code_fingerprint(wished.id, code), now=tx.now)
    written = ", ".join(code) if form_of(wished.channel) is Form.SPOKEN else code
    return replace(
        wished,
        subject=wished.subject.replace(_CODE, code),
        body=wished.body.replace(_CODE, written),
    )


async def verify_contact(
    tx: Tx, person: PersonId, contact: UUID, typed: str, *, by: Actor
) -> CodeRefused | None:
    """Verify a contact by the code that was sent there.

    A wrong code is returned, not raised: the caller commits first, so that the try is counted.
    """
    row = await contact_of(tx, person, contact)
    check = await store.last_check(tx.db, row.id)
    if check is None or check.used_at is not None:
        return CodeRefused("No code is waiting to be typed.", hint="Have one sent.")
    if check.tries >= MAX_TRIES:
        msg = "That was tried too often; the code no longer works."
        return CodeRefused(msg, hint="Have a new one sent.")
    await store.tried(tx.db, check.id)
    codes = await store.codes(tx.db, check.id, since=tx.now - CODE_LASTS)
    if not any(is_code(check.id, typed, each.fingerprint) for each in codes):
        left = MAX_TRIES - check.tries - 1
        msg = "That is not the code." if codes else "No code sent there works any more."
        hint = f"{left} more tries." if codes and left else "Have a new one sent."
        return CodeRefused(msg, hint=hint)
    await store.use_check(tx.db, check.id, now=tx.now)
    await store.verify(tx.db, row.id, now=tx.now)
    text = f"A {row.channel} of {person} is verified"
    await say(tx, person, "contact.verified", {"contact": str(row.id), "text": text}, by=by)
    return None


async def send_test(
    tx: Tx, plan: Plan, person: PersonId, contact: UUID, *, channel: str = "", by: Actor
) -> str:
    """Send a test to one contact, of the plan or their own. Return the channel it takes."""
    said = (await as_said(tx, plan, [person])).get(person) or person_of(plan, person)
    place = await _place(tx, said, await _contact(tx, plan, person, contact), channel)
    letter = (
        f"This is a test, {said.name}: pages reach you here by {place.channel}.\n\n"
        f"It was sent at {tx.now:%Y-%m-%d %H:%M:%S} UTC by {by.name}. There is nothing to do.\n"
    )
    wish = tx.ids.fresh()
    await _wish(tx, wish, place, Note("test", f"Fireline test for {said.name}", letter))
    text = f"{by.name} sends {person} a test by {place.channel}"
    body: dict[str, JsonValue] = {"contact": str(contact), "channel": place.channel, "text": text}
    await say(tx, person, "contact.tested", body, by=by)
    return place.channel


async def _contact(tx: Tx, plan: Plan, person: PersonId, contact: UUID) -> Contact:
    for planned in person_of(plan, person).contacts:
        if plan_contact_id(person, planned) == contact:
            return planned
    row = await contact_of(tx, person, contact)
    if row.verified_at is None:
        msg = f"That {row.channel} is not verified."
        raise ContactNotFound(msg, hint="Type the code that was sent there; that tests it too.")
    return Contact(row.channel, row.address)


async def _place(tx: Tx, person: Person, contact: Contact, channel: str) -> _Place:
    """Choose the channel a message to a contact takes: the one asked for, or the first set up."""
    able = carried_by(contact.channel)
    if channel and channel not in able:
        msg = f"A {contact.channel} is reached by {' or '.join(able)}, not by {channel}."
        raise ChannelNotCarried(msg)
    names = {row.name for row in await store.channels(tx.db)}
    asked = (channel,) if channel else able
    used = next((name for name in asked if name in names or not names), None)
    if used is None:
        msg = f"{' and '.join(asked)}: not set up on this fireline."
        raise ChannelNotSetUp(msg, hint=f"Set up here: {', '.join(sorted(names))}.")
    return _Place(person, used, contact.address)


async def _wish(tx: Tx, wish: UUID, place: _Place, note: Note) -> None:
    since = tx.now - COUNTED
    sent = await store.sent_to(tx.db, place.person.id, place.address, since=since)
    if sent.by_person >= MAX_BY_PERSON or sent.to_address >= MAX_TO_ADDRESS:
        msg = "Too many codes and tests were sent within an hour."
        raise TooManyMessages(msg, hint="Try again later.")
    wished = outbox.Wish(
        key=f"contact:{wish}",
        channel=place.channel,
        recipient=place.address,
        person=place.person.id,
        subject=note.subject,
        body=note_for(form_of(place.channel), note),
        about_kind=CONTACT,
        about_id=contacts_stream(place.person.id).id,
        drill_id=None,
    )
    await outbox.wish(tx.db, wish, wished, now=tx.now, due_at=tx.now)
