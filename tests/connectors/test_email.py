"""E-mail, against a real SMTP server on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from fireline.connectors.email.channel import EmailChannel, MailServer
from fireline.core.values.ids import DrillId
from fireline.core.values.secret import Secret
from fireline.ports.channel import (
    Channel,
    Delivered,
    Message,
    Outcome,
    Refused,
    TryAgain,
    Unknown,
)
from tests.connectors.serving import serving

MESSAGE = Message(
    key="page:1:0:email",
    channel="email",
    person="ana",
    to="ana@example.com",
    subject="P2 #12 Schlüssel benutzt: shop-ci",
    body="What happened\n  - größer\n.\nA line with a dot above.\n",
    at=datetime(2026, 11, 17, 9, 0, tzinfo=UTC),
)


@dataclass
class Mailbox:
    """A real SMTP server's memory, and what it says to a recipient and to a letter."""

    to_recipient: str = "250 OK"
    to_letter: str = "250 kept as q1"
    hang_up: bool = False
    letters: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's spelling
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(  # noqa: N802 - aiosmtpd's spelling
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.hang_up:
            assert server.transport is not None
            server.transport.abort()
            await asyncio.sleep(0)
        raw = cast("bytes", envelope.content)
        self.letters.append(cast("EmailMessage", message_from_bytes(raw, policy=policy.default)))
        return self.to_letter


@asynccontextmanager
async def listening(mailbox: Mailbox) -> AsyncIterator[Mailbox]:
    loop = asyncio.get_running_loop()
    talking: list[SMTP] = []

    def session() -> SMTP:
        talking.append(SMTP(mailbox, hostname="lab", loop=loop))
        return talking[-1]

    server = await loop.create_server(session, "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    async with server:
        yield mailbox
    for one in talking:
        if one.transport is not None:
            one.transport.abort()
    await asyncio.sleep(0.01)


def channel_to(port: int, *, host: str = "127.0.0.1", **settings: object) -> EmailChannel:
    server = MailServer(host, port, "fireline@example.com")
    return EmailChannel(replace(server, **settings), loopback_only=True)  # pyright: ignore[reportArgumentType] - any setting


async def post(mailbox: Mailbox, message: Message = MESSAGE) -> Outcome:
    async with listening(mailbox):
        channel: Channel = channel_to(mailbox.port)
        return await channel.send(message)


async def test_a_letter_arrives_whole():
    mailbox = Mailbox()
    assert await post(mailbox) == Delivered("250 kept as q1")
    (letter,) = mailbox.letters
    assert letter["Subject"] == MESSAGE.subject
    assert letter["From"] == "fireline <fireline@example.com>"
    assert letter["To"] == "ana <ana@example.com>"
    assert letter["Date"] == "Tue, 17 Nov 2026 09:00:00 +0000"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().replace("\r\n", "\n") == MESSAGE.body


async def test_two_attempts_are_the_same_letter_and_two_wishes_are_not():
    mailbox = Mailbox()
    for key in ("a", "a", "b"):
        await post(mailbox, replace(MESSAGE, key=key))
    one, again, other = (letter["Message-ID"] for letter in mailbox.letters)
    assert one == again != other
    assert one.endswith("@example.com>")


async def test_a_drill_and_its_page_are_marked():
    mailbox = Mailbox()
    await post(mailbox, replace(MESSAGE, drill=DrillId(UUID(int=7)), html="<p>Hi</p>"))
    (letter,) = mailbox.letters
    assert letter["X-Fireline-Drill"] == str(UUID(int=7))
    parts = [part.get_content_type() for part in letter.iter_parts()]
    assert parts == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [("450 4.2.1 later", TryAgain), ("550 5.1.1 no such mailbox", Refused)],
)
async def test_the_code_says_what_became_of_it(said: str, kind: type):
    assert isinstance(await post(Mailbox(to_recipient=said)), kind)
    assert isinstance(await post(Mailbox(to_letter=said)), kind)


async def test_a_line_lost_after_the_letter_was_begun_is_unknown():
    assert isinstance(await post(Mailbox(hang_up=True)), Unknown)


async def test_a_closed_door_is_tried_again():
    async with listening(Mailbox()) as mailbox:
        pass
    assert isinstance(await channel_to(mailbox.port).send(MESSAGE), TryAgain)


async def test_a_server_that_says_nothing_is_tried_again():
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(mute) as port:
        channel = EmailChannel(
            MailServer("127.0.0.1", port, "fireline@example.com"), whole_seconds=0.2
        )
        assert isinstance(await channel.send(MESSAGE), TryAgain)


async def test_a_server_without_starttls_is_refused_when_it_is_insisted_on():
    async with listening(Mailbox()) as mailbox:
        for settings in ({"starttls": True}, {"username": "u", "password": Secret("p")}):
            outcome = await channel_to(mailbox.port, **settings).send(MESSAGE)
            assert isinstance(outcome, Refused)
    assert mailbox.letters == []


async def test_a_password_that_is_not_wanted_is_refused():
    async with listening(Mailbox()) as mailbox:
        settings = {"starttls": False, "username": "u", "password": Secret("p")}
        assert isinstance(await channel_to(mailbox.port, **settings).send(MESSAGE), Refused)


@pytest.mark.parametrize(
    "to",
    [
        "ana@example.com\r\nBcc: everyone@example.com",
        "ana@example.com, bo@example.com",
        "ana",
        "",
        "<ana@example.com>",
        "größe@example.com",
    ],
)
async def test_what_is_no_address_is_refused_and_nothing_is_sent(to: str):
    mailbox = Mailbox()
    assert isinstance(await post(mailbox, replace(MESSAGE, to=to)), Refused)
    assert mailbox.letters == []


async def test_a_subject_cannot_add_a_header_and_a_broken_character_loses_no_page():
    mailbox = Mailbox()
    nasty = replace(MESSAGE, subject="P2\r\nBcc: all@example.com\ud800", body="broken \ud800")
    assert isinstance(await post(mailbox, nasty), Delivered)
    (letter,) = mailbox.letters
    assert letter["Bcc"] is None
    assert letter["Subject"] == "P2 Bcc: all@example.com?"


async def test_a_drill_uses_no_other_machines_mail():
    outcome = await channel_to(25, host="192.0.2.1").send(MESSAGE)
    assert isinstance(outcome, Refused)
