"""Where people are reached beyond what the plan says, and how they want to be told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.oncall.people import NotifyRule
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("contacts.sql")
MAX_LISTED = 20_000
MAX_CODES = 3
MAX_CHANNELS = 100
# How far back the last messages of one person are looked for.
LOOKED_AT = 300


@dataclass(frozen=True, slots=True)
class AddedRow:
    """The contact, and whether it was new."""

    id: UUID
    fresh: bool


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact a person added."""

    id: UUID
    person: str
    channel: str
    address: str
    label: str
    added_at: datetime
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A code that was asked for. Its id is also that of the message."""

    id: UUID
    contact_id: UUID
    asked_at: datetime
    tries: int
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class CodeRow:
    """What is kept of a code that was sent."""

    fingerprint: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class FoundRow:
    """Whether there is one."""

    found: bool


@dataclass(frozen=True, slots=True)
class SentRow:
    """How many messages about contacts a person had sent, and how many went to an address."""

    by_person: int
    to_address: int


@dataclass(frozen=True, slots=True)
class ToldRow:
    """The last message to one place, and when one last arrived or failed there."""

    person: str
    channel: str
    recipient: str
    delivered_at: datetime | None
    refused_at: datetime | None
    about_kind: str
    state: str
    wished_at: datetime
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One of a person's own rules."""

    person: str
    urgency: str
    place: int
    channel: str
    after: timedelta

    @property
    def value(self) -> NotifyRule:
        """The rule the core speaks of."""
        return NotifyRule(self.channel, self.after)


@dataclass(frozen=True, slots=True)
class QuietRow:
    """A person's own quiet hours; without times, they want none."""

    person: str
    starts: time | None
    ends: time | None
    zone: str | None


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel that is set up, and the number it calls from if it has one."""

    name: str
    calls_from: str


ROWS: dict[str, type | None] = {
    "add": AddedRow,
    "of_people": ContactRow,
    "get": ContactRow,
    "rename": None,
    "verify": None,
    "remove": None,
    "ask": None,
    "last_check": CheckRow,
    "is_check": FoundRow,
    "tried": None,
    "use_check": None,
    "add_code": None,
    "codes": CodeRow,
    "sent_to": SentRow,
    "last_told": ToldRow,
    "rules_of": RuleRow,
    "drop_rules": None,
    "set_rules": None,
    "quiet_of": QuietRow,
    "set_quiet": None,
    "drop_quiet": None,
    "channels": ChannelRow,
    "forget_channels": None,
    "say_channel": None,
}


@dataclass(frozen=True, slots=True)
class New:
    """A contact about to be added."""

    id: UUID
    person: str
    channel: str
    address: str
    label: str
    by: str


async def add(db: AsyncConnection, new: New, *, now: datetime) -> AddedRow:
    """Add a contact, or find the one that is there already."""
    values = {
        "id": new.id,
        "person": new.person,
        "channel": new.channel,
        "address": new.address,
        "label": new.label,
        "by": new.by,
        "now": now,
    }
    return await rows.one(db, AddedRow, _SQL["add"], values)


async def of_people(
    db: AsyncConnection, people: Collection[str], *, limit: int = MAX_LISTED
) -> list[ContactRow]:
    """List the contacts some people added, in the order they did."""
    values = {"people": list(people), "limit": limit}
    return await rows.many(db, ContactRow, _SQL["of_people"], values)


async def get(db: AsyncConnection, contact: UUID, *, person: str) -> ContactRow | None:
    """Return a contact of this very person, held for this transaction."""
    return await rows.maybe(db, ContactRow, _SQL["get"], {"id": contact, "person": person})


async def rename(db: AsyncConnection, contact: UUID, label: str) -> None:
    """Give a contact another label."""
    await rows.run(db, _SQL["rename"], {"id": contact, "label": label})


async def verify(db: AsyncConnection, contact: UUID, *, now: datetime) -> None:
    """Write down that its person answered from there."""
    await rows.run(db, _SQL["verify"], {"id": contact, "now": now})


async def remove(db: AsyncConnection, contact: UUID, *, by: str, now: datetime) -> None:
    """Take a contact away; what was sent there stays on record."""
    await rows.run(db, _SQL["remove"], {"id": contact, "by": by, "now": now})


async def ask(db: AsyncConnection, check: UUID, contact: UUID, *, now: datetime) -> None:
    """Begin to check a contact; any earlier check of it counts no more."""
    await rows.run(db, _SQL["ask"], {"id": check, "contact_id": contact, "now": now})


async def last_check(db: AsyncConnection, contact: UUID) -> CheckRow | None:
    """Return the check begun last, held for this transaction."""
    return await rows.maybe(db, CheckRow, _SQL["last_check"], {"contact_id": contact})


async def is_check(db: AsyncConnection, check: UUID) -> bool:
    """Tell whether a message brings a code."""
    return (await rows.one(db, FoundRow, _SQL["is_check"], {"id": check})).found


async def tried(db: AsyncConnection, check: UUID) -> None:
    """Count one try at a code."""
    await rows.run(db, _SQL["tried"], {"id": check})


async def use_check(db: AsyncConnection, check: UUID, *, now: datetime) -> None:
    """Write down that a code was typed."""
    await rows.run(db, _SQL["use_check"], {"id": check, "now": now})


async def add_code(db: AsyncConnection, check: UUID, fingerprint: str, *, now: datetime) -> None:
    """Remember what one attempt sent, without keeping it."""
    values = {"check_id": check, "fingerprint": fingerprint, "now": now}
    await rows.run(db, _SQL["add_code"], values)


async def codes(
    db: AsyncConnection, check: UUID, *, since: datetime, limit: int = MAX_CODES
) -> list[CodeRow]:
    """List the codes still good for a check, the newest first."""
    values = {"check_id": check, "since": since, "limit": limit}
    return await rows.many(db, CodeRow, _SQL["codes"], values)


async def sent_to(db: AsyncConnection, person: str, address: str, *, since: datetime) -> SentRow:
    """Count the messages about contacts: of one person, and to one address."""
    values = {"person": person, "address": address, "since": since}
    return await rows.one(db, SentRow, _SQL["sent_to"], values)


async def last_told(
    db: AsyncConnection, people: Collection[str], *, limit: int = MAX_LISTED
) -> list[ToldRow]:
    """Say of each place where people were told how that went last."""
    values = {"people": list(people), "each": LOOKED_AT, "limit": limit}
    return await rows.many(db, ToldRow, _SQL["last_told"], values)


async def rules_of(
    db: AsyncConnection, people: Collection[str], *, limit: int = MAX_LISTED
) -> list[RuleRow]:
    """List the own rules of some people, in order."""
    values = {"people": list(people), "limit": limit}
    return await rows.many(db, RuleRow, _SQL["rules_of"], values)


async def set_rules(
    db: AsyncConnection, person: str, urgency: str, rules: Sequence[NotifyRule], *, now: datetime
) -> None:
    """Give a person own rules of one urgency; none at all leaves them those of the plan."""
    await rows.run(db, _SQL["drop_rules"], {"person": person, "urgency": urgency})
    values = {
        "person": person,
        "urgency": urgency,
        "channels": [rule.channel for rule in rules],
        "afters": [rule.after for rule in rules],
        "now": now,
    }
    await rows.run(db, _SQL["set_rules"], values)


async def quiet_of(
    db: AsyncConnection, people: Collection[str], *, limit: int = MAX_LISTED
) -> list[QuietRow]:
    """List the own quiet hours of some people."""
    values = {"people": list(people), "limit": limit}
    return await rows.many(db, QuietRow, _SQL["quiet_of"], values)


async def set_quiet(db: AsyncConnection, wanted: QuietRow, *, now: datetime) -> None:
    """Give a person quiet hours of their own, or none at all."""
    values = {
        "person": wanted.person,
        "starts": wanted.starts,
        "ends": wanted.ends,
        "zone": wanted.zone,
        "now": now,
    }
    await rows.run(db, _SQL["set_quiet"], values)


async def drop_quiet(db: AsyncConnection, person: str) -> None:
    """Leave a person the quiet hours of the plan."""
    await rows.run(db, _SQL["drop_quiet"], {"person": person})


async def channels(db: AsyncConnection, *, limit: int = MAX_CHANNELS) -> list[ChannelRow]:
    """List the channels that are set up."""
    return await rows.many(db, ChannelRow, _SQL["channels"], {"limit": limit})


async def say_channels(db: AsyncConnection, names: Mapping[str, str], *, now: datetime) -> None:
    """Write down which channels are set up, each with the number it calls from, and no others."""
    await rows.run(db, _SQL["forget_channels"], {"names": list(names)})
    for name, calls_from in names.items():
        values = {"name": name, "calls_from": calls_from, "now": now}
        await rows.run(db, _SQL["say_channel"], values)
