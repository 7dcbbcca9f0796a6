"""An SMTP server that takes mail for sources and for nobody else. It never sends any.

It says 250 after the mail is committed, 451 when it could not be, and 550 to an address that is no
source's, so that the server before it keeps what fireline could not.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from fireline.core.values.refusals import Unavailable
from fireline.doors.intake.desk import IntakeDesk, Turned
from fireline.doors.intake.mail import MAX_MAIL_BYTES, addressed, admit, keep_mail
from fireline.usecases.sources import Card

log = structlog.get_logger()
MAX_CONNECTIONS = 100
MAX_RECIPIENTS = 10
_IDLE_SECONDS = 60
_NULL_SENDER = "<>"
_OK = "250 2.0.0 OK"
_LATER = "451 4.3.0 It could not be kept; send it again later"
_UNKNOWN = "550 5.1.1 No source takes mail at this address"


@dataclass(frozen=True, slots=True)
class Place:
    """Where mail comes in. With a domain, only its addresses are taken."""

    host: str
    port: int
    domain: str = ""
    tls: ssl.SSLContext | None = None


class _Talk(SMTP):
    """One connection. Lines may be long: a mail is not lost for how its sender breaks them."""

    line_length_limit = 200_000


class _Hands:
    """What is decided in one connection; aiosmtpd calls these by name."""

    def __init__(self, desk: IntakeDesk, domain: str) -> None:
        self._desk = desk
        self._domain = domain
        self._for: dict[str, tuple[str, Card]] = {}

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's hook, in its spelling
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._for.clear()
        # aiosmtpd takes an empty sender for none; bounces have one.
        envelope.mail_from = address or _NULL_SENDER
        envelope.mail_options.extend(options)
        return _OK

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's hook, in its spelling
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if len(self._for) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients; send the rest again"
        to = addressed(address)
        if to is None or (self._domain and to.domain != self._domain):
            return _UNKNOWN
        try:
            self._for[address] = (to.token, await admit(self._desk, to.token))
        except Turned as turned:
            if turned.status is HTTPStatus.TOO_MANY_REQUESTS:
                return "450 4.7.1 This source sends too much; send it again later"
            return _UNKNOWN
        except Unavailable:
            return _LATER
        envelope.rcpt_tos.append(address)
        return _OK

    async def handle_DATA(  # noqa: N802 - aiosmtpd's hook, in its spelling
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        sender = envelope.mail_from or _NULL_SENDER
        try:
            for token, card in self._for.values():
                await keep_mail(self._desk, card, content, token=token, sender=sender)
        except Unavailable:
            return _LATER
        return "250 2.0.0 Kept"

    async def handle_exception(self, error: Exception) -> str:
        """Ask for the mail again: whatever went wrong, it was not kept."""
        log.error("mail.fault", exc_info=error)
        return _LATER


@asynccontextmanager
async def taking_mail(desk: IntakeDesk, place: Place) -> AsyncGenerator[tuple[str, int]]:
    """Take mail for as long as the block lasts; give the address it listens on."""
    loop = asyncio.get_running_loop()
    talks: set[asyncio.BaseProtocol] = set()

    class Counted(_Talk):
        """A connection that knows how many there are."""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            talks.add(self)
            if len(talks) > MAX_CONNECTIONS and isinstance(transport, asyncio.Transport):
                transport.write(b"421 4.3.2 Too many connections; come again later\r\n")
                transport.close()
                return
            super().connection_made(transport)

        def connection_lost(self, error: Exception | None) -> None:
            talks.discard(self)
            if self.session is not None:
                super().connection_lost(error)

    def talk() -> SMTP:
        return Counted(
            _Hands(desk, place.domain.lower()),
            data_size_limit=MAX_MAIL_BYTES,
            enable_SMTPUTF8=True,
            hostname=place.domain or "fireline",
            ident="fireline",
            tls_context=place.tls,
            timeout=_IDLE_SECONDS,
            loop=loop,
        )

    server = await loop.create_server(talk, place.host, place.port)
    host, port = server.sockets[0].getsockname()[:2]
    log.info("mail.listening", host=host, port=port)
    try:
        yield host, port
    finally:
        server.close()
        for open_ in list(talks):
            if isinstance(open_, SMTP) and isinstance(open_.transport, asyncio.Transport):
                open_.transport.abort()
        await server.wait_closed()
