"""Hand a letter to an SMTP server, and say honestly whether it was taken."""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from ipaddress import ip_address

from aiosmtplib import SMTP, SMTPException, SMTPNotSupported, SMTPResponseException

from fireline.connectors.email.letter import letter
from fireline.core.values.secret import Secret
from fireline.ports.channel import (
    Delivered,
    Description,
    Form,
    Message,
    Outcome,
    Refused,
    TryAgain,
    Unknown,
)

DESCRIPTION = Description(
    name="email",
    title="E-mail",
    form=Form.LETTER,
    address_words="a mail address",
    example="dana@example.com",
    address_pattern=r"[^\s@]{1,64}@[^\s@]{1,253}",
    answers=True,
    receipts=True,
    needs=("FIRELINE_SMTP_HOST", "FIRELINE_SMTP_FROM"),
)
STEP_SECONDS = 10.0
WHOLE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed over, and as whom.

    `starttls`: `True` insists on it, `False` never asks, `None` uses it where it is offered. `tls`
    speaks TLS from the first byte (port 465). A password is only sent over TLS, unless `starttls`
    is `False`, which says that the network is trusted.
    """

    host: str
    port: int
    sender: str
    starttls: bool | None = None
    tls: bool = False
    username: str | None = None
    password: Secret | None = None


@dataclass(slots=True)
class _Progress:
    """How far an attempt got: once the letter is on its way, a lost line is no proof of loss."""

    handing_over: bool = False


class EmailChannel:
    """Sends letters through one server. `loopback_only` is for drills: it reaches no other machine.

    Each letter takes a connection of its own: a page is rare, and a stale connection costs one.
    """

    name = "email"

    def __init__(
        self,
        server: MailServer,
        *,
        loopback_only: bool = False,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        self._server = server
        self._sender = Address("fireline", addr_spec=server.sender)
        self._loopback_only = loopback_only
        self._whole_seconds = whole_seconds

    async def send(self, message: Message) -> Outcome:
        """Try once."""
        try:
            written = letter(message, self._sender)
        # Everything the header parser is known to raise for addresses it cannot read.
        except (ValueError, MessageError, LookupError, AttributeError) as error:
            return Refused(f"cannot be addressed to {message.to!r}: {error}")
        progress = _Progress()
        try:
            async with asyncio.timeout(self._whole_seconds):
                return await self._hand_over(written, message.to, progress)
        except SMTPResponseException as error:
            return _answered(error.code, error.message, progress)
        except UnicodeError as error:
            return Refused(f"the server cannot take this address: {error}")
        except (SMTPException, OSError) as error:
            if isinstance(error, SMTPNotSupported) or type(error) is SMTPException:
                # The bare class is how the library says that STARTTLS or sign-in is not offered.
                return Refused(f"the server cannot do what is asked: {error}")
            return _lost(f"{type(error).__name__}: {error}", progress)

    async def _hand_over(self, written: EmailMessage, to: str, progress: _Progress) -> Outcome:
        host = await self._host()
        if host is None:
            return Refused(f"a drill may only use this machine's mail, not {self._server.host}")
        client = self._client(host)
        try:
            await client.connect()
            await client.mail(self._sender.addr_spec)
            await client.rcpt(to)
            progress.handing_over = True
            answer = await client.data(written.as_bytes())
            # The letter is theirs now. A clumsy farewell changes nothing.
            with suppress(SMTPException, OSError, TimeoutError):
                await client.quit()
            return Delivered(f"{answer.code} {answer.message}")
        finally:
            client.close()

    def _client(self, host: str) -> SMTP:
        server = self._server
        insist = server.starttls
        if insist is None and server.username and not server.tls:
            insist = True
        return SMTP(
            hostname=host,
            port=server.port,
            username=server.username,
            password=server.password.reveal() if server.password else None,
            timeout=STEP_SECONDS,
            use_tls=server.tls,
            start_tls=False if server.tls else insist,
            # Said in greeting. Asking the resolver who we are can take longer than the mail.
            local_hostname=self._sender.domain,
        )

    async def _host(self) -> str | None:
        """Return where to connect; in a drill the loopback address itself, never a name."""
        if not self._loopback_only:
            return self._server.host
        found = await asyncio.get_running_loop().getaddrinfo(
            self._server.host, self._server.port, type=socket.SOCK_STREAM
        )
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not all(ip_address(address).is_loopback for address in addresses):
            return None
        return addresses[0]


def _answered(code: int, said: str, progress: _Progress) -> Outcome:
    why = f"the server said {code} {said}"
    if 400 <= code < 500:
        return TryAgain(why)
    if 500 <= code < 600:
        return Refused(why)
    return _lost(why, progress)


def _lost(why: str, progress: _Progress) -> Outcome:
    return Unknown(why) if progress.handing_over else TryAgain(why)
