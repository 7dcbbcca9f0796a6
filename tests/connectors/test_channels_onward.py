"""Messages passed on to real takers: fireline's own doors for other pagers, and a mail server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import cast

import orjson
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from fireline.connectors.apprise_out.channel import AppriseChannel
from fireline.connectors.pagerduty_out.channel import PagerDutyChannel
from fireline.connectors.splunk_out.channel import SplunkChannel
from fireline.core.escalation.channels import Form
from fireline.ports.channel import Channel, Delivered, Message, Refused, Unknown
from fireline.wire.addresses import INTERNET, THIS_MACHINE
from fireline.wire.caller import Caller
from tests.connectors.channel_contract import page
from tests.connectors.serving import serving
from tests.intake.taking import Intake, taking

TITLE = "P1 #42 orders-db: connections over 95 percent"


@pytest.fixture
async def intake(database_dsn: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with taking(database_dsn, tmp_path) as opened:
        yield opened


def later(message: Message, kind: str) -> Message:
    """Say of the same alert what became of it."""
    said = {**orjson.loads(message.body), "kind": kind}
    return replace(message, key=f"{kind}:1", body=orjson.dumps(said).decode())


async def opens_one_and_ends_it(intake: Intake, channel: Channel, message: Message) -> None:
    """Send two pages about one alert and then that it is over, and look at what the taker has."""
    assert isinstance(await channel.send(message), Delivered)
    assert isinstance(await channel.send(replace(message, key="page:2")), Delivered)
    opened = await intake.until_alert(lambda one: TITLE in one.title and one.state == "firing")
    assert isinstance(await channel.send(later(message, "resolved")), Delivered)
    await intake.until_alert(lambda one: one.state == "resolved")
    assert [one.number for one in await intake.alerts()] == [opened.number]


async def test_pagerduty_opens_one_alert_for_all_pages_of_ours_and_ends_it(intake: Intake):
    key = await intake.source("pagerduty")
    channel = PagerDutyChannel(Caller(THIS_MACHINE), url=intake.url, origin="fireline.example.com")
    message = page(form=Form.NOTICE, channel="pagerduty", to=key)
    await opens_one_and_ends_it(intake, channel, message)


async def test_pagerduty_says_of_an_unknown_key_that_it_is_refused(intake: Intake):
    channel = PagerDutyChannel(Caller(THIS_MACHINE), url=intake.url)
    outcome = await channel.send(page(form=Form.NOTICE, channel="pagerduty", to="f" * 32))
    assert isinstance(outcome, Refused)
    assert "f" * 32 not in outcome.why


async def test_splunk_opens_one_incident_for_all_pages_of_ours_and_ends_it(intake: Intake):
    key = await intake.source("victorops")
    channel = SplunkChannel(Caller(THIS_MACHINE), origin="fireline.example.com")
    to = f"{intake.url}/integrations/victorops/{key}/shop"
    await opens_one_and_ends_it(intake, channel, page(form=Form.NOTICE, channel="splunk", to=to))


class Mailbox:
    """What a real SMTP server was given."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's spelling
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.letters.append(cast("bytes", envelope.content))
        return "250 kept"


@pytest.fixture
async def mail() -> AsyncIterator[tuple[Mailbox, int]]:
    mailbox, loop = Mailbox(), asyncio.get_running_loop()
    talking: list[SMTP] = []

    def session() -> SMTP:
        talking.append(SMTP(mailbox, hostname="lab", loop=loop))
        return talking[-1]

    server = await loop.create_server(session, "127.0.0.1", 0)
    async with server:
        yield mailbox, server.sockets[0].getsockname()[1]
    for one in talking:
        if one.transport is not None:
            one.transport.abort()
    await asyncio.sleep(0.01)


async def test_apprise_mails_by_its_own_plugin_to_a_real_mail_server(mail: tuple[Mailbox, int]):
    mailbox, port = mail
    to = f"mailto://127.0.0.1:{port}/?from=pages@example.com&to=dana@example.com&mode=insecure"
    message = page(form=Form.LETTER, channel="apprise", to=to)
    assert isinstance(await AppriseChannel(THIS_MACHINE).send(message), Delivered)
    (letter,) = mailbox.letters
    read = message_from_bytes(letter, policy=policy.default)
    assert TITLE in read["Subject"]
    assert "/acknowledge/t0ken" in str(read)
    refused = await AppriseChannel(INTERNET).send(message)
    assert isinstance(refused, Refused)
    assert "127.0.0.1 is not an address on the internet" in refused.why
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize(
    "to", ["nonsense://x", "dbus://", "syslog://", "file:///etc/passwd", "mailto://"]
)
async def test_apprise_leaves_this_machine_alone(to: str):
    message = page(form=Form.LETTER, channel="apprise", to=to)
    assert isinstance(await AppriseChannel(INTERNET).send(message), Refused)


async def test_an_apprise_that_hangs_is_ended_and_may_have_sent():
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(silent) as port:
        message = page(form=Form.LETTER, channel="apprise", to=f"json://127.0.0.1:{port}/")
        outcome = await AppriseChannel(THIS_MACHINE, whole_seconds=1.5).send(message)
    assert outcome == Unknown("no answer within 1.5 seconds")
