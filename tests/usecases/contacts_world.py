"""Somebody with a phone, and a fireline that has some channels."""

import json
import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from fireline.app.house import House
from fireline.core.oncall.people import Contact, NotifyRule, Person
from fireline.core.oncall.quiet import QuietHours
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId
from fireline.ports.channel import Delivered, Message
from fireline.usecases import contact_checks, contacts
from fireline.usecases.contacts import Wanted
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import ANA, BO, CY, PLAN, send

PHONE = "+4915112345678"
OTHER_PHONE = "+4915187654321"
PUSH = json.dumps(
    {
        "endpoint": "https://push.example.com/abc",
        "expirationTime": None,
        "keys": {"p256dh": "B" * 87, "auth": "a" * 22},
    }
)
CHANNELS = {"email": "", "webhook": "", "push": "", "sms": "+15005550006", "voice": "+15005550006"}
BY = Human(ANA)
NIGHT = QuietHours(time(22), time(7), ZoneInfo("Europe/Berlin"))
GO = Delivered("ok")


def person(name: PersonId, **words: object) -> Person:
    """Make somebody who has mail and nothing else."""
    rules = (NotifyRule("email", timedelta()),)
    mail = (Contact("email", f"{name}@example.com"),)
    plain = Person(name, name.title(), ZoneInfo("Europe/Berlin"), mail, rules, rules)
    return replace(plain, **words)  # pyright: ignore[reportArgumentType] - tests name fields


def plan_of(*people: Person) -> Plan:
    """Make a plan of these people, and of the usual ones with mail alone."""
    known = {name: person(name) for name in (ANA, BO, CY)}
    return replace(PLAN, people={**known, **{one.id: one for one in people}})


PLAIN = plan_of()


async def add(
    tx: Tx, channel: str = "phone", address: str = PHONE, *, who: PersonId = ANA, label: str = ""
) -> UUID:
    """Add a contact; nothing is sent yet."""
    wanted = Wanted(channel, address, label)
    return (await contacts.add_contact(tx, PLAIN, who, wanted, by=Human(who))).id


async def ask(house: House, contact: UUID, *, who: PersonId = ANA) -> Message:
    """Have a code sent, and return the message that brought it."""
    async with house.transaction() as tx:
        await contact_checks.send_code(tx, PLAIN, who, contact, by=Human(who))
    (message,) = await send(house, GO)
    return message


def code_in(message: Message) -> str:
    """Read the code out of a message, as a person would."""
    found = re.search(r"\b(\d{6})\b", message.body)
    assert found is not None, message.body
    return found[1]


async def verified(
    house: House, channel: str = "phone", address: str = PHONE, *, who: PersonId = ANA
) -> UUID:
    """Add a contact and verify it."""
    async with house.transaction() as tx:
        contact = await add(tx, channel, address, who=who)
    code = code_in(await ask(house, contact, who=who))
    async with house.transaction() as tx:
        assert await contact_checks.verify_contact(tx, who, contact, code, by=Human(who)) is None
    return contact


def at(tx: Tx, moment: datetime) -> Tx:
    """Move time inside one transaction."""
    return replace(tx, now=moment)
