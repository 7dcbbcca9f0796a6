"""Everybody's mail: a real SMTP server on loopback that keeps what it is given."""

import asyncio
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from threading import Event, Lock, Thread
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from fireline.lab.clock import now, stamp

_READY_SECONDS = 5.0
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it lies in somebody's mailbox."""

    at: str
    subject: str
    text: str
    message_id: str


class Mailboxes(Thread):
    """Takes mail for the people of the world, in memory and as files; refuses anybody else's."""

    def __init__(self, addresses: dict[str, str], directory: Path) -> None:
        super().__init__(name="lab-mail", daemon=True)
        self._owners = {mail.lower(): name for name, mail in addresses.items()}
        self._directory = directory
        self._letters: dict[str, list[Letter]] = {name: [] for name in addresses}
        self._lock = Lock()
        self._loop = asyncio.new_event_loop()
        self._ready = Event()
        self.port = 0

    def run(self) -> None:
        """Listen until stopped."""
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(self._session, host="127.0.0.1", port=0)
        )
        self.port = int(server.sockets[0].getsockname()[1])
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(server.wait_closed())
        self._loop.close()

    def open(self) -> int:
        """Start listening; return the port."""
        self._directory.mkdir(parents=True, exist_ok=True)
        self.start()
        if not self._ready.wait(_READY_SECONDS):
            msg = "the lab's mail server did not start"
            raise TimeoutError(msg)
        return self.port

    def stop(self) -> None:
        """Stop listening."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    def letters(self, name: str) -> list[Letter]:
        """List a person's mail, oldest first."""
        with self._lock:
            return list(self._letters.get(name, ()))

    def counts(self) -> dict[str, int]:
        """Count everybody's mail."""
        with self._lock:
            return {name: len(letters) for name, letters in self._letters.items()}

    # aiosmtpd calls these two by name.
    async def handle_RCPT(  # noqa: D102, N802 - aiosmtpd's hook, in its spelling
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if address.lower() not in self._owners:
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: D102, N802 - aiosmtpd's hook, in its spelling
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        raw = cast("bytes", envelope.content or b"")
        letter = _letter(raw)
        for address in envelope.rcpt_tos:
            self._keep(self._owners[address.lower()], letter, raw)
        return "250 2.0.0 kept"

    def _session(self) -> SMTP:
        return SMTP(
            self, data_size_limit=_MOST_BYTES, enable_SMTPUTF8=True, hostname="lab", loop=self._loop
        )

    def _keep(self, name: str, letter: Letter, raw: bytes) -> None:
        with self._lock:
            self._letters[name].append(letter)
            number = len(self._letters[name])
        (self._directory / f"{name}-{number:03}.eml").write_bytes(raw)


def _letter(raw: bytes) -> Letter:
    message = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain", "html"))
    text = str(body.get_content()) if body else ""
    return Letter(
        stamp(now()), str(message.get("subject", "")), text, str(message.get("message-id", ""))
    )
