"""Where the watchdog hears the canary's page: mail and webhooks, taken by itself, kept nowhere."""

import asyncio
import email
import email.policy
import re
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session

from fireline.app.watchdog_settings import Place

MAX_BYTES = 1_000_000
_READ_SECONDS = 10.0
_LINK = re.compile(r"https?://[^\s\"'<>]+/acknowledge/[A-Za-z0-9_-]+")


class Ears:
    """What was heard, while somebody listens for it."""

    def __init__(self) -> None:
        self._awaited: dict[str, asyncio.Future[str]] = {}

    def listen_for(self, word: str) -> "asyncio.Future[str]":
        """Return what will be the acknowledge link of the page that has a word in it."""
        return self._awaited.setdefault(word, asyncio.get_running_loop().create_future())

    def forget(self, word: str) -> None:
        """Listen for it no more."""
        self._awaited.pop(word, None)

    def hear(self, text: str) -> None:
        """Take in a message."""
        link = _LINK.search(text)
        for word, link_came in self._awaited.items():
            if word in text and link is not None and not link_came.done():
                link_came.set_result(link[0])


@asynccontextmanager
async def listening(ears: Ears, *, mail: Place | None, hook: Place | None) -> AsyncGenerator[None]:
    """Take mail and webhooks for as long as the block lasts. Raises OSError where it may not."""
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        if mail is not None:
            taken = await loop.create_server(
                lambda: SMTP(_Mailbox(ears), hostname="watchdog", data_size_limit=MAX_BYTES),
                mail.host,
                mail.port,
            )
            await stack.enter_async_context(taken)
        if hook is not None:
            taken = await asyncio.start_server(_Hook(ears).take, hook.host, hook.port)
            await stack.enter_async_context(taken)
        yield


class _Mailbox:
    """Takes every mail; aiosmtpd calls this by name."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears

    async def handle_DATA(  # noqa: N802 - aiosmtpd's hook, in its spelling
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        letter = email.message_from_bytes(raw, policy=email.policy.default)
        body = letter.get_body(("plain",))
        self._ears.hear(f"{letter['subject']}\n{body.get_content() if body else ''}")
        return "250 2.0.0 OK"


class _Hook:
    """Takes every post, by the few words of HTTP that takes."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_READ_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                found = re.search(rb"(?i)\r\ncontent-length: *(\d{1,7})\r\n", head)
                length = min(int(found[1]), MAX_BYTES) if found else 0
                body = await reader.readexactly(length)
                self._ears.hear(body.decode("utf-8", "replace"))
                writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass  # whatever that was, it was no page
        finally:
            writer.close()
