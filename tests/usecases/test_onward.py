"""What was passed on to other pagers ends there when it is answered or over here."""

import json
from dataclasses import replace
from datetime import timedelta

from fireline.app.house import House
from fireline.core.oncall.people import Contact, NotifyRule
from fireline.core.values.actor import Human, Machine
from fireline.ports.channel import Delivered, Message, Refused
from fireline.usecases.alerts import acknowledge_alert, resolve_alert
from tests.hand_clock import HandClock
from tests.usecases.alerts_world import ANA, alert, climb, person, send, with_people

KEY = "env:PAGERDUTY_KEY"
OK = Delivered("kept")
ONWARD = replace(
    person(ANA),
    contacts=(Contact("pagerduty", KEY), Contact("email", "ana@example.com")),
    urgent=(NotifyRule("pagerduty", timedelta()), NotifyRule("email", timedelta())),
)


async def onward(house: House, outcome: Delivered | Refused = OK) -> list[tuple[str, str, str]]:
    """Send what is due; return of what went to PagerDuty the kind, the place and the alert."""
    return [_said(one) for one in await send(house, outcome) if one.channel == "pagerduty"]


def _said(message: Message) -> tuple[str, str, str]:
    said = json.loads(message.body)
    return said["kind"], message.to, f"#{said['alert']}"


async def test_what_is_answered_and_then_over_here_is_said_to_be_there(
    house: House, clock: HandClock
):
    plan = with_people(ONWARD)
    async with house.transaction() as tx:
        which = await alert(tx, plan=plan)
    await climb(house, plan=plan)
    assert await onward(house) == [("page", KEY, "#1")]
    async with house.transaction() as tx:
        await acknowledge_alert(tx, which, by=Human(ANA))
    assert await onward(house) == [("acknowledged", KEY, "#1")]
    clock.wait(minutes=1)
    async with house.transaction() as tx:
        await resolve_alert(tx, which, by=Machine("source"))
        await resolve_alert(tx, which, by=Machine("source"))
    assert await onward(house) == [("resolved", KEY, "#1")]


async def test_what_was_never_passed_on_is_not_spoken_of(house: House):
    async with house.transaction() as tx:
        which = await alert(tx)
    await climb(house)
    await send(house, OK)
    async with house.transaction() as tx:
        await acknowledge_alert(tx, which, by=Human(ANA))
    assert await send(house, OK) == []
